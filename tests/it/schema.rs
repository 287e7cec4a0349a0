//! The exported JSON Schemas decide as we do: on valid bodies, on near misses and on edited ones.

pub(crate) mod comparison;

use std::{path::Path, sync::LazyLock};

use proptest::{prelude::*, sample::Index};
use serde_json::{Value, json};
use sps_model::{ENDPOINTS, locate, strategy};
use sps_spec::Spec;
use sps_validate::{Context, Form, Kind, Subject};

use self::comparison::{Comparison, LAXER, STRICTER};
use crate::{
    mutation::{Mutation, mutate, mutation},
    random::{EACH_ENDPOINT, inputs},
};

static SPEC: LazyLock<Spec> = LazyLock::new(|| {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec");
    Spec::from_dir(&dir).unwrap_or_else(|errors| panic!("{errors}"))
});

fn compare(path: &str, form: Form) -> Comparison {
    let endpoint = locate(path).unwrap().endpoint;
    Comparison::new(&SPEC, endpoint.path, endpoint.subject(form).unwrap())
}

/// The document, the document with one edit, and with two.
fn edited(
    comparison: &Comparison,
    body: &Value,
    edits: &[Mutation; 2],
    index: Index,
) -> Result<(), TestCaseError> {
    let context = Context::default();
    comparison.agrees(&body.to_string(), &context)?;
    let once = mutate(body, &edits[0], index);
    comparison.agrees(&once, &context)?;
    match serde_json::from_str::<Value>(&once) {
        Ok(once) => comparison.agrees(&mutate(&once, &edits[1], index), &context),
        Err(_) => Ok(()),
    }
}

macro_rules! requests {
    ($($module:ident: $ty:ident = $path:literal),* $(,)?) => {
        const REQUESTS: &[&str] = &[$($path),*];

        $(mod $module {
            use sps_model::$ty;

            use super::*;

            static REQUEST: LazyLock<Comparison> = LazyLock::new(|| compare($path, Form::Request));

            proptest! {
                #![proptest_config(inputs(EACH_ENDPOINT))]

                #[test]
                fn edited_requests(
                    body in strategy::valid_json::<$ty>(),
                    edits in [mutation(), mutation()],
                    index: Index,
                ) {
                    edited(&REQUEST, &body, &edits, index)?;
                }

                #[test]
                fn near_misses(miss in strategy::near_miss::<$ty>()) {
                    let text = miss.body.to_string();
                    REQUEST.agrees(&text, &Context::default())?;
                    REQUEST.agrees(&text, &Context::default().with_resolver(&miss.passwords))?;
                }
            }
        })*
    };
}

macro_rules! responses {
    ($($module:ident: $ty:ident = $path:literal),* $(,)?) => {
        const RESPONSES: &[&str] = &[$($path),*];

        $(mod $module {
            use sps_model::$ty;

            use super::*;

            static RESPONSE: LazyLock<Comparison> = LazyLock::new(|| compare($path, Form::Response));

            proptest! {
                #![proptest_config(inputs(EACH_ENDPOINT))]

                #[test]
                fn edited_responses(
                    body in strategy::response_json::<$ty>(),
                    edits in [mutation(), mutation()],
                    wrapper in 0..3,
                    index: Index,
                ) {
                    let response = match wrapper {
                        0 => json!({ "body": body, "key": "7", "meta": { "href": "/api/x/7" } }),
                        1 => json!({ "items": [{ "key": "7", "meta": {} }, { "key": "8", "body": body }], "meta": {} }),
                        _ => body,
                    };
                    edited(&RESPONSE, &response, &edits, index)?;
                }

                #[test]
                fn near_misses(miss in strategy::near_miss::<$ty>()) {
                    RESPONSE.agrees(&miss.body.to_string(), &Context::default())?;
                }
            }
        })*
    };
}

every_request!(requests);

every_response!(responses);

/// Whether a body has a type of its own. Lists, maps and texts have none.
fn has_own_type(subject: Option<Subject>) -> bool {
    subject.is_some_and(|it| matches!(it.body.peeled(), Kind::Named(_)))
}

#[test]
fn no_endpoint_is_left_out() {
    for (form, listed) in [(Form::Request, REQUESTS), (Form::Response, RESPONSES)] {
        for endpoint in ENDPOINTS.iter().filter(|it| has_own_type(it.subject(form))) {
            let listed =
                listed.iter().any(|path| locate(path).unwrap().endpoint.path == endpoint.path);
            assert!(listed, "add {} to the {form:?} list", endpoint.path);
        }
    }
}

