//! Connection options: the appliance, the user, and the certificates to trust.

use std::{
    num::NonZeroU64,
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result, anyhow, bail};
use sps_client::{Client, ClientBuilder, LockWait, Login, Retry};
use sps_sim::Simulator;

use crate::{
    check::read,
    connection::{
        login::LoginOptions,
        peer::named,
        profile::{self, Profile},
        proxy::{self, Proxy},
        seed::ReadSeed,
        tls_files::{SystemFile, TlsFiles},
        variable,
    },
    file_name::is_stdin,
    output::{notice, one_line, record, remark},
    spec::{endpoints, overlaid_spec},
};

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(60);

/// Settings that a command adds to those of the options. Not generic: every command has its own, and connects by the same code.
pub(crate) type Configure<'a> = dyn Fn(ClientBuilder) -> ClientBuilder + 'a;

/// Options of every command that connects to an appliance. Command-line options override environment variables, which
/// override the profile; `clap` does not read the environment, because it lets a variable conflict with an option.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Connection")]
#[group(skip)]
#[expect(clippy::doc_markdown, reason = "clap prints the texts as they are")]
pub(crate) struct Args {
    /// Appliance: a name or address, with `:PORT` if it is not 443, or a URL [env: SPS_HOST]
    #[arg(long, value_name = "HOST")]
    host: Option<String>,

    /// User; the password comes from SPS_PASSWORD, --password-file or a prompt [env: SPS_USER]
    #[arg(long, value_name = "NAME")]
    user: Option<String>,

    /// File that contains only the password, or `-` for standard input [env: SPS_PASSWORD_FILE]
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// Login method, such as `local`, if not the appliance's first [env: SPS_LOGIN_METHOD]
    #[arg(long, value_name = "NAME")]
    login_method: Option<String>,

    /// Authorities to trust instead of those of the system, in PEM [env: SPS_CA_FILE]
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,

    /// SHA-256 fingerprint of the only certificate to trust, in hexadecimal [env: SPS_PIN_SHA256]
    #[arg(long, value_name = "HEX")]
    pin_sha256: Option<String>,

    /// Certificate to log in with instead of a password, in PEM [env: SPS_CLIENT_CERT]
    #[arg(long, value_name = "FILE")]
    client_cert: Option<PathBuf>,

    /// Private key of that certificate, in PEM [env: SPS_CLIENT_KEY]
    #[arg(long, value_name = "FILE")]
    client_key: Option<PathBuf>,

    /// Accept any certificate; anyone on the network path can read the password
    #[arg(long)]
    danger_accept_invalid_certs: bool,

    /// HTTP proxy to connect through: HOST:PORT or a URL, or `none` [env: SPS_PROXY, HTTPS_PROXY, NO_PROXY]
    #[arg(long, value_name = "PROXY")]
    proxy: Option<String>,

    /// Read connection options from [profile.NAME] in the configuration file [env: SPS_PROFILE]
    ///
    /// The file is the one in SPS_CONFIG, or else sps/config.toml in the user's configuration folder.
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,

    /// Whether only the profile says which appliance it is, and which user.
    #[arg(skip)]
    is_profile: bool,

    /// Seconds to wait for a response [env: SPS_TIMEOUT] [default: 60]
    #[arg(long, value_name = "SECONDS", value_parser = parse_timeout)]
    timeout: Option<Duration>,

    /// Seconds to wait while another user locks the configuration, commits first, or holds the last session
    #[arg(long, value_name = "SECONDS", default_value = "30")]
    lock_wait: u64,

    /// End the session of a run that only reads, too, by `DELETE /api/authentication` [env: SPS_LOG_OUT]
    ///
    /// A run that sends changes ends its session in any case. Any other sends nothing but GETs, and its session ends after the
    /// idle time of the appliance.
    #[arg(long)]
    log_out: bool,

    /// Connect to a built-in simulator that ends with the command; with DIR, it starts with the configuration of that tree
    #[arg(
        long,
        value_name = "DIR",
        num_args = 0..=1,
        require_equals = true,
        conflicts_with_all = ["host", "profile"]
    )]
    #[expect(clippy::option_option, reason = "the option may be there without a value")]
    sim: Option<Option<PathBuf>>,

    /// With --sim: make up every secret of a tree instead of reading it; with DIR, also where its tree says `keep`
    #[arg(long, requires = "sim")]
    made_up_secrets: bool,
}

/// The files with the secrets of a login without options: those of the environment and of the usual profile.
pub(crate) fn usual_login_files() -> Result<Vec<PathBuf>> {
    login_files(None, None, None)
}

fn login_files(
    profile: Option<&String>,
    password_file: Option<&PathBuf>,
    client_key: Option<&PathBuf>,
) -> Result<Vec<PathBuf>> {
    let name = variable::text(profile, "SPS_PROFILE")?;
    let profile = profile::read(name.as_deref())?;
    let files = [
        variable::file(password_file, "SPS_PASSWORD_FILE"),
        variable::file(client_key, "SPS_CLIENT_KEY"),
        profile.password_file,
        profile.client_key,
    ];
    Ok(files.into_iter().flatten().collect())
}

