//! Settings of a simulator, and its start.

use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock},
};

use sps_spec::{Spec, Version};
use tokio::net::TcpListener;

use crate::{
    appliance::{Appliance, Logins, NAMING, State, firmware_version},
    audit::{Audit, RecordedSession, samples},
    body::{Bodies, Mode},
    clock::Clock,
    configuration::{
        Configuration, Loaded, Locks, Origin, StateFile, Transactions, Tree, fill, parts, plant,
        restore, with_key,
    },
    device::Device,
    error::Error,
    fault::Faults,
    http::{Log, LogFile},
    jobs::Jobs,
    machine::Machine,
    page::{self, Page},
    random::Random,
    server::{self, Tls},
    session::{Sessions, User},
    simulator::Simulator,
    twin::Original,
};

/// The spec, read once for all simulators of the process.
static SPEC: OnceLock<Spec> = OnceLock::new();

/// Settings of a simulator. Created by [`Simulator::builder`].
#[must_use = "nothing runs before `start`"]
pub struct Builder {
    target: Version,
    plain_http: bool,
    address: SocketAddr,
    users: Vec<User>,
    first_user: Option<String>,
    state: Option<PathBuf>,
    mode: Mode,
    locks: Option<Locks>,
    clock: Clock,
    seed: Option<u64>,
    client_ca: Option<String>,
    only_certificates: bool,
    log_file: Option<PathBuf>,
    private_key: Option<String>,
    extra_key: Option<String>,
    is_initialized: bool,
    recorded_sessions: Option<Vec<RecordedSession>>,
    max_sessions: Option<usize>,
    snapshot_quota: Option<usize>,
    spec: Option<&'static Spec>,
    name: Option<String>,
    kept_requests: usize,
    original: Option<Original>,
    copies_configuration: bool,
    page: Option<Page>,
}

impl fmt::Debug for Builder {
    /// Leaves out the private key.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut it = f.debug_struct("Builder");
        it.field("target", &self.target)
            .field("address", &self.address)
            .field("users", &self.users);
        it.field("mode", &self.mode).field("state", &self.state).finish_non_exhaustive()
    }
}

impl Simulator {
    /// Creates default settings: version 8.0, HTTPS on a free port of 127.0.0.1, `admin` with a random password.
    pub fn builder() -> Builder {
        Builder {
            target: Version::new([8, 0]),
            plain_http: false,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            users: Vec::new(),
            first_user: None,
            state: None,
            mode: Mode::Lenient,
            locks: None,
            clock: Clock::system(),
            seed: None,
            client_ca: None,
            only_certificates: false,
            log_file: None,
            private_key: None,
            extra_key: None,
            is_initialized: true,
            recorded_sessions: None,
            max_sessions: None,
            snapshot_quota: None,
            spec: None,
            name: None,
            kept_requests: Log::MAX_RECORDS,
            original: None,
            copies_configuration: true,
            page: None,
        }
    }
}

impl Simulator {
    /// Makes the settings of another simulator like this one: with its version, users, certificate and clock, a copy of its
    /// committed configuration and its recorded sessions, on a free port of the same address. [`Builder::start`] starts it.
    ///
    /// From then on, each has a state of its own. Objects of the copy have keys of their own, as two appliances have that
    /// were set up in the same way. Faults, the log, sessions, jobs and open transactions are not taken over, nor is the
    /// state file. What is equal is shared, so a twin costs less memory and time than another first simulator. Give each a
    /// [name](Builder::name).
    ///
    /// ```
    /// # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
    /// use sps_sim::Simulator;
    ///
    /// let first = Simulator::builder().name("sps1").start().await?;
    /// let second = first.twin().name("sps2").start().await?;
    /// assert_ne!(first.url(), second.url());
    /// assert_eq!(first.sha256_fingerprint(), second.sha256_fingerprint());
    /// assert_eq!(first.password(), second.password());
    /// # Ok::<(), sps_sim::Error>(()) }).unwrap();
    /// ```
    pub fn twin(&self) -> Builder {
        Builder::of_twin(self)
    }
}

impl Builder {
    /// Sets the version of the appliance. Default: 8.0, the newest version of the guides.
    pub fn target(mut self, target: Version) -> Self {
        self.target = target;
        self
    }

