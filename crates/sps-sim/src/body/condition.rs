//! Conditions of the spec, decided on the members that they look at.

use sps_spec::{Condition, Literal};

use super::format;

/// A member as a condition sees it.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Leaf<'d> {
    /// There is no such member.
    Absent,
    Null,
    Bool(bool),
    Int(i128),
    /// A string, the key of a reference, or a word in its first spelling.
    Str(&'d str),
    /// An object, a list or a fraction: only its presence can be judged.
    Other,
}

/// Where conditions get what they look at.
pub(super) trait Facts {
    /// The member at a path.
    fn leaf(&self, path: &[String]) -> Leaf<'_>;

    /// Whether the object that a reference names satisfies a condition; nothing if nobody knows.
    fn referent(&self, path: &[String], about: &Condition) -> Option<bool>;
}

/// Decides a condition in three-valued logic; nothing means that it cannot be decided.
pub(super) fn decide(condition: &Condition, facts: &dyn Facts) -> Option<bool> {
    use Condition as P;
    match condition {
        P::Equals(path, literal) => equals(&facts.leaf(path), literal),
        P::In(path, literals) => {
            let leaf = facts.leaf(path);
            any(literals.iter().map(|literal| equals(&leaf, literal)))
        }
        P::Present(path) => Some(facts.leaf(path) != Leaf::Absent),
        P::Absent(path) => Some(facts.leaf(path) == Leaf::Absent),
        P::Null(path) => match facts.leaf(path) {
            Leaf::Absent => None,
            leaf => Some(leaf == Leaf::Null),
        },
        P::All(parts) => {
            any(parts.iter().map(|part| decide(part, facts).map(|it| !it))).map(|it| !it)
        }
        P::Any(parts) => any(parts.iter().map(|part| decide(part, facts))),
        P::Not(inner) => decide(inner, facts).map(|it| !it),
        P::Length { path, min, max } => {
            on_text(facts, path, |text| is_within(text.chars().count(), *min, *max))
        }
        P::Charset { path, chars } => on_text(facts, path, |text| {
            text.chars().all(|it| it.is_ascii_alphanumeric() || chars.contains(it))
        }),
        P::Hex(path) => on_text(facts, path, |text| hex_digits(text).is_some()),
        P::HexLength { path, min, max } => on_text(facts, path, |text| {
            hex_digits(text).is_none_or(|digits| is_within(digits.len(), *min, *max))
        }),
        P::Range { path, min, max } => match facts.leaf(path) {
            Leaf::Int(number) => {
                let low = min.is_some_and(|min| number < i128::from(min));
                let high = max.is_some_and(|max| number > i128::from(max));
                Some(!low && !high)
            }
            _ => None,
        },
        P::Format { path, format } => on_text(facts, path, |text| format::has(*format, text)),
        P::Referent(path, about) => facts.referent(path, about),
        // The checks written by hand only warn today, and warnings refuse nothing.
        P::Custom { .. } => None,
    }
}

/// The members that a condition looks at, and whether it needs their values: to ask whether a member is there, or
/// null, needs none.
pub(super) fn needs(condition: &Condition) -> Vec<(&[String], bool)> {
    use Condition as P;
    match condition {
        P::All(parts) | P::Any(parts) => parts.iter().flat_map(needs).collect(),
        P::Not(inner) => needs(inner),
        P::Present(path) | P::Absent(path) | P::Null(path) => vec![(path, false)],
        other => other.inputs().into_iter().map(|path| (path.as_slice(), true)).collect(),
    }
}

/// Whether any part holds: one that does decides it, else one that is undecided leaves it open.
fn any(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut result = Some(false);
    for part in parts {
        match part {
            Some(true) => return Some(true),
            Some(false) => {}
            None => result = None,
        }
    }
    result
}

fn equals(leaf: &Leaf<'_>, literal: &Literal) -> Option<bool> {
    match (leaf, literal) {
        (Leaf::Absent, _) => None,
        (Leaf::Bool(value), Literal::Bool(wanted)) => Some(value == wanted),
        (Leaf::Int(value), Literal::Int(wanted)) => Some(*value == i128::from(*wanted)),
        (Leaf::Str(value), Literal::Str(wanted)) => Some(value == wanted),
        _ => Some(false),
    }
}

fn on_text(facts: &dyn Facts, path: &[String], holds: impl Fn(&str) -> bool) -> Option<bool> {
    if let Leaf::Str(text) = facts.leaf(path) { Some(holds(text)) } else { None }
}

fn is_within(length: usize, min: Option<u64>, max: Option<u64>) -> bool {
    let length = length as u64;
    min.is_none_or(|min| min <= length) && max.is_none_or(|max| length <= max)
}

/// The hexadecimal digits after an optional `0x` or `0X`; nothing if there is anything else.
fn hex_digits(text: &str) -> Option<&str> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(digits)
}
