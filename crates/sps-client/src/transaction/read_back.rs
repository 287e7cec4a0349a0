//! Reading each object back after a commit, and comparing it with what was sent.

use serde_json::Value;
use sps_model::Side;
use sps_validate::{Kind, Subject};

use super::{
    Transaction,
    report::{CommitReport, Mismatch, Unverified},
    review::{ChangeKind, Review},
};
use crate::{
    body::Outgoing,
    compare::{Comparison, compare, request_form},
    error::ErrorKind,
    http::Call,
    session::Scope,
};

/// The expected state of an object after the commit.
pub(super) enum Expected {
    /// This body, without its secrets.
    Body { masked: Value, subject: Box<Subject> },
    /// Present.
    Present,
    /// Absent.
    Absent,
    /// Unknown, for this reason.
    Unknown(&'static str),
}

impl Expected {
    pub(super) fn of(body: &Outgoing) -> Self {
        Self::Body { masked: body.masked.clone(), subject: Box::new(body.subject) }
    }
}

/// The evidence of one object for or against a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    Committed,
    NotCommitted,
    /// Another session changed it: it is neither as it was before nor as it was sent.
    Overwritten,
    /// Nothing: it was like this before, or it could not be read.
    Nothing,
}

impl Transaction {
    /// Reads back each object that was changed, and gives the evidence of each.
    pub(super) async fn read_back(&self, review: &Review) -> (CommitReport, Vec<Evidence>) {
        let mut report = CommitReport { changed: self.expected.len(), ..CommitReport::default() };
        let mut evidence = Vec::with_capacity(self.expected.len());
        for (path, expected) in &self.expected {
            let mut object = Object { path, report: &mut report };
            evidence.push(self.read_back_object(&mut object, expected, review).await);
        }
        (report, evidence)
    }

    async fn read_back_object(
        &self,
        object: &mut Object<'_>,
        expected: &Expected,
        review: &Review,
    ) -> Evidence {
        if let Expected::Unknown(reason) = expected {
            return object.unverified(*reason);
        }
        // The transaction is over, so any session will do.
        let response = self.shared.send(&Call::get(object.path), &Scope::Any).await;
        let text = match response {
            Ok(response) => response.text.clone(),
            Err(error) if *error.kind() == ErrorKind::NotFound => {
                return match expected {
                    // An object that was created in the same transaction was absent before, too.
                    Expected::Absent if self.has_created(object.path) => Evidence::Nothing,
                    Expected::Absent => Evidence::Committed,
                    _ => object.mismatch(Side::Hidden, Side::Absent),
                };
            }
            Err(error) => return object.unverified(error.to_string()),
        };
        match expected {
            Expected::Absent => object.mismatch(Side::Absent, Side::Hidden),
            Expected::Body { masked, subject } => {
                let Some(found) = request_form(&text, subject) else {
                    return object.unverified("the response cannot be read");
                };
                let comparison = compare(subject.body, masked, &found);
                let evidence = match comparison.differences.is_empty() {
                    true if was_like_this(review, object.path, masked, subject) => {
                        Evidence::Nothing
                    }
                    true => Evidence::Committed,
                    false if is_overwritten(review, object.path, &found, subject) => {
                        Evidence::Overwritten
                    }
                    false => Evidence::NotCommitted,
                };
                object.add(comparison);
                evidence
            }
            Expected::Present | Expected::Unknown(_) => Evidence::Committed,
        }
    }
}

/// One object that is read back, and the report that it is added to.
struct Object<'a> {
    path: &'a str,
    report: &'a mut CommitReport,
}

impl Object<'_> {
    /// Reports that the object as a whole could not be verified.
    fn unverified(&mut self, reason: impl Into<String>) -> Evidence {
        self.report.unverified.push(Unverified {
            path: self.path.to_owned(),
            pointer: String::new(),
            reason: reason.into(),
        });
        Evidence::Nothing
    }

    /// Reports that the object as a whole is not as expected.
    fn mismatch(&mut self, sent: Side, found: Side) -> Evidence {
        let (path, pointer) = (self.path.to_owned(), String::new());
        self.report.mismatches.push(Mismatch { path, pointer, sent, found });
        Evidence::NotCommitted
    }

    /// Reports the differences inside of the object.
    fn add(&mut self, comparison: Comparison) {
        let path = || self.path.to_owned();
        self.report.unverified.extend(comparison.unseen.into_iter().map(|pointer| Unverified {
            path: path(),
            pointer,
            reason: "responses do not show secrets".to_owned(),
        }));
        self.report.mismatches.extend(comparison.differences.into_iter().map(|it| Mismatch {
            path: path(),
            pointer: it.pointer,
            sent: it.before,
            found: it.after,
        }));
    }
}

/// Whether the object had this value before the commit, according to the change list. It then proves nothing.
fn was_like_this(review: &Review, path: &str, masked: &Value, subject: &Subject) -> bool {
    if !review.changes.iter().any(|it| it.path == path) {
        // Without an entry, the appliance saw no difference. An entry for a part of the object leaves that open.
        return !review.changes.iter().any(|it| it.path.starts_with(path));
    }
    old_values(review, path, subject)
        .any(|old| compare(subject.body, masked, &old).differences.is_empty())
}

/// Whether the object has neither the value that was sent nor, according to the change list, the one before.
fn is_overwritten(review: &Review, path: &str, found: &Value, subject: &Subject) -> bool {
    let mut old_values = old_values(review, path, subject).filter(Value::is_object).peekable();
    old_values.peek().is_some()
        && !old_values.any(|old| compare(subject.body, &old, found).differences.is_empty())
}

/// The values that the object had before the commit, in request form; none if no type describes it.
fn old_values(review: &Review, path: &str, subject: &Subject) -> impl Iterator<Item = Value> {
    let is_typed = !matches!(subject.body, Kind::Any);
    let of_path = review.changes.iter().filter(move |it| is_typed && it.path == path);
    of_path
        .filter(|it| it.kind == ChangeKind::Replace)
        .filter_map(|it| it.old_value.as_ref())
        .filter_map(|old| request_form(&old.as_value().to_string(), subject))
}
