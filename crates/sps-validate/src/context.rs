//! What a check may know besides the document.

use std::fmt;

use crate::{limits::Limits, rule::Outcome, version::Version};

/// What both questions – accept and explain – may know besides the document.
///
/// The default knows nothing: rules that need more are undecided, and listed so.
///
/// ```
/// use sps_validate::{Context, Version};
/// let context = Context::default().with_target(Version::new(7, 0, 0, 0));
/// assert!(context.resolver.is_none());
/// ```
#[derive(Clone, Copy, Default)]
#[non_exhaustive]
pub struct Context<'a> {
    /// Tells about referenced objects.
    pub resolver: Option<&'a dyn Resolver>,
    /// The version of the appliance that shall get the document.
    pub target: Option<Version>,
    /// The time to judge certificates by.
    pub now: Option<Timestamp>,
    /// What a document may cost.
    pub limits: Limits,
    /// What to do with keys that no source shows.
    pub unknown_keys: UnknownKeys,
}

impl<'a> Context<'a> {
    /// The same with somebody who knows the referenced objects.
    #[must_use]
    pub fn with_resolver(mut self, resolver: &'a dyn Resolver) -> Self {
        self.resolver = Some(resolver);
        self
    }

    /// The same for one version of the appliance.
    #[must_use]
    pub fn with_target(mut self, target: Version) -> Self {
        self.target = Some(target);
        self
    }

    /// The same at a point in time.
    #[must_use]
    pub fn with_now(mut self, now: Timestamp) -> Self {
        self.now = Some(now);
        self
    }

    /// The same with other limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// The same with another way to treat unknown keys.
    #[must_use]
    pub fn with_unknown_keys(mut self, unknown_keys: UnknownKeys) -> Self {
        self.unknown_keys = unknown_keys;
        self
    }

    /// Judges the plain text of the password that `collection` holds under `key`.
    ///
    /// Undecided if nobody knows the text; holds if the object does not exist, because
    /// `reference-exists` reports that.
    pub fn plain(&self, collection: &str, key: &str, rule: impl Fn(&str) -> Outcome) -> Outcome {
        let Some(resolver) = self.resolver else { return Outcome::Undecided };
        let path = format!("{collection}/{key}");
        match resolver.plain(&path) {
            Some(plain) => rule(plain),
            None if resolver.exists(&path) == Some(false) => Outcome::Holds,
            None => Outcome::Undecided,
        }
    }
}

impl fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Context")
            .field("resolver", &self.resolver.map(|_| "…"))
            .field("target", &self.target)
            .field("now", &self.now)
            .field("limits", &self.limits)
            .field("unknown_keys", &self.unknown_keys)
            .finish()
    }
}

/// Tells about the objects that a document refers to.
///
/// Paths are those of the objects, such as `/api/configuration/passwords/KEY`.
pub trait Resolver: Sync {
    /// Whether the object exists; `None` if that is not known.
    fn exists(&self, path: &str) -> Option<bool>;

    /// The plain text of a password object, if known.
    fn plain(&self, path: &str) -> Option<&str>;

    /// Who refers to the object already, in words; `None` if nobody does or nobody knows.
    fn used_by(&self, path: &str) -> Option<&str>;
}

/// What to do with keys that no source shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum UnknownKeys {
    /// An error in a request, because the appliance ignores them silently.
    #[default]
    Deny,
    /// Listed as unchecked.
    Allow,
}

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a number of seconds and nothing else")]
pub struct Timestamp(pub u64);
