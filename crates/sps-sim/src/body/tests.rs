//! Bodies of real endpoints. The expected values were worked out by hand.

use std::collections::BTreeMap;

use serde_json::json;
use sps_spec::{EndpointKind, Spec, Version};

use super::*;

const DISK: &str = "/api/configuration/management/disk_fillup_prevention";
const EMAIL: &str = "/api/configuration/management/email";
const TRAP: &str = "/api/configuration/management/snmp/trap";
const PASSWORDS: &str = "/api/configuration/passwords";
const X509: &str = "/api/configuration/x509";
const USERS: &str = "/api/configuration/policies/user_databases";
const CHANNELS: &str = "/api/configuration/rdp/channel_policies";
const GATEWAY: &str = "/api/configuration/management/web_gateway_authentication";

/// Objects by collection and key, with the paths that refer to them.
#[derive(Default)]
struct Objects(BTreeMap<(&'static str, &'static str), (Value, Vec<&'static str>)>);

impl Objects {
    fn with(
        mut self,
        collection: &'static str,
        key: &'static str,
        body: Value,
        users: &[&'static str],
    ) -> Self {
        self.0.insert((collection, key), (body, users.to_vec()));
        self
    }

    fn get(&self, collection: &str, key: &str) -> Option<&(Value, Vec<&'static str>)> {
        self.0.iter().find(|(name, _)| **name == (collection, key)).map(|(_, object)| object)
    }
}

impl World for Objects {
    fn object(&self, collection: &str, key: &str) -> Option<Value> {
        self.get(collection, key).map(|(body, _)| body.clone())
    }

    fn referrers(&self, collection: &str, key: &str) -> Vec<String> {
        let users =
            self.get(collection, key).map(|(_, users)| users.as_slice()).unwrap_or_default();
        users.iter().map(|&user| user.to_owned()).collect()
    }
}

fn passwords() -> Objects {
    Objects::default()
        .with(PASSWORDS, "1", json!({ "plain": "long enough" }), &[])
        .with(PASSWORDS, "2", json!({ "plain": "seven77" }), &[])
        .with(PASSWORDS, "3", json!({ "plain": "long enough~" }), &[])
        .with(PASSWORDS, "4", json!({ "plain": "long enough" }), &[TRAP])
}

fn version(text: &str) -> Version {
    text.parse().unwrap()
}

/// What is stored, or what was found as lines of code and pointer.
fn read_at(
    target: Option<Version>,
    path: &str,
    text: &str,
    mode: Mode,
    world: &Objects,
) -> Result<Value, Vec<String>> {
    let spec = Spec::embedded();
    let bodies = Bodies::new(&spec, target);
    match bodies.read(spec.endpoint(path).unwrap(), text.as_bytes(), mode, world, EMAIL) {
        Ok(stored) => Ok(stored),
        Err(Refusal::NotJson(_)) => Err(vec!["not JSON".to_owned()]),
        Err(Refusal::Semantic(findings)) => {
            let mut lines: Vec<_> =
                findings.iter().map(|it| format!("{} {}", it.code, it.pointer)).collect();
            lines.sort();
            Err(lines)
        }
    }
}

fn lenient(path: &str, text: &str) -> Result<Value, Vec<String>> {
    read_at(None, path, text, Mode::Lenient, &passwords())
}

fn strict(path: &str, text: &str) -> Result<Value, Vec<String>> {
    read_at(None, path, text, Mode::Strict, &passwords())
}

fn errors<const N: usize>(lines: [&str; N]) -> Result<Value, Vec<String>> {
    Err(lines.map(str::to_owned).to_vec())
}

fn trap(changes: &Value) -> String {
    let mut v3 = json!({
        "auth_method": "sha", "auth_password": "1", "encryption_method": "none", "encryption_password": null,
        "engine_id": "0x0123456789", "server": { "selection": "ip", "value": "192.0.2.1" }, "username": "u",
    });
    for (key, value) in changes.as_object().unwrap() {
        v3[key] = value.clone();
    }
    json!({ "enabled": true, "version": { "selection": "3", "value": v3 } }).to_string()
}

fn email(changes: &Value) -> String {
    let mut body = json!({
        "admin_address": "a@b", "alerting_address": "a@b", "reporting_address": "a@b", "sender_address": null,
        "smtp_auth": { "enabled": false }, "smtp_encryption": { "selection": "disabled" },
        "smtp_server": { "selection": "fqdn", "value": "mail.example.com" },
    });
    for (key, value) in changes.as_object().unwrap() {
        body[key] = value.clone();
    }
    body.to_string()
}

#[test]
fn lenient_mode_drops_unknown_keys() {
    let text = r#"{"enabled": false, "archiving_enabled": true, "used_space_ratio_limit": 1,
        "enabled": true, "x": {"enabled": 1}}"#;
    let stored = json!({ "archiving_enabled": true, "enabled": true, "used_space_ratio_limit": 1 });
    assert_eq!(lenient(DISK, text), Ok(stored));
    assert_eq!(strict(DISK, text), errors(["duplicate-key /enabled", "unknown-key /x"]));
}

#[test]
fn lenient_mode_ignores_the_content_of_a_wrapper() {
    let text = r#"{"body": {"plain": "long enough"}, "key": "1", "meta": {}}"#;
    assert_eq!(lenient(PASSWORDS, text), Ok(json!({})));
    assert_eq!(strict(PASSWORDS, text), errors(["response-wrapper "]));
    let all = [
        "missing-key /archiving_enabled",
        "missing-key /enabled",
        "missing-key /used_space_ratio_limit",
    ];
    assert_eq!(lenient(DISK, text), errors(all));
}

#[test]
fn reports_invalid_json_separately() {
    let spec = Spec::embedded();
    let bodies = Bodies::new(&spec, None);
    let deep = "[".repeat(200_000);
    for text in [
        &b"{\"a\": \"\xff\"}"[..],
        b"",
        b"{",
        b"{} {}",
        b"\xef\xbb\xbf{}",
        b"[1e999]",
        deep.as_bytes(),
    ] {
        for mode in [Mode::Lenient, Mode::Strict] {
            let result =
                bodies.read(spec.endpoint(DISK).unwrap(), text, mode, &Objects::default(), DISK);
            assert!(matches!(result, Err(Refusal::NotJson(_))), "{result:?}");
        }
    }
}

#[test]
fn numbers_are_integers_within_bounds() {
    let disk = |number: &str| {
        let text = format!(
            r#"{{"archiving_enabled": true, "enabled": true, "used_space_ratio_limit": {number}}}"#
        );
        lenient(DISK, &text).err().map(|lines| lines.join(","))
    };
    for (number, expected) in [
        ("0", None),
        ("100", None),
        ("101", Some("out-of-range")),
        ("-1", Some("out-of-range")),
        ("18446744073709551616", Some("out-of-range")),
        ("-9223372036854775809", Some("out-of-range")),
        ("80.0", Some("wrong-type")),
        ("8e1", Some("wrong-type")),
        ("-0", Some("wrong-type")),
        ("\"80\"", Some("wrong-type")),
        ("null", Some("null-not-allowed")),
    ] {
        let expected = expected.map(|code| format!("{code} /used_space_ratio_limit"));
        assert_eq!(disk(number), expected, "{number}");
    }
}

#[test]
fn a_switch_requires_its_members() {
    let text = email(
        &json!({ "smtp_auth": { "enabled": true }, "smtp_encryption": { "selection": "starttls" } }),
    );
    let missing = [
        "missing-key /smtp_auth/password",
        "missing-key /smtp_auth/username",
        "missing-key /smtp_encryption/client_authentication",
        "missing-key /smtp_encryption/server_certificate_check",
    ];
    assert_eq!(lenient(EMAIL, &text), errors(missing));
    // An invalid switch requires nothing.
    let text = email(&json!({ "smtp_auth": { "enabled": "yes" } }));
    assert_eq!(lenient(EMAIL, &text), errors(["wrong-type /smtp_auth/enabled"]));
}

#[test]
fn a_selection_decides_about_its_value() {
    for (host, expected) in [
        (
            json!({ "selection": "ip", "value": "mail.example.com" }),
            "ip-address /smtp_server/value",
        ),
        (json!({ "selection": "fqdn", "value": "192.0.2.1" }), "fqdn /smtp_server/value"),
        (json!({ "selection": "name", "value": 7 }), "unknown-selection /smtp_server/selection"),
        (json!({ "selection": null, "value": "a.b" }), "null-not-allowed /smtp_server/selection"),
        (json!({ "value": "a.b" }), "missing-key /smtp_server/selection"),
        (json!({ "selection": "ip" }), "missing-key /smtp_server/value"),
        (json!("a.b"), "wrong-type /smtp_server"),
    ] {
        assert_eq!(lenient(EMAIL, &email(&json!({ "smtp_server": host }))), errors([expected]));
    }
    let text = email(&json!({ "smtp_encryption": { "selection": "ssl" } }));
    assert_eq!(lenient(EMAIL, &text), errors(["unknown-selection /smtp_encryption/selection"]));
    assert_eq!(
        lenient(TRAP, &trap(&json!({ "auth_method": "sha256" }))),
        errors(["not-in-enum /version/value/auth_method"])
    );
}

#[test]
fn enum_values_are_stored_in_their_first_spelling() {
    let stored = lenient(TRAP, &trap(&json!({ "auth_method": "sha1" }))).unwrap();
    assert_eq!(stored["version"]["value"]["auth_method"], "sha");
}

#[test]
fn broken_rules_are_reported_at_their_target() {
    let off = json!({ "enabled": false });
    let on = json!({ "selection": "disabled", "client_authentication": { "enabled": true, "x509_identity": "c" },
        "server_certificate_check": off });
    let world = passwords().with(X509, "c", json!({}), &[]);
    let result =
        read_at(None, EMAIL, &email(&json!({ "smtp_encryption": on })), Mode::Lenient, &world);
    assert_eq!(result, errors(["starttls-only /smtp_encryption/client_authentication/enabled"]));

    for (changes, expected) in [
        (json!({ "engine_id": "xyz" }), "engine-id-hex /version/value/engine_id"),
        (json!({ "engine_id": "0x012345678" }), "engine-id-length /version/value/engine_id"),
        (
            json!({ "encryption_method": "aes" }),
            "snmp-encryption-password /version/value/encryption_password",
        ),
        (json!({ "auth_password": "2" }), "snmp-password-length /version/value/auth_password"),
        (json!({ "auth_password": "3" }), "snmp-password-charset /version/value/auth_password"),
        (json!({ "auth_password": "9" }), "reference-exists /version/value/auth_password"),
        (json!({ "auth_password": "4" }), "single-use-reference /version/value/auth_password"),
        (json!({ "auth_password": 1 }), "wrong-type /version/value/auth_password"),
        (json!({ "auth_password": null }), "null-not-allowed /version/value/auth_password"),
        (
            json!({ "auth_password": { "key": "1", "meta": {} } }),
            "reference-object /version/value/auth_password",
        ),
        (
            json!({ "encryption_method": "aes", "encryption_password": "1" }),
            "single-use-reference /version/value/encryption_password",
        ),
    ] {
        assert_eq!(lenient(TRAP, &trap(&changes)), errors([expected]), "{changes}");
    }
}

#[test]
fn a_body_may_keep_its_single_use_reference() {
    let spec = Spec::embedded();
    let bodies = Bodies::new(&spec, None);
    let text = trap(&json!({ "auth_password": "4" }));
    let endpoint = spec.endpoint(TRAP).unwrap();
    assert!(bodies.read(endpoint, text.as_bytes(), Mode::Lenient, &passwords(), TRAP).is_ok());
}

#[test]
fn lists_are_checked_element_by_element() {
    let text = r#"{"name": "", "users": [{"certificates": [{"a": 1, "a": 2}],
        "passwords": ["1", "1", 2], "public_keys": {}, "username": "u"}, null]}"#;
    let common = [
        "null-not-allowed /users/1",
        "single-use-reference /users/0/passwords/1",
        "too-short /name",
        "wrong-type /users/0/passwords/2",
        "wrong-type /users/0/public_keys",
    ];
    assert_eq!(lenient(USERS, text), errors(common));
    let mut all = common.map(str::to_owned).to_vec();
    all.insert(0, "duplicate-key /users/0/certificates/0/a".to_owned());
    assert_eq!(strict(USERS, text), Err(all));
}

