//! Files as text, and texts as nodes.

use std::{
    fs::File,
    io::{self, ErrorKind, Read as _},
    path::Path,
};

use sps_model::validate::{
    Context, Diagnostic, Form, Kind, Limits, Span, Subject, code, explain, explain_yaml,
    json::{self, Node},
    span::LineIndex,
    yaml::{self, Marks},
};

use crate::problem::error;

/// A format of files with objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    Yaml,
}

impl Format {
    /// The format of files with this ending.
    pub(crate) fn of_ending(ending: &str) -> Option<Self> {
        match ending {
            "json" => Some(Self::Json),
            "yaml" | "yml" => Some(Self::Yaml),
            _ => None,
        }
    }

    /// Whether an ending is that of an object, in any case of its letters.
    pub(crate) fn is_ending(ending: &str) -> bool {
        Self::of_ending(&ending.to_ascii_lowercase()).is_some()
    }
}

/// Scans a text and hands its nodes on, with their spelling if it is YAML.
///
/// # Errors
/// The text has no value, or is not in this format.
pub(crate) fn with_root<R>(
    format: Format,
    text: &str,
    limits: &Limits,
    work: impl FnOnce(&Node<'_>, Option<&Marks>) -> R,
) -> Result<R, Vec<Diagnostic>> {
    let subject = Subject::new(Kind::Any, Form::Request);
    let context = Context::default().with_limits(*limits);
    match format {
        Format::Json if text.trim().is_empty() => {
            let help = "write the whole body of a request, or delete the file";
            Err(vec![error(code::INVALID_JSON, "", Span::at(0), "the file has no body", help)])
        }
        Format::Json => match json::scan(text, limits) {
            Ok(root) => Ok(work(&root, None)),
            Err(_) => Err(explain(text, &subject, &context).diagnostics),
        },
        Format::Yaml => match yaml::scan(text, limits) {
            Ok(document) => Ok(work(&document.root, Some(&document.marks))),
            Err(_) => Err(explain_yaml(text, &subject, &context).diagnostics),
        },
    }
}

/// Reads a file as text.
///
/// # Errors
/// It cannot be read, is too large, or is not UTF-8.
pub(crate) fn text(path: &Path, limits: &Limits) -> Result<String, String> {
    let limit = limits.bytes as u64;
    let read = File::open(path).and_then(|file| {
        // Without its length, a small file is read in eight pieces.
        let length = file.metadata()?.len().min(limit);
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or_default() + 1);
        file.take(limit + 1).read_to_end(&mut bytes).map(|_| bytes)
    });
    let bytes = read.map_err(|error| reason(&error))?;
    if bytes.len() as u64 > limit {
        return Err(format!("it is larger than {limit} bytes"));
    }
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let bytes = error.as_bytes();
        let is_utf_16 =
            matches!(bytes, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, _, 0, ..] | [_, 0, _, 0, ..]);
        if is_utf_16 {
            return "it is not UTF-8 but probably UTF-16; save it as UTF-8".to_owned();
        }
        let text = String::from_utf8_lossy(&bytes[..valid]);
        let at = LineIndex::new(&text).position(text.len());
        format!("invalid UTF-8 at line {}, column {}; save it as UTF-8", at.line, at.column)
    })
}

/// An error of the operating system as a reason.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "no such file or folder".to_owned(),
        ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => {
            let text = error.to_string();
            // Errors of temporary files name those.
            match text.split_once(" at path \"") {
                Some((text, _)) => text.to_owned(),
                None => text,
            }
        }
    }
}
