//! A report for people: each diagnostic with the lines that it is about, as compilers print them.

mod excerpt;
mod visible;

use std::ops::Range;

use annotate_snippets::{
    Annotation, AnnotationKind, Group, Level, Snippet,
    renderer::{AnsiColor, Style},
};

use self::excerpt::Excerpt;
use crate::{
    code,
    english::with_suggestions,
    report::{Diagnostic, Related, Report},
    severity::Severity,
    span::{LineIndex, Position, Span},
};

pub use self::{
    excerpt::{Hidden, masked},
    visible::{one_line, visible},
};

impl Report {
    /// Renders every diagnostic with the lines that it is about, without color. `name` names the text.
    ///
    /// Sensitive values are masked, and control characters are escaped.
    ///
    /// ```
    /// use sps_validate::{Constraints, Context, Field, Form, Kind, Shape, Subject, Type, explain};
    ///
    /// static SWITCH: Type = Type::new(
    ///     "Switch",
    ///     Shape::Struct { fields: &[Field::new("enabled", Kind::Bool)], open: false },
    ///     Constraints::NONE,
    /// );
    /// let text = "{\n  \"enabled\": 1\n}";
    /// let report = explain(text, &Subject::new(Kind::Named(&SWITCH), Form::Request), &Context::default());
    /// assert_eq!(report.render(text, "switch.json"), "\
    /// switch.json:2:14: error[wrong-type] /enabled: expected true or false, found number
    ///   |
    /// 2 |   \"enabled\": 1
    ///   |              ^
    ///   |
    ///   = help: replace it with true or false
    /// ");
    /// ```
    pub fn render(&self, text: &str, name: &str) -> String {
        let lines = LineIndex::new(text);
        let renderer = Renderer::new(text, name, &lines, self);
        let rendered = self.diagnostics.iter().map(|it| renderer.diagnostic(it, &it.help));
        rendered.collect::<Vec<_>>().join("\n")
    }
}

/// Renders the diagnostics of one report one by one.
#[derive(Debug)]
pub struct Renderer<'a> {
    text: &'a str,
    name: &'a str,
    lines: &'a LineIndex,
    hidden: Hidden,
    lines_before: usize,
    color: bool,
}

impl<'a> Renderer<'a> {
    /// Prepares to render diagnostics of `report`, which is about `text`. `lines` is the index of the same text.
    pub fn new(text: &'a str, name: &'a str, lines: &'a LineIndex, report: &Report) -> Self {
        let hidden = Hidden::new(&report.sensitive);
        Self { text, name, lines, hidden, lines_before: 0, color: false }
    }

    /// Sets whether to use the colors of a terminal.
    #[must_use]
    pub fn with_color(self, color: bool) -> Self {
        Self { color, ..self }
    }

    /// Sets how many lines the file has before the text, if the text is a part of a file.
    #[must_use]
    pub fn with_lines_before(self, lines_before: usize) -> Self {
        Self { lines_before, ..self }
    }

    /// Renders `NAME:LINE:COLUMN: error[CODE] POINTER: MESSAGE`, the lines, the help and the notes.
    ///
    /// Suggestions that `help` does not name are added to it.
    pub fn diagnostic(&self, diagnostic: &Diagnostic, help: &str) -> String {
        let Diagnostic { code, severity, pointer, message, .. } = diagnostic;
        let [strong, bold] = if self.color {
            let color = if *severity == Severity::Error { AnsiColor::BrightRed } else { WARNING };
            let bold = Style::new().bold();
            [bold.fg_color(Some(color.into())), bold]
        } else {
            [Style::new(), Style::new()]
        };
        let space = if pointer.is_empty() { "" } else { " " };
        let mut text = format!(
            "{}: {strong}{severity}[{code}]{strong:#}{space}{}: {bold}{}{bold:#}\n",
            self.place(diagnostic.span.start),
            one_line(pointer),
            one_line(message)
        );
        let lines = is_parsed(diagnostic).then(|| self.lines(diagnostic));
        let notes = lines.as_ref().map(|it| it.notes.clone());
        let snippet = lines.filter(|_| self.has_lines(diagnostic)).map(snippet);
        let help = self::help(diagnostic, help).map(|help| Level::HELP.message(help));
        let notes = notes.into_iter().flatten().map(|note| Level::NOTE.message(note));
        let group =
            Group::with_level(level(*severity)).elements(snippet).elements(help).elements(notes);
        if !group.is_empty() {
            text.push_str(&self.renderer().render(&[group]));
            text.push('\n');
        }
        text
    }

    /// Renders one more note of a diagnostic, to follow what [`Self::diagnostic`] returned.
    pub fn note(&self, diagnostic: &Diagnostic, note: &str) -> String {
        let gutter = if self.has_lines(diagnostic) {
            self.last_line(diagnostic).to_string().len()
        } else {
            0
        };
        let group = Group::with_level(level(diagnostic.severity))
            .element(Level::NOTE.message(one_line(note).into_owned()));
        format!("{:gutter$}{}\n", "", self.renderer().render(&[group]))
    }

    /// Whether there are lines to show.
    fn has_lines(&self, diagnostic: &Diagnostic) -> bool {
        is_parsed(diagnostic) && !self.text.is_empty()
    }

