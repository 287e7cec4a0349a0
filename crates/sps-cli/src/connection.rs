//! Which appliance a command talks to, and as whom.

use std::env;
use std::fs;
use std::io;
use std::io::IsTerminal as _;
use std::io::Read as _;
use std::path::Path;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use anyhow::Result;
use anyhow::bail;
use sps_client::Client;
use sps_client::Login;
use sps_sim::Simulator;

use crate::input;
use crate::output;
use crate::profile;
use crate::profile::Profile;

/// Where the password may stand; an argument would be in the list of processes for everybody to read.
const PASSWORD: &str = "SPS_PASSWORD";

/// The options of every command that talks to an appliance. What is not given here comes from the
/// environment, then from the profile.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Connection")]
#[group(skip)]
pub(crate) struct Args {
    /// The appliance: a name or address, with `:PORT` if it is not 443, or the whole `https://…`.
    #[arg(long, value_name = "HOST", env = "SPS_HOST", hide_env_values = true)]
    host: Option<String>,

    /// Who logs in. The password comes from `SPS_PASSWORD`, from --password-file, or is asked for.
    #[arg(long, value_name = "NAME", env = "SPS_USER", hide_env_values = true)]
    user: Option<String>,

    /// A file with the password alone; `-` is standard input.
    #[arg(long, value_name = "FILE", env = "SPS_PASSWORD_FILE", hide_env_values = true)]
    password_file: Option<PathBuf>,

    /// The login method, if it is not the appliance's first choice; `local` is its own users.
    #[arg(long, value_name = "NAME", env = "SPS_LOGIN_METHOD", hide_env_values = true)]
    login_method: Option<String>,

    /// Certificates (PEM) of the authorities to trust, instead of those of the system.
    #[arg(long, value_name = "FILE", env = "SPS_CA_FILE", hide_env_values = true)]
    ca_file: Option<PathBuf>,

    /// Trust the certificate with this SHA-256 fingerprint alone: 64 hexadecimal digits, colons allowed.
    #[arg(long, value_name = "HEX", env = "SPS_PIN_SHA256", hide_env_values = true)]
    pin_sha256: Option<String>,

    /// Log in with this certificate (PEM) instead of a password.
    #[arg(long, value_name = "FILE", env = "SPS_CLIENT_CERT", hide_env_values = true)]
    client_cert: Option<PathBuf>,

    /// The private key (PEM) of that certificate.
    #[arg(long, value_name = "FILE", env = "SPS_CLIENT_KEY", hide_env_values = true)]
    client_key: Option<PathBuf>,

    /// Do not check who answers. Whoever stands in between reads the password.
    #[arg(long)]
    danger_accept_invalid_certs: bool,

    /// Take options from [profile.NAME] in the configuration file (`SPS_CONFIG`, or sps/config.toml in the
    /// user's configuration folder).
    #[arg(long, value_name = "NAME", env = "SPS_PROFILE", hide_env_values = true)]
    profile: Option<String>,

    /// How long to wait for one answer. Unit: seconds.
    #[arg(
        long,
        value_name = "SECONDS",
        default_value = "60",
        env = "SPS_TIMEOUT",
        hide_env_values = true
    )]
    timeout: u64,

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
        let profile = profile::read(self.profile.as_deref())?;
        let Some(host) = self.host.clone().or_else(|| profile.host.clone()) else {
            bail!(
                "which appliance? give --host, set SPS_HOST, or write a profile; --sim needs none"
            );
        };
        let host = if host.contains("://") { host } else { format!("https://{host}") };
        let mut builder = Client::builder(&host)?
            .login(self.login(&profile, &host)?)
            .timeout(Duration::from_secs(self.timeout))
            .lock_wait(Duration::from_secs(self.lock_wait));
        // Nobody is on the way to this machine itself; anywhere else the client refuses.
        if let Some(rest) = host.strip_prefix("http://")
            && ["127.0.0.1", "localhost", "[::1]"].iter().any(|it| {
                rest.strip_prefix(it).is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
            })
        {
            builder = builder.danger_allow_http();
        }
        if let Some(file) = self.ca_file.as_ref().or(profile.ca_file.as_ref()) {
            builder = builder.ca_pem(read(file)?);
        }
        if let Some(pin) = self.pin_sha256.as_ref().or(profile.pin_sha256.as_ref()) {
            builder = builder.pin_sha256(pin)?;
        }
        if self.danger_accept_invalid_certs {
            builder = builder.danger_accept_invalid_certs();
        }
        if let Some(journal) = profile::journal() {
            builder = builder.journal(journal);
        }
        let client = builder.connect().await?;
        for recovered in client.recovered() {
            output::complain(&format!("note: {recovered}"));
        }
        Ok(Connection { client, simulator: None })
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
            .timeout(Duration::from_secs(self.timeout))
            .connect()
            .await?;
        Ok(Connection { client, simulator: Some(simulator) })
    }

    fn login(&self, profile: &Profile, host: &str) -> Result<Login> {
        let certificate = self.client_cert.as_ref().or(profile.client_cert.as_ref());
        let key = self.client_key.as_ref().or(profile.client_key.as_ref());
        let login = match (certificate, key) {
            (Some(certificate), Some(key)) => Login::certificate(read(certificate)?, read(key)?),
            (Some(_), None) => bail!("the certificate needs its private key: give --client-key"),
            (None, Some(_)) => bail!("the private key needs its certificate: give --client-cert"),
            (None, None) => {
                let Some(user) = self.user.clone().or_else(|| profile.user.clone()) else {
                    bail!("who logs in? give --user, or set SPS_USER");
                };
                let file = self.password_file.as_ref().or(profile.password_file.as_ref());
                let password = password(file.map(PathBuf::as_path), &user, host)?;
                Login::password(user, password)
            }
        };
        let method = self.login_method.clone().or_else(|| profile.login_method.clone());
        Ok(match method {
            Some(method) => login.by(method),
            None => login,
        })
    }
}

/// The password: from the file, the environment, or whoever sits at the terminal.
fn password(file: Option<&Path>, user: &str, host: &str) -> Result<String> {
    let text = match (file, env::var(PASSWORD)) {
        (Some(file), _) if input::is_stdin(file) => {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text).context("cannot read the password")?;
            text
        }
        (Some(file), _) => read(file)?,
        (None, Ok(text)) => return Ok(text),
        (None, Err(_)) if io::stdin().is_terminal() => {
            rpassword::prompt_password(format!("Password of {user} at {host}: "))
                .context("cannot ask for the password")?
        }
        (None, Err(_)) => {
            bail!(
                "no password: set {PASSWORD}, or give --password-file FILE (`-` is standard input)"
            )
        }
    };
    // The end of the line belongs to the file.
    let password = text.strip_suffix('\n').unwrap_or(&text);
    let password = password.strip_suffix('\r').unwrap_or(password);
    if password.is_empty() {
        bail!("the password is empty");
    }
    Ok(password.to_owned())
}

fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file)
        .map_err(|error| anyhow::anyhow!("{}: {}", file.display(), input::words(&error)))
}
