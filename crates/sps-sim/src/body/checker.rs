//! A walk over a document that collects its errors and builds the stored body.

mod rules;
mod values;

use std::collections::HashSet;

use serde_json::{Map, Value};
use sps_spec::{
    Completeness, Endpoint, Field, FieldType, Payload, Presence, Spec, Struct, TypeDef, Union,
    Version, Versions,
};

use super::{Finding, Mode, World, document::Doc, is_in, push_segment};

pub(super) use self::values::{flaw, is_in_range};

/// Number of findings that are listed.
const MAX_FINDINGS: usize = 1000;
/// Total length of the pointers of listed findings: a hostile document may have very long keys.
const MAX_POINTER_BYTES: usize = 1024 * 1024;
/// Longest document that a strict reader accepts.
const MAX_BODY_BYTES: usize = 16 * 1024 * 1024;
/// Deepest nesting that a strict reader accepts.
const MAX_DEPTH: usize = 64;
/// Largest number of members of one object that a strict reader accepts.
const MAX_KEYS: usize = 10_000;

/// One walk over one document.
///
/// `broken` holds the pointers of values that are invalid by themselves. Rules skip them, so that each mistake is
/// reported once.
pub(super) struct Checker<'a> {
    spec: &'a Spec,
    target: Option<&'a Version>,
    mode: Mode,
    world: &'a dyn World,
    own: &'a str,
    /// Current location of the walk.
    pointer: String,
    findings: Vec<Finding>,
    broken: HashSet<String>,
    /// Bytes of pointers that may still be listed.
    pointer_bytes_left: usize,
    /// Whether a mistake was not listed.
    is_full: bool,
    /// Single-use objects that were referred to, by collection and key.
    used: HashSet<(String, String)>,
}

impl<'a> Checker<'a> {
    pub(super) fn new(
        spec: &'a Spec,
        target: Option<&'a Version>,
        mode: Mode,
        world: &'a dyn World,
        own: &'a str,
    ) -> Self {
        Self {
            spec,
            target,
            mode,
            world,
            own,
            pointer: String::new(),
            findings: Vec::new(),
            broken: HashSet::new(),
            pointer_bytes_left: MAX_POINTER_BYTES,
            is_full: false,
            used: HashSet::new(),
        }
    }

    /// Checks a whole body of this length, and returns what is stored if there are no errors.
    pub(super) fn endpoint(&mut self, endpoint: &Endpoint, bytes: usize, doc: &Doc) -> Value {
        let body = endpoint.request.as_ref();
        let wrapped = self.is_wrapped(endpoint, doc);
        if self.exceeds_limits(bytes, doc) {
            return Value::Null;
        }
        if self.is_strict() {
            if !is_in(&endpoint.versions, self.target) {
                self.report("not-in-version", "the target version does not have this endpoint");
            }
            if wrapped {
                self.invalid(
                    "response-wrapper",
                    "this is a response that holds a body, not a body",
                );
                return Value::Null;
            }
        }
        // No body has the keys of a wrapper, not even where the spec does not know all keys.
        let empty = Doc::Object(Vec::new());
        let doc = if wrapped { &empty } else { doc };
        match body {
            Some(body) => self.value(&body.ty, &body.constraint, doc),
            // The spec does not know what belongs here.
            None if endpoint.completeness != Completeness::Complete => self.unchanged(doc),
            None => doc.to_value(),
        }
    }

    /// Checks a whole body that no type describes: an object whose members have these names.
    pub(super) fn members(&mut self, names: &[&str], bytes: usize, doc: &Doc) -> Value {
        if self.exceeds_limits(bytes, doc) {
            return Value::Null;
        }
        let Doc::Object(members) = doc else { return self.wrong_type(doc, "an object") };
        for (key, _) in members.iter().filter(|(key, _)| !names.contains(&key.as_str())) {
            self.below(key, |checker| checker.unknown_key("unknown key"));
        }
        self.unchanged(doc)
    }

    /// Whether a document exceeds the limits of a strict reader. Reports it.
    fn exceeds_limits(&mut self, bytes: usize, doc: &Doc) -> bool {
        let exceeds = self.is_strict()
            && (bytes > MAX_BODY_BYTES || doc.depth() > MAX_DEPTH || doc.most_keys() > MAX_KEYS);
        if exceeds {
            self.invalid(
                "limit-exceeded",
                "the document is longer, deeper or wider than the limits allow",
            );
        }
        exceeds
    }

    /// Checks a value of a named type.
    pub(super) fn def(&mut self, def: &TypeDef, doc: &Doc) -> Value {
        match def {
            _ if *doc == Doc::Null => self.null(),
            TypeDef::Struct(def) => self.object(def, doc),
            TypeDef::Union(def) => self.union(def, doc),
            TypeDef::Enum(def) => self.enum_value(def, doc, "not-in-enum"),
        }
    }

