//! The file that keeps a configuration between runs, and the certificate beside it.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};
use sps_spec::Version;
use tempfile::NamedTempFile;

use crate::{configuration::store::Configuration, error::Error};

/// Format version of the file.
const FORM: u32 = 1;

/// A file that holds the committed configuration. It holds secrets in plain text: only its owner may read it.
#[derive(Debug)]
pub(crate) struct StateFile {
    /// Path as it was given. The certificate is beside it.
    path: PathBuf,
    /// Path without links, so that two names of one file have one lock.
    real: PathBuf,
    lock: Mutex<Lock>,
    /// Version of a file that must be kept when it is replaced.
    kept_version: Mutex<Option<Version>>,
}

/// The lock that keeps other simulators away from the file.
#[derive(Debug)]
enum Lock {
    /// Held as long as this file is open; `None` on a file system without locks.
    Held { _file: Option<File> },
    /// Released: another simulator may hold it.
    Released,
}

#[derive(Serialize)]
struct Written<'a> {
    form: u32,
    target: String,
    configuration: &'a Configuration,
}

#[derive(Deserialize)]
struct Read {
    form: u32,
    target: String,
    configuration: Configuration,
}

/// The content of a file, and the version that it was written for.
pub(crate) struct Loaded {
    pub(crate) target: Version,
    pub(crate) configuration: Configuration,
}

impl StateFile {
    /// Locks this file against other simulators, which would overwrite each other's commits.
    pub(crate) fn open(path: PathBuf) -> Result<Self, Error> {
        let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        // Each commit replaces the state file, and a lock on it would vanish with the old file.
        let lock = beside(&real, "lock");
        let locked = |source| Error::State { action: "lock", path: lock.clone(), source };
        let file = File::options().create(true).truncate(false).write(true).open(&lock);
        let file = file.map_err(&locked)?;
        let file = match file.try_lock() {
            Ok(()) => Some(file),
            Err(TryLockError::WouldBlock) => return Err(Error::InUse { path, lock }),
            Err(TryLockError::Error(it)) if it.kind() == io::ErrorKind::Unsupported => None,
            Err(TryLockError::Error(source)) => return Err(locked(source)),
        };
        Ok(Self {
            path,
            real,
            lock: Mutex::new(Lock::Held { _file: file }),
            kept_version: Mutex::new(None),
        })
    }

    /// Releases the file for another simulator. Nothing is written from now on.
    pub(crate) fn release(&self) {
        *self.lock() = Lock::Released;
    }

    fn lock(&self) -> MutexGuard<'_, Lock> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Loads the state of an earlier run, if there is one.
    pub(crate) fn load(&self) -> Result<Option<Loaded>, Error> {
        let text = match fs::read(&self.real) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => {
                return Err(Error::State { action: "read", path: self.path.clone(), source });
            }
        };
        let invalid = |why| self.invalid(why);
        let read: Read = serde_json::from_slice(&text).map_err(|error| {
            // Only the location: the message could quote a secret.
            invalid(format!("syntax error at line {}, column {}", error.line(), error.column()))
        })?;
        if read.form != FORM {
            return Err(invalid(format!("unknown form {}: expected {FORM}", read.form)));
        }
        let target = read.target.parse();
        let target = target.map_err(|_| invalid("invalid version in `target`".to_owned()))?;
        Ok(Some(Loaded { target, configuration: read.configuration }))
    }

    /// Makes the error for a file with an invalid content.
    pub(crate) fn invalid(&self, why: String) -> Error {
        Error::NotState { path: self.path.clone(), why }
    }

    /// Keeps a copy of the file, named after this version, when it is replaced.
    pub(crate) fn keep(&self, version: Version) {
        *self.kept_version.lock().unwrap_or_else(PoisonError::into_inner) = Some(version);
    }

    /// Replaces the old configuration, atomically.
    pub(crate) fn save(&self, target: &Version, it: &Configuration) -> Result<(), Error> {
        let written = Written { form: FORM, target: target.to_string(), configuration: it };
        let text = serde_json::to_vec_pretty(&written).map_err(io::Error::from);
        // Held until the file is written, so that the next holder of the lock reads every commit that was confirmed.
        let lock = self.lock();
        let saved = text.and_then(|text| match *lock {
            Lock::Held { .. } => self.back_up().and_then(|()| replace(&self.real, &text)),
            Lock::Released => Err(io::Error::other("the simulator has ended")),
        });
        saved.map_err(|source| Error::State { action: "write", path: self.path.clone(), source })
    }

    /// Copies the file, if it must be kept.
    fn back_up(&self) -> io::Result<()> {
        let mut kept_version = self.kept_version.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(version) = &*kept_version else { return Ok(()) };
        let mut copy = new_beside(&self.real)?;
        io::copy(&mut File::open(&self.real)?, &mut copy)?;
        copy.as_file().sync_all()?;
        for number in 1_u32.. {
            let end = if number == 1 { String::new() } else { number.to_string() };
            let kept = beside(&self.real, &format!("{version}.bak{end}"));
            match copy.persist_noclobber(kept) {
                Ok(_) => break,
                Err(it) if it.error.kind() == io::ErrorKind::AlreadyExists => copy = it.file,
                Err(it) => return Err(it.error),
            }
        }
        *kept_version = None;
        Ok(())
    }

    /// Loads the certificate and key of an earlier run, if there is a certificate.
    pub(crate) fn certificate(&self) -> Result<Option<(String, String)>, Error> {
        let read = |path: PathBuf| match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::Certificate { path, why: error.to_string() }),
        };
        // A crash can leave a key without a certificate. No client knows that key, so it can be replaced.
        let Some(certificate) = read(self.certificate_path())? else { return Ok(None) };
        let missing =
            || Error::Certificate { path: self.key_path(), why: "no such file".to_owned() };
        Ok(Some((certificate, read(self.key_path())?.ok_or_else(missing)?)))
    }

    pub(crate) fn certificate_path(&self) -> PathBuf {
        beside(&self.path, "crt.pem")
    }

    pub(crate) fn key_path(&self) -> PathBuf {
        beside(&self.path, "key.pem")
    }

    pub(crate) fn save_certificate(&self, certificate: &str, key: &str) -> Result<(), Error> {
        for (path, text) in [(self.key_path(), key), (self.certificate_path(), certificate)] {
            replace(&path, text.as_bytes()).map_err(|source| Error::State {
                action: "write",
                path,
                source,
            })?;
        }
        Ok(())
    }
}

/// Returns the path of a file beside another, with one more extension.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".");
    name.push(end);
    path.with_file_name(name)
}

fn folder(path: &Path) -> &Path {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    folder.unwrap_or_else(|| Path::new("."))
}

/// Creates a file in the same folder, which only its owner may read.
fn new_beside(path: &Path) -> io::Result<NamedTempFile> {
    NamedTempFile::new_in(folder(path))
}

/// Replaces a file: writes a new one, syncs it, and renames it.
fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut new = new_beside(path)?;
    new.write_all(text)?;
    new.as_file().sync_all()?;
    new.persist(path)?;
    // The new name must reach the disk too. Not every system can sync a folder.
    if let Ok(folder) = File::open(folder(path)) {
        let _ = folder.sync_all();
    }
    Ok(())
}
