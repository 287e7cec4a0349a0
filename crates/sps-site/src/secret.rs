//! The values of secrets: from the environment, a file, a person or a command.

mod command;
mod made_up;
mod text;

use std::{
    collections::HashMap,
    ffi::OsString,
    fmt,
    fs::{self, File},
    io::{self, ErrorKind, Read as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

use sps_model::Secret;

use crate::{label::Label, notation::SecretSource};

pub use self::{
    made_up::MadeUpSecrets,
    text::{Blemish, blemish},
};

/// Where the values of secrets come from.
pub trait Secrets: Send + Sync {
    /// Reads the value of the secret that the object with this label has at this pointer.
    ///
    /// # Errors
    /// The value cannot be had, or is no text, or nothing, or still encrypted.
    fn fetch(
        &self,
        source: &SecretSource,
        label: &Label,
        pointer: &str,
    ) -> Result<Secret, SecretError>;
}

/// Why the value of a secret cannot be had. It never has a part of a value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("cannot read the secret of {label} at \"{pointer}\" from {from}: {reason}")]
pub struct SecretError {
    label: Label,
    pointer: String,
    from: String,
    reason: String,
}

impl SecretError {
    /// The secret of this object at this pointer cannot be read from this source.
    pub fn new(
        source: &SecretSource,
        label: &Label,
        pointer: &str,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            label: label.clone(),
            pointer: pointer.to_owned(),
            from: name_of(source),
            reason: reason.into(),
        }
    }

    /// The object.
    pub fn label(&self) -> &Label {
        &self.label
    }

    /// The place in its body.
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// The source, as the file spells it.
    pub fn from(&self) -> &str {
        &self.from
    }

    /// What went wrong.
    pub fn reason(&self) -> &str {
        &self.reason
    }
}

/// A source as files spell it.
pub(crate) fn name_of(source: &SecretSource) -> String {
    match source {
        SecretSource::Keep => "keep".to_owned(),
        SecretSource::Env(name) => format!("env:{name}"),
        SecretSource::File(path) => format!("file:{path}"),
        SecretSource::Prompt(text) => format!("prompt:{text}"),
        SecretSource::Command(line) => format!("command:{line}"),
    }
}

/// Asks a person for a secret: the text of the `prompt:`, the object, and the place in it.
type Prompt = dyn Fn(&str, &Label, &str) -> io::Result<Secret> + Send + Sync;
/// Looks up a variable of the environment.
type Environment = dyn Fn(&str) -> Option<OsString> + Send + Sync;

/// Reads secrets from the environment, from files and, where the caller allows it, from commands and a person.
///
/// A tree comes from version control, perhaps from a request to merge by a stranger. So it is the caller who says which
/// variables and folders may be read, and whether commands may run; the login password is never available.
///
/// ```
/// use sps_site::{Label, SecretReader, SecretSource, Secrets};
///
/// let reader = SecretReader::new("site")
///     .with_prefix("SITE_")
///     .with_environment(|name| (name == "SITE_TOKEN").then(|| "hunter22".into()));
/// let label = Label::of_singleton("management/splunk_forwarder");
/// let token = reader.fetch(&SecretSource::Env("SITE_TOKEN".to_owned()), &label, "/token")?;
/// assert_eq!(token.expose(), "hunter22");
///
/// let error = reader.fetch(&SecretSource::Env("PATH".to_owned()), &label, "/token").err();
/// assert_eq!(
///     error.ok_or("it is refused")?.reason(),
///     "only variables that start with `SITE_` may be read"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SecretReader {
    root: PathBuf,
    folders: Vec<PathBuf>,
    prefixes: Vec<String>,
    hidden_variables: Vec<String>,
    hidden_files: Vec<PathBuf>,
    command_limit: Option<Duration>,
    pipe_limit: Duration,
    prompt: Option<Box<Prompt>>,
    environment: Box<Environment>,
    /// What people and commands answered: each is asked once.
    answers: Mutex<HashMap<String, Result<Secret, String>>>,
}

/// The variable with the password of the login.
const LOGIN_VARIABLE: &str = "SPS_PASSWORD";
/// How long a command may take.
const COMMAND_LIMIT: Duration = Duration::from_secs(30);
/// How long another program may take to write a pipe.
const PIPE_LIMIT: Duration = Duration::from_secs(30);
/// A longer file holds no secret.
const MAX_BYTES: u64 = 1 << 20;

