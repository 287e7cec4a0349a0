//! Values of the configuration as the page shows them: references are links, and secrets are known as such.

use serde_json::{Map, Value};
use sps_spec::{Endpoint, FieldType, ORDER, Spec, TypeDef, collection};

use crate::{
    configuration::{Configuration, Node, Tree},
    page::text::short,
};

/// Length of a text that counts as one more value.
pub(super) const VALUE_BYTES: usize = 256;

/// Parts of names that a secret has, also where the spec does not call it one.
const SECRET_NAMES: &[&str] = &[
    "pass",
    "secret",
    "private",
    "token",
    "plain",
    "credential",
    "community",
    "shared_key",
    "api_key",
    "psk",
    "cookie",
];

/// What a private key in PEM has, whatever the name of its member.
const PRIVATE_KEY: &str = "PRIVATE KEY-----";

/// A value. There is no `Debug`: it holds secrets.
#[derive(Clone, PartialEq)]
pub(super) enum Shown {
    /// Null, a Boolean or a number.
    Plain(String),
    Text(String),
    Secret(String),
    Reference(Link),
    List(Vec<Self>),
    Object(Vec<(String, Self)>),
    /// The body has more values than a page shows.
    Cut,
}

/// A link to an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Link {
    /// Path of the object in the API.
    pub(super) path: String,
    /// Key, with the path of a part behind it if it leads to one.
    pub(super) key: String,
    /// Name of the object, if it has one. A long one is cut.
    pub(super) label: Option<String>,
    /// Whether the object is there.
    pub(super) exists: bool,
}

/// Reads bodies of one configuration.
pub(super) struct Reader<'a> {
    spec: &'a Spec,
    tree: &'a Tree,
    configuration: &'a Configuration,
    /// How many more values are read.
    left: usize,
}

impl<'a> Reader<'a> {
    /// Creates a reader that stops after this number of values. A long text counts as many.
    pub(super) fn new(
        spec: &'a Spec,
        tree: &'a Tree,
        configuration: &'a Configuration,
        values: usize,
    ) -> Self {
        Self { spec, tree, configuration, left: values }
    }

    /// Reads a stored body.
    pub(super) fn body(&mut self, node: Node, stored: &Value) -> Shown {
        let (Node::Singleton(endpoint) | Node::Collection(endpoint)) = node else {
            return self.untyped("", stored);
        };
        match body_type(endpoint) {
            Some(ty) => self.value(ty, "", stored),
            None => self.untyped("", stored),
        }
    }

    /// Reads a value that no type describes, such as one of a response.
    pub(super) fn untyped(&mut self, name: &str, value: &Value) -> Shown {
        if !self.takes(value) {
            return Shown::Cut;
        }
        match value {
            Value::Array(elements) => list(elements, |it| self.untyped(name, it)),
            Value::Object(members) => {
                let href = value.pointer("/meta/href").and_then(Value::as_str);
                let key = members.get("key").and_then(Value::as_str);
                if let (Some(href), Some(key), 2) = (href, key, members.len()) {
                    let path = href.split('#').next().unwrap_or_default();
                    return Shown::Reference(self.link(path, key));
                }
                // What is in a secret is a secret, too.
                let is_secret = names_secret(name);
                object(members, |own, it| self.untyped(if is_secret { name } else { own }, it))
            }
            _ => named(name, value),
        }
    }

    /// Returns the link to an object or to an endpoint.
    pub(super) fn link(&self, path: &str, key: &str) -> Link {
        let (above, last) = path.rsplit_once('/').unwrap_or_default();
        let object = self.configuration.find(above, last);
        let node = self.tree.node(above);
        Link {
            path: path.to_owned(),
            key: key.to_owned(),
            exists: object.is_some() || self.configuration.singletons.contains_key(path),
            label: object.zip(node).and_then(|(it, node)| label(self.spec, node, &it.body)),
        }
    }

    fn takes(&mut self, value: &Value) -> bool {
        let takes = self.left > 0;
        let length = value.as_str().map_or(0, str::len);
        self.left = self.left.saturating_sub(1 + length / VALUE_BYTES);
        takes
    }

