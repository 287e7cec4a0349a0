//! The interpreter of the simulator and the validator agree, though they share only the spec.

pub(crate) mod twin;

use std::sync::LazyLock;

use proptest::{prelude::*, sample::Index};
use serde_json::Value;
use sps_model::{
    ENDPOINTS, locate,
    strategy::{self, Passwords},
};
use sps_sim::body::{Bodies, Mode};
use sps_spec::{Rule, Severity, Spec};
use sps_validate::{
    Context, FieldForm, Form, Kind, Shape, Subject, Version, explain, json, rewrite,
};

use self::twin::{ResolverWorld, Twin};
use crate::{
    cases::{Case, compiled},
    mutation::{mutate, mutation},
    random::{EACH_ENDPOINT, inputs},
};

static SPEC: LazyLock<Spec> = LazyLock::new(Spec::embedded);

fn twin(path: &str) -> Twin<'static> {
    let endpoint = locate(path).unwrap().endpoint;
    Twin::new(&SPEC, endpoint.path, endpoint.subject(Form::Request).unwrap())
}

/// The cases, each with a verdict worked out by hand.
#[test]
fn interpreter_and_validator_agree_on_every_case() {
    let mut seen = 0;
    let mut failures = Vec::new();
    for case in Case::all() {
        let Some(subject) = compiled(case.endpoint, Form::Request) else { continue };
        let mut context = Context::default();
        context.target = case.target;
        if let Some(known) = &case.known {
            context = context.with_resolver(known);
        }
        seen += 1;
        let found = Twin::new(&SPEC, case.endpoint, subject).difference(&case.text, &context);
        failures.extend(found.map(|found| format!("{}: {found}", case.name)));
    }
    assert!(seen > 900, "cases are missing");
    assert!(failures.is_empty(), "{} of {seen}:\n{}", failures.len(), failures.join("\n"));
}

/// A body of one endpoint has many errors at another.
#[test]
fn they_agree_on_bodies_at_the_wrong_endpoint() {
    let mut texts: Vec<String> = Case::all().into_iter().map(|case| case.text).collect();
    texts.sort();
    texts.dedup();
    for (index, text) in texts.iter().enumerate() {
        let Some(endpoint) = ENDPOINTS.get(index % ENDPOINTS.len()) else { continue };
        let Some(subject) = endpoint.subject(Form::Request) else { continue };
        let twin = Twin::new(&SPEC, endpoint.path, subject);
        assert_eq!(twin.difference(text, &Context::default()), None);
    }
}

/// Content beside a tag that names no variant, in a union that knows all of them and in one that does not.
#[test]
fn they_agree_on_content_without_a_variant() {
    let twice = r#"{"key": "7", "key": "7"}"#;
    for tag in [r#""nothing""#, "7", "null", r#""ip""#] {
        for members in [format!(r#""value": {twice}"#), format!(r#""other": {twice}"#)] {
            let address = format!(r#"{{"selection": {tag}, {members}}}"#);
            let splunk = format!(
                r#"{{"enabled": false, "pam_address": {address}, "ssl": {{"selection": "insecure"}}}}"#
            );
            let channels = format!(
                r#"{{"name": "x", "rules": [{{"channel": "local-forwards", "local_forwards": [
                    {{"host_address": {address}, "host_port": 1}}]}}]}}"#
            );
            for (path, text) in
                [("management/splunk_forwarder", splunk), ("ssh/channel_policies", channels)]
            {
                assert_eq!(twin(path).difference(&text, &Context::default()), None);
            }
        }
    }
}

/// The corpus of the fuzzers, at every endpoint.
#[test]
fn they_agree_on_the_corpus_of_the_fuzzers() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/explain");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let Ok(text) = std::fs::read_to_string(entry.unwrap().path()) else { continue };
        seen += 1;
        for endpoint in ENDPOINTS {
            let Some(subject) = endpoint.subject(Form::Request) else { continue };
            let twin = Twin::new(&SPEC, endpoint.path, subject);
            assert_eq!(twin.difference(&text, &Context::default()), None);
        }
    }
    assert!(seen > 100, "the corpus is missing");
}