impl SecretReader {
    /// Reads relative paths of `file:` from this folder, which is the root of the tree.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            folders: Vec::new(),
            prefixes: Vec::new(),
            hidden_variables: vec![LOGIN_VARIABLE.to_owned()],
            hidden_files: Vec::new(),
            command_limit: None,
            pipe_limit: PIPE_LIMIT,
            prompt: None,
            environment: Box::new(|name| std::env::var_os(name)),
            answers: Mutex::default(),
        }
    }

    /// Lets `file:` read below this folder, and below others that were named so. Without any, it may read every file.
    #[must_use]
    pub fn with_folder(mut self, folder: impl Into<PathBuf>) -> Self {
        self.folders.push(folder.into());
        self
    }

    /// Lets `env:` read variables that start so, or like others that were named so. Without any, it may read every variable
    /// but those that are hidden.
    #[must_use]
    pub fn with_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefixes.push(prefix.into());
        self
    }

    /// Hides a variable, as `SPS_PASSWORD` always is.
    #[must_use]
    pub fn without_variable(mut self, name: impl Into<String>) -> Self {
        self.hidden_variables.push(name.into());
        self
    }

    /// Hides a file, such as the one with the password of the login.
    #[must_use]
    pub fn without_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.hidden_files.push(path.into());
        self
    }

    /// Allows `command:`. A command that has not ended after this time is ended, together with what it started; `None`:
    /// 30 seconds.
    #[must_use]
    pub fn with_commands(mut self, limit: Option<Duration>) -> Self {
        self.command_limit = Some(limit.unwrap_or(COMMAND_LIMIT));
        self
    }

    /// Sets how a person is asked: the function gets the text of the `prompt:`, the object, and the place in it.
    #[must_use]
    pub fn with_prompt(
        mut self,
        prompt: impl Fn(&str, &Label, &str) -> io::Result<Secret> + Send + Sync + 'static,
    ) -> Self {
        self.prompt = Some(Box::new(prompt));
        self
    }

    /// Sets how variables are looked up, in place of the environment of the process.
    #[must_use]
    pub fn with_environment(
        mut self,
        environment: impl Fn(&str) -> Option<OsString> + Send + Sync + 'static,
    ) -> Self {
        self.environment = Box::new(environment);
        self
    }

    fn read(&self, source: &SecretSource, label: &Label, pointer: &str) -> Result<Secret, String> {
        match source {
            SecretSource::Keep => Err("only the appliance has its value".to_owned()),
            SecretSource::Env(name) => self.variable(name),
            SecretSource::File(path) => self.file(path),
            SecretSource::Prompt(text) => {
                let prompt =
                    self.prompt.as_ref().ok_or("there is no terminal on which to ask for it")?;
                self.once(name_of(source), || {
                    let answer = prompt(text, label, pointer).map_err(|error| reason(&error))?;
                    text::check(answer.expose())?;
                    Ok(answer)
                })
            }
            SecretSource::Command(line) => {
                let limit = self.command_limit.ok_or("commands are not allowed")?;
                self.once(name_of(source), || {
                    text::of_bytes(command::run(line, &self.root, limit)?)
                })
            }
        }
    }

    /// Asks the same question once, whatever the answer.
    fn once(
        &self,
        question: String,
        ask: impl FnOnce() -> Result<Secret, String>,
    ) -> Result<Secret, String> {
        // Held while asking, so that two threads do not ask at once.
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        answers.entry(question).or_insert_with(ask).clone()
    }

    fn variable(&self, name: &str) -> Result<Secret, String> {
        if name.is_empty() || name.contains(['=', '\0']) {
            return Err("this is no name of a variable".to_owned());
        }
        if self.hidden_variables.iter().any(|it| it.eq_ignore_ascii_case(name)) {
            return Err("this variable belongs to the login, and no file may use it".to_owned());
        }
        if !self.prefixes.is_empty() && !self.prefixes.iter().any(|it| name.starts_with(it)) {
            let prefixes: Vec<_> = self.prefixes.iter().map(|it| format!("`{it}`")).collect();
            return Err(format!(
                "only variables that start with {} may be read",
                prefixes.join(" or ")
            ));
        }
        let value = (self.environment)(name).ok_or("the variable is not set")?;
        let value = value.into_string().map_err(|_| "the variable is not UTF-8")?;
        text::check(&value)?;
        Ok(Secret::from(value))
    }

    fn file(&self, path: &str) -> Result<Secret, String> {
        if path.is_empty() {
            return Err("the path is empty".to_owned());
        }
        let path = fs::canonicalize(self.root.join(path)).map_err(|error| reason(&error))?;
        let is_at = |other: &PathBuf| fs::canonicalize(other).is_ok_and(|other| other == path);
        if self.hidden_files.iter().any(is_at) {
            return Err("this file belongs to the login, and no other may use it".to_owned());
        }
        let is_below =
            |folder: &PathBuf| fs::canonicalize(folder).is_ok_and(|it| path.starts_with(it));
        if !self.folders.is_empty() && !self.folders.iter().any(is_below) {
            let folders: Vec<_> = self.folders.iter().map(|it| it.display().to_string()).collect();
            return Err(format!("only files below {} may be read", folders.join(" or ")));
        }
        text::of_bytes(bytes(&path, self.pipe_limit).map_err(|error| reason(&error))?)
    }
}

impl Secrets for SecretReader {
    fn fetch(
        &self,
        source: &SecretSource,
        label: &Label,
        pointer: &str,
    ) -> Result<Secret, SecretError> {
        self.read(source, label, pointer)
            .map_err(|reason| SecretError::new(source, label, pointer, reason))
    }
}

impl fmt::Debug for SecretReader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretReader")
            .field("root", &self.root)
            .field("folders", &self.folders)
            .field("prefixes", &self.prefixes)
            .field("command_limit", &self.command_limit)
            .finish_non_exhaustive()
    }
}

fn bytes(path: &Path, pipe_limit: Duration) -> io::Result<Vec<u8>> {
    if path.is_dir() {
        return Err(ErrorKind::IsADirectory.into());
    }
    let bytes = if path.is_file() { read(path)? } else { read_in_time(path, pipe_limit)? };
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::other("it is larger than 1 MiB, so it holds no secret"));
    }
    Ok(bytes)
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(path)?.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Reads a pipe, whose other end another program may never open.
fn read_in_time(path: &Path, limit: Duration) -> io::Result<Vec<u8>> {
    let (sender, result) = mpsc::channel();
    let path = path.to_owned();
    // Nothing ends the reading, so a thread that comes too late is left behind.
    thread::spawn(move || sender.send(read(&path)));
    result.recv_timeout(limit).unwrap_or_else(|_| {
        let seconds = limit.as_secs();
        Err(io::Error::other(format!(
            "it is a pipe, which was not written within {seconds} seconds"
        )))
    })
}

/// An error of the operating system as a reason.
fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        ErrorKind::IsADirectory => "expected a file, found a folder".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests;
