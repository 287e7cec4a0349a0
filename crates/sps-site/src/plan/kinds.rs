//! Facts of the spec about a place in a body, and the equality of values there.

use serde_json::{Map, Value};
use sps_model::{
    EndpointInfo, shape,
    validate::{FieldForm, Form, Kind, Shape, Target},
};

/// The kind of the bodies of an endpoint: of requests, or of responses where nothing is sent.
pub(crate) fn body_kind(endpoint: &EndpointInfo) -> Kind {
    let subject = endpoint.subject(Form::Request).or_else(|| endpoint.subject(Form::Response));
    subject.map_or(Kind::Any, |subject| subject.body)
}

/// A place in a body: the kind of the value there, and facts about it as a member.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    facts: shape::Place,
    /// Whether the spec knows the place.
    pub(crate) is_known: bool,
    /// Whether only responses have it.
    pub(crate) is_response_only: bool,
}

impl Place {
    /// A whole body.
    pub(crate) const fn root(kind: Kind) -> Self {
        Self { facts: shape::Place::new(kind), is_known: true, is_response_only: false }
    }

    /// The member `key` of the object at this place; `tag` is the value of the tag, where the object is a union.
    pub(crate) fn member(&self, tag: Option<&str>, key: &str) -> Self {
        let kind = self.kind();
        let facts = self.facts.member(tag, key);
        Self {
            facts: facts.unwrap_or(shape::Place::new(Kind::Any)),
            is_known: facts.is_some() || !has_named_members(kind),
            is_response_only: is_response_only(kind, key),
        }
    }

    /// An element of the list at this place.
    pub(crate) fn element(&self) -> Self {
        Self { facts: self.facts.element(), ..*self }
    }

    /// The kind of the value.
    pub(crate) const fn kind(&self) -> Kind {
        self.facts.kind
    }

    /// Whether the order of the list there has no meaning.
    pub(crate) const fn is_unordered(&self) -> bool {
        self.facts.is_unordered
    }

    /// The collection whose objects are referred to here.
    pub(crate) fn target(&self) -> Option<&'static Target> {
        match self.kind().peeled() {
            Kind::Reference(target) => Some(target),
            _ => None,
        }
    }

    /// Whether null may be here.
    pub(crate) fn is_nullable(&self) -> bool {
        self.kind().is_nullable()
    }

    /// Whether the member may be left out.
    pub(crate) fn is_optional(&self) -> bool {
        self.kind().is_optional()
    }

    /// Whether absence means this value.
    pub(crate) fn is_default(&self, value: &Value) -> bool {
        let default = self.facts.default.and_then(|text| serde_json::from_str::<Value>(text).ok());
        default.is_some_and(|default| self.is_same(&default, value))
    }

    /// Whether two values mean the same.
    pub(crate) fn is_same(&self, one: &Value, other: &Value) -> bool {
        self.facts.is_same(one, other)
    }

    /// A value in normal form: two values that mean the same give the same.
    pub(crate) fn normal(&self, value: &Value) -> Value {
        self.facts.normal(value)
    }
}

/// Whether an appliance answered a number as a text, which means the same.
pub(crate) fn is_number_as_text(kind: Kind, one: &Value, other: &Value) -> bool {
    let is_same = |number: &Value, text: &Value| match (number, text) {
        (Value::Number(number), Value::String(text)) => {
            matches!(kind.peeled(), Kind::Int { .. } | Kind::Number)
                && text.parse::<f64>().ok() == number.as_f64()
        }
        _ => false,
    };
    is_same(one, other) || is_same(other, one)
}

/// The value of the tag, where the object is a union.
pub(crate) fn tag_of(kind: Kind, object: &Map<String, Value>) -> Option<&str> {
    shape::tag_of(kind, object)
}

/// Whether the members of a value of this kind have names that the spec knows.
fn has_named_members(kind: Kind) -> bool {
    matches!(kind.peeled(), Kind::Named(_) | Kind::Any)
}

/// Whether only responses have the member `key` of an object of this kind.
fn is_response_only(kind: Kind, key: &str) -> bool {
    let Kind::Named(ty) = kind.peeled() else { return false };
    let Shape::Struct { fields, .. } = ty.shape else { return false };
    fields.iter().any(|it| it.name == key && it.form == FieldForm::Response)
}