    /// Returns all findings.
    pub(super) fn into_findings(self) -> Vec<Finding> {
        self.findings
    }

    fn is_strict(&self) -> bool {
        self.mode == Mode::Strict
    }

    fn named(&mut self, name: &str, doc: &Doc) -> Value {
        match self.spec.type_def(name) {
            Some(def) => self.def(def, doc),
            // The lints of the spec refuse a name that leads nowhere.
            None => self.unchanged(doc),
        }
    }

    fn object(&mut self, def: &Struct, doc: &Doc) -> Value {
        let Doc::Object(members) = doc else { return self.wrong_type(doc, "an object") };
        self.duplicates(members);
        let mut stored = Map::new();
        for (key, value) in members {
            self.below(key, |checker| {
                if let Some(value) = checker.member(def, key, value) {
                    stored.insert(key.clone(), value);
                }
            });
        }
        for field in &def.fields {
            self.presence(def, field, doc);
        }
        self.rules(def, doc);
        Value::Object(stored)
    }

    /// Checks one member of an object. Returns `None` if the appliance does not know the member and drops it.
    fn member(&mut self, def: &Struct, key: &str, value: &Doc) -> Option<Value> {
        let field = def.field(key);
        match field {
            Some(field) if field.response_only => {
                if def.open {
                    self.unchanged(value);
                } else {
                    self.unknown_key("only responses have this key");
                }
                None
            }
            Some(field) if is_in(&field.versions, self.target) => Some(self.field(field, value)),
            Some(field) => {
                // The appliance drops the key, as it drops any unknown key.
                if self.is_strict() {
                    self.report("not-in-version", "the target version does not have this key");
                    self.field(field, value);
                }
                None
            }
            None if def.open => Some(self.unchanged(value)),
            None => {
                self.unknown_key("unknown key");
                None
            }
        }
    }

    fn field(&mut self, field: &Field, value: &Doc) -> Value {
        match (&field.ty, value) {
            (_, Doc::Null) if field.nullable => Value::Null,
            (FieldType::Named(name), _) if field.tag => match self.spec.type_def(name) {
                Some(TypeDef::Enum(def)) => self.enum_value(def, value, "unknown-selection"),
                _ => self.named(name, value),
            },
            (ty, _) => self.value(ty, &field.constraint, value),
        }
    }

    /// Reports a member that is missing.
    fn presence(&mut self, def: &Struct, field: &Field, doc: &Doc) {
        // Without a target, only what every version has can be demanded.
        let is_demanded = match self.target {
            Some(_) => is_in(&field.versions, self.target),
            None => field.versions.is_always(),
        };
        if field.response_only || !is_demanded || doc.get(&field.name).is_some() {
            return;
        }
        match &field.presence {
            Presence::Optional => {}
            Presence::Required => {
                self.below(&field.name, |checker| {
                    checker.report("missing-key", "the key is missing");
                });
            }
            Presence::When(condition) => {
                if self.holds(def, doc, condition) == Some(true) {
                    self.below(&field.name, |checker| {
                        checker.report("missing-key", "the key is missing, but its switch is on");
                    });
                }
            }
        }
    }

    fn union(&mut self, def: &Union, doc: &Doc) -> Value {
        let Doc::Object(members) = doc else { return self.wrong_type(doc, "an object") };
        if def.open
            && let Some(Doc::String(tag)) = doc.get(&def.tag)
            && def.variant(tag).is_none()
        {
            return self.unchanged(doc);
        }
        self.duplicates(members);
        let content = self.below(&def.tag, |checker| checker.selection(def, doc.get(&def.tag)));
        // A tag that cannot be read may be that of a variant which no source shows.
        let is_other = def.open && doc.get(&def.tag).is_some();
        let mut stored = Map::new();
        for (key, value) in members {
            match content {
                _ if *key == def.tag => {
                    stored.insert(key.clone(), value.to_value());
                }
                Content::Unknown if is_other || *key == def.content => {
                    self.below(key, |checker| checker.unchanged(value));
                }
                Content::Payload(Payload { ty, constraint, .. }) if *key == def.content => {
                    let value = self.below(key, |checker| checker.value(ty, constraint, value));
                    stored.insert(key.clone(), value);
                }
                _ => self.below(key, |checker| {
                    checker.unknown_key("unknown key for this selection");
                }),
            }
        }
        if matches!(content, Content::Payload(_)) && doc.get(&def.content).is_none() {
            self.below(&def.content, |checker| checker.report("missing-key", "the key is missing"));
        }
        Value::Object(stored)
    }

