//! The members of a body as an indented tree.

use sps_spec::{
    Body, Constraint, Enum, Field, FieldType, Form, Format, Literal, Payload, Presence, Spec,
    Struct, TypeDef, Union, Versions, prose::list,
};

use super::{
    prose,
    text::{rows, wrap},
    walk::occurs,
};

/// Columns up to which texts are aligned behind the names.
const WIDEST: usize = 36;

/// One member, with the members of its value below it.
struct Node {
    label: String,
    /// Type and presence.
    head: String,
    notes: Vec<Note>,
    children: Vec<Self>,
}

/// A line of a member's description.
enum Note {
    Text(String),
    /// A possible value, with its meaning.
    Value(String, String),
}

/// Appends the members of a body of the named type, or that none of them is known.
pub(super) fn body(out: &mut String, spec: &Spec, body: &Body, form: Form) {
    let mut builder = Builder { spec, form, open: Vec::new() };
    let nodes = builder.inside(&body.ty);
    if body.name().is_none() {
        let facts = prose::bounds(&body.constraint, None);
        let facts: String = facts.iter().flat_map(|it| [", ", it]).collect();
        let ty = builder.type_of(&body.ty, body.constraint.format);
        wrap(out, "  ", "  ", &format!("It is no object with members of its own: {ty}{facts}."));
        if nodes.is_empty() {
            return;
        }
        out.push('\n');
    }
    if nodes.is_empty() {
        wrap(out, "  ", "  ", "None of its members is known, so none is checked.");
        return;
    }
    let column = nodes.iter().map(|node| node.width(2)).max().unwrap_or(0).min(WIDEST) + 2;
    for (at, node) in nodes.iter().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        node.write(out, 2, column);
    }
    if let Some(TypeDef::Struct(it)) = body.name().and_then(|name| spec.type_def(name))
        && it.open
    {
        wrap(out, "\n  ", "  ", "It has other members, which are not known and pass unchecked.");
    }
}

impl Node {
    fn width(&self, indent: usize) -> usize {
        let own = indent + self.label.chars().count();
        self.children.iter().map(|it| it.width(indent + 2)).fold(own, usize::max)
    }

    fn write(&self, out: &mut String, indent: usize, column: usize) {
        let label = format!("{:indent$}{}  ", "", self.label);
        let first = format!("{label:column$}");
        let rest = " ".repeat(column);
        if first.chars().count() > column {
            wrap(out, &label, &label, "");
            wrap(out, &rest, &rest, &self.head);
        } else {
            wrap(out, &first, &rest, &self.head);
        }
        let mut values = Vec::new();
        for note in &self.notes {
            match note {
                Note::Value(value, text) => values.push((value, text)),
                Note::Text(text) => {
                    rows(out, column, &std::mem::take(&mut values));
                    wrap(out, &rest, &rest, text);
                }
            }
        }
        rows(out, column, &values);
        for child in &self.children {
            child.write(out, indent + 2, column);
        }
    }
}

struct Builder<'a> {
    spec: &'a Spec,
    form: Form,
    /// Names of the types around, so that a type inside itself ends the tree.
    open: Vec<&'a str>,
}

impl<'a> Builder<'a> {
    /// The members of the named type.
    fn named(&mut self, name: &str) -> Vec<Node> {
        let Some(def) = self.spec.type_def(name) else { return Vec::new() };
        if self.open.contains(&def.name()) {
            return Vec::new();
        }
        self.open.push(def.name());
        let nodes = match def {
            TypeDef::Struct(it) => self.structure(it),
            TypeDef::Union(it) => self.union(it),
            TypeDef::Enum(_) => Vec::new(),
        };
        self.open.pop();
        nodes
    }

    fn structure(&mut self, it: &'a Struct) -> Vec<Node> {
        let form = self.form;
        let fields = it.fields.iter().filter(|field| occurs(field, form));
        fields.map(|field| self.field(field)).collect()
    }

