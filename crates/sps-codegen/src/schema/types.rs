//! Types as definitions, and their members.

use sps_spec::{
    Body, Condition, Enum, Field, FieldType, Format, Presence, Severity, Spec, Struct, TypeDef,
    Union, Versions,
};

use super::{
    SchemaForm,
    condition::{Conditions, all_words},
    format,
    object::{Object, any_of, strings},
    site,
    value::{Definitions, Leaf, value},
};
use crate::{json::Json, page::prose};

/// Name of the definition of what represents an object elsewhere; no type has it, for theirs are capitalized.
const REFERENCE: &str = "reference";

/// The member with the address of a schema, at the top of a file.
const SCHEMA: &str = "$schema";
/// Name of the definition of the body of a file: it has a member that no other value of its type has.
const FILE: &str = "file";

/// Collects the definitions that a body needs.
pub(super) struct Types<'a> {
    pub(super) spec: &'a Spec,
    form: SchemaForm,
    /// Whether this is the body of an object that a file makes with another one.
    pub(super) is_in_new: bool,
    /// Types in the order in which they are met, the body's own first.
    named: Vec<(String, Object)>,
    /// Formats and references, in the order in which they are met.
    others: Vec<(String, Object)>,
}

impl<'a> Types<'a> {
    pub(super) fn new(spec: &'a Spec, form: SchemaForm) -> Self {
        Self { spec, form, is_in_new: false, named: Vec::new(), others: Vec::new() }
    }

    /// Everything that was referred to.
    pub(super) fn definitions(self) -> Object {
        let definitions = self.named.into_iter().chain(self.others);
        definitions.fold(Object::new(), |all, (name, schema)| all.with(&name, schema))
    }

    /// The schema of a body.
    pub(super) fn body(&mut self, body: &'a Body) -> Object {
        let def = body.ty.name().and_then(|name| self.spec.type_def(name));
        match (&body.ty, def) {
            _ if self.form != SchemaForm::Site => self.value_of_body(body),
            (_, Some(def)) => self.file(def),
            (FieldType::Map(inner), None) => {
                let values = value(self, inner, leaf(body), false);
                Object::new()
                    .with("type", "object")
                    .with("properties", Object::new().with(SCHEMA, site::schema_member()))
                    .with("propertyNames", site::plain_names(true))
                    .with("additionalProperties", values)
            }
            (FieldType::String, None) => {
                any_of([self.value_of_body(body), site::text_with_schema(SCHEMA)])
            }
            _ => self.value_of_body(body),
        }
    }

    /// The body of a file, with what only the top of a file may have.
    fn file(&mut self, def: &'a TypeDef) -> Object {
        let at = self.named.len();
        self.named.push((FILE.to_owned(), Object::new()));
        self.named[at].1 = match def {
            TypeDef::Struct(it) => self.structure(it, true),
            TypeDef::Union(it) => self.union(it, true),
            TypeDef::Enum(it) => self.enumeration(it),
        };
        definition(FILE)
    }

    /// The schema of a body that is inside of another document.
    pub(super) fn value_of_body(&mut self, body: &'a Body) -> Object {
        value(self, &body.ty, leaf(body), false)
    }

    fn structure(&mut self, it: &'a Struct, is_file: bool) -> Object {
        let conditions = Conditions { spec: self.spec, form: self.form };
        // What only requests have is no part of a response, but checked where it is in one.
        let response = self.form == SchemaForm::Response;
        let fields: Vec<_> =
            it.fields.iter().filter(|field| response || !field.response_only).collect();
        let mut properties = Object::new();
        for field in &fields {
            properties = properties.with(&field.name, self.field(it, field));
        }
        if is_file {
            properties = properties.with(SCHEMA, site::schema_member());
        }
        let required = fields.iter().filter(|field| {
            // Without a version, only what every version has can be demanded.
            let is_sure = field.presence == Presence::Required && field.versions.is_always();
            is_sure && !(response && field.request_only)
        });
        let required: Vec<_> = required.map(|field| field.name.as_str()).collect();

        let (mut parts, mut unsaid) = (self.switches(it, &fields), Vec::new());
        for rule in self.spec.rules_on(&it.name).filter(|rule| rule.severity == Severity::Error) {
            // The schema has what any version has, so a rule of some versions refuses nothing.
            let said = rule.versions.is_always().then(|| {
                self.formats_of(rule.when.iter().chain([&rule.holds]));
                conditions.rule(it, rule.when.as_ref(), &rule.holds)
            });
            match said.flatten() {
                Some(schema) => {
                    let comment = format!("{}, if not: {}.", rule.code, rule.message);
                    parts.push(Object::new().with("$comment", comment).and(schema).into());
                }
                None => unsaid.push(format!("{} ({})", rule.code, rule.target.join("."))),
            }
        }
        let mut comment: Vec<_> = versions(&it.versions).into_iter().collect();
        if !unsaid.is_empty() {
            comment.push(format!("A schema cannot say: {}.", unsaid.join(", ")));
        }
        if it.open {
            comment.push("No source lists all members; others may be here.".to_owned());
        }
        let others = self.others_of(it.open, is_file);
        self.about(&it.name, &it.doc, &it.source, &comment)
            .with("type", "object")
            .with_some("properties", Some(properties).filter(|it| !it.is_empty()))
            .with_some("required", Some(required).filter(|it| !it.is_empty()).map(strings))
            .and(others)
            .with_some("allOf", Some(parts).filter(|it| !it.is_empty()))
    }

