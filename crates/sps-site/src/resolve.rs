//! The notations of one file: found, checked against the place where they are, and brought into site form.

mod file;
mod reference;

use std::path::Path;

use serde_json::{Map, Value};
use sps_model::{
    EndpointInfo, shape,
    validate::{
        Constraint, Diagnostic, Form, Kind, Shape, Span, Target, Type,
        format::Format,
        is_secret_name,
        json::{self, Member, Node, escape_pointer_segment},
        suggest,
    },
};

use crate::{
    code,
    label::Label,
    notation::{Notation, SecretSource},
    place::{self, Places},
    problem::{did_you_mean, error, warning},
};

pub(crate) use self::file::TextFiles;

/// The key of the address of a schema, which editors read at the top of a file and which is never sent.
pub(crate) const SCHEMA_KEY: &str = "$schema";

/// A value that a request has in another form than the file.
#[derive(Clone)]
pub(crate) struct Spot {
    /// Where it is.
    pub(crate) pointer: String,
    /// The bytes of the file.
    pub(crate) span: Span,
    /// What is there.
    pub(crate) what: What,
}

/// What a [`Spot`] has.
#[derive(Clone)]
pub(crate) enum What {
    /// A reference to the object with this label.
    Ref { label: Label, endpoint: &'static EndpointInfo, has_part: bool },
    /// A secret; `target` is the collection of passwords, if it becomes an object of its own. Without it, the constraint is
    /// that of the text.
    Secret { source: SecretSource, target: Option<&'static Target>, constraint: Constraint },
    /// A single-use object; its body is checked by itself.
    New { target: &'static Target },
    /// The text of a file, or a certificate with other line ends than the request has.
    Text(String),
    /// Something that is reported already: nothing else is said about it.
    Broken,
}

/// The notations of a file, resolved.
#[derive(Default)]
pub(crate) struct Resolved {
    /// The body in site form; not complete if there are errors.
    pub(crate) body: Value,
    /// The notations in the order of the file.
    pub(crate) spots: Vec<Spot>,
    /// What is wrong with them.
    pub(crate) problems: Vec<Diagnostic>,
    /// Spans that must not be printed.
    pub(crate) sensitive: Vec<Span>,
}

/// Where the notations of a file are looked up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Surroundings<'s> {
    /// The endpoints.
    pub(crate) places: &'s Places,
    /// The texts of `$file`.
    pub(crate) texts: &'s TextFiles,
    /// The file, relative to the root of the tree.
    pub(crate) file: &'s Path,
}

/// The collection of passwords, which `$secret` makes.
const PASSWORDS: &str = "passwords";

/// Resolves the notations of a body.
pub(crate) fn resolve(
    root: &Node<'_>,
    endpoint: &'static EndpointInfo,
    surroundings: Surroundings<'_>,
) -> Resolved {
    let (kind, constraint) = match endpoint.subject(Form::Request) {
        Some(subject) => (subject.body, subject.constraint),
        None => (Kind::Any, Constraint::NONE),
    };
    let (pointer, resolved) = (String::new(), Resolved::default());
    let mut walk = Walk { surroundings, pointer, resolved, in_new: false };
    let body = walk.value(At { kind, constraint, key: "" }, root);
    Resolved { body, ..walk.resolved }
}

/// What belongs at a place.
#[derive(Debug, Clone, Copy)]
struct At<'k> {
    kind: Kind,
    constraint: Constraint,
    /// The nearest key above.
    key: &'k str,
}

impl At<'_> {
    /// Whether a secret belongs here.
    fn is_secret(&self) -> bool {
        match self.kind.peeled() {
            Kind::Secret => true,
            Kind::String | Kind::Any => is_secret_name(self.key),
            _ => false,
        }
    }
}

struct Walk<'s> {
    surroundings: Surroundings<'s>,
    pointer: String,
    resolved: Resolved,
    /// Whether the walk is inside of a `$new`.
    in_new: bool,
}