    /// Uses HTTP without TLS. Cookies are then not marked as `Secure`.
    pub fn plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// Sets the address to listen on. Port 0 means any free port. Default: a free port of 127.0.0.1.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Adds a user. Default: `admin` with a random password.
    pub fn user(mut self, user: User) -> Self {
        self.users.push(user);
        self
    }

    /// Adds an administrator with a random password, before all other users.
    pub fn first_user(mut self, name: impl Into<String>) -> Self {
        self.first_user = Some(name.into());
        self
    }

    /// Keeps the configuration in this file between runs, and the certificate beside it.
    ///
    /// Each commit writes the file. It holds secrets in plain text, and only its owner may read it. A lock on
    /// `FILE.lock` keeps other simulators away while this one runs.
    pub fn state(mut self, path: impl Into<PathBuf>) -> Self {
        self.state = Some(path.into());
        self
    }

    /// Refuses what an appliance silently accepts, above all unknown keys.
    pub fn strict(mut self) -> Self {
        self.mode = Mode::Strict;
        self
    }

    /// Sets how many sessions may have a transaction at once. Default: [`Locks::of`] the version.
    pub fn locks(mut self, locks: Locks) -> Self {
        self.locks = Some(locks);
        self
    }

    /// Sets the clock. Default: the clock of the machine.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Makes a run repeatable: keys, tokens, passwords and the probabilities of faults follow from this seed.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Accepts logins with certificates that these authorities signed, in PEM. The common name is the user.
    pub fn trust_client_ca(mut self, pem: impl Into<String>) -> Self {
        self.client_ca = Some(pem.into());
        self
    }

    /// Uses this private key for the certificate, in PEM (PKCS#8). Default: a new key on the curve P-256.
    ///
    /// Some TLS clients need RSA: `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048`.
    pub fn private_key(mut self, pem: impl Into<String>) -> Self {
        self.private_key = Some(pem.into());
        self
    }

    /// Refuses passwords. Only [`trust_client_ca`](Self::trust_client_ca) then allows logins.
    pub fn only_certificates(mut self) -> Self {
        self.only_certificates = true;
        self
    }

