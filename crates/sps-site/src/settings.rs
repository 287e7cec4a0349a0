//! `sps.toml`: what the files of a tree are for, and what a plan may touch.

use std::{collections::BTreeMap, fmt::Display};

use sps_model::validate::{Diagnostic, Related, Span, Version, code as body_code, suggest};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use crate::{
    code,
    codes::{is_waivable, known_codes},
    label::Label,
    place::{self, Places},
    problem::{did_you_mean, error},
};

/// The name of the file at the root of a tree.
pub const SETTINGS_FILE: &str = "sps.toml";

/// What `sps.toml` says.
///
/// ```toml
/// target = "7.5"                          # the version that the files are for; compared with the appliance
/// owned = ["policies/time_policies"]      # here the tree is complete: other objects are deleted
/// ignored = ["management/webinterface"]   # left alone, also where the tree has it
/// unknown = ["policies/new_things"]       # endpoints that no source shows: nothing in them can be checked
///
/// [check]
/// allow = ["weak-authentication"]         # codes of rules that the files may break
///
/// [[moved]]                               # the object gets another name
/// from = "policies/time_policies/office"
/// to = "policies/time_policies/office-hours"
/// ```
///
/// Paths are those below `/api/configuration/`; with that before them or a slash behind them they mean the same. A tree
/// without the file has the default: nothing is owned, ignored or moved.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// The version that the files are written for.
    pub target: Option<Version>,
    /// Collections in which the tree is complete, as paths below `/api/configuration/`.
    pub owned: Vec<String>,
    /// Endpoints, areas and objects that are left alone, as paths or labels.
    pub ignored: Vec<String>,
    /// Endpoints that no source shows, as paths.
    pub unknown: Vec<String>,
    /// Codes of rules that the files may break. `unknown-key` among them lets members pass that no source shows.
    pub allow: Vec<String>,
    /// Objects that get another name.
    pub moved: Vec<Moved>,
}

/// One `[[moved]]`: the object gets another name.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Moved {
    /// The old name.
    pub from: Label,
    /// The new name.
    pub to: Label,
}

impl Settings {
    /// Whether the tree is complete in the collection of this label.
    pub fn is_owned(&self, label: &Label) -> bool {
        label.name().is_some() && self.owned.iter().any(|it| it == label.endpoint())
    }

    /// Whether what has this label is left alone.
    pub fn is_ignored(&self, label: &Label) -> bool {
        let text = label.to_string();
        self.ignored.iter().any(|ignored| place::is_below(&text, ignored))
    }

    /// Reads the text of `sps.toml`, and adds the unknown endpoints that it names to the known ones. What is wrong is left
    /// out, and reported.
    pub(crate) fn read(text: &str, places: &mut Places) -> (Self, Vec<Diagnostic>) {
        let mut reader = Reader { places, problems: Vec::new() };
        let (document, faults) = DeTable::parse_recoverable(text);
        for fault in faults {
            let at = fault.span().map_or(Span::at(0), span_of);
            // The parser speaks of what it expected, never of what it found.
            reader.report(at, "", format!("not TOML: {}", fault.message()), "correct the syntax");
        }
        let settings = if reader.problems.is_empty() {
            reader.settings(document.get_ref())
        } else {
            Self::default()
        };
        (settings, reader.problems)
    }
}

/// The edit of a text of `sps.toml` that allows the files to break the rule with this code: new text in place of some bytes.
/// `None`: the rule cannot be waived.
pub(crate) fn allowing(text: &str, code: &str, places: &Places) -> Option<(Span, String)> {
    // Unknown keys are allowed by hand only: most of them are slips.
    if !is_waivable(code, places) {
        return None;
    }
    let edit = with_code(text, code)?;
    let edited = [&text[..edit.0.start], &edit.1, &text[edit.0.end..]].concat();
    let (settings, problems) = Settings::read(&edited, &mut places.clone());
    (problems.is_empty() && settings.allow.iter().any(|it| it == code)).then_some(edit)
}

/// The edit that adds a code to `allow`, in the usual notations of TOML.
fn with_code(text: &str, code: &str) -> Option<(Span, String)> {
    let (document, _) = DeTable::parse_recoverable(text);
    let check = document.get_ref().get("check");
    let table = check.and_then(|it| it.get_ref().as_table());
    let allow = table.and_then(|it| it.get("allow"));
    if let Some(codes) = allow.and_then(|it| it.get_ref().as_array()) {
        return Some(match codes.last() {
            Some(last) => behind(text, span_of(last.span()), code),
            None => (span_of(allow?.span()), format!("[\"{code}\"]")),
        });
    }
    if let Some(check) = check {
        // Behind the line of the header.
        let line = text[check.span().start..].find('\n').map(|at| check.span().start + at + 1)?;
        return Some((Span::at(line), format!("allow = [\"{code}\"]\n")));
    }
    // Keys of the root come before every table, and a new table after everything.
    let gap = if text.is_empty() || text.ends_with("\n\n") {
        ""
    } else if text.ends_with('\n') {
        "\n"
    } else {
        "\n\n"
    };
    Some((Span::at(text.len()), format!("{gap}[check]\nallow = [\"{code}\"]\n")))
}

