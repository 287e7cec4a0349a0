//! Evaluation of conditions of the spec.

use sps_spec::{Condition, Literal};

use super::format;

/// An input of a condition: the value of one member.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Input<'d> {
    /// The member is absent.
    Absent,
    Null,
    Bool(bool),
    Int(i128),
    /// A string, the key of a reference, or an enum value in its first spelling.
    Str(&'d str),
    /// An object, a list or a fraction: conditions see only that it is present.
    Other,
}

/// Source of the inputs of conditions.
pub(super) trait Facts {
    /// Returns the member at a path.
    fn input(&self, path: &[String]) -> Input<'_>;

    /// Whether the referenced object satisfies a condition; `None` if this is unknown.
    fn referent(&self, path: &[String], about: &Condition) -> Option<bool>;
}

/// Evaluates a condition in three-valued logic; `None` means undecided.
pub(super) fn decide(condition: &Condition, facts: &dyn Facts) -> Option<bool> {
    use Condition as P;
    match condition {
        P::Equals(path, literal) => equals(&facts.input(path), literal),
        P::In(path, literals) => {
            let input = facts.input(path);
            any(literals.iter().map(|literal| equals(&input, literal)))
        }
        P::Present(path) => Some(facts.input(path) != Input::Absent),
        P::Absent(path) => Some(facts.input(path) == Input::Absent),
        P::Null(path) => match facts.input(path) {
            Input::Absent => None,
            input => Some(input == Input::Null),
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
        P::Range { path, min, max } => match facts.input(path) {
            Input::Int(number) => {
                let low = min.is_some_and(|min| number < i128::from(min));
                let high = max.is_some_and(|max| number > i128::from(max));
                Some(!low && !high)
            }
            _ => None,
        },
        P::Format { path, format } => on_text(facts, path, |text| format::has(*format, text)),
        P::Referent(path, about) => facts.referent(path, about),
        // Custom checks only warn today, and warnings refuse nothing.
        P::Custom { .. } => None,
    }
}

/// Whether any part holds. One true part decides; otherwise one undecided part leaves the result undecided.
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

fn equals(input: &Input<'_>, literal: &Literal) -> Option<bool> {
    match (input, literal) {
        (Input::Absent, _) => None,
        (Input::Bool(value), Literal::Bool(expected)) => Some(value == expected),
        (Input::Int(value), Literal::Int(expected)) => Some(*value == i128::from(*expected)),
        (Input::Str(value), Literal::Str(expected)) => Some(value == expected),
        _ => Some(false),
    }
}

fn on_text(facts: &dyn Facts, path: &[String], holds: impl Fn(&str) -> bool) -> Option<bool> {
    if let Input::Str(text) = facts.input(path) { Some(holds(text)) } else { None }
}

fn is_within(length: usize, min: Option<u64>, max: Option<u64>) -> bool {
    let length = length as u64;
    min.is_none_or(|min| min <= length) && max.is_none_or(|max| length <= max)
}

/// Returns the hexadecimal digits after an optional `0x` or `0X`, or `None` if there is anything else.
fn hex_digits(text: &str) -> Option<&str> {
    let digits = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")).unwrap_or(text);
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(digits)
}
