//! Types as components: one for requests, and one for responses where it differs.

use std::collections::HashSet;

use sps_spec::{
    Body, Enum, Field, FieldType, Form, Format, Payload, Presence, Rule, Severity, Spec, Struct,
    TypeDef, Union, Variant,
};

use super::messages::reference;
use crate::{
    json::Json,
    page::{prose, walk::occurs},
    schema::{
        SchemaForm,
        condition::all_words,
        format,
        object::{Object, any_of, strings},
        types::words,
        value::{Definitions, Leaf, value},
    },
};

/// Collects the components that bodies need.
pub(super) struct Schemas<'s> {
    spec: &'s Spec,
    /// Names that components have, so that a type inside itself ends.
    known: HashSet<String>,
    made: Vec<(String, Object)>,
}

impl<'s> Schemas<'s> {
    pub(super) fn new(spec: &'s Spec) -> Self {
        Self { spec, known: HashSet::new(), made: Vec::new() }
    }

    /// The components, sorted by name.
    pub(super) fn into_components(mut self) -> Object {
        self.made.sort_by(|(one, _), (other, _)| one.cmp(other));
        self.made.into_iter().fold(Object::new(), |all, (name, schema)| all.with(&name, schema))
    }

    /// The schema of a body in this form.
    pub(super) fn body(&mut self, body: &'s Body, form: SchemaForm) -> Object {
        let leaf = Leaf {
            constraint: &body.constraint,
            example: body.example.as_ref(),
            name: "",
            is_sensitive: false,
        };
        self.value(&body.ty, leaf, false, form)
    }

    /// A reference to the component of a type in this form, which is made if this is the first one.
    fn named(&mut self, name: &str, form: SchemaForm) -> Object {
        let Some(def) = self.spec.type_def(name) else { return Object::new() };
        let component = component(def, form);
        if self.known.insert(component.clone()) {
            let schema = match def {
                TypeDef::Struct(it) => self.structure(it, form),
                TypeDef::Union(it) => self.union(it, &component, form),
                TypeDef::Enum(it) => enumeration(it),
            };
            self.made.push((component.clone(), schema));
        }
        match (def, form) {
            // Words that no source shows may come.
            (TypeDef::Enum(it), _) if form == SchemaForm::Response || it.open => {
                let other = Object::new().with("type", "string");
                any_of(vec![reference(&component), other])
            }
            _ => reference(&component),
        }
    }

    fn structure(&mut self, it: &'s Struct, form: SchemaForm) -> Object {
        let of_form = match form {
            SchemaForm::Request | SchemaForm::Site => Form::Request,
            SchemaForm::Response => Form::Response,
        };
        let fields: Vec<&Field> = it.fields.iter().filter(|it| occurs(it, of_form)).collect();
        let required: Vec<&str> = fields
            .iter()
            .filter(|field| field.presence == Presence::Required && field.versions.is_always())
            .filter(|field| form == SchemaForm::Request || !field.authenticated)
            .map(|field| field.name.as_str())
            .collect();
        let mut text = it.doc.clone();
        for rule in self.spec.rules_on(&it.name).filter(|it| it.severity == Severity::Error) {
            text = format!("{text} {}", rule_text(rule));
        }
        let mut properties = Object::new();
        for field in fields {
            properties = properties.with(&field.name, self.field(field, form));
        }
        let is_closed = form == SchemaForm::Request && !it.open;
        Object::new()
            .with("type", "object")
            .with("description", text)
            .with_some("properties", Some(properties).filter(|it| !it.is_empty()))
            .with_some("required", Some(required).filter(|it| !it.is_empty()).map(strings))
            .with_some("additionalProperties", is_closed.then_some(false))
    }

    fn field(&mut self, field: &'s Field, form: SchemaForm) -> Object {
        let mut text = field.doc.clone();
        if let Some(unit) = &field.unit {
            text = format!("{text} Unit: {unit}.");
        }
        if let (FieldType::Ref(to), SchemaForm::Request) = (field.ty.leaf(), form) {
            text = format!("{text} Key of an object of `{to}`.");
        }
        if let Presence::When(condition) = &field.presence {
            text = format!("{text} Required when {}.", prose::condition(condition));
        }
        text = prose::with_versions(&text, &field.versions);
        let leaf = Leaf {
            constraint: &field.constraint,
            example: field.example.as_ref().filter(|_| !field.sensitive),
            name: &field.name,
            is_sensitive: field.sensitive,
        };
        let value = self.value(&field.ty, leaf, field.nullable, form);
        described(value, &text).with_some(
            "writeOnly",
            (field.sensitive && form == SchemaForm::Request).then_some(true),
        )
    }

