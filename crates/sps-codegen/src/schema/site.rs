//! What a file of a tree of configuration may have in place of a value.
//!
//! A notation is an object with one key. Where several fit, they are the members of one object that has exactly one of them,
//! so that an editor offers each with its own description.

use std::mem;

use sps_spec::{Endpoint, EndpointKind, Method};

use super::{
    bare,
    object::{Object, any_of, strings},
    types::{Types, definition},
    value::Leaf,
};

/// What the paths of all endpoints begin with that have files.
const CONFIGURATION: &str = "/api/configuration/";

/// Parts of the names of keys that hold secrets where no source says so.
const SECRET_NAMES: [&str; 6] = ["pass", "secret", "plain", "token", "private", "community"];

/// Where a secret may come from.
const SOURCES: &str = "`env:NAME` is a variable of the environment, `file:PATH` a file, which may lie outside of the tree, \
                       `prompt:TEXT` asks a person, and `command:LINE` is what a command prints, where commands are allowed.";

/// Whether objects of the endpoint have files in a tree: objects of a collection that cannot be listed have no names.
pub(super) fn has_files(endpoint: &Endpoint) -> bool {
    endpoint.path.starts_with(CONFIGURATION)
        && match endpoint.kind {
            EndpointKind::Singleton => true,
            EndpointKind::Collection => has_names(endpoint),
            _ => false,
        }
}

/// The file or the files that the endpoint has in a tree.
pub(super) fn files(endpoint: &Endpoint) -> String {
    let short = endpoint.short_path();
    match endpoint.kind {
        EndpointKind::Collection => format!("`{short}/NAME.yaml` or `{short}/NAME.json`"),
        _ => format!("`{short}.yaml` or `{short}.json`"),
    }
}

/// Names of members that are no notation. Only at the top may an address of a schema be among them.
pub(super) fn plain_names(is_top: bool) -> Object {
    let schema = if is_top { "\\$schema|" } else { "" };
    Object::new().with("pattern", format!("^(?:{schema}[^$][\\s\\S]*)?$"))
}

/// The member with the address of a schema at the top of a file.
pub(super) fn schema_member() -> Object {
    Object::new()
        .with("description", "The address of a schema, for editors. It is never sent.")
        .with("type", "string")
}

/// The text of a file as a whole body, with the address of a schema beside it.
pub(super) fn text_with_schema(schema: &str) -> Object {
    let members = Object::new().with("$file", file()).with(schema, schema_member());
    Object::new()
        .with("title", "Text of a file")
        .with("type", "object")
        .with("properties", members)
        .with("required", strings(["$file"]))
        .with("additionalProperties", false)
}

impl<'a> Types<'a> {
    /// A text; its value may be elsewhere.
    pub(super) fn text_of_site(&mut self, plain: Object, leaf: Leaf<'_>) -> Object {
        let notation = if leaf.is_sensitive || is_secret_name(leaf.name) {
            self.secret()
        } else {
            self.define("text", |_| notation("Text of a file", "$file", file()))
        };
        any_of([plain, notation])
    }

    /// A reference to an object of the endpoint with this path.
    pub(super) fn reference_of_site(&mut self, to: &str, is_nullable: bool) -> Object {
        let path = to.split('#').next().unwrap_or(to);
        let spec = self.spec;
        let target = spec.endpoint(path);
        let notation = match target.filter(|it| it.single_use) {
            Some(target) => self.single_use(target),
            None => self.label(path, target.is_none_or(has_names)),
        };
        let null = is_nullable.then(|| Object::new().with("type", "null"));
        any_of([notation, self.key_of_site()].into_iter().chain(null))
    }

    /// A value whose form no source shows. Where its key sounds like it, it may be a secret.
    pub(super) fn anything_of_site(&mut self, may_be_secret: bool) -> Object {
        let name = self.own_name(if may_be_secret { "anything-secret" } else { "anything" });
        self.define(&name, |types| {
            let mut members = Object::new().with("$ref", reference("^/?(?:[^/%]+/)+", NAME, None));
            if may_be_secret {
                members = members.with("$secret", source(types.is_in_new));
            }
            let members = members.with("$file", file());
            let scalar =
                Object::new().with("type", strings(["string", "number", "boolean", "null"]));
            let list = Object::new().with("type", "array").with("items", definition(&name));
            let secret = types.anything_of_site(true);
            let object = Object::new()
                .with("type", "object")
                .with("propertyNames", plain_names(false))
                .with("patternProperties", Object::new().with(&secret_names(), secret))
                .with("additionalProperties", types.anything_of_site(types.is_in_new));
            Object::new()
                .with("title", "Anything")
                .with("description", "No source shows what belongs here.")
                .and(any_of([scalar, list, object, one_of_these(members)]))
        })
    }

    /// The value of a secret, from somewhere else.
    fn secret(&mut self) -> Object {
        let name = self.own_name("secret");
        self.define(&name, |types| notation("Secret", "$secret", source(types.is_in_new)))
    }

    /// A reference by label.
    fn label(&mut self, path: &str, has_names: bool) -> Object {
        let collection = short(path);
        self.define(&format!("reference.{}", collection.replace('/', ".")), |_| {
            let (before, name) = (before(collection), if has_names { NAME } else { KEY });
            let label = reference(&before, name, Some(collection));
            notation(&format!("Reference to an object of {collection}"), "$ref", label)
        })
    }

