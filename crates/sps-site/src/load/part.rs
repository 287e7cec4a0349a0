//! One file of a tree, read by itself.

use std::{path::PathBuf, sync::Arc};

use sps_model::{
    EndpointInfo,
    validate::{Diagnostic, Limits, Report, Severity, Span},
};

use super::{
    files::Found,
    kind::{self, Kind, Sorter},
    read_object,
};
use crate::{
    code,
    label::Label,
    object::Object,
    place::{Places, short},
    problem::warning,
    read::{self, Format},
    report::{FileReport, Remark, Unreadable},
    resolve::{Spot, Surroundings, TextFiles},
};

/// One file with an object.
#[derive(Clone)]
pub(crate) struct SiteFile {
    pub(crate) path: PathBuf,
    pub(crate) text: Arc<str>,
    /// The format, if the text could be read in it.
    pub(crate) format: Option<Format>,
    pub(crate) endpoint: Option<&'static EndpointInfo>,
    pub(crate) label: Option<Label>,
    pub(crate) spots: Vec<Spot>,
    /// Spans of secrets in the text.
    pub(crate) sensitive: Vec<Span>,
    pub(crate) problems: Vec<Diagnostic>,
}

impl SiteFile {
    fn empty(path: PathBuf, problems: Vec<Diagnostic>) -> Self {
        Self {
            path,
            text: "".into(),
            format: None,
            endpoint: None,
            label: None,
            spots: Vec::new(),
            sensitive: Vec::new(),
            problems,
        }
    }

    /// The file with its report.
    pub(crate) fn reported(&self, report: Report) -> FileReport {
        let Self { path, text, endpoint, label, .. } = self;
        FileReport {
            file: path.clone(),
            label: label.clone(),
            endpoint: *endpoint,
            text: Arc::clone(text),
            report,
        }
    }

    pub(crate) fn is_well_formed(&self) -> bool {
        self.problems.iter().all(|it| it.severity != Severity::Error)
    }
}

/// What one file turned out to be. Only the other files decide about duplicates and about [`Part::Other`].
#[derive(Clone)]
pub(crate) enum Part {
    /// A file with an object, or with a mistake where one belongs; the object, if the file is well-formed.
    File(Arc<SiteFile>, Option<Object>),
    /// A file with another ending in a folder of objects: a mistake, unless a `$file` reads it.
    Other(Arc<SiteFile>),
    /// A file that belongs to the tree and could not be read.
    Unreadable(Unreadable),
    /// A file that is left alone, with the reason.
    Note(Remark),
    /// A file that is left alone.
    Silent,
}

impl Part {
    /// The file without its body.
    pub(crate) fn without_object(self) -> Self {
        match self {
            Self::File(file, _) => Self::File(file, None),
            other => other,
        }
    }
}

/// How the files of a tree are read, one by one.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'t> {
    pub(crate) places: &'t Places,
    pub(crate) texts: &'t TextFiles,
    pub(crate) limits: &'t Limits,
}

/// The longest path of a file that Windows can check out.
const MAX_PATH: usize = 260;

impl Reader<'_> {
    /// Reads a file.
    pub(crate) fn read(self, found: &Found) -> Part {
        let Self { places, texts, limits } = self;
        match (Sorter { places, texts, limits }).sort(found) {
            Kind::Silent => Part::Silent,
            Kind::Note(reason) => Part::Note(Remark { file: found.path.clone(), reason }),
            Kind::Other(problem) => {
                Part::Other(SiteFile::empty(found.path.clone(), vec![problem]).into())
            }
            Kind::Misplaced(problem) => {
                Part::File(SiteFile::empty(found.path.clone(), vec![problem]).into(), None)
            }
            Kind::Object { endpoint, stem, format } => self.object(found, endpoint, stem, format),
        }
    }

    /// Reads the file of an object.
    fn object(
        self,
        found: &Found,
        endpoint: &'static EndpointInfo,
        stem: Option<&str>,
        format: Format,
    ) -> Part {
        let Self { places, texts, limits } = self;
        let path = texts.root().join(&found.path);
        let text = match texts.text(&found.path, limits) {
            Ok(text) => text,
            Err(reason) => {
                return Part::Unreadable(Unreadable { file: found.path.clone(), reason });
            }
        };
        let mut file = SiteFile::empty(found.path.clone(), Vec::new());
        file.endpoint = Some(endpoint);
        file.text = Arc::clone(&text);
        let length = path.as_os_str().to_string_lossy().encode_utf16().count();
        if length > MAX_PATH {
            let message = format!("the path has {length} characters, and Windows takes {MAX_PATH}");
            let help = "shorten the name, or move the tree up";
            file.problems.push(warning(code::LONG_PATH, "", Span::at(0), message, help));
        }
        let surroundings = Surroundings { places, texts, file: &found.path };
        let scanned = read::with_root(format, &text, limits, |root, marks| {
            if kind::is_report(root) {
                return None;
            }
            Some(read_object(root, marks, endpoint, stem, surroundings))
        });
        let mut object = None;
        match scanned {
            Err(problems) => {
                file.label = match stem {
                    None => Some(Label::of_singleton(short(endpoint))),
                    Some(stem) => crate::file_name::name(stem)
                        .map(|name| Label::of_object(short(endpoint), &name)),
                };
                file.problems.extend(problems);
            }
            Ok(None) => {
                let reason = kind::REPORT.to_owned();
                return Part::Note(Remark { file: found.path.clone(), reason });
            }
            Ok(Some((naming, resolved))) => {
                file.format = Some(format);
                match naming {
                    Ok(label) => file.label = Some(label),
                    Err(problem) => file.problems.push(*problem),
                }
                file.problems.extend(resolved.problems);
                file.spots = resolved.spots;
                file.sensitive = resolved.sensitive;
                if let Some(label) = file.label.clone().filter(|_| file.is_well_formed()) {
                    let (file, body) = (found.path.clone(), resolved.body);
                    object = Some(Object { label, endpoint, file, body });
                }
            }
        }
        Part::File(file.into(), object)
    }
}
