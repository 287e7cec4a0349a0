//! A file that remembers open transactions, so that the next run can cancel them after a crash.

use std::{
    collections::{BTreeMap, btree_map},
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};
use sps_model::Secret;
use tempfile::NamedTempFile;
use zeroize::Zeroize as _;

use crate::error::{Error, ErrorKind};

/// How long a late request may still arrive in a session whose transaction is closed.
const LATE_REQUEST_SECONDS: u64 = 600;

/// Guards files that clients of one process share: not every system locks a file within one process.
static FILE: Mutex<()> = Mutex::new(());

/// The files by which other processes see that this one runs; locked until it ends. Not needed on Linux.
static PRESENCE: Mutex<BTreeMap<PathBuf, File>> = Mutex::new(BTreeMap::new());

/// The journal of one client.
pub(crate) struct Journal {
    path: PathBuf,
    host: String,
}

#[derive(Serialize, Deserialize)]
struct Content {
    version: u32,
    entries: Vec<Entry>,
}

/// One open transaction.
#[derive(Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) host: String,
    pub(crate) user: String,
    /// Seconds since 1970.
    pub(crate) opened: u64,
    /// When it was closed, in seconds since 1970. A late request may still open another transaction in the same
    /// session, so the entry stays for a while.
    #[serde(default, rename = "settled", skip_serializing_if = "Option::is_none")]
    closed: Option<u64>,
    process: Process,
    session: String,
}

impl Entry {
    pub(crate) fn session(&self) -> Secret {
        Secret::new(self.session.clone())
    }

    /// Whether it was closed properly, so that it is reported only if a transaction is open again.
    pub(crate) fn is_closed(&self) -> bool {
        self.closed.is_some()
    }

    /// Whether no late request can arrive any more.
    pub(crate) fn is_expired(&self) -> bool {
        self.closed.is_some_and(|it| now().saturating_sub(it) > LATE_REQUEST_SECONDS)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        self.session.zeroize();
    }
}

/// A process. The start time distinguishes it from a later process with the same number; the place distinguishes it
/// from one on another machine or in another container, which may share the home directory.
#[derive(Serialize, Deserialize, PartialEq)]
struct Process {
    id: u32,
    started: Option<u64>,
    #[serde(default)]
    place: Option<String>,
}

impl Process {
    fn current() -> Self {
        let id = std::process::id();
        Self { id, started: started(id), place: place() }
    }

    /// Whether it still runs. Without a start time, the lock of its file beside the journal shows it.
    fn runs(&self, journal: &Path) -> bool {
        *self == Self::current()
            || match self.started {
                Some(_) => started(self.id) == self.started,
                None => is_present(&presence(journal, self.id)),
            }
    }

    /// Whether it belongs to another machine or container, where it cannot be seen from here.
    fn is_elsewhere(&self) -> bool {
        self.place.is_some() && self.place != place()
    }
}

/// The machine and the namespace of process numbers; known on Linux only.
fn place() -> Option<String> {
    let machine = fs::read_to_string("/etc/machine-id").unwrap_or_default();
    let numbers = fs::read_link("/proc/self/ns/pid").ok()?;
    Some(format!("{} {}", machine.trim(), numbers.display()))
}

/// Seconds since 1970.
fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs())
}

/// When the process started, in ticks since the start of the system; known on Linux only.
fn started(id: u32) -> Option<u64> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    // The name in parentheses may contain anything. The start time is the 20th field after it.
    stat.rsplit_once(')')?.1.split_whitespace().nth(19)?.parse().ok()
}

/// The file that a process keeps locked for as long as it runs.
fn presence(journal: &Path, id: u32) -> PathBuf {
    let mut name = journal.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{id}"));
    journal.with_file_name(name)
}

/// Lets other processes see that this one runs. The system unlocks the file when the process ends, however it ends.
fn show_presence(path: PathBuf) -> io::Result<()> {
    let mut held = PRESENCE.lock().unwrap_or_else(PoisonError::into_inner);
    if let btree_map::Entry::Vacant(place) = held.entry(path) {
        create_private_folder(folder_of(place.key()))?;
        let file = open_private(place.key())?;
        lock(&file)?;
        place.insert(file);
    }
    Ok(())
}