    /// The reference to an object that serves one user, and is made with it.
    fn single_use(&mut self, target: &'a Endpoint) -> Object {
        let collection = target.short_path();
        let name = self.own_name(&format!("single-use.{}", collection.replace('/', ".")));
        self.define(&name, |types| {
            let mut members = Object::new();
            if collection == "passwords" {
                members = members.with("$secret", source(types.is_in_new));
            }
            if !types.is_in_new {
                let text =
                    format!("The body of a new object of `{collection}`, made with this one.");
                let body = types.body_of_new(target);
                members = members.with("$new", Object::new().with("description", text).and(body));
            }
            let label = reference(&before(collection), KEY, None);
            let title = format!("Reference to an object of {collection}, which serves one user");
            Object::new().with("title", title).and(one_of_these(members.with("$ref", label)))
        })
    }

    /// The body of an object that is made with its user.
    fn body_of_new(&mut self, target: &'a Endpoint) -> Object {
        let was_in_new = mem::replace(&mut self.is_in_new, true);
        let schema = match &target.request {
            Some(of) => {
                let body = self.value_of_body(of);
                bare(self.spec, target, of, body)
            }
            None => Object::new().with("type", "object"),
        };
        self.is_in_new = was_in_new;
        schema
    }

    /// The key of an object, which only one appliance has.
    fn key_of_site(&mut self) -> Object {
        self.define("key", |_| {
            let text = "The key of an object on one appliance. Prefer a label, which each appliance understands: \
                        {\"$ref\": \"COLLECTION/NAME\"}.";
            Object::new()
                .with("title", "Key")
                .with("description", text)
                .with("type", "string")
                .with("maxLength", 64)
                .with("pattern", format!("^{KEY}$"))
        })
    }

    /// The name of a definition that is another one inside of a `$new`.
    pub(super) fn own_name(&self, name: &str) -> String {
        if self.is_in_new { format!("new.{name}") } else { name.to_owned() }
    }
}

/// The name of an object, in which `%` and `/` are percent-encoded.
const NAME: &str = "(?:[^/%]|%[0-9A-Fa-f]{2})+";
/// The key of an object: hexadecimal digits and hyphens, and at least one digit.
const KEY: &str = "[0-9A-Fa-f-]*[0-9][0-9A-Fa-f-]*";

/// What may be before the name in a label.
fn before(collection: &str) -> String {
    format!("^/?(?:api/configuration/)?(?:{collection}/)?")
}

/// The text of a `$ref`.
fn reference(before: &str, name: &str, collection: Option<&str>) -> Object {
    let examples = collection.map(|it| strings([format!("{it}/NAME")]));
    let text = match (name, collection) {
        (KEY, _) => {
            "The key of an object, as the last part of its label. These objects have no names."
                .to_owned()
        }
        (_, None) => "The label of an object: the path of its collection, and its name.".to_owned(),
        (_, Some(it)) => format!(
            "The label of an object: its file in the tree without the ending, `{it}/NAME`. `NAME` alone is enough. What is \
             built in has its key as a name."
        ),
    };
    Object::new()
        .with("description", text)
        .with("type", "string")
        .with("pattern", format!("{before}{name}/*$"))
        .with_some("examples", examples)
}

/// The text of a `$secret`.
fn source(is_in_new: bool) -> Object {
    let (keep, text) = if is_in_new {
        ("", String::new())
    } else {
        ("keep|", " `keep` leaves what the appliance has.".to_owned())
    };
    let pattern = format!("^(?:{keep}(?:env|file|prompt|command):[\\s\\S]+)$");
    let mut examples = vec!["env:NAME", "file:PATH", "prompt:TEXT", "command:LINE"];
    if !is_in_new {
        examples.push("keep");
    }
    Object::new()
        .with("description", format!("Where the secret comes from. {SOURCES}{text}"))
        .with("type", "string")
        .with("pattern", pattern)
        .with("examples", strings(examples))
}

/// The text of a `$file`.
fn file() -> Object {
    let text = "A file in the tree with the text, looked up from the folder of this file, then from the root of the tree. \
                A certificate is tidied; other texts get the line ends of Unix.";
    Object::new()
        .with("description", text)
        .with("type", "string")
        .with("pattern", "^[^/\\\\][\\s\\S]*$")
        .with("examples", strings(["ca.pem"]))
}

/// An object with one key.
fn notation(title: &str, key: &str, value: Object) -> Object {
    Object::new()
        .with("title", title)
        .with("type", "object")
        .with("properties", Object::new().with(key, value))
        .with("required", strings([key]))
        .with("additionalProperties", false)
}

/// An object with one of these members.
fn one_of_these(members: Object) -> Object {
    Object::new()
        .with("type", "object")
        .with("properties", members)
        .with("minProperties", 1)
        .with("maxProperties", 1)
        .with("additionalProperties", false)
}

fn short(path: &str) -> &str {
    path.strip_prefix(CONFIGURATION).unwrap_or(path)
}

fn has_names(endpoint: &Endpoint) -> bool {
    endpoint.kind != EndpointKind::Collection || endpoint.methods.contains(&Method::Get)
}

/// The pattern of the names of secrets.
fn secret_names() -> String {
    let letter = |it: char| format!("[{}{it}]", it.to_ascii_uppercase());
    let names = SECRET_NAMES.iter().map(|name| name.chars().map(letter).collect::<String>());
    names.collect::<Vec<_>>().join("|")
}

/// Whether a text with this name is a secret although no source says so.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|it| name.contains(it))
}
