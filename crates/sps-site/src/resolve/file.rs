//! `$file`: a text in a file of the tree.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    io::Read as _,
    path::{Component, Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use serde_json::Value;
use sps_model::validate::{
    Diagnostic, Finding, Kind, Limits, Severity,
    format::{Format, FormatError},
    json::Node,
    pem,
};

use super::{At, Surroundings, Walk, What};
use crate::{code, problem::error, read};

/// The texts of a tree: its files, or what an editor has not saved yet.
#[derive(Debug)]
pub(crate) struct TextFiles {
    /// The root of the tree, without links.
    root: PathBuf,
    max_bytes: usize,
    /// Texts in place of those on the disk, by their paths in the tree.
    unsaved: BTreeMap<PathBuf, Arc<str>>,
    /// The files that a `$file` has read, without links, each with the files that name it.
    read: Mutex<BTreeMap<PathBuf, BTreeSet<PathBuf>>>,
}

/// Why a file was not read, and what to do.
struct Refusal {
    message: String,
    help: String,
}

impl TextFiles {
    /// Reads files below this root, which has no links in it.
    pub(crate) fn new(root: PathBuf, max_bytes: usize) -> Self {
        Self { root, max_bytes, unsaved: BTreeMap::new(), read: Mutex::default() }
    }

    /// The root of the tree, without links.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Takes a text in place of the one on the disk, or the latter again.
    pub(crate) fn set(&mut self, file: &Path, text: Option<Arc<str>>) {
        match text {
            Some(text) => self.unsaved.insert(file.to_owned(), text),
            None => self.unsaved.remove(file),
        };
    }

    /// The paths of the texts that are not saved yet.
    pub(crate) fn unsaved(&self) -> impl Iterator<Item = &Path> {
        self.unsaved.keys().map(PathBuf::as_path)
    }

    /// Whether there is a file with this path, or a text that is not saved yet.
    pub(crate) fn exists(&self, file: &Path) -> bool {
        self.unsaved.contains_key(file) || fs::symlink_metadata(self.root.join(file)).is_ok()
    }

    /// The text of a file of the tree.
    ///
    /// # Errors
    /// It cannot be read, is too large, or is not UTF-8.
    pub(crate) fn text(&self, file: &Path, limits: &Limits) -> Result<Arc<str>, String> {
        match self.unsaved.get(file) {
            Some(text) => Ok(Arc::clone(text)),
            None => read::text(&self.root.join(file), limits).map(Arc::from),
        }
    }

    /// The text of a file that may be a link, but not one out of the tree.
    ///
    /// # Errors
    /// As [`Self::text`], or the link leads out of the tree.
    pub(crate) fn text_inside(&self, file: &Path, limits: &Limits) -> Result<Arc<str>, String> {
        if !self.unsaved.contains_key(file) {
            let target =
                fs::canonicalize(self.root.join(file)).map_err(|error| read::reason(&error))?;
            if !target.starts_with(&self.root) {
                let reason = "the link leads out of the tree; copy the file into the tree";
                return Err(reason.to_owned());
            }
            // Reading a pipe or a device may never end.
            if !target.is_file() {
                return Err("it is no file".to_owned());
            }
        }
        self.text(file, limits)
    }

    /// Whether a `$file` has read this file of the tree.
    pub(crate) fn has_read(&self, file: &Path) -> bool {
        self.readers(file).is_some_and(|it| !it.is_empty())
    }

    /// The files that name this one in a `$file`.
    pub(crate) fn readers(&self, file: &Path) -> Option<BTreeSet<PathBuf>> {
        let path = self.found(file)?;
        self.read.lock().unwrap_or_else(PoisonError::into_inner).get(&path).cloned()
    }

    /// Every file that a `$file` has read, without links.
    pub(crate) fn read_files(&self) -> BTreeSet<PathBuf> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect()
    }

    /// Forgets what a file has named.
    pub(crate) fn forget(&self, reader: &Path) {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.retain(|_, readers| !readers.remove(reader) || !readers.is_empty());
    }

    /// The path without links of a file that exists.
    fn found(&self, file: &Path) -> Option<PathBuf> {
        let path = self.root.join(file);
        fs::canonicalize(&path).ok().or_else(|| self.unsaved.contains_key(file).then_some(path))
    }

    /// Reads a file: relative to the folder of the file that names it, or else to the root of the tree.
    fn read(&self, from: &Path, text: &str) -> Result<Vec<u8>, Refusal> {
        let outside = || {
            Refusal {
            message: format!("`{text}` is outside of the tree"),
            help: "copy the file into the tree; only a secret may come from outside of it: {\"$secret\": \"file:PATH\"}".to_owned(),
        }
        };
        let path = Path::new(text);
        if path.is_absolute() || text.starts_with(['/', '\\']) || text.contains(":\\") {
            return Err(outside());
        }
        let folder = from.parent().unwrap_or_else(|| Path::new(""));
        let candidates = [folder.join(path), path.to_owned()];
        let inside: Vec<_> = candidates.iter().filter_map(|it| plain(it)).collect();
        let Some(found) = inside.iter().find_map(|it| self.found(it)) else {
            if inside.len() < candidates.len() {
                return Err(outside());
            }
            let mut looked: Vec<_> =
                inside.iter().map(|it| format!("`{}`", it.display())).collect();
            looked.dedup();
            return Err(Refusal {
                message: format!("no such file: {}", looked.join(" or ")),
                help: "write the path from the folder of this file, or from the root of the tree"
                    .to_owned(),
            });
        };
        if !found.starts_with(&self.root) {
            return Err(outside());
        }
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        read.entry(found.clone()).or_default().insert(from.to_owned());
        drop(read);
        self.bytes(&found).map_err(|reason| Refusal {
            message: format!("cannot read `{text}`: {reason}"),
            help: "name a text file in the tree".to_owned(),
        })
    }

    fn bytes(&self, path: &Path) -> Result<Vec<u8>, String> {
        let unsaved = path.strip_prefix(&self.root).ok().and_then(|it| self.unsaved.get(it));
        if let Some(text) = unsaved {
            return Ok(text.as_bytes().to_vec());
        }
        if !path.is_file() {
            return Err("it is no file".to_owned());
        }
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(|it| it.to_string())?;
        let limit = self.max_bytes as u64;
        file.take(limit + 1).read_to_end(&mut bytes).map_err(|it| it.to_string())?;
        if bytes.len() > self.max_bytes {
            return Err(format!("it is larger than {limit} bytes"));
        }
        Ok(bytes)
    }
}

