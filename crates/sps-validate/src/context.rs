//! Facts that a check may use besides the document.

use std::fmt;

use crate::{
    code,
    condition::Condition,
    input::{Input, Outcome},
    limits::Limits,
    reason::Reason,
    version::Version,
    yaml::Marks,
};

/// Facts that `accept` and `explain` may use besides the document.
///
/// The default has none: rules that need a fact are undecided, and listed as unchecked.
///
/// ```
/// use sps_validate::{Context, Version};
/// let context = Context::default().with_target(Version::new(7, 0, 0, 0));
/// assert!(context.resolver.is_none());
/// ```
#[derive(Clone, Copy, Default)]
#[non_exhaustive]
pub struct Context<'a> {
    /// Facts about referenced objects.
    pub resolver: Option<&'a dyn Resolver>,
    /// The version of the appliance that the document is for.
    pub target: Option<Version>,
    /// The time at which certificates are checked.
    pub now: Option<Timestamp>,
    /// Limits on the size of a document.
    pub limits: Limits,
    /// The treatment of keys that no source shows.
    pub unknown_keys: UnknownKeys,
    /// Codes of rules that the document may break.
    pub waived: &'a [&'a str],
    /// The spelling of the document, if it is YAML.
    pub marks: Option<&'a Marks>,
}

impl<'a> Context<'a> {
    /// Sets the resolver of referenced objects.
    #[must_use]
    pub fn with_resolver(mut self, resolver: &'a dyn Resolver) -> Self {
        self.resolver = Some(resolver);
        self
    }

    /// Sets the version of the appliance.
    #[must_use]
    pub fn with_target(mut self, target: Version) -> Self {
        self.target = Some(target);
        self
    }

    /// Sets the time.
    #[must_use]
    pub fn with_now(mut self, now: Timestamp) -> Self {
        self.now = Some(now);
        self
    }

    /// Sets the limits.
    #[must_use]
    pub fn with_limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Sets the treatment of unknown keys.
    #[must_use]
    pub fn with_unknown_keys(mut self, unknown_keys: UnknownKeys) -> Self {
        self.unknown_keys = unknown_keys;
        self
    }

    /// Sets the spelling of a YAML document: `explain_scanned` then knows which of its scalars have no quotes.
    #[must_use]
    pub fn with_marks(mut self, marks: &'a Marks) -> Self {
        self.marks = Some(marks);
        self
    }

    /// Waives the rules with these codes: what breaks them is neither reported nor listed as unchecked. It hides no other
    /// finding. The codes of the structure ([`code::is_structural`]) cannot be waived and have no effect here.
    ///
    /// ```
    /// use sps_validate::Context;
    /// let context = Context::default().with_waived(&["weak-encryption", "wrong-type"]);
    /// assert!(context.is_waived("weak-encryption") && !context.is_waived("wrong-type"));
    /// ```
    #[must_use]
    pub fn with_waived(mut self, codes: &'a [&'a str]) -> Self {
        self.waived = codes;
        self
    }

    /// Whether the rule with this code is waived.
    pub fn is_waived(&self, code: &str) -> bool {
        self.waived.contains(&code) && !code::is_structural(code)
    }

    /// Checks the plain text of the password that `collection` holds under `key`.
    ///
    /// Holds if the object does not exist, because `reference-exists` reports that.
    pub(crate) fn plain(&self, collection: &str, key: &str, about: &Condition) -> Outcome {
        let unknown = Outcome::Undecided(Reason::PlainTextUnknown);
        let Some(resolver) = self.resolver else { return unknown };
        let path = format!("{collection}/{key}");
        match resolver.plain(&path) {
            Some(plain) => about.holds(&[Input::Str(plain)]).into(),
            None if resolver.exists(&path) == Some(false) => Outcome::Holds,
            None => unknown,
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
            .field("waived", &self.waived)
            .field("is_yaml", &self.marks.is_some())
            .finish()
    }
}

/// Facts about the objects that a document refers to.
///
/// Paths are those of the objects, such as `/api/configuration/passwords/KEY`.
pub trait Resolver: Sync {
    /// Whether the object exists; `None` if that is not known.
    fn exists(&self, path: &str) -> Option<bool>;

    /// The plain text of a password object, if known.
    fn plain(&self, path: &str) -> Option<&str>;

    /// The object that refers to it already, in words; `None` if no object does, or it is unknown.
    fn used_by(&self, path: &str) -> Option<&str>;
}

/// Treatment of keys that no source shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum UnknownKeys {
    /// An error in a request, because the appliance ignores them silently.
    #[default]
    Deny,
    /// Listed as unchecked.
    Allow,
    /// Listed as unchecked, and enum values and variants that no source shows too: for a body that was made from a
    /// response, so that the appliance gets back what it sent.
    Carry,
}

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_structs, reason = "a number of seconds and nothing else")]
pub struct Timestamp(pub u64);
