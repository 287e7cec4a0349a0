//! The schema of a value, for every document that has schemas.

use sps_spec::{Constraint, FieldType, Format, Literal, ORDER};

use super::{
    SchemaForm,
    condition::count,
    object::{Object, strings},
};
use crate::json::Json;

/// A document with schemas: what it defines once and refers to.
pub(crate) trait Definitions {
    /// The form of the bodies that the schemas are of.
    fn form(&self) -> SchemaForm;

    /// A reference to the schema of the named type.
    fn named(&mut self, name: &str) -> Object;

    /// A reference to the schema of what represents an object elsewhere, in a response.
    fn reference(&mut self) -> Object;

    /// The keywords for strings of this format.
    fn format(&mut self, format: Format) -> Object;

    /// A text, with what may be in its place.
    fn text(&mut self, plain: Object, _leaf: Leaf<'_>) -> Object {
        plain
    }

    /// The key of an object of a collection, with what may be in its place.
    fn key(&mut self, plain: Object, _to: &str, _is_nullable: bool) -> Object {
        plain
    }

    /// A value whose form no source shows.
    fn any(&mut self, _leaf: Leaf<'_>) -> Object {
        Object::new()
    }

    /// An object with free keys.
    fn map(&mut self, plain: Object) -> Object {
        plain
    }
}

/// What holds for the innermost values of a list or map.
#[derive(Clone, Copy)]
pub(crate) struct Leaf<'a> {
    pub(crate) constraint: &'a Constraint,
    pub(crate) example: Option<&'a Literal>,
    /// The nearest key above.
    pub(crate) name: &'a str,
    pub(crate) is_sensitive: bool,
}

/// The schema of a value.
pub(crate) fn value(
    document: &mut impl Definitions,
    ty: &FieldType,
    leaf: Leaf<'_>,
    nullable: bool,
) -> Object {
    let of_type = |name: &str| {
        let ty = if nullable { strings([name, "null"]) } else { Json::from(name) };
        Object::new().with("type", ty)
    };
    let constraint = leaf.constraint;
    let examples = leaf.example.map(|it| vec![Json::from(it)]);
    match ty {
        FieldType::Any => document.any(leaf),
        FieldType::Bool => of_type("boolean"),
        FieldType::Number => of_type("number").with_some("examples", examples),
        FieldType::Int => of_type("integer")
            .with_some("minimum", constraint.minimum)
            .with_some("maximum", constraint.maximum)
            .with_some("examples", examples),
        FieldType::String => {
            let plain = of_type("string")
                .with_some("minLength", constraint.min_length.map(count))
                .with_some("maxLength", constraint.max_length.map(count))
                .and(constraint.format.map(|it| document.format(it)).unwrap_or_default())
                .with_some("examples", examples);
            document.text(plain, leaf)
        }
        FieldType::Named(name) => or_null(document.named(name), nullable),
        FieldType::Ref(to) => match document.form() {
            // No object has an empty key.
            SchemaForm::Request | SchemaForm::Site => {
                document.key(of_type("string").with("minLength", 1), to, nullable)
            }
            SchemaForm::Response => or_null(document.reference(), nullable),
        },
        FieldType::List(inner) => {
            of_type("array").with("items", value(document, inner, leaf, false))
        }
        FieldType::Array(inner, length) => {
            let length = i64::try_from(*length).unwrap_or(i64::MAX);
            of_type("array")
                .with("minItems", length)
                .with("maxItems", length)
                .with("items", value(document, inner, leaf, false))
        }
        FieldType::Map(inner) => {
            let leaf = Leaf { name: "", ..leaf };
            let values = value(document, inner, leaf, false);
            document.map(of_type("object").with("additionalProperties", values))
        }
        FieldType::Ordered(inner) => {
            let order = Object::new()
                .with("description", "The keys in their order, each once.")
                .with("type", "array")
                .with("items", Object::new().with("type", "string"))
                .with("uniqueItems", true);
            let leaf = Leaf { name: "", ..leaf };
            let values = value(document, inner, leaf, false);
            let plain = of_type("object")
                .with("properties", Object::new().with(ORDER, order))
                .with("required", strings([ORDER]))
                .with("additionalProperties", values);
            document.map(plain)
        }
    }
}

/// The schema, or null.
fn or_null(schema: Object, nullable: bool) -> Object {
    if !nullable {
        return schema;
    }
    let null = Object::new().with("type", "null");
    Object::new().with("anyOf", vec![Json::from(schema), null.into()])
}