    /// Appends each request to this file, as one line of JSON.
    ///
    /// A line holds `at`, `method`, `path`, `query`, `session`, `status` and `user`, as a [`RequestRecord`] does, or
    /// `at` and `failed_handshake`. It never holds bodies, passwords or tokens, and is written before the response
    /// leaves.
    ///
    /// [`RequestRecord`]: crate::RequestRecord
    pub fn log_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.log_file = Some(path.into());
        self
    }

    /// Adds a key that the spec does not know to every object of the configuration, as newer firmware does. It is stored
    /// like any member: a PUT that leaves it out loses it. A key that an object has already is left alone.
    pub fn extra_key(mut self, key: impl Into<String>) -> Self {
        self.extra_key = Some(key.into());
        self
    }

    /// Starts before the first setup: there is no login until the wizard of `/api/setup` is done.
    ///
    /// The wizard sets the password of the user `admin`. Other users stay as they are.
    pub fn uninitialized(mut self) -> Self {
        self.is_initialized = false;
        self
    }

    /// Sets the recorded sessions, in their order. Default: five, of May 2024, one of which is active.
    pub fn recorded_sessions(
        mut self,
        sessions: impl IntoIterator<Item = RecordedSession>,
    ) -> Self {
        self.recorded_sessions = Some(sessions.into_iter().collect());
        self
    }

    /// Sets how many sessions may be open at once; a login beyond that gets 429. Default: any number.
    pub fn max_sessions(mut self, quota: usize) -> Self {
        self.max_sessions = Some(quota);
        self
    }

    /// Sets how many snapshots of the recorded sessions may be open at once. Default: 10.
    pub fn snapshot_quota(mut self, quota: usize) -> Self {
        self.snapshot_quota = Some(quota);
        self
    }

    /// Sets the spec that the simulator interprets, such as one with an overlay. Default: the embedded one.
    pub fn spec(mut self, spec: &'static Spec) -> Self {
        self.spec = Some(spec);
        self
    }

    /// Names the simulator. Lines of the log have this name, and it is the host name until the configuration has one.
    ///
    /// What follows from a seed differs between names.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Sets how many requests [`Simulator::requests`] returns at most, and how many failed handshakes. Default: 10 000.
    pub fn kept_requests(mut self, requests: usize) -> Self {
        self.kept_requests = requests;
        self
    }

    /// Starts a twin with the configuration of a new appliance, or with that of its state file, instead of a copy.
    pub fn new_configuration(mut self) -> Self {
        self.copies_configuration = false;
        self
    }

    /// Shows a browser what the simulator holds. Default: there is no page. A twin has one if its original has.
    ///
    /// ```
    /// # tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap().block_on(async {
    /// use sps_sim::{Page, Simulator};
    ///
    /// let sim = Simulator::builder().page(Page::new()).start().await?;
    /// assert_eq!(sim.page_url(), Some(format!("{}/", sim.url())));
    /// # Ok::<(), sps_sim::Error>(()) }).unwrap();
    /// ```
    #[cfg(feature = "page")]
    pub fn page(mut self, page: Page) -> Self {
        self.page = Some(page);
        self
    }

    /// Makes the settings of a twin of this simulator; see [`Simulator::twin`].
    fn of_twin(of: &Simulator) -> Self {
        let appliance = of.appliance();
        let state = appliance.lock();
        Self {
            target: appliance.target.clone(),
            plain_http: of.identity.is_none(),
            address: SocketAddr::from((appliance.address, 0)),
            users: appliance.users.clone(),
            mode: appliance.mode,
            locks: of.machine.locks,
            clock: of.clock.clone(),
            seed: of.seed,
            only_certificates: !appliance.logins.password,
            is_initialized: state.device.is_initialized,
            spec: Some(appliance.spec),
            max_sessions: appliance.max_sessions,
            kept_requests: state.log.kept(),
            page: of.page.as_ref().map(|it| it.settings()),
            original: Some(Original::of(
                &appliance,
                &state,
                of.tls.clone().zip(of.identity.clone()),
            )),
            ..Simulator::builder()
        }
    }

    /// Starts the simulator on the current tokio runtime, which needs its timer and its I/O.
    ///
    /// # Errors
    ///
    /// Returns an error if the address is in use, another simulator uses the state, the state cannot be read or
    /// written, the log file cannot be opened, or a certificate is invalid.
    pub async fn start(mut self) -> Result<Simulator, Error> {
        let name = self.name.take();
        let mut random = Random::new(self.seed, name.as_deref()).ok_or(Error::Random)?;
        let users = self.users_with_a_first(&mut random);
        let original = self.original.take();
        let extra_key = self.extra_key.take();
        let spec = self.spec.unwrap_or_else(|| SPEC.get_or_init(Spec::embedded));
        let spec = match &extra_key {
            Some(key) => with_key(spec, key),
            None => spec,
        };
        let shared = original.as_ref().and_then(|it| it.parts(spec, &self.target));
        let (tree, bodies) = shared.unwrap_or_else(|| {
            let (tree, bodies) = parts(spec, &self.target);
            (Arc::new(tree), bodies)
        });
        let file = self.state.take().map(StateFile::open).transpose()?.map(Arc::new);
        let copied = original.as_ref().filter(|_| self.copies_configuration);
        let new = || {
            let mut new = match copied {
                Some(it) => it.configuration(&mut random),
                None => Configuration::default(),
            };
            fill(&mut new, &tree, &bodies);
            if let Some(name) = &name {
                name_host(&mut new, copied, name);
            }
            new
        };
        let (mut committed, left_out) =
            configuration(file.as_deref(), spec, &self.target, &tree, &bodies, new)?;
        if let Some(key) = &extra_key {
            plant(&mut committed, &tree, spec, key);
        }
        let (tls, identity) = match &original {
            _ if self.plain_http => (None, None),
            Some(Original { tls: Some((tls, identity)), .. })
                if self.client_ca.is_none() && self.private_key.is_none() =>
            {
                (Some(tls.clone()), Some(identity.clone()))
            }
            _ => {
                let ca = self.client_ca.as_deref();
                let key = self.private_key.as_deref();
                let (tls, identity) = Tls::new(self.address.ip(), file.as_deref(), ca, key)?;
                (Some(tls), Some(identity))
            }
        };
        let mut log = Log::new(name.clone(), self.kept_requests);
        log.restart(self.log_file.as_deref().map(LogFile::open).transpose()?);
        let address = self.address;
        let listening = |source| Error::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listening)?;
        let address = listener.local_addr().map_err(listening)?;
        let user = users.first().cloned().unwrap_or_else(|| User::admin("admin", ""));
        let audit = match (original.as_ref(), self.recorded_sessions) {
            (Some(original), None) => original.audit(self.snapshot_quota),
            (_, sessions) => {
                Audit::new(sessions.unwrap_or_else(samples), self.snapshot_quota, &mut random)
            }
        };
        let is_secure = tls.is_some();
        let page = self
            .page
            .as_ref()
            .map(|it| page::Server::new(it, address, name.clone(), is_secure, self.clock.now()));
        let page = page.transpose()?.map(Arc::new);
        let state = State {
            committed,
            origin: Origin::new(page.is_some()),
            sessions: Sessions::default(),
            transactions: Transactions::new(self.locks.unwrap_or_else(|| Locks::of(&self.target))),
            jobs: Jobs::default(),
            device: Device::new(firmware_version(&self.target), self.is_initialized),
            audit,
            faults: Faults::default(),
            log,
            random,
        };
        let logins = Logins {
            password: !self.only_certificates,
            certificate: !self.plain_http
                && (self.client_ca.is_some()
                    || original.as_ref().is_some_and(|it| it.takes_certificates)),
        };
        let clock = self.clock.clone();
        let appliance = Appliance {
            spec,
            bodies,
            tree,
            target: self.target,
            clock: self.clock,
            mode: self.mode,
            users,
            logins,
            max_sessions: self.max_sessions,
            secure: !self.plain_http,
            address: address.ip(),
            name: name.clone(),
            file,
            state: Arc::new(Mutex::new(state)),
        };
        let machine = Arc::new(Machine::new(appliance, self.locks));
        let task =
            tokio::spawn(server::run(listener, tls.clone(), Arc::clone(&machine), page.clone()));
        let seed = self.seed;
        Ok(Simulator {
            machine,
            clock,
            address,
            identity,
            user,
            name,
            seed,
            tls,
            left_out,
            page,
            task,
        })
    }

    /// Takes the users, with the one of [`first_user`](Self::first_user), or `admin` without any other, in front.
    fn users_with_a_first(&mut self, random: &mut Random) -> Vec<User> {
        let mut users = std::mem::take(&mut self.users);
        let default = users.is_empty().then(|| "admin".to_owned());
        if let Some(name) = self.first_user.take().or(default) {
            users.insert(0, User::admin(name, random.hex(24)));
        }
        users
    }
}

/// Makes a name the host name, unless the copied configuration has another one than that of the original.
fn name_host(new: &mut Configuration, original: Option<&Original>, name: &str) {
    let Some(naming) = new.singletons.get_mut(NAMING) else { return };
    if original.is_none_or(|it| naming["hostname"].as_str() == it.name()) {
        naming["hostname"] = name.into();
    }
}

/// Restores the configuration of the state file, or makes that of a new appliance. Also returns what is left out.
fn configuration(
    file: Option<&StateFile>,
    spec: &'static Spec,
    target: &Version,
    tree: &Tree,
    bodies: &Bodies<'static>,
    new: impl FnOnce() -> Configuration,
) -> Result<(Configuration, Vec<String>), Error> {
    let Some(file) = file else {
        return Ok((new(), Vec::new()));
    };
    let Some(Loaded { target: from, configuration }) = file.load()? else {
        let new = new();
        file.save(target, &new)?;
        return Ok((new, Vec::new()));
    };
    let restored = restore(configuration, &from, spec, target, tree, bodies);
    let restored = restored.map_err(|why| file.invalid(why))?;
    if from != *target || !restored.left_out.is_empty() {
        file.keep(from);
    }
    Ok((restored.configuration, restored.left_out))
}
