//! Facts of the spec for programs.

use serde_json::{Value, json};
use sps_codegen::SchemaForm;
use sps_spec::{Code, Endpoint, Method, Severity};

use crate::spec::spec;

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
    })
}

/// An endpoint with the schemas of its bodies.
pub(super) fn endpoint_with_schemas(page: &Endpoint) -> Value {
    let schema = |form| {
        let text = sps_codegen::schema(spec(), page, form)?;
        serde_json::from_str::<Value>(&text).ok()
    };
    let mut facts = endpoint(page);
    facts["description"] = page.doc.as_str().into();
    facts["request_schema"] = schema(SchemaForm::Request).into();
    facts["response_schema"] = schema(SchemaForm::Response).into();
    facts
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
