//! Mistakes in spec files, with the place of each.

use std::{fmt, ops::Range, path::Path};

/// One mistake in a spec file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    file: String,
    line: usize,
    column: usize,
    width: usize,
    source_line: String,
    message: String,
}

impl Error {
    /// A mistake at these bytes of the file's text.
    ///
    /// Of a span over several lines, only the first is marked.
    pub(crate) fn at(
        file: &str,
        text: &str,
        span: &Range<usize>,
        message: impl Into<String>,
    ) -> Self {
        let start = floor_boundary(text, span.start);
        let end = floor_boundary(text, span.end.max(start));
        let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
        let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let source_line = text[line_start..line_end].trim_end_matches('\r');
        Self {
            file: file.to_owned(),
            line: text[..start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            width: text[start..end.clamp(start, line_end)].trim_end().chars().count().max(1),
            source_line: source_line.to_owned(),
            message: message.into(),
        }
    }

    /// A mistake that concerns a file as a whole, such as that it cannot be read.
    pub(crate) fn of_file(file: &str, message: impl Into<String>) -> Self {
        let (line, column, width) = (0, 0, 0);
        Self {
            file: file.to_owned(),
            line,
            column,
            width,
            source_line: String::new(),
            message: message.into(),
        }
    }

    /// The file, relative to `spec/`.
    pub fn file(&self) -> &str {
        &self.file
    }

    /// Line, counted from 1; 0 when the file as a whole is meant.
    pub fn line(&self) -> usize {
        self.line
    }

    /// Column in characters, counted from 1; 0 when the file as a whole is meant.
    pub fn column(&self) -> usize {
        self.column
    }

    /// The line of the file.
    pub fn source_line(&self) -> &str {
        &self.source_line
    }

    /// The message.
    pub fn message(&self) -> &str {
        &self.message
    }
}

/// The largest character boundary that is not beyond `at`.
fn floor_boundary(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error: {}", self.message)?;
        if self.line == 0 {
            return writeln!(f, " --> {}", self.file);
        }
        let number = self.line.to_string();
        let gutter = " ".repeat(number.len());
        // A tab stays a tab, so that the caret is below its word whatever the width of tabs.
        let indent: String = self
            .source_line
            .chars()
            .take(self.column - 1)
            .map(|c| if c == '\t' { '\t' } else { ' ' })
            .collect();
        writeln!(f, "{gutter}--> {}:{}:{}", self.file, self.line, self.column)?;
        writeln!(f, "{gutter} |")?;
        writeln!(f, "{number} | {}", self.source_line)?;
        writeln!(f, "{gutter} | {indent}{}", "^".repeat(self.width))
    }
}

impl std::error::Error for Error {}

/// Every mistake found in one go, by file and place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Errors(pub Vec<Error>);

impl Errors {
    /// Puts them in the order in which a reader meets them.
    pub(crate) fn sorted(mut errors: Vec<Error>) -> Self {
        errors.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        errors.dedup();
        Self(errors)
    }

    /// Names the chosen files by their path in this folder.
    pub(crate) fn below(mut self, dir: &Path, is_chosen: impl Fn(&str) -> bool) -> Self {
        for error in self.0.iter_mut().filter(|error| is_chosen(&error.file)) {
            let name = error.file.strip_prefix("overlay/").unwrap_or(&error.file);
            error.file = dir.join(name).display().to_string();
        }
        self
    }
}

impl fmt::Display for Errors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for error in &self.0 {
            writeln!(f, "{error}")?;
        }
        let count = self.0.len();
        write!(f, "{count} mistake{} in the spec", if count == 1 { "" } else { "s" })
    }
}

impl std::error::Error for Errors {}

/// `, did you mean ...?` when one of the words is near enough, and nothing otherwise.
pub(crate) fn did_you_mean<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> String {
    // A third of the letters may differ: enough for two swapped letters in a short word.
    let limit = (word.chars().count() / 3).max(1);
    let distance = |other: &str| strsim::damerau_levenshtein(word, other);
    let near = words
        .into_iter()
        .map(|other| (distance(other), other))
        .filter(|(distance, _)| *distance <= limit);
    near.min().map_or_else(String::new, |(_, other)| format!(", did you mean `{other}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_below_the_word() {
        let text = "a = 1\r\nlöng\tname = 2\n";
        let start = text.find("name").unwrap();
        let error = Error::at("x.toml", text, &(start..start + 4), "unknown key `name`");
        let expected = "\
error: unknown key `name`
 --> x.toml:2:6
  |
2 | löng\tname = 2
  |     \t^^^^
";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn survives_spans_that_fit_no_text() {
        for (start, end) in [(0, 0), (1, 1), (5, 2), (99, 120), (0, usize::MAX), (3, 4)] {
            let span = Range { start, end };
            Error::at("x", "äö\n", &span, "m").to_string();
            Error::at("x", "", &span, "m").to_string();
        }
    }

    #[test]
    fn suggests_only_what_is_near() {
        assert_eq!(did_you_mean("nullabel", ["nullable", "doc"]), ", did you mean `nullable`?");
        assert_eq!(did_you_mean("xyz", ["nullable", "doc"]), "");
        assert_eq!(did_you_mean("", ["nullable"]), "");
    }
}