/// The meta-schema itself, rather than what a library makes of it when it compiles.
#[test]
fn every_schema_is_valid_against_the_official_meta_schema() {
    let meta = "https://json-schema.org/draft/2020-12/schema";
    let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
    compiler.enable_format_assertions();
    let index = compiler.compile(meta, &mut schemas).unwrap();
    let mut seen = 0;
    for endpoint in &SPEC.endpoints {
        for form in sps_codegen::SchemaForm::ALL {
            let Some(text) = sps_codegen::schema(&SPEC, endpoint, form) else { continue };
            let schema: Value = serde_json::from_str(&text).unwrap();
            assert_eq!(schema["$schema"], meta);
            jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("{error}"));
            schemas.validate(&schema, index).unwrap_or_else(|error| panic!("{error}"));
            let own = locate(&endpoint.path).unwrap().endpoint.subject(match form {
                sps_codegen::SchemaForm::Request => Form::Request,
                sps_codegen::SchemaForm::Response => Form::Response,
                // The tests of `sps-site` compare it with the check.
                sps_codegen::SchemaForm::Site => continue,
            });
            seen += usize::from(has_own_type(own));
        }
    }
    assert_eq!(seen, REQUESTS.len() + RESPONSES.len());
    assert!(schemas.validate(&json!({ "type": "strnig" }), index).is_err());
}

/// A document for each known difference, which nothing but that difference explains.
#[test]
fn every_known_difference_still_exists() {
    let mut seen = Vec::new();
    for (name, path, form, text, context) in witnesses() {
        let comparison = compare(path, form);
        comparison.agrees(&text, &context).unwrap();
        assert_eq!(comparison.differences(&text, &context), [name], "{text}");
        seen.push(name);
    }
    let known = LAXER.iter().chain(STRICTER).map(|(name, _)| *name);
    // The real endpoints have no error that a hand-written check finds; the small specs of the generator do.
    let lacking: Vec<_> = known.filter(|name| !seen.contains(name)).collect();
    assert_eq!(lacking, ["custom"]);
}

/// A resolver that knows a password which is too short.
static SHORT: LazyLock<strategy::Passwords> = LazyLock::new(|| {
    let mut passwords = strategy::Passwords::default();
    passwords.plain.insert("/api/configuration/passwords/1".to_owned(), "short".to_owned());
    passwords
});

