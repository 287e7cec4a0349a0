//! Documents below the paths of a command line, in order.

use std::{
    fs::{self, File},
    io::{self, BufReader},
    path::{Path, PathBuf},
};

use anyhow::Result;
use sps_model::EndpointInfo;
use sps_validate::Limits;

use crate::{
    check::{
        document::{Document, SourceError},
        lines::{self, Lines},
        read,
        selection::Selection,
        site::{SiteSelection, Sites},
        stdin::{self, Stdin},
        tree::Tree,
    },
    file_name::{is_json_lines, is_stdin},
};

/// A piece of input that one thread checks.
#[derive(Debug)]
pub(crate) enum Unit {
    /// A file that holds one document and was not read yet.
    File {
        path: PathBuf,
        /// It was found in a directory, not named.
        is_found: bool,
    },
    /// A document, or an error.
    Read(Result<Document, SourceError>),
    /// Documents of a JSON Lines file, not taken apart yet.
    Lines(Lines),
    /// A tree, which is checked as a whole. It has no documents that could be taken out.
    Site(Box<SiteSelection>),
}

/// One document of a unit.
#[derive(Debug)]
pub(crate) enum Item {
    /// It was accepted as it is.
    Accepted {
        /// The length of its text.
        bytes: usize,
    },
    /// The document, or an error.
    Document(Result<Document, SourceError>),
}

impl Unit {
    /// Takes the documents out, in order.
    ///
    /// # Errors
    /// What `visit` returns.
    pub(crate) fn each(
        self,
        limits: &Limits,
        visit: &mut dyn FnMut(Result<Document, SourceError>) -> Result<()>,
    ) -> Result<()> {
        self.each_unless(limits, |_, _| false, &mut |item| match item {
            Item::Accepted { .. } => Ok(()),
            Item::Document(document) => visit(document),
        })
    }