    fn value(&mut self, ty: &FieldType, name: &str, stored: &Value) -> Shown {
        if !self.takes(stored) {
            return Shown::Cut;
        }
        match (ty, stored) {
            (FieldType::Ref(to), Value::String(key)) => {
                let object = if to.contains('#') { key.split('.').next() } else { None };
                let path = format!("{}/{}", collection(to), object.unwrap_or(key));
                Shown::Reference(self.link(&path, key))
            }
            (FieldType::List(inner) | FieldType::Array(inner, _), Value::Array(elements)) => {
                list(elements, |it| self.value(inner, name, it))
            }
            (FieldType::Map(inner) | FieldType::Ordered(inner), Value::Object(members)) => {
                object(members, |name, it| match name {
                    ORDER => self.untyped(name, it),
                    _ => self.value(inner, name, it),
                })
            }
            (FieldType::Named(def), _) => match self.spec.type_def(def) {
                Some(def) => self.def(def, name, stored),
                None => self.untyped(name, stored),
            },
            (FieldType::Bool | FieldType::Int | FieldType::Number | FieldType::String, _)
                if !stored.is_object() && !stored.is_array() =>
            {
                named(name, stored)
            }
            _ => self.untyped(name, stored),
        }
    }

    fn def(&mut self, def: &TypeDef, name: &str, stored: &Value) -> Shown {
        let Value::Object(members) = stored else { return plain_or(self, name, stored) };
        let tag = |name: &str| members.get(name).and_then(Value::as_str);
        object(members, |name, value| {
            let member = match def {
                TypeDef::Struct(def) => def.field(name).map(|it| (&it.ty, it.sensitive)),
                TypeDef::Union(def) if name == def.content => {
                    let payload = tag(&def.tag).and_then(|tag| def.variant(tag)?.payload.as_ref());
                    payload.map(|it| (&it.ty, it.sensitive))
                }
                TypeDef::Union(_) | TypeDef::Enum(_) => None,
            };
            match member {
                Some((_, true)) => secret(value),
                Some((ty, false)) => self.value(ty, name, value),
                None => self.untyped(name, value),
            }
        })
    }
}

impl Shown {
    /// How many values this single one counts as.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Text(text) | Self::Secret(text) => 1 + text.len() / VALUE_BYTES,
            _ => 1,
        }
    }

    /// Whether the value is a secret, or holds one.
    pub(super) fn has_secret(&self) -> bool {
        match self {
            Self::Secret(_) => true,
            Self::List(elements) => elements.iter().any(Self::has_secret),
            Self::Object(members) => members.iter().any(|it| it.1.has_secret()),
            _ => false,
        }
    }

    /// Lists every value with its RFC 6901 pointer. An empty list or object is a value of its own.
    pub(super) fn leaves(&self) -> Vec<(String, &Self)> {
        let mut leaves = Vec::new();
        self.collect(&mut String::new(), &mut leaves);
        leaves
    }

    fn collect<'s>(&'s self, pointer: &mut String, leaves: &mut Vec<(String, &'s Self)>) {
        let length = pointer.len();
        let mut below = |segment: &str, value: &'s Self| {
            pointer.push('/');
            pointer.push_str(&segment.replace('~', "~0").replace('/', "~1"));
            value.collect(pointer, leaves);
            pointer.truncate(length);
        };
        match self {
            Self::List(elements) if !elements.is_empty() => {
                for (index, value) in elements.iter().enumerate() {
                    below(&index.to_string(), value);
                }
            }
            Self::Object(members) if !members.is_empty() => {
                for (name, value) in members {
                    below(name, value);
                }
            }
            _ => leaves.push((pointer.clone(), self)),
        }
    }
}

/// Returns the name of an object.
pub(super) fn label(spec: &Spec, node: Node, body: &Value) -> Option<String> {
    let named = match node {
        Node::Collection(endpoint) => match body_type(endpoint).map(|it| (it, it.name())) {
            Some((_, Some(name))) => match spec.type_def(name) {
                Some(TypeDef::Struct(def)) => def.fields.iter().find(|it| it.label),
                _ => None,
            },
            _ => None,
        },
        _ => None,
    };
    let member = named.map_or("name", |it| &it.name);
    body.get(member).and_then(Value::as_str).map(short)
}

fn body_type(endpoint: &Endpoint) -> Option<&FieldType> {
    // What is stored has the form of a request.
    endpoint.request.as_ref().or(endpoint.response.as_ref()).map(|it| &it.ty)
}

/// Reads elements up to the first one that is cut.
fn list(elements: &[Value], mut read: impl FnMut(&Value) -> Shown) -> Shown {
    let mut all = Vec::new();
    for element in elements {
        all.push(read(element));
        if matches!(all.last(), Some(Shown::Cut)) {
            break;
        }
    }
    Shown::List(all)
}

