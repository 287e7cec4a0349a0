//! Generated rules and constraints, on documents worked out by hand.

use serde_json::{Value, json};
use sps_model::{
    Describe, accept, explain,
    validate::{Context, Form, Resolver, Version},
};

use crate::{Fields, Forms, Room, Ruled, Versioned, WorkOrder};

/// Checks that a document has exactly these findings, and that accept agrees about the errors.
#[track_caller]
fn check<T: Describe>(document: &Value, context: &Context<'_>, findings: &[(&str, &str)]) {
    let text = document.to_string();
    let report = explain::<T>(&text, Form::Request, context);
    let found: Vec<_> =
        report.diagnostics.iter().map(|it| (it.code, it.pointer.as_str())).collect();
    assert_eq!(found, findings, "{text}");
    assert_eq!(accept::<T>(&text, context), report.is_valid(), "{text}: {report}");
}

/// The document with other values at some pointers; `None` takes a member out.
fn with(document: &Value, changes: &[(&str, Option<Value>)]) -> Value {
    let mut document = document.clone();
    for (pointer, value) in changes {
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        let parent = document.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        match value {
            Some(value) => parent.insert((*name).to_owned(), value.clone()),
            None => parent.remove(name),
        };
    }
    document
}

/// Satisfies every rule.
fn ruled() -> Value {
    json!({"flag": true, "count": 3, "mode": "fast", "text": "abc", "hex": "0x01234567",
        "optional": "o", "nullable": "n", "mood": true, "score": 3, "inner": {"on": true},
        "maybe": {"on": true, "text": "t"}, "choice": {"selection": "number", "value": 1},
        "choices": null, "vault": "a1", "room": null, "switched": "s"})
}

/// What is known of the referenced objects.
struct Known;

impl Resolver for Known {
    fn exists(&self, path: &str) -> Option<bool> {
        Some(!path.ends_with("/nowhere"))
    }

    fn plain(&self, path: &str) -> Option<&str> {
        match path {
            "/api/vaults/short" => Some("1234567"),
            "/api/vaults/a1" => Some("12345678"),
            "/api/rooms/odd" => Some("a-b"),
            _ => None,
        }
    }

    fn used_by(&self, path: &str) -> Option<&str> {
        (path == "/api/vaults/taken").then_some("another")
    }
}

