//! The notations of a tree as schemas: objects with one key, in place of a value.

use sps_spec::{Endpoint, EndpointKind, Method};

use super::object::{Object, strings};
use crate::json::Json;

/// What the paths of all endpoints begin with that have files.
pub(super) const CONFIGURATION: &str = "/api/configuration/";

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

/// The name of an object, in which `%` and `/` are percent-encoded.
pub(super) const NAME: &str = "(?:[^/%]|%[0-9A-Fa-f]{2})+";
/// The key of an object: hexadecimal digits and hyphens, and at least one digit.
pub(super) const KEY: &str = "[0-9A-Fa-f-]*[0-9][0-9A-Fa-f-]*";

/// What may be before the name in a label.
pub(super) fn before(collection: &str) -> String {
    format!("^/?(?:api/configuration/)?(?:{collection}/)?")
}

/// The text of a `$ref`.
pub(super) fn reference(before: &str, name: &str, collection: Option<&str>) -> Object {
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
pub(super) fn source(is_in_new: bool) -> Object {
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

/// The text of a `$secret` in place of what cannot be listed, and can only stay.
pub(super) fn kept() -> Object {
    Object::new().with("description", "Leaves what the appliance has.").with("const", "keep")
}

/// Refuses a `$new` without a member that has a value.
pub(super) fn with_a_value() -> Object {
    let blank = [Json::Null, "".into(), Vec::new().into(), Object::new().into()];
    let blank = Object::new().with("enum", blank.to_vec());
    Object::new().with("not", Object::new().with("additionalProperties", blank))
}

/// The text of a `$file`.
pub(super) fn file() -> Object {
    let text = "A file in the tree with the text, looked up from the folder of this file, then from the root of the tree. \
                A certificate is tidied; other texts get the line ends of Unix.";
    Object::new()
        .with("description", text)
        .with("type", "string")
        .with("pattern", "^[^/\\\\][\\s\\S]*$")
        .with("examples", strings(["ca.pem"]))
}

/// An object with one key.
pub(super) fn notation(title: &str, key: &str, value: Object) -> Object {
    Object::new()
        .with("title", title)
        .with("type", "object")
        .with("properties", Object::new().with(key, value))
        .with("required", strings([key]))
        .with("additionalProperties", false)
}

/// An object with one of these members.
pub(super) fn one_of_these(members: Object) -> Object {
    Object::new()
        .with("type", "object")
        .with("properties", members)
        .with("minProperties", 1)
        .with("maxProperties", 1)
        .with("additionalProperties", false)
}

pub(super) fn short(path: &str) -> &str {
    path.strip_prefix(CONFIGURATION).unwrap_or(path)
}

pub(super) fn has_names(endpoint: &Endpoint) -> bool {
    endpoint.kind != EndpointKind::Collection || endpoint.methods.contains(&Method::Get)
}

/// The pattern of the names of secrets.
pub(super) fn secret_names() -> String {
    let letter = |it: char| format!("[{}{it}]", it.to_ascii_uppercase());
    let names = SECRET_NAMES.iter().map(|name| name.chars().map(letter).collect::<String>());
    names.collect::<Vec<_>>().join("|")
}

/// Whether a text with this name is a secret although no source says so.
pub(super) fn is_secret_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.iter().any(|it| name.contains(it))
}
