//! Conditions on the members of an object as schemas of that object.
//!
//! A rule is skipped when an input that it looks into is missing or null, so every rule becomes
//! `if` all inputs are there (and `when` holds) `then` it holds. Under such an `if`, two values of truth suffice.

use sps_spec::{
    Condition, End, Enum, Field, FieldType, Literal, Presence, Resolved, Spec, Struct, TypeDef, Use,
};

use super::{
    SchemaForm, format,
    object::{Object, all, strings},
};
use crate::json::Json;

/// Turns conditions into schemas.
#[derive(Clone, Copy)]
pub(super) struct Conditions<'a> {
    pub(super) spec: &'a Spec,
    pub(super) form: SchemaForm,
}

impl<'a> Conditions<'a> {
    /// What an object keeps to that keeps the rule; nothing if a schema cannot say it.
    pub(super) fn rule(
        self,
        on: &'a Struct,
        when: Option<&Condition>,
        holds: &Condition,
    ) -> Option<Object> {
        let inputs = self.inputs(on, when.into_iter().chain([holds]))?;
        let then = self.condition(on, holds)?;
        if when.is_none() && !inputs.iter().any(|input| self.may_lack(input)) {
            return Some(then);
        }
        let when = match when {
            Some(when) => self.condition(on, when)?,
            None => Object::new(),
        };
        Some(Object::new().with("if", all(self.guards(&inputs).chain([when]))).with("then", then))
    }

    /// What an object is like whose members satisfy the condition.
    pub(super) fn switch(self, on: &'a Struct, condition: &Condition) -> Option<Object> {
        let inputs = self.inputs(on, [condition])?;
        let holds = self.condition(on, condition)?;
        Some(all(self.guards(&inputs).chain([holds])))
    }

    fn inputs<'p>(
        self,
        on: &'a Struct,
        conditions: impl IntoIterator<Item = &'p Condition> + Clone,
    ) -> Option<Vec<Input<'a>>> {
        let mut inputs: Vec<Input<'a>> = Vec::new();
        for (path, usage) in conditions.into_iter().flat_map(Condition::uses) {
            match inputs.iter_mut().find(|input| input.path == *path) {
                Some(input) => input.usage = input.usage.max(usage),
                None => inputs.push(Input { usage, ..self.input(on, path)? }),
            }
        }
        Some(inputs)
    }

    fn input(self, on: &'a Struct, path: &[String]) -> Option<Input<'a>> {
        let Resolved { way, end } = self.spec.resolve(on, path).ok()?;
        Some(Input { path: path.to_vec(), usage: Use::Presence, way, end })
    }

    /// Whether a body of the right structure may lack what the rule needs to be decided.
    fn may_lack(self, input: &Input<'_>) -> bool {
        let may_lack = |field: &Field| field.nullable || field.presence != Presence::Required;
        match (input.usage, input.end) {
            (Use::Presence, _) => false,
            (Use::Value | Use::Content, end) if self.is_elsewhere(end) => true,
            _ if input.way.iter().any(|field| may_lack(field)) => true,
            (Use::Null, End::Field(field)) => field.presence != Presence::Required,
            (Use::Value, End::Field(field)) if field.presence != Presence::Required => true,
            (Use::Content, End::Field(field)) if may_lack(field) => true,
            // A variant without content has no text.
            (_, End::Text(_)) => true,
            // A response may have values that no source shows; no rule looks at those.
            (_, end) => self.form == SchemaForm::Response && self.words(end).is_some(),
        }
    }

    fn guards<'i>(self, inputs: &'i [Input<'a>]) -> impl Iterator<Item = Object> + use<'i, 'a> {
        let looked_into = inputs.iter().filter(|input| input.usage != Use::Presence);
        looked_into.map(move |input| {
            let leaf = match (input.usage, input.end) {
                (Use::Content, End::Text(_)) => Object::new().with("type", "string"),
                (Use::Content, End::Field(field)) if field.nullable => {
                    Object::new().with_some("type", type_name(&field.ty))
                }
                (Use::Value | Use::Content, end) if self.form == SchemaForm::Response => {
                    Object::new().with_some("enum", self.words(end).map(strings))
                }
                // The value is not in the file.
                (Use::Value | Use::Content, end) if self.is_elsewhere(end) => {
                    not(Object::new().with("type", "object"))
                }
                _ => Object::new(),
            };
            input.demand(leaf)
        })
    }

    /// Whether a file may say where the value is, in place of it.
    fn is_elsewhere(self, end: End<'_>) -> bool {
        let may_be = match end {
            End::Tag(_) => false,
            End::Text(_) => true,
            End::Field(field) => {
                matches!(field.ty, FieldType::String | FieldType::Ref(_) | FieldType::Any)
            }
        };
        self.form == SchemaForm::Site && may_be
    }

    /// The words that may be there, if there are only so many.
    fn words(self, end: End<'a>) -> Option<Vec<&'a str>> {
        match end {
            End::Tag(it) => Some(it.variants.iter().map(|it| it.value.as_str()).collect()),
            End::Text(_) => None,
            End::Field(field) => self.enumeration(field).map(all_words),
        }
    }

    fn enumeration(self, field: &Field) -> Option<&'a Enum> {
        match &field.ty {
            FieldType::Named(name) => match self.spec.type_def(name)? {
                TypeDef::Enum(it) => Some(it),
                TypeDef::Struct(_) | TypeDef::Union(_) => None,
            },
            _ => None,
        }
    }

    /// What an object with all inputs is like where the condition holds.
    fn condition(self, on: &'a Struct, condition: &Condition) -> Option<Object> {
        Some(match condition {
            Condition::Equals(path, value) => {
                says(path, self.values(on, path, std::slice::from_ref(value))?)
            }
            Condition::In(path, values) => says(path, self.values(on, path, values)?),
            Condition::Present(path) => self.input(on, path)?.demand(Object::new()),
            Condition::Absent(path) => not(self.condition(on, &Condition::Present(path.clone()))?),
            Condition::Null(path) => says(path, Object::new().with("type", "null")),
            Condition::All(parts) => all(self.each(on, parts)?),
            Condition::Any(parts) => match condition.as_equivalence() {
                Some((left, right)) => {
                    let right = self.condition(on, right)?;
                    Object::new()
                        .with("if", self.condition(on, left)?)
                        .with("then", right.clone())
                        .with("else", not(right))
                }
                None => {
                    let parts = self.each(on, parts)?.into_iter().map(Json::from);
                    Object::new().with("anyOf", parts.collect::<Vec<_>>())
                }
            },
            Condition::Not(inner) => match &**inner {
                Condition::Equals(path, Literal::Bool(it)) => {
                    self.condition(on, &Condition::Equals(path.clone(), Literal::Bool(!it)))?
                }
                Condition::Not(inner) => self.condition(on, inner)?,
                inner => not(self.condition(on, inner)?),
            },
            Condition::Length { path, min, max } => says(
                path,
                Object::new()
                    .with_some("minLength", min.map(count))
                    .with_some("maxLength", max.map(count)),
            ),
            Condition::Charset { path, chars } => {
                says(path, Object::new().with("pattern", format!("^{}*$", format::class(chars))))
            }
            Condition::Hex(path) => says(path, Object::new().with("pattern", format::HEX)),
            Condition::HexLength { path, min, max } => {
                let hex = Object::new().with("pattern", format::HEX);
                let digits = format!("^(?:0[Xx])?[0-9A-Fa-f]{}$", format::repeated(*min, *max));
                let digits = Object::new().with("pattern", digits);
                says(path, Object::new().with("if", hex).with("then", digits))
            }
            Condition::Range { path, min, max } => {
                says(path, Object::new().with_some("minimum", *min).with_some("maximum", *max))
            }
            Condition::Format { path, format } => {
                says(path, Object::new().with("$ref", format!("#/$defs/{}", format.name())))
            }
            Condition::Referent(..) | Condition::Custom { .. } => return None,
        })
    }

    fn each(self, on: &'a Struct, parts: &[Condition]) -> Option<Vec<Object>> {
        parts.iter().map(|part| self.condition(on, part)).collect()
    }

    /// One of these values, in any of its spellings.
    fn values(self, on: &'a Struct, path: &[String], values: &[Literal]) -> Option<Object> {
        let end = self.spec.resolve(on, path).ok()?.end;
        if matches!(end, End::Field(Field { ty: FieldType::Ref(_), .. })) {
            // A response shows it in more than one way, and no rule looks at a key.
            return None;
        }
        let enumeration = match end {
            End::Field(field) => self.enumeration(field),
            End::Tag(_) | End::Text(_) => None,
        };
        let mut spelled: Vec<Json> = Vec::new();
        for value in values {
            spelled.push(value.into());
            if let (Some(it), Literal::Str(word)) = (enumeration, value) {
                let aliases = it.value(word).into_iter().flat_map(|it| &it.aliases);
                spelled.extend(aliases.map(|alias| Json::from(alias.as_str())));
            }
        }
        Some(match spelled.len() {
            1 => Object::new().with_some("const", spelled.pop()),
            _ => Object::new().with("enum", spelled),
        })
    }
}

