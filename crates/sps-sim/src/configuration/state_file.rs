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

/// Of this form are the files that this version writes.
const FORM: u32 = 1;

/// A file that holds the committed configuration. It has plain secrets in it: only its owner may read it.
#[derive(Debug)]
pub(crate) struct StateFile {
    /// As it was given; the certificate lies beside it.
    path: PathBuf,
    /// Behind all links, so that two names of one file have one lock.
    real: PathBuf,
    lock: Mutex<Lock>,
    /// The version of the file that has to be kept when it is replaced.
    keeps: Mutex<Option<Version>>,
}

/// The lock that keeps other simulators away.
#[derive(Debug)]
enum Lock {
    /// It is ours as long as this file is open; some file systems have no locks.
    Held { _file: Option<File> },
    /// Another simulator may have it by now.
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

/// What a file holds, and the version that it was written for.
pub(crate) struct Loaded {
    pub(crate) target: Version,
    pub(crate) configuration: Configuration,
}

impl StateFile {
    /// Keeps other simulators away from this file.
    ///
    /// Each of two would write what it knows over what the other one has committed.
    pub(crate) fn open(path: PathBuf) -> Result<Self, Error> {
        let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        // The state itself is replaced at each commit, and a lock on it would go with the old file.
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
            keeps: Mutex::new(None),
        })
    }

    /// Lets another simulator have the file; nothing is written from now on.
    pub(crate) fn release(&self) {
        *self.lock() = Lock::Released;
    }

    fn lock(&self) -> MutexGuard<'_, Lock> {
        self.lock.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What an earlier run left; nothing when there was none.
    pub(crate) fn load(&self) -> Result<Option<Loaded>, Error> {
        let text = match fs::read(&self.real) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => {
                return Err(Error::State { action: "read", path: self.path.clone(), source });
            }
        };
        let wrong = |why| self.wrong(why);
        let read: Read = serde_json::from_slice(&text).map_err(|error| {
            // Only the place: the message could quote a secret.
            wrong(format!("not understood at line {}, column {}", error.line(), error.column()))
        })?;
        if read.form != FORM {
            return Err(wrong(format!("it has form {}, and only {FORM} is known", read.form)));
        }
        let target = read.target.parse();
        let target = target.map_err(|_| wrong("its `target` is no version".to_owned()))?;
        Ok(Some(Loaded { target, configuration: read.configuration }))
    }

    /// The error for a file that holds something else.
    pub(crate) fn wrong(&self, why: String) -> Error {
        Error::NotState { path: self.path.clone(), why }
    }

    /// Puts the file aside as one of this version, instead of writing over it, when it is replaced.
    pub(crate) fn keep(&self, version: Version) {
        *self.keeps.lock().unwrap_or_else(PoisonError::into_inner) = Some(version);
    }

    /// Puts the configuration in place of the old one, whole or not at all.
    pub(crate) fn save(&self, target: &Version, it: &Configuration) -> Result<(), Error> {
        let written = Written { form: FORM, target: target.to_string(), configuration: it };
        let text = serde_json::to_vec_pretty(&written).map_err(io::Error::from);
        // Held until it is written: whoever gets the lock next reads what was answered as committed.
        let lock = self.lock();
        let saved = text.and_then(|text| match *lock {
            Lock::Held { .. } => self.put_aside().and_then(|()| replace(&self.real, &text)),
            Lock::Released => Err(io::Error::other("the simulator has ended")),
        });
        saved.map_err(|source| Error::State { action: "write", path: self.path.clone(), source })
    }

    /// Copies the file to one with another name, if it is to be kept.
    fn put_aside(&self) -> io::Result<()> {
        let mut keeps = self.keeps.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(version) = &*keeps else { return Ok(()) };
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
        *keeps = None;
        Ok(())
    }

    /// Certificate and key of an earlier run, if there is a certificate.
    pub(crate) fn certificate(&self) -> Result<Option<(String, String)>, Error> {
        let read = |path: PathBuf| match fs::read_to_string(&path) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::Certificate { path, why: error.to_string() }),
        };
        // A key alone is what a crash leaves, and nobody knows its certificate yet.
        let Some(certificate) = read(self.certificate_path())? else { return Ok(None) };
        let missing = || Error::Certificate {
            path: self.key_path(),
            why: "there is no such file".to_owned(),
        };
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

/// A file beside another: its name with one more ending.
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

/// A new file in the same folder, for its owner alone.
fn new_beside(path: &Path) -> io::Result<NamedTempFile> {
    NamedTempFile::new_in(folder(path))
}

/// Writes another file, makes sure that it is on the disk, and renames it.
fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut new = new_beside(path)?;
    new.write_all(text)?;
    new.as_file().sync_all()?;
    new.persist(path)?;
    // The new name has to reach the disk too; not every system can do that for a folder.
    if let Ok(folder) = File::open(folder(path)) {
        let _ = folder.sync_all();
    }
    Ok(())
}