type Witness = (&'static str, &'static str, Form, String, Context<'static>);

fn witnesses() -> Vec<Witness> {
    let request = |name, path, text: String| -> Witness {
        (name, path, Form::Request, text, Context::default())
    };
    let disk = |ratio: &str| {
        format!(
            r#"{{"archiving_enabled": false, "enabled": true, "used_space_ratio_limit": {ratio}}}"#
        )
    };
    let load = |load: &str| {
        format!(
            r#"{{"maximum_disk_utilization_ratio": null, "maximum_load1": {load}, "maximum_load15": null,
            "maximum_load5": null, "maximum_swap_utilization_ratio": null}}"#
        )
    };
    let email = |address: &str, host: &str, check: Value| {
        json!({
            "admin_address": address, "alerting_address": "a@b", "reporting_address": "a@b",
            "sender_address": null, "smtp_auth": { "enabled": false },
            "smtp_encryption": {
                "selection": "starttls", "client_authentication": { "enabled": false },
                "server_certificate_check": check,
            },
            "smtp_server": { "selection": "fqdn", "value": host },
        })
        .to_string()
    };
    let unchecked = json!({ "enabled": false });
    let broken = json!({
        "enabled": true,
        "server_certificate_ca": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    });
    let trap = |encryption: &str| {
        json!({ "enabled": true, "version": { "selection": "3", "value": {
            "auth_method": "sha", "auth_password": "1", "encryption_method": "aes",
            "encryption_password": encryption, "engine_id": "0123456789", "username": "u",
            "server": { "selection": "ip", "value": "192.0.2.1" } } } })
        .to_string()
    };
    let users = |passwords: Value| {
        json!({ "name": "n", "users": [{ "certificates": [], "passwords": passwords, "public_keys": [],
            "username": "u" }] })
        .to_string()
    };
    let deep = format!("{}{}", "[".repeat(70), "]".repeat(70));
    vec![
        request(
            "duplicate-key",
            "management/disk_fillup_prevention",
            disk(r#"1, "enabled": true"#),
        ),
        request("order", "network/nics", json!({"interfaces": {"@order": ["a"]}}).to_string()),
        request("single-use", "policies/user_databases", users(json!(["1", "1"]))),
        request("single-use", "management/snmp/trap", trap("1")),
        (
            "elsewhere",
            "management/snmp/trap",
            Form::Request,
            trap("2"),
            Context::default().with_resolver(&*SHORT),
        ),
        request("whole-float", "management/disk_fillup_prevention", disk("80.0")),
        request("whole-float", "management/disk_fillup_prevention", disk("8e1")),
        request("whole-float", "management/disk_fillup_prevention", disk("-0")),
        request("beyond-64-bits", "management/health_monitoring", load("18446744073709551616")),
        request("certificate", "management/email", email("a@b", "a.b", broken)),
        (
            "version",
            "user_info",
            Form::Response,
            r#"{"user": {"name": "rita"}, "login_method": {"authentication": "ldap", "credential": "password", "name": "hq"}}"#
                .to_owned(),
            Context::default().with_target(sps_validate::Version::new(7, 0, 0, 0)),
        ),
        request(
            "limit",
            "policies/user_databases",
            users(json!([])).replace(r#""certificates":[]"#, &format!(r#""certificates":{deep}"#)),
        ),
        request("rough", "management/email", email("a@[IPv6:b]", "a.b", unchecked.clone())),
        request("host-name", "management/email", email("a@b", "a.b.", unchecked.clone())),
        request("host-name", "management/email", email("a@b", "ab--c.d", unchecked)),
    ]
}

/// Texts at the edge of what our patterns can express.
#[test]
fn texts_at_the_edge_of_a_format_have_one_verdict() {
    let email = |pointer: &str, text: &str| {
        let mut body = json!({
            "admin_address": "a@b", "alerting_address": "a@b", "reporting_address": "a@b",
            "sender_address": null, "smtp_auth": { "enabled": false },
            "smtp_encryption": { "selection": "disabled" },
            "smtp_server": { "selection": "fqdn", "value": "a.b" },
        });
        if pointer == "/ip" {
            body["smtp_server"] = json!({ "selection": "ip", "value": text });
        } else {
            *body.pointer_mut(pointer).unwrap() = json!(text);
        }
        body.to_string()
    };
    let comparison = compare("management/email", Form::Request);
    let context = Context::default();
    let label = "a".repeat(63);
    let long = |last: usize| format!("{label}.{label}.{label}.{}", "b".repeat(last));
    for text in [
        &*format!("{label}.b"),
        &format!("a{label}.b"),
        &long(61),
        &long(62),
        &format!("{}.", long(61)),
        "a.1",
        "a.1b",
        "1.a",
        "a.b.",
        "a.b..",
        ".a.b",
        "a",
        "-a.b",
        "a-.b",
        "a_b.c",
        "a.b\n",
        "é.b",
        "",
    ] {
        comparison.agrees(&email("/smtp_server/value", text), &context).unwrap();
    }
    for text in [
        "0.0.0.0",
        "255.255.255.255",
        "256.0.0.1",
        "1.2.3",
        "1.2.3.4.5",
        "01.2.3.4",
        "1.2.3.4\n",
        "::",
        ":",
        "1::",
        "::1.2.3.4",
        "1:2:3:4:5:6:1.2.3.4",
        "1:2:3:4:5:6:7:1.2.3.4",
        "1:2:3:4:5:6:7:8",
        "1:2:3:4:5:6:7:8:9",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
        "1:2:3:4::5:6:7:8",
        "12345::",
        "::g",
        "::1%1",
        "[::1]",
        "::ffff:1.2.3.256",
        "1.2.3.4::",
        "",
    ] {
        comparison.agrees(&email("/ip", text), &context).unwrap();
    }
    let (local, domain) = ("l".repeat(64), long(61));
    for text in [
        "a",
        "@",
        "a@",
        "@b",
        "a@b@c",
        "a b@c",
        "a@-b",
        "a@b-",
        "a@b.",
        "a@b_c",
        "A!#$%&'*+/=?^_`{|}~-z@b",
        "a(@b",
        "a@é",
        "é@b",
        "a\\@b",
        "a@[1.2.3.4]",
        "a@[1.2.3.256]",
        "a@[b]",
        "a@[]",
        "a@b\n",
        &format!("{local}@b"),
        &format!("l{local}@b"),
        &format!("a@{domain}"),
        &format!("a@{domain}b"),
        &format!("{local}@{domain}"),
    ] {
        comparison.agrees(&email("/admin_address", text), &context).unwrap();
    }
}

/// An open body may have any member, but those of a wrapper make it a response.
#[test]
fn a_wrapper_is_no_open_body() {
    let context = Context::default();
    for path in ["passwords", "x509"] {
        let comparison = compare(path, Form::Request);
        for (text, valid) in [
            (r#"{"body": {"plain": "long enough"}, "key": "1", "meta": {}}"#, false),
            (r#"{"items": []}"#, false),
            (r#"{"items": [], "name": "n"}"#, true),
            (r#"{"key": "1", "meta": {}}"#, true),
        ] {
            comparison.agrees(text, &context).unwrap();
            assert_eq!(comparison.differences(text, &context), [""; 0], "{text}");
            let endpoint = locate(path).unwrap().endpoint;
            assert_eq!(endpoint.accept(text, &context), valid, "{path} {text}");
        }
    }
}
