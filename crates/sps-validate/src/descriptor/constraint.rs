//! Bounds and format of a value.

use crate::format::{Format, FormatError};

/// Bounds and format of one value.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Constraint {
    /// The smallest integer.
    pub minimum: Option<i128>,
    /// The largest integer.
    pub maximum: Option<i128>,
    /// The fewest characters.
    pub min_length: Option<usize>,
    /// The most characters.
    pub max_length: Option<usize>,
    /// The format of a string.
    pub format: Option<Format>,
}

impl Constraint {
    /// Everything passes.
    pub const NONE: Self =
        Self { minimum: None, maximum: None, min_length: None, max_length: None, format: None };

    /// Sets the smallest accepted integer.
    #[must_use]
    pub const fn minimum(self, minimum: i128) -> Self {
        Self { minimum: Some(minimum), ..self }
    }

    /// Sets the largest accepted integer.
    #[must_use]
    pub const fn maximum(self, maximum: i128) -> Self {
        Self { maximum: Some(maximum), ..self }
    }

    /// Sets the smallest accepted number of characters.
    #[must_use]
    pub const fn min_length(self, length: usize) -> Self {
        Self { min_length: Some(length), ..self }
    }

    /// Sets the largest accepted number of characters.
    #[must_use]
    pub const fn max_length(self, length: usize) -> Self {
        Self { max_length: Some(length), ..self }
    }

    /// Sets the format.
    #[must_use]
    pub const fn format(self, format: Format) -> Self {
        Self { format: Some(format), ..self }
    }

    /// Checks an integer.
    ///
    /// # Errors
    /// `out-of-range`, with the bounds.
    pub fn check_int(&self, value: i128) -> Result<(), Breach> {
        let low = self.minimum.is_some_and(|minimum| value < minimum);
        let high = self.maximum.is_some_and(|maximum| value > maximum);
        if low || high { Err(Breach::OutOfRange) } else { Ok(()) }
    }

    /// Checks a string: length first, then format.
    ///
    /// # Errors
    /// `too-short`, `too-long`, or the code of the format with the reason.
    pub fn check_str(&self, value: &str) -> Result<(), Breach> {
        if self.min_length.is_some() || self.max_length.is_some() {
            let length = value.chars().count();
            if self.min_length.is_some_and(|least| length < least) {
                return Err(Breach::TooShort);
            }
            if self.max_length.is_some_and(|most| length > most) {
                return Err(Breach::TooLong);
            }
        }
        match self.format {
            None => Ok(()),
            Some(format) => format.check(value).map_err(|error| Breach::Format(format, error)),
        }
    }
}

/// How a value breaks its constraint.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Breach {
    /// An integer outside its bounds.
    OutOfRange,
    /// A string with too few characters.
    TooShort,
    /// A string with too many characters.
    TooLong,
    /// A string without the format, and the reason.
    Format(Format, FormatError),
}
