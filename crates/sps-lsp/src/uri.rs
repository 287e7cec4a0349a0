//! Addresses of files: from an editor to paths, and back in the editor's own spelling.

use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    str::FromStr as _,
};

use lsp_types::Uri;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde_json::Value;

/// What is encoded in a path: everything that RFC 3986 does not allow there.
const PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The spellings of an editor, by the paths that they lead to.
///
/// Editors write one address in several ways: `file:///c%3A/a`, `file:///C:/a`, an `ü` raw or encoded. An answer has to use
/// the spelling of the question, or the editor takes it for another file.
#[derive(Debug, Default)]
pub(crate) struct Spellings {
    by_path: HashMap<PathBuf, String>,
}

impl Spellings {
    /// Rewrites every address in a message of the editor into one form, and remembers how it was written.
    pub(crate) fn read(&mut self, message: &mut Value) {
        walk(message, &mut |address| {
            let path = without_links(path_of(address)?);
            self.by_path.insert(path.clone(), address.to_owned());
            Some(uri_of(&path))
        });
    }

    /// Rewrites every address in a message for the editor into its own spelling.
    pub(crate) fn write(&self, message: &mut Value) {
        walk(message, &mut |address| self.spelling(address));
    }

    fn spelling(&self, address: &str) -> Option<String> {
        let path = path_of(address)?;
        if let Some(known) = self.by_path.get(&path) {
            return Some(known.clone());
        }
        // A file that the editor has not named is spelled like the nearest folder that it has.
        let (folder, known) = path
            .ancestors()
            .skip(1)
            .find_map(|folder| Some((folder, self.by_path.get(folder)?)))?;
        let rest = path.strip_prefix(folder).ok()?;
        let rest = utf8_percent_encode(rest.to_str()?, PATH);
        Some(format!("{}/{rest}", known.trim_end_matches('/')))
    }
}

/// The members of messages that hold an address.
const MEMBERS: [&str; 6] = ["uri", "oldUri", "newUri", "targetUri", "rootUri", "scopeUri"];

/// Replaces addresses of files.
fn walk(message: &mut Value, replace: &mut impl FnMut(&str) -> Option<String>) {
    match message {
        Value::Array(items) => items.iter_mut().for_each(|it| walk(it, replace)),
        Value::Object(members) => {
            for (key, value) in members.iter_mut() {
                match value {
                    Value::String(text) if MEMBERS.contains(&key.as_str()) => {
                        if let Some(new) = replace(text) {
                            *text = new;
                        }
                    }
                    // The edits of a workspace are listed by address.
                    Value::Object(edits) if key == "changes" => {
                        let old = std::mem::take(edits);
                        edits.extend(
                            old.into_iter()
                                .map(|(key, value)| (replace(&key).unwrap_or(key), value)),
                        );
                    }
                    value => walk(value, replace),
                }
            }
        }
        _ => {}
    }
}

/// The path of an address, whatever its spelling; nothing if it is not the address of a file on this machine.
pub(crate) fn path_of(address: &str) -> Option<PathBuf> {
    let rest =
        address.get(..5).filter(|it| it.eq_ignore_ascii_case("file:")).map(|_| &address[5..])?;
    let path = match rest.strip_prefix("//") {
        Some(rest) => {
            let at = rest.find('/')?;
            let (host, path) = rest.split_at(at);
            if !host.is_empty() && !host.eq_ignore_ascii_case("localhost") {
                return None;
            }
            path
        }
        None => rest,
    };
    // Decoded once: `%252F` is the `%2F` in the name of a file.
    let path = percent_decode_str(path).decode_utf8().ok()?;
    Some(PathBuf::from(native(&path)))
}

/// The path with the links of its folders followed, so that each file has one path. A file itself may be a link: trees know
/// it by its own name. On Windows, where this would change the form of paths, links stay.
fn without_links(path: PathBuf) -> PathBuf {
    if cfg!(windows) {
        return path;
    }
    let first = usize::from(!path.is_dir());
    let mut folders = path.ancestors().skip(first);
    let real = folders.find_map(|it| Some((fs::canonicalize(it).ok()?, it)));
    match real {
        // Joining nothing would end the path with a slash.
        Some((real, folder)) if folder == path => real,
        Some((real, folder)) => real.join(path.strip_prefix(folder).unwrap_or(&path)),
        None => path,
    }
}

/// The address of a path.
pub(crate) fn uri_of(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if cfg!(windows) { text.replace('\\', "/") } else { text.into_owned() };
    let slash = if text.starts_with('/') { "" } else { "/" };
    format!("file://{slash}{}", utf8_percent_encode(&text, PATH))
}

/// The address of a path as a type of the protocol.
pub(crate) fn uri(path: &Path) -> Option<Uri> {
    Uri::from_str(&uri_of(path)).ok()
}

/// The path of an address as this system writes it.
fn native(path: &str) -> String {
    if cfg!(windows) { windows(path) } else { path.to_owned() }
}

/// `/c:/a/b` as `C:\a\b`.
fn windows(path: &str) -> String {
    let mut path = match path.as_bytes() {
        [b'/', drive, b':', ..] if drive.is_ascii_alphabetic() => {
            format!("{}{}", char::from(drive.to_ascii_uppercase()), &path[2..])
        }
        _ => path.to_owned(),
    };
    if path.ends_with(':') {
        path.push('/');
    }
    path.replace('/', "\\")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn p089_names_of_files_are_decoded_once() {
        let path = path_of("file:///site/a%252Fb.yaml").unwrap();
        assert_eq!(path, Path::new("/site/a%2Fb.yaml"));
        assert_eq!(uri_of(&path), "file:///site/a%252Fb.yaml");
        let odd = Path::new("/site/100% #1? ü.yaml");
        assert_eq!(uri_of(odd), "file:///site/100%25%20%231%3F%20%C3%BC.yaml");
        assert_eq!(path_of(&uri_of(odd)).unwrap(), odd);
    }

    #[test]
    fn p091_one_file_has_many_spellings() {
        assert_eq!(windows("/c:/sites/a b/x.json"), r"C:\sites\a b\x.json");
        assert_eq!(windows("/C:"), r"C:\");
        for address in [
            "file:///s/%C3%BC.json",
            "file:///s/ü.json",
            "file://localhost/s/ü.json",
            "file:/s/ü.json",
            "FILE:///s/ü.json",
        ] {
            assert_eq!(path_of(address).unwrap(), Path::new("/s/ü.json"), "{address}");
        }
        for address in [
            "untitled:Untitled-1",
            "http://a/b",
            "file://server/share/x",
            "",
            "file",
            "file:///%ff",
        ] {
            assert_eq!(path_of(address), None, "{address}");
        }
    }

    #[test]
    fn p091_answers_use_the_spelling_of_the_editor() {
        let mut spellings = Spellings::default();
        let mut open =
            json!({"rootUri": "file:///s%69te", "textDocument": {"uri": "file:///site/ü.json"}});
        spellings.read(&mut open);
        assert_eq!(
            open,
            json!({"rootUri": "file:///site", "textDocument": {"uri": "file:///site/%C3%BC.json"}})
        );
        let mut answer = json!({"changes": {"file:///site/%C3%BC.json": [], "file:///site/a/b.json": []}, "uri": "file:///other"});
        spellings.write(&mut answer);
        assert_eq!(
            answer,
            json!({"changes": {"file:///site/ü.json": [], "file:///s%69te/a/b.json": []}, "uri": "file:///other"})
        );
    }
}
