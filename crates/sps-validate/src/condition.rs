//! Conditions over the members of an object, as const data, and their one evaluator.

use crate::{
    format::{Format, hex},
    input::{Cause, Input},
};

/// A condition over the inputs of a rule.
///
/// An input is named by its number in the list of paths beside the condition. An input that is absent leaves the
/// condition undecided, except for [`Self::Present`]; so does null for a condition on a text or a number. A rule with an
/// undecided condition does not apply.
///
/// ```
/// use sps_validate::{Condition, Literal};
/// // "the selection is `starttls`, or the switch is off"
/// const STARTTLS_ONLY: Condition = Condition::Any(&[
///     Condition::Equals(0, Literal::Str("starttls")),
///     Condition::Equals(1, Literal::Bool(false)),
/// ]);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Condition {
    /// The input has this value.
    Equals(u8, Literal),
    /// The input has one of these values.
    In(u8, &'static [Literal]),
    /// The input is there, if only as null.
    Present(u8),
    /// The input is null.
    Null(u8),
    /// All of these hold.
    All(&'static [Self]),
    /// At least one of these holds.
    Any(&'static [Self]),
    /// This does not hold.
    Not(&'static Self),
    /// Both hold, or neither.
    Same(&'static [Self; 2]),
    /// A text has a number of characters within these bounds.
    Length(u8, Bounds),
    /// A text has only ASCII letters, digits and these characters.
    Charset(u8, &'static str),
    /// A text is a hexadecimal number, with or without `0x`.
    Hex(u8),
    /// The number of hexadecimal digits, without the prefix, is within these bounds. A text that is not hexadecimal
    /// passes.
    HexLength(u8, Bounds),
    /// A number is within these bounds, both included.
    Range(u8, Option<i64>, Option<i64>),
    /// A text has this format.
    Format(u8, Format),
}

/// A value in a condition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Literal {
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A string, an enum value, or a tag.
    Str(&'static str),
}

/// Bounds of a length, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "two bounds and nothing else")]
pub struct Bounds {
    /// The least length.
    pub minimum: usize,
    /// The greatest length.
    pub maximum: usize,
}

impl Bounds {
    /// At least this length.
    pub const fn at_least(minimum: usize) -> Self {
        Self { minimum, maximum: usize::MAX }
    }

    /// At most this length.
    pub const fn at_most(maximum: usize) -> Self {
        Self { minimum: 0, maximum }
    }

    const fn contains(self, length: usize) -> bool {
        self.minimum <= length && length <= self.maximum
    }
}

/// The inputs that deciding a condition takes, as sets of their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Needs {
    /// These must not be absent.
    present: u8,
    /// These must not be null either.
    not_null: u8,
}

impl Needs {
    /// No input.
    pub(crate) const NOTHING: Self = Self { present: 0, not_null: 0 };
    /// One input with a text.
    pub(crate) const TEXT: Self = Self { present: 1, not_null: 1 };

    pub(crate) const fn and(self, other: Self) -> Self {
        Self { present: self.present | other.present, not_null: self.not_null | other.not_null }
    }

    /// Whether the inputs are there.
    #[inline]
    pub(crate) fn are_met(self, inputs: &[Input<'_>]) -> bool {
        inputs.iter().enumerate().all(|(number, input)| match input {
            Input::Absent => self.present & (1 << number) == 0,
            Input::Null => self.not_null & (1 << number) == 0,
            _ => true,
        })
    }
}

impl Condition {
    /// The inputs that deciding it takes.
    pub(crate) const fn needs(&self) -> Needs {
        match *self {
            Self::Present(_) => Needs::NOTHING,
            Self::Equals(input, _) | Self::In(input, _) | Self::Null(input) => {
                Needs { present: 1 << input, not_null: 0 }
            }
            Self::Length(input, _)
            | Self::Charset(input, _)
            | Self::Hex(input)
            | Self::HexLength(input, _)
            | Self::Range(input, ..)
            | Self::Format(input, _) => Needs { present: 1 << input, not_null: 1 << input },
            Self::Not(inner) => inner.needs(),
            Self::Same(parts) => parts[0].needs().and(parts[1].needs()),
            Self::All(parts) | Self::Any(parts) => {
                let mut needs = Needs::NOTHING;
                let mut part = 0;
                while part < parts.len() {
                    needs = needs.and(parts[part].needs());
                    part += 1;
                }
                needs
            }
        }
    }

    /// What about the inputs breaks it, with the measured value; `None` if there is only one way to break it.
    pub(crate) fn cause(&self, inputs: &[Input<'_>]) -> Option<Cause> {
        match *self {
            Self::Hex(input) => {
                let separator = text(inputs, input).chars().find(|it| is_separator(*it));
                self.meant(inputs).and(separator).map(Cause::Separators)
            }
            Self::HexLength(input, _) => {
                hex::digits(text(inputs, input)).map(|digits| Cause::Digits(digits.len()))
            }
            Self::Length(input, _) => Some(Cause::Characters(text(inputs, input).chars().count())),
            _ => None,
        }
    }

    /// The text that was meant instead of one that breaks it, if there is only one possibility.
    pub(crate) fn meant(&self, inputs: &[Input<'_>]) -> Option<String> {
        let Self::Hex(input) = *self else { return None };
        let number = text(inputs, input).trim();
        let (prefix, rest) = match number.get(..2) {
            Some(prefix @ ("0x" | "0X")) => (prefix, &number[2..]),
            _ => ("", number),
        };
        let groups: Vec<&str> = rest.split(is_separator).collect();
        let lengths: Vec<usize> = groups.iter().map(|it| it.len()).collect();
        // Whole octets alone: `80:0:1f` may lack zeros. Digits without a letter may be decimal, and a UUID is a key.
        let has_letter = rest.bytes().any(|byte| byte.is_ascii_alphabetic());
        let is_spaced = groups.len() == rest.split(' ').count();
        let is_octets = lengths.iter().all(|it| *it == 2) && !rest.contains('.');
        let is_whole = lengths.iter().all(|it| *it > 0 && it % 2 == 0) && (has_letter || is_spaced);
        let digits = groups.concat();
        let is_number = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_number && (is_octets || is_whole) && lengths != UUID_GROUPS)
            .then(|| format!("{prefix}{digits}"))
    }

    /// Evaluates it on inputs that meet its needs.
    pub(crate) fn holds(&self, inputs: &[Input<'_>]) -> bool {
        match *self {
            Self::Equals(input, literal) => literal.is(&inputs[usize::from(input)]),
            Self::In(input, literals) => {
                literals.iter().any(|literal| literal.is(&inputs[usize::from(input)]))
            }
            Self::Present(input) => inputs[usize::from(input)].is_present(),
            Self::Null(input) => inputs[usize::from(input)] == Input::Null,
            Self::All(parts) => parts.iter().all(|part| part.holds(inputs)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(inputs)),
            Self::Not(inner) => !inner.holds(inputs),
            Self::Same([one, other]) => one.holds(inputs) == other.holds(inputs),
            Self::Length(input, bounds) => bounds.contains(text(inputs, input).chars().count()),
            Self::Charset(input, characters) => text(inputs, input)
                .chars()
                .all(|it| it.is_ascii_alphanumeric() || characters.contains(it)),
            Self::Hex(input) => hex::digits(text(inputs, input)).is_some(),
            Self::HexLength(input, bounds) => {
                hex::digits(text(inputs, input)).is_none_or(|digits| bounds.contains(digits.len()))
            }
            Self::Range(input, minimum, maximum) => {
                let number = inputs[usize::from(input)].int().unwrap_or_default();
                minimum.is_none_or(|minimum| number >= minimum.into())
                    && maximum.is_none_or(|maximum| number <= maximum.into())
            }
            Self::Format(input, format) => format.check(text(inputs, input)).is_ok(),
        }
    }
}

impl Literal {
    #[inline]
    fn is(self, input: &Input<'_>) -> bool {
        match (self, *input) {
            (Self::Bool(literal), Input::Bool(value)) => literal == value,
            (Self::Int(literal), Input::Int(value)) => i128::from(literal) == value,
            (Self::Str(literal), Input::Str(value)) => literal == value,
            _ => false,
        }
    }
}

fn text<'a>(inputs: &[Input<'a>], input: u8) -> &'a str {
    inputs[usize::from(input)].str().unwrap_or_default()
}

/// Whether people write this between the digits of a long number.
/// Digits between the hyphens of a UUID.
const UUID_GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

fn is_separator(character: char) -> bool {
    matches!(character, ':' | '-' | '.') || character.is_whitespace()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `None` if the inputs do not meet the needs.
    fn decided(condition: Condition, inputs: &[Input<'_>]) -> Option<bool> {
        condition.needs().are_met(inputs).then(|| condition.holds(inputs))
    }

    #[test]
    fn decides_each_kind_of_condition() {
        use Condition as C;
        const ON: C = C::Equals(0, Literal::Bool(true));
        const IS_A: C = C::Equals(1, Literal::Str("a"));
        for (condition, inputs, expected) in [
            (ON, &[Input::Bool(true)][..], Some(true)),
            (ON, &[Input::Bool(false)], Some(false)),
            // Null is a value, and another one.
            (ON, &[Input::Null], Some(false)),
            (ON, &[Input::Absent], None),
            (C::Equals(0, Literal::Int(3)), &[Input::Int(3)], Some(true)),
            (C::Equals(0, Literal::Int(3)), &[Input::Null], Some(false)),
            (C::In(0, &[Literal::Str("a"), Literal::Str("b")]), &[Input::Str("b")], Some(true)),
            (C::In(0, &[Literal::Str("a")]), &[Input::Str("b")], Some(false)),
            (C::Present(0), &[Input::Absent], Some(false)),
            (C::Present(0), &[Input::Null], Some(true)),
            (C::Null(0), &[Input::Null], Some(true)),
            (C::Null(0), &[Input::Str("")], Some(false)),
            (C::Null(0), &[Input::Absent], None),
            (C::All(&[ON, IS_A]), &[Input::Bool(true), Input::Str("a")], Some(true)),
            (C::All(&[ON, IS_A]), &[Input::Bool(true), Input::Str("b")], Some(false)),
            (C::Any(&[ON, IS_A]), &[Input::Bool(false), Input::Str("a")], Some(true)),
            (C::Any(&[ON, IS_A]), &[Input::Bool(false), Input::Str("b")], Some(false)),
            (C::Any(&[ON, IS_A]), &[Input::Bool(true), Input::Absent], None),
            (C::Not(&ON), &[Input::Bool(false)], Some(true)),
            (C::Same(&[ON, IS_A]), &[Input::Bool(false), Input::Str("b")], Some(true)),
            (C::Same(&[ON, IS_A]), &[Input::Bool(false), Input::Str("a")], Some(false)),
            (C::Length(0, Bounds::at_least(2)), &[Input::Str("éé")], Some(true)),
            (C::Length(0, Bounds::at_least(2)), &[Input::Str("é")], Some(false)),
            (C::Length(0, Bounds::at_most(1)), &[Input::Str("éé")], Some(false)),
            (C::Length(0, Bounds::at_most(1)), &[Input::Null], None),
            (C::Charset(0, "-"), &[Input::Str("a-Z9")], Some(true)),
            (C::Charset(0, "-"), &[Input::Str("a_Z9")], Some(false)),
            (C::Charset(0, "-"), &[Input::Str("é")], Some(false)),
            (C::Hex(0), &[Input::Str("0xAf")], Some(true)),
            (C::Hex(0), &[Input::Str("0xAg")], Some(false)),
            (C::HexLength(0, Bounds::at_least(2)), &[Input::Str("0x12")], Some(true)),
            (C::HexLength(0, Bounds::at_least(2)), &[Input::Str("0x1")], Some(false)),
            (C::HexLength(0, Bounds::at_least(2)), &[Input::Str("x")], Some(true)),
            (C::Range(0, Some(1), Some(3)), &[Input::Int(1)], Some(true)),
            (C::Range(0, Some(1), Some(3)), &[Input::Int(3)], Some(true)),
            (C::Range(0, Some(1), Some(3)), &[Input::Int(0)], Some(false)),
            (C::Range(0, Some(1), Some(3)), &[Input::Int(4)], Some(false)),
            (C::Range(0, None, None), &[Input::Null], None),
            (C::Format(0, Format::TimeOfDay), &[Input::Str("8:00")], Some(true)),
            (C::Format(0, Format::TimeOfDay), &[Input::Str("24:00")], Some(false)),
        ] {
            assert_eq!(decided(condition, inputs), expected, "{condition:?} on {inputs:?}");
        }
    }
}
