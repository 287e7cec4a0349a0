//! What a user's machine remembers about secrets that were applied: which key holds which secret, as keyed hashes.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::{self, Write as _},
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use ring::{
    digest, hmac,
    rand::{SecureRandom as _, SystemRandom},
};
use serde::{Deserialize, Serialize};
use sps_model::Secret;

use crate::{found::Appliance, label::Label};

/// The format of state files. A file of another format counts as lost.
const FORMAT: u64 = 1;
const KEY_FILE: &str = "site.key";
const KEY_BYTES: usize = 32;

/// What was applied to one appliance: for each place with a secret the key of the object that holds it, and a keyed hash.
///
/// It holds no plain text, and nothing that finds it without the key file beside it. It is safe to lose: then the plan says
/// which secrets cannot be compared, and leaves them alone.
///
/// ```
/// use sps_site::{Appliance, State};
///
/// let folder = tempfile::tempdir()?;
/// let state = State::open(folder.path(), &Appliance::new("https://sps.example"));
/// assert_eq!(state.notes().count(), 0);
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct State {
    /// The folder; `None` for a state that is never saved.
    folder: Option<PathBuf>,
    file: PathBuf,
    about: About,
    key: Key,
    secrets: BTreeMap<String, BTreeMap<String, Entry>>,
    /// The objects of which this state knows more than the file.
    touched: BTreeSet<String>,
    notes: Vec<String>,
}

/// The key of the hashes, and whether it is in its file.
struct Key {
    bytes: [u8; KEY_BYTES],
    is_saved: bool,
}

/// The appliance, for readers of the file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct About {
    url: String,
    name: String,
}

/// One secret that was applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Entry {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    hash: String,
}

/// The file.
#[derive(Serialize, Deserialize)]
struct Content {
    schema_version: u64,
    key_id: String,
    appliance: About,
    secrets: BTreeMap<String, BTreeMap<String, Entry>>,
}

/// Reads the format before anything else, which another format may not have.
#[derive(Deserialize)]
struct Format {
    schema_version: u64,
}

/// What the state says about a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Remembered {
    /// It is the value that was applied.
    Same,
    /// Another value was applied.
    OtherValue,
    /// Another object holds the value that was applied.
    OtherKey,
    /// Nothing was applied there.
    Nothing,
}

impl Remembered {
    fn of(is_same: bool) -> Self {
        if is_same { Self::Same } else { Self::OtherValue }
    }
}

impl State {
    /// Creates an empty state that is never saved.
    ///
    /// # Panics
    /// If the system has no random numbers.
    pub fn in_memory() -> Self {
        Self {
            folder: None,
            file: PathBuf::new(),
            about: About { url: String::new(), name: String::new() },
            key: Key::random(),
            secrets: BTreeMap::new(),
            touched: BTreeSet::new(),
            notes: Vec::new(),
        }
    }

    /// Opens the state of an appliance in a folder, which need not exist.
    ///
    /// A file that cannot be read, is damaged or has another format counts as lost, with a [note](Self::notes). Nothing is
    /// written before [`State::save`].
    ///
    /// # Panics
    /// If the system has no random numbers.
    pub fn open(folder: &Path, appliance: &Appliance) -> Self {
        let mut state = Self::in_memory();
        state.file = folder.join(file_name(appliance));
        state.about = About { url: appliance.url.clone(), name: appliance.name.clone() };
        state.folder = Some(folder.to_owned());
        let key_file = folder.join(KEY_FILE);
        match Key::read(&key_file) {
            Ok(Some(key)) => state.key = key,
            Ok(None) => {}
            Err(reason) => state.lose(&key_file, &reason),
        }
        match read(&state.file, &state.key.id()) {
            Ok(secrets) => state.secrets = secrets,
            Err(reason) => {
                let file = state.file.clone();
                state.lose(&file, &reason);
            }
        }
        state
    }

    fn lose(&mut self, file: &Path, reason: &str) {
        self.notes.push(format!("the state in {} counts as lost: {reason}", file.display()));
    }

    /// Makes the folder and the key of the hashes, or takes the key that another run has made meanwhile. Without this, many
    /// first runs at once would each write hashes that the others cannot compare.
    pub(crate) fn prepare(&mut self) -> Result<(), StateError> {
        let Some(folder) = self.folder.clone().filter(|_| !self.key.is_saved) else {
            return Ok(());
        };
        create_folder(&folder).map_err(failed(&folder))?;
        let path = folder.join(KEY_FILE);
        let text = hex(&self.key.bytes);
        if write_new(&folder, &path, text.as_bytes()).map_err(failed(&path))? {
            self.key.is_saved = true;
        } else if let Ok(Some(key)) = Key::read(&path) {
            self.key = key;
            // What was hashed with the other key is lost; what the other run has written is not.
            self.touched.clear();
            self.secrets = read(&self.file, &self.key.id()).unwrap_or_default();
        } else {
            write(&folder, &path, text.as_bytes()).map_err(failed(&path))?;
            self.key.is_saved = true;
        }
        Ok(())
    }

