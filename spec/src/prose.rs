//! Conditions, formats and values in English, for messages of rules and for reference pages.

use std::fmt::Write as _;

use crate::{
    format::Format,
    rule::{Condition, Literal},
};

/// Whether a clause states a condition or its opposite.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sense {
    Is,
    IsNot,
}

impl Sense {
    fn opposite(self) -> Self {
        match self {
            Self::Is => Self::IsNot,
            Self::IsNot => Self::Is,
        }
    }

    fn choose<T>(self, is: T, is_not: T) -> T {
        match self {
            Self::Is => is,
            Self::IsNot => is_not,
        }
    }
}

/// Writes a condition as a clause, such as ``"`enabled` is true"``.
pub fn condition(condition: &Condition) -> String {
    clause(condition, Sense::Is)
}

/// Writes what to do so that a condition does not hold, such as ``"set `enabled` to false"``.
pub fn undo(condition: &Condition) -> String {
    match condition {
        Condition::Equals(path, Literal::Bool(value)) => {
            format!("set {} to {}", name(path), !value)
        }
        Condition::Equals(path, _) | Condition::In(path, _) => {
            format!("choose another {}", name(path))
        }
        other => format!("change the body so that {}", clause(other, Sense::IsNot)),
    }
}

fn clause(condition: &Condition, sense: Sense) -> String {
    match condition {
        Condition::Equals(path, value) => {
            format!("{} {} {}", name(path), sense.choose("is", "is not"), literal(value))
        }
        Condition::In(path, values) => {
            let values: Vec<_> = values.iter().map(literal).collect();
            match (sense, &values[..]) {
                (Sense::Is, _) => format!("{} is {}", name(path), list(&values, "or")),
                (Sense::IsNot, [one]) => format!("{} is not {one}", name(path)),
                (Sense::IsNot, _) => format!("{} is neither {}", name(path), list(&values, "nor")),
            }
        }
        Condition::Present(path) => {
            format!("{} is {}", name(path), sense.choose("present", "absent"))
        }
        Condition::Absent(path) => {
            format!("{} is {}", name(path), sense.choose("absent", "present"))
        }
        Condition::Null(path) => format!("{} is {}", name(path), sense.choose("null", "not null")),
        Condition::All(parts) => joined(parts, sense, sense.choose("and", "or")),
        Condition::Any(parts) => match condition.as_equivalence() {
            Some((left, right)) => {
                format!("{} exactly when {}", clause(left, Sense::Is), clause(right, sense))
            }
            None => joined(parts, sense, sense.choose("or", "and")),
        },
        Condition::Not(inner) => clause(inner, sense.opposite()),
        Condition::Length { path, min, max } => {
            format!("{} {}", name(path), counted(*min, *max, sense, "character", ""))
        }
        Condition::Charset { path, chars } => {
            let allowed = characters(chars);
            match sense {
                Sense::Is => format!("{} has no characters but {allowed}", name(path)),
                Sense::IsNot => format!("{} has a character other than {allowed}", name(path)),
            }
        }
        Condition::Hex(path) => format!(
            "{} {} a hexadecimal number, with or without `0x`",
            name(path),
            sense.choose("is", "is not")
        ),
        Condition::HexLength { path, min, max } => {
            let what = counted(*min, *max, sense, "hexadecimal digit", " after the `0x`");
            format!("{} {what}", name(path))
        }
        Condition::Range { path, min, max } => {
            let bounds = match (min, max) {
                (Some(min), Some(max)) => sense.choose(
                    format!("is between {min} and {max}"),
                    format!("is less than {min} or greater than {max}"),
                ),
                (Some(min), None) => {
                    sense.choose(format!("is at least {min}"), format!("is less than {min}"))
                }
                (None, Some(max)) => {
                    sense.choose(format!("is at most {max}"), format!("is greater than {max}"))
                }
                (None, None) => sense.choose("is a number", "is not a number").to_owned(),
            };
            format!("{} {bounds}", name(path))
        }
        Condition::Format { path, format: Format::NoWhitespace } => {
            format!("{} has {} white space", name(path), sense.choose("no", "some"))
        }
        Condition::Format { path, format: it } => {
            format!("{} {} {}", name(path), sense.choose("is", "is not"), format_name(*it))
        }
        Condition::Referent(path, inner) => {
            format!("in the object that {} refers to, {}", name(path), clause(inner, sense))
        }
        Condition::Custom { name: check, inputs } => {
            let inputs: Vec<_> = inputs.iter().map(|path| name(path)).collect();
            let verb = match (&inputs[..], sense) {
                ([_], Sense::Is) => "passes",
                ([_], Sense::IsNot) => "fails",
                (_, Sense::Is) => "together pass",
                (_, Sense::IsNot) => "together fail",
            };
            let check = check.replace('_', " ");
            format!("{} {verb} the check \u{201c}{check}\u{201d}", list(&inputs, "and"))
        }
    }
}