impl Walk<'_> {
    fn value(&mut self, at: At<'_>, node: &Node<'_>) -> Value {
        match (&node.value, at.kind.peeled()) {
            (json::Value::Null, _) => Value::Null,
            (json::Value::Bool(it), _) => Value::Bool(*it),
            // The scanner has checked that it is a number. One that is too large for JSON is an error of the check.
            (json::Value::Number(token), _) => serde_json::from_str(token).unwrap_or_default(),
            (json::Value::String(text), Kind::Reference(target)) => self.key(target, node, text),
            (json::Value::String(text), kind) => {
                if matches!(kind, Kind::Secret) || text.contains("PRIVATE KEY-----") {
                    self.plain_secret(node);
                }
                match at.constraint.format {
                    Some(Format::PemCertificate) => self.certificate(node, text),
                    _ => Value::String(text.to_string()),
                }
            }
            (json::Value::Array(items), _) => {
                let at = At { kind: shape::element(at.kind), ..at };
                let items = items.iter().enumerate();
                items
                    .map(|(index, it)| self.below(&index.to_string(), |walk| walk.value(at, it)))
                    .collect()
            }
            (json::Value::Object(members), _) => self.object(at, node, members),
        }
    }

    fn object(&mut self, at: At<'_>, node: &Node<'_>, members: &[Member<'_>]) -> Value {
        let is_top = self.pointer.is_empty();
        let is_schema = |member: &Member<'_>| is_top && member.key == SCHEMA_KEY;
        if let Some(it) = members.iter().find(|it| is_schema(it) && it.value.as_str().is_none()) {
            let message = format!("`{SCHEMA_KEY}` takes a string, found {}", it.value.kind_name());
            let help = "write the address of a schema, or remove it";
            let pointer = format!("/{SCHEMA_KEY}");
            let problem = error(code::INVALID_NOTATION, &pointer, it.value.span, message, help);
            self.resolved.problems.push(problem);
            self.resolved.sensitive.push(it.value.span);
        }
        let mut sent = members.iter().filter(|member| !is_schema(member));
        if let Some(notation) = sent.clone().find(|member| member.key.starts_with('$')) {
            let is_alone = sent.nth(1).is_none();
            return self.notation(at, node, notation, is_alone);
        }
        let tag = tag_of(at.kind, node);
        let body = members.iter().filter(|member| !is_schema(member)).map(|member| {
            let (kind, constraint) = facts(at, tag.as_deref(), &member.key);
            let at = At { kind, constraint, key: &member.key };
            let value = self.below(&member.key, |walk| walk.value(at, &member.value));
            (member.key.to_string(), value)
        });
        Value::Object(body.collect::<Map<_, _>>())
    }

    /// A value in place of which is a notation.
    fn notation(
        &mut self,
        at: At<'_>,
        node: &Node<'_>,
        member: &Member<'_>,
        is_alone: bool,
    ) -> Value {
        let key = &*member.key;
        let value = &member.value;
        if !Notation::KEYS.contains(&key) {
            let near = suggest::nearest(key, Notation::KEYS).first().copied();
            let help = match near {
                Some(_) => did_you_mean(near),
                None => format!("the notations are {}", words(&Notation::KEYS)),
            };
            return self.invalid(node, member.key_span, "unknown notation".to_owned(), help);
        }
        if !is_alone {
            let message = format!("`{key}` has other keys beside it");
            let help = "a notation is an object with one key, in place of a whole value";
            return self.invalid(node, member.key_span, message, help);
        }
        match (key, &value.value) {
            ("$ref", json::Value::String(text)) => self.reference(at, node, text),
            ("$secret", json::Value::String(text)) => self.secret(at, node, value, text),
            ("$new", json::Value::Object(_)) => self.new_object(at, node, value),
            ("$file", json::Value::String(text)) => self.file(at, node, text),
            _ => {
                let expected = if key == "$new" { "an object: the body" } else { "a string" };
                let message = format!("`{key}` takes {expected}, found {}", value.kind_name());
                let help = match (&value.value, at.kind.peeled()) {
                    (_, Kind::Reference(target)) if key == "$new" => {
                        example_of_new(collection(target))
                    }
                    (json::Value::Number(_) | json::Value::Bool(_), _) if key != "$new" => {
                        format!("quote it; {}", example(key))
                    }
                    _ => example(key).to_owned(),
                };
                self.invalid(node, value.span, message, help)
            }
        }
    }

    fn secret(&mut self, at: At<'_>, node: &Node<'_>, value: &Node<'_>, text: &str) -> Value {
        let source = SecretSource::parse(text).filter(|source| match source {
            SecretSource::Keep => true,
            SecretSource::Env(it)
            | SecretSource::File(it)
            | SecretSource::Prompt(it)
            | SecretSource::Command(it) => !it.is_empty(),
        });
        let Some(source) = source else {
            // It may be the secret itself.
            let message = "unknown source of a secret".to_owned();
            return self.invalid(node, value.span, message, example("$secret"));
        };
        let target = match at.kind.peeled() {
            Kind::Reference(target) if is_passwords(target) => Some(target),
            // What cannot be listed has no label, and can only stay.
            Kind::Reference(target) if target.single_use && source == SecretSource::Keep => {
                Some(target)
            }
            Kind::Any if self.in_new || source == SecretSource::Keep => None,
            _ if at.is_secret() => None,
            Kind::Reference(target) if target.single_use => {
                let help = "write {\"$new\": {…}} with the body of the object, and the secrets in it as {\"$secret\": …}";
                let message = "`$secret` is a text, and an object belongs here".to_owned();
                return self.misplaced(node, message, help);
            }
            _ => {
                let message =
                    "`$secret` belongs only where the appliance keeps a secret; here it would be shown".to_owned();
                return self.misplaced(node, message, "write the value itself");
            }
        };
        if self.in_new && source == SecretSource::Keep {
            let message = "a new object has no value that could be kept".to_owned();
            let help = "write \"env:NAME\", \"file:PATH\", \"prompt:TEXT\" or \"command:LINE\"";
            return self.misplaced(node, message, help);
        }
        self.spot(node, What::Secret { source, target, constraint: at.constraint });
        Notation::Secret(text).to_value()
    }

    fn new_object(&mut self, at: At<'_>, node: &Node<'_>, value: &Node<'_>) -> Value {
        let Kind::Reference(target) = at.kind.peeled() else {
            let message = "`$new` belongs only where a reference does".to_owned();
            return self.misplaced(node, message, "write the value itself");
        };
        if !target.single_use || self.in_new {
            let message = format!("`$new` cannot make an object of `{}`", collection(target));
            let help = "it makes passwords, certificates and private keys, which serve one user; give other objects a file of their own, and refer to them with {\"$ref\": …}";
            return self.misplaced(node, message, help);
        }
        if is_blank(value) {
            let message = "`$new` describes no object: none of its members has a value".to_owned();
            return self.invalid(node, value.span, message, example_of_new(collection(target)));
        }
        if let Some([member]) = value.members()
            && Notation::KEYS.contains(&&*member.key)
        {
            let message = format!("`$new` takes the members of an object, found `{}`", member.key);
            return self.invalid(node, value.span, message, example_of_new(collection(target)));
        }
        self.spot(node, What::New { target });
        let subject = self
            .surroundings
            .places
            .endpoint(collection(target))
            .and_then(|endpoint| endpoint.subject(Form::Request));
        let (kind, constraint) = match subject {
            Some(subject) => (subject.body, subject.constraint),
            None => (Kind::Any, Constraint::NONE),
        };
        self.in_new = true;
        let body = self.below("$new", |walk| walk.value(At { kind, constraint, key: "" }, value));
        self.in_new = false;
        Notation::New(&body).to_value()
    }

    /// Warns of a secret in the file itself.
    fn plain_secret(&mut self, node: &Node<'_>) {
        self.resolved.sensitive.push(node.span);
        let message = "the secret is in the file itself, and all who read the file know it";
        let help = "replace it with {\"$secret\": \"env:NAME\"} or another source";
        let diagnostic = warning(code::PLAIN_SECRET, &self.pointer, node.span, message, help);
        self.resolved.problems.push(diagnostic);
    }

    fn invalid(
        &mut self,
        node: &Node<'_>,
        span: Span,
        message: String,
        help: impl Into<String>,
    ) -> Value {
        self.broken(node, error(code::INVALID_NOTATION, &self.pointer, span, message, help))
    }

    fn misplaced(&mut self, node: &Node<'_>, message: String, help: impl Into<String>) -> Value {
        self.broken(node, error(code::MISPLACED_NOTATION, &self.pointer, node.span, message, help))
    }

    /// Reports a notation. Its values are hidden, because one may be a secret.
    fn broken(&mut self, node: &Node<'_>, diagnostic: Diagnostic) -> Value {
        let members = node.members().unwrap_or_default();
        self.resolved.sensitive.extend(members.iter().map(|member| member.value.span));
        self.resolved.problems.push(diagnostic);
        self.spot(node, What::Broken);
        Value::Null
    }

    fn spot(&mut self, node: &Node<'_>, what: What) {
        let spot = Spot { pointer: self.pointer.clone(), span: node.span, what };
        self.resolved.spots.push(spot);
    }

    /// Runs `walk` one segment further down.
    fn below<R>(&mut self, segment: &str, walk: impl FnOnce(&mut Self) -> R) -> R {
        let depth = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&escape_pointer_segment(segment));
        let result = walk(self);
        self.pointer.truncate(depth);
        result
    }
}