    fn field(&mut self, field: &'a Field) -> Node {
        let mut head = self.type_of(&field.ty, field.constraint.format);
        if field.nullable {
            head.push_str(" or null");
        }
        if let Some(presence) = self.presence(&field.presence) {
            head = format!("{head}, {presence}");
        }
        if field.tag {
            head.push_str("; decides which of its siblings are in force");
        }
        let mut notes = vec![Note::Text(field.doc.clone())];
        notes.extend(self.values(&field.ty));
        let mut facts = self.facts(
            &field.ty,
            &field.constraint,
            field.unit.as_deref(),
            field.sensitive,
            &field.versions,
        );
        if field.authenticated && self.form == Form::Response {
            facts.push("only for a client with a login".to_owned());
        }
        if let Some(default) = &field.default {
            facts.push(format!("default {}", prose::literal(default)));
        }
        facts.extend(prose::site(field).map(str::to_owned));
        // An example adds nothing to a truth value or to a list of values.
        let leaf = field.ty.leaf();
        let has_example = !matches!(leaf, FieldType::Bool | FieldType::Named(_));
        notes.extend(facts_and_example(
            facts,
            &field.ty,
            field.example.as_ref().filter(|_| has_example),
        ));
        Node { label: field.name.clone(), head, notes, children: self.inside(&field.ty) }
    }

    fn union(&mut self, it: &'a Union) -> Vec<Node> {
        let mut head = "one of the values below".to_owned();
        if let Some(presence) = self.presence(&Presence::Required) {
            head = format!("{head}, {presence}");
        }
        let variants = it.variants.iter();
        let values = variants.clone().map(|variant| {
            let text = prose::with_versions(&variant.doc, &variant.versions);
            Note::Value(prose::quoted(&variant.value), text)
        });
        let decides = format!("{head}; decides what `{}` holds", it.content);
        let tag = Node {
            label: it.tag.clone(),
            head: decides,
            notes: values.collect(),
            children: Vec::new(),
        };
        let contents = variants.map(|variant| {
            let label = format!("{} for {}", it.content, prose::quoted(&variant.value));
            match &variant.payload {
                Some(payload) => self.content(label, payload),
                None => Node {
                    label,
                    head: "left out".to_owned(),
                    notes: Vec::new(),
                    children: Vec::new(),
                },
            }
        });
        std::iter::once(tag).chain(contents.collect::<Vec<_>>()).collect()
    }

    fn content(&mut self, label: String, payload: &'a Payload) -> Node {
        let mut head = self.type_of(&payload.ty, payload.constraint.format);
        if let Some(presence) = self.presence(&Presence::Required) {
            head = format!("{head}, {presence}");
        }
        let mut notes: Vec<_> = self.values(&payload.ty);
        let always = Versions::default();
        let facts = self.facts(&payload.ty, &payload.constraint, None, payload.sensitive, &always);
        notes.extend(facts_and_example(facts, &payload.ty, payload.example.as_ref()));
        Node { label, head, notes, children: self.inside(&payload.ty) }
    }

    fn inside(&mut self, ty: &FieldType) -> Vec<Node> {
        match ty.leaf() {
            FieldType::Named(name) => self.named(name),
            _ => Vec::new(),
        }
    }

    fn presence(&self, presence: &Presence) -> Option<String> {
        match (presence, self.form) {
            (Presence::Required, Form::Response) => None,
            (Presence::Required, _) => Some("required".to_owned()),
            (Presence::Optional, Form::Response) => Some("may be missing".to_owned()),
            (Presence::Optional, _) => Some("optional".to_owned()),
            (Presence::When(condition), Form::Response) => {
                Some(format!("there when {}", prose::condition(condition)))
            }
            (Presence::When(condition), _) => {
                Some(format!("required when {}", prose::condition(condition)))
            }
        }
    }

    fn type_of(&self, ty: &FieldType, format: Option<Format>) -> String {
        match ty {
            FieldType::List(inner) => format!("list of {}", self.many(inner, format)),
            FieldType::Array(inner, count) => {
                format!("list of exactly {count} {}", self.many(inner, format))
            }
            FieldType::Map(inner) => {
                format!("object with free keys, whose values are {}", self.many(inner, format))
            }
            FieldType::Ordered(inner) => format!(
                "object with free keys and a list `@order` of them, whose values are {}",
                self.many(inner, format)
            ),
            FieldType::Bool => "true or false".to_owned(),
            FieldType::Int => "whole number".to_owned(),
            FieldType::Number => "number".to_owned(),
            FieldType::String => match format {
                Some(format) => format!("string ({})", prose::format_noun(format)),
                None => "string".to_owned(),
            },
            FieldType::Any => "anything".to_owned(),
            FieldType::Named(name) if self.enumeration(name).is_some() => {
                "one of the values below".to_owned()
            }
            FieldType::Named(_) => "object".to_owned(),
            FieldType::Ref(to) => {
                let target = self.target(to);
                match self.form {
                    Form::Response => format!("object of `key` and `meta` (reference to {target})"),
                    _ => format!("string (key of an object in {target})"),
                }
            }
        }
    }