fn joined(parts: &[Condition], sense: Sense, word: &str) -> String {
    if let [one] = parts {
        return clause(one, sense);
    }
    let parts: Vec<_> = parts
        .iter()
        .map(|part| {
            let text = clause(part, sense);
            if is_compound(part) { format!("({text})") } else { text }
        })
        .collect();
    list(&parts, word)
}

fn is_compound(condition: &Condition) -> bool {
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.len() > 1,
        Condition::Not(inner) => is_compound(inner),
        Condition::Referent(..) => true,
        _ => false,
    }
}

/// Writes bounds of a length, such as "has at least 8 characters".
fn counted(min: Option<u64>, max: Option<u64>, sense: Sense, unit: &str, behind: &str) -> String {
    let units = |count: u64| format!("{count} {}{behind}", plural(unit, count));
    match (min, max) {
        (Some(min), Some(max)) if min == max => match sense {
            Sense::Is => format!("has exactly {}", units(min)),
            Sense::IsNot => format!("does not have exactly {}", units(min)),
        },
        (Some(min), Some(max)) => match sense {
            Sense::Is => format!("has {min} to {}", units(max)),
            Sense::IsNot => format!("has fewer than {min} or more than {}", units(max)),
        },
        (Some(min), None) => match sense {
            Sense::Is => format!("has at least {}", units(min)),
            Sense::IsNot => format!("has fewer than {}", units(min)),
        },
        (None, Some(max)) => match sense {
            Sense::Is => format!("has at most {}", units(max)),
            Sense::IsNot => format!("has more than {}", units(max)),
        },
        (None, None) => sense.choose("has any length", "has no length").to_owned(),
    }
}

fn plural(unit: &str, count: u64) -> String {
    if count == 1 { unit.to_owned() } else { format!("{unit}s") }
}

/// Letters, digits, and these characters, each once.
fn characters(chars: &str) -> String {
    let mut seen = String::new();
    for c in chars.chars().filter(|c| *c != ' ') {
        if !seen.contains(c) {
            seen.push(c);
        }
    }
    let mut parts = vec!["letters".to_owned(), "digits".to_owned()];
    if chars.contains(' ') {
        parts.push("space".to_owned());
    }
    if !seen.is_empty() {
        parts.push(seen);
    }
    list(&parts, "and")
}

fn name(path: &[String]) -> String {
    format!("`{}`", path.join("."))
}

/// Writes a value as JSON does.
pub fn literal(value: &Literal) -> String {
    match value {
        Literal::Bool(it) => it.to_string(),
        Literal::Int(it) => it.to_string(),
        Literal::Str(it) => quoted(it),
    }
}

