//! Where in the files each key stands, for mistakes that show only when all files are read.

use std::{collections::HashMap, ops::Range};

use toml::de::{DeTable, DeValue};

use crate::error::Error;

/// Spans of all keys and values of all files, by their dotted path: `rule.2.target`, `type.Host.field.ip`.
#[derive(Debug, Default)]
pub(crate) struct Places {
    files: HashMap<String, Place>,
}

#[derive(Debug)]
struct Place {
    text: String,
    spans: HashMap<String, Range<usize>>,
}

impl Places {
    pub(crate) fn add(&mut self, file: &str, text: &str, root: &DeTable<'_>) {
        let mut spans = HashMap::new();
        walk_table(root, "", &mut spans);
        self.files.insert(file.to_owned(), Place { text: text.to_owned(), spans });
    }

    /// A mistake at this path, or at the nearest table around it that the file has.
    pub(crate) fn error(&self, file: &str, path: &str, message: impl Into<String>) -> Error {
        let Some(place) = self.files.get(file) else { return Error::of_file(file, message) };
        let mut path = path;
        loop {
            if let Some(span) = place.spans.get(path) {
                return Error::at(file, &place.text, span, message);
            }
            match path.rsplit_once('.') {
                Some((outer, _)) => path = outer,
                None => return Error::at(file, &place.text, &(0..0), message),
            }
        }
    }
}

fn walk_table(table: &DeTable<'_>, prefix: &str, spans: &mut HashMap<String, Range<usize>>) {
    for (key, value) in table {
        let path = if prefix.is_empty() {
            key.get_ref().to_string()
        } else {
            format!("{prefix}.{}", key.get_ref())
        };
        walk_value(value.get_ref(), &path, spans);
        // A table is marked at its name, anything else at the value.
        let span = if value.get_ref().is_table() { key.span() } else { value.span() };
        spans.insert(path, span);
    }
}

fn walk_value(value: &DeValue<'_>, path: &str, spans: &mut HashMap<String, Range<usize>>) {
    match value {
        DeValue::Table(table) => walk_table(table, path, spans),
        DeValue::Array(array) => {
            for (at, element) in array.iter().enumerate() {
                let path = format!("{path}.{at}");
                walk_value(element.get_ref(), &path, spans);
                spans.insert(path, element.span());
            }
        }
        _ => {}
    }
}
