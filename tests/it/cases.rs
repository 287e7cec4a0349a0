//! Cases and guide messages, each with its verdict worked out by hand.

use std::collections::BTreeMap;
use std::path::Path;
use std::path::PathBuf;

use serde_json::Value;
use sps_model::Located;
use sps_model::locate;
use sps_validate::Context;
use sps_validate::Form;
use sps_validate::Report;
use sps_validate::Resolver;
use sps_validate::Severity;
use sps_validate::Timestamp;
use sps_validate::json;
use sps_validate::rewrite;

/// 2026-11-21: the certificates of the cases are judged at this time.
const NOW: Timestamp = Timestamp(1_795_219_200);

pub(crate) fn data(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(path)
}

pub(crate) fn json_file(path: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(data(path)).unwrap()).unwrap()
}

/// Reference path to body, as `--resolve` takes it.
pub(crate) struct Known(BTreeMap<String, Value>);

impl Known {
    pub(crate) fn new(objects: &Value) -> Self {
        Self(objects.as_object().unwrap().clone().into_iter().collect())
    }
}

impl Resolver for Known {
    fn exists(&self, path: &str) -> Option<bool> {
        Some(self.0.contains_key(path))
    }

    fn plain(&self, path: &str) -> Option<&str> {
        self.0.get(path)?.get("plain")?.as_str()
    }

    fn used_by(&self, _: &str) -> Option<&str> {
        None
    }
}

fn endpoint(path: &str) -> Located<'_> {
    locate(path).unwrap_or_else(|| panic!("no endpoint {path}"))
}

fn codes(report: &Report, severity: Severity) -> Vec<&'static str> {
    report.diagnostics.iter().filter(|d| d.severity == severity).map(|d| d.code).collect()
}

/// What differs between the report and the wanted errors; `*` compares the codes alone.
fn difference(report: &Report, wanted: &Value) -> Option<String> {
    let mut found: Vec<(String, String)> =
        report.errors().map(|d| (d.code.to_owned(), d.pointer.clone())).collect();
    let text = |value: &Value, key: &str| value[key].as_str().unwrap().to_owned();
    let mut wanted: Vec<(String, String)> =
        wanted.as_array().unwrap().iter().map(|e| (text(e, "code"), text(e, "pointer"))).collect();
    found.sort();
    wanted.sort();
    let loose = wanted.iter().any(|(_, pointer)| pointer == "*");
    let same = if loose {
        found.iter().map(|(code, _)| code).eq(wanted.iter().map(|(code, _)| code))
    } else {
        found == wanted
    };
    (!same).then(|| format!("want {wanted:?}, got {found:?}"))
}

fn check_case(case: &Value) -> Option<String> {
    let text = case["text"].as_str().unwrap();
    let known = case.get("resolve").map(Known::new);
    let mut context = Context::default().with_now(NOW);
    if let Some(known) = &known {
        context = context.with_resolver(known);
    }
    if let Some(target) = case.get("target") {
        context = context.with_target(target.as_str().unwrap().parse().unwrap());
    }
    let form = if case["form"] == "response" { Form::Answer } else { Form::Request };
    let endpoint = endpoint(case["endpoint"].as_str().unwrap()).endpoint;
    // A container has no body, so there is nothing to be wrong.
    let report = endpoint.explain(text, form, &context).unwrap_or_default();
    if let Some(difference) = difference(&report, &case["errors"]) {
        return Some(difference);
    }
    if form == Form::Request && endpoint.accept(text, &context) != report.is_valid() {
        return Some(format!("accept says {}, explain the opposite", !report.is_valid()));
    }
    let warnings = codes(&report, Severity::Warning);
    let listed = |key: &str| case.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let lacking =
        listed("warnings_include").iter().any(|code| !warnings.contains(&code.as_str().unwrap()));
    let superfluous =
        listed("warnings_exclude").iter().any(|code| warnings.contains(&code.as_str().unwrap()));
    if lacking || superfluous {
        return Some(format!("warnings {warnings:?}"));
    }
    let unchecked: Vec<&str> = report.unchecked.iter().map(|it| it.code).collect();
    let silent =
        listed("unchecked_include").iter().any(|code| !unchecked.contains(&code.as_str().unwrap()));
    silent.then(|| format!("unchecked {unchecked:?}"))
}

fn rewrite_case(case: &Value) -> Option<String> {
    let endpoint = endpoint(case["endpoint"].as_str().unwrap()).endpoint;
    let subject = endpoint.subject(Form::Answer).unwrap();
    let mut text = case["text"].as_str().unwrap().to_owned();
    for turn in 1..=2 {
        let root = json::scan(&text, &Context::default().limits).unwrap();
        text = rewrite(&root, &subject);
        let got: Value = serde_json::from_str(&text).unwrap();
        if got != case["want"] {
            return Some(format!("turn {turn}: want {}, got {got}", case["want"]));
        }
    }
    None
}

fn run(file: &str) {
    let cases = json_file(file);
    let cases = cases.as_array().unwrap();
    assert!(cases.len() > 30, "{file} lost its cases");
    let failures: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let why = if case["kind"] == "request" { rewrite_case(case) } else { check_case(case) };
            why.map(|why| format!("{}: {why}", case["id"]))
        })
        .collect();
    assert!(
        failures.is_empty(),
        "{} of {} failed:\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n")
    );
}

#[test]
fn visible_cases_have_their_verdict() {
    run("cases/visible.json");
}

#[test]
fn hand_written_cases_have_their_verdict() {
    run("cases/hand.json");
}

#[test]
fn guide_messages_have_their_verdict() {
    let index = json_file("guide/index.json");
    let mut failures = Vec::new();
    for entry in index.as_array().unwrap() {
        let file = entry["file"].as_str().unwrap();
        let text = std::fs::read_to_string(data("guide").join(file)).unwrap();
        let form = match entry["form"].as_str().unwrap() {
            "request" => Form::Request,
            "response" => Form::Answer,
            // Told from the document by the binary, whose own tests cover it; or no endpoint body.
            _ => continue,
        };
        let endpoint = endpoint(entry["endpoint"].as_str().unwrap()).endpoint;
        let context = Context::default().with_now(NOW);
        let report = endpoint.explain(&text, form, &context).unwrap_or_default();
        if let Some(difference) = difference(&report, &entry["errors"]) {
            failures.push(format!("{file} as {form:?}: {difference}"));
        }
        let mut warnings = codes(&report, Severity::Warning);
        warnings.sort_unstable();
        if !warnings.iter().copied().eq(entry["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .map(|w| w.as_str().unwrap()))
        {
            failures.push(format!(
                "{file} as {form:?}: want warnings {}, got {warnings:?}",
                entry["warnings"]
            ));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
