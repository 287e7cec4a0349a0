//! Product versions, and the span of versions in which a fact is true.

use std::{cmp::Ordering, fmt, num::ParseIntError, str::FromStr};

/// A product version such as `6.2.0` or `7.0.3.1`.
///
/// Compared number by number; a missing number counts as zero, so `7.0` equals `7.0.0`.
#[derive(Debug, Clone, Default)]
pub struct Version(Vec<u32>);

impl Version {
    /// A version from its numbers, most significant first.
    pub fn new(numbers: impl Into<Vec<u32>>) -> Self {
        Self(numbers.into())
    }

    /// The numbers as they were written.
    pub fn numbers(&self) -> &[u32] {
        &self.0
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let number = |version: &Self, at: usize| version.0.get(at).copied().unwrap_or(0);
        (0..self.0.len().max(other.0.len()))
            .map(|at| number(self, at).cmp(&number(other, at)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Version {}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, number) in self.0.iter().enumerate() {
            let dot = if at == 0 { "" } else { "." };
            write!(f, "{dot}{number}")?;
        }
        Ok(())
    }
}

impl FromStr for Version {
    type Err = ParseIntError;

    /// Reads numbers separated by dots.
    ///
    /// # Errors
    ///
    /// When a part is empty, is not a number, or exceeds `u32::MAX`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split('.').map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

/// The versions in which something exists. Both ends are included; no end means "as far as we know".
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Versions {
    /// First version that has it.
    pub since: Option<Version>,
    /// Last version that has it.
    pub until: Option<Version>,
}

impl Versions {
    /// Whether `version` lies inside.
    pub fn contains(&self, version: &Version) -> bool {
        self.since.as_ref().is_none_or(|since| since <= version)
            && self.until.as_ref().is_none_or(|until| version <= until)
    }

    /// Whether neither end is given.
    pub fn is_always(&self) -> bool {
        self.since.is_none() && self.until.is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn compares_number_by_number() {
        assert!(version("6.10.0") > version("6.9.3"));
        assert!(version("7.0.3.1") > version("7.0.3"));
        assert_eq!(version("8.0"), version("8"));
        assert!("7.x".parse::<Version>().is_err());
        assert!("".parse::<Version>().is_err());
        assert!("99999999999".parse::<Version>().is_err());
    }

    #[test]
    fn includes_both_ends() {
        let versions = Versions { since: Some(version("6.0")), until: Some(version("6.9.3")) };
        for (text, inside) in [("5.9", false), ("6.0.0", true), ("6.9.3", true), ("6.9.4", false)] {
            assert_eq!(versions.contains(&version(text)), inside, "{text}");
        }
    }
}