/// Inputs that both refuse, with different codes.
#[test]
fn the_known_differences_are_in_codes_only() {
    let disk = |number: &str| {
        format!(
            r#"{{"archiving_enabled": true, "enabled": true, "used_space_ratio_limit": {number}}}"#
        )
    };
    let deep = "[".repeat(65);
    for (text, validator, strict) in [
        // The interpreter does not see the spelling of a number beyond 64 bits.
        (disk("1e30"), "wrong-type", "out-of-range"),
        (disk("18446744073709551616.0"), "wrong-type", "out-of-range"),
        // The interpreter parses the whole text before it measures the depth.
        (deep, "limit-exceeded", "invalid-json"),
    ] {
        let twin = twin("management/disk_fillup_prevention");
        let context = Context::default();
        let codes = |findings: Vec<(String, String)>| {
            findings.into_iter().map(|(code, _)| code).collect::<Vec<_>>()
        };
        assert_eq!(codes(twin.validator(&text, &context)), [validator], "{text}");
        let found = twin.interpreter(&text, Mode::Strict, &context).unwrap_err();
        assert_eq!(codes(found), [strict], "{text}");
    }
}

/// Compares both in one of the contexts.
fn agrees(twin: &Twin<'_>, text: &str, turn: Index) -> Result<(), TestCaseError> {
    let passwords = Passwords::default();
    let contexts = [
        Context::default(),
        Context::default().with_resolver(&passwords),
        Context::default().with_target(Version::new(7, 0, 3, 0)),
    ];
    prop_assert_eq!(twin.difference(text, turn.get(&contexts)), None);
    Ok(())
}

/// Responses do not show what only requests have.
pub(crate) fn without_request_only_members(kind: Kind, mut body: Value) -> Value {
    if let (Kind::Named(ty), Value::Object(object)) = (kind, &mut body)
        && let Shape::Struct { fields, .. } = ty.shape
    {
        for field in fields.iter().filter(|field| field.form == FieldForm::Request) {
            object.remove(field.name);
        }
    }
    body
}

/// A valid body is shown as a valid response, which converts back to the body.
fn shows(path: &str, body: &Value) -> Result<(), TestCaseError> {
    let endpoint = locate(path).unwrap().endpoint;
    let request = endpoint.subject(Form::Request).unwrap();
    let described = SPEC.endpoint(endpoint.path).unwrap();
    let (bodies, world, context) =
        (Bodies::new(&SPEC, None), ResolverWorld(None), Context::default());
    let text = body.to_string();
    let stored = bodies.read(described, text.as_bytes(), Mode::Strict, &world, "").unwrap();

    let uses = explain(&text, &request, &context).references;
    let mut uses: Vec<_> =
        uses.into_iter().map(|it| (it.path, it.pointer, it.single_use)).collect();
    let references = bodies.references(described, &stored).into_iter();
    let mut references: Vec<_> = references
        .map(|it| (format!("{}/{}", it.collection, it.object), it.pointer, it.single_use))
        .collect();
    uses.sort();
    references.sort();
    prop_assert_eq!(references, uses);

    if described.response == described.request {
        let response = endpoint.subject(Form::Response).unwrap();
        let shown = bodies.show(described, &stored, &world, true).to_string();
        let errors: Vec<_> =
            explain(&shown, &response, &context).errors().map(|it| it.code).collect();
        prop_assert_eq!(errors, Vec::<&str>::new(), "{}", shown);
        prop_assert!(!shown.contains("\"plain\""), "a secret in {}", shown);
        let root = json::scan(&shown, &context.limits).unwrap();
        let again: Value = serde_json::from_str(&rewrite(&root, &response)).unwrap();
        prop_assert_eq!(again, without_request_only_members(request.body, stored));
    }
    Ok(())
}

