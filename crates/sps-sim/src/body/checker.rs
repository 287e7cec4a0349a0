//! The walk over a document: what is wrong with it, and what of it is stored.

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

/// How many findings are listed.
const MAX_FINDINGS: usize = 1000;
/// How many bytes their pointers have together: a hostile document may have very long keys.
const MAX_POINTERS: usize = 1024 * 1024;
/// What a strict reader takes: length in bytes, levels of nesting, members of one object.
const MAX_BYTES: usize = 16 * 1024 * 1024;
const MAX_DEPTH: usize = 64;
const MAX_KEYS: usize = 10_000;

/// One walk over one document.
///
/// Every value that is wrong by itself is in `broken`, by its pointer: rules do not look at it, so that one mistake is
/// not told twice.
pub(super) struct Judge<'a> {
    spec: &'a Spec,
    target: Option<&'a Version>,
    mode: Mode,
    world: &'a dyn World,
    own: &'a str,
    /// Where the walk stands.
    pointer: String,
    findings: Vec<Finding>,
    broken: HashSet<String>,
    /// How many bytes of pointers may still be listed.
    room: usize,
    /// Whether there was a mistake that is not listed.
    is_full: bool,
    /// Objects for one use that were referred to, by collection and key.
    used: HashSet<(String, String)>,
}