    /// Returns the content that belongs beside a tag. The current location is that of the tag.
    fn selection<'d>(&mut self, def: &'d Union, tag: Option<&Doc>) -> Content<'d> {
        match tag {
            None => self.report("missing-key", "the key is missing"),
            Some(Doc::Null) => {
                self.null();
            }
            Some(Doc::String(text)) => match def.variant(text) {
                Some(variant)
                    if self.has(
                        &variant.versions,
                        "the target version does not have this selection",
                    ) =>
                {
                    return variant.payload.as_ref().map_or(Content::Nothing, Content::Payload);
                }
                _ => self.invalid("unknown-selection", "unknown selection"),
            },
            Some(other) => {
                self.wrong_type(other, "a string");
            }
        }
        Content::Unknown
    }

    /// Whether the target version has something. A strict reader reports that it does not, and continues.
    fn has(&mut self, versions: &Versions, message: &str) -> bool {
        let known = is_in(versions, self.target);
        if !known && self.is_strict() {
            self.report("not-in-version", message);
        }
        known || self.is_strict()
    }

    fn unknown_key(&mut self, message: &str) {
        if self.is_strict() {
            self.invalid("unknown-key", message);
        }
    }

    /// Stores a value unchanged. A strict reader refuses duplicate keys in it.
    fn unchanged(&mut self, doc: &Doc) -> Value {
        if self.is_strict() {
            self.duplicates_inside(doc);
        }
        doc.to_value()
    }

    fn duplicates_inside(&mut self, doc: &Doc) {
        match doc {
            Doc::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.below(&index.to_string(), |checker| checker.duplicates_inside(item));
                }
            }
            Doc::Object(members) => {
                self.duplicates(members);
                for (key, value) in members {
                    self.below(key, |checker| checker.duplicates_inside(value));
                }
            }
            _ => {}
        }
    }

    /// Reports duplicate keys. A lenient document has none left.
    fn duplicates(&mut self, members: &[(String, Doc)]) {
        let mut seen = HashSet::new();
        for (key, _) in members {
            if !seen.insert(key) {
                self.below(key, |checker| checker.invalid("duplicate-key", "duplicate key"));
            }
        }
    }

    fn null(&mut self) -> Value {
        self.invalid("null-not-allowed", "expected a value, found null");
        Value::Null
    }

    fn wrong_type(&mut self, doc: &Doc, expected: &str) -> Value {
        self.invalid("wrong-type", &format!("expected {expected}, found {}", doc.kind()));
        Value::Null
    }

    /// Reports an invalid value at the current location, and excludes it from rules.
    fn invalid(&mut self, code: &str, message: &str) {
        if self.has_room() {
            self.broken.insert(self.pointer.clone());
        }
        self.report(code, message);
    }

    /// Reports a mistake at the current location. Beyond the limits, reports once that there are more.
    fn report(&mut self, code: &str, message: &str) {
        if self.is_full {
            return;
        }
        let (code, pointer, message) = if self.has_room() {
            self.pointer_bytes_left -= self.pointer.len();
            (code, self.pointer.clone(), message)
        } else {
            self.is_full = true;
            ("limit-exceeded", String::new(), "more mistakes than can be listed")
        };
        self.findings.push(Finding { code: code.to_owned(), pointer, message: message.to_owned() });
    }

    /// Whether a mistake at this location can be listed. After one that cannot, nothing else is reported.
    fn has_room(&self) -> bool {
        !self.is_full
            && self.findings.len() < MAX_FINDINGS
            && self.pointer.len() <= self.pointer_bytes_left
    }

    /// Whether a document is a response around a body: it has a member that carries bodies, which the body itself does
    /// not have, and beside it only `key` and `meta`.
    fn is_wrapped(&self, endpoint: &Endpoint, doc: &Doc) -> bool {
        let declares = |key: &str| match endpoint.request.as_ref().map(|it| &it.ty) {
            Some(FieldType::Named(name)) => match self.spec.type_def(name) {
                Some(TypeDef::Struct(def)) => def.field(key).is_some(),
                Some(TypeDef::Union(def)) => key == def.tag || key == def.content,
                Some(TypeDef::Enum(_)) | None => false,
            },
            _ => false,
        };
        let carries = |key: &str| {
            let is_wrapper = key == "items" || endpoint.wrappers.iter().any(|it| it == key);
            is_wrapper && !declares(key)
        };
        let Doc::Object(members) = doc else { return false };
        members.iter().any(|(key, _)| carries(key))
            && members.iter().all(|(key, _)| carries(key) || key == "key" || key == "meta")
    }

    /// Runs `walk` one segment deeper.
    fn below<R>(&mut self, segment: &str, walk: impl FnOnce(&mut Self) -> R) -> R {
        let length = self.pointer.len();
        push_segment(&mut self.pointer, segment);
        let result = walk(self);
        self.pointer.truncate(length);
        result
    }
}

/// The content that belongs beside the tag of a union.
#[derive(Clone, Copy)]
enum Content<'d> {
    /// Unknown: the tag is invalid.
    Unknown,
    /// No content.
    Nothing,
    /// The content of a variant.
    Payload(&'d Payload),
}
