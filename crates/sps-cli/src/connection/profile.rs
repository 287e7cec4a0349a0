//! Profiles: named sets of connection options in a configuration file.

use std::{
    collections::BTreeMap,
    env, fs,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use serde::Deserialize;
use sps_validate::span::{LineIndex, Position};

/// The configuration file.
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
    pub(crate) proxy: Option<String>,
}

impl Profile {
    /// Drops the secrets unless this profile also decides the host and the user: others must not get them. Returns
    /// whether there were any.
    pub(crate) fn withhold_secrets(&mut self, host: Option<&str>, user: Option<&str>) -> bool {
        let is_own = |given: Option<&str>, own: Option<&str>| given.is_none() || given == own;
        if is_own(host, self.host.as_deref()) && is_own(user, self.user.as_deref()) {
            return false;
        }
        let secrets = [&mut self.password_file, &mut self.client_cert, &mut self.client_key];
        secrets.into_iter().filter_map(Option::take).count() > 0
    }
}

/// Profile that is used when none is named.
const DEFAULT: &str = "default";

/// Reads the profile with this name, or else the default profile if there is one.
pub(crate) fn read(name: Option<&str>) -> Result<Profile> {
    let Some(path) = path() else {
        return match name {
            Some(name) => {
                bail!("no configuration file for profile `{name}`: set SPS_CONFIG or HOME")
            }
            None => Ok(Profile::default()),
        };
    };
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => match name {
            Some(name) => {
                bail!("cannot read profile `{name}`: no such file {}", path.display())
            }
            None if named_path().is_some() => {
                bail!("cannot read the file in SPS_CONFIG: no such file {}", path.display())
            }
            None => return Ok(Profile::default()),
        },
        Err(error) => {
            return Err(error).with_context(|| format!("cannot read {}", path.display()));
        }
    };
    choose(&text, name, &path)
}

/// The names of all profiles; without any if the configuration file cannot be read.
pub(crate) fn names() -> Vec<String> {
    let text = path().and_then(|path| fs::read_to_string(path).ok()).unwrap_or_default();
    let file = toml::from_str::<File>(&text).ok();
    file.map(|it| it.profile.into_keys().collect()).unwrap_or_default()
}

/// Picks the profile with this name from the text of a file; relative paths start at the folder of the file.
fn choose(text: &str, name: Option<&str>, path: &Path) -> Result<Profile> {
    let mut profiles = match toml::from_str::<File>(text) {
        Ok(file) => file.profile,
        Err(error) => {
            let start = error.span().map_or(0, |span| span.start);
            let Position { line, column } = LineIndex::new(text).position(start);
            bail!("{}:{line}:{column}: {}", path.display(), reason(&error));
        }
    };
    let mut profile = match (name, profiles.remove(name.unwrap_or(DEFAULT))) {
        (_, Some(profile)) => profile,
        (None, None) => Profile::default(),
        (Some(name), None) => {
            let names = profiles.keys().map(|it| format!("`{it}`")).collect::<Vec<_>>();
            let file = path.display();
            if names.is_empty() {
                bail!(
                    "{file}: unknown profile `{name}`; the file has no profiles, add [profile.{name}]"
                );
            }
            bail!("{file}: unknown profile `{name}`; known are {}", names.join(", "));
        }
    };
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
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

/// The reason of a TOML error without the text that caused it, which may be a password: `toml` quotes the whole line,
/// and `serde` the value.
fn reason(error: &toml::de::Error) -> String {
    let message = error.message();
    if let Some(unknown) = message.strip_prefix("unknown field `") {
        return match unknown.split_once("`, expected ") {
            Some(("password", _)) => {
                "unknown key `password`; write the password to a file and name it with `password-file`"
                    .to_owned()
            }
            Some((key, known)) => format!("unknown key `{key}`, expected {known}"),
            None => "unknown key".to_owned(),
        };
    }
    let about_a_value = ["invalid type: ", "invalid value: ", "invalid length "];
    if about_a_value.iter().any(|it| message.starts_with(it)) {
        return match message.rsplit_once(", expected ") {
            Some((_, expected)) => format!("invalid value: expected {expected}"),
            None => "invalid value".to_owned(),
        };
    }
    message.to_owned()
}

/// Path in the environment, which overrides the usual one.
fn named_path() -> Option<PathBuf> {
    env::var_os("SPS_CONFIG").filter(|it| !it.is_empty()).map(PathBuf::from)
}

/// Path of the configuration file.
fn path() -> Option<PathBuf> {
    named_path().or_else(|| Some(folder("XDG_CONFIG_HOME", ".config")?.join("config.toml")))
}

/// Path of the journal, which remembers an open transaction so that the next run can cancel it after a crash.
pub(crate) fn journal() -> Option<PathBuf> {
    Some(folder("XDG_STATE_HOME", ".local/state")?.join("journal"))
}

/// Folder of what is remembered about the secrets of appliances.
pub(crate) fn state() -> Option<PathBuf> {
    Some(folder("XDG_STATE_HOME", ".local/state")?.join("site"))
}

/// The variable with the home folder.
const HOME: &str = if cfg!(windows) { "USERPROFILE" } else { "HOME" };

/// The folder of `sps` below the one in the variable, or else below the home folder.
fn folder(variable: &str, otherwise: &str) -> Option<PathBuf> {
    let absolute = |name: &str| env::var_os(name).map(PathBuf::from).filter(|it| it.is_absolute());
    let base = absolute(variable).or_else(|| Some(absolute(HOME)?.join(otherwise)))?;
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

    fn chosen(text: &str, name: Option<&str>) -> Result<Profile> {
        choose(text, name, Path::new("/etc/sps/config.toml"))
    }

    #[test]
    fn paths_start_at_the_folder_of_the_file() {
        let lab = chosen(TEXT, Some("lab")).unwrap();
        assert_eq!(lab.ca_file.unwrap(), Path::new("/etc/sps/lab.pem"));
        assert_eq!(lab.password_file.unwrap(), Path::new("/run/secrets/sps"));
        assert_eq!(chosen(TEXT, None).unwrap().host.as_deref(), Some("sps.example"));
    }

    #[test]
    fn names_the_known_profiles() {
        let error = chosen(TEXT, Some("prod")).unwrap_err().to_string();
        assert_eq!(
            error,
            "/etc/sps/config.toml: unknown profile `prod`; known are `default`, `lab`"
        );
        assert!(chosen("", None).unwrap().host.is_none());
    }

    #[test]
    fn locates_a_mistake_without_quoting_it() {
        for (line, place, reason) in [
            ("password = 'hunter2'", "2:1", "unknown key `password`; write the password to a file"),
            ("pasword = 'hunter2'", "2:1", "unknown key `pasword`, expected one of `host`"),
            ("user = ['hunter2']", "2:8", "expected a string"),
            ("password-file = \"hunter2", "2:25", "expected `\"`"),
            ("password-file = hunter2", "2:17", "string values must be quoted"),
            ("user = 'é' hunter2", "2:12", "expected newline"),
            ("hunter2", "2:", "expected"),
            ("[other]\nuser = 'hunter2'", "2:2", "unknown key `other`, expected `profile`"),
        ] {
            let error = chosen(&format!("[profile.lab]\n{line}\n"), None).unwrap_err();
            let message = format!("{error:#}");
            let start = format!("/etc/sps/config.toml:{place}");
            assert!(message.starts_with(&start), "{line}: {message}");
            assert!(message.contains(reason), "{line}: {message}");
            assert!(!message.contains("hunter2"), "{line}: {message}");
        }
    }
}
