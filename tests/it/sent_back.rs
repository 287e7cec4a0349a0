//! A value made from a response may be sent back with every key of the response, known or not.

use proptest::{
    strategy::{Strategy as _, ValueTree as _},
    test_runner::TestRunner,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sps_model::{
    Accounting, AccountingResponse, Describe, Exchange, SnmpTrap, SnmpTrapResponse, Transaction,
    accept, check, explain, locate, read, read_response, shape, strategy,
    validate::{Context, Form, Kind, Report, Shape, UnknownKeys, Version},
    write,
};

use crate::simulator::without_request_only_members;

/// Bodies of each type that are tried; together they have every variant.
const BODIES: usize = 24;
const UNKNOWN: &str = "brand_new";

/// Endpoints whose responses have another body than requests.
const OTHER_RESPONSES: [&str; 10] = [
    "cluster/configuration_sync_plugin",
    "cluster/join_request",
    "cluster/spp",
    "firmware/fetch",
    "firmware/test",
    "firmware/upgrade",
    "setup",
    "starling/join",
    "tools/hosts-by-name",
    "transaction",
];

fn is_sent_back<T: Describe + Exchange>(path: &str)
where
    T::Response: DeserializeOwned,
{
    let shown = locate(path).unwrap().endpoint.subject(Form::Response).map(|it| name(it.body));
    if shown != Some(name(T::KIND)) {
        // No response of this endpoint has such a body, so none is made of one.
        return assert!(OTHER_RESPONSES.contains(&path), "{path}");
    }
    let mut runner = TestRunner::deterministic();
    for _ in 0..BODIES {
        let body = strategy::response_json::<T>().new_tree(&mut runner).unwrap().current();
        let body = without_request_only_members(T::KIND, body);
        for (place, is_open) in objects(T::KIND, &body, "") {
            let mut body = body.clone();
            let object = body.pointer_mut(&place).unwrap().as_object_mut().unwrap();
            let reference =
                json!({"key": "9", "meta": {"href": "/api/configuration/policies/x/9"}});
            object.insert(UNKNOWN.to_owned(), json!([reference]));
            sends_back::<T>(&body, &format!("{place}/{UNKNOWN}"), is_open);
        }
    }
}

#[track_caller]
fn sends_back<T: Describe + Exchange>(body: &Value, unknown: &str, is_open: bool)
where
    T::Response: DeserializeOwned,
{
    let context = Context::default();
    let response: T::Response = read_response(&body.to_string()).unwrap();
    let value = T::from_response(response);
    let report = check(&value, &context);
    let listed: Vec<_> = report
        .unchecked
        .iter()
        .filter(|it| it.code == "unknown-key")
        .map(|it| &it.pointer)
        .collect();
    assert_eq!(listed, [unknown], "{report}");

    let text = write(&value, &context).unwrap();
    let written: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(written.pointer(unknown), Some(&json!(["9"])), "{text}");
    // The text does not remember where the key came from, so its reader has to say it.
    let errors = explain::<T>(&text, Form::Request, &context);
    let errors: Vec<_> = errors.errors().map(|it| (it.code, it.pointer.as_str())).collect();
    let expected = [("unknown-key", unknown)];
    assert_eq!(errors, if is_open { &[] } else { &expected[..] });
    let again = read::<T>(&text, &context.with_unknown_keys(UnknownKeys::Allow)).unwrap();
    assert_eq!(serde_json::to_value(&again).unwrap(), written);
}

fn name(kind: Kind) -> &'static str {
    match kind.peeled() {
        Kind::Named(ty) => ty.name,
        other => panic!("a body is an object: {other:?}"),
    }
}