/// Reads members up to the first one that is cut.
fn object(members: &Map<String, Value>, mut read: impl FnMut(&str, &Value) -> Shown) -> Shown {
    let mut all = Vec::new();
    for (name, value) in members {
        all.push((short(name), read(name, value)));
        if matches!(all.last(), Some((_, Shown::Cut))) {
            break;
        }
    }
    Shown::Object(all)
}

fn plain_or(reader: &mut Reader<'_>, name: &str, stored: &Value) -> Shown {
    // Above all an enum value, which is no secret whatever its name says.
    if stored.is_array() { reader.untyped(name, stored) } else { plain(stored) }
}

fn plain(value: &Value) -> Shown {
    match value {
        Value::String(text) => Shown::Text(text.clone()),
        other => Shown::Plain(other.to_string()),
    }
}

/// Reads a single value of a member with this name, which may say that it is a secret.
fn named(name: &str, value: &Value) -> Shown {
    match value {
        Value::String(text) if names_secret(name) || text.contains(PRIVATE_KEY) => secret(value),
        _ => plain(value),
    }
}

fn secret(value: &Value) -> Shown {
    match value {
        Value::Null => plain(value),
        Value::String(text) => Shown::Secret(text.clone()),
        other => Shown::Secret(other.to_string()),
    }
}

fn names_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|it| name.contains(it))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(path: &str, body: &Value) -> Shown {
        let spec: &'static Spec = Box::leak(Box::new(Spec::embedded()));
        let target = "8.0".parse().unwrap();
        let (tree, _) = crate::configuration::parts(spec, &target);
        let configuration = Configuration::default();
        let node = tree.node(path).unwrap();
        Reader::new(spec, &tree, &configuration, 1_000).body(node, body)
    }

    #[test]
    fn knows_secrets_by_the_spec_and_by_their_names() {
        let body = json!({"plain": "hush"});
        let shown = read("/api/configuration/passwords", &body);
        assert!(shown.leaves().iter().all(|(_, it)| matches!(it, Shown::Secret(_))));
        // A plugin has no type.
        let body = json!({"name": "p", "config": [{
            "Api_Token": "t", "password": ["x", null], "credentials": {"user": "u"}, "psk": "k",
            "file": "-----BEGIN PRIVATE KEY-----",
        }]});
        let shown = read("/api/configuration/plugins/aa", &body);
        let is_secret = |it: &(String, &Shown)| (it.0.clone(), matches!(it.1, Shown::Secret(_)));
        let leaves: Vec<_> = shown.leaves().iter().map(is_secret).collect();
        let expected = [
            ("/config/0/Api_Token", true),
            ("/config/0/credentials/user", true),
            ("/config/0/file", true),
            ("/config/0/password/0", true),
            ("/config/0/password/1", false),
            ("/config/0/psk", true),
            ("/name", false),
        ];
        assert_eq!(leaves, expected.map(|(pointer, it)| (pointer.to_owned(), it)));
        assert!(shown.has_secret());
        // The spec does not call a community a secret.
        let v2c = json!({"community": "noc-7", "enabled": true});
        let body = json!({"version_2c": v2c, "system_contact": "ops"});
        let shown = read("/api/configuration/local_services/snmp_agent", &body);
        let leaves: Vec<_> = shown.leaves().iter().map(is_secret).collect();
        let expected = [
            ("/system_contact", false),
            ("/version_2c/community", true),
            ("/version_2c/enabled", false),
        ];
        assert_eq!(leaves, expected.map(|(pointer, it)| (pointer.to_owned(), it)));
        let body = json!({"allow_password_auth": true});
        assert!(!read("/api/configuration/local_services/ssh", &body).has_secret());
    }

    #[test]
    fn cuts_a_body_that_is_too_long() {
        let body = json!({"list": vec![0; 5_000]});
        let shown = read("/api/configuration/plugins/aa", &body);
        let leaves = shown.leaves();
        assert!(leaves.len() < 1_000);
        assert_eq!(leaves.iter().filter(|it| matches!(it.1, Shown::Cut)).count(), 1);
        let body = json!({"a": ["x".repeat(150_000), "y".repeat(150_000), "z"], "b": 1});
        let shown = read("/api/configuration/plugins/aa", &body);
        let pointers: Vec<_> = shown.leaves().into_iter().map(|it| it.0).collect();
        assert_eq!(pointers, ["/a/0", "/a/1", "/a/2", "/b"]);
        assert!(matches!(shown.leaves()[2..], [(_, Shown::Cut), (_, Shown::Cut)]));
    }
}