/// A client that has logged in.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) client: Client,
    /// Keeps the built-in simulator alive.
    #[expect(dead_code, reason = "it serves requests until it is dropped")]
    simulator: Option<Simulator>,
}

impl Args {
    /// These options for the appliance and the user of a profile, whatever they name themselves.
    pub(crate) fn of_profile(&self, name: &str) -> Self {
        Self { profile: Some(name.to_owned()), is_profile: true, sim: None, ..self.clone() }
    }

    /// Connects and logs in.
    pub(crate) async fn connect(
        &self,
        configure: &Configure<'_>,
        read_seed: &ReadSeed<'_>,
    ) -> Result<Connection> {
        if let Some(tree) = &self.sim {
            return self.simulate(tree.as_deref(), configure, read_seed).await;
        }
        let name = variable::text(self.profile.as_ref(), "SPS_PROFILE")?;
        let mut profile = profile::read(name.as_deref())?;
        let (host, user) = if self.is_profile {
            (None, None)
        } else {
            let host = variable::text(self.host.as_ref(), "SPS_HOST")?;
            (host, variable::text(self.user.as_ref(), "SPS_USER")?)
        };
        let is_withheld = profile.withhold_secrets(host.as_deref(), user.as_deref());
        let Some(host) = host.or_else(|| profile.host.clone()) else {
            bail!("no appliance: pass `--host`, `--profile` or `--sim`, or set SPS_HOST");
        };
        let user = user.or_else(|| profile.user.clone());
        let host = if host.contains("://") { host } else { format!("https://{host}") };
        let mut login = self.login_options().login(&profile, user, &host);
        if is_withheld {
            login = login.context(
                "the password and certificate of the profile are only for its own host and user",
            );
        }
        let mut builder = Client::builder(&host)?
            .login(login?)
            .timeout(self.timeout()?)
            .lock_wait(Duration::from_secs(self.lock_wait))
            .on_lock_wait(report_wait)
            .on_retry(report_retry);
        if let Some(Proxy { address, except }) =
            proxy::find(self.proxy.as_ref(), profile.proxy.as_ref(), &host)?
        {
            builder = builder.proxy(&address, &except)?;
        }
        // HTTP is safe within this machine; anywhere else the client refuses it.
        if is_loopback_http(&host) {
            builder = builder.danger_allow_http();
        }
        let (ca_file, pin) = self.trusted(&profile)?;
        let is_decided = ca_file.is_some() || pin.is_some() || self.danger_accept_invalid_certs;
        let system =
            if is_decided || !host.starts_with("https://") { None } else { SystemFile::find() };
        let (certificate, key) = self.login_options().certificate_files(&profile);
        let files = TlsFiles {
            authorities: ca_file.clone().or_else(|| system.as_ref().map(|it| it.path.clone())),
            certificate,
            key,
        };
        if let Some(file) = ca_file {
            builder = builder.ca_pem(read::bytes(&file)?);
        }
        if let Some(system) = &system {
            let pem = read::bytes(&system.path)?;
            builder =
                if system.is_alone { builder.ca_pem(pem) } else { builder.ca_pem_and_system(pem) };
        }
        if let Some(pin) = pin {
            builder = builder.pin_sha256(&pin)?;
        }
        if self.danger_accept_invalid_certs {
            builder = builder.danger_accept_invalid_certs();
        }
        if let Some(journal) = profile::journal() {
            builder = builder.journal(journal);
        }
        let client = configure(builder.endpoints(endpoints()))
            .connect()
            .await
            .map_err(|error| named(files.explain(error, system.as_ref()), &host))?;
        for recovered in client.recovered() {
            remark(&format!("note: {recovered}"));
        }
        Ok(Connection { client, simulator: None })
    }

    /// Whether the password comes from standard input, which then holds nothing else.
    pub(crate) fn takes_stdin(&self) -> bool {
        let file = variable::file(self.password_file.as_ref(), "SPS_PASSWORD_FILE");
        !self.is_simulated() && file.is_some_and(|it| is_stdin(&it))
    }

    /// The files with the secrets of the login, which nothing else may read.
    pub(crate) fn login_files(&self) -> Result<Vec<PathBuf>> {
        if self.is_simulated() {
            return Ok(Vec::new());
        }
        login_files(self.profile.as_ref(), self.password_file.as_ref(), self.client_key.as_ref())
    }

    /// Whether a run that only reads ends its session.
    pub(super) fn logs_out(&self) -> Result<bool> {
        if self.log_out {
            return Ok(true);
        }
        match variable::text(None, "SPS_LOG_OUT")?.as_deref() {
            None | Some("0" | "false") => Ok(false),
            Some("1" | "true") => Ok(true),
            Some(_) => bail!("invalid SPS_LOG_OUT: expected 1 or 0"),
        }
    }

