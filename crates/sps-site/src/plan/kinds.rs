//! Facts of the spec about a place in a body, and the equality of values there.

use serde_json::{Map, Value};
use sps_model::{
    EndpointInfo, shape,
    validate::{FieldForm, Form, Kind, Shape, Target},
};

/// The kind of the bodies of an endpoint.
pub(crate) fn body_kind(endpoint: &EndpointInfo) -> Kind {
    endpoint.subject(Form::Request).map_or(Kind::Any, |subject| subject.body)
}

/// A place in a body: the kind of the value there, and facts about it as a member.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'v> {
    /// The kind of the value.
    pub(crate) kind: Kind,
    /// Whether the spec knows the place.
    pub(crate) is_known: bool,
    /// Whether the order of the list there has no meaning.
    pub(crate) is_unordered: bool,
    /// The JSON text of the value that absence means.
    pub(crate) default: Option<&'static str>,
    /// Whether only responses have it.
    pub(crate) is_response_only: bool,
    /// The object around it, for facts about its format.
    member: Option<MemberOf<'v>>,
}

/// The member of an object that a place belongs to, also as an element of its list.
#[derive(Debug, Clone, Copy)]
struct MemberOf<'v> {
    parent: Kind,
    tag: Option<&'v str>,
    key: &'v str,
    /// How many lists are between the member and the place.
    depth: usize,
}

impl Place<'_> {
    /// A whole body.
    pub(crate) fn root(kind: Kind) -> Self {
        Self {
            kind,
            is_known: true,
            is_unordered: false,
            default: None,
            is_response_only: false,
            member: None,
        }
    }

    /// The member `key` of the object at this place; `tag` is the value of the tag, where the object is a union.
    pub(crate) fn member<'k>(&self, tag: Option<&'k str>, key: &'k str) -> Place<'k> {
        let kind = shape::member(self.kind, tag, key);
        let mut place = Place {
            kind: kind.unwrap_or(Kind::Any),
            is_known: kind.is_some() || !is_struct(self.kind),
            is_unordered: false,
            default: None,
            is_response_only: false,
            member: Some(MemberOf { parent: self.kind, tag, key, depth: 0 }),
        };
        if let Kind::Named(ty) = self.kind.peeled()
            && let Shape::Struct { fields, .. } = ty.shape
            && let Some(at) = fields.iter().position(|it| it.name == key)
        {
            place.is_response_only = fields[at].form == FieldForm::Response;
        }
        place
    }

    /// An element of the list at this place.
    pub(crate) fn element(&self) -> Self {
        let member = self.member.map(|it| MemberOf { depth: it.depth + 1, ..it });
        Self { kind: shape::element(self.kind), member, default: None, ..*self }
    }

    /// The collection whose objects are referred to here.
    pub(crate) fn target(&self) -> Option<&'static Target> {
        match self.kind.peeled() {
            Kind::Reference(target) => Some(target),
            _ => None,
        }
    }

    /// Whether null may be here.
    pub(crate) fn is_nullable(&self) -> bool {
        self.kind.is_nullable()
    }

    /// Whether the member may be left out.
    pub(crate) fn is_optional(&self) -> bool {
        self.kind.is_optional()
    }

    /// Whether absence means this value.
    pub(crate) fn is_default(&self, value: &Value) -> bool {
        let default = self.default.and_then(|text| serde_json::from_str::<Value>(text).ok());
        default.is_some_and(|default| self.is_same(&default, value))
    }

    /// Whether two values, which are not both objects or lists, mean the same.
    pub(crate) fn is_same(&self, one: &Value, other: &Value) -> bool {
        one == other || self.normal(one) == self.normal(other)
    }

    /// A value that is neither an object nor a list in normal form: two values that mean the same give the same.
    pub(crate) fn normal(&self, value: &Value) -> Value {
        // The format of a value is a fact about the member that has it.
        let Some(MemberOf { parent, tag, key, depth }) = self.member else {
            return normal(self.kind, value);
        };
        let mut members = Map::new();
        if let (Kind::Named(ty), Some(value)) = (parent.peeled(), tag)
            && let Shape::Union { tag, .. } = ty.shape
        {
            members.insert(tag.to_owned(), Value::from(value));
        }
        let in_lists = (0..depth).fold(value.clone(), |value, _| Value::Array(vec![value]));
        members.insert(key.to_owned(), in_lists);
        let mut normal = normal(parent, &Value::Object(members));
        let mut place = normal.get_mut(key);
        for _ in 0..depth {
            place = place.and_then(|it| it.get_mut(0));
        }
        place.map_or_else(|| value.clone(), Value::take)
    }
}

/// The normal form of a value: numbers and the spellings of enum values, and texts without line ends at their ends.
fn normal(kind: Kind, value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let tag = shape::tag_of(kind, members);
            let normal_of = |(key, value): (&String, &Value)| {
                let inner = shape::member(kind, tag, key).unwrap_or(Kind::Any);
                (key.clone(), normal(inner, value))
            };
            members.iter().map(normal_of).collect()
        }
        Value::Array(elements) => {
            let inner = shape::element(kind);
            elements.iter().map(|it| normal(inner, it)).collect()
        }
        Value::String(text) => Value::from(shape::canonical(kind, text).trim_end()),
        Value::Number(number) if number.is_f64() => match number.as_f64() {
            #[expect(clippy::cast_possible_truncation, reason = "only exact integers get here")]
            Some(float) if float.fract() == 0.0 && float.abs() < 9e15 => Value::from(float as i64),
            _ => value.clone(),
        },
        _ => value.clone(),
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
fn is_struct(kind: Kind) -> bool {
    matches!(kind.peeled(), Kind::Named(_) | Kind::Any)
}
