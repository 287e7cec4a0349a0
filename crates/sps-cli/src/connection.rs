//! Which appliance a command talks to, and as whom.

use std::{
    env,
    ffi::OsString,
    fs,
    io::{self, IsTerminal as _, Read as _},
    path::{Path, PathBuf},
    time::Duration,
};

use anyhow::{Context as _, Result, bail};
use sps_client::{Client, Login};
use sps_sim::Simulator;

use crate::{
    input, output,
    profile::{self, Profile},
    tls_files::{self, SystemFile, TlsFiles},
};

/// Where the password may stand; an argument would be in the list of processes for everybody to read.
const PASSWORD: &str = "SPS_PASSWORD";

/// The options of every command that talks to an appliance. What is not given here comes from the
/// environment, then from the profile; `clap` is not asked about the environment, for it lets a variable conflict
/// with an option.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Connection")]
#[group(skip)]
pub(crate) struct Args {
    /// The appliance: a name or address, with `:PORT` if it is not 443, or the whole `https://…`.
    /// [env: `SPS_HOST`]
    #[arg(long, value_name = "HOST")]
    host: Option<String>,

    /// Who logs in. The password comes from `SPS_PASSWORD`, from --password-file, or is asked for.
    /// [env: `SPS_USER`]
    #[arg(long, value_name = "NAME")]
    user: Option<String>,

    /// A file with the password alone; `-` is standard input. [env: `SPS_PASSWORD_FILE`]
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// The login method, if it is not the appliance's first choice; `local` is its own users.
    /// [env: `SPS_LOGIN_METHOD`]
    #[arg(long, value_name = "NAME")]
    login_method: Option<String>,

    /// Certificates (PEM) of the authorities to trust, instead of those of the system. [env: `SPS_CA_FILE`]
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,

    /// Trust the certificate with this SHA-256 fingerprint alone: 64 hexadecimal digits, colons allowed.
    /// [env: `SPS_PIN_SHA256`]
    #[arg(long, value_name = "HEX")]
    pin_sha256: Option<String>,

    /// Log in with this certificate (PEM) instead of a password. [env: `SPS_CLIENT_CERT`]
    #[arg(long, value_name = "FILE")]
    client_cert: Option<PathBuf>,

    /// The private key (PEM) of that certificate. [env: `SPS_CLIENT_KEY`]
    #[arg(long, value_name = "FILE")]
    client_key: Option<PathBuf>,

    /// Do not check who answers. Whoever stands in between reads the password.
    #[arg(long)]
    danger_accept_invalid_certs: bool,

    /// Take options from [profile.NAME] in the configuration file (`SPS_CONFIG`, or sps/config.toml in the
    /// user's configuration folder); docs/connection.md shows one. [env: `SPS_PROFILE`]
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,

    /// How long to wait for one response. Unit: seconds. [env: `SPS_TIMEOUT`] [default: 60]
    #[arg(long, value_name = "SECONDS")]
    timeout: Option<u64>,

    /// How long to wait while somebody else holds the configuration. Unit: seconds.
    #[arg(long, value_name = "SECONDS", default_value = "30")]
    lock_wait: u64,

    /// Talk to a simulator that lives as long as the command, and to no appliance at all.
    #[arg(long, conflicts_with_all = ["host", "profile"])]
    sim: bool,
}

/// An appliance that is logged in to.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) client: Client,
    /// Keeps the embedded simulator alive.
    #[expect(dead_code, reason = "it answers until it is dropped")]
    simulator: Option<Simulator>,
}