/// The path without `.` and `..`; nothing if it leads out of the folder that it is relative to.
fn plain(path: &Path) -> Option<PathBuf> {
    let mut plain = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::Normal(name) => plain.push(name),
            Component::ParentDir if plain.pop() => {}
            Component::ParentDir | Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(plain)
}

impl Walk<'_> {
    /// A `$file`: certificates become what `sps pem` prints, other texts get the line ends of Unix.
    pub(super) fn file(&mut self, at: At<'_>, node: &Node<'_>, text: &str) -> Value {
        let is_certificate = at.constraint.format == Some(Format::PemCertificate);
        let message = match at.kind.peeled() {
            Kind::String if at.is_secret() => Some("a secret does not belong into the tree"),
            Kind::Secret => Some("a secret does not belong into the tree"),
            Kind::String | Kind::Any => None,
            _ => Some("`$file` belongs only where a text does"),
        };
        if let Some(message) = message {
            let help = if at.is_secret() {
                "write {\"$secret\": \"file:PATH\"}"
            } else {
                "write the value itself"
            };
            return self.misplaced(node, message.to_owned(), help);
        }
        let Surroundings { texts, file, .. } = self.surroundings;
        let bytes = match texts.read(file, text) {
            Ok(bytes) => bytes,
            Err(Refusal { message, help }) => return self.unreadable(node, message, help),
        };
        if is_certificate {
            return match pem::normalize(&bytes) {
                Ok(text) => self.text(node, text),
                Err(reason) => {
                    let finding = Finding::Format {
                        format: Format::PemCertificate,
                        error: FormatError::Certificate(reason),
                        variant: None,
                        replacement: None,
                    };
                    let pointer = self.pointer.clone();
                    let mut it = Diagnostic::new(finding, Severity::Error, pointer, node.span);
                    it.message = format!("`{text}`: {}", it.message);
                    self.broken(node, it)
                }
            };
        }
        let Ok(content) = String::from_utf8(bytes) else {
            let message = format!("`{text}` is not UTF-8");
            return self.unreadable(node, message, "save it as UTF-8");
        };
        let content = content.strip_prefix('\u{feff}').unwrap_or(&content).replace("\r\n", "\n");
        if content.contains("PRIVATE KEY-----") {
            self.plain_secret(node);
        }
        self.text(node, content)
    }

    /// A certificate in the body itself: its lines are those of the request, however an editor or a block of YAML left them.
    pub(super) fn certificate(&mut self, node: &Node<'_>, text: &str) -> Value {
        let is_same = |other: &str| {
            let visible = |text: &str| -> Vec<char> {
                text.chars().filter(|it| !it.is_ascii_whitespace()).collect()
            };
            visible(other) == visible(text)
        };
        match pem::normalize(text.as_bytes()) {
            // Nothing but white space is changed silently.
            Ok(tidy) if tidy != text && is_same(&tidy) => self.text(node, tidy),
            _ => Value::from(text),
        }
    }

    fn text(&mut self, node: &Node<'_>, text: String) -> Value {
        self.spot(node, What::Text(text.clone()));
        Value::String(text)
    }

    fn unreadable(&mut self, node: &Node<'_>, message: String, help: impl Into<String>) -> Value {
        let diagnostic = error(code::UNREADABLE_FILE, &self.pointer, node.span, message, help);
        self.broken(node, diagnostic)
    }
}