/// The value of the tag, if the object is a union.
fn tag_of(kind: Kind, node: &Node<'_>) -> Option<String> {
    let Kind::Named(ty) = kind.peeled() else { return None };
    let Shape::Union { tag, .. } = ty.shape else { return None };
    node.get(tag)?.as_str().map(str::to_owned)
}

/// What belongs under a key of an object.
fn facts(at: At<'_>, tag: Option<&str>, key: &str) -> (Kind, Constraint) {
    let kind = shape::member(at.kind, tag, key).unwrap_or(Kind::Any);
    let constraint = match at.kind.peeled() {
        Kind::Map(_) | Kind::Ordered(_) => at.constraint,
        Kind::Named(ty) => {
            index_of(ty, tag, key).map_or(Constraint::NONE, |it| ty.member(it).constraint)
        }
        _ => Constraint::NONE,
    };
    (kind, constraint)
}

/// The number of the member of a type that has the facts about a key.
fn index_of(ty: &Type, tag: Option<&str>, key: &str) -> Option<usize> {
    match ty.shape {
        Shape::Struct { fields, .. } => fields.iter().position(|field| field.name == key),
        Shape::Union { content, variants, .. } if key == content => {
            variants.iter().position(|variant| Some(variant.value) == tag)
        }
        _ => None,
    }
}