/// Writes a text as a JSON string.
pub fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            c if c < ' ' => {
                let _ = write!(out, "\\u{:04x}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Names a string of this format, with its article.
pub fn format_name(format: Format) -> &'static str {
    match format {
        Format::EmailAddress => "an e-mail address",
        Format::IpAddress => "an IP address",
        Format::IpNetwork => "an IP network, such as 192.0.2.0/24",
        Format::Url => "a URL",
        Format::Uuid => "a UUID",
        Format::Fqdn => "a fully qualified domain name",
        Format::TimeOfDay => "a time of day, h:mm or hh:mm",
        Format::DateTime => "a date and time as in RFC 3339",
        Format::NoWhitespace => "a text without white space",
        Format::PemCertificate => "exactly one certificate in PEM",
    }
}

/// Writes bounds of a length, such as "at least 8 characters".
pub fn length(min: Option<u64>, max: Option<u64>) -> String {
    counted(min, max, Sense::Is, "character", "").trim_start_matches("has ").to_owned()
}

/// Joins parts as prose does: `a`, `a or b`, `a, b or c`.
pub fn list<T: AsRef<str>>(parts: &[T], last: &str) -> String {
    match parts {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [firsts @ .., end] => {
            let firsts: Vec<_> = firsts.iter().map(AsRef::as_ref).collect();
            format!("{} {last} {}", firsts.join(", "), end.as_ref())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> Vec<String> {
        text.split('.').map(str::to_owned).collect()
    }

    fn equals(name: &str, value: &str) -> Condition {
        Condition::Equals(path(name), Literal::Str(value.to_owned()))
    }

    fn custom(inputs: &[&str]) -> Condition {
        let inputs = inputs.iter().map(|it| path(it)).collect();
        Condition::Custom { name: "strong_key".to_owned(), inputs }
    }

    fn length(min: Option<u64>, max: Option<u64>) -> Condition {
        Condition::Length { path: path("a"), min, max }
    }

    fn range(min: Option<i64>, max: Option<i64>) -> Condition {
        Condition::Range { path: path("a"), min, max }
    }

    fn is_in(words: &[&str]) -> Condition {
        let words = words.iter().map(|it| Literal::Str((*it).to_owned())).collect();
        Condition::In(path("a"), words)
    }

    /// Every condition, how it reads, and how its opposite reads.
    #[test]
    fn every_condition_has_prose() {
        use Condition as P;
        let charset = P::Charset { path: path("a"), chars: " !&&".to_owned() };
        let hex_length = |min, max| P::HexLength { path: path("a"), min, max };
        let format = |format| P::Format { path: path("a"), format };
        let both = vec![equals("a", "x"), P::Null(path("b"))];
        let exactly = P::Any(vec![P::All(both.clone()), P::Not(Box::new(P::Any(both.clone())))]);
        let referent = P::Referent(path("key"), Box::new(length(Some(8), None)));
        let nested = P::Any(vec![P::All(both.clone()), P::Present(path("c"))]);
        #[rustfmt::skip]
        let table = [
            (equals("a.b", "x"), r#"`a.b` is "x""#, r#"`a.b` is not "x""#),
            (P::Equals(path("a"), Literal::Bool(true)), "`a` is true", "`a` is not true"),
            (P::Equals(path("a"), Literal::Int(-1)), "`a` is -1", "`a` is not -1"),
            (is_in(&["x"]), r#"`a` is "x""#, r#"`a` is not "x""#),
            (is_in(&["x", "y"]), r#"`a` is "x" or "y""#, r#"`a` is neither "x" nor "y""#),
            (is_in(&["x", "y", "z"]), r#"`a` is "x", "y" or "z""#, r#"`a` is neither "x", "y" nor "z""#),
            (P::Present(path("a")), "`a` is present", "`a` is absent"),
            (P::Absent(path("a")), "`a` is absent", "`a` is present"),
            (P::Null(path("a")), "`a` is null", "`a` is not null"),
            (P::All(both.clone()), r#"`a` is "x" and `b` is null"#, r#"`a` is not "x" or `b` is not null"#),
            (P::Any(both.clone()), r#"`a` is "x" or `b` is null"#, r#"`a` is not "x" and `b` is not null"#),
            (P::All(vec![P::Null(path("a"))]), "`a` is null", "`a` is not null"),
            (nested, r#"(`a` is "x" and `b` is null) or `c` is present"#, r#"(`a` is not "x" or `b` is not null) and `c` is absent"#),
            (exactly, r#"`a` is "x" exactly when `b` is null"#, r#"`a` is "x" exactly when `b` is not null"#),
            (P::Not(Box::new(equals("a", "x"))), r#"`a` is not "x""#, r#"`a` is "x""#),
            (length(Some(8), None), "`a` has at least 8 characters", "`a` has fewer than 8 characters"),
            (length(None, Some(1)), "`a` has at most 1 character", "`a` has more than 1 character"),
            (length(Some(1), Some(9)), "`a` has 1 to 9 characters", "`a` has fewer than 1 or more than 9 characters"),
            (length(Some(5), Some(5)), "`a` has exactly 5 characters", "`a` does not have exactly 5 characters"),
            (charset, "`a` has no characters but letters, digits, space and !&", "`a` has a character other than letters, digits, space and !&"),
            (P::Hex(path("a")), "`a` is a hexadecimal number, with or without `0x`", "`a` is not a hexadecimal number, with or without `0x`"),
            (hex_length(Some(10), None), "`a` has at least 10 hexadecimal digits after the `0x`", "`a` has fewer than 10 hexadecimal digits after the `0x`"),
            (range(Some(0), Some(9)), "`a` is between 0 and 9", "`a` is less than 0 or greater than 9"),
            (range(Some(0), None), "`a` is at least 0", "`a` is less than 0"),
            (range(None, Some(9)), "`a` is at most 9", "`a` is greater than 9"),
            (format(Format::Fqdn), "`a` is a fully qualified domain name", "`a` is not a fully qualified domain name"),
            (format(Format::NoWhitespace), "`a` has no white space", "`a` has some white space"),
            (referent, "in the object that `key` refers to, `a` has at least 8 characters", "in the object that `key` refers to, `a` has fewer than 8 characters"),
            (custom(&["a"]), "`a` passes the check “strong key”", "`a` fails the check “strong key”"),
            (custom(&["a", "b"]), "`a` and `b` together pass the check “strong key”", "`a` and `b` together fail the check “strong key”"),
        ];
        for (case, is, is_not) in table {
            assert_eq!(condition(&case), is);
            assert_eq!(condition(&P::Not(Box::new(case))), is_not);
        }
    }

    #[test]
    fn every_format_has_a_name() {
        for format in Format::ALL {
            assert!(!format_name(format).is_empty(), "{format:?}");
        }
    }

    #[test]
    fn joins_as_prose_does() {
        let none: [&str; 0] = [];
        assert_eq!(list(&none, "or"), "");
        assert_eq!(list(&["a"], "or"), "a");
        assert_eq!(list(&["a", "b"], "or"), "a or b");
        assert_eq!(list(&["a", "b", "c"], "and"), "a, b and c");
    }

    #[test]
    fn says_how_to_undo_a_condition() {
        for (condition, words) in [
            (Condition::Equals(path("a.b"), Literal::Bool(true)), "set `a.b` to false"),
            (equals("a", "x"), "choose another `a`"),
            (Condition::Null(path("a")), "change the body so that `a` is not null"),
        ] {
            assert_eq!(undo(&condition), words);
        }
    }
}
