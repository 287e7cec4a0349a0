//! The shortest value of a kind: what completion writes behind a key.

use sps_model::validate::{Kind, Shape, Version};

use crate::{
    loose::{self, Member, Name, Node, Step, Value},
    place::{Endpoints, Place},
};

/// A value to start from.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Skeleton {
    /// A value of JSON in one line.
    Plain(String),
    /// A text, without quotes.
    Text(String),
    /// An object that a file has in place of a value: one key and a text.
    Notation(&'static str, &'static str),
    Object(Vec<(String, Self)>),
    List(Vec<Self>),
}

/// Objects in objects are filled in so deep.
const MAX_DEPTH: usize = 4;

/// The shortest value of a kind: required members only, null where it may be.
pub(crate) fn of(kind: Kind, version: Option<Version>) -> Skeleton {
    deep(kind, version, MAX_DEPTH)
}

/// A whole body, with notations of a tree where the template has keys of objects.
pub(crate) fn of_template(
    text: &str,
    node: &Node,
    place: Place,
    endpoints: Endpoints<'_>,
) -> Skeleton {
    match (&node.value, place.kind.peeled()) {
        (Value::Scalar(_), Kind::Reference(_) | Kind::Secret) => {
            deep(place.kind.peeled(), None, MAX_DEPTH)
        }
        (Value::Scalar(value), _) if node.span.of(text).is_some_and(|it| it.starts_with('"')) => {
            Skeleton::Text(value.clone())
        }
        (Value::Object(members), _) => {
            let below = |member: &Member| {
                let step = Step { owner: node, name: Name::Key(member), node: &member.value };
                let value =
                    of_template(text, &member.value, place.at(&[step], endpoints), endpoints);
                (member.key.clone(), value)
            };
            Skeleton::Object(members.iter().map(below).collect())
        }
        (Value::List(items), _) if !items.is_empty() => {
            let below = |(index, item)| {
                let step = Step { owner: node, name: Name::Index(index), node: item };
                of_template(text, item, place.at(&[step], endpoints), endpoints)
            };
            Skeleton::List(items.iter().enumerate().map(below).collect())
        }
        _ => Skeleton::Plain(node.span.of(text).unwrap_or("null").to_owned()),
    }
}

