//! Why something was left unchecked.

use crate::version::Versions;

/// Why a rule or a value was left unchecked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// No resolver knows the plain text behind the reference.
    PlainTextUnknown,
    /// The secret stays as it is, and only the appliance has it.
    SecretKept,
    /// No resolver knows whether the referenced object exists.
    ExistenceUnknown,
    /// The context has no time.
    TimeUnknown,
    /// The context has no target version, and only these versions have the item.
    TargetUnknown(Versions),
    /// The context has no target version, and only these versions have the rule.
    RuleTargetUnknown(Versions),
    /// No source shows the key.
    UnknownKey,
    /// No source shows the enum value.
    UnknownValue,
    /// No source shows the variant.
    UnknownVariant,
    /// No source shows what belongs here.
    UnknownShape,
    /// The report is full: only this many places are listed.
    ReportFull {
        /// How many places are listed.
        listed: usize,
    },
}

impl Reason {
    /// The name for machines, such as `plain-text-unknown`.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::PlainTextUnknown => "plain-text-unknown",
            Self::SecretKept => "secret-kept",
            Self::ExistenceUnknown => "existence-unknown",
            Self::TimeUnknown => "time-unknown",
            Self::TargetUnknown(_) | Self::RuleTargetUnknown(_) => "target-unknown",
            Self::UnknownKey => "unknown-key",
            Self::UnknownValue => "unknown-value",
            Self::UnknownVariant => "unknown-variant",
            Self::UnknownShape => "unknown-shape",
            Self::ReportFull { .. } => "report-full",
        }
    }
}
