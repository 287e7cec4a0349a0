//! Settings of an editor that map files to schemas.

use sps_spec::{Endpoint, EndpointKind, Spec};

use super::{
    SchemaForm, forms,
    object::{Object, strings},
    schema_file, schema_file_of_documents, schema_of_documents,
};
use crate::json::Json;

/// Which files get a schema.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct SchemaMapping {
    /// The only form of the schemas; without it, a file outside of a tree may hold a request or a response.
    pub form: Option<SchemaForm>,
    /// Folders with requests and responses; an empty text is the open folder. Without any folder and tree, files anywhere
    /// get a schema.
    pub folders: Vec<String>,
    /// Roots of trees of configuration.
    pub trees: Vec<String>,
}

/// Settings of an editor that map files to schemas, as pretty JSON with a final newline.
///
/// A file whose path ends as the endpoint's does, such as `management/email.json`, or `time_policies/KEY.json` for an
/// object of a collection, gets the schema of a request and a response. If there are folders with such files, only
/// files at these paths in them do. Otherwise an endpoint whose name is one word has to be below `configuration` or
/// `api`, because files of other programs are called `info.json` as well. Files of trees, JSON and YAML, get the schema of
/// what may be in a tree. `base` is where the folder of schemas is, such as `./schemas`.
pub fn schema_settings(spec: &Spec, base: &str, mapping: &SchemaMapping) -> String {
    let SchemaMapping { form, folders, trees } = mapping;
    let is_anywhere = folders.is_empty() && trees.is_empty();
    let (mut json, mut yaml) = (Vec::new(), Object::new());
    for endpoint in &spec.endpoints {
        if *form != Some(SchemaForm::Site) && (is_anywhere || !folders.is_empty()) {
            let file = match form {
                Some(form) => forms(endpoint).contains(form).then(|| schema_file(endpoint, *form)),
                None => file_of_bodies(spec, endpoint),
            };
            json.extend(file.map(|it| entry(&globs(endpoint, folders), format!("{base}/{it}"))));
        }
        let is_wanted = !trees.is_empty() || (is_anywhere && *form == Some(SchemaForm::Site));
        if is_wanted && forms(endpoint).contains(&SchemaForm::Site) {
            let url = format!("{base}/{}", schema_file(endpoint, SchemaForm::Site));
            yaml = yaml.with(&url, strings(globs_in_trees(endpoint, trees, &["yaml", "yml"])));
            json.push(entry(&globs_in_trees(endpoint, trees, &["json"]), url));
        }
    }
    let yaml = Some(yaml).filter(|it| !it.is_empty());
    let settings = Object::new().with("json.schemas", json).with_some("yaml.schemas", yaml);
    format!("{}\n", Json::from(settings))
}

/// The schema of a file outside of a tree.
fn file_of_bodies(spec: &Spec, endpoint: &Endpoint) -> Option<String> {
    let form = forms(endpoint).into_iter().next()?;
    Some(match schema_of_documents(spec, endpoint) {
        Some(_) => schema_file_of_documents(endpoint),
        None => schema_file(endpoint, form),
    })
}

fn entry(globs: &[String], url: String) -> Json {
    Object::new().with("fileMatch", strings(globs)).with("url", url).into()
}

/// The files of bodies of an endpoint in these folders, or anywhere.
fn globs(endpoint: &Endpoint, folders: &[String]) -> Vec<String> {
    let places = places(endpoint, folders);
    let mut globs: Vec<_> = places.iter().map(|it| format!("{it}.json")).collect();
    if matches!(endpoint.kind, EndpointKind::Collection | EndpointKind::Job) {
        globs.extend(places.iter().map(|it| format!("{it}/*.json")));
    }
    globs
}

/// The files of objects of an endpoint in these trees, or in any.
fn globs_in_trees(endpoint: &Endpoint, trees: &[String], endings: &[&str]) -> Vec<String> {
    let stem = if endpoint.kind == EndpointKind::Collection { "/*" } else { "" };
    let places = places(endpoint, trees);
    let globs = places
        .iter()
        .flat_map(|place| endings.iter().map(move |ending| format!("{place}{stem}.{ending}")));
    globs.collect()
}

/// The path of an endpoint in these folders, or anywhere.
fn places(endpoint: &Endpoint, folders: &[String]) -> Vec<String> {
    let short = endpoint.short_path();
    if folders.is_empty() {
        let path =
            if short.contains('/') { short } else { endpoint.path.trim_start_matches("/api/") };
        let path = if path.contains('/') { path.to_owned() } else { format!("api/{path}") };
        return vec![format!("**/{path}")];
    }
    let place = |folder: &String| match folder.trim_end_matches('/') {
        "" => short.to_owned(),
        folder => format!("{folder}/{short}"),
    };
    folders.iter().map(place).collect()
}