impl<'a> Judge<'a> {
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
            room: MAX_POINTERS,
            is_full: false,
            used: HashSet::new(),
        }
    }

    /// Judges a whole body of so many bytes, and gives what is to be stored if nothing is wrong.
    pub(super) fn endpoint(&mut self, endpoint: &Endpoint, bytes: usize, doc: &Doc) -> Value {
        let body = endpoint.request.as_deref().and_then(|name| self.spec.type_def(name));
        let wrapped = is_wrapped(endpoint, body, doc);
        if self.is_beyond_measure(bytes, doc) {
            return Value::Null;
        }
        if self.is_strict() {
            if !is_in(&endpoint.versions, self.target) {
                self.report("not-in-version", "the target version does not have this endpoint");
            }
            if wrapped {
                self.find("response-wrapper", "this is an answer with a body in it, not a body");
                return Value::Null;
            }
        }
        // No appliance has the keys of a wrapper in a body, not even where others are unknown to us.
        let nothing = Doc::Object(Vec::new());
        let doc = if wrapped { &nothing } else { doc };
        match body {
            Some(def) => self.def(def, doc),
            // The appliance knows what belongs here, and we do not.
            None if endpoint.completeness != Completeness::Complete => self.kept(doc),
            None => doc.to_value(),
        }
    }

    /// Judges a whole body of so many bytes that no type describes: an object whose members have these names.
    pub(super) fn members(&mut self, names: &[&str], bytes: usize, doc: &Doc) -> Value {
        if self.is_beyond_measure(bytes, doc) {
            return Value::Null;
        }
        let Doc::Object(members) = doc else { return self.wrong_type(doc, "an object") };
        for (key, _) in members.iter().filter(|(key, _)| !names.contains(&key.as_str())) {
            self.below(key, |judge| judge.unknown_key("there is no such key"));
        }
        self.kept(doc)
    }

    /// Whether a strict reader gives up on a document before it looks inside; it says so.
    fn is_beyond_measure(&mut self, bytes: usize, doc: &Doc) -> bool {
        let beyond = self.is_strict()
            && (bytes > MAX_BYTES || doc.depth() > MAX_DEPTH || doc.most_keys() > MAX_KEYS);
        if beyond {
            self.find("limit-exceeded", "the document is longer, deeper or wider than any body");
        }
        beyond
    }

    /// Judges a value of a named type alone.
    pub(super) fn def(&mut self, def: &TypeDef, doc: &Doc) -> Value {
        match def {
            _ if *doc == Doc::Null => self.null(),
            TypeDef::Struct(def) => self.object(def, doc),
            TypeDef::Union(def) => self.union(def, doc),
            TypeDef::Enum(def) => self.word(def, doc, "not-in-enum"),
        }
    }

    /// Everything that was found.
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
            None => self.kept(doc),
        }
    }

    fn object(&mut self, def: &Struct, doc: &Doc) -> Value {
        let Doc::Object(members) = doc else { return self.wrong_type(doc, "an object") };
        self.duplicates(members);
        let mut stored = Map::new();
        for (key, value) in members {
            self.below(key, |judge| {
                if let Some(value) = judge.member(def, key, value) {
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

    /// Judges one member of an object; nothing is stored of what the appliance does not know.
    fn member(&mut self, def: &Struct, key: &str, value: &Doc) -> Option<Value> {
        let field = def.field(key);
        match field {
            Some(field) if field.response_only => {
                if def.open {
                    self.kept(value);
                } else {
                    self.unknown_key("only answers have this key");
                }
                None
            }
            Some(field) if is_in(&field.versions, self.target) => Some(self.field(field, value)),
            Some(field) => {
                // The appliance does not know the key, and drops it like any other that it does not know.
                if self.is_strict() {
                    self.report("not-in-version", "the target version does not have this key");
                    self.field(field, value);
                }
                None
            }
            None if def.open => Some(self.kept(value)),
            None => {
                self.unknown_key("there is no such key");
                None
            }
        }
    }

    fn field(&mut self, field: &Field, value: &Doc) -> Value {
        match (&field.ty, value) {
            (_, Doc::Null) if field.nullable => Value::Null,
            (FieldType::Named(name), _) if field.tag => match self.spec.type_def(name) {
                Some(TypeDef::Enum(def)) => self.word(def, value, "unknown-selection"),
                _ => self.named(name, value),
            },
            (ty, _) => self.value(ty, &field.constraint, value),
        }
    }

    /// Finds out whether a member that must be there is.
    fn presence(&mut self, def: &Struct, field: &Field, doc: &Doc) {
        if field.response_only
            || !is_in(&field.versions, self.target)
            || doc.get(&field.name).is_some()
        {
            return;
        }
        match &field.presence {
            Presence::Optional => {}
            Presence::Required => {
                self.below(&field.name, |judge| judge.report("missing-key", "the key is missing"));
            }
            Presence::When(condition) => {
                if self.holds(def, doc, condition) == Some(true) {
                    self.below(&field.name, |judge| {
                        judge.report("missing-key", "the key is missing, and its switch is on");
                    });
                }
            }
        }
    }

    fn union(&mut self, def: &Union, doc: &Doc) -> Value {
        let Doc::Object(members) = doc else { return self.wrong_type(doc, "an object") };
        self.duplicates(members);
        let content = self.below(&def.tag, |judge| judge.selection(def, doc.get(&def.tag)));
        let mut stored = Map::new();
        for (key, value) in members {
            match content {
                _ if *key == def.tag => {
                    stored.insert(key.clone(), value.to_value());
                }
                Content::Unknown if *key == def.content => {}
                Content::Payload(Payload { ty, constraint, .. }) if *key == def.content => {
                    let value = self.below(key, |judge| judge.value(ty, constraint, value));
                    stored.insert(key.clone(), value);
                }
                _ => self.below(key, |judge| {
                    judge.unknown_key("there is no such key with this selection");
                }),
            }
        }
        if matches!(content, Content::Payload(_)) && doc.get(&def.content).is_none() {
            self.below(&def.content, |judge| judge.report("missing-key", "the key is missing"));
        }
        Value::Object(stored)
    }

    /// What a tag says of the content beside it; the walk stands at the tag.
    fn selection<'d>(&mut self, def: &'d Union, tag: Option<&Doc>) -> Content<'d> {
        match tag {
            None => self.report("missing-key", "the key is missing"),
            Some(Doc::Null) => {
                self.null();
            }
            Some(Doc::String(word)) => match def.variant(word) {
                Some(variant)
                    if self.has(
                        &variant.versions,
                        "the target version does not have this selection",
                    ) =>
                {
                    return variant.payload.as_ref().map_or(Content::Nothing, Content::Payload);
                }
                _ => self.find("unknown-selection", "there is no such selection"),
            },
            Some(other) => {
                self.wrong_type(other, "a string");
            }
        }
        Content::Unknown
    }

    /// Whether a word is known to the appliance. A strict reader says so when it is not, and judges on.
    fn has(&mut self, versions: &Versions, message: &str) -> bool {
        let known = is_in(versions, self.target);
        if !known && self.is_strict() {
            self.report("not-in-version", message);
        }
        known || self.is_strict()
    }

    fn unknown_key(&mut self, message: &str) {
        if self.is_strict() {
            self.find("unknown-key", message);
        }
    }

    /// A value that is kept as it came; no key may stand twice in it either.
    fn kept(&mut self, doc: &Doc) -> Value {
        if self.is_strict() {
            self.duplicates_inside(doc);
        }
        doc.to_value()
    }

    fn duplicates_inside(&mut self, doc: &Doc) {
        match doc {
            Doc::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.below(&index.to_string(), |judge| judge.duplicates_inside(item));
                }
            }
            Doc::Object(members) => {
                self.duplicates(members);
                for (key, value) in members {
                    self.below(key, |judge| judge.duplicates_inside(value));
                }
            }
            _ => {}
        }
    }

    /// Finds repeated keys. A lenient document has none left.
    fn duplicates(&mut self, members: &[(String, Doc)]) {
        let mut seen = HashSet::new();
        for (key, _) in members {
            if !seen.insert(key) {
                self.below(key, |judge| judge.find("duplicate-key", "the key stands twice"));
            }
        }
    }

    fn null(&mut self) -> Value {
        self.find("null-not-allowed", "null, where a value must be");
        Value::Null
    }

    fn wrong_type(&mut self, doc: &Doc, expected: &str) -> Value {
        self.find("wrong-type", &format!("found {}, where {expected} must be", doc.kind()));
        Value::Null
    }

    /// Lists a mistake at the place where the walk stands, and keeps rules away from it.
    fn find(&mut self, code: &str, message: &str) {
        if self.has_room() {
            self.broken.insert(self.pointer.clone());
        }
        self.report(code, message);
    }

    /// Lists a mistake at the place where the walk stands; beyond the limits, says once that there are more.
    fn report(&mut self, code: &str, message: &str) {
        if self.is_full {
            return;
        }
        let (code, pointer, message) = if self.has_room() {
            self.room -= self.pointer.len();
            (code, self.pointer.clone(), message)
        } else {
            self.is_full = true;
            ("limit-exceeded", String::new(), "there are more mistakes than are listed")
        };
        self.findings.push(Finding { code: code.to_owned(), pointer, message: message.to_owned() });
    }

    /// Whether a mistake at this place can be listed. Once one cannot, no rule is reported any more either.
    fn has_room(&self) -> bool {
        !self.is_full && self.findings.len() < MAX_FINDINGS && self.pointer.len() <= self.room
    }

    /// Runs `walk` one segment further down.
    fn below<R>(&mut self, segment: &str, walk: impl FnOnce(&mut Self) -> R) -> R {
        let length = self.pointer.len();
        push_segment(&mut self.pointer, segment);
        let result = walk(self);
        self.pointer.truncate(length);
        result
    }
}

/// What belongs beside the tag of a union.
#[derive(Clone, Copy)]
enum Content<'d> {
    /// Nobody knows: the tag is wrong.
    Unknown,
    /// Nothing.
    Nothing,
    /// The content of a variant.
    Payload(&'d Payload),
}

/// Whether a document is an answer around a body: a member that carries bodies, which the body itself does not have,
/// and beside it nothing but `key` and `meta`.
fn is_wrapped(endpoint: &Endpoint, body: Option<&TypeDef>, doc: &Doc) -> bool {
    let declares = |key: &str| match body {
        Some(TypeDef::Struct(def)) => def.field(key).is_some(),
        Some(TypeDef::Union(def)) => key == def.tag || key == def.content,
        Some(TypeDef::Enum(_)) | None => false,
    };
    let carries = |key: &str| {
        (key == "items" || endpoint.wrappers.iter().any(|wrapper| wrapper == key)) && !declares(key)
    };
    let Doc::Object(members) = doc else { return false };
    members.iter().any(|(key, _)| carries(key))
        && members.iter().all(|(key, _)| carries(key) || key == "key" || key == "meta")
}