    /// `NAME:LINE:COLUMN` of an offset in the text.
    pub fn place(&self, offset: usize) -> String {
        let position = self.position(offset);
        format!("{}:{}:{}", one_line(self.name), position.line, position.column)
    }

    fn position(&self, offset: usize) -> Position {
        let position = self.lines.position(offset);
        Position { line: position.line + self.lines_before, ..position }
    }

    fn renderer(&self) -> annotate_snippets::Renderer {
        let renderer = if self.color {
            annotate_snippets::Renderer::styled()
        } else {
            annotate_snippets::Renderer::plain()
        };
        renderer.term_width(TERMINAL_WIDTH)
    }

    fn line(&self, span: Span) -> usize {
        self.position(span.start).line
    }

    /// Whether a related place is shown among the lines of its diagnostic.
    fn is_near(&self, related: &Related, diagnostic: &Diagnostic) -> bool {
        related.file.is_none()
            && self.line(related.span).abs_diff(self.line(diagnostic.span)) <= MAX_DISTANCE_LINES
    }

    /// The number of the last line that is shown.
    fn last_line(&self, diagnostic: &Diagnostic) -> usize {
        let near = diagnostic.related.iter().filter(|it| self.is_near(it, diagnostic));
        let spans = std::iter::once(diagnostic.span).chain(near.map(|it| it.span));
        spans.map(|span| self.line(span)).max().unwrap_or_default()
    }

    /// The lines that a diagnostic is about as data, for a form of output of its own; `None` if the document could not be
    /// parsed or is empty.
    pub fn excerpt(&self, diagnostic: &Diagnostic) -> Option<Lines> {
        self.has_lines(diagnostic).then(|| self.lines(diagnostic))
    }

    fn lines(&self, diagnostic: &Diagnostic) -> Lines {
        let (near, far): (Vec<_>, Vec<_>) =
            diagnostic.related.iter().partition(|it| self.is_near(it, diagnostic));
        let spans = std::iter::once(diagnostic.span).chain(near.iter().map(|it| it.span));
        let places: Vec<_> = spans.map(|span| (span, self.line(span))).collect();
        let first = places.iter().map(|(_, line)| *line).min().unwrap_or(1);
        let mut labels = vec![None];
        labels.extend(near.iter().map(|it| Some(one_line(&it.message).into_owned())));
        let excerpt = Excerpt::new(self.text, &self.hidden, &places);
        let marks = excerpt.marks.into_iter().zip(labels);
        let marks = marks.filter_map(|(range, label)| Some(Mark { range: range?, label }));
        let notes = far.iter().map(|it| {
            let place = match &it.file {
                Some(file) => format!("{}:{}:{}", one_line(&file.name), file.line, file.column),
                None => self.place(it.span.start),
            };
            let colon = if it.pointer.is_empty() { "" } else { ": " };
            format!("{place}{colon}{}: {}", one_line(&it.pointer), one_line(&it.message))
        });
        Lines { first, text: excerpt.text, marks: marks.collect(), notes: notes.collect() }
    }
}

/// Lines of a document that a diagnostic is about, safe to show: sensitive values are masked, characters that no reader sees
/// are replaced, and a long line is cut around its marks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Lines {
    /// The number of the first line in the file.
    pub first: usize,
    /// The lines; those between two marks that are not shown are empty.
    pub text: String,
    /// The marked parts.
    pub marks: Vec<Mark>,
    /// A line for each related place that is too far away to be shown, or in another file.
    pub notes: Vec<String>,
}

/// A marked part of [`Lines`], which never goes beyond its line.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Mark {
    /// The bytes of the text.
    pub range: Range<usize>,
    /// What a related place has to do with the diagnostic; `None` for the place of the diagnostic itself.
    pub label: Option<String>,
}

/// The help of a diagnostic, with those of its suggestions that the help does not name; `None` if there is nothing to say.
pub fn help(diagnostic: &Diagnostic, help: &str) -> Option<String> {
    with_suggestions(help, &diagnostic.suggestions).map(|help| one_line(&help).into_owned())
}

/// The yellow of rustc's warnings.
const WARNING: AnsiColor = AnsiColor::Yellow;
/// Wider than any line: lines are cut before they get here.
const TERMINAL_WIDTH: usize = 1_000;
/// How far a related place may be from the finding to be shown with it.
const MAX_DISTANCE_LINES: usize = 1_000;

fn snippet(lines: Lines) -> Snippet<'static, Annotation<'static>> {
    let marks = lines.marks.into_iter().map(|Mark { range, label }| {
        let kind = if label.is_none() { AnnotationKind::Primary } else { AnnotationKind::Context };
        kind.span(range).label(label)
    });
    Snippet::source(lines.text).line_start(lines.first).annotations(marks)
}

fn level(severity: Severity) -> Level<'static> {
    if severity == Severity::Error { Level::ERROR } else { Level::WARNING }
}

/// Whether the document was parsed, so that its sensitive values are known.
fn is_parsed(diagnostic: &Diagnostic) -> bool {
    !matches!(diagnostic.code, code::INVALID_JSON | code::INVALID_YAML | code::LIMIT_EXCEEDED)
}
