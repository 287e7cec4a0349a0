//! Values of changes as lines of text.

use ring::digest;
use serde_json::Value;
use similar::{ChangeTag, TextDiff};
use sps_model::validate::{
    pem::{self, Parts},
    text::is_hidden,
};

use crate::{plan::Change, state::hex};

/// The longest value that is shown in one line.
const MAX_LINE: usize = 100;
/// How many equal lines are shown around one that differs.
const CONTEXT: usize = 3;
const SECONDS_PER_DAY: u64 = 86_400;

/// One line of a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) tag: Tag,
    pub(super) text: String,
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Tag {
    /// The place, with the values if they are short.
    Head(Sign),
    /// A line that both values have.
    Equal,
    Removed,
    Added,
}

/// The sign in front of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    Add,
    Replace,
    Remove,
}

/// A change as lines.
pub(super) fn lines(change: &Change) -> Vec<Line> {
    let place = if change.pointer.is_empty() { "(the whole body)" } else { &change.pointer };
    let place: String =
        place.chars().map(|it| if is_hidden(it) { '\u{fffd}' } else { it }).collect();
    let reason = change.reason.as_ref().map_or_else(String::new, |it| format!(" ({it})"));
    let sign = match (&change.before, &change.after) {
        (None, _) => Sign::Add,
        (_, None) => Sign::Remove,
        _ => Sign::Replace,
    };
    let head = |text| Line { tag: Tag::Head(sign), text };
    match change.shown() {
        Shown::Values { before: Some(before), after: Some(after) } => {
            vec![head(format!("{place}: {before} -> {after}{reason}"))]
        }
        Shown::Values { before, after } => {
            let value = after.or(before).unwrap_or_default();
            vec![head(format!("{place}: {value}{reason}"))]
        }
        Shown::Lines(lines) => {
            let line = |it: ShownLine| {
                let tag = match it.side {
                    Side::Both => Tag::Equal,
                    Side::Before => Tag::Removed,
                    Side::After => Tag::Added,
                };
                Line { tag, text: it.text }
            };
            let head = head(format!("{place}:{reason}"));
            std::iter::once(head).chain(lines.into_iter().map(line)).collect()
        }
    }
}

/// The values of a change for readers: as JSON, certificates in words, a text of several lines as its lines. Characters
/// that no reader sees are escaped.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Shown {
    /// Both values are short.
    Values {
        /// The value of the appliance, if it has one.
        before: Option<String>,
        /// The value of the file, if it has one.
        after: Option<String>,
    },
    /// The lines of a long value; of two values those that differ, with a few equal ones around them.
    Lines(Vec<ShownLine>),
}

/// A line of a long value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShownLine {
    /// Which value has it.
    pub side: Side,
    /// The line; `…` on both sides where equal lines are left out.
    pub text: String,
}

/// The value of a change that has a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Side {
    /// Both values have it.
    Both,
    /// The value of the appliance.
    Before,
    /// The value of the file.
    After,
}

impl Change {
    /// The values for readers. It has no secret, as the change itself has none.
    pub fn shown(&self) -> Shown {
        let [before, after] = [&self.before, &self.after].map(|it| it.as_ref().map(text));
        if [&before, &after].into_iter().flatten().all(|it| is_short(it)) {
            return Shown::Values { before, after };
        }
        Shown::Lines(match (before, after) {
            (Some(before), Some(after)) => difference(&before, &after),
            (before, after) => {
                let removed = before.into_iter().flat_map(|it| all(&it, Side::Before));
                removed.chain(after.into_iter().flat_map(|it| all(&it, Side::After))).collect()
            }
        })
    }
}