    fn many(&self, ty: &FieldType, format: Option<Format>) -> String {
        match ty {
            FieldType::List(inner) => format!("lists of {}", self.many(inner, format)),
            FieldType::Array(inner, count) => {
                format!("lists of exactly {count} {}", self.many(inner, format))
            }
            FieldType::Map(inner) => {
                format!("objects with free keys, whose values are {}", self.many(inner, format))
            }
            FieldType::Ordered(inner) => {
                format!(
                    "ordered objects with free keys, whose values are {}",
                    self.many(inner, format)
                )
            }
            FieldType::Bool => "truth values".to_owned(),
            FieldType::Int => "whole numbers".to_owned(),
            FieldType::Number => "numbers".to_owned(),
            FieldType::String => match format {
                Some(format) => format!("strings (each {})", prose::format_name(format)),
                None => "strings".to_owned(),
            },
            FieldType::Any => "anything".to_owned(),
            FieldType::Named(name) if self.enumeration(name).is_some() => {
                "values listed below".to_owned()
            }
            FieldType::Named(_) => "objects".to_owned(),
            FieldType::Ref(to) => {
                let target = self.target(to);
                match self.form {
                    Form::Response => {
                        format!("objects of `key` and `meta` (references to {target})")
                    }
                    _ => format!("strings (keys of objects in {target})"),
                }
            }
        }
    }

    fn target(&self, path: &'a str) -> &'a str {
        self.spec.endpoint(path).map_or(path, sps_spec::Endpoint::short_path)
    }

    fn enumeration(&self, name: &str) -> Option<&'a Enum> {
        match self.spec.type_def(name) {
            Some(TypeDef::Enum(it)) => Some(it),
            _ => None,
        }
    }

    /// The values of an enum.
    fn values(&self, ty: &FieldType) -> Vec<Note> {
        let it = match ty.leaf() {
            FieldType::Named(name) => self.enumeration(name),
            _ => None,
        };
        let values = it.iter().flat_map(|it| &it.values);
        values
            .map(|value| {
                let mut text = prose::with_versions(&value.doc, &value.versions);
                if !value.aliases.is_empty() {
                    let aliases: Vec<_> =
                        value.aliases.iter().map(|it| prose::quoted(it)).collect();
                    text = format!("{text} Alias: {}.", list(&aliases, "and"));
                }
                Note::Value(prose::quoted(&value.value), text)
            })
            .collect()
    }

    fn facts(
        &self,
        ty: &FieldType,
        constraint: &Constraint,
        unit: Option<&str>,
        sensitive: bool,
        versions: &Versions,
    ) -> Vec<String> {
        let mut facts = prose::bounds(constraint, unit);
        match ty.leaf() {
            FieldType::Ref(to)
                if self.form != Form::Response
                    && self.spec.endpoint(to).is_some_and(|it| it.single_use) =>
            {
                facts.push(
                    "single use: no other reference to the same object is allowed".to_owned(),
                );
            }
            FieldType::Named(name) => {
                if let Some(TypeDef::Struct(it)) = self.spec.type_def(name)
                    && it.open
                {
                    facts.push("other members pass unchecked".to_owned());
                }
            }
            _ => {}
        }
        if sensitive {
            facts.push("secret: no message shows it".to_owned());
        }
        facts.extend(prose::versions(versions));
        facts
    }
}

fn facts_and_example(
    facts: Vec<String>,
    ty: &FieldType,
    example: Option<&Literal>,
) -> Option<Note> {
    let mut facts = facts;
    if let Some(example) = example {
        // The example of a list or map is one of its innermost values.
        let inside = if ty == ty.leaf() { "" } else { " of a value in it" };
        facts.push(format!("example{inside} {}", prose::literal(example)));
    }
    if facts.is_empty() {
        return None;
    }
    Some(Note::Text(super::text::sentence(&facts.join("; "))))
}