macro_rules! requests {
    ($($module:ident: $ty:ident = $path:literal),* $(,)?) => {
        const REQUESTS: &[&str] = &[$($path),*];

        $(mod $module {
            use sps_model::$ty;

            use super::*;

            proptest! {
                #![proptest_config(inputs(EACH_ENDPOINT))]

                #[test]
                fn valid_bodies_are_stored_and_shown(body in strategy::valid_json::<$ty>(), turn: Index) {
                    agrees(&twin($path), &body.to_string(), turn)?;
                    shows($path, &body)?;
                }

                #[test]
                fn both_refuse_near_misses(miss in strategy::near_miss::<$ty>()) {
                    let text = miss.body.to_string();
                    let context = Context::default().with_resolver(&miss.passwords);
                    prop_assert_eq!(twin($path).difference(&text, &context), None);
                    let strict = twin($path).interpreter(&text, Mode::Strict, &context);
                    prop_assert_eq!(strict, Err(vec![(miss.code.to_owned(), miss.pointer)]));
                }

                #[test]
                fn both_agree_on_edited_bodies(
                    body in strategy::valid_json::<$ty>(),
                    edits in [mutation(), mutation(), mutation()],
                    index: Index,
                    turn: Index,
                ) {
                    let mut body = body;
                    for edit in &edits {
                        let text = mutate(&body, edit, index);
                        agrees(&twin($path), &text, turn)?;
                        let Ok(edited) = serde_json::from_str(&text) else { break };
                        body = edited;
                    }
                }
            }
        })*
    };
}

every_request!(requests);

#[test]
fn every_request_is_listed() {
    // Lists, maps and texts have no type of their own.
    let is_named = |it: Subject| matches!(it.body.peeled(), Kind::Named(_));
    for endpoint in ENDPOINTS.iter().filter(|it| it.subject(Form::Request).is_some_and(is_named)) {
        let listed =
            REQUESTS.iter().any(|path| locate(path).unwrap().endpoint.path == endpoint.path);
        assert!(listed, "add {}", endpoint.path);
    }
}

/// Endpoints without an initial body: it would have to refer to objects.
const NEED_OBJECTS: [&str; 2] =
    ["/api/configuration/management/certificates", "/api/configuration/policies/signing_cas"];

/// Initial bodies are valid requests, and are shown as valid responses.
#[test]
fn initial_bodies_are_valid() {
    let (world, context) = (ResolverWorld(None), Context::default());
    for target in [None, Some("6.0"), Some("7.0.3.1"), Some("8.0")] {
        let bodies = Bodies::new(&SPEC, target.map(|it| it.parse().unwrap()));
        let mut context = context;
        context.target = target.map(|it| it.parse().unwrap());
        for endpoint in ENDPOINTS {
            let described = SPEC.endpoint(endpoint.path).unwrap();
            if target.is_some_and(|it| !described.versions.contains(&it.parse().unwrap())) {
                continue;
            }
            let initial = bodies.initial(described);
            let has_body = described.response.is_some() || described.request.is_some();
            let needs_objects = NEED_OBJECTS.contains(&endpoint.path);
            assert_eq!(initial.is_some(), has_body && !needs_objects, "{}", endpoint.path);
            let Some(initial) = initial else { continue };
            assert_eq!(bodies.references(described, &initial), [], "{initial}");
            let response = endpoint.subject(Form::Response).unwrap();
            let shown = bodies.show(described, &initial, &world, true);
            let report = explain(&shown.to_string(), &response, &context);
            assert!(report.is_valid(), "{} {shown} {report}", endpoint.path);
            if described.request.is_some() && described.request == described.response {
                let request = endpoint.subject(Form::Request).unwrap();
                let report = explain(&initial.to_string(), &request, &context);
                assert!(report.is_valid(), "{} {initial} {report}", endpoint.path);
            }
        }
    }
}

/// The interpreter has no other custom checks.
#[test]
fn custom_checks_only_warn_except_for_keys() {
    let refuses = |rule: &&Rule| rule.severity == Severity::Error || rule.error_since.is_some();
    for rule in SPEC.rules().filter(refuses) {
        for predicate in rule.when.iter().chain([&rule.holds]) {
            assert!(
                predicate.custom_names().iter().all(|name| *name == "certificate_strong_key"),
                "the interpreter needs the check of {}",
                rule.code
            );
        }
    }
}
