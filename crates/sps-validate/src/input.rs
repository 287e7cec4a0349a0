//! What a check reads, and what it decides.

use crate::reason::Reason;

/// The result of checking a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a rule holds, is broken, or is undecided")]
pub enum Outcome {
    /// The rule holds, or does not apply.
    Holds,
    /// The rule is broken.
    Broken,
    /// The rule is broken, in one of several ways.
    BrokenBy(Cause),
    /// A fact is missing that decides it.
    Undecided(Reason),
}

impl Outcome {
    /// Whether a document may be sent as far as this rule is concerned.
    pub const fn accepts(self) -> bool {
        !matches!(self, Self::Broken | Self::BrokenBy(_))
    }
}

impl From<bool> for Outcome {
    /// `true` holds, `false` is broken.
    fn from(holds: bool) -> Self {
        if holds { Self::Holds } else { Self::Broken }
    }
}

/// Which of several ways a rule is broken, with the measured value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// A number of so many hexadecimal digits, which is odd.
    OddDigits(usize),
    /// Nothing but zeros.
    AllZeros,
    /// Nothing but ones.
    AllOnes,
    /// Too many octets.
    Octets {
        /// How many there are.
        found: usize,
        /// The most that are allowed.
        most: usize,
    },
    /// So many hexadecimal digits.
    Digits(usize),
    /// So many characters.
    Characters(usize),
    /// A hexadecimal number with this between its digits.
    Separators(char),
}

/// One input of a rule, as a reader found it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Input<'a> {
    /// There is no such member.
    Absent,
    /// The member is null.
    Null,
    /// A boolean.
    Bool(bool),
    /// A whole number.
    Int(i128),
    /// A string, an enum value in its canonical spelling, a tag, or the key of a reference.
    Str(&'a str),
    /// An object or a list: only its presence counts.
    Present,
}

impl<'a> Input<'a> {
    /// The boolean, if it is one.
    #[inline]
    pub fn bool(&self) -> Option<bool> {
        if let Self::Bool(value) = *self { Some(value) } else { None }
    }

    /// The whole number, if it is one.
    #[inline]
    pub fn int(&self) -> Option<i128> {
        if let Self::Int(value) = *self { Some(value) } else { None }
    }

    /// The string, if it is one.
    #[inline]
    pub fn str(&self) -> Option<&'a str> {
        if let Self::Str(value) = *self { Some(value) } else { None }
    }

    /// Whether the member is there, null or not.
    #[inline]
    pub fn is_present(&self) -> bool {
        !matches!(self, Self::Absent)
    }
}
