//! The limits hold for typed reading as they do for explain.

use serde_json::json;
use sps_model::{
    Describe, SnmpTrap, accept, explain, read,
    validate::{Context, Form, Limits},
};

use super::{
    declared::{Keys, Leaves, Open, Outer, Tree},
    exchange,
};

/// The least limit under which a valid text passes, for both who ask.
#[track_caller]
fn least<T: Describe>(text: &str, limited: impl Fn(usize) -> Limits) -> usize {
    let mut least = None;
    for limit in 0..=200 {
        let context = Context::default().with_limits(limited(limit));
        let report = explain::<T>(text, Form::Request, &context);
        assert_eq!(accept::<T>(text, &context), report.is_valid(), "at {limit}: {report}");
        assert_eq!(read::<T>(text, &context).is_ok(), report.is_valid(), "at {limit}: {report}");
        if report.is_valid() {
            least = least.or(Some(limit));
        } else {
            let codes: Vec<_> = report.errors().map(|it| it.code).collect();
            assert_eq!(codes, ["limit-exceeded"], "at {limit}");
            assert_eq!(least, None, "what passes under a limit passes under a higher one");
        }
    }
    least.unwrap()
}

#[test]
fn depth_is_counted_everywhere() {
    let depth = |depth| Limits::default().with_depth(depth);
    let tree = |levels: usize| {
        let open = r#"{"room":null,"children":["#.repeat(levels);
        format!("{open}{}", "]}".repeat(levels))
    };
    for levels in 1..=3 {
        assert_eq!(least::<Tree>(&tree(levels), depth), 2 * levels);
    }
    let kept = r#"{"more":[[[{}]]]}"#;
    assert_eq!(least::<Open>(kept, depth), 5);
    let leaves = json!({"on": true, "tiny": 0, "small": 0, "count": 0, "offset": 0, "text": "",
        "color": "bleu", "anything": [[[]]]});
    assert_eq!(least::<Leaves>(&leaves.to_string(), depth), 4);
    let outer = r#"{"range":{"low":1,"high":2},"ranges":[{"low":1,"high":2}],"maybe":{"low":1,"high":2},"room":"r"}"#;
    assert_eq!(least::<Outer>(outer, depth), 3);
}

#[test]
fn keys_are_counted_in_each_object() {
    let keys = |keys| Limits::default().with_keys(keys);
    let (_, mut request) = exchange::keys();
    request.as_object_mut().unwrap().remove("later");
    request["inner"].as_object_mut().unwrap().remove("kept_here");
    request["inners"] = json!([]);
    request["tree"] = json!({"room": null, "children": []});
    request["map"] = (0..30).map(|key| (key.to_string(), json!("k"))).collect();
    assert_eq!(least::<Keys>(&request.to_string(), keys), 30);
    request["map"] = json!({});
    assert_eq!(least::<Keys>(&request.to_string(), keys), 14);
    assert_eq!(least::<Open>(r#"{"more": {"a": 1, "b": 1, "c": 1}}"#, keys), 3);
    assert_eq!(least::<Open>(r#"{"a": 1, "b": 1, "c": 1, "d": {}}"#, keys), 4);
    let outer = r#"{"range":{"low":1,"high":2,"a":1,"b":1,"c":1},"ranges":[],"maybe":{"low":1,"high":2},"room":"r"}"#;
    assert_eq!(least::<Outer>(outer, keys), 5);
}

#[test]
fn bytes_are_counted() {
    let bytes = |bytes| Limits::default().with_bytes(bytes);
    let text = r#"{"known": 1 }"#;
    assert_eq!(least::<Open>(text, bytes), text.len());
}

#[test]
fn nothing_overflows_the_stack() {
    for levels in [63, 64, 65, 127, 128, 1000, 100_000] {
        let context = Context::default().with_limits(Limits::default().with_depth(usize::MAX));
        for text in ["[".repeat(levels), r#"{"more":"#.repeat(levels)] {
            assert!(!accept::<Open>(&text, &context));
            assert!(!explain::<Open>(&text, Form::Request, &context).is_valid());
            assert!(sps_model::read_response::<super::declared::OpenResponse>(&text).is_err());
        }
    }
}

/// Both questions, with at most so many diagnostics.
fn answers(text: &str, diagnostics: usize) -> (bool, bool) {
    let context = Context::default().with_limits(Limits::default().with_diagnostics(diagnostics));
    let report = explain::<SnmpTrap>(text, Form::Request, &context);
    assert!(report.diagnostics.len() <= diagnostics + 1, "{report:?}");
    (accept::<SnmpTrap>(text, &context), report.is_valid())
}

#[test]
fn warnings_beyond_the_limit_make_nothing_wrong() {
    let text = r#"{"enabled": true, "version": {"selection": "2c", "value": {"community": "public",
        "server": {"selection": "ip", "value": "192.0.2.5"}}}}"#;
    let wrong = text.replace("192.0.2.5", "192.0.2.500");
    let unknown = text.replace("true,", "true, \"zzz\": 1, \"yyy\": 2,");
    for diagnostics in 0..5 {
        assert_eq!(answers(text, diagnostics), (true, true), "{diagnostics}");
        assert_eq!(answers(&wrong, diagnostics), (false, false), "{diagnostics}");
        assert_eq!(answers(&unknown, diagnostics), (false, false), "{diagnostics}");
    }
}

#[test]
fn what_is_not_listed_as_unchecked_is_said() {
    let text = r#"{"enabled": true, "version": {"selection": "3", "value": {"auth_method": "sha", "auth_password": "a1",
        "encryption_method": "aes", "encryption_password": "b2", "engine_id": "0x0123456789", "username": "u",
        "server": {"selection": "ip", "value": "192.0.2.5"}}}}"#;
    // Of both passwords: whether they exist, how short and how long they are and what they are made of.
    let places = 8;
    for limit in 0..places + 2 {
        let context = Context::default().with_limits(Limits::default().with_diagnostics(limit));
        let report = explain::<SnmpTrap>(text, Form::Request, &context);
        let said = report.unchecked.iter().filter(|it| it.code == "limit-exceeded").count();
        assert_eq!(report.unchecked.len(), places.min(limit + 1), "at {limit}");
        assert_eq!(said, usize::from(limit < places), "at {limit}");
        assert!(report.is_valid() && accept::<SnmpTrap>(text, &context));
    }
}
