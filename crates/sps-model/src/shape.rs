//! Steps from the kind of a value to the kind of a part of it, and the normal form of values, for code that walks a body
//! without its type.

mod normal;

use serde_json::{Map, Value};
use sps_validate::{Check, Condition, Kind, Member, ORDER, Shape, Type, format::Format};

pub use sps_validate::is_secret_name;

/// Returns the value of the tag, if the object is a union of this kind.
pub fn tag_of(kind: Kind, object: &Map<String, Value>) -> Option<&str> {
    let Kind::Named(ty) = kind.peeled() else { return None };
    let Shape::Union { tag, .. } = ty.shape else { return None };
    object.get(tag)?.as_str()
}

/// Returns the kind under a key; `None` where no source shows the key.
///
/// `tag` is the value of the tag, where the object is a union.
pub fn member(kind: Kind, tag: Option<&str>, key: &str) -> Option<Kind> {
    Some(Place::new(kind).member(tag, key)?.kind)
}

/// Returns the kind of the elements of a list; `Kind::Any` where no source shows it.
pub fn element(kind: Kind) -> Kind {
    Place::new(kind).element().kind
}

/// Returns the member that names an object of this kind, in files too; `None` where no source shows one.
///
/// ```
/// use sps_model::{Describe as _, TimePolicy, shape};
/// assert_eq!(shape::label_member(TimePolicy::KIND), Some("name"));
/// ```
pub fn label_member(kind: Kind) -> Option<&'static str> {
    let Kind::Named(ty) = kind.peeled() else { return None };
    let Shape::Struct { fields, .. } = ty.shape else { return None };
    let (_, field) = fields.iter().enumerate().find(|(at, _)| ty.member(*at).is_label)?;
    Some(field.name)
}

/// Returns the spelling that we write of an enum value that has several.
pub fn canonical(kind: Kind, value: &str) -> &str {
    let Kind::Named(ty) = kind.peeled() else { return value };
    let Shape::Enum { values, .. } = ty.shape else { return value };
    values.iter().find(|it| it.aliases.contains(&value)).map_or(value, |it| it.value)
}

/// Returns the normal form of a body; see [`Place::normal`].
///
/// ```
/// use serde_json::json;
/// use sps_model::{Describe as _, Email, shape};
/// let server = |name: &str| json!({"smtp_server": {"selection": "fqdn", "value": name}});
/// let normal = shape::normal(Email::KIND, &server("Mail.Example.COM"));
/// assert_eq!(normal, server("mail.example.com"));
/// ```
pub fn normal(kind: Kind, value: &Value) -> Value {
    Place::new(kind).normal(value)
}

/// Whether two bodies mean the same; see [`Place::is_same`].
pub fn is_same(kind: Kind, one: &Value, other: &Value) -> bool {
    Place::new(kind).is_same(one, other)
}

/// A place in a body: the kind of the value there, and the facts that decide which values mean the same.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct Place {
    /// The kind of the value.
    pub kind: Kind,
    /// Whether the order of the list has no meaning.
    pub is_unordered: bool,
    /// The value that absence means, as JSON text.
    pub default: Option<&'static str>,
    /// The format of the text, or of the innermost texts of lists and maps.
    format: Option<Format>,
    /// Whether the text is a hexadecimal number.
    is_hex: bool,
}

impl Place {
    /// Returns the place of a whole body.
    pub const fn new(kind: Kind) -> Self {
        Self { kind, is_unordered: false, default: None, format: None, is_hex: false }
    }

    /// Returns the place under a key; `None` where no source shows the key.
    ///
    /// `tag` is the value of the tag, where the object is a union.
    #[must_use]
    pub fn member(&self, tag: Option<&str>, key: &str) -> Option<Self> {
        match self.kind.peeled() {
            Kind::Ordered(_) if key == ORDER => Some(Self::new(Kind::List(&Kind::String))),
            Kind::Map(inner) | Kind::Ordered(inner) => Some(self.inside(*inner)),
            Kind::Named(ty) => match ty.shape {
                Shape::Struct { fields, .. } => {
                    let at = fields.iter().position(|field| field.name == key)?;
                    let is_hex = is_hex(ty, key);
                    Some(Self { is_hex, ..Self::of(fields[at].kind, ty.member(at)) })
                }
                Shape::Union { tag: name, .. } if key == name => Some(Self::new(Kind::String)),
                Shape::Union { content, variants, .. } if key == content => {
                    let at = variants.iter().position(|variant| Some(variant.value) == tag)?;
                    Some(Self::of(variants[at].content?, ty.member(at)))
                }
                _ => None,
            },
            _ => None,
        }
    }

    /// Returns the place of the elements of a list; its kind is `Kind::Any` where no source shows it.
    #[must_use]
    pub fn element(&self) -> Self {
        match self.kind.peeled() {
            Kind::List(inner) | Kind::Array(inner, _) => self.inside(*inner),
            _ => Self::new(Kind::Any),
        }
    }

    /// Returns the normal form of a value: two values with the same normal form mean the same.
    ///
    /// | Value | Normal form |
    /// |---|---|
    /// | number with an integral value | without fraction and exponent |
    /// | value of an enum | the spelling that we write |
    /// | `fqdn`, and the domain of an `email-address` | lower case |
    /// | `ip-address`, `ip-network` | the text of RFC 5952, bits behind the prefix kept |
    /// | `uuid` | lower case |
    /// | `time-of-day` | hour without leading zero |
    /// | `pem-certificate` | lines of 64 characters, each ended by a line feed |
    /// | hexadecimal number | `0x` and lower case |
    /// | list whose order has no meaning | sorted |
    ///
    /// Everything else stays as it is: texts without such a format, texts that lack their format, values that no source
    /// describes, and the notations of files, which are objects with one key such as `$ref`.
    #[must_use]
    pub fn normal(&self, value: &Value) -> Value {
        normal::value(self, value)
    }

    /// Whether two values mean the same: they have the same normal form, or are equal numbers.
    #[must_use]
    pub fn is_same(&self, one: &Value, other: &Value) -> bool {
        one == other || normal::is_same_number(one, other) || self.normal(one) == self.normal(other)
    }

    /// The place of a member with these facts.
    fn of(kind: Kind, facts: &Member) -> Self {
        Self {
            kind,
            is_unordered: facts.is_unordered,
            default: facts.default,
            format: facts.constraint.format,
            is_hex: false,
        }
    }

    /// The place of what a list or a map at this place holds.
    const fn inside(self, kind: Kind) -> Self {
        Self { kind, is_unordered: false, default: None, ..self }
    }
}

/// Whether a rule demands that this member of the type is a hexadecimal number.
fn is_hex(ty: &Type, name: &str) -> bool {
    ty.constraints.rules.iter().any(|rule| match rule.check {
        Check::Condition(Condition::Hex(input)) => {
            matches!(rule.inputs.get(usize::from(input)), Some([it]) if *it == name)
        }
        _ => false,
    })
}