impl Args {
    /// Connects and logs in.
    pub(crate) async fn connect(&self) -> Result<Connection> {
        if self.sim {
            return self.simulate().await;
        }
        let mut profile = profile::read(word(self.profile.as_ref(), "SPS_PROFILE")?.as_deref())?;
        let host = word(self.host.as_ref(), "SPS_HOST")?;
        let user = word(self.user.as_ref(), "SPS_USER")?;
        let is_withheld = profile.withhold_secrets(host.as_deref(), user.as_deref());
        let Some(host) = host.or_else(|| profile.host.clone()) else {
            bail!(
                "which appliance? give --host, set SPS_HOST, or write a profile; --sim needs none"
            );
        };
        let user = user.or_else(|| profile.user.clone());
        let host = if host.contains("://") { host } else { format!("https://{host}") };
        let mut login = self.login(&profile, user, &host);
        if is_withheld {
            login = login.context(
                "the profile's password and certificate are for its own host and user alone",
            );
        }
        let mut builder = Client::builder(&host)?
            .login(login?)
            .timeout(self.timeout()?)
            .lock_wait(Duration::from_secs(self.lock_wait));
        // Nobody is on the way to this machine itself; anywhere else the client refuses.
        if let Some(rest) = host.strip_prefix("http://")
            && ["127.0.0.1", "localhost", "[::1]"].iter().any(|it| {
                rest.strip_prefix(it).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
            })
        {
            builder = builder.danger_allow_http();
        }
        let (ca_file, pin) = self.trusted(&profile)?;
        let is_answered = ca_file.is_some() || pin.is_some() || self.danger_accept_invalid_certs;
        let is_tls = host.starts_with("https://");
        let system = if is_tls && !is_answered { SystemFile::find() } else { None };
        let files = TlsFiles {
            authorities: ca_file.clone().or_else(|| system.as_ref().map(|it| it.path.clone())),
            certificate: file(self.client_cert.as_ref(), "SPS_CLIENT_CERT")
                .or_else(|| profile.client_cert.clone()),
            key: file(self.client_key.as_ref(), "SPS_CLIENT_KEY")
                .or_else(|| profile.client_key.clone()),
        };
        if let Some(file) = ca_file {
            builder = builder.ca_pem(tls_files::read(&file)?);
        }
        if let Some(system) = &system {
            let pem = tls_files::read(&system.path)?;
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
        let client = builder.connect().await.map_err(|error| files.explain(error))?;
        for recovered in client.recovered() {
            output::complain(&format!("note: {recovered}"));
        }
        Ok(Connection { client, simulator: None })
    }

    /// Whether the password is read from standard input, which then holds nothing else.
    pub(crate) fn takes_stdin(&self) -> bool {
        let file = file(self.password_file.as_ref(), "SPS_PASSWORD_FILE");
        !self.sim && file.is_some_and(|it| input::is_stdin(&it))
    }

    /// What the client talks to, in words for a person. The port of an embedded simulator means nothing to anybody.
    pub(crate) fn peer<'client>(&self, client: &'client Client) -> &'client str {
        if self.sim { "the embedded simulator" } else { client.url() }
    }

    /// An appliance that exists only for this command: fresh, and gone afterwards.
    async fn simulate(&self) -> Result<Connection> {
        let simulator = Simulator::builder().start().await?;
        let certificate = simulator.certificate_pem().unwrap_or_default();
        let client = Client::builder(&simulator.url())?
            .login(Login::password(simulator.user(), simulator.password()))
            .ca_pem(certificate)
            .timeout(self.timeout()?)
            .connect()
            .await?;
        Ok(Connection { client, simulator: Some(simulator) })
    }

    fn timeout(&self) -> Result<Duration> {
        let seconds = match (self.timeout, word(None, "SPS_TIMEOUT")?) {
            (Some(seconds), _) => seconds,
            (None, Some(text)) => {
                text.parse().ok().context("SPS_TIMEOUT is not a number of seconds")?
            }
            (None, None) => 60,
        };
        Ok(Duration::from_secs(seconds))
    }

    /// Whom to trust: authorities, or a pin. Both are one question, and with the option that trusts anybody they come
    /// from the first place that answers it; the client refuses two answers from there.
    fn trusted(&self, profile: &Profile) -> Result<(Option<PathBuf>, Option<String>)> {
        let places = [
            (self.ca_file.clone(), self.pin_sha256.clone()),
            (file(None, "SPS_CA_FILE"), word(None, "SPS_PIN_SHA256")?),
            (profile.ca_file.clone(), profile.pin_sha256.clone()),
        ];
        let is_response = |file: &Option<_>, pin: &Option<_>| {
            file.is_some() || pin.is_some() || self.danger_accept_invalid_certs
        };
        let found = places.into_iter().find(|(file, pin)| is_response(file, pin));
        Ok(found.unwrap_or_default())
    }

    /// How to log in: as the command line says, or else the environment, or else the profile.
    fn login(&self, profile: &Profile, user: Option<String>, host: &str) -> Result<Login> {
        let certificate = file(self.client_cert.as_ref(), "SPS_CLIENT_CERT");
        let key = file(self.client_key.as_ref(), "SPS_CLIENT_KEY");
        let password_file = file(self.password_file.as_ref(), "SPS_PASSWORD_FILE");
        let by_certificate = if self.client_cert.is_some() || self.client_key.is_some() {
            true
        } else if self.password_file.is_some() {
            false
        } else if certificate.is_some() || key.is_some() {
            true
        } else if password_file.is_some() || variable(PASSWORD).is_some() {
            false
        } else {
            profile.client_cert.is_some() || profile.client_key.is_some()
        };
        let login = if by_certificate {
            let certificate = certificate.or_else(|| profile.client_cert.clone());
            let key = key.or_else(|| profile.client_key.clone());
            match (certificate, key) {
                (Some(certificate), Some(key)) => {
                    Login::certificate(tls_files::read(&certificate)?, tls_files::read(&key)?)
                }
                (Some(_), None) => {
                    bail!("the certificate needs its private key: give --client-key")
                }
                _ => bail!("the private key needs its certificate: give --client-cert"),
            }
        } else {
            let Some(user) = user else {
                bail!("who logs in? give --user, or set SPS_USER");
            };
            let file = match password_file {
                None if variable(PASSWORD).is_none() => profile.password_file.clone(),
                file => file,
            };
            let password = password(file.as_deref(), &user, host)?;
            Login::password(user, password)
        };
        let method = word(self.login_method.as_ref(), "SPS_LOGIN_METHOD")?;
        Ok(match method.or_else(|| profile.login_method.clone()) {
            Some(method) => login.by(method),
            None => login,
        })
    }
}