/// The path of the collection that a reference points into, below `/api/configuration/`.
pub(crate) fn collection(target: &'static Target) -> &'static str {
    place::plain(target.path)
}

/// Whether a reference points to a password.
fn is_passwords(target: &'static Target) -> bool {
    collection(target) == PASSWORDS
}

fn example(key: &str) -> &'static str {
    match key {
        "$ref" => "write {\"$ref\": \"policies/time_policies/office\"}",
        "$secret" => {
            "write \"env:NAME\", \"file:PATH\", \"prompt:TEXT\" or \"command:LINE\"; \"keep\" leaves what the appliance has"
        }
        "$new" => "write {\"$new\": {\"plain\": {\"$secret\": \"env:NAME\"}}}",
        _ => "write {\"$file\": \"ca.pem\"}",
    }
}

/// How a reference to an object of a collection is written in a file.
pub(crate) fn write_reference(collection: &str, places: &Places) -> String {
    match places.collection(collection) {
        _ if collection == PASSWORDS => "write {\"$secret\": \"env:NAME\"}".to_owned(),
        Some(endpoint) if !place::has_names(endpoint) => example_of_new(collection),
        _ => format!("write {{\"$ref\": \"{collection}/NAME\"}}"),
    }
}

/// How an object of a collection is made with its user.
fn example_of_new(collection: &str) -> String {
    if collection == PASSWORDS {
        return example("$new").to_owned();
    }
    format!(
        "write {{\"$new\": {{…}}}} with the body of an object of `{collection}`, and the secrets in it as {{\"$secret\": …}}"
    )
}

/// Whether an object has no member with a value: a password of nothing would be made silently.
fn is_blank(object: &Node<'_>) -> bool {
    let has_value = |it: &Member<'_>| match &it.value.value {
        json::Value::Null => false,
        json::Value::String(text) => !text.is_empty(),
        json::Value::Array(items) => !items.is_empty(),
        json::Value::Object(members) => !members.is_empty(),
        json::Value::Bool(_) | json::Value::Number(_) => true,
    };
    !object.members().unwrap_or_default().iter().any(has_value)
}

fn words(names: &[&str]) -> String {
    names.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
}