#[test]
fn every_condition_is_decided_at_its_bound() {
    type Case<'c> = (&'c [(&'c str, Option<Value>)], &'c [(&'c str, &'c str)]);
    let context = Context::default();
    let custom = [("custom", "/hex"), ("custom-when", "/hex")];
    let cases: &[Case<'_>] = &[
        (&[], &[("bool-false", "/flag")]),
        (&[("/optional", None)], &[("present", "/optional")]),
        (
            &[("/flag", Some(json!(false))), ("/switched", None)],
            &[("bool-true", "/flag"), ("null", "/nullable")],
        ),
        (
            &[("/flag", Some(json!(false))), ("/nullable", Some(json!(null)))],
            &[
                ("bool-true", "/flag"),
                ("both-or-neither", "/nullable"),
                ("not-null", "/nullable"),
                ("ignored-key", "/switched"),
            ],
        ),
        // Null is a value, and not the expected one. Without the member the rule does not apply.
        (
            &[
                ("/flag", Some(json!(false))),
                ("/switched", None),
                ("/mood", Some(json!(null))),
                ("/score", Some(json!(null))),
            ],
            &[
                ("bool-true", "/flag"),
                ("null", "/nullable"),
                ("null-bool", "/mood"),
                ("null-int", "/score"),
            ],
        ),
        (
            &[("/flag", Some(json!(false))), ("/switched", None), ("/mood", None)],
            &[("bool-true", "/flag"), ("null", "/nullable")],
        ),
        (&[("/switched", None)], &[("missing-key", "/switched")]),
        (&[("/count", Some(json!(7)))], &[("int-equals", "/count")]),
        (&[("/count", Some(json!(1)))], &[("int-in", "/count")]),
        (&[("/count", Some(json!(2)))], &[("int-in", "/count")]),
        (&[("/count", Some(json!(8)))], &[]),
        (&[("/count", Some(json!(9)))], &[("range-max", "/count")]),
        (&[("/count", Some(json!(10)))], &[("range", "/count"), ("range-max", "/count")]),
        (&[("/count", Some(json!(0)))], &[("all", "/count"), ("range", "/count")]),
        (&[("/count", Some(json!(-1)))], &[("out-of-range", "/count")]),
        (&[("/mode", Some(json!("quick")))], &[]),
        (&[("/mode", Some(json!("still"))), ("/switched", None)], &[("word-in", "/mode")]),
        (&[("/text", Some(json!("ab")))], &[]),
        (&[("/text", Some(json!("a")))], &[("length", "/text")]),
        (&[("/text", Some(json!("ab-_e")))], &[]),
        (&[("/text", Some(json!("äbcde")))], &[("charset", "/text")]),
        (&[("/text", Some(json!("abcdef")))], &[("length", "/text")]),
        (&[("/text", Some(json!("a c")))], &[("charset", "/text"), ("format", "/text")]),
        (&[("/optional", Some(json!("12345")))], &[]),
        (&[("/optional", Some(json!("123456")))], &[("length-max", "/optional")]),
        (&[("/hex", Some(json!("0x0g")))], &[("hex", "/hex")]),
        (&[("/hex", Some(json!("0x0123")))], &[]),
        (&[("/hex", Some(json!("012")))], &[("hex-length", "/hex")]),
        (&[("/hex", Some(json!("0123456789")))], &[("hex-length", "/hex")]),
        (&[("/hex", Some(json!("0x00000000")))], &custom),
        (&[("/inner/on", Some(json!(false)))], &[]),
        (&[("/maybe", None)], &[]),
        (&[("/maybe/on", Some(json!(false)))], &[("hop-optional", "/maybe/on")]),
        (&[("/maybe/text", Some(json!("")))], &[("hop-text", "/maybe/text")]),
        (&[("/maybe/text", None)], &[]),
        (
            &[("/choice", Some(json!({"selection": "nothing"})))],
            &[("hop-tag", "/choice/selection")],
        ),
        (
            &[("/choices", Some(json!({"selection": "nothing"})))],
            &[("hop-optional-tag", "/choices/selection")],
        ),
        (&[("/choices", Some(json!({"value": 1, "selection": "number"})))], &[]),
        // Slow mode: the word is a warning, `optional` and `switched` must go, `nullable` be null.
        (
            &[("/mode", Some(json!("slow")))],
            &[
                ("hop", "/inner/on"),
                ("word-equals", "/mode"),
                ("both-or-neither", "/nullable"),
                ("absent", "/optional"),
                ("ignored-key", "/switched"),
            ],
        ),
        (
            &[
                ("/mode", Some(json!("slow"))),
                ("/optional", None),
                ("/switched", None),
                ("/nullable", Some(json!(null))),
                ("/inner/on", Some(json!(false))),
            ],
            &[("word-equals", "/mode"), ("not-null", "/nullable")],
        ),
        (
            &[("/nullable", Some(json!(null)))],
            &[("both-or-neither", "/nullable"), ("not-null", "/nullable")],
        ),
        (
            &[("/flag", Some(json!(false))), ("/maybe", None), ("/switched", None)],
            &[("bool-true", "/flag"), ("null", "/nullable"), ("presence-of-object", "/maybe")],
        ),
    ];
    for (changes, findings) in cases {
        let document = with(&ruled(), changes);
        let text = document.to_string();
        let report = explain::<Ruled>(&text, Form::Request, &context);
        // These hold for few documents, so each is looked at in the cases that name it.
        let noise = ["bool-false", "custom", "custom-when"];
        let mut expected = findings.to_vec();
        let found = report.diagnostics.iter().map(|it| (it.code, it.pointer.as_str()));
        let mut found: Vec<_> =
            found.filter(|it| expected.contains(it) || !noise.contains(&it.0)).collect();
        found.sort_unstable();
        expected.sort_unstable();
        assert_eq!(found, expected, "{changes:?}");
        assert_eq!(accept::<Ruled>(&text, &context), report.is_valid(), "{changes:?}");
    }
}

#[test]
fn the_object_behind_a_reference_is_checked_if_it_is_known() {
    let unknown = explain::<Ruled>(&ruled().to_string(), Form::Request, &Context::default());
    assert!(unknown.unchecked.iter().any(|it| it.code == "referent" && it.pointer == "/vault"));

    let context = Context::default().with_resolver(&Known);
    let base = with(&ruled(), &[("/optional", Some(json!("o")))]);
    for (changes, finding) in [
        (("/vault", "a1"), None),
        (("/vault", "short"), Some(("referent", "/vault"))),
        (("/vault", "nowhere"), Some(("reference-exists", "/vault"))),
        (("/vault", "taken"), Some(("single-use-reference", "/vault"))),
        (("/room", "odd"), Some(("referent-null", "/room"))),
        (("/room", "any"), None),
    ] {
        let document = with(&base, &[(changes.0, Some(json!(changes.1)))]);
        let report = explain::<Ruled>(&document.to_string(), Form::Request, &context);
        let found: Vec<_> = report.errors().map(|it| (it.code, it.pointer.as_str())).collect();
        let found: Vec<_> = found.into_iter().filter(|(code, _)| *code != "custom-when").collect();
        assert_eq!(found, finding.into_iter().collect::<Vec<_>>(), "{changes:?}");
        assert_eq!(accept::<Ruled>(&document.to_string(), &context), report.is_valid());
    }
}

#[test]
fn bounds_and_formats_are_the_members_own() {
    let inner = json!({"mode": "fast", "nullable": null, "with-hyphen": "", "kept": true,
        "secret": null});
    let fields = json!({"bool": true, "natural": 100, "integer": -9, "free": -1, "string": "",
        "short": "ab", "any": {"x": 1}, "word": "2c", "inner": inner,
        "choice": {"selection": "number", "value": 3}, "vault": "a1", "list": ["a"],
        "pairs": [[0, 9]], "map": {"m": true}, "deep": {"d": ["r", "r"]}, "inners": [],
        "email": "a@example.com", "address": "::1", "name": "a.example.com", "time": "23:59",
        "date": "2024-05-06T07:08:09+00:00", "token": "t",
        "certificate": include_str!("../../crates/sps-validate/tests/data/certificates/rsa-2048.pem")});
    let context = Context::default();
    check::<Fields>(&fields, &context, &[]);
    for (pointer, value, code) in [
        ("/natural", json!(101), "out-of-range"),
        ("/natural", json!(-1), "out-of-range"),
        ("/integer", json!(8), "out-of-range"),
        ("/short", json!("a"), "too-short"),
        ("/short", json!("äöüßäö"), "too-long"),
        ("/list", json!([""]), "too-short"),
        ("/pairs", json!([[0]]), "too-short"),
        ("/pairs", json!([[10, 0]]), "out-of-range"),
        ("/map", json!({"m": 1}), "wrong-type"),
        ("/deep", json!({"d": [1]}), "wrong-type"),
        ("/word", json!("4c"), "not-in-enum"),
        ("/inner/mode", json!("4c"), "unknown-selection"),
        ("/inner/optional", json!(0), "out-of-range"),
        ("/inner/optional", json!(null), "null-not-allowed"),
        ("/inner/is_kept", json!(true), "unknown-key"),
        ("/email", json!("a"), "email-address"),
        ("/address", json!("a"), "ip-address"),
        ("/name", json!("a"), "fqdn"),
        ("/time", json!("24:00"), "time-of-day"),
        ("/date", json!("2024-05-06"), "date-time"),
        ("/token", json!("t t"), "no-whitespace"),
        ("/certificate", json!("c"), "pem-certificate"),
        ("/choice/value", json!(4), "out-of-range"),
        ("/choice", json!({"selection": "text", "value": "a"}), "fqdn"),
        ("/choice", json!({"selection": "list", "value": ["a", ""]}), "too-short"),
    ] {
        let report = explain::<Fields>(
            &with(&fields, &[(pointer, Some(value.clone()))]).to_string(),
            Form::Request,
            &context,
        );
        let [diagnostic] = &report.diagnostics[..] else { panic!("{pointer} {value}: {report}") };
        assert_eq!(diagnostic.code, code, "{pointer} {value}");
        assert!(diagnostic.pointer.starts_with(pointer), "{diagnostic}");
        let document = with(&fields, &[(pointer, Some(value))]);
        assert!(!accept::<Fields>(&document.to_string(), &context), "{document}");
    }
    for (pointer, value) in [
        ("/inner/both", json!(null)),
        ("/inner/both", json!("r")),
        ("/inner/type", json!(true)),
        ("/inner/secret", json!("s")),
        ("/choice", json!({"selection": "nothing"})),
        ("/choice", json!({"value": inner, "selection": "inner"})),
    ] {
        check::<Fields>(&with(&fields, &[(pointer, Some(value))]), &context, &[]);
    }
}

#[test]
fn versions_are_compared_when_a_target_is_known() {
    let old = json!({"old": true, "choice": {"selection": "a"}});
    let new = json!({"new": true, "between": "b", "choice": {"selection": "b", "value": 1}});
    let at = |major, minor| Context::default().with_target(Version::new(major, minor, 0, 0));
    check::<Versioned>(&old, &at(5, 0), &[]);
    check::<Versioned>(&old, &at(6, 0), &[]);
    check::<Versioned>(&old, &at(6, 1), &[("missing-key", "/new"), ("not-in-version", "/old")]);
    check::<Versioned>(&new, &at(6, 2), &[]);
    check::<Versioned>(
        &new,
        &at(6, 1),
        &[("not-in-version", "/between"), ("not-in-version", "/choice/selection")],
    );
    check::<Versioned>(&new, &at(7, 0), &[("not-in-version", "/between")]);
    let report = explain::<Versioned>(&new.to_string(), Form::Request, &at(5, 9));
    assert!(report.errors().any(|it| (it.code, &*it.pointer) == ("not-in-version", "/new")));
}

#[test]
fn forms_have_the_members_that_belong_to_them() {
    let context = Context::default();
    check::<Forms>(&json!({"name": "n", "plain": "p"}), &context, &[]);
    check::<Forms>(&json!({"name": "n", "history": []}), &context, &[("unknown-key", "/history")]);
    check::<Room>(&json!({"floor": 40, "more": 1}), &context, &[]);
    check::<Room>(&json!({"floor": 41}), &context, &[("out-of-range", "/floor")]);
    check::<WorkOrder>(&json!({"name": "n"}), &context, &[]);
    check::<WorkOrder>(
        &json!({"name": "", "note": "01234567890"}),
        &context,
        &[("too-short", "/name"), ("too-long", "/note")],
    );
    let inside = json!({"name": "n", "access": {"token": ""}});
    check::<WorkOrder>(&inside, &context, &[("too-short", "/access/token")]);
}