/// Whether a process holds this file. One that is left over is removed.
fn is_present(path: &Path) -> bool {
    let Ok(file) = File::open(path) else { return false };
    match file.try_lock() {
        Ok(()) => {
            drop(file);
            let _ = fs::remove_file(path);
            false
        }
        // Without an answer, it may run: its transaction is left alone.
        Err(TryLockError::WouldBlock | TryLockError::Error(_)) => true,
    }
}

impl Journal {
    pub(crate) fn new(path: PathBuf, host: String) -> Self {
        Self { path, host }
    }

    /// The transactions at this host whose process ended. With `elsewhere`, those of processes that cannot be seen too.
    pub(crate) fn orphans(&self, elsewhere: bool) -> Result<Vec<Entry>, Error> {
        let _guard = FILE.lock().unwrap_or_else(PoisonError::into_inner);
        let content = self.read()?;
        let has_ended =
            |it: &Process| if it.is_elsewhere() { elsewhere } else { !it.runs(&self.path) };
        let is_orphan = |entry: &Entry| entry.host == self.host && has_ended(&entry.process);
        Ok(content.entries.into_iter().filter(is_orphan).collect())
    }

    /// Remembers a transaction that is about to be opened.
    pub(crate) fn remember(&self, user: &str, session: &Secret) -> Result<(), Error> {
        let process = Process::current();
        if process.started.is_none() {
            show_presence(presence(&self.path, process.id))
                .map_err(|error| self.error("cannot be written").because(error))?;
        }
        self.change(|entries| {
            entries.retain(|entry| !self.is_of(entry, session));
            entries.push(Entry {
                host: self.host.clone(),
                user: user.to_owned(),
                opened: now(),
                closed: None,
                process,
                session: session.expose().to_owned(),
            });
        })
    }

    /// Forgets the transaction of this session.
    pub(crate) fn forget(&self, session: &Secret) -> Result<(), Error> {
        self.change(|entries| entries.retain(|entry| !self.is_of(entry, session)))
    }

    /// Notes that the transaction of this session is closed, but that a late request may still arrive.
    pub(crate) fn mark_closed(&self, session: &Secret) -> Result<(), Error> {
        self.change(|entries| {
            for entry in entries.iter_mut().filter(|entry| self.is_of(entry, session)) {
                entry.closed.get_or_insert_with(now);
            }
        })
    }

    fn is_of(&self, entry: &Entry, session: &Secret) -> bool {
        entry.host == self.host && entry.session == session.expose()
    }

    fn change(&self, change: impl FnOnce(&mut Vec<Entry>)) -> Result<(), Error> {
        let _guard = FILE.lock().unwrap_or_else(PoisonError::into_inner);
        let _lock = self.lock().map_err(|error| self.error("cannot be locked").because(error))?;
        let mut content = self.read()?;
        change(&mut content.entries);
        let result = if content.entries.is_empty() {
            match fs::remove_file(&self.path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            }
        } else {
            self.write(&content)
        };
        result.map_err(|error| self.error("cannot be written").because(error))
    }

    fn read(&self) -> Result<Content, Error> {
        let mut text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Content { version: 1, entries: Vec::new() });
            }
            Err(error) => return Err(self.error("cannot be read").because(error)),
        };
        let content = serde_json::from_str::<Content>(&text);
        text.zeroize();
        match content {
            Ok(content) if content.version == 1 => Ok(content),
            // Never overwritten: it may be another file. The message of serde is left out, it may hold the session.
            _ => Err(self.error("is not a journal of this version")),
        }
    }

    /// Writes the whole file or nothing. Only its owner may read it.
    fn write(&self, content: &Content) -> io::Result<()> {
        let mut text = serde_json::to_vec(content)?;
        let folder = folder_of(&self.path);
        let written = NamedTempFile::new_in(folder).and_then(|mut file| {
            file.write_all(&text)?;
            file.as_file().sync_all()?;
            Ok(file.persist(&self.path)?)
        });
        text.zeroize();
        written?;
        // The new name has to reach the disk too. Not every system can open a folder.
        if let Ok(folder) = File::open(folder) {
            let _ = folder.sync_all();
        }
        Ok(())
    }

    /// Locks the file against other processes until the result is dropped.
    fn lock(&self) -> io::Result<File> {
        create_private_folder(folder_of(&self.path))?;
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".lock");
        let file = open_private(&self.path.with_file_name(name))?;
        lock(&file)?;
        Ok(file)
    }

    fn error(&self, what: &str) -> Error {
        Error::new(ErrorKind::Journal).note(format!("`{}` {what}", self.path.display()))
    }
}