/// The edit that adds a code to a list behind its last one: in a line of its own if that has one, so that comments stay where
/// they belong.
fn behind(text: &str, last: Span, code: &str) -> (Span, String) {
    let start = text[..last.start].rfind('\n').map_or(0, |at| at + 1);
    let indent = &text[start..last.start];
    let rest = text[last.end..].split(['\r', '\n']).next().unwrap_or_default();
    let closes = rest.split('#').next().is_some_and(|it| it.contains(']'));
    if closes || !indent.trim().is_empty() {
        return (Span::at(last.end), format!(", \"{code}\""));
    }
    let end = if text[last.end + rest.len()..].starts_with('\r') { "\r\n" } else { "\n" };
    let new = if rest.trim_start().starts_with(',') {
        format!("{rest}{end}{indent}\"{code}\",")
    } else {
        format!(",{rest}{end}{indent}\"{code}\"")
    };
    (Span::new(last.end, last.end + rest.len()), new)
}

const KEYS: [&str; 6] = ["target", "owned", "ignored", "unknown", "check", "moved"];

/// A value of TOML with its place.
type Value<'t> = Spanned<DeValue<'t>>;

struct Reader<'p> {
    places: &'p mut Places,
    problems: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn report(
        &mut self,
        span: Span,
        pointer: &str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) {
        self.problems.push(error(code::INVALID_SETTINGS, pointer, span, message, help));
    }

    fn wrong_type(&mut self, value: &Value<'_>, pointer: &str, expected: &str) {
        let message = format!("expected {expected}, found {}", value.get_ref().type_str());
        self.report(span(value), pointer, message, format!("replace it with {expected}"));
    }

    fn settings(&mut self, table: &DeTable<'_>) -> Settings {
        self.keys(table, "", &KEYS);
        let mut settings = Settings::default();
        if let Some(value) = table.get("target") {
            settings.target = self.target(value);
        }
        // First, because other settings may name them.
        if let Some(value) = table.get("unknown") {
            settings.unknown = self.list(value, "/unknown", Self::unknown);
        }
        if let Some(value) = table.get("owned") {
            settings.owned = self.list(value, "/owned", Self::owned);
        }
        if let Some(value) = table.get("ignored") {
            settings.ignored = self.list(value, "/ignored", Self::ignored);
        }
        if let Some(value) = table.get("owned") {
            self.contradictions(value, &settings.ignored);
        }
        if let Some(value) = table.get("check") {
            match value.get_ref().as_table() {
                None => self.wrong_type(value, "/check", "a table"),
                Some(check) => {
                    self.keys(check, "/check", &["allow"]);
                    if let Some(value) = check.get("allow") {
                        settings.allow = self.list(value, "/check/allow", Self::allowed);
                    }
                }
            }
        }
        if let Some(value) = table.get("moved") {
            settings.moved = self.moved(value);
        }
        settings
    }

    /// Reports keys that a table does not have.
    fn keys(&mut self, table: &DeTable<'_>, pointer: &str, known: &[&str]) {
        for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            let name = key.get_ref().as_ref();
            let near = suggest::nearest(name, known.iter().copied()).first().copied();
            let help = match near {
                Some(_) => did_you_mean(near),
                None => format!("the keys are {}", words(known)),
            };
            self.report(span_of(key.span()), &format!("{pointer}/{name}"), "unknown key", help);
        }
    }

    fn target(&mut self, value: &Value<'_>) -> Option<Version> {
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(value, "/target", "a version in quotes, such as \"7.5\"");
            return None;
        };
        match text.parse() {
            Ok(version) => Some(version),
            Err(reason) => {
                let message = format!("`{text}` is no version: {reason}");
                self.report(span(value), "/target", message, "write it as \"7.5\"");
                None
            }
        }
    }

    /// Reads a list of strings; an entry twice counts once.
    fn list(
        &mut self,
        value: &Value<'_>,
        pointer: &str,
        read: impl Fn(&mut Self, &str, Span, &str) -> Option<String>,
    ) -> Vec<String> {
        let Some(items) = value.get_ref().as_array() else {
            self.wrong_type(value, pointer, "a list of strings");
            return Vec::new();
        };
        let mut list = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let pointer = format!("{pointer}/{index}");
            match item.get_ref().as_str() {
                None => self.wrong_type(item, &pointer, "a string"),
                Some(text) => {
                    let entry = read(self, text, span(item), &pointer);
                    list.extend(entry.filter(|entry| !list.contains(entry)));
                }
            }
        }
        list
    }

    /// The path in a setting; an empty one would select everything.
    fn path<'t>(&mut self, text: &'t str, span: Span, pointer: &str) -> Option<&'t str> {
        let path = place::plain(text);
        if path.is_empty() || path == "api/configuration" {
            let help = "name an endpoint, such as \"policies/time_policies\"; an empty list selects nothing";
            self.report(span, pointer, "the path is empty", help);
            return None;
        }
        Some(path)
    }

    fn unknown(&mut self, text: &str, span: Span, pointer: &str) -> Option<String> {
        let path = self.path(text, span, pointer)?;
        if self.places.endpoint(path).is_some() {
            let message = format!("the endpoint `{path}` is known");
            self.report(span, pointer, message, "remove it here: its files are checked");
            return None;
        }
        if !place::is_path(path) {
            let message = "not the path of an endpoint";
            self.report(span, pointer, message, "write it as \"policies/new_things\"");
            return None;
        }
        self.places.add_unknown(path);
        Some(path.to_owned())
    }

    fn owned(&mut self, text: &str, span: Span, pointer: &str) -> Option<String> {
        let path = self.path(text, span, pointer)?;
        if self.places.collection(path).is_some() {
            return Some(path.to_owned());
        }
        let collection = path.rsplit_once('/').and_then(|(it, _)| self.places.collection(it));
        let (message, help) = if self.places.endpoint(path).is_some() {
            let help =
                "only collections can be owned: what they have and the tree lacks is deleted";
            (format!("`{path}` is no collection"), help.to_owned())
        } else if let Some(collection) = collection.map(place::short) {
            let help = format!("own the whole collection: \"{collection}\"");
            (format!("`{path}` is an object, not a collection"), help)
        } else {
            (format!("unknown endpoint `{path}`"), self.nearest(path))
        };
        self.report(span, pointer, message, help);
        None
    }

    fn ignored(&mut self, text: &str, span: Span, pointer: &str) -> Option<String> {
        let path = self.path(text, span, pointer)?;
        if self.places.is_area(path) {
            return Some(path.to_owned());
        }
        if let Some((label, _)) = self.places.label(path) {
            return Some(label.to_string());
        }
        let help = self.nearest(path);
        self.report(span, pointer, format!("unknown endpoint `{path}`"), help);
        None
    }

    /// Reports collections that are owned and left alone.
    fn contradictions(&mut self, owned: &Value<'_>, ignored: &[String]) {
        for (index, item) in
            owned.get_ref().as_array().into_iter().flat_map(|it| it.iter()).enumerate()
        {
            let Some(path) = item.get_ref().as_str().map(place::plain) else { continue };
            if let Some(ignored) = ignored.iter().find(|it| place::is_below(path, it)) {
                let message = format!("`{path}` is owned, but `{ignored}` is ignored");
                let help = "remove one of the two: a plan leaves alone what is ignored";
                self.report(span(item), &format!("/owned/{index}"), message, help);
            }
        }
    }

    fn nearest(&self, path: &str) -> String {
        match self.places.nearest(path) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "name the path of an endpoint below /api/configuration/".to_owned(),
        }
    }

    fn allowed(&mut self, text: &str, span: Span, pointer: &str) -> Option<String> {
        if text == body_code::UNKNOWN_KEY || is_waivable(text, self.places) {
            return Some(text.to_owned());
        }
        let codes = known_codes(self.places);
        let (message, help) = if codes.contains(text) {
            let help = "remove it; only rules about values can be waived".to_owned();
            (format!("the code `{text}` cannot be waived"), help)
        } else {
            let near = suggest::nearest(text, codes.iter().copied()).first().copied();
            (format!("unknown code `{text}`"), did_you_mean(near))
        };
        self.report(span, pointer, message, help);
        None
    }

    fn moved(&mut self, value: &Value<'_>) -> Vec<Moved> {
        let Some(items) = value.get_ref().as_array() else {
            self.wrong_type(value, "/moved", "a list of tables: write [[moved]]");
            return Vec::new();
        };
        let mut moved = Vec::new();
        for (index, item) in items.iter().enumerate() {
            let pointer = format!("/moved/{index}");
            let Some(table) = item.get_ref().as_table() else {
                self.wrong_type(item, &pointer, "a table with `from` and `to`");
                continue;
            };
            self.keys(table, &pointer, &["from", "to"]);
            let ends = ["from", "to"].map(|key| self.end(table, key, span(item), &pointer));
            let [Some((from, from_span)), Some((to, to_span))] = ends else { continue };
            if from.endpoint() != to.endpoint() {
                let message =
                    format!("`{}` and `{}` are two collections", from.endpoint(), to.endpoint());
                let help = "an object keeps its collection";
                self.report(to_span, &format!("{pointer}/to"), message, help);
            } else if from == to {
                let message = format!("`{to}` is both the old and the new name");
                self.report(to_span, &format!("{pointer}/to"), message, "remove this entry");
            } else {
                moved.push((Moved { from, to }, pointer, from_span, to_span));
            }
        }
        self.twice(moved.iter().map(|(it, pointer, span, _)| (&it.from, pointer, *span)), "from");
        self.twice(moved.iter().map(|(it, pointer, _, span)| (&it.to, pointer, *span)), "to");
        let moved: Vec<_> = moved.into_iter().map(|(it, _, span, _)| (it, span)).collect();
        self.circles(&moved);
        moved.into_iter().map(|(it, _)| it).collect()
    }

    /// One end of a move: the label of an object in a collection.
    fn end(
        &mut self,
        table: &DeTable<'_>,
        key: &str,
        entry: Span,
        pointer: &str,
    ) -> Option<(Label, Span)> {
        let pointer = format!("{pointer}/{key}");
        let Some(value) = table.get(key) else {
            let help = "give both names: from = \"policies/time_policies/office\", to = \"policies/time_policies/office-hours\"";
            self.report(entry, &pointer, format!("`{key}` is missing"), help);
            return None;
        };
        let Some(text) = value.get_ref().as_str() else {
            self.wrong_type(value, &pointer, "a label, such as \"policies/time_policies/office\"");
            return None;
        };
        let path = self.path(text, span(value), &pointer)?;
        match self.places.label(path) {
            Some((label, _)) if label.name().is_some() => Some((label, span(value))),
            Some(_) => {
                let message = format!("`{path}` is no object of a collection");
                let help = "only objects of collections have names of their own";
                self.report(span(value), &pointer, message, help);
                None
            }
            None => {
                let folder = path.rsplit_once('/').map_or(path, |(folder, _)| folder);
                let (message, help) = if self.places.collection(path).is_some() {
                    let help = format!("add the name of an object: \"{path}/NAME\"");
                    (format!("`{path}` is a whole collection"), help)
                } else {
                    (format!("unknown collection `{folder}`"), self.nearest(folder))
                };
                self.report(span(value), &pointer, message, help);
                None
            }
        }
    }

    /// Reports a label that several entries have at the same end; the second names the line of the first.
    fn twice<'m>(&mut self, ends: impl Iterator<Item = (&'m Label, &'m String, Span)>, key: &str) {
        let mut first: BTreeMap<&Label, (String, Span)> = BTreeMap::new();
        for (label, pointer, span) in ends {
            let pointer = format!("{pointer}/{key}");
            if let Some((other, at)) = first.get(label) {
                let message = format!("a second `{key}` with `{label}`");
                let help = "each object has one old and one new name: remove one of the entries";
                let mut diagnostic = error(code::INVALID_SETTINGS, &pointer, span, message, help);
                diagnostic.related.push(Related::new(other.clone(), *at, "the first is here"));
                self.problems.push(diagnostic);
            } else {
                first.insert(label, (pointer, span));
            }
        }
    }

    /// Reports moves that lead back to where they began, once for each circle.
    fn circles(&mut self, moved: &[(Moved, Span)]) {
        let next: BTreeMap<&Label, &Label> =
            moved.iter().map(|(it, _)| (&it.from, &it.to)).collect();
        let mut seen: Vec<&Label> = Vec::new();
        for (entry, at) in moved {
            let mut chain = vec![&entry.from];
            let mut label = &entry.to;
            while let Some(to) = next.get(label).filter(|_| !chain.contains(&label)) {
                chain.push(label);
                label = to;
            }
            if *label == entry.from && !seen.contains(&label) {
                seen.extend(&chain);
                let names: Vec<_> = chain.iter().chain([&label]).map(ToString::to_string).collect();
                let message = format!("the moves go in a circle: {}", names.join(" -> "));
                self.report(*at, "/moved", message, "remove one of these entries");
            }
        }
    }
}

fn span(value: &Value<'_>) -> Span {
    span_of(value.span())
}

fn span_of(range: std::ops::Range<usize>) -> Span {
    Span::new(range.start, range.end)
}

fn words(names: &[impl Display]) -> String {
    names.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests;
