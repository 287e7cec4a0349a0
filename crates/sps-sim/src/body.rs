//! Bodies: checked, stored and shown by the types and rules of the spec.

mod checker;
mod document;
mod format;
mod initial;
mod part;
mod show;

use serde_json::Value;
use sps_spec::{Endpoint, Spec, Version, Versions};

use self::{checker::Checker, document::Doc};

/// The rest of the configuration, as the interpreter needs it.
pub trait World {
    /// Returns the stored body of an object, or null if the object is there and its body is not known. `collection` is
    /// the path of its collection.
    fn object(&self, collection: &str, key: &str) -> Option<Value>;

    /// Returns the paths of the endpoints and objects that refer to an object, in order.
    fn referrers(&self, collection: &str, key: &str) -> Vec<String>;
}

/// How strictly a body is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// Like an appliance: drops unknown keys silently, and takes the last of several equal keys.
    Lenient,
    /// Also refuses whatever would be lost: unknown and repeated keys, the wrapper of a response, and what the target
    /// version does not have. Refuses documents that exceed the limits.
    Strict,
}

/// One error in a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Code from the spec, such as `missing-key`.
    pub code: String,
    /// Location as an RFC 6901 pointer. For a missing member, the location where it belongs.
    pub pointer: String,
    /// Description of the error. Never holds a value of the body, which may be a secret.
    pub message: String,
}

/// Why a body is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It is not UTF-8 or not JSON, with the reason.
    NotJson(String),
    /// It is invalid, or does not fit the rest of the configuration: all errors.
    Semantic(Vec<Finding>),
}

/// A reference to another object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference {
    /// Path of the collection of the object.
    pub collection: String,
    /// Key of the object, followed by the dotted path of a part if the reference leads to one.
    pub key: String,
    /// Key of the object alone.
    pub object: String,
    /// Whether only one reference to the object may exist.
    pub single_use: bool,
    /// Location in the body as an RFC 6901 pointer.
    pub pointer: String,
}

/// Interpreter of all bodies of a spec, for one version of the appliance.
#[derive(Debug, Clone)]
pub struct Bodies<'s> {
    spec: &'s Spec,
    target: Option<Version>,
}

impl<'s> Bodies<'s> {
    /// Creates an interpreter for one version. Without a version, it accepts what any version has.
    pub fn new(spec: &'s Spec, target: Option<Version>) -> Self {
        Self { spec, target }
    }

    /// Reads the body of a PUT or POST, and returns what is stored.
    ///
    /// `own` is the path of the endpoint or object that is written: references from there do not count against single
    /// use. Enum values are stored in their first spelling. Where the spec has no request body, any JSON is stored
    /// unchanged.
    ///
    /// # Errors
    ///
    /// Returns [`Refusal::NotJson`] if `text` is not UTF-8, not JSON or nested deeper than 127 levels. Returns
    /// [`Refusal::Semantic`] for all other errors, with about a thousand of them at most.
    pub fn read(
        &self,
        endpoint: &'s Endpoint,
        text: &[u8],
        mode: Mode,
        world: &dyn World,
        own: &str,
    ) -> Result<Value, Refusal> {
        let doc = Doc::parse(text, mode).map_err(Refusal::NotJson)?;
        let mut checker = Checker::new(self.spec, self.target.as_ref(), mode, world, own);
        let stored = checker.endpoint(endpoint, text.len(), &doc);
        let findings = checker.into_findings();
        if findings.is_empty() { Ok(stored) } else { Err(Refusal::Semantic(findings)) }
    }

    /// Reads a stored body again, leniently. Returns what is stored of it, and all errors.
    pub(crate) fn restore(
        &self,
        endpoint: &'s Endpoint,
        stored: &Value,
        world: &dyn World,
        own: &str,
    ) -> (Value, Vec<Finding>) {
        let mut checker = Checker::new(self.spec, self.target.as_ref(), Mode::Lenient, world, own);
        let stored = checker.endpoint(endpoint, 0, &Doc::from(stored));
        (stored, checker.into_findings())
    }

    /// Reads a body that no endpoint describes: an object whose members have these names.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`read`](Self::read).
    pub(crate) fn read_members(
        &self,
        names: &[&str],
        text: &[u8],
        mode: Mode,
        world: &dyn World,
    ) -> Result<Value, Refusal> {
        let doc = Doc::parse(text, mode).map_err(Refusal::NotJson)?;
        let mut checker = Checker::new(self.spec, self.target.as_ref(), mode, world, "");
        let read = checker.members(names, text.len(), &doc);
        let findings = checker.into_findings();
        if findings.is_empty() { Ok(read) } else { Err(Refusal::Semantic(findings)) }
    }

    /// Returns the body as a response shows it.
    ///
    /// References become objects of `key` and `meta.href`. The response leaves out secrets, members that only requests
    /// have, members that the target version does not have and, without a login, members that need one. A member that
    /// only responses have is shown if it is stored; otherwise it is made up, null, or absent.
    ///
    /// Bodies of referenced objects are not embedded, so `_world` is not used yet.
    pub fn show(
        &self,
        endpoint: &'s Endpoint,
        stored: &Value,
        _world: &dyn World,
        authenticated: bool,
    ) -> Value {
        show::show(self.spec, self.target.as_ref(), endpoint, stored, authenticated)
    }

    /// Returns every reference in a stored body, in the order of the type's members.
    pub fn references(&self, endpoint: &'s Endpoint, stored: &Value) -> Vec<Reference> {
        show::references(self.spec, endpoint, stored)
    }

    /// Returns a body that a new appliance would plausibly have, or `None` if its type is unknown or needs a reference.
    ///
    /// The body holds defaults and examples of the spec, null where that is allowed, first variants, empty lists and no
    /// references. A switch that would require a reference is off. If bodies of its type are sent as well,
    /// [`read`](Self::read) accepts it.
    pub fn initial(&self, endpoint: &'s Endpoint) -> Option<Value> {
        initial::initial(self.spec, self.target.as_ref(), endpoint)
    }

    /// Returns the objects of a collection that every appliance of the version has, with their bodies.
    pub(crate) fn built_in(
        &self,
        endpoint: &'s Endpoint,
    ) -> impl Iterator<Item = (&'s str, Value)> {
        let known = endpoint.builtins.iter().filter(|it| is_in(&it.versions, self.target.as_ref()));
        known.map(|it| {
            let body = serde_json::from_str(&it.body).expect("the loader writes valid JSON");
            (it.key.as_str(), body)
        })
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

/// Whether the target version has something; without a target, whether any version has it.
fn is_in(versions: &Versions, target: Option<&Version>) -> bool {
    target.is_none_or(|target| versions.contains(target))
}

#[cfg(test)]
mod tests;
