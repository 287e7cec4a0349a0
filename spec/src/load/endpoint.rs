//! Reading of endpoint files and of files of shared types.

use super::{
    condition::{condition, path},
    names,
    table::{Table, Value},
    types::types,
    versions,
};
use crate::{
    endpoint::{
        Completeness, Endpoint, EndpointKind, Method, Part, Quirk, Source, SourceTag, TypeFile,
    },
    rule::{Condition, Rule, Severity},
};

const KINDS: [(&str, EndpointKind); 5] = [
    ("singleton", EndpointKind::Singleton),
    ("collection", EndpointKind::Collection),
    ("container", EndpointKind::Container),
    ("job", EndpointKind::Job),
    ("status", EndpointKind::Status),
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

/// Words of `severity`.
pub(crate) const SEVERITIES: [(&str, Severity); 2] =
    [("error", Severity::Error), ("warning", Severity::Warning)];

/// Reads one endpoint file.
pub(crate) fn endpoint(file: &str, root: Table<'_>) -> Option<Endpoint> {
    let Some(table) = root.need("endpoint").and_then(|value| value.table("endpoint")) else {
        root.finish();
        return None;
    };
    let source = table.need_text("source");
    let path = table.need_text("path");
    if (!path.starts_with("/api/") || path.ends_with('/') || path.contains("//"))
        && let Some(value) = table.get("path")
    {
        value.report("expected a path that starts with `/api/`, without a slash at its end");
    }
    let kind = table.need_word("kind", &KINDS).unwrap_or(EndpointKind::Singleton);
    let body = table.get("body");
    let name = |value: Option<Value<'_>>| value.and_then(|value| value.text());
    let side = |key| {
        let value: Option<Value<'_>> = table.get(key);
        if let (Some(value), Some(_)) = (value, body) {
            value.report(format!("`{key}` and `body` exclude each other: `body` is both"));
        }
        name(value.or(body))
    };
    let key = table.text("key").or_else(|| {
        let fixed = kind == EndpointKind::Singleton;
        path.rsplit('/').next().filter(|_| fixed).map(str::to_owned)
    });
    let it = Endpoint {
        file: file.to_owned(),
        kind,
        methods: table.words("methods", &METHODS),
        object_methods: table.words("object_methods", &METHODS),
        key,
        title: table.need_text("title"),
        doc: table.need_text("doc"),
        completeness: table
            .need_word("completeness", &COMPLETENESS)
            .unwrap_or(Completeness::Complete),
        object: table.need("object").map(names::object).unwrap_or_default(),
        request: side("request"),
        response: side("response"),
        wrappers: table.texts("wrappers").unwrap_or_else(|| vec!["body".to_owned()]),
        single_use: table.flag("single_use"),
        anonymous: table.flag("anonymous"),
        versions: versions(&table),
        parts: root.tables("part", "part").into_iter().map(|table| part(table, &source)).collect(),
        types: types(&root, &source),
        rules: rules(&root),
        quirks: quirks(&root),
        sources: sources(&root),
        path,
        source,
    };
    table.finish();
    root.finish();
    Some(it)
}

/// Reads one file of shared types.
pub(crate) fn type_file(file: &str, root: Table<'_>) -> TypeFile {
    let it = TypeFile {
        file: file.to_owned(),
        types: types(&root, ""),
        rules: rules(&root),
        quirks: quirks(&root),
        sources: sources(&root),
    };
    root.finish();
    it
}

fn part(table: Table<'_>, default_source: &str) -> Part {
    let it = Part {
        name: table.need_text("name"),
        methods: table.words("methods", &METHODS),
        doc: table.need_text("doc"),
        source: table.text("source").unwrap_or_else(|| default_source.to_owned()),
        versions: versions(&table),
    };
    table.finish();
    it
}

fn rules(root: &Table<'_>) -> Vec<Rule> {
    root.tables("rule", "rule").into_iter().map(rule).collect()
}

fn rule(table: Table<'_>) -> Rule {
    let it = Rule {
        on: table.need_text("on"),
        code: table.need_text("code"),
        severity: table.word("severity", &SEVERITIES).unwrap_or(Severity::Error),
        target: table.need("target").and_then(path).unwrap_or_default(),
        when: table.get("when").and_then(condition),
        // The stand-in is never seen: whoever reads it has an error reported already.
        holds: table.need("holds").and_then(condition).unwrap_or(Condition::All(Vec::new())),
        message: table.need_text("message"),
        fix: table.need_text("fix"),
        source: table.need_text("source"),
        inferred: table.text("inferred"),
        versions: versions(&table),
    };
    table.finish();
    it
}

fn quirks(root: &Table<'_>) -> Vec<Quirk> {
    root.tables("quirk", "quirk").into_iter().map(quirk).collect()
}

fn quirk(table: Table<'_>) -> Quirk {
    let it = Quirk {
        id: table.need_text("id"),
        on: table.need_text("on"),
        says: table.need_text("says"),
        does: table.need_text("does"),
        why: table.need_text("why"),
        source: table.need_text("source"),
    };
    table.finish();
    it
}

/// Reads `[[source]]`.
pub(crate) fn sources(root: &Table<'_>) -> Vec<Source> {
    root.tables("source", "source").into_iter().map(source).collect()
}

fn source(table: Table<'_>) -> Source {
    let tags = [
        ("seen", SourceTag::Seen),
        ("client", SourceTag::Client),
        ("standard", SourceTag::Standard),
        ("inferred", SourceTag::Inferred),
    ];
    let it = Source {
        id: table.need_text("id"),
        title: table.need_text("title"),
        guide: table.need_text("guide"),
        version: table
            .need("version")
            .and_then(|value| value.string())
            .unwrap_or_default()
            .to_owned(),
        tag: table.need_word("tag", &tags).unwrap_or(SourceTag::Seen),
    };
    table.finish();
    it
}