    /// Writes the state, readable for its owner only. It appears as a whole or not at all.
    ///
    /// What other runs have written meanwhile about other objects stays.
    ///
    /// # Errors
    /// [`StateError`] if the folder or a file cannot be written.
    pub fn save(&mut self) -> Result<(), StateError> {
        self.prepare()?;
        let Some(folder) = self.folder.clone() else { return Ok(()) };
        // Held until the file is written. It ends with the process, however that ends.
        let _lock = lock(&folder.join(KEY_FILE)).map_err(failed(&self.file))?;
        if let Ok(mut secrets) = read(&self.file, &self.key.id()) {
            secrets.retain(|label, _| !self.touched.contains(label));
            self.secrets.retain(|label, _| self.touched.contains(label));
            self.secrets.append(&mut secrets);
        }
        let content = Content {
            schema_version: FORMAT,
            key_id: self.key.id(),
            appliance: self.about.clone(),
            secrets: self.secrets.clone(),
        };
        let mut text = serde_json::to_string_pretty(&content)
            .map_err(|error| failed(&self.file)(error.into()))?;
        text.push('\n');
        write(&folder, &self.file, text.as_bytes()).map_err(failed(&self.file))?;
        self.touched.clear();
        Ok(())
    }

    /// What a user has to know about the files, such as that one is damaged.
    pub fn notes(&self) -> impl Iterator<Item = &str> {
        self.notes.iter().map(String::as_str)
    }

    /// Compares a secret with the one that an object holds which was made for it.
    ///
    /// `is_elsewhere` says whether another place of the appliance's object refers to a key. Then an element of a list was
    /// moved, and not the reference changed.
    pub(crate) fn compare_key(
        &self,
        label: &Label,
        pointer: &str,
        key: &str,
        value: &Secret,
        is_elsewhere: impl Fn(&str) -> bool,
    ) -> Remembered {
        let mut entries = self.secrets.values().flat_map(BTreeMap::values);
        if let Some(entry) = entries.find(|it| it.key.as_deref() == Some(key)) {
            return Remembered::of(self.hash_of_key(key, value) == entry.hash);
        }
        match self.entry(label, pointer) {
            Some(Entry { key: Some(other), .. }) if !is_elsewhere(other) => Remembered::OtherKey,
            _ => Remembered::Nothing,
        }
    }

    /// Compares a secret with the one that was applied at a place.
    pub(crate) fn compare_place(&self, label: &Label, pointer: &str, value: &Secret) -> Remembered {
        match self.entry(label, pointer) {
            Some(entry) if entry.key.is_none() => {
                Remembered::of(self.hash_of_place(label, pointer, value) == entry.hash)
            }
            _ => Remembered::Nothing,
        }
    }

    fn entry(&self, label: &Label, pointer: &str) -> Option<&Entry> {
        self.secrets.get(&label.to_string())?.get(pointer)
    }

