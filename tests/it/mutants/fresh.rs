//! A new endpoint: the cases that are drafted with its page notice every small change of the page.

use std::{fs, path::Path};

use serde_json::Value;
use sps_catalog::Catalog;
use sps_codegen::{DraftCase, DraftDocument, draft_cases, draft_page, draft_response, template};
use sps_spec::{Endpoint, EndpointKind, Spec, spec_files};
use sps_validate::{Context, explain};

use super::{mutate::mutants, spec};

/// The spec with a drafted page for this path.
fn with_page(path: &str, kind: EndpointKind) -> (Spec, String) {
    let page = draft_page(&spec(), path, kind).unwrap();
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    let names = spec_files(&dir).unwrap();
    let files = names.into_iter().map(|name| {
        let text = fs::read_to_string(dir.join(&name)).unwrap();
        (name, text)
    });
    let spec = Spec::from_files(files.chain([(page.file.clone(), page.text)]));
    (spec.unwrap_or_else(|errors| panic!("{errors}")), page.file)
}

fn document(case: &DraftCase, [request, response]: &[Value; 2]) -> String {
    let base = if case.form == sps_spec::Form::Response { response } else { request };
    let mut document = base.clone();
    let (pointer, value) = match &case.document {
        DraftDocument::Base => return document.to_string(),
        DraftDocument::Set(pointer, value) => (pointer, Some(serde_json::from_str(value).unwrap())),
        DraftDocument::Remove(pointer) => (pointer, None),
    };
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let object = document.pointer_mut(parent).and_then(Value::as_object_mut).unwrap();
    match value {
        Some(value) => object.insert(name.to_owned(), value),
        None => object.remove(name),
    };
    document.to_string()
}

/// The first case whose errors are not those that it claims.
fn failing<'c>(
    spec: &Spec,
    endpoint: &Endpoint,
    bases: &[Value; 2],
    cases: &'c [DraftCase],
) -> Option<&'c DraftCase> {
    let catalog = Catalog::of(spec, |it| it.path == endpoint.path).unwrap();
    cases.iter().find(|case| {
        let form = match case.form {
            sps_spec::Form::Response => sps_validate::Form::Response,
            _ => sps_validate::Form::Request,
        };
        let Some(subject) = catalog.subject(&endpoint.path, form) else { return true };
        let report = explain(&document(case, bases), &subject, &Context::default());
        let errors = report.errors().map(|it| (it.code.to_owned(), it.pointer.clone()));
        errors.collect::<Vec<_>>() != case.errors
    })
}

#[test]
fn drafted_cases_kill_every_mutant_of_a_drafted_page() {
    for (path, kind) in [
        ("management/example", EndpointKind::Singleton),
        ("policies/time_examples", EndpointKind::Collection),
    ] {
        let (spec, file) = with_page(path, kind);
        let endpoint = spec.endpoints.iter().find(|it| it.file == file).unwrap();
        let template = template(&spec, endpoint, None).unwrap();
        let bases = [template.clone(), draft_response(endpoint, &template)]
            .map(|text| serde_json::from_str(&text).unwrap());
        let cases = draft_cases(&spec, endpoint);
        assert_eq!(failing(&spec, endpoint, &bases, &cases), None, "{path}");
        let mut tried = 0;
        for mutant in mutants(&spec).iter().filter(|it| it.file == file) {
            let killer = failing(&mutant.apply(&spec), endpoint, &bases, &cases);
            assert!(killer.is_some(), "{path} survives: {}", mutant.what);
            tried += 1;
        }
        assert!(tried > 10, "only {tried} mutants of {path}");
    }
}