/// The lines that differ, with a few equal ones around them.
fn difference(before: &str, after: &str) -> Vec<ShownLine> {
    let diff = TextDiff::from_lines(before, after);
    let mut lines = Vec::new();
    for (number, group) in diff.grouped_ops(CONTEXT).iter().enumerate() {
        if number > 0 {
            lines.push(ShownLine { side: Side::Both, text: "…".to_owned() });
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let side = match change.tag() {
                ChangeTag::Equal => Side::Both,
                ChangeTag::Delete => Side::Before,
                ChangeTag::Insert => Side::After,
            };
            lines.push(ShownLine { side, text: change.value().trim_end_matches('\n').to_owned() });
        }
    }
    lines
}

fn all(text: &str, side: Side) -> Vec<ShownLine> {
    text.lines().map(|line| ShownLine { side, text: line.to_owned() }).collect()
}

fn is_short(text: &str) -> bool {
    text.len() <= MAX_LINE && !text.contains('\n')
}

/// A value as text: a certificate by its subject, a long text as its lines, anything else as JSON.
fn text(value: &Value) -> String {
    if let Value::String(text) = value {
        if let Some(description) = certificate(text) {
            return description;
        }
        if text.contains('\n') {
            return lines_of(text);
        }
    }
    let compact = visible(&value.to_string());
    if is_short(&compact) || !(value.is_object() || value.is_array()) {
        return compact;
    }
    serde_json::to_string_pretty(&described(value)).map_or(compact, |text| lines_of(&text))
}

/// A value with its certificates in words.
fn described(value: &Value) -> Value {
    match value {
        Value::String(text) => certificate(text).map_or_else(|| value.clone(), Value::from),
        Value::Array(elements) => elements.iter().map(described).collect(),
        Value::Object(members) => {
            members.iter().map(|(key, value)| (key.clone(), described(value))).collect()
        }
        _ => value.clone(),
    }
}

/// A text of several lines without control characters.
fn lines_of(text: &str) -> String {
    text.split('\n').map(|line| visible(line.trim_end_matches('\r'))).collect::<Vec<_>>().join("\n")
}

/// A text in which characters are visible that a terminal may act on, or that readers do not see.
fn visible(text: &str) -> String {
    if !text.contains(is_hidden) {
        return text.to_owned();
    }
    text.chars()
        .flat_map(|it| -> Vec<char> {
            match it {
                '\t' => vec![it],
                it if is_hidden(it) => it.escape_unicode().collect(),
                it => vec![it],
            }
        })
        .collect()
}

/// A certificate in words: its subject, its expiry and its digest.
pub(super) fn certificate(text: &str) -> Option<String> {
    if !text.trim_start().starts_with("-----BEGIN CERTIFICATE-----") {
        return None;
    }
    let contents = pem::read(text.as_bytes());
    let certificates = contents.certificates().ok()?;
    let describe = |item: &&pem::CertificateItem| {
        let name = Parts::read(&item.der).and_then(|it| it.common_name().map(str::to_owned));
        let name = visible(&name.unwrap_or_else(|| "without a common name".to_owned()));
        let digest = digest::digest(&digest::SHA256, &item.der);
        let until = date(item.certificate.not_after());
        let digest = hex(&digest.as_ref()[..8]);
        format!("certificate {name}, valid until {until}, SHA-256 {digest}…")
    };
    Some(certificates.iter().map(describe).collect::<Vec<_>>().join("; "))
}

/// The day of a moment in seconds since 1970, as `2031-05-01`.
pub(super) fn date(seconds: u64) -> String {
    // Howard Hinnant's algorithm on years that begin in March, so that the leap day is their last.
    let days = seconds / SECONDS_PER_DAY + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        for (seconds, expected) in [
            (0, "1970-01-01"),
            (951_782_399, "2000-02-28"),
            (951_782_400, "2000-02-29"),
            (951_868_800, "2000-03-01"),
            (1_735_689_599, "2024-12-31"),
            (1_935_360_000, "2031-05-01"),
            (4_107_542_400, "2100-03-01"),
        ] {
            assert_eq!(date(seconds), expected);
        }
    }
}
