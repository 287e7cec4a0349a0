//! What a file in a tree is: an object, a mistake, or something that does not belong to the tree.

use sps_model::{
    EndpointInfo, EndpointKind,
    validate::{
        Diagnostic, Form, Kind as BodyKind, Limits, ORDER, Shape, Span,
        json::{Node, Value},
        suggest,
        yaml::Marks,
    },
};

use super::{files::Found, has_no_body, top_keys};
use crate::{
    code,
    place::{Places, has_names, short},
    problem::error,
    read::{self, Format},
    resolve::TextFiles,
    settings::SETTINGS_FILE,
};

/// What a file is.
#[derive(Debug)]
pub(super) enum Kind<'f> {
    /// The file of an object; the stem is its name, if it is in a collection.
    Object { endpoint: &'static EndpointInfo, stem: Option<&'f str>, format: Format },
    /// A file where no object belongs.
    Misplaced(Diagnostic),
    /// A file with another ending beside objects: a mistake, unless it is a text for `$file`.
    Other(Diagnostic),
    /// A file that is left alone, and why.
    Note(String),
    /// A file that is left alone.
    Silent,
}

/// Decides what files are.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sorter<'t> {
    pub(super) places: &'t Places,
    pub(super) texts: &'t TextFiles,
    pub(super) limits: &'t Limits,
}

/// Why a plan or a report is left alone.
pub(super) const REPORT: &str = "a plan or a report, not an object";

/// Endings of files that lie beside objects: texts for `$file`, and words about them.
const COMPANIONS: [&str; 14] = [
    "adoc", "cer", "crt", "csr", "csv", "html", "key", "md", "p12", "pem", "pub", "rst", "tmpl",
    "txt",
];
/// Names of files about a folder.
const ABOUT: [&str; 6] = ["README", "LICENSE", "CODEOWNERS", "OWNERS", "NOTICE", "Makefile"];

