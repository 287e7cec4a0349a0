//! Conditions as text: a closed subset of the syntax of CEL, read into [`Condition`] and written from it.
//!
//! The meaning is ours, not CEL's: a missing member leaves a comparison undecided, see [`Condition`].

mod node;
mod parse;
mod print;
mod token;

use std::ops::Range;

use crate::rule::{Charset, Condition};

pub(crate) use self::{parse::parse, print::print};

/// Functions that are part of the syntax.
pub(crate) const FUNCTIONS: [&str; 8] =
    ["absent", "charset", "format", "hex", "hex_digits", "present", "referent", "size"];

/// Names that a condition may use besides the members of its object.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names<'a> {
    /// Sets of characters, by name.
    pub(crate) charsets: &'a [Charset],
    /// Checks written by hand, which are called like functions.
    pub(crate) predicates: &'a [String],
    /// Path that `self` means, if it may be used.
    pub(crate) subject: Option<&'a [String]>,
}

/// A condition with the places of its parts.
#[derive(Debug, Clone)]
pub(crate) struct Parsed {
    pub(crate) condition: Condition,
    pub(crate) marks: Marks,
}

/// Places of the parts of a condition, as byte ranges. A tree of the same shape as the [`Condition`].
#[derive(Debug, Clone, Default)]
pub(crate) struct Marks {
    /// The condition as a whole.
    pub(crate) whole: Range<usize>,
    /// Its path, or the first of them.
    pub(crate) path: Range<usize>,
    /// The values it compares with, or the inputs of a check written by hand.
    pub(crate) values: Vec<Range<usize>>,
    /// Marks of the conditions inside.
    pub(crate) parts: Vec<Self>,
}

impl Marks {
    /// The same marks for a text that starts at another place.
    pub(crate) fn shifted(self, by: usize) -> Self {
        let shift = |range: Range<usize>| range.start + by..range.end + by;
        Self {
            whole: shift(self.whole),
            path: shift(self.path),
            values: self.values.into_iter().map(shift).collect(),
            parts: self.parts.into_iter().map(|it| it.shifted(by)).collect(),
        }
    }
}

/// A mistake in the text of a condition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mistake {
    /// Bytes of the text.
    pub(crate) range: Range<usize>,
    pub(crate) message: String,
}

impl Mistake {
    fn new(range: &Range<usize>, message: impl Into<String>) -> Self {
        Self { range: range.clone(), message: message.into() }
    }
}

#[cfg(test)]
mod tests;