    /// A component for each variant: programs that make clients read these, and not `if`.
    fn union(&mut self, it: &'s Union, name: &str, form: SchemaForm) -> Object {
        let mut variants = Vec::new();
        let mut mapping = Object::new();
        for variant in &it.variants {
            let component = format!("{name}{}", variant.rust);
            let schema = self.variant(it, variant, form);
            self.known.insert(component.clone());
            self.made.push((component.clone(), schema));
            mapping = mapping.with(&variant.value, format!("#/components/schemas/{component}"));
            variants.push(reference(&component));
        }
        let text = Object::new().with("description", it.doc.as_str());
        match form {
            SchemaForm::Request if !it.open => {
                let discriminator =
                    Object::new().with("propertyName", it.tag.as_str()).with("mapping", mapping);
                let variants: Vec<Json> = variants.into_iter().map(Json::from).collect();
                text.with("oneOf", variants).with("discriminator", discriminator)
            }
            // Variants that no source shows may come.
            _ => {
                variants.push(Object::new().with("type", "object"));
                text.and(any_of(variants))
            }
        }
    }

    fn variant(&mut self, on: &'s Union, it: &'s Variant, form: SchemaForm) -> Object {
        let tag = Object::new().with("type", "string").with("const", it.value.as_str());
        let mut properties = Object::new().with(&on.tag, tag);
        let mut required = vec![on.tag.as_str()];
        if let Some(Payload { ty, constraint, sensitive, example }) = &it.payload {
            let leaf = Leaf {
                constraint,
                example: example.as_ref().filter(|_| !sensitive),
                name: &on.content,
                is_sensitive: *sensitive,
            };
            let content = described(self.value(ty, leaf, false, form), &it.doc);
            properties = properties.with(&on.content, content);
            required.push(&on.content);
        }
        Object::new()
            .with("type", "object")
            .with("description", it.doc.as_str())
            .with("properties", properties)
            .with("required", strings(required))
            .with_some("additionalProperties", (form == SchemaForm::Request).then_some(false))
    }

    /// The schema of a value in this form.
    pub(super) fn value(
        &mut self,
        ty: &FieldType,
        leaf: Leaf<'_>,
        nullable: bool,
        form: SchemaForm,
    ) -> Object {
        value(&mut InForm { schemas: self, form }, ty, leaf, nullable)
    }
}

/// The components as bodies of one form refer to them.
struct InForm<'p, 's> {
    schemas: &'p mut Schemas<'s>,
    form: SchemaForm,
}

impl Definitions for InForm<'_, '_> {
    fn form(&self) -> SchemaForm {
        self.form
    }

    fn named(&mut self, name: &str) -> Object {
        self.schemas.named(name, self.form)
    }

    fn reference(&mut self) -> Object {
        reference("Reference")
    }

    fn format(&mut self, format: Format) -> Object {
        Object::new().with_some("format", format::standard(format))
    }
}

/// Name of a type's component: responses have one of their own, except of words.
fn component(def: &TypeDef, form: SchemaForm) -> String {
    let has_twin = match def {
        TypeDef::Struct(it) => it.form == Form::Both,
        TypeDef::Union(_) => true,
        TypeDef::Enum(_) => false,
    };
    let end = if has_twin && form == SchemaForm::Response { "Response" } else { "" };
    format!("{}{end}", def.name())
}

fn enumeration(it: &Enum) -> Object {
    let docs = it.values.iter().map(|it| (it.value.as_str(), it.doc.as_str(), &it.versions));
    let text = format!("{} {}", it.doc, words(docs));
    Object::new()
        .with("type", "string")
        .with("description", text)
        .with("enum", strings(all_words(it)))
}

fn rule_text(rule: &Rule) -> String {
    let holds = prose::condition(&rule.holds);
    let target = rule.target.join(".");
    match &rule.when {
        Some(when) => {
            format!("`{target}`: when {}, {holds} ({}).", prose::condition(when), rule.code)
        }
        None => format!("`{target}`: {holds} ({}).", rule.code),
    }
}

/// A schema with a description. What is a reference alone keeps its own beside it.
fn described(schema: Object, text: &str) -> Object {
    Object::new().with("description", text).and(schema)
}
