//! The schema of `sps.toml`, the settings of a tree of configuration.

use sps_spec::{Code, EndpointKind, Origin, Severity, Spec};

use super::{
    BASE, DIALECT, SchemaForm, forms,
    object::{Object, any_of, strings},
};
use crate::json::Json;

/// The file of the schema of `sps.toml` in a folder of all schemas.
pub fn schema_file_of_settings() -> &'static str {
    "sps.toml.site.json"
}

/// The code of a member that no source shows, which a tree may let pass although it is about the structure.
const UNKNOWN_KEY: &str = "unknown-key";

/// The JSON Schema of `sps.toml`, as pretty JSON with a final newline.
///
/// It offers the endpoints and codes that the spec knows, and accepts others: a tree may have endpoints that no source
/// shows, and a path may be written with `/api/configuration/` before it.
pub fn schema_of_settings(spec: &Spec) -> String {
    let with_files: Vec<_> =
        spec.endpoints.iter().filter(|it| forms(it).contains(&SchemaForm::Site)).collect();
    let collections = with_files.iter().filter(|it| it.kind == EndpointKind::Collection);
    let collections = strings(collections.map(|it| it.short_path()));
    let endpoints = strings(with_files.iter().map(|it| it.short_path()));
    // What is wrong with the form of a tree or of a body is never waived; warnings about a tree are.
    let is_waivable = |it: &&Code| match it.origin {
        Origin::Rule => true,
        Origin::Tree => it.severity == Severity::Warning,
        Origin::Structure => it.code == UNKNOWN_KEY,
    };
    let codes = strings(spec.codes.iter().filter(is_waivable).map(|it| it.code.as_str()));

    let target = Object::new()
        .with("description", "The version that the files are written for, as a text. Another version of an appliance is a warning, a member that it lacks an error.")
        .with("type", "string")
        .with("pattern", "^[0-9]{1,10}(?:\\.[0-9]{1,10}){0,3}$")
        .with("examples", strings(["7.5", "8.0"]));
    let owned = list(
        "Collections in which the tree is complete: what the appliance has there and the tree lacks is deleted.",
        one_of_or_another(collections.clone()),
    );
    let ignored = list(
        "Endpoints, areas and objects that are left alone, also where the tree has them.",
        one_of_or_another(endpoints),
    );
    let unknown = list(
        "Paths of endpoints that no source shows. Nothing in their files can be checked.",
        text("The path below `/api/configuration/`."),
    );
    let allow = list(
        "Codes of rules that the files may break. `unknown-key` lets members pass that no source shows.",
        one_of_or_another(codes),
    );
    let check = table()
        .with("description", "How the files are checked.")
        .with("properties", Object::new().with("allow", allow));
    let ends = Object::new()
        .with("from", text("The label that the object has on the appliance: `COLLECTION/NAME`."))
        .with("to", text("The label that the object has in the tree: `COLLECTION/NAME`."));
    let moved = list(
        "Objects that get another name. They keep their keys, so whatever refers to them stays as it is.",
        table().with("properties", ends).with("required", strings(["from", "to"])),
    );
    let members = Object::new()
        .with("target", target)
        .with("owned", owned)
        .with("ignored", ignored)
        .with("unknown", unknown)
        .with("check", check)
        .with("moved", moved);
    let schema = Object::new()
        .with("$schema", DIALECT)
        .with("$id", format!("{BASE}{}", schema_file_of_settings()))
        .with("title", "sps.toml: settings of a tree of configuration")
        .with("description", "What the files of a tree are for, and what a plan may touch. Paths are those below `/api/configuration/`.")
        .and(table())
        .with("properties", members);
    format!("{}\n", Json::from(schema))
}

fn table() -> Object {
    Object::new().with("type", "object").with("additionalProperties", false)
}

fn list(description: &str, items: Object) -> Object {
    Object::new().with("description", description).with("type", "array").with("items", items)
}

/// A text that is not empty.
fn text(description: &str) -> Object {
    Object::new().with("description", description).with("type", "string").with("minLength", 1)
}

/// A text; an editor offers these.
fn one_of_or_another(words: Json) -> Object {
    let known = Object::new().with("enum", words);
    Object::new()
        .with("type", "string")
        .with("minLength", 1)
        .and(any_of([known, Object::new().with("type", "string")]))
}
