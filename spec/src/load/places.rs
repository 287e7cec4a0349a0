//! Places of keys and conditions in the files, for mistakes that show only when all files are read.

use std::{collections::HashMap, ops::Range};

use toml::de::{DeTable, DeValue};

use crate::{error::Error, syntax::Marks};

/// Spans of all keys and values of all files, by their dotted path: `rule.engine-id-hex.check`, `SnmpV3.engine_id`.
#[derive(Debug, Default)]
pub(crate) struct Places {
    files: HashMap<String, File>,
    /// For each file, the places of its rules in the order of the rules.
    pub(crate) rules: HashMap<String, Vec<RulePlace>>,
}

#[derive(Debug)]
struct File {
    text: String,
    spans: HashMap<String, Range<usize>>,
    /// Marks of the conditions, by the first byte of the value.
    marks: HashMap<usize, Marks>,
}

/// Place of a rule.
#[derive(Debug, Clone)]
pub(crate) struct RulePlace {
    /// The page, or `codes.toml` for a rule that comes with a format.
    pub(crate) file: String,
    /// Dotted path of its table.
    pub(crate) place: String,
    /// Bytes of the `at` that names its target.
    pub(crate) at: Range<usize>,
}

impl Places {
    pub(crate) fn add(&mut self, file: &str, text: &str, root: &DeTable<'_>) {
        let mut spans = HashMap::new();
        walk_table(root, "", &mut spans);
        let entry = File { text: text.to_owned(), spans, marks: HashMap::new() };
        self.files.insert(file.to_owned(), entry);
    }

    /// Adds the places inside the conditions of a file.
    pub(crate) fn add_marks(&mut self, file: &str, marks: HashMap<usize, Marks>) {
        if let Some(file) = self.files.get_mut(file) {
            file.marks = marks;
        }
    }

    /// The file that defines this place of a common file: the one of an overlay, if that has it.
    pub(crate) fn common_file(&self, name: &'static str, path: &str) -> &'static str {
        let of_overlay = super::overlaid(name);
        let has = |file: &str| self.files.get(file).is_some_and(|it| it.spans.contains_key(path));
        if has(of_overlay) { of_overlay } else { name }
    }

    /// The places inside the condition at this path.
    pub(crate) fn marks(&self, file: &str, path: &str) -> Option<&Marks> {
        let file = self.files.get(file)?;
        file.marks.get(&file.spans.get(path)?.start)
    }

    /// A mistake at these bytes.
    pub(crate) fn error_at(
        &self,
        file: &str,
        span: &Range<usize>,
        message: impl Into<String>,
    ) -> Error {
        match self.files.get(file) {
            Some(place) => Error::at(file, &place.text, span, message),
            None => Error::of_file(file, message),
        }
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
