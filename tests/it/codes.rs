//! Every diagnostic code is shown by cases: one that breaks it, and one beside it that does not.

use std::path::Path;

use serde_json::Value;
use sps_spec::Spec;

use crate::cases::json_file;

/// Codes without a case, and why.
const EXCEPTIONS: &[(&str, &str)] = &[(
    "garde",
    "only a type that a user declares can hold one that garde alone knows: tests/it/derive/garde.rs",
)];

/// Codes about something that should not be there, so that a good document has nothing at their place.
const ABOUT_NOTHING: &[&str] =
    &["duplicate-key", "invalid-json", "limit-exceeded", "response-wrapper", "unknown-key"];

#[test]
fn every_code_has_a_case_that_breaks_it_and_one_that_holds() {
    let cases = [json_file("cases/visible.json"), json_file("cases/hand.json")];
    let cases: Vec<&Value> = cases.iter().flat_map(|file| file.as_array().unwrap()).collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    let spec = Spec::from_dir(&folder).unwrap();
    let mut lacking = Vec::new();
    for code in spec.codes.iter().map(|it| &*it.code) {
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

/// Where the case breaks the code; a warning names no place.
fn broken_at<'c>(case: &'c Value, code: &str) -> impl Iterator<Item = Option<&'c str>> {
    let errors = list(case, "errors").filter(move |it| it["code"] == code);
    let warnings = list(case, "warnings_include").filter(move |it| **it == code);
    let place = |it: &'c Value| it["pointer"].as_str().map(|it| if it == "*" { "" } else { it });
    errors.map(place).chain(warnings.map(|_| None))
}

/// Whether the document is good, and has at the same place what is wrong in the other one.
fn holds_beside(beside: &Value, broken: &Value, code: &str, pointer: Option<&str>) -> bool {
    let same = |key: &str| beside[key] == broken[key];
    if !same("endpoint") || !same("form") || list(beside, "errors").next().is_some() {
        return false;
    }
    let Some(pointer) = pointer else {
        return list(beside, "warnings_exclude").any(|it| *it == code);
    };
    let text = beside["text"].as_str().unwrap();
    ABOUT_NOTHING.contains(&code)
        || serde_json::from_str::<Value>(text)
            .is_ok_and(|document| document.pointer(pointer).is_some())
}

fn list<'c>(case: &'c Value, key: &str) -> impl Iterator<Item = &'c Value> {
    case.get(key).and_then(Value::as_array).into_iter().flatten()
}