/// Pointers to every object whose keys are known, and whether others may be in a request.
fn objects(kind: Kind, value: &Value, pointer: &str) -> Vec<(String, bool)> {
    match (kind.peeled(), value) {
        (kind @ (Kind::Named(_) | Kind::Map(_)), Value::Object(object)) => {
            let own = match kind {
                Kind::Named(ty) => {
                    let is_open = matches!(ty.shape, Shape::Struct { open: true, .. });
                    Some((pointer.to_owned(), is_open))
                }
                _ => None,
            };
            let tag = shape::tag_of(kind, object);
            let below = object.iter().flat_map(|(key, value)| {
                let kind = shape::member(kind, tag, key).unwrap_or(Kind::Any);
                objects(kind, value, &format!("{pointer}/{key}"))
            });
            own.into_iter().chain(below).collect()
        }
        (kind @ (Kind::List(_) | Kind::Array(..)), Value::Array(list)) => {
            let items = list.iter().enumerate();
            let below =
                |(index, item)| objects(shape::element(kind), item, &format!("{pointer}/{index}"));
            items.flat_map(below).collect()
        }
        _ => Vec::new(),
    }
}

macro_rules! sent_back {
    ($($module:ident: $ty:ident = $path:literal),* $(,)?) => {$(
        #[test]
        fn $module() {
            is_sent_back::<sps_model::$ty>($path);
        }
    )*};
}

every_request!(sent_back);

#[test]
fn enum_values_and_variants() {
    for (from, to, pointer) in [
        (r#""auth_method": "sha""#, r#""auth_method": "sha3""#, "/version/value/auth_method"),
        (r#""selection": "ip""#, r#""selection": "dns""#, "/version/value/server/selection"),
        (r#""selection": "3""#, r#""selection": "4""#, "/version/selection"),
    ] {
        let text = r#"{"enabled": true, "version": {"selection": "3", "value": {
            "server": {"selection": "ip", "value": "192.0.2.25"}, "username": "trapper",
            "engine_id": "0x0123456789", "auth_method": "sha", "auth_password": "d21f3675",
            "encryption_method": "none", "encryption_password": null}}}"#;
        let text = text.replace(from, to);
        let trap = SnmpTrap::from(read_response::<SnmpTrapResponse>(&text).unwrap());
        let report = check(&trap, &Context::default());
        assert!(report.is_valid(), "{report}");
        assert!(report.unchecked.iter().any(|it| it.pointer == pointer), "{report:?}");
        let written = write(&trap, &Context::default()).unwrap();
        let [written, text]: [Value; 2] =
            [written, text].map(|it| serde_json::from_str(&it).unwrap());
        assert_eq!(written, text);
        assert!(read::<SnmpTrap>(&text.to_string(), &Context::default()).is_err());
    }
}

/// Only an endpoint has versions; the compiler finds out which type is one.
#[test]
fn versions_of_an_endpoint() {
    // The page says: since 8.0.
    let text = r#"{"require_commitlog": true}"#;
    let value: Accounting = read(text, &Context::default()).unwrap();
    let codes = |report: &Report| report.errors().map(|it| it.code).collect::<Vec<_>>();
    for (version, expected) in [((7, 5), &["not-in-version"][..]), ((8, 0), &[])] {
        let target = Version::new(version.0, version.1, 0, 0);
        let context = Context::default().with_target(target);
        assert_eq!(accept::<Accounting>(text, &context), expected.is_empty());
        assert_eq!(codes(&explain::<Accounting>(text, Form::Request, &context)), expected);
        assert_eq!(codes(&explain::<AccountingResponse>(text, Form::Response, &context)), expected);
        assert_eq!(codes(&check(&value, &context)), expected);
        let read = read::<Accounting>(text, &context).map_err(|report| codes(&report));
        assert_eq!(read.err().unwrap_or_default(), expected);
    }
    let report = explain::<Accounting>(text, Form::Request, &Context::default());
    let unchecked: Vec<_> = report.unchecked.iter().map(|it| (it.code, &*it.pointer)).collect();
    assert_eq!(unchecked, [("not-in-version", "")]);
    // The other key under which older appliances show a transaction.
    let text = r#"{"transaction": {"status": "open"}, "meta": {}}"#;
    let report = explain::<Transaction>(text, Form::Response, &Context::default());
    assert!(report.is_valid(), "{report}");
}