/// Opens a file that only its owner may read, and makes it if it is missing.
fn open_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Waits for the lock of a file. Some network file systems have no locks.
fn lock(file: &File) -> io::Result<()> {
    match file.lock() {
        Err(error) if error.kind() != io::ErrorKind::Unsupported => Err(error),
        _ => Ok(()),
    }
}

/// The folder of a file.
pub(crate) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// Creates a missing folder and its missing parents, for its owner alone.
fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("sps-client-{name}-{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn remembers_and_forgets() {
        // As on a new account, the folder does not exist yet.
        let folder = folder("journal").join("state");
        let path = folder.join("journal.json");
        let journal = Journal::new(path.clone(), "https://a".into());
        journal.remember("admin", &Secret::new("aa")).unwrap();
        journal.remember("admin", &Secret::new("bb")).unwrap();
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
            assert_eq!((mode(&path), mode(&folder)), (0o600, 0o700));
        }
        let files = 2 + usize::from(started(std::process::id()).is_none());
        let found = fs::read_dir(&folder).unwrap().count();
        assert_eq!(found, files, "the journal, its lock and perhaps the presence");
        // This process runs, so none of its transactions is orphaned.
        assert_eq!(journal.orphans(false).unwrap().len(), 0);

        // As if another process had written it that has ended.
        let text = fs::read_to_string(&path).unwrap();
        let id = format!("\"id\":{}", std::process::id());
        fs::write(&path, text.replace(&id, "\"id\":4194999")).unwrap();
        let orphans = journal.orphans(false).unwrap();
        assert_eq!(orphans.len(), 2);
        assert_eq!(orphans[0].session().expose(), "aa");
        let other = Journal::new(path.clone(), "https://b".into());
        assert_eq!(other.orphans(false).unwrap().len(), 0);

        journal.forget(&Secret::new("aa")).unwrap();
        journal.forget(&Secret::new("bb")).unwrap();
        assert!(!path.exists());
        fs::remove_dir_all(folder.parent().unwrap()).unwrap();
    }

    #[test]
    fn a_process_that_cannot_be_looked_at_is_seen_by_its_lock() {
        let folder = folder("presence");
        let path = folder.join("journal.json");
        let journal = Journal::new(path.clone(), "https://a".into());
        journal.remember("admin", &Secret::new("aa")).unwrap();
        let mut content: serde_json::Value =
            serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        let process = &mut content["entries"][0]["process"];
        (process["id"], process["started"]) = (4_194_999.into(), serde_json::Value::Null);
        fs::write(&path, content.to_string()).unwrap();

        // It runs: a lock belongs to an open file, so this one is like that of another process.
        let file = presence(&path, 4_194_999);
        show_presence(file.clone()).unwrap();
        assert_eq!(journal.orphans(false).unwrap().len(), 0);
        // It has crashed: the file is unlocked, and removed.
        PRESENCE.lock().unwrap().remove(&file);
        assert_eq!(journal.orphans(false).unwrap().len(), 1);
        assert!(!file.exists());
        assert_eq!(journal.orphans(false).unwrap().len(), 1);
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn never_overwrites_another_file() {
        let folder = folder("foreign");
        let path = folder.join("notes.txt");
        fs::write(&path, "session: 0123456789").unwrap();
        let journal = Journal::new(path.clone(), "https://a".into());
        let error = journal.remember("admin", &Secret::new("aa")).unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::Journal);
        assert!(!format!("{error} {error:?}").contains("0123456789"));
        assert_eq!(fs::read_to_string(&path).unwrap(), "session: 0123456789");
        fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn waits_for_another_process() {
        let folder = folder("locked");
        let journal = Journal::new(folder.join("journal.json"), "https://a".to_owned());
        // A lock belongs to an open file, so this one is like that of another process.
        let other = journal.lock().unwrap();
        let path = journal.path.clone();
        let waiting = std::thread::spawn(move || journal.remember("admin", &Secret::new("1")));
        std::thread::sleep(std::time::Duration::from_millis(50));
        assert!(!waiting.is_finished() && !path.exists());
        drop(other);
        waiting.join().unwrap().unwrap();
        assert!(path.exists());
        fs::remove_dir_all(folder).unwrap();
    }
}