fn deep(kind: Kind, version: Option<Version>, depth: usize) -> Skeleton {
    let plain = |text: &str| Skeleton::Plain(text.to_owned());
    let place = Place { kind };
    if place.is_nullable() {
        return plain("null");
    }
    match kind.peeled() {
        Kind::Bool => plain("false"),
        Kind::Int { minimum, maximum } => Skeleton::Plain(0.clamp(minimum, maximum).to_string()),
        Kind::Number => plain("0"),
        Kind::String => Skeleton::Text(String::new()),
        Kind::Secret => Skeleton::Notation("$secret", "env:NAME"),
        Kind::Reference(target) if target.path.ends_with("/passwords") => {
            Skeleton::Notation("$secret", "env:NAME")
        }
        Kind::Reference(target) if target.single_use => plain(r#"{"$new": {}}"#),
        Kind::Reference(_) => Skeleton::Notation("$ref", ""),
        Kind::List(_) | Kind::Array(..) => plain("[]"),
        Kind::Map(_) | Kind::Ordered(_) | Kind::Foreign(_) => plain("{}"),
        Kind::Named(ty) => match ty.shape {
            Shape::Enum { values, .. } => {
                Skeleton::Text(values.first().map_or_else(String::new, |it| it.value.to_owned()))
            }
            _ if depth == 0 => plain("{}"),
            Shape::Struct { .. } => object(place, version, depth),
            Shape::Union { tag, content, variants, .. } => {
                let Some(first) = variants.first() else { return plain("{}") };
                let mut members = vec![(tag.to_owned(), Skeleton::Text(first.value.to_owned()))];
                let content =
                    first.content.map(|it| (content.to_owned(), deep(it, version, depth - 1)));
                members.extend(content);
                Skeleton::Object(members)
            }
            _ => plain("{}"),
        },
        _ => plain("null"),
    }
}

fn object(place: Place, version: Option<Version>, depth: usize) -> Skeleton {
    let nothing = loose::read("", false);
    let keys = place.keys(&nothing, version).into_iter().filter(|it| it.is_required);
    Skeleton::Object(
        keys.map(|it| (it.name.to_owned(), deep(it.kind, version, depth - 1))).collect(),
    )
}

impl Skeleton {
    /// The value in one line, as JSON has it.
    pub(crate) fn in_line(&self) -> String {
        match self {
            Self::Plain(text) => text.clone(),
            Self::Text(text) => quoted(text),
            Self::Notation(key, text) => format!("{{{}: {}}}", quoted(key), quoted(text)),
            Self::List(items) => {
                let items = items.iter().map(Self::in_line);
                format!("[{}]", items.collect::<Vec<_>>().join(", "))
            }
            Self::Object(members) => {
                let members = members
                    .iter()
                    .map(|(key, value)| format!("{}: {}", quoted(key), value.in_line()));
                format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// Whether this is a list that takes a line or more for each item.
    pub(crate) fn has_lines(&self) -> bool {
        let is_object = |it: &Self| matches!(it, Self::Object(_) | Self::Notation(..));
        matches!(self, Self::List(items) if items.iter().any(is_object))
    }

    /// The value as JSON in lines, of which all but the first have this indentation.
    pub(crate) fn json(&self, indent: &str, unit: &str) -> String {
        let inner = format!("{indent}{unit}");
        let lines = |brackets: [char; 2], items: Vec<String>| {
            let [open, close] = brackets;
            let items = items.join(&format!(",\n{inner}"));
            format!("{open}\n{inner}{items}\n{indent}{close}")
        };
        match self {
            Self::Object(members) if !members.is_empty() => {
                let member = |(key, value): &(String, Self)| {
                    format!("{}: {}", quoted(key), value.json(&inner, unit))
                };
                lines(['{', '}'], members.iter().map(member).collect())
            }
            Self::List(items) if self.has_lines() => {
                lines(['[', ']'], items.iter().map(|it| it.json(&inner, unit)).collect())
            }
            other => other.in_line(),
        }
    }

    /// What follows a key and its colon in the block style of YAML, with the space before it.
    pub(crate) fn yaml(&self, indent: &str, unit: &str) -> String {
        let inner = format!("{indent}{unit}");
        match self {
            Self::Object(members) if !members.is_empty() => {
                format!("\n{inner}{}", block(members, &inner, unit))
            }
            Self::Notation(key, text) => format!("\n{inner}{key}: {}", word(text)),
            Self::List(items) if self.has_lines() => {
                let items = items.iter().map(|it| format!("\n{inner}- {}", it.item(&inner, unit)));
                items.collect()
            }
            Self::Text(text) => format!(" {}", word(text)),
            other => format!(" {}", other.in_line()),
        }
    }

    /// What follows the dash of an item.
    pub(crate) fn item(&self, indent: &str, unit: &str) -> String {
        match self {
            // The members are below the first one, which is as far from the dash as `- ` is wide.
            Self::Object(members) if !members.is_empty() => {
                block(members, &format!("{indent}  "), unit)
            }
            Self::Notation(key, text) => format!("{key}: {}", word(text)),
            Self::Text(text) => word(text),
            other => other.in_line(),
        }
    }
}

/// The members of an object in the block style of YAML; all lines but the first have this indentation.
fn block(members: &[(String, Skeleton)], indent: &str, unit: &str) -> String {
    let member =
        |(key, value): &(String, Skeleton)| format!("{}:{}", word(key), value.yaml(indent, unit));
    members.iter().map(member).collect::<Vec<_>>().join(&format!("\n{indent}"))
}

impl Skeleton {
    /// A whole file of YAML.
    pub(crate) fn yaml_body(&self, unit: &str) -> String {
        match self {
            Self::Object(members) if !members.is_empty() => block(members, "", unit) + "\n",
            other => other.in_line() + "\n",
        }
    }
}

/// A text as JSON writes it.
pub(crate) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// A text in YAML: without quotes where every reader takes it for a text.
pub(crate) fn word(text: &str) -> String {
    let rest = text.strip_prefix('$').unwrap_or(text);
    let is_plain = rest.starts_with(|it: char| it.is_ascii_alphabetic())
        && rest.chars().all(|it| it.is_ascii_alphanumeric() || "_-./".contains(it))
        && !["y", "n", "yes", "no", "on", "off", "true", "false", "null"]
            .contains(&text.to_ascii_lowercase().as_str());
    if is_plain { text.to_owned() } else { quoted(text) }
}