    /// Forgets everything about an object, but not what is known about these places with the keys that they refer to.
    pub(crate) fn forget<'p>(
        &mut self,
        label: &Label,
        except: impl IntoIterator<Item = (&'p str, Option<&'p str>)>,
    ) {
        let label = label.to_string();
        self.touched.insert(label.clone());
        let Some(old) = self.secrets.remove(&label) else { return };
        let kept: BTreeMap<String, Entry> = except
            .into_iter()
            .filter_map(|(pointer, key)| {
                let entry = match key {
                    Some(key) => old.values().find(|it| it.key.as_deref() == Some(key)),
                    None => old.get(pointer).filter(|it| it.key.is_none()),
                };
                Some((pointer.to_owned(), entry?.clone()))
            })
            .collect();
        if !kept.is_empty() {
            self.secrets.insert(label, kept);
        }
    }

    /// Remembers that an object holds a secret, to which a place refers.
    pub(crate) fn remember_key(&mut self, label: &Label, pointer: &str, key: &str, value: &Secret) {
        let hash = self.hash_of_key(key, value);
        self.insert(label, pointer, Entry { key: Some(key.to_owned()), hash });
    }

    /// Remembers that a place holds a secret itself.
    pub(crate) fn remember_place(&mut self, label: &Label, pointer: &str, value: &Secret) {
        let hash = self.hash_of_place(label, pointer, value);
        self.insert(label, pointer, Entry { key: None, hash });
    }

    fn insert(&mut self, label: &Label, pointer: &str, entry: Entry) {
        let label = label.to_string();
        self.touched.insert(label.clone());
        self.secrets.entry(label).or_default().insert(pointer.to_owned(), entry);
    }

    fn hash_of_key(&self, key: &str, value: &Secret) -> String {
        self.hash(&["key", key], value)
    }

    fn hash_of_place(&self, label: &Label, pointer: &str, value: &Secret) -> String {
        self.hash(&["place", &label.to_string(), pointer], value)
    }

    /// The hash of a secret. The context makes it differ from that of the same secret elsewhere.
    fn hash(&self, context: &[&str], value: &Secret) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.key.bytes);
        let mut hash = hmac::Context::with_key(&key);
        for part in context.iter().chain([&value.expose()]) {
            hash.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part.as_bytes());
        }
        hex(hash.sign().as_ref())
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("State").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Key {
    fn random() -> Self {
        let mut bytes = [0; KEY_BYTES];
        SystemRandom::new().fill(&mut bytes).expect("the system has random numbers");
        Self { bytes, is_saved: false }
    }

    /// Reads the key; `None` before the first save.
    fn read(path: &Path) -> Result<Option<Self>, String> {
        let text = match fs::read_to_string(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            result => result.map_err(|error| error.to_string())?,
        };
        let bytes = unhex(text.trim()).and_then(|it| <[u8; KEY_BYTES]>::try_from(it).ok());
        let bytes = bytes.ok_or("the file is damaged")?;
        Ok(Some(Self { bytes, is_saved: true }))
    }

    /// A name of the key, which does not reveal it.
    fn id(&self) -> String {
        let hash = digest::digest(&digest::SHA256, &self.bytes);
        hex(&hash.as_ref()[..8])
    }
}

/// The state cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write the state {}", path.display())]
#[non_exhaustive]
pub struct StateError {
    path: PathBuf,
    source: io::Error,
}

/// Names the file or folder of an error.
fn failed(path: &Path) -> impl FnOnce(io::Error) -> StateError + use<> {
    let path = path.to_owned();
    move |source| StateError { path, source }
}

impl StateError {
    /// The file or folder.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

fn file_name(appliance: &Appliance) -> String {
    let identity = match &appliance.serial {
        Some(serial) => format!("serial {serial}"),
        None => format!("{} {}", appliance.url, appliance.name),
    };
    let hash = digest::digest(&digest::SHA256, identity.as_bytes());
    format!("site-{}.json", hex(&hash.as_ref()[..8]))
}

/// Reads the secrets of a state file, which need not exist.
fn read(path: &Path, key_id: &str) -> Result<BTreeMap<String, BTreeMap<String, Entry>>, String> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        result => result.map_err(|error| error.to_string())?,
    };
    let damaged = |_| "the file is damaged".to_owned();
    let Format { schema_version: format } = serde_json::from_str(&text).map_err(damaged)?;
    if format != FORMAT {
        return Err(format!("its format is {format}, and this version reads {FORMAT}"));
    }
    let content: Content = serde_json::from_str(&text).map_err(damaged)?;
    if content.key_id != key_id {
        return Err("it was written with another key".to_owned());
    }
    Ok(content.secrets)
}

/// Creates a folder that only its owner may enter.
pub(crate) fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Locks a file against other runs until the result is dropped.
pub(crate) fn lock(path: &Path) -> io::Result<File> {
    let file = File::options().read(true).write(true).open(path)?;
    match file.lock() {
        // Some network file systems have no locks.
        Err(error) if error.kind() != io::ErrorKind::Unsupported => Err(error),
        _ => Ok(file),
    }
}

/// Writes a file that only its owner may read, as a whole, unless it is there: then says no.
fn write_new(folder: &Path, path: &Path, content: &[u8]) -> io::Result<bool> {
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    match file.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error),
    }
}

/// Writes a file that only its owner may read, as a whole or not at all.
pub(crate) fn write(folder: &Path, path: &Path, content: &[u8]) -> io::Result<()> {
    // A temporary file has mode 600 from its start, whatever the mask of the process.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Reads hexadecimal digits.
pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    if !text.is_ascii() || !text.len().is_multiple_of(2) {
        return None;
    }
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests;
