//! What a user's machine remembers about secrets that were applied: which key holds which secret, as keyed hashes.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
    fs,
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

    /// Writes the state, readable for its owner only. It appears as a whole or not at all.
    ///
    /// # Errors
    /// [`StateError`] if the folder or a file cannot be written.
    pub fn save(&mut self) -> Result<(), StateError> {
        let Some(folder) = self.folder.clone() else { return Ok(()) };
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| StateError { path, source }
        };
        create_folder(&folder).map_err(failed(&folder))?;
        if !self.key.is_saved {
            let path = folder.join(KEY_FILE);
            let text = hex(&self.key.bytes);
            write(&folder, &path, text.as_bytes()).map_err(failed(&path))?;
            self.key.is_saved = true;
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
        write(&folder, &self.file, text.as_bytes()).map_err(failed(&self.file))
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
        self.secrets.entry(label.to_string()).or_default().insert(pointer.to_owned(), entry);
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
mod tests {
    use super::*;

    const KEY: &str = "a1b2-c3";

    fn appliance() -> Appliance {
        Appliance::new("https://sps.example")
    }

    fn trap() -> Label {
        Label::of_singleton("management/snmp/trap")
    }

    fn saved(folder: &Path) -> State {
        let mut state = State::open(folder, &appliance());
        state.remember_key(&trap(), "/a", KEY, &"first".into());
        state.remember_place(&trap(), "/b", &"second".into());
        state.save().unwrap();
        state
    }

    #[test]
    fn remembers_what_was_applied() {
        let folder = tempfile::tempdir().unwrap();
        saved(folder.path());
        let state = State::open(folder.path(), &appliance());
        let key = |pointer, key, value: &str| {
            state.compare_key(&trap(), pointer, key, &value.into(), |_| false)
        };
        assert_eq!(key("/a", KEY, "first"), Remembered::Same);
        assert_eq!(key("/moved", KEY, "first"), Remembered::Same);
        assert_eq!(key("/a", KEY, "other"), Remembered::OtherValue);
        assert_eq!(key("/a", "ffff", "first"), Remembered::OtherKey);
        assert_eq!(key("/x", "ffff", "first"), Remembered::Nothing);
        let moved = state.compare_key(&trap(), "/a", "ffff", &"first".into(), |it| it == KEY);
        assert_eq!(moved, Remembered::Nothing);
        let place = |pointer, value: &str| state.compare_place(&trap(), pointer, &value.into());
        assert_eq!(place("/b", "second"), Remembered::Same);
        assert_eq!(place("/b", "first"), Remembered::OtherValue);
        assert_eq!(place("/x", "second"), Remembered::Nothing);
        // Another appliance has a state of its own.
        let other = State::open(folder.path(), &Appliance::new("https://other.example"));
        assert_eq!(
            other.compare_key(&trap(), "/a", KEY, &"first".into(), |_| false),
            Remembered::Nothing
        );
    }

    #[cfg(unix)]
    #[test]
    fn s047_only_the_owner_may_read() {
        use std::os::unix::fs::PermissionsExt as _;

        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("new").join("state");
        saved(&folder);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        assert_eq!(mode(folder.parent().unwrap()), 0o700);
        let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|it| it.unwrap().path()).collect();
        assert_eq!(files.len(), 2);
        for file in files {
            assert_eq!(mode(&file), 0o600, "{}", file.display());
            let text = fs::read_to_string(&file).unwrap();
            assert!(!text.contains("first") && !text.contains("second"), "{text}");
        }
    }

    #[test]
    fn s121_a_damaged_state_is_lost_with_a_note() {
        for text in ["", "{", "[]", "{}", "\0", r#"{"schema_version": 1}"#] {
            let folder = tempfile::tempdir().unwrap();
            let file = saved(folder.path()).file;
            fs::write(&file, text).unwrap();
            let state = State::open(folder.path(), &appliance());
            let notes: Vec<_> = state.notes().collect();
            assert_eq!(notes.len(), 1, "{notes:?}");
            assert!(notes[0].contains(&file.display().to_string()), "{notes:?}");
            let found = state.compare_key(&trap(), "/a", KEY, &"first".into(), |_| false);
            assert_eq!(found, Remembered::Nothing);
        }
    }

    #[test]
    fn s019_another_format_is_lost_and_stays_until_the_state_is_saved() {
        let folder = tempfile::tempdir().unwrap();
        let file = saved(folder.path()).file;
        let text = fs::read_to_string(&file).unwrap();
        let text = text.replace("\"schema_version\": 1", "\"schema_version\": 99");
        fs::write(&file, &text).unwrap();
        let state = State::open(folder.path(), &appliance());
        assert!(
            state.notes().next().unwrap().ends_with("its format is 99, and this version reads 1")
        );
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }

    #[test]
    fn a_lost_key_loses_the_hashes() {
        for text in [None, Some("xyz")] {
            let folder = tempfile::tempdir().unwrap();
            saved(folder.path());
            let path = folder.path().join(KEY_FILE);
            match text {
                None => fs::remove_file(&path).unwrap(),
                Some(text) => fs::write(&path, text).unwrap(),
            }
            let mut state = State::open(folder.path(), &appliance());
            assert!(state.notes().any(|it| it.ends_with("it was written with another key")));
            // The next state is whole again.
            state.remember_place(&trap(), "/b", &"third".into());
            state.save().unwrap();
            let state = State::open(folder.path(), &appliance());
            assert_eq!(state.notes().count(), 0);
            assert_eq!(state.compare_place(&trap(), "/b", &"third".into()), Remembered::Same);
        }
    }

    #[test]
    fn forgets_an_object_but_for_some_places() {
        let mut state = State::in_memory();
        state.remember_key(&trap(), "/0", KEY, &"first".into());
        state.remember_key(&trap(), "/1", "ffff", &"second".into());
        state.remember_place(&trap(), "/b", &"third".into());
        // The element with the first key has moved.
        state.forget(&trap(), [("/1", Some(KEY)), ("/b", None), ("/2", Some("eeee"))]);
        let key = |pointer, key, value: &str| {
            state.compare_key(&trap(), pointer, key, &value.into(), |_| false)
        };
        assert_eq!(key("/1", KEY, "first"), Remembered::Same);
        assert_eq!(key("/1", "ffff", "second"), Remembered::OtherKey);
        assert_eq!(key("/0", "ffff", "second"), Remembered::Nothing);
        assert_eq!(state.compare_place(&trap(), "/b", &"third".into()), Remembered::Same);
        state.forget(&trap(), []);
        assert_eq!(state.compare_place(&trap(), "/b", &"third".into()), Remembered::Nothing);
    }

    #[test]
    fn one_secret_has_another_hash_at_each_place() {
        let state = State::in_memory();
        let secret = Secret::new("same");
        assert_ne!(state.hash_of_key("a", &secret), state.hash_of_key("b", &secret));
        let at = |pointer| state.hash_of_place(&trap(), pointer, &secret);
        assert_ne!(at("/a"), at("/b"));
        assert_ne!(at("/a"), State::in_memory().hash_of_place(&trap(), "/a", &secret));
    }
}
