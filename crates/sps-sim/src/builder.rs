//! How a simulator is set up and started, and the handle on a running one.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock},
};

use serde_json::{Value, json};
use sps_spec::{Spec, Version};
use tokio::{net::TcpListener, task::JoinHandle};

use crate::{
    appliance::{Appliance, Logins, State},
    body::{Bodies, Mode},
    clock::Clock,
    configuration::{Configuration, Holder, Loaded, StateFile, Tree, fill, restore},
    error::Error,
    fault::{Fault, Faults},
    http::{Log, RequestRecord},
    jobs::{Jobs, Slots},
    random::Random,
    server::{self, Identity, Tls},
    session::{Sessions, User},
};

/// The spec, read once for all simulators of the process.
static SPEC: OnceLock<Spec> = OnceLock::new();

/// Settings of a simulator; made by [`Simulator::builder`].
#[derive(Debug)]
#[must_use = "nothing runs before `start`"]
pub struct Builder {
    target: Version,
    plain_http: bool,
    address: SocketAddr,
    users: Vec<User>,
    first_user: Option<String>,
    state: Option<PathBuf>,
    mode: Mode,
    clock: Clock,
    seed: Option<u64>,
    client_ca: Option<String>,
    only_certificates: bool,
}

impl Builder {
    /// Behaves like this version of the appliance; like the newest one of the guides, 8.0, otherwise.
    pub fn target(mut self, target: Version) -> Self {
        self.target = target;
        self
    }

    /// Speaks HTTP without TLS. Cookies are not marked as `Secure` then.
    pub fn plain_http(mut self) -> Self {
        self.plain_http = true;
        self
    }

    /// Listens on this address; on a free port of 127.0.0.1 otherwise. Port 0 stands for any free one.
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.address = address;
        self
    }

    /// Adds somebody who can log in. Without any, there is `admin` with a random password.
    pub fn user(mut self, user: User) -> Self {
        self.users.push(user);
        self
    }

    /// Puts somebody who may do everything before all other users, with a random password.
    pub fn first_user(mut self, name: impl Into<String>) -> Self {
        self.first_user = Some(name.into());
        self
    }

    /// Keeps the configuration in this file between runs, and the certificate beside it.
    ///
    /// The file is written at each commit. It holds secrets in plain text, and only its owner may read it. A lock on
    /// `FILE.lock` keeps other simulators away while this one runs.
    pub fn state(mut self, path: impl Into<PathBuf>) -> Self {
        self.state = Some(path.into());
        self
    }

    /// Refuses what an appliance would swallow: unknown keys above all.
    pub fn strict(mut self) -> Self {
        self.mode = Mode::Strict;
        self
    }

    /// Lives by this clock; by that of the machine otherwise.
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// Draws keys, tokens, passwords and the dice of faults from this seed, so that a run can be repeated.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = Some(seed);
        self
    }

    /// Lets users log in with certificates that these authorities signed, in PEM; the common name is the user.
    pub fn trust_client_ca(mut self, pem: impl Into<String>) -> Self {
        self.client_ca = Some(pem.into());
        self
    }

    /// Refuses passwords; only with [`trust_client_ca`](Self::trust_client_ca) can anybody log in then.
    pub fn only_certificates(mut self) -> Self {
        self.only_certificates = true;
        self
    }

    /// Starts the simulator on the tokio runtime that this is called on, which needs its timer and its I/O.
    ///
    /// # Errors
    ///
    /// When the address is taken, another simulator uses the state, the state cannot be read or written, or a certificate is not usable.
    pub async fn start(self) -> Result<Simulator, Error> {
        let mut random = Random::new(self.seed).ok_or(Error::Random)?;
        let mut users = self.users;
        let nobody = users.is_empty().then(|| "admin".to_owned());
        if let Some(name) = self.first_user.or(nobody) {
            users.insert(0, User::admin(name, random.hex(24)));
        }
        let spec = SPEC.get_or_init(Spec::embedded);
        let tree = Tree::new(spec, &self.target);
        let bodies = Bodies::new(spec, Some(self.target.clone()));
        let file = self.state.map(StateFile::open).transpose()?;
        let loaded = file.as_ref().map(StateFile::load).transpose()?.flatten();
        let (committed, left_out) = match (&file, loaded) {
            (Some(file), Some(loaded)) => {
                let Loaded { target: from, configuration } = loaded;
                let restored = restore(configuration, &from, spec, &self.target, &tree, &bodies)
                    .map_err(|why| file.wrong(why))?;
                if from != self.target || !restored.left_out.is_empty() {
                    file.keep(from);
                }
                (restored.configuration, restored.left_out)
            }
            (file, _) => {
                let mut new = Configuration::default();
                fill(&mut new, &tree, &bodies);
                if let Some(file) = file {
                    file.save(&self.target, &new)?;
                }
                (new, Vec::new())
            }
        };
        let (tls, identity) = if self.plain_http {
            (None, None)
        } else {
            let ca = self.client_ca.as_deref();
            let (tls, identity) = Tls::new(self.address.ip(), file.as_ref(), ca)?;
            (Some(tls), Some(identity))
        };
        let address = self.address;
        let listening = |source| Error::Listen { address, source };
        let listener = TcpListener::bind(address).await.map_err(listening)?;
        let address = listener.local_addr().map_err(listening)?;
        let user = users.first().cloned().unwrap_or_else(|| User::admin("admin", ""));
        let state = State {
            committed,
            sessions: Sessions::default(),
            transaction: None,
            jobs: Jobs::default(),
            slots: Slots::default(),
            faults: Faults::default(),
            log: Log::default(),
            random,
        };
        let logins = Logins {
            password: !self.only_certificates,
            certificate: self.client_ca.is_some() && !self.plain_http,
        };
        let appliance = Arc::new(Appliance {
            bodies,
            tree,
            target: self.target,
            clock: self.clock,
            mode: self.mode,
            users,
            logins,
            secure: !self.plain_http,
            file,
            state: Mutex::new(state),
        });
        let task = tokio::spawn(server::run(listener, tls, Arc::clone(&appliance)));
        Ok(Simulator { appliance, address, identity, user, left_out, task })
    }
}

