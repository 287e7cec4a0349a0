//! Facts of the spec for programs.

use serde_json::{Value, json};
use sps_codegen::{Change, SchemaForm};
use sps_spec::{Code, Endpoint, Method, Severity, Spec, Version};

/// A line of the list of endpoints.
pub(super) fn endpoint(endpoint: &Endpoint) -> Value {
    let names = |methods: &[Method]| methods.iter().map(|it| it.name()).collect::<Vec<_>>();
    json!({
        "path": endpoint.path,
        "name": endpoint.short_path(),
        "title": endpoint.title,
        "kind": sps_codegen::endpoint_kind(endpoint.kind),
        "methods": names(&endpoint.methods),
        "object_methods": names(&endpoint.object_methods),
        "completeness": sps_codegen::endpoint_completeness(endpoint.completeness),
        "since": text(endpoint.versions.since.as_ref()),
        "until": text(endpoint.versions.until.as_ref()),
    })
}

/// An endpoint with the schemas of its bodies.
pub(super) fn endpoint_with_schemas(spec: &Spec, page: &Endpoint) -> Value {
    let schema = |form| {
        let text = sps_codegen::schema(spec, page, form)?;
        serde_json::from_str::<Value>(&text).ok()
    };
    let mut facts = endpoint(page);
    facts["description"] = page.doc.as_str().into();
    facts["request_schema"] = schema(SchemaForm::Request).into();
    facts["response_schema"] = schema(SchemaForm::Response).into();
    facts
}

/// An endpoint with what it got or lost after a version.
pub(super) fn endpoint_with_changes(
    page: &Endpoint,
    changes: &[Change],
    version: &Version,
) -> Value {
    let change = |it: &Change| {
        json!({
            "change": if it.added_after(version).is_some() { "added" } else { "removed" },
            "what": it.part.name(),
            "pointer": it.pointer,
            "name": it.name,
            "since": text(it.versions.since.as_ref()),
            "until": text(it.versions.until.as_ref()),
        })
    };
    let mut facts = endpoint(page);
    facts["changes"] = changes.iter().map(change).collect();
    facts
}

fn text(version: Option<&Version>) -> Option<String> {
    version.map(Version::to_string)
}

/// A code with its explanation.
pub(super) fn code(code: &Code) -> Value {
    let severity = match code.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    json!({
        "code": code.code,
        "title": code.title,
        "severity": severity,
        "why": code.why,
        "breaks": code.breaks,
        "holds": code.holds,
        "fix": code.fix,
        "source": code.source,
    })
}