    /// The longest time to wait for others.
    pub(crate) fn lock_wait(&self) -> Duration {
        Duration::from_secs(self.lock_wait)
    }

    /// Whether the other side is the built-in simulator, which ends with the command.
    pub(crate) fn is_simulated(&self) -> bool {
        self.sim.is_some()
    }

    /// Whether the secrets of trees are made up, which only a simulator gets.
    pub(crate) fn makes_up_secrets(&self) -> bool {
        self.made_up_secrets
    }

    /// Name of the other side for people: the URL, unless it is that of the built-in simulator.
    pub(crate) fn peer<'client>(&self, client: &'client Client) -> &'client str {
        if self.is_simulated() { "the built-in simulator" } else { client.url() }
    }

    /// Starts a fresh simulator for this command alone, perhaps with the configuration of a tree.
    async fn simulate(
        &self,
        tree: Option<&Path>,
        configure: &Configure<'_>,
        read_seed: &ReadSeed<'_>,
    ) -> Result<Connection> {
        let seed = tree.map(|root| read_seed(root, self.made_up_secrets)).transpose()?;
        let mut builder = Simulator::builder();
        if let Some(spec) = overlaid_spec() {
            builder = builder.spec(spec);
        }
        if let Some(target) = seed.as_ref().and_then(|it| it.target()) {
            builder = builder.target(target);
        }
        let simulator = builder.start().await?;
        if let Some(seed) = &seed {
            seed.plant(&simulator).await?;
        }
        let certificate = simulator.certificate_pem().unwrap_or_default();
        let builder = Client::builder(&simulator.url())?
            .login(Login::password(simulator.user(), simulator.password()))
            .ca_pem(certificate)
            .timeout(self.timeout()?);
        let client = configure(builder.endpoints(endpoints())).connect().await?;
        Ok(Connection { client, simulator: Some(simulator) })
    }

    fn login_options(&self) -> LoginOptions<'_> {
        LoginOptions {
            password_file: self.password_file.as_ref(),
            login_method: self.login_method.as_ref(),
            client_cert: self.client_cert.as_ref(),
            client_key: self.client_key.as_ref(),
        }
    }

    fn timeout(&self) -> Result<Duration> {
        match (self.timeout, variable::text(None, "SPS_TIMEOUT")?) {
            (Some(timeout), _) => Ok(timeout),
            (None, Some(text)) => {
                parse_timeout(&text).map_err(|reason| anyhow!("invalid SPS_TIMEOUT: {reason}"))
            }
            (None, None) => Ok(DEFAULT_TIMEOUT),
        }
    }

    /// The authorities or the pin to trust. Both come from the first place that has either of them, or the option to
    /// accept any certificate; the client refuses both from one place.
    fn trusted(&self, profile: &Profile) -> Result<(Option<PathBuf>, Option<String>)> {
        let places = [
            (self.ca_file.clone(), self.pin_sha256.clone()),
            (variable::file(None, "SPS_CA_FILE"), variable::text(None, "SPS_PIN_SHA256")?),
            (profile.ca_file.clone(), profile.pin_sha256.clone()),
        ];
        let decides = |file: &Option<_>, pin: &Option<_>| {
            file.is_some() || pin.is_some() || self.danger_accept_invalid_certs
        };
        let trusted = places.into_iter().find(|(file, pin)| decides(file, pin));
        Ok(trusted.unwrap_or_default())
    }
}

/// Says who holds the configuration while the run waits.
fn report_wait(wait: &LockWait) {
    let holder = match &wait.holder {
        Some(holder) => format!(", held by {}", one_line(holder)),
        None => String::new(),
    };
    notice(&format!("waiting for the configuration{holder} ({} s at most)", wait.limit.as_secs()));
}

/// Says that the appliance asks to wait. For people, other failures are worth a line only if they stay.
fn report_retry(retry: &Retry<'_>) {
    let seconds = retry.delay.as_secs_f64().ceil();
    let error = retry.error.to_string();
    let line = format!("waiting    {seconds} s and trying again: {}", one_line(&error));
    if retry.error.retry_after().is_some() {
        notice(&line);
    } else {
        record::warning(&line);
    }
}

fn is_loopback_http(host: &str) -> bool {
    let Some(authority) = host.strip_prefix("http://") else { return false };
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|it| {
        authority.strip_prefix(it).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
    })
}

/// A whole number of seconds; none at all would end every request before it is sent.
fn parse_timeout(text: &str) -> Result<Duration, String> {
    let seconds: NonZeroU64 =
        text.parse().map_err(|_| "expected a number of seconds, at least 1".to_owned())?;
    Ok(Duration::from_secs(seconds.get()))
}
