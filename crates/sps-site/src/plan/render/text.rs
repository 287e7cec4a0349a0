//! A plan as text for people.

use std::fmt::Write as _;

use super::value::{Line, Sign, Tag, lines};
use crate::{
    found::Appliance,
    plan::{Action, Plan, PlannedObject, change::counted},
};

/// How text looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Style {
    /// Without any control characters.
    #[default]
    Plain,
    /// In the colors of a terminal.
    Color,
}

const RED: &str = "\u{1b}[31m";
const GREEN: &str = "\u{1b}[32m";
const YELLOW: &str = "\u{1b}[33m";
const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";
const RESET: &str = "\u{1b}[0m";

impl Style {
    fn paint(self, code: &str, text: &str) -> String {
        match self {
            Self::Plain => text.to_owned(),
            Self::Color => format!("{code}{text}{RESET}"),
        }
    }
}

impl Appliance {
    /// The appliance in one line, for readers: address, name and version.
    pub fn describe(&self) -> String {
        let mut text = self.url.clone();
        let facts: Vec<String> = [("", &self.name), ("version ", &self.version)]
            .into_iter()
            .filter(|(_, fact)| !fact.is_empty())
            .map(|(title, fact)| format!("{title}{fact}"))
            .collect();
        if !facts.is_empty() {
            let _ = write!(text, " ({})", facts.join(", "));
        }
        text
    }
}

impl Plan {
    /// The plan as text: the objects that do not stay as they are with their changes, remarks, and one line with numbers.
    ///
    /// Collections that lose all their objects come first.
    pub fn to_text(&self, style: Style) -> String {
        let mut text = String::new();
        for (collection, count) in self.emptied() {
            let count = counted(count, "object");
            let warning = format!("the tree has none of {collection}: {count} will be deleted");
            let _ = writeln!(text, "{}", style.paint(RED, &warning));
        }
        for object in self.objects() {
            object_text(&mut text, object, style);
        }
        for note in self.notes() {
            let _ = writeln!(text, "{}", style.paint(YELLOW, &format!("note: {note}")));
        }
        if !text.is_empty() {
            text.push('\n');
        }
        let summary = self.summary();
        let summary = if self.is_empty() {
            format!("no changes: {} as described", counted(summary.unchanged, "object"))
        } else {
            format!("plan: {summary}")
        };
        let _ = writeln!(text, "{}", style.paint(BOLD, &summary));
        text
    }
}

fn object_text(text: &mut String, object: &PlannedObject, style: Style) {
    if object.action == Action::None && object.notes.is_empty() {
        return;
    }
    let (sign, code) = match object.action {
        Action::Create => ("+", GREEN),
        Action::Change => ("~", YELLOW),
        Action::Delete => ("-", RED),
        _ => (" ", DIM),
    };
    let renamed =
        object.renamed_from.as_ref().map_or_else(String::new, |from| format!(", was {from}"));
    let action = match object.action {
        Action::None => String::new(),
        action => format!(" ({action}{renamed})"),
    };
    let head = format!("{sign} {}{action}", object.label);
    let _ = writeln!(text, "{}", style.paint(code, &head));
    // What a deleted object had is in the other forms of the plan.
    if object.action != Action::Delete {
        for line in object.changes.iter().flat_map(lines) {
            change_text(text, &line, style);
        }
    }
    for note in &object.notes {
        let _ = writeln!(text, "{}", style.paint(DIM, &format!("    note: {note}")));
    }
}

fn change_text(text: &mut String, line: &Line, style: Style) {
    let (prefix, code) = match line.tag {
        Tag::Head(Sign::Add) => ("    + ", GREEN),
        Tag::Head(Sign::Replace) => ("    ~ ", YELLOW),
        Tag::Head(Sign::Remove) => ("    - ", RED),
        Tag::Equal => ("        ", DIM),
        Tag::Removed => ("      - ", RED),
        Tag::Added => ("      + ", GREEN),
    };
    let line = format!("{prefix}{}", line.text);
    let _ = writeln!(text, "{}", style.paint(code, line.trim_end()));
}