/// Every word, aliases too.
pub(crate) fn all_words(it: &Enum) -> Vec<&str> {
    let words = it.values.iter().flat_map(|it| std::iter::once(&it.value).chain(&it.aliases));
    words.map(String::as_str).collect()
}

/// A bound as JSON has it. None of the spec comes near the end of the numbers.
pub(super) fn count(bound: u64) -> i64 {
    i64::try_from(bound).unwrap_or(i64::MAX)
}

/// One member that a rule looks at.
struct Input<'a> {
    path: Vec<String>,
    usage: Use,
    way: Vec<&'a Field>,
    end: End<'a>,
}

impl Input<'_> {
    /// The member is there, and is like `leaf`.
    fn demand(&self, leaf: Object) -> Object {
        let mut schema = leaf;
        for (at, name) in self.path.iter().enumerate().rev() {
            let member = match self.way.get(at) {
                // Null has no members, but nothing to say about them either.
                Some(field) if field.nullable => Object::new().with("type", "object").and(schema),
                _ => schema,
            };
            schema = Object::new().with("required", strings([name]));
            if !member.is_empty() {
                schema = schema.with("properties", Object::new().with(name, member));
            }
        }
        schema
    }
}

/// The member is like `leaf`, if it is there.
fn says(path: &[String], leaf: Object) -> Object {
    path.iter().rev().fold(leaf, |schema, name| {
        Object::new().with("properties", Object::new().with(name, schema))
    })
}

fn not(schema: Object) -> Object {
    Object::new().with("not", schema)
}

fn type_name(ty: &FieldType) -> Option<&'static str> {
    match ty {
        FieldType::Bool => Some("boolean"),
        FieldType::Int => Some("integer"),
        FieldType::Number => Some("number"),
        FieldType::String => Some("string"),
        FieldType::List(_) | FieldType::Array(..) => Some("array"),
        FieldType::Map(_) | FieldType::Ordered(_) | FieldType::Named(_) => Some("object"),
        // In a response it may be an object as well.
        FieldType::Ref(_) | FieldType::Any => None,
    }
}
