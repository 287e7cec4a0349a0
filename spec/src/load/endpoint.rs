//! Reading of endpoint pages and of files of shared types.

use toml::de::DeValue;

use super::{
    names,
    places::RulePlace,
    signature::Signature,
    table::{Entry, Table, Value},
    types::{read_signature, types},
    versions,
};
use crate::{
    endpoint::{
        Body, Builtin, Completeness, Endpoint, EndpointKind, Method, Parameter, Part, TypeFile,
    },
    prose::quoted,
    rule::{Condition, Literal, Rule, Severity},
    source::Quirk,
    types::{Constraint, FieldType},
    version::Versions,
    vocabulary,
};

const KINDS: [(&str, EndpointKind); 6] = [
    ("singleton", EndpointKind::Singleton),
    ("collection", EndpointKind::Collection),
    ("container", EndpointKind::Container),
    ("job", EndpointKind::Job),
    ("status", EndpointKind::Status),
    ("action", EndpointKind::Action),
];

const METHODS: [(&str, Method); 4] = [
    ("GET", Method::Get),
    ("POST", Method::Post),
    ("PUT", Method::Put),
    ("DELETE", Method::Delete),
];

const COMPLETENESS: [(&str, Completeness); 3] = [
    ("complete", Completeness::Complete),
    ("open", Completeness::Open),
    ("name-only", Completeness::NameOnly),
];

/// Methods of the path itself and of one object below it, where a page names none.
fn usual_methods(kind: EndpointKind) -> (&'static [Method], &'static [Method]) {
    use Method::{Delete, Get, Post, Put};
    match kind {
        EndpointKind::Singleton => (&[Get, Put], &[]),
        EndpointKind::Collection => (&[Get, Post], &[Get, Put, Delete]),
        EndpointKind::Job => (&[Get, Post], &[Get, Delete]),
        EndpointKind::Container | EndpointKind::Status => (&[Get], &[]),
        EndpointKind::Action => (&[Post], &[]),
    }
}

/// Reads one endpoint page. Its place is its path.
pub(crate) fn endpoint(file: &str, root: Table<'_>) -> (Option<Endpoint>, Vec<RulePlace>) {
    let table = root.need("endpoint").and_then(|value| value.table(&vocabulary::ENDPOINT));
    let Some(table) = table else {
        finish(root);
        return (None, Vec::new());
    };
    let place = file.trim_start_matches("endpoints/").trim_end_matches(".toml");
    // The entry point lies above all folders.
    let path = if place == "index" { "/api".to_owned() } else { format!("/api/{place}") };
    let stem = place.rsplit('/').next().unwrap_or_default();
    let source = table.need_text("source");
    let kind = table.word("kind", &KINDS).unwrap_or(EndpointKind::Singleton);
    let completeness = table.word("completeness", &COMPLETENESS).unwrap_or(Completeness::Complete);
    let (methods, object_methods) = match (completeness, kind) {
        // No source shows what can be done with its objects.
        (Completeness::NameOnly, EndpointKind::Collection) => (&[][..], &[][..]),
        _ => usual_methods(kind),
    };
    let object = match table.get("object") {
        Some(value) => names::object(value),
        None => names::object_of(stem, kind == EndpointKind::Collection, &table),
    };
    let example = table.get("example").and_then(|value| value.literal());
    let upload = table.get("upload").map(|value| value.one_or_more()).unwrap_or_default();
    let upload: Vec<String> = upload.iter().filter_map(Value::text).collect();
    let download = table.text("download");
    let has_body = kind != EndpointKind::Container && completeness != Completeness::NameOnly;
    let own = table.words("methods", &METHODS).unwrap_or_else(|| methods.to_vec());
    let of_objects =
        table.words("object_methods", &METHODS).unwrap_or_else(|| object_methods.to_vec());
    let takes_body = |it: &Method| matches!(it, Method::Post | Method::Put);
    let is_sent = matches!(kind, EndpointKind::Singleton | EndpointKind::Collection)
        && own.iter().chain(&of_objects).any(takes_body);
    let usual = |usual: bool| {
        (has_body && usual).then(|| Body {
            ty: FieldType::Named(object.clone()),
            constraint: Constraint::default(),
            example: None,
        })
    };
    let given = |key| table.get(key).map(|value| body(value, example.as_ref()));
    let response = given("response").or_else(|| usual(download.is_none()));
    // Where the response is no object, a request is the same.
    let sent = response.clone().filter(|it| it.name().is_none() && has_body && is_sent);
    let request = given("request").or(sent).or_else(|| usual(is_sent && upload.is_empty()));
    let fixed_key = (kind == EndpointKind::Singleton).then(|| stem.to_owned());
    let (rules, places) = rules(&root);
    let it = Endpoint {
        file: file.to_owned(),
        kind,
        methods: own,
        object_methods: of_objects,
        key: table.text("key").or(fixed_key),
        title: table.need_text("title"),
        doc: table.need_text("doc"),
        completeness,
        request,
        response,
        object,
        ordered: table.flag("ordered"),
        builtins: root.named("builtin").iter().filter_map(builtin).collect(),
        query: root.named("query").iter().filter_map(|it| parameter(it, &source)).collect(),
        upload,
        download,
        wrappers: table.texts("wrappers").unwrap_or_else(|| vec!["body".to_owned()]),
        single_use: table.flag("single_use"),
        anonymous: table.flag("anonymous"),
        versions: versions(&table),
        parts: root.named("part").iter().filter_map(|it| part(it, &source)).collect(),
        types: types(&root, &source),
        rules,
        quirks: quirks(&root, Some(&path), &source),
        sources: Vec::new(),
        path,
        source,
    };
    table.finish();
    finish(root);
    (Some(it), places)
}

