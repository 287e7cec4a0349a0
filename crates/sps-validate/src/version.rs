//! Product versions such as `7.0.3.1`, compared component by component.

use std::{fmt, str::FromStr};

/// A product version: one to four numbers, missing ones count as 0.
///
/// ```
/// use sps_validate::Version;
/// let lts: Version = "7.0.3.1".parse()?;
/// assert!(lts > Version::new(7, 0, 3, 0));
/// assert_eq!("7.0".parse::<Version>()?, Version::new(7, 0, 0, 0));
/// assert!("7.x".parse::<Version>().is_err());
/// # Ok::<(), sps_validate::ParseVersionError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version([u32; 4]);

impl Version {
    /// A version of four numbers, `0` where the name has fewer.
    pub const fn new(major: u32, minor: u32, patch: u32, build: u32) -> Self {
        Self([major, minor, patch, build])
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch, build] = self.0;
        write!(f, "{major}.{minor}.{patch}")?;
        if build == 0 { Ok(()) } else { write!(f, ".{build}") }
    }
}

impl FromStr for Version {
    type Err = ParseVersionError;

    /// Reads one to four numbers separated by dots.
    ///
    /// # Errors
    /// Anything else, and numbers above 4 294 967 295.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut numbers = [0; 4];
        let mut parts = text.split('.');
        for slot in &mut numbers {
            let Some(part) = parts.next() else { break };
            let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            *slot = part.parse().ok().filter(|_| digits).ok_or(ParseVersionError(()))?;
        }
        if parts.next().is_some() { Err(ParseVersionError(())) } else { Ok(Self(numbers)) }
    }
}

/// The text is not one to four numbers separated by dots.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseVersionError(());

impl fmt::Display for ParseVersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a version is one to four numbers separated by dots, such as 7.0.3.1")
    }
}

impl std::error::Error for ParseVersionError {}

/// The span of versions in which something exists; both ends are included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_structs, reason = "a span has two ends")]
pub struct Versions {
    /// The first version that has it; `None`: from the beginning.
    pub since: Option<Version>,
    /// The last version that has it; `None`: up to now.
    pub until: Option<Version>,
}

impl Versions {
    /// Every version.
    pub const ALL: Self = Self { since: None, until: None };

    /// From `version` on.
    pub const fn since(version: Version) -> Self {
        Self { since: Some(version), until: None }
    }

    /// Up to and with `version`.
    #[must_use]
    pub const fn until(self, version: Version) -> Self {
        Self { until: Some(version), ..self }
    }

    /// Whether there is any bound at all.
    pub const fn is_bounded(&self) -> bool {
        self.since.is_some() || self.until.is_some()
    }

    /// Whether `version` lies inside.
    pub fn contains(&self, version: Version) -> bool {
        self.since.is_none_or(|since| since <= version)
            && self.until.is_none_or(|until| version <= until)
    }
}

impl fmt::Display for Versions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.since, self.until) {
            (None, None) => f.write_str("every version"),
            (Some(since), None) => write!(f, "{since} and later"),
            (None, Some(until)) => write!(f, "{until} and earlier"),
            (Some(since), Some(until)) => write!(f, "{since} to {until}"),
        }
    }
}
