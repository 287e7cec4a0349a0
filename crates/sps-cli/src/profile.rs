//! Profiles: the connection options of an appliance under a name, in a file.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::path::PathBuf;

use anyhow::Context as _;
use anyhow::Result;
use anyhow::bail;
use serde::Deserialize;

/// What stands in the file, by name.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    profile: BTreeMap<String, Profile>,
}

/// The connection options of one appliance.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(crate) struct Profile {
    pub(crate) host: Option<String>,
    pub(crate) user: Option<String>,
    pub(crate) login_method: Option<String>,
    pub(crate) password_file: Option<PathBuf>,
    pub(crate) ca_file: Option<PathBuf>,
    pub(crate) pin_sha256: Option<String>,
    pub(crate) client_cert: Option<PathBuf>,
    pub(crate) client_key: Option<PathBuf>,
}

/// The name of the profile that is taken when none is named.
const DEFAULT: &str = "default";

/// Reads the profile of this name, or the default one if there is one.
pub(crate) fn read(name: Option<&str>) -> Result<Profile> {
    let Some(path) = path() else {
        return match name {
            Some(name) => bail!("there is no place for profile `{name}`: set SPS_CONFIG or HOME"),
            None => Ok(Profile::default()),
        };
    };
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => match name {
            Some(name) => {
                bail!("there is no profile `{name}`: there is no file {}", path.display())
            }
            None => return Ok(Profile::default()),
        },
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read {}", path.display()));
        }
    };
    choose(&text, name, path.parent()).with_context(|| format!("in {}", path.display()))
}

/// The profile of this name in a text; paths in it start where the file lies.
fn choose(text: &str, name: Option<&str>, folder: Option<&Path>) -> Result<Profile> {
    let mut profiles = toml::from_str::<File>(text)?.profile;
    let mut profile = match (name, profiles.remove(name.unwrap_or(DEFAULT))) {
        (_, Some(profile)) => profile,
        (None, None) => Profile::default(),
        (Some(name), None) => {
            let names = profiles.keys().map(|it| format!("`{it}`")).collect::<Vec<_>>();
            if names.is_empty() {
                bail!("there is no profile `{name}`, and no other: write [profile.{name}]");
            }
            bail!("there is no profile `{name}`; there are {}", names.join(", "));
        }
    };
    let folder = folder.unwrap_or_else(|| Path::new("."));
    for file in [
        &mut profile.password_file,
        &mut profile.ca_file,
        &mut profile.client_cert,
        &mut profile.client_key,
    ]
    .into_iter()
    .flatten()
    {
        *file = folder.join(&file);
    }
    Ok(profile)
}

/// Where profiles stand.
fn path() -> Option<PathBuf> {
    let named = env::var_os("SPS_CONFIG").map(PathBuf::from);
    named.or_else(|| Some(folder("XDG_CONFIG_HOME", ".config")?.join("config.toml")))
}

/// Where an open transaction is remembered, so that the next run can clear what a crash left behind.
pub(crate) fn journal() -> Option<PathBuf> {
    Some(folder("XDG_STATE_HOME", ".local/state")?.join("journal"))
}

/// Our folder below the one that the variable names, or else below the user's own.
fn folder(variable: &str, otherwise: &str) -> Option<PathBuf> {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|it| it.is_absolute());
    let base = absolute(variable).or_else(|| Some(absolute("HOME")?.join(otherwise)))?;
    Some(base.join("sps"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "
        [profile.lab]
        host = 'sps.lab.example:8443'
        ca-file = 'lab.pem'
        password-file = '/run/secrets/sps'
        [profile.default]
        host = 'sps.example'
    ";

    #[test]
    fn files_of_a_profile_lie_beside_it() {
        let lab = choose(TEXT, Some("lab"), Some(Path::new("/etc/sps"))).unwrap();
        assert_eq!(lab.ca_file.unwrap(), Path::new("/etc/sps/lab.pem"));
        assert_eq!(lab.password_file.unwrap(), Path::new("/run/secrets/sps"));
        assert_eq!(choose(TEXT, None, None).unwrap().host.as_deref(), Some("sps.example"));
    }

    #[test]
    fn a_mistake_in_a_profile_is_named() {
        let error = choose(TEXT, Some("prod"), None).unwrap_err().to_string();
        assert_eq!(error, "there is no profile `prod`; there are `default`, `lab`");
        let error = choose("[profile.lab]\npassword = 'x'", None, None).unwrap_err().to_string();
        assert!(error.contains("unknown field `password`"), "{error}");
        assert!(choose("", None, None).unwrap().host.is_none());
    }
}
