//! The types of a body: structs, tagged unions, enums and their members.

use crate::{
    format::Format,
    rule::{Condition, Literal},
    version::Versions,
};

/// One named type. Names are unique over the whole spec.
#[derive(Debug, Clone, PartialEq)]
pub enum TypeDef {
    /// A JSON object with fixed members.
    Struct(Struct),
    /// A JSON object of a tag and, for most tags, a content.
    Union(Union),
    /// A JSON string out of a fixed list.
    Enum(Enum),
}

impl TypeDef {
    /// The Rust name of the type.
    pub fn name(&self) -> &str {
        match self {
            Self::Struct(it) => &it.name,
            Self::Union(it) => &it.name,
            Self::Enum(it) => &it.name,
        }
    }

    /// Meaning of the type.
    pub fn doc(&self) -> &str {
        match self {
            Self::Struct(it) => &it.doc,
            Self::Union(it) => &it.doc,
            Self::Enum(it) => &it.doc,
        }
    }

    /// Versions that have it.
    pub fn versions(&self) -> &Versions {
        match self {
            Self::Struct(it) => &it.versions,
            Self::Union(it) => &it.versions,
            Self::Enum(it) => &it.versions,
        }
    }

    /// Id of the source that shows the type.
    pub fn source(&self) -> &str {
        match self {
            Self::Struct(it) => &it.source,
            Self::Union(it) => &it.source,
            Self::Enum(it) => &it.source,
        }
    }
}

/// A JSON object with fixed members.
#[derive(Debug, Clone, PartialEq)]
pub struct Struct {
    /// Rust name.
    pub name: String,
    /// Its meaning.
    pub doc: String,
    /// Whether members that are not listed are kept and never an error.
    pub open: bool,
    /// Bodies that hold the type.
    pub form: Form,
    /// Versions that have it.
    pub versions: Versions,
    /// Id of the source that shows it.
    pub source: String,
    /// Members, in file order.
    pub fields: Vec<Field>,
}

impl Struct {
    /// The member with this wire name.
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

/// Whether a type is sent, received, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Form {
    /// Sent and received.
    #[default]
    Both,
    /// Only sent.
    Request,
    /// Only received.
    Response,
}

/// One member of a [`Struct`].
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Name on the wire.
    pub name: String,
    /// Rust name: given, or derived from the wire name; never a keyword.
    pub rust: String,
    /// Type of its value.
    pub ty: FieldType,
    /// Whether it must be there.
    pub presence: Presence,
    /// Whether JSON `null` is a value of it.
    pub nullable: bool,
    /// Whether it chooses between the forms of its struct: a value outside its enum is `unknown-selection`.
    pub tag: bool,
    /// Whether its value must never be shown.
    pub sensitive: bool,
    /// Whether it occurs only in responses.
    pub response_only: bool,
    /// Whether it occurs only in requests.
    pub request_only: bool,
    /// Whether only a client that is logged in receives it.
    pub authenticated: bool,
    /// Whether it names the object of a collection.
    pub label: bool,
    /// Whether the order of the list has no meaning.
    pub unordered: bool,
    /// Bounds and format of the value, or of the innermost value of a list, array or map.
    pub constraint: Constraint,
    /// Unit of a number, such as `percent`.
    pub unit: Option<String>,
    /// Value that a client may assume.
    pub default: Option<Literal>,
    /// A valid value of the innermost type; never one that a user could mistake for a secret.
    pub example: Option<Literal>,
    /// Its meaning.
    pub doc: String,
    /// Facts about it that no source states, and why we assume them.
    pub inferred: Option<String>,
    /// Id of the source that shows it.
    pub source: String,
    /// Versions that have it.
    pub versions: Versions,
}

/// Type of a member's value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldType {
    /// `true` or `false`.
    Bool,
    /// A whole number in 64 bits.
    Int,
    /// A number, perhaps with a fraction.
    Number,
    /// A string.
    String,
    /// Anything: no source shows its form.
    Any,
    /// The named [`TypeDef`].
    Named(String),
    /// A reference to an object of the endpoint with this path: its key in a request, `{key, meta}` in a response.
    ///
    /// After a `#` follow the ordered maps on the way to a part of the object: `…/network/nics#interfaces/addresses`.
    Ref(String),
    /// A list.
    List(Box<Self>),
    /// A list of fixed length.
    Array(Box<Self>, usize),
    /// An object with free keys.
    Map(Box<Self>),
    /// An object with free keys, and a list `@order` of them.
    Ordered(Box<Self>),
}