/// Reads one file of shared types.
pub(crate) fn type_file(file: &str, root: Table<'_>) -> (TypeFile, Vec<RulePlace>) {
    let source = root.need_text("source");
    let (rules, places) = rules(&root);
    let it = TypeFile {
        file: file.to_owned(),
        unplaced: root.flag("unplaced"),
        types: types(&root, &source),
        rules,
        quirks: quirks(&root, None, &source),
        sources: Vec::new(),
    };
    finish(root);
    (it, places)
}

/// Reports unknown keys of a page, whose other keys are names of types.
fn finish(root: Table<'_>) {
    root.finish_without(|name| name.starts_with(|c: char| c.is_ascii_uppercase()));
}

fn body(value: Value<'_>, example: Option<&Literal>) -> Body {
    let Signature { ty, nullable, constraint, unit } = read_signature(value);
    if nullable {
        value.report("a body is never null");
    }
    if unit.is_some() {
        value.report("a body has no unit");
    }
    Body { ty, constraint, example: example.cloned() }
}

/// Keys in the body of a built-in object that are no members of it.
const BUILTIN_VERSIONS: [&str; 2] = ["_since", "_until"];

fn builtin(entry: &Entry<'_>) -> Option<Builtin> {
    let members = entry.value.entries("body of an object")?;
    let (versions, members): (Vec<_>, Vec<_>) =
        members.into_iter().partition(|it| BUILTIN_VERSIONS.contains(&it.key));
    let version = |key: &str| {
        let it = versions.iter().find(|it| it.key == key)?;
        super::version_of(it.value)
    };
    let versions = Versions { since: version("_since"), until: version("_until") };
    Some(Builtin { key: entry.key.to_owned(), versions, body: json_object(&members) })
}

/// A TOML value as JSON; an empty inline table with nothing but `null = true` is null, which TOML lacks.
fn json(value: Value<'_>) -> String {
    match value.get() {
        DeValue::Boolean(it) => it.to_string(),
        DeValue::String(it) => quoted(it),
        DeValue::Integer(_) => value.int().map(|it| it.to_string()).unwrap_or_default(),
        DeValue::Array(_) => {
            let items = value.list().unwrap_or_default();
            format!("[{}]", items.into_iter().map(json).collect::<Vec<_>>().join(","))
        }
        DeValue::Table(_) => {
            let entries = value.entries("an object").unwrap_or_default();
            if let [only] = &entries[..]
                && only.key == "null"
                && only.value.get().as_bool() == Some(true)
            {
                return "null".to_owned();
            }
            json_object(&entries)
        }
        _ => {
            value.wrong("a truth value, a whole number, a string, a list or a table");
            String::new()
        }
    }
}