    /// Takes the documents out, in order, without making a document of a text that `is_accepted`, given the
    /// endpoint of its path.
    ///
    /// # Errors
    /// What `visit` returns.
    pub(crate) fn each_unless(
        self,
        limits: &Limits,
        is_accepted: impl Fn(&str, Option<&'static EndpointInfo>) -> bool,
        visit: &mut dyn FnMut(Item) -> Result<()>,
    ) -> Result<()> {
        let read = match self {
            Self::File { path, is_found } => {
                read::document(&path, limits).map(|document| Document { is_found, ..document })
            }
            Self::Read(result) => result,
            Self::Site(_) => return Ok(()),
            Self::Lines(lines) => {
                return lines.iter().try_for_each(|line| {
                    visit(match lines.text(line) {
                        Some(text) if is_accepted(text, lines.by_path) => {
                            Item::Accepted { bytes: text.len() }
                        }
                        _ => Item::Document(lines.document(line)),
                    })
                });
            }
        };
        visit(match read {
            Ok(it) if !it.is_yaml() && is_accepted(&it.text, it.endpoint()) => {
                Item::Accepted { bytes: it.text.len() }
            }
            read => Item::Document(read),
        })
    }

    /// How many bytes of text were read for it.
    pub(crate) fn byte_count(&self) -> usize {
        match self {
            Self::Read(Ok(document)) => document.text.len(),
            Self::Lines(lines) => lines.byte_count(),
            Self::File { .. } | Self::Site(_) | Self::Read(Err(_)) => 0,
        }
    }
}

/// Takes the input unit by unit; an error ends the reading.
type Visit<'v> = &'v mut dyn FnMut(Unit) -> Result<()>;

/// Finds every document of a selection in order: files as they are, directories recursively and sorted.
///
/// A text longer than the limit is cut just behind it, for the checker to refuse; so neither a huge file
/// nor an endless one fills the memory.
pub(crate) fn documents(selection: &Selection, limits: &Limits, visit: Visit<'_>) -> Result<()> {
    let mut stdin_is_read = false;
    let paths = if selection.with_trees { &*selection.paths } else { &[] };
    let mut sites = Sites::of(paths, &selection.exclude);
    for path in &selection.paths {
        if let Some(site) = sites.take(path) {
            site.map_or(Ok(()), |site| visit(Unit::Site(Box::new(site))))?;
        } else if is_stdin(path) {
            if std::mem::replace(&mut stdin_is_read, true) {
                let error = SourceError::new("-", "standard input can be read only once");
                visit(Unit::Read(Err(error)))?;
            } else {
                standard_input(limits, visit)?;
            }
        } else if path.is_dir() {
            directory(path, selection, limits, visit)?;
        } else {
            file(path, false, limits, visit)?;
        }
    }
    Ok(())
}

/// How many bytes the files of a selection have.
pub(crate) fn size(selection: &Selection) -> u64 {
    let size = |path: &PathBuf| fs::metadata(path).map_or(0, |it| it.len());
    let paths = if selection.with_trees { &*selection.paths } else { &[] };
    let mut sites = Sites::of(paths, &selection.exclude);
    let mut of = |path: &PathBuf| {
        // A tree is one step, however large it is.
        if sites.take(path).is_some() {
            0
        } else if path.is_dir() {
            Tree::read(path, selection).files.iter().map(size).sum()
        } else {
            size(path)
        }
    };
    selection.paths.iter().map(&mut of).sum()
}

fn directory(path: &Path, selection: &Selection, limits: &Limits, visit: Visit<'_>) -> Result<()> {
    let Tree { files, errors, sites } = Tree::read(path, selection);
    if files.is_empty() && errors.is_empty() && sites.is_empty() {
        let all = Selection { with_ignored: true, ..selection.clone() };
        let all = Tree::read(path, &all);
        let reason = if all.files.is_empty() && all.sites.is_empty() {
            "no *.json, *.jsonl, *.ndjson, *.yaml or *.yml file in this directory"
        } else {
            "`.gitignore` leaves out every file; `--no-ignore` checks those too"
        };
        visit(Unit::Read(Err(SourceError::new(path.display().to_string(), reason))))?;
    }
    for error in errors {
        visit(Unit::Read(Err(error)))?;
    }
    let mut sites = sites.into_iter().peekable();
    let mut trees_before = |file: Option<&Path>, visit: &mut dyn FnMut(Unit) -> Result<()>| {
        while let Some(root) = sites.next_if(|it| file.is_none_or(|file| **it < *file)) {
            let below = root.strip_prefix(path).unwrap_or(&root).to_owned();
            let site = SiteSelection::found(root, below, &selection.exclude);
            visit(Unit::Site(Box::new(site)))?;
        }
        anyhow::Ok(())
    };
    for path in files {
        trees_before(Some(&path), visit)?;
        file(&path, true, limits, visit)?;
    }
    trees_before(None, visit)?;
    Ok(())
}

fn standard_input(limits: &Limits, visit: Visit<'_>) -> Result<()> {
    match stdin::open(io::stdin(), limits) {
        Stdin::Document(bytes) => visit(Unit::Read(read::of_stdin(bytes, limits))),
        Stdin::Lines(reader) => lines::read(Path::new("-"), false, reader, limits, &mut |lines| {
            visit(match lines {
                Ok(lines) => Unit::Lines(lines),
                Err(error) => Unit::Read(Err(error)),
            })
        }),
    }
}

fn file(path: &Path, is_found: bool, limits: &Limits, visit: Visit<'_>) -> Result<()> {
    if !is_json_lines(path) {
        return visit(Unit::File { path: path.to_owned(), is_found });
    }
    match File::open(path) {
        Ok(file) => lines::read(path, is_found, BufReader::new(file), limits, &mut |lines| {
            visit(match lines {
                Ok(lines) => Unit::Lines(lines),
                Err(error) => Unit::Read(Err(error)),
            })
        }),
        Err(error) => {
            let source = path.display().to_string();
            visit(Unit::Read(Err(SourceError::new(source, read::reason(&error)))))
        }
    }
}