    /// What members may be beside those that the spec knows.
    fn others_of(&mut self, is_open: bool, is_file: bool) -> Object {
        match self.form {
            SchemaForm::Request | SchemaForm::Site if !is_open => {
                Object::new().with("additionalProperties", false)
            }
            SchemaForm::Site => Object::new()
                .with("propertyNames", site::plain_names(is_file))
                // Which names sound like those of secrets, a schema cannot say beside names that it knows.
                .with("additionalProperties", self.anything_of_site(true)),
            _ => Object::new(),
        }
    }

    /// Members that must be there while a condition on their siblings holds, one part for each condition.
    fn switches(&mut self, it: &'a Struct, fields: &[&'a Field]) -> Vec<Json> {
        let conditions = Conditions { spec: self.spec, form: self.form };
        let mut switches: Vec<(&Condition, Vec<&str>)> = Vec::new();
        let response = self.form == SchemaForm::Response;
        for field in fields.iter().filter(|field| !(response && field.request_only)) {
            if let Presence::When(condition) = &field.presence {
                match switches.iter_mut().find(|(known, _)| *known == condition) {
                    Some((_, names)) => names.push(&field.name),
                    None => switches.push((condition, vec![&field.name])),
                }
            }
        }
        self.formats_of(switches.iter().map(|(condition, _)| *condition));
        let parts = switches.into_iter().filter_map(|(condition, names)| {
            let then = Object::new().with("required", strings(names));
            let on = conditions.switch(it, condition)?;
            Some(Json::from(Object::new().with("if", on).with("then", then)))
        });
        parts.collect()
    }

    fn union(&mut self, it: &'a Union, is_file: bool) -> Object {
        let words: Vec<_> = it.variants.iter().map(|it| it.value.as_str()).collect();
        let docs = it.variants.iter().map(|it| (it.value.as_str(), it.doc.as_str(), &it.versions));
        let tag = Object::new()
            .with("description", format!("What `{}` holds. {}", it.content, self::words(docs)))
            .and(self.one_of(&words, it.open));
        let mut parts: Vec<Json> = Vec::new();
        for variant in &it.variants {
            let chosen = Object::new().with("required", strings([&it.tag])).with(
                "properties",
                Object::new().with(&it.tag, Object::new().with("const", variant.value.as_str())),
            );
            let then = match &variant.payload {
                Some(payload) => {
                    let leaf = Leaf {
                        constraint: &payload.constraint,
                        example: payload.example.as_ref().filter(|_| !payload.sensitive),
                        name: &it.content,
                        is_sensitive: payload.sensitive,
                    };
                    let content = Object::new()
                        .with("description", variant.doc.as_str())
                        .and(value(self, &payload.ty, leaf, false))
                        .with_some("writeOnly", payload.sensitive.then_some(true));
                    Object::new()
                        .with("required", strings([&it.content]))
                        .with("properties", Object::new().with(&it.content, content))
                }
                None if self.form.is_sent() => {
                    Object::new().with("properties", Object::new().with(&it.content, false))
                }
                None => continue,
            };
            parts.push(Object::new().with("if", chosen).with("then", then).into());
        }
        if self.form.is_sent() && it.open {
            // Only a variant that no source shows may have other members.
            let known = Object::new().with(&it.tag, Object::new().with("enum", strings(&words)));
            let known =
                Object::new().with("required", strings([&it.tag])).with("properties", known);
            let names = [&*it.tag, &it.content].into_iter().chain(is_file.then_some(SCHEMA));
            let names = Object::new().with("enum", strings(names));
            let then = Object::new().with("propertyNames", names);
            parts.push(Object::new().with("if", known).with("then", then).into());
        }
        let comment: Vec<_> = versions(&it.versions).into_iter().collect();
        let mut members = Object::new().with(&it.tag, tag).with(&it.content, true);
        if is_file {
            members = members.with(SCHEMA, site::schema_member());
        }
        let others = self.others_of(it.open, is_file);
        self.about(&it.name, &it.doc, &it.source, &comment)
            .with("type", "object")
            .with("properties", members)
            .with("required", strings([&it.tag]))
            .and(others)
            .with_some("allOf", Some(parts).filter(|it| !it.is_empty()))
    }

    fn enumeration(&mut self, it: &'a Enum) -> Object {
        let docs = it.values.iter().map(|it| (it.value.as_str(), it.doc.as_str(), &it.versions));
        let aliases = it.values.iter().flat_map(|value| {
            value.aliases.iter().map(move |alias| format!(" `{alias}` means `{}`.", value.value))
        });
        let doc = format!("{} {}{}", it.doc, words(docs), aliases.collect::<String>());
        let comment: Vec<_> = versions(&it.versions).into_iter().collect();
        let words = all_words(it);
        self.about(&it.name, &doc, &it.source, &comment).and(self.one_of(&words, it.open))
    }

    /// These words; in a response others too, which are kept, and where no source lists all.
    fn one_of(&self, words: &[&str], open: bool) -> Object {
        let known = Object::new().with("enum", strings(words));
        let one = Object::new().with("type", "string");
        match self.form {
            SchemaForm::Request | SchemaForm::Site if !open => one.and(known),
            _ => {
                let other = Object::new().with("$comment", "A word that no source shows.");
                one.with("anyOf", vec![Json::from(known), other.into()])
            }
        }
    }

    fn field(&mut self, on: &'a Struct, field: &'a Field) -> Object {
        let mut text = field.doc.clone();
        if let Some(unit) = &field.unit {
            text = format!("{text} Unit: {unit}.");
        }
        if let FieldType::Ref(to) = field.ty.leaf() {
            text = match self.form {
                SchemaForm::Site => format!("{text} An object of `{to}`."),
                _ => format!("{text} Key of an object of `{to}`."),
            };
        }
        if let Presence::When(condition) = &field.presence {
            let condition = prose::condition(condition);
            text = format!("{text} Must be there when {condition}, and has no effect else.");
        }
        if let Some(inferred) = &field.inferred {
            text = format!("{text} Inferred: {inferred}.");
        }
        if field.source != on.source {
            text = format!("{text}{}", self.source(&field.source));
        }
        let mut comment: Vec<_> = versions(&field.versions).into_iter().collect();
        if let FieldType::Ref(to) = field.ty.leaf()
            && self.spec.endpoint(to).is_some_and(|it| it.single_use)
        {
            comment.push("Each object may be referred to once only.".to_owned());
        }
        if field.authenticated {
            comment.push("Only a client that is logged in gets it.".to_owned());
        }
        let default =
            field.default.as_ref().filter(|_| !field.sensitive && field.ty.leaf() == &field.ty);
        let leaf = Leaf {
            constraint: &field.constraint,
            example: field.example.as_ref().filter(|_| !field.sensitive),
            name: &field.name,
            is_sensitive: field.sensitive,
        };
        Object::new()
            .with("description", text)
            .with_some("$comment", Some(comment.join(" ")).filter(|it| !it.is_empty()))
            .and(value(self, &field.ty, leaf, field.nullable))
            .with_some("default", default)
            .with_some("writeOnly", (field.sensitive || field.request_only).then_some(true))
            .with_some("readOnly", field.response_only.then_some(true))
    }

    /// Makes the definitions that conditions refer to.
    fn formats_of<'p>(&mut self, conditions: impl IntoIterator<Item = &'p Condition>) {
        for condition in conditions {
            match condition {
                Condition::Format { format, .. } => {
                    self.format(*format);
                }
                Condition::All(parts) | Condition::Any(parts) => self.formats_of(parts),
                Condition::Not(inner) => self.formats_of([&**inner]),
                _ => {}
            }
        }
    }

    /// A reference to a definition, which is made if this is the first one.
    pub(super) fn define(&mut self, name: &str, make: impl FnOnce(&mut Self) -> Object) -> Object {
        if !self.others.iter().any(|(known, _)| known == name) {
            let at = self.others.len();
            // Before what is inside, which may refer to it.
            self.others.push((name.to_owned(), Object::new()));
            let schema = make(self);
            self.others[at].1 = schema;
        }
        definition(name)
    }

    /// The head of a definition.
    fn about(&self, name: &str, doc: &str, source: &str, comment: &[String]) -> Object {
        Object::new()
            .with("title", name)
            .with("description", format!("{doc}{}", self.source(source)))
            .with_some("$comment", Some(comment.join(" ")).filter(|it| !it.is_empty()))
    }

    fn source(&self, id: &str) -> String {
        self.spec.source(id).map(|it| format!(" Source: {}.", it.name())).unwrap_or_default()
    }
}