/// What a variable says; an empty one says nothing.
fn variable(name: &str) -> Option<OsString> {
    env::var_os(name).filter(|it| !it.is_empty())
}

/// What the option says, or else the variable.
fn word(option: Option<&String>, name: &str) -> Result<Option<String>> {
    if option.is_some() {
        return Ok(option.cloned());
    }
    let text = variable(name).map(OsString::into_string).transpose();
    text.map_err(|_| anyhow::anyhow!("{name} is not UTF-8"))
}

/// The same for a file.
fn file(option: Option<&PathBuf>, name: &str) -> Option<PathBuf> {
    option.cloned().or_else(|| variable(name).map(PathBuf::from))
}

/// The password: from the file, the environment, or whoever sits at the terminal.
fn password(file: Option<&Path>, user: &str, host: &str) -> Result<String> {
    let text = match (file, word(None, PASSWORD)?) {
        (Some(file), _) if input::is_stdin(file) => {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text).context("cannot read the password")?;
            text
        }
        (Some(file), _) => read(file)?,
        (None, Some(text)) => return Ok(text),
        (None, None) if io::stdin().is_terminal() => {
            rpassword::prompt_password(format!("Password of {user} at {host}: "))
                .context("cannot ask for the password")?
        }
        (None, None) => {
            bail!(
                "no password: set {PASSWORD}, or give --password-file FILE (`-` is standard input)"
            )
        }
    };
    // The end of the line belongs to the file.
    let password = text.strip_suffix('\n').unwrap_or(&text);
    let password = password.strip_suffix('\r').unwrap_or(password);
    match (password.is_empty(), file) {
        (false, _) => Ok(password.to_owned()),
        (true, Some(file)) => bail!("{}: the password is empty", file.display()),
        (true, None) => bail!("the password is empty"),
    }
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file)
        .map_err(|error| anyhow::anyhow!("{}: {}", file.display(), input::words(&error)))
}