impl Sorter<'_> {
    /// Decides what a file is.
    pub(super) fn sort<'f>(&self, found: &'f Found) -> Kind<'f> {
        let Some((name, folders)) = found.segments.split_last() else { return Kind::Silent };
        let folder = folders.join("/");
        let is_beside_objects = self.places.collection(&folder).is_some();
        if name == SETTINGS_FILE {
            return match folders {
                [] => Kind::Silent,
                _ => Kind::Note("settings are read at the root of the tree only".to_owned()),
            };
        }
        if is_backup(name) {
            return Kind::Note("a copy that an editor or a merge left".to_owned());
        }
        if name.starts_with('.') {
            return if is_beside_objects && ending_of(name).1.is_some_and(Format::is_ending) {
                Kind::Note("hidden files are not read".to_owned())
            } else {
                Kind::Silent
            };
        }
        let (stem, ending) = ending_of(name);
        match ending {
            Some(ending) if Format::is_ending(ending) => {
                self.candidate(found, folders, stem, ending)
            }
            ending => self.other(&folder, name, stem, ending),
        }
    }

    /// A file with the ending of an object.
    fn candidate<'f>(
        &self,
        found: &'f Found,
        folders: &[String],
        stem: &'f str,
        ending: &str,
    ) -> Kind<'f> {
        let folder = folders.join("/");
        let path = if folder.is_empty() { stem.to_owned() } else { format!("{folder}/{stem}") };
        let (endpoint, stem) = match (self.places.endpoint(&path), self.places.collection(&folder))
        {
            (Some(endpoint), None) => (endpoint, None),
            (_, Some(collection)) => (collection, Some(stem)),
            (None, None) => return self.nowhere(found, folders, &path),
        };
        let Some(format) = Format::of_ending(ending) else {
            let name = found.path.display();
            let message = format!("`{name}` has the ending `.{ending}`");
            let help = format!("rename it: the ending is `.{}`", ending.to_ascii_lowercase());
            return Kind::Misplaced(misplaced(message, help));
        };
        if has_no_body(endpoint) {
            let message = format!("nothing can be configured at `{}`", short(endpoint));
            let help = self.below(short(endpoint));
            return Kind::Misplaced(misplaced(message, help));
        }
        if stem.is_none() && endpoint.kind == EndpointKind::Collection {
            let message = format!("`{path}` is a collection");
            let help = format!("give each object a file of its own: `{path}/NAME.{ending}`");
            return Kind::Misplaced(misplaced(message, help));
        }
        if stem == Some(ORDER) && endpoint.is_ordered {
            let message = format!("the order of `{}` is not part of a tree", short(endpoint));
            return Kind::Misplaced(misplaced(message, "remove the file"));
        }
        if stem.is_some() && !has_names(endpoint) {
            let message = format!("objects of `{}` have no names", short(endpoint));
            let notation =
                if short(endpoint) == "passwords" { "\"$secret\": …" } else { "\"$new\": {…}" };
            let help = format!(
                "they are made with the object that refers to them: write {{{notation}}} there"
            );
            return Kind::Misplaced(misplaced(message, help));
        }
        Kind::Object { endpoint, stem, format }
    }

    /// A file that could have an object, and whose path leads to no endpoint.
    fn nowhere(&self, found: &Found, folders: &[String], path: &str) -> Kind<'static> {
        let ending = found.segments.last().and_then(|name| ending_of(name).1).unwrap_or_default();
        let keys = Format::of_ending(&ending.to_ascii_lowercase())
            .map(|format| self.keys(found, format))
            .unwrap_or_default();
        if keys.iter().any(|key| key == VERSION_KEY) {
            return Kind::Note(REPORT.to_owned());
        }
        let folder = folders.join("/");
        let is_in_area = folders.first().is_some_and(|first| self.places.is_area(first));
        let near = self.meant(path, &folder).or_else(|| {
            // In a folder that is right, the file is wrong.
            let folder = Some(&folder).filter(|it| !self.places.is_area(it));
            let near = || {
                let near = folder.and_then(|it| self.places.nearest(it));
                near.or_else(|| self.places.nearest(path))
            };
            is_in_area.then(near).flatten()
        });
        let above = folder.match_indices('/').map(|(at, _)| &folder[..at]);
        if let Some(collection) = above.rev().find(|it| self.places.collection(it).is_some()) {
            let message = format!("`{collection}` has no folders, only files of objects");
            let help = "move the file up; a / in the name of an object is written %2F";
            return Kind::Misplaced(misplaced(message, help));
        }
        let alike = || self.alike(&keys).filter(|_| near.is_none());
        match (near, alike()) {
            (None, None) if !is_in_area => Kind::Note("it belongs to no endpoint".to_owned()),
            (near, alike) => {
                // A folder that is right is not worth a word.
                let also = Some(&folder).filter(|it| !it.is_empty() && !self.places.is_area(it));
                let also = also.map(|it| format!(" or `{it}`")).unwrap_or_default();
                let message = format!("no endpoint is called `{path}`{also}");
                let mut help = match (near, alike) {
                    (Some(near), _) => format!("did you mean `{near}`?"),
                    (None, Some(alike)) => format!("did you mean `{alike}`, which has these keys?"),
                    (None, None) => "is the folder right?".to_owned(),
                };
                if is_in_area {
                    help.push_str(
                        " If the appliance has the endpoint, list it as `unknown` in sps.toml",
                    );
                }
                Kind::Misplaced(misplaced(message, help))
            }
        }
    }

    /// The endpoint that a path is a slip for, wherever the tree is.
    fn meant(&self, path: &str, folder: &str) -> Option<&'static str> {
        let same = |path: &str| self.places.paths().find(|it| it.eq_ignore_ascii_case(path));
        let collection =
            |path: &str| self.places.collection(path).map(short).filter(|_| path.contains('/'));
        // The tree may be one folder further down.
        let tails = |path: &str| {
            path.match_indices('/').find_map(|(at, _)| {
                let tail = &path[at + 1..];
                self.places.endpoint(tail).filter(|_| tail.contains('/')).map(short)
            })
        };
        let tail_folder =
            || folder.match_indices('/').find_map(|(at, _)| collection(&folder[at + 1..]));
        same(path)
            .or_else(|| same(folder).filter(|it| *it != folder))
            .or_else(|| tails(path))
            .or_else(tail_folder)
            .or_else(|| self.places.with_tail(path))
            .or_else(|| {
                let is_wrong = !folder.is_empty() && !self.places.is_area(folder);
                is_wrong.then(|| self.places.with_tail(folder)).flatten()
            })
            .or_else(|| {
                let first = path.split('/').next().filter(|it| it.len() >= MIN_AREA)?;
                if self.places.is_area(first) {
                    return None;
                }
                let areas = self.places.paths().filter_map(|it| it.split('/').next());
                let area = *suggest::nearest(first, areas).first()?;
                let rest = path.strip_prefix(first)?;
                let (folder, _) = rest.rsplit_once('/')?;
                let meant = [format!("{area}{rest}"), format!("{area}{folder}")];
                let exact = meant.iter().find_map(|it| self.places.endpoint(it)).map(short);
                exact.or_else(|| meant.iter().find_map(|it| self.places.nearest(it)))
            })
    }

    /// The endpoint whose bodies have most of these keys.
    fn alike(&self, keys: &[String]) -> Option<&'static str> {
        let shared = |endpoint: &EndpointInfo| {
            let BodyKind::Named(ty) = endpoint.subject(Form::Request)?.body.peeled() else {
                return None;
            };
            let Shape::Struct { fields, .. } = ty.shape else { return None };
            let shared = keys.iter().filter(|key| fields.iter().any(|it| it.name == **key)).count();
            (shared >= MIN_SHARED_KEYS && shared * 2 > fields.len().max(keys.len()))
                .then_some(shared)
        };
        let all = self.places.endpoints().filter_map(|it| Some((shared(it)?, short(it))));
        all.max_by_key(|(shared, _)| *shared).map(|(_, path)| path)
    }

    /// A file with another ending.
    fn other(&self, folder: &str, name: &str, stem: &str, ending: Option<&str>) -> Kind<'static> {
        let path = if folder.is_empty() { stem.to_owned() } else { format!("{folder}/{stem}") };
        let is_object = self.places.collection(folder).is_some()
            || self.places.endpoint(&path).is_some_and(|it| !has_no_body(it));
        let is_companion = match ending {
            Some(ending) => COMPANIONS.contains(&ending.to_ascii_lowercase().as_str()),
            None => ABOUT.contains(&name),
        };
        if !is_object || is_companion {
            return Kind::Silent;
        }
        let message = match ending {
            Some(ending) => format!("`{name}` has the ending `.{ending}`"),
            None => format!("`{name}` has no ending"),
        };
        let help =
            format!("rename it to `{stem}.json` or `{stem}.yaml`, or move it out of the folder");
        Kind::Other(misplaced(message, help))
    }

    /// Names an endpoint below a path.
    fn below(&self, path: &str) -> String {
        let below = format!("{path}/");
        match self.places.paths().find(|it| it.starts_with(&below)) {
            Some(first) => format!("the endpoints below have files, such as `{first}`"),
            None => "remove the file".to_owned(),
        }
    }

    /// The keys at the top of a file; none if it cannot be read.
    fn keys(&self, found: &Found, format: Format) -> Vec<String> {
        let Ok(text) = self.texts.text(&found.path, self.limits) else {
            return Vec::new();
        };
        let keys = |root: &Node<'_>, _: Option<&Marks>| {
            let keys = top_keys(root).into_iter();
            // Of a report, its number of the format alone counts.
            keys.filter(|key| *key != VERSION_KEY || is_report(root)).map(str::to_owned).collect()
        };
        read::with_root(format, &text, self.limits, keys).unwrap_or_default()
    }
}

/// The fewest letters of a folder that is compared with the areas of the API.
const MIN_AREA: usize = 5;
/// The fewest keys by which a body is recognized.
const MIN_SHARED_KEYS: usize = 2;

/// The key of the number of the format, in what the tools themselves write: plans, reports and state.
const VERSION_KEY: &str = "schema_version";

/// Whether this is a plan, a report or a state.
pub(super) fn is_report(root: &Node<'_>) -> bool {
    root.get(VERSION_KEY).is_some_and(|it| matches!(it.value, Value::Number(_)))
}

fn misplaced(message: String, help: impl Into<String>) -> Diagnostic {
    error(code::MISPLACED_FILE, "", Span::at(0), message, help)
}

/// The stem and the ending of a file name.
fn ending_of(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() => (stem, Some(ending)),
        _ => (name, None),
    }
}

/// Whether editors and merges leave files of this name.
fn is_backup(name: &str) -> bool {
    let (_, ending) = ending_of(name);
    let ending = ending.unwrap_or_default().to_ascii_lowercase();
    name.ends_with('~')
        || (name.starts_with('#') && name.ends_with('#'))
        || name.starts_with(".#")
        || ["bak", "orig", "rej", "swo", "swp", "tmp"].contains(&ending.as_str())
}