/// A running simulator. It stops when it is dropped.
pub struct Simulator {
    appliance: Arc<Appliance>,
    address: SocketAddr,
    identity: Option<Identity>,
    user: User,
    left_out: Vec<String>,
    task: JoinHandle<()>,
}

impl Simulator {
    /// Settings for a new one: version 8.0, HTTPS on a free port of 127.0.0.1, `admin` with a random password.
    pub fn builder() -> Builder {
        Builder {
            target: Version::new([8, 0]),
            plain_http: false,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            users: Vec::new(),
            first_user: None,
            state: None,
            mode: Mode::Lenient,
            clock: Clock::system(),
            seed: None,
            client_ca: None,
            only_certificates: false,
        }
    }

    /// Lets something go wrong from now on. Several faults can hit one request.
    pub fn add_fault(&self, fault: Fault) {
        self.appliance.lock().faults.add(fault);
    }

    /// Lets nothing go wrong any more.
    pub fn clear_faults(&self) {
        self.appliance.lock().faults.clear();
    }

    /// Stops it: nobody listens when this returns, and open connections end.
    pub async fn stop(mut self) {
        self.task.abort();
        // It was aborted: there is nothing to hear from it.
        let _ = (&mut self.task).await;
    }

    /// Where it is reached, without a slash at the end: `https://127.0.0.1:34567`.
    pub fn url(&self) -> String {
        let scheme = if self.identity.is_some() { "https" } else { "http" };
        let mut address = self.address;
        match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        format!("{scheme}://{address}")
    }

    /// The address that it listens on.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Name of the first user.
    pub fn user(&self) -> &str {
        &self.user.name
    }

    /// Password of the first user.
    pub fn password(&self) -> &str {
        &self.user.password
    }

    /// Its certificate, which a client has to trust; nothing without TLS.
    pub fn certificate_pem(&self) -> Option<&str> {
        self.identity.as_ref().map(|it| it.pem.as_str())
    }

    /// SHA-256 of its certificate in lower-case hexadecimal digits; nothing without TLS.
    pub fn sha256_fingerprint(&self) -> Option<&str> {
        self.identity.as_ref().map(|it| it.fingerprint.as_str())
    }

    /// What the state file holds and the target version has not: paths of endpoints, and of members behind them.
    ///
    /// The first commit replaces the file, and keeps it as it was as `FILE.VERSION.bak`, if anything is left out or the
    /// file is of another version.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// The last requests, oldest first; ten thousand are remembered.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.appliance.lock().log.records()
    }

    /// Who holds the transaction now.
    pub fn open_transaction(&self) -> Option<Holder> {
        self.appliance.holder()
    }

    /// What is committed: bodies by path, and for a collection an object of bodies by key with their `@order`.
    ///
    /// References are bare keys, and secrets are there in plain text.
    pub fn configuration(&self) -> Value {
        let committed = &self.appliance.lock().committed;
        let mut all = json!({});
        for (path, body) in &committed.singletons {
            all[path] = body.clone();
        }
        for (path, objects) in &committed.collections {
            let keys: Vec<_> = objects.iter().map(|it| &it.key).collect();
            all[path] = json!({"@order": keys});
            for object in objects {
                all[path][&object.key] = object.body.clone();
            }
        }
        all
    }

    /// The time that it lives in.
    pub fn clock(&self) -> &Clock {
        &self.appliance.clock
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = self.appliance.target.to_string();
        let mut it = f.debug_struct("Simulator");
        it.field("url", &self.url()).field("target", &target).finish_non_exhaustive()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.task.abort();
        // What the task holds lives until the runtime drops it, and the next simulator may start before.
        if let Some(file) = &self.appliance.file {
            file.release();
        }
    }
}
