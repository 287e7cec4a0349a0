//! Credentials of a login.

use std::{
    io::{self, IsTerminal as _, Read as _},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow, bail};
use sps_client::Login;

use crate::{
    check::read,
    connection::{password::clean, profile::Profile, variable},
    file_name::is_stdin,
};

/// Holds the password; an argument would be visible to everyone in the list of processes.
const PASSWORD: &str = "SPS_PASSWORD";

/// The options of a login that the command line has.
#[derive(Debug)]
pub(super) struct LoginOptions<'o> {
    pub(super) password_file: Option<&'o PathBuf>,
    pub(super) login_method: Option<&'o String>,
    pub(super) client_cert: Option<&'o PathBuf>,
    pub(super) client_key: Option<&'o PathBuf>,
}

impl LoginOptions<'_> {
    /// Builds the login. Command-line options override environment variables, which override the profile.
    pub(super) fn login(
        &self,
        profile: &Profile,
        user: Option<String>,
        host: &str,
    ) -> Result<Login> {
        let login = if self.uses_certificate(profile) {
            self.certificate(profile)?
        } else {
            let Some(user) = user else {
                bail!("no user name: pass `--user` or set SPS_USER");
            };
            let file = match variable::file(self.password_file, "SPS_PASSWORD_FILE") {
                None if !variable::is_set(PASSWORD) => profile.password_file.clone(),
                file => file,
            };
            let password = password(file.as_deref(), &user, host)?;
            Login::password(user, password)
        };
        let method = variable::text(self.login_method, "SPS_LOGIN_METHOD")?;
        Ok(match method.or_else(|| profile.login_method.clone()) {
            Some(method) => login.by(method),
            None => login,
        })
    }

    /// Whether the first place that names credentials names a certificate.
    fn uses_certificate(&self, profile: &Profile) -> bool {
        if self.client_cert.is_some() || self.client_key.is_some() {
            true
        } else if self.password_file.is_some() {
            false
        } else if variable::is_set("SPS_CLIENT_CERT") || variable::is_set("SPS_CLIENT_KEY") {
            true
        } else if variable::is_set("SPS_PASSWORD_FILE") || variable::is_set(PASSWORD) {
            false
        } else {
            profile.client_cert.is_some() || profile.client_key.is_some()
        }
    }

    /// The files of the client certificate and of its private key.
    pub(super) fn certificate_files(
        &self,
        profile: &Profile,
    ) -> (Option<PathBuf>, Option<PathBuf>) {
        let certificate = variable::file(self.client_cert, "SPS_CLIENT_CERT");
        let key = variable::file(self.client_key, "SPS_CLIENT_KEY");
        (
            certificate.or_else(|| profile.client_cert.clone()),
            key.or_else(|| profile.client_key.clone()),
        )
    }

    fn certificate(&self, profile: &Profile) -> Result<Login> {
        match self.certificate_files(profile) {
            (Some(certificate), Some(key)) => {
                Ok(Login::certificate(read::bytes(&certificate)?, read::bytes(&key)?))
            }
            (Some(_), None) => {
                bail!("no private key for the client certificate: pass `--client-key`")
            }
            _ => bail!("no client certificate for the private key: pass `--client-cert`"),
        }
    }
}

/// The password: from the file, the environment, or a prompt.
fn password(file: Option<&Path>, user: &str, host: &str) -> Result<String> {
    let text = match (file, variable::text(None, PASSWORD)?) {
        (Some(file), _) if is_stdin(file) => {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text).context("cannot read the password")?;
            text
        }
        (Some(file), _) => read::text(file)?,
        (None, Some(text)) => text,
        (None, None) if io::stdin().is_terminal() => {
            rpassword::prompt_password(format!("Password of {user} at {host}: "))
                .context("cannot ask for the password")?
        }
        (None, None) => bail!(
            "no password: set {PASSWORD} or pass `--password-file FILE` (`-` is standard input)"
        ),
    };
    clean(&text).map_err(|reason| match file {
        Some(file) => anyhow!("{}: {reason}", file.display()),
        None if variable::is_set(PASSWORD) => anyhow!("{PASSWORD}: {reason}"),
        None => anyhow!(reason),
    })
}