impl FieldType {
    /// The name of the type, if it is a named one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Named(name) => Some(name),
            _ => None,
        }
    }

    /// The innermost type, below all lists, arrays and maps.
    pub fn leaf(&self) -> &Self {
        match self {
            Self::List(inner) | Self::Array(inner, _) | Self::Map(inner) | Self::Ordered(inner) => {
                inner.leaf()
            }
            _ => self,
        }
    }
}

/// The key of an ordered map under which the list of its other keys is, and the segment below an ordered collection.
pub const ORDER: &str = "@order";

/// The path of the collection that a reference leads to, without the part of its object.
pub fn collection(to: &str) -> &str {
    to.split('#').next().unwrap_or_default()
}

/// Whether a member must be there.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Presence {
    /// Always.
    #[default]
    Required,
    /// It may be left out.
    Optional,
    /// It must be present while the condition on its siblings holds. Otherwise it has no effect.
    When(Condition),
}

/// Bounds and format of a value. All bounds are included.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Constraint {
    /// Smallest number.
    pub minimum: Option<i64>,
    /// Largest number.
    pub maximum: Option<i64>,
    /// Fewest characters.
    pub min_length: Option<u64>,
    /// Most characters.
    pub max_length: Option<u64>,
    /// Format of a string.
    pub format: Option<Format>,
}

impl Constraint {
    /// Whether nothing is constrained.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A JSON object of a tag member and a content member whose type the tag decides.
#[derive(Debug, Clone, PartialEq)]
pub struct Union {
    /// Rust name.
    pub name: String,
    /// Its meaning.
    pub doc: String,
    /// Wire name of the tag member, `selection` almost everywhere.
    pub tag: String,
    /// Wire name of the content member, `value` almost everywhere.
    pub content: String,
    /// Whether there may be other variants: they are kept and never an error.
    pub open: bool,
    /// Versions that have it.
    pub versions: Versions,
    /// Id of the source that shows it.
    pub source: String,
    /// Variants, in file order.
    pub variants: Vec<Variant>,
}

impl Union {
    /// The variant that this tag value chooses.
    pub fn variant(&self, value: &str) -> Option<&Variant> {
        self.variants.iter().find(|variant| variant.value == value)
    }
}

/// One variant of a [`Union`].
#[derive(Debug, Clone, PartialEq)]
pub struct Variant {
    /// Tag value on the wire.
    pub value: String,
    /// Rust name.
    pub rust: String,
    /// Value of the content member; none for a variant without one.
    pub payload: Option<Payload>,
    /// Its meaning.
    pub doc: String,
    /// Versions that have it.
    pub versions: Versions,
    /// Id of the source that shows it.
    pub source: String,
}

/// Content of a [`Variant`].
#[derive(Debug, Clone, PartialEq)]
pub struct Payload {
    /// Its type.
    pub ty: FieldType,
    /// Bounds and format of the innermost value.
    pub constraint: Constraint,
    /// Whether its value must never be shown.
    pub sensitive: bool,
    /// A valid value of the innermost type.
    pub example: Option<Literal>,
}

/// A JSON string out of a fixed list.
#[derive(Debug, Clone, PartialEq)]
pub struct Enum {
    /// Rust name.
    pub name: String,
    /// Its meaning.
    pub doc: String,
    /// Whether there may be other values: they are kept and never an error.
    pub open: bool,
    /// Versions that have it.
    pub versions: Versions,
    /// Id of the source that shows it.
    pub source: String,
    /// Values, in file order.
    pub values: Vec<EnumValue>,
}

impl Enum {
    /// The value written so, or with this alias.
    pub fn value(&self, text: &str) -> Option<&EnumValue> {
        self.values
            .iter()
            .find(|value| value.value == text || value.aliases.iter().any(|alias| alias == text))
    }
}

/// One value of an [`Enum`].
#[derive(Debug, Clone, PartialEq)]
pub struct EnumValue {
    /// How we write it.
    pub value: String,
    /// Rust name.
    pub rust: String,
    /// Other spellings that are accepted and mean the same.
    pub aliases: Vec<String>,
    /// Its meaning.
    pub doc: String,
    /// Versions that have it.
    pub versions: Versions,
    /// Id of the source that shows it.
    pub source: String,
}
