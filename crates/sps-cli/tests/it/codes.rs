//! Every code as people see it. A directory below `data/codes` is a code, the files in it are what raises it, and
//! `arguments` what the command needs besides.

use std::{fs, path::Path};

use sps_spec::{Origin, Spec};
use sps_validate::{Context, Finding, Form, Kind, Shape, Subject, Timestamp, explain};

use crate::support::*;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/data/codes");

/// Only programs with types of their own raise the first one, only pages of an overlay the next two, and the last one
/// depends on where the tree is.
const NOT_RAISED: [&str; 4] = ["garde", "url", "uuid", "long-path"];

#[test]
fn every_code_is_shown_with_its_place_its_reason_and_what_to_do() {
    let mut seen = 0;
    for line in Dir::new("every_code").sps(&["explain"]).stdout.lines() {
        let code = line.split_whitespace().next().unwrap();
        if NOT_RAISED.contains(&code) {
            continue;
        }
        let dir = Dir::at(&Path::new(DATA).join(code));
        let arguments = fs::read_to_string(dir.path().join("arguments")).unwrap_or_default();
        let arguments: Vec<&str> = ["check", "."].into_iter().chain(arguments.lines()).collect();
        let run = dir.sps(&arguments);
        assert!(run.stdout.contains(&format!("[{code}]")), "{code}: {}", run.all());
        insta::assert_snapshot!(code, run.all());

        let count = |text: &str| text.matches(&format!("[{code}]")).count();
        let quiet = dir.sps(&[&arguments[..], &["--quiet"]].concat());
        let is_error = run.stdout.contains(&format!(" error[{code}]"));
        assert_eq!(count(&quiet.stdout), if is_error { count(&run.stdout) } else { 0 });
        // A place in another file is no explanation.
        let mut notes = quiet.stdout.lines().filter(|it| it.contains("note: "));
        assert!(notes.all(|it| it.ends_with(":1:1: the first file")), "{}", quiet.stdout);

        for diagnostic in run.stdout.split("\n\n") {
            repeats_no_sentence(diagnostic);
        }

        // Color adds nothing but color.
        let colored = dir.sps(&[&arguments[..], &["--color", "always"]].concat());
        assert_ne!(colored.stdout, run.stdout);
        assert_eq!(without_color(&colored.stdout), run.stdout);
        seen += 1;
    }
    assert_eq!(fs::read_dir(DATA).unwrap().count(), seen, "a directory names no code");
}

/// The examples are parts of bodies, so each replaces a value of some type: one where the wrong example breaks the code,
/// and where the right one lacks nothing but other members.
#[test]
fn nothing_is_wrong_with_the_right_example() {
    let mut types = Vec::new();
    for endpoint in sps_model::ENDPOINTS {
        if let Some(subject) = endpoint.subject(Form::Request) {
            collect(subject.body, &mut types);
        }
    }
    let certificate = serde_json::json!(fs::read_to_string(format!("{DATA}/../ca.pem")).unwrap());
    let context = Context::default().with_now(Timestamp(1_893_456_000));
    let diagnose = |code: &str, kind: Kind, example: &str| {
        let explain = if code == "invalid-yaml" { sps_validate::explain_yaml } else { explain };
        let text = example.replace("\"...\"", &certificate.to_string());
        explain(&text, &Subject::new(kind, Form::Request), &context).diagnostics
    };
    let mut without = Vec::new();
    // The check of a tree needs more than a body.
    let of_bodies = Spec::embedded().codes.into_iter().filter(|it| it.origin != Origin::Tree);
    for code in of_bodies {
        let is_clean = |kind: &Kind| {
            diagnose(&code.code, *kind, &code.breaks).iter().any(|it| it.code == code.code)
                && diagnose(&code.code, *kind, &code.holds)
                    .iter()
                    .all(|it| matches!(it.finding, Finding::MissingKey { .. }))
        };
        if !types.iter().any(is_clean) {
            without.push(code.code);
        }
    }
    assert_eq!(without, NO_WHOLE_EXAMPLE);
}

/// Codes whose examples are descriptions, or depend on something else: a version, another object, a response, a member
/// beside them.
const NO_WHOLE_EXAMPLE: &[&str] = &[
    "not-in-version",
    "too-long",
    "limit-exceeded",
    "garde",
    "wrong-order",
    "url",
    "uuid",
    "date-time",
    "pem-certificate",
    "reference-exists",
    "certificate-irregular",
    "snmp-password-length",
    "snmp-password-charset",
    "snmp-password-max-length",
    "snmp-encryption-password",
    "cleartext-snmp",
    "unverified-starttls",
    "certificate-expired",
    "certificate-not-yet-valid",
    "certificate-not-an-authority",
    "certificate-weak-signature",
    "certificate-weak-key",
];

/// Every type in a body.
fn collect(kind: Kind, types: &mut Vec<Kind>) {
    match kind {
        Kind::Nullable(inner)
        | Kind::Optional(inner)
        | Kind::List(inner)
        | Kind::Array(inner, _)
        | Kind::Map(inner) => collect(*inner, types),
        Kind::Named(ty) => {
            let is_known =
                |other: &Kind| matches!(other, Kind::Named(other) if other.name == ty.name);
            if types.iter().any(is_known) {
                return;
            }
            types.push(kind);
            match ty.shape {
                Shape::Struct { fields, .. } => {
                    for field in fields {
                        collect(field.kind, types);
                    }
                }
                Shape::Union { variants, .. } => {
                    for kind in variants.iter().filter_map(|variant| variant.content) {
                        collect(kind, types);
                    }
                }
                _ => {}
            }
        }
        _ => {}
    }
}

/// Asserts that message, help and note of a diagnostic have no sentence in common.
fn repeats_no_sentence(diagnostic: &str) {
    let first = diagnostic.lines().next().and_then(|line| line.split_once(']'));
    let message = first.map(|(_, rest)| rest.split_once(": ").map_or(rest, |(_, text)| text));
    let below = diagnostic.lines().filter_map(|line| line.trim_start().strip_prefix("= "));
    let below = below.filter_map(|line| line.split_once(": ").map(|(_, text)| text));
    let texts = message.into_iter().chain(below);
    let sentences =
        texts.flat_map(|text| text.split(['.', ';'])).map(|it| it.trim().to_lowercase());
    let mut seen = Vec::new();
    for sentence in sentences.filter(|it| it.len() > 10) {
        assert!(!seen.contains(&sentence), "`{sentence}` is printed twice: {diagnostic}");
        seen.push(sentence);
    }
}

/// The text without escape sequences.
fn without_color(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('m').unwrap().1)
}
