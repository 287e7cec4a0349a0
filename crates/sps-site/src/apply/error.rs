//! Why a plan was not applied, and what became of its changes.

use std::{error::Error as StdError, fmt};

use sps_client::ErrorKind;

use crate::{
    label::Label,
    plan::{OperationKind, counted},
};

/// A plan was not applied. Its text says what failed, at which object, and what became of the changes.
///
/// A caller acts on it in three ways: plan again if [`Self::is_stale`], correct the files if [`Self::is_invalid`], and
/// look at the source otherwise.
///
/// The error of the client is its [source](StdError::source).
#[derive(Debug)]
pub struct ApplyError {
    kind: ApplyErrorKind,
    outcome: Outcome,
    cancel: Option<String>,
    source: Option<Box<sps_client::Error>>,
}

/// What failed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ApplyErrorKind {
    /// All objects of collections would be deleted, and the caller did not agree.
    Consent {
        /// The collections, with the number of objects.
        collections: Vec<(String, usize)>,
    },
    /// Another appliance answers than the one that the plan was made for.
    OtherAppliance {
        /// The one that the plan was made for.
        expected: String,
        /// The one that answers.
        found: String,
    },
    /// The configuration changed after the plan was made.
    Stale,
    /// Another session committed first, or changed an object.
    Conflict,
    /// The transaction could not be opened.
    Open,
    /// The state of the appliance could not be compared with the plan.
    Check,
    /// An object that holds a secret could not be created.
    Secret {
        /// The object of the tree that has the secret.
        label: Label,
        /// The place of the secret in it.
        pointer: String,
    },
    /// A request of the plan failed.
    Request {
        /// Its kind.
        kind: OperationKind,
        /// Its object.
        label: Label,
    },
    /// The response to a new object had no key.
    NoKey {
        /// The object.
        label: Label,
    },
    /// The appliance's list of changes could not be read.
    Review,
    /// The transaction has changes that were not made through it.
    Foreign {
        /// The kind and the path of each.
        changes: Vec<String>,
    },
    /// The commit failed.
    Commit,
}

/// What became of the changes of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Nothing was applied, and no transaction is open.
    Nothing,
    /// The appliance discarded everything, because the session ended.
    Lost,
    /// Nothing was applied, but the transaction may still be open.
    LeftOpen,
    /// It is unknown whether the changes took effect.
    Unknown,
}

impl ApplyError {
    pub(super) fn new(kind: ApplyErrorKind) -> Self {
        Self { kind, outcome: Outcome::Nothing, cancel: None, source: None }
    }

    pub(super) fn of(kind: ApplyErrorKind, error: sps_client::Error) -> Self {
        let is_commit = kind == ApplyErrorKind::Commit;
        let outcome = match error.kind() {
            ErrorKind::SessionEnded | ErrorKind::NotOpen => Outcome::Lost,
            ErrorKind::Ambiguous if is_commit => Outcome::Unknown,
            _ if error.leaves_open() => Outcome::LeftOpen,
            _ => Outcome::Nothing,
        };
        let kind = match error.kind() {
            _ if error.is_conflict() => ApplyErrorKind::Conflict,
            ErrorKind::ForeignChanges { changes } => {
                ApplyErrorKind::Foreign { changes: changes.clone() }
            }
            _ => kind,
        };
        Self { kind, outcome, cancel: None, source: Some(Box::new(error)) }
    }

    /// Notes that the transaction could not be canceled.
    pub(super) fn left_open(mut self, cancel: &sps_client::Error) -> Self {
        self.outcome = Outcome::LeftOpen;
        self.cancel = Some(cancel.to_string());
        self
    }

    /// Whether nothing is left to cancel.
    pub(super) fn is_over(&self) -> bool {
        self.outcome == Outcome::Lost
    }

    /// What failed, to match on.
    pub fn kind(&self) -> &ApplyErrorKind {
        &self.kind
    }

    /// What became of the changes.
    pub fn outcome(&self) -> Outcome {
        self.outcome
    }

    /// Whether the appliance is no longer as it was when the plan was made, so that a new plan is needed.
    pub fn is_stale(&self) -> bool {
        matches!(
            self.kind,
            ApplyErrorKind::Stale
                | ApplyErrorKind::Conflict
                | ApplyErrorKind::OtherAppliance { .. }
        )
    }

    /// Whether the appliance or the client found a body invalid.
    pub fn is_invalid(&self) -> bool {
        let kind = self.source.as_ref().map(|error| error.kind());
        matches!(kind, Some(ErrorKind::Invalid(_) | ErrorKind::Semantic | ErrorKind::InvalidBody))
    }

    /// The error of the client.
    pub fn client_error(&self) -> Option<&sps_client::Error> {
        self.source.as_deref()
    }
}

impl fmt::Display for ApplyErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Consent { collections } => {
                let list: Vec<_> = collections
                    .iter()
                    .map(|(collection, count)| {
                        format!("everything in {collection} ({})", counted(*count, "object"))
                    })
                    .collect();
                write!(f, "deleting {} needs consent of its own", list.join(" and "))
            }
            Self::OtherAppliance { expected, found } => {
                write!(f, "the plan was made for {expected}, and {found} answers")
            }
            Self::Stale => f.write_str("the configuration changed after the plan was made"),
            Self::Conflict => f.write_str("another session changed the configuration first"),
            Self::Open => f.write_str("cannot open a transaction"),
            Self::Check => f.write_str("cannot compare the appliance with the plan"),
            Self::Secret { label, pointer } => {
                write!(f, "cannot create the secret of {label} at {pointer}")
            }
            Self::Request { kind, label } => write!(f, "cannot {} {label}", kind.as_str()),
            Self::NoKey { label } => {
                write!(f, "cannot create {label}: the response has no key for it")
            }
            Self::Review => f.write_str("cannot read the list of changes"),
            Self::Foreign { changes } => write!(
                f,
                "the transaction has changes that were not made through it: {}",
                changes.join(", ")
            ),
            Self::Commit => f.write_str("cannot commit"),
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "nothing was applied",
            Self::Lost => "the transaction is lost, and nothing was applied",
            Self::LeftOpen => "nothing was applied, but the transaction may still be open",
            Self::Unknown => "it is unknown whether the changes took effect",
        })
    }
}

impl fmt::Display for ApplyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.kind, self.outcome)?;
        match &self.cancel {
            Some(cancel) => write!(f, " (the cancel failed: {cancel})"),
            None => Ok(()),
        }
    }
}

impl StdError for ApplyError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|error| error as _)
    }
}