#[test]
fn findings_end_at_the_limit() {
    let users = vec!["null"; 2000].join(",");
    let lines = lenient(USERS, &format!(r#"{{"name": "n", "users": [{users}]}}"#)).unwrap_err();
    assert_eq!(lines.len(), MAX_LISTED);
    assert_eq!(lines[0], "limit-exceeded ");
}

#[test]
fn long_pointers_count_against_the_limit() {
    let repeated = vec![r#"{"a": 1, "a": 2}"#; 2000].join(",");
    let lines =
        strict(X509, &format!(r#"{{"{}": [{repeated}]}}"#, "k".repeat(500_000))).unwrap_err();
    // Two pointers of half a million bytes fit into one mebibyte.
    assert_eq!(lines.len(), 3);
    assert!(lines.contains(&"limit-exceeded ".to_owned()));
}

/// A thousand findings, and the one that says that there are more.
const MAX_LISTED: usize = 1001;

#[test]
fn strict_mode_refuses_endpoints_of_other_versions() {
    let text = r#"{"auto_assign": true, "banner": {"enabled": true, "text": ""}}"#;
    let strict =
        |target| read_at(Some(version(target)), GATEWAY, text, Mode::Strict, &Objects::default());
    assert_eq!(strict("7.0.3"), errors(["not-in-version "]));
    assert!(strict("7.0.3.1").is_ok());
}

#[test]
fn shows_references_as_objects_and_hides_secrets() {
    let spec = Spec::embedded();
    let (bodies, world) = (Bodies::new(&spec, None), Objects::default());
    let show = |path: &str, stored: &Value| {
        bodies.show(spec.endpoint(path).unwrap(), stored, &world, true)
    };

    let stored: Value = serde_json::from_str(&trap(&json!({}))).unwrap();
    let shown = show(TRAP, &stored);
    let reference = json!({ "key": "1", "meta": { "href": "/api/configuration/passwords/1" } });
    assert_eq!(shown["version"]["value"]["auth_password"], reference);
    assert_eq!(shown["version"]["value"]["encryption_password"], Value::Null);
    assert_eq!(shown["version"]["value"]["engine_id"], "0x0123456789");

    assert_eq!(show(PASSWORDS, &json!({ "plain": "secret", "other": 1 })), json!({ "other": 1 }));
    let user =
        json!({ "certificates": [], "passwords": ["1"], "public_keys": [], "username": "u" });
    let users = json!({ "name": "n", "users": [user] });
    assert_eq!(show(USERS, &users)["users"][0]["passwords"], json!([reference]));
}

#[test]
fn shows_less_without_a_login() {
    let spec = Spec::embedded();
    let info = spec.endpoint("/api/info").unwrap();
    let bodies = Bodies::new(&spec, None);
    let stored = bodies.initial(info).unwrap();
    let shown = |authenticated| {
        let shown = bodies.show(info, &stored, &Objects::default(), authenticated);
        shown.as_object().unwrap().keys().cloned().collect::<Vec<_>>()
    };
    assert_eq!(
        shown(false),
        ["domainname", "hostname", "nickname", "plugin_sdk_version", "support_link"]
    );
    assert_eq!(shown(true).len(), 11);
}

#[test]
fn hides_members_of_other_versions() {
    let spec = Spec::embedded();
    let user_info = spec.endpoint("/api/user_info").unwrap();
    let user = json!({ "name": "rita" });
    let method = json!({ "authentication": "ldap", "credential": "password", "name": "hq" });
    let stored = json!({ "login_method": method, "user": user });
    let show =
        |target| Bodies::new(&spec, target).show(user_info, &stored, &Objects::default(), true);
    assert_eq!(show(Some(version("7.3"))), json!({ "user": user }));
    assert_eq!(show(Some(version("7.4"))), stored);
    assert_eq!(show(None), stored);
}

#[test]
fn finds_references_with_their_pointers() {
    let spec = Spec::embedded();
    let bodies = Bodies::new(&spec, None);
    let allowed = json!({ "clients": [], "gateway_groups": [], "remote_groups": [], "servers": [],
        "time_policy": "-100" });
    let actions =
        json!({ "audit": true, "content_policy": null, "four_eyes": false, "ids": false });
    let policy = json!({ "name": "n", "rules": [{ "actions": actions, "allowed_for": allowed, "channel": "c" }] });
    let reference = |collection: &str, key: &str, single_use, pointer: &str| Reference {
        collection: collection.to_owned(),
        key: key.to_owned(),
        object: key.to_owned(),
        single_use,
        pointer: pointer.to_owned(),
    };
    assert_eq!(
        bodies.references(spec.endpoint(CHANNELS).unwrap(), &policy),
        [reference(
            "/api/configuration/policies/time_policies",
            "-100",
            false,
            "/rules/0/allowed_for/time_policy"
        )]
    );
    let stored: Value =
        serde_json::from_str(&trap(&json!({ "encryption_password": "2" }))).unwrap();
    assert_eq!(
        bodies.references(spec.endpoint(TRAP).unwrap(), &stored),
        [
            reference(PASSWORDS, "1", true, "/version/value/auth_password"),
            reference(PASSWORDS, "2", true, "/version/value/encryption_password"),
        ]
    );
}

#[test]
fn initial_bodies_are_plain_and_valid() {
    let spec = Spec::embedded();
    let bodies = Bodies::new(&spec, None);
    let initial = |path: &str| bodies.initial(spec.endpoint(path).unwrap());
    let mail = json!({
        "admin_address": "admin@example.com", "alerting_address": "alerts@example.com",
        "reporting_address": "reports@example.com", "sender_address": null, "smtp_auth": { "enabled": false },
        "smtp_encryption": { "selection": "disabled" }, "smtp_server": { "selection": "ip", "value": "192.0.2.10" },
    });
    assert_eq!(initial(EMAIL), Some(mail));
    assert_eq!(initial("/api/transaction").unwrap()["status"], "closed");
    assert_eq!(initial("/api/configuration/management/snmp"), None);
    let mut none = Vec::new();
    let has_type = |it: &&Endpoint| it.kind == EndpointKind::Singleton && it.response.is_some();
    for endpoint in spec.endpoints.iter().filter(has_type) {
        let Some(body) = bodies.initial(endpoint) else {
            none.push(&*endpoint.path);
            continue;
        };
        let body = body.to_string();
        for mode in [Mode::Lenient, Mode::Strict] {
            let read = bodies.read(endpoint, body.as_bytes(), mode, &Objects::default(), "");
            assert_eq!(read.map(|it| it.to_string()), Ok(body.clone()));
        }
    }
    // Its members refer to certificates, which the simulator gives to a new appliance.
    assert_eq!(none, ["/api/configuration/management/certificates"]);
}
