//! Bodies: judged, kept and shown by the types and rules of the spec.

mod checker;
mod condition;
mod document;
mod format;
mod initial;
mod shown;

use serde_json::Value;
use sps_spec::{Endpoint, Spec, Version, Versions};

use self::{checker::Judge, document::Doc};

/// What the interpreter has to know of the rest of the configuration.
pub trait World {
    /// Body of an object as it is stored, if there is one. `collection` is the path of its collection.
    fn object(&self, collection: &str, key: &str) -> Option<Value>;

    /// Paths of the endpoints and objects that refer to an object, in order.
    fn referrers(&self, collection: &str, key: &str) -> Vec<String>;
}

/// How much a reader puts up with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// As an appliance: unknown keys are dropped in silence, and of two equal keys the last one counts.
    Lenient,
    /// Refuses whatever would be lost as well: unknown and repeated keys, the wrapper of an answer, what the target
    /// version does not have, and documents beyond all measure.
    Strict,
}

/// One thing that is wrong with a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The code of the spec for it, such as `missing-key`.
    pub code: String,
    /// Where it is, as an RFC 6901 pointer. A missing member's is where it should be.
    pub pointer: String,
    /// What is wrong, in words. It never holds a value of the body, which may be a secret.
    pub message: String,
}

/// Why a body is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It is not UTF-8 or not JSON; says why.
    NotJson(String),
    /// It is wrong in itself, or does not fit the rest of the configuration: everything that was found.
    Semantic(Vec<Finding>),
}

/// A mention of an object elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// The path of the collection that it points into.
    pub collection: String,
    /// The key of the object.
    pub key: String,
    /// Whether the object may be referred to only once.
    pub single_use: bool,
    /// Where in the body it stands, as an RFC 6901 pointer.
    pub pointer: String,
}

/// The interpreter of all bodies of a spec, for one version of the appliance.
#[derive(Debug, Clone)]
pub struct Bodies<'s> {
    spec: &'s Spec,
    target: Option<Version>,
}

impl<'s> Bodies<'s> {
    /// An interpreter for one version; without one, what any version has is there.
    pub fn new(spec: &'s Spec, target: Option<Version>) -> Self {
        Self { spec, target }
    }

    /// Reads the body of a PUT or POST, and gives back what is stored.
    ///
    /// `own` is the path of the endpoint or object that is written: what refers to an object from there does not count
    /// against single use. The words of enums are stored in their first spelling. Where the spec shows no request
    /// body, any JSON is taken as it is.
    ///
    /// # Errors
    ///
    /// [`Refusal::NotJson`] when `text` is not UTF-8, not JSON or nested deeper than 127 levels, else
    /// [`Refusal::Semantic`] with all findings, of which about a thousand are listed at most.
    pub fn read(
        &self,
        endpoint: &'s Endpoint,
        text: &[u8],
        mode: Mode,
        world: &dyn World,
        own: &str,
    ) -> Result<Value, Refusal> {
        let doc = Doc::parse(text, mode).map_err(Refusal::NotJson)?;
        let mut judge = Judge::new(self.spec, self.target.as_ref(), mode, world, own);
        let stored = judge.endpoint(endpoint, text.len(), &doc);
        let findings = judge.into_findings();
        if findings.is_empty() { Ok(stored) } else { Err(Refusal::Semantic(findings)) }
    }

    /// Reads a stored body anew, as a lenient reader does: what is stored of it, and everything that is wrong with it.
    pub(crate) fn restore(
        &self,
        endpoint: &'s Endpoint,
        stored: &Value,
        world: &dyn World,
        own: &str,
    ) -> (Value, Vec<Finding>) {
        let mut judge = Judge::new(self.spec, self.target.as_ref(), Mode::Lenient, world, own);
        let stored = judge.endpoint(endpoint, 0, &Doc::from(stored));
        (stored, judge.into_findings())
    }

    /// Reads a body that no endpoint describes: an object whose members have these names.
    ///
    /// # Errors
    ///
    /// Those of [`read`](Self::read).
    pub(crate) fn read_members(
        &self,
        names: &[&str],
        text: &[u8],
        mode: Mode,
        world: &dyn World,
    ) -> Result<Value, Refusal> {
        let doc = Doc::parse(text, mode).map_err(Refusal::NotJson)?;
        let mut judge = Judge::new(self.spec, self.target.as_ref(), mode, world, "");
        let read = judge.members(names, text.len(), &doc);
        let findings = judge.into_findings();
        if findings.is_empty() { Ok(read) } else { Err(Refusal::Semantic(findings)) }
    }

    /// The body as an answer shows it.
    ///
    /// References become objects of `key` and `meta.href`. Left out are secrets, members that only requests have, those
    /// that the target version does not have and, for a reader who is not logged in, those that need a login. A member
    /// that only answers have is shown if it is stored; else it is made up, null, or absent.
    ///
    /// Bodies of referenced objects are not embedded, so nothing is asked of the world yet.
    pub fn show(
        &self,
        endpoint: &'s Endpoint,
        stored: &Value,
        _world: &dyn World,
        authenticated: bool,
    ) -> Value {
        shown::show(self.spec, self.target.as_ref(), endpoint, stored, authenticated)
    }

    /// Every reference in a stored body, in the order of the type's members.
    pub fn references(&self, endpoint: &'s Endpoint, stored: &Value) -> Vec<Reference> {
        shown::references(self.spec, endpoint, stored)
    }

    /// A body that a new appliance would plausibly have; nothing where no type of a body is known.
    ///
    /// Defaults and examples of the spec, null where that is allowed, first variants, empty lists and no references.
    /// Where a switch would demand a reference, it is off. If bodies of its type are sent as well, [`read`](Self::read)
    /// accepts it.
    pub fn initial(&self, endpoint: &'s Endpoint) -> Option<Value> {
        initial::initial(self.spec, self.target.as_ref(), endpoint)
    }
}

/// Appends one segment to an RFC 6901 pointer.
fn push_segment(pointer: &mut String, segment: &str) {
    pointer.push('/');
    for character in segment.chars() {
        match character {
            '~' => pointer.push_str("~0"),
            '/' => pointer.push_str("~1"),
            other => pointer.push(other),
        }
    }
}

/// Whether an appliance of the target version has something; without a target, whether any has.
fn is_in(versions: &Versions, target: Option<&Version>) -> bool {
    target.is_none_or(|target| versions.contains(target))
}

#[cfg(test)]
mod tests;