fn json_object(members: &[Entry<'_>]) -> String {
    let members = members.iter().map(|it| format!("{}:{}", quoted(it.key), json(it.value)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

fn parameter(entry: &Entry<'_>, default_source: &str) -> Option<Parameter> {
    let table = entry.value.table(&vocabulary::PARAMETER)?;
    let Signature { ty, constraint, .. } = table.need("type").map(read_signature)?;
    let it = Parameter {
        name: entry.key.to_owned(),
        ty,
        constraint,
        doc: table.need_text("doc"),
        source: table.text("source").unwrap_or_else(|| default_source.to_owned()),
        versions: versions(&table),
    };
    table.finish();
    Some(it)
}

fn part(entry: &Entry<'_>, default_source: &str) -> Option<Part> {
    let table = entry.value.table(&vocabulary::PART)?;
    let it = Part {
        name: entry.key.to_owned(),
        methods: table.words("methods", &METHODS).unwrap_or_else(|| vec![Method::Get]),
        doc: table.need_text("doc"),
        source: table.text("source").unwrap_or_else(|| default_source.to_owned()),
        versions: versions(&table),
        download: table.text("download").unwrap_or_else(|| "application/octet-stream".to_owned()),
    };
    table.finish();
    Some(it)
}

/// Reads `[rule]`: for each code a rule or a list of them, and for each place of a rule one in memory.
fn rules(root: &Table<'_>) -> (Vec<Rule>, Vec<RulePlace>) {
    let mut found = Found::default();
    for entry in root.named("rule") {
        match entry.value.get().as_array() {
            Some(_) => {
                for (at, value) in entry.value.one_or_more().into_iter().enumerate() {
                    found.rule(entry.key, &format!("rule.{}.{at}", entry.key), value);
                }
            }
            None => found.rule(entry.key, &format!("rule.{}", entry.key), entry.value),
        }
    }
    (found.rules, found.places)
}

#[derive(Default)]
struct Found {
    rules: Vec<Rule>,
    places: Vec<RulePlace>,
}

impl Found {
    fn rule(&mut self, code: &str, place: &str, value: Value<'_>) {
        let Some(table) = value.table(&vocabulary::RULE) else { return };
        let shared = value.context().shared;
        let known = shared.codes.iter().find(|it| it.code == code);
        let own = table.text("message");
        let title = || known.map(|it| it.title.clone()).unwrap_or_default();
        let check = table.need("check");
        let places = table.need("at").map(|it| it.one_or_more()).unwrap_or_default();
        for at in places {
            let Some((on, target)) = target(at) else { continue };
            let read = |value: Value<'_>| value.condition(Some(&target));
            let when = table.get("if").and_then(read);
            let Some(holds) = check.and_then(read) else { continue };
            self.places.push(RulePlace {
                file: value.context().file.to_owned(),
                place: place.to_owned(),
                at: at.span(),
            });
            self.rules.push(Rule {
                on,
                code: code.to_owned(),
                severity: known.map_or(Severity::Error, |it| it.severity),
                error_since: known.and_then(|it| it.error_since.clone()),
                target,
                when,
                holds,
                message: own.clone().unwrap_or_else(title),
                fix: known.map(|it| it.fix.clone()).unwrap_or_default(),
                source: known.and_then(|it| it.sources.first().cloned()).unwrap_or_default(),
                inferred: table.text("inferred"),
                versions: versions(&table),
            });
        }
        table.finish();
    }
}

/// Reads `Type.member`.
fn target(value: Value<'_>) -> Option<(String, Vec<String>)> {
    let text = value.string()?;
    let mut names = text.split('.').map(str::to_owned);
    let on = names.next().unwrap_or_default();
    let target: Vec<_> = names.collect();
    if target.is_empty() || target.iter().any(String::is_empty) || !names::is_camel(&on) {
        value.report(format!("`{text}` is not a place: expected `Type.member`"));
        return None;
    }
    Some((on, target))
}

fn quirks(root: &Table<'_>, path: Option<&str>, default_source: &str) -> Vec<Quirk> {
    let quirk = |entry: &Entry<'_>| {
        let table = entry.value.table(&vocabulary::QUIRK)?;
        let on = table.text("on").or_else(|| path.map(str::to_owned));
        if on.is_none() {
            table.report("a quirk of shared types needs `on`");
        }
        let it = Quirk {
            id: entry.key.to_owned(),
            on: on.unwrap_or_default(),
            says: table.need_text("guide"),
            does: table.need_text("we"),
            why: table.need_text("why"),
            source: table.text("source").unwrap_or_else(|| default_source.to_owned()),
        };
        table.finish();
        Some(it)
    };
    root.named("quirk").iter().filter_map(quirk).collect()
}

/// A rule that a format brings with it.
pub(super) fn format_rule(
    on: &str,
    field: &str,
    code: &crate::code::Code,
    holds: Condition,
) -> Rule {
    Rule {
        on: on.to_owned(),
        code: code.code.clone(),
        severity: code.severity,
        error_since: code.error_since.clone(),
        target: vec![field.to_owned()],
        when: None,
        holds,
        message: code.title.clone(),
        fix: code.fix.clone(),
        source: code.sources.first().cloned().unwrap_or_default(),
        inferred: None,
        versions: crate::version::Versions::default(),
    }
}
