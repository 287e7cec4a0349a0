//! Every diagnostic code is shown by cases: one that breaks it, and one beside it that does not.

use std::path::Path;

use serde_json::Value;
use sps_spec::{Origin, Spec};

use crate::cases::{Case, Expected};

/// Codes without a case, and why.
const EXCEPTIONS: &[(&str, &str)] = &[
    (
        "garde",
        "only a type that a user declares can hold one that garde alone knows: tests/it/derive/garde.rs",
    ),
    ("invalid-yaml", "all cases are JSON: crates/sps-validate/src/yaml/tests.rs"),
    ("url", NO_MEMBER),
    ("uuid", NO_MEMBER),
];

const NO_MEMBER: &str =
    "no page has a member of this format: crates/sps-validate/tests/it/formats.rs";

/// Codes about something that should not be there, so that a good document has nothing at their place.
const ABOUT_NOTHING: &[&str] =
    &["duplicate-key", "invalid-json", "limit-exceeded", "response-wrapper", "unknown-key"];

#[test]
fn every_code_has_a_case_that_breaks_it_and_one_that_holds() {
    let mut cases = Case::visible();
    cases.extend(Case::by_endpoint());
    cases.retain(|case| case.becomes.is_none());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    let spec = Spec::from_dir(&folder).unwrap();
    let mut lacking = Vec::new();
    // Those of trees are about more than one document, and have files of their own beside the tests of the binary.
    let of_documents = spec.codes.iter().filter(|it| it.origin != Origin::Tree);
    for code in of_documents.map(|it| &*it.code) {
        let breaks = cases.iter().any(|case| broken_at(case, code).next().is_some());
        let holds = cases.iter().any(|case| {
            broken_at(case, code)
                .any(|pointer| cases.iter().any(|beside| holds_beside(beside, case, code, pointer)))
        });
        let excepted = EXCEPTIONS.iter().any(|(exception, _)| *exception == code);
        if (breaks && holds) == excepted {
            lacking.push(format!("{code}: breaks {breaks}, holds {holds}, excepted {excepted}"));
        }
    }
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}

/// Finds where the case breaks the code; a warning of which the case gives the code alone has no pointer.
fn broken_at<'c>(case: &'c Case, code: &str) -> impl Iterator<Item = Option<&'c str>> {
    let exact = case.errors.iter().chain(case.warnings.iter().flatten());
    let exact = exact.filter(move |(it, _)| it == code);
    let warnings = case.warnings_include.iter().filter(move |it| *it == code);
    let place = |(_, pointer): &'c Expected| Some(if pointer == "*" { "" } else { pointer });
    exact.map(place).chain(warnings.map(|_| None))
}

/// Whether the document is valid and has a value where the other one is wrong.
fn holds_beside(beside: &Case, broken: &Case, code: &str, pointer: Option<&str>) -> bool {
    if beside.endpoint != broken.endpoint || beside.form != broken.form || !beside.errors.is_empty()
    {
        return false;
    }
    let Some(pointer) = pointer else {
        return beside.warnings_exclude.iter().any(|it| it == code);
    };
    if beside.warnings.iter().flatten().any(|(it, _)| it == code) {
        return false;
    }
    ABOUT_NOTHING.contains(&code)
        || serde_json::from_str::<Value>(&beside.text)
            .is_ok_and(|document| document.pointer(pointer).is_some())
}