impl Definitions for Types<'_> {
    fn form(&self) -> SchemaForm {
        self.form
    }

    /// A reference to the definition of the type, which is made if this is the first one.
    fn named(&mut self, name: &str) -> Object {
        let own = self.own_name(name);
        if !self.named.iter().any(|(known, _)| *known == own) {
            let at = self.named.len();
            // Before what is inside: a type may contain itself.
            self.named.push((own.clone(), Object::new()));
            let schema = match self.spec.type_def(name) {
                Some(TypeDef::Struct(it)) => self.structure(it, false),
                Some(TypeDef::Union(it)) => self.union(it, false),
                Some(TypeDef::Enum(it)) => self.enumeration(it),
                None => Object::new(),
            };
            self.named[at].1 = schema;
        }
        definition(&own)
    }

    /// What is in a response for an object elsewhere.
    fn reference(&mut self) -> Object {
        self.define(REFERENCE, |_| {
            let member = |text: &str| Object::new().with("description", text);
            let key = || Object::new().with("type", "string").with("minLength", 1);
            let members = Object::new()
                .with("key", member("The key of the object.").and(key()))
                .with("meta", member("Where the object is."))
                .with("body", member("The object itself. Versions from 6.1.0 may embed it."));
            let object = Object::new()
                .with("type", "object")
                .with("properties", members)
                .with("required", strings(["key"]));
            Object::new()
                .with("description", "An object elsewhere: its key, and where it is.")
                .with("anyOf", vec![Json::from(object), key().into()])
        })
    }

    /// A reference to the definition of a format.
    fn format(&mut self, format: Format) -> Object {
        self.define(format.name(), |_| format::definition(format))
    }

    fn text(&mut self, plain: Object, leaf: Leaf<'_>) -> Object {
        match self.form {
            SchemaForm::Site => self.text_of_site(plain, leaf),
            _ => plain,
        }
    }

    fn key(&mut self, plain: Object, to: &str, is_nullable: bool) -> Object {
        match self.form {
            SchemaForm::Site => self.reference_of_site(to, is_nullable),
            _ => plain,
        }
    }

    fn any(&mut self, leaf: Leaf<'_>) -> Object {
        match self.form {
            SchemaForm::Site => {
                self.anything_of_site(self.is_in_new || site::is_secret_name(leaf.name))
            }
            _ => Object::new(),
        }
    }

    fn map(&mut self, plain: Object) -> Object {
        match self.form {
            SchemaForm::Site => plain.with("propertyNames", site::plain_names(false)),
            _ => plain,
        }
    }
}

pub(super) fn definition(name: &str) -> Object {
    Object::new().with("$ref", format!("#/$defs/{name}"))
}

fn leaf(body: &Body) -> Leaf<'_> {
    let example = body.example.as_ref();
    Leaf { constraint: &body.constraint, example, name: "", is_sensitive: false }
}

/// What the words mean, one sentence each.
pub(crate) fn words<'w>(words: impl Iterator<Item = (&'w str, &'w str, &'w Versions)>) -> String {
    let sentences = words.map(|(word, doc, versions)| {
        let versions = self::versions(versions).map(|it| format!(" {it}")).unwrap_or_default();
        format!("`{word}`: {doc}{versions}")
    });
    sentences.collect::<Vec<_>>().join(" ")
}

/// The versions that have something, as a sentence.
fn versions(it: &Versions) -> Option<String> {
    let text = prose::versions(it)?;
    let mut letters = text.chars();
    let first = letters.next()?.to_uppercase();
    Some(format!("{}{}.", first, letters.as_str()))
}
