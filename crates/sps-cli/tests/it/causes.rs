//! What people trip over, each named by its cause: reports of users as tests.

use serde_json::{Value, json};

use crate::support::*;

/// A trap of version 3 with these members in its value.
fn trap(changes: &Value) -> String {
    let mut value = json!({
        "auth_method": "sha",
        "auth_password": "00000000-0000-4000-8000-000000000001",
        "encryption_method": "aes",
        "encryption_password": "00000000-0000-4000-8000-000000000002",
        "engine_id": "0x0123456789ABCDEF",
        "server": {"selection": "ip", "value": "192.0.2.10"},
        "username": "trap-sender",
    });
    merge(&mut value, changes);
    json!({"enabled": true, "version": {"selection": "3", "value": value}}).to_string()
}

/// Mail settings with these members.
fn email(changes: &Value) -> String {
    let mut body = json!({
        "admin_address": "admin@example.com",
        "alerting_address": "alerts@example.com",
        "reporting_address": "reports@example.com",
        "sender_address": "sps@example.com",
        "smtp_auth": {"enabled": false},
        "smtp_encryption": {"selection": "disabled"},
        "smtp_server": {"selection": "ip", "value": "192.0.2.10"},
    });
    merge(&mut body, changes);
    body.to_string()
}

fn merge(object: &mut Value, changes: &Value) {
    for (key, value) in changes.as_object().unwrap() {
        object[key] = value.clone();
    }
}

/// The diagnostics of a body, but for the warning that mail is not encrypted.
fn found(endpoint: &str, body: &str) -> Vec<Value> {
    let dir = Dir::new("causes");
    let run = dir.sps_with(&["check", "-e", endpoint, "--format", "json", "-"], body);
    let output: Value =
        serde_json::from_str(&run.stdout).unwrap_or_else(|_| panic!("{}", run.stderr));
    let all = output["documents"][0]["diagnostics"].as_array().unwrap().clone();
    all.into_iter().filter(|it| it["code"] != "cleartext-smtp").collect()
}

/// The only diagnostic: severity, code, message and help.
#[track_caller]
fn only(endpoint: &str, body: &str) -> [String; 4] {
    let found = found(endpoint, body);
    assert_eq!(found.len(), 1, "{body}: {found:?}");
    ["severity", "code", "message", "help"].map(|key| found[0][key].as_str().unwrap().to_owned())
}

const TRAP: &str = "management/snmp/trap";
const EMAIL: &str = "management/email";
const HEALTH: &str = "management/health_monitoring";

const HEALTH_BODY: &str = r#"{
  "maximum_disk_utilization_ratio": 80,
  "maximum_load1": null,
  "maximum_load15": 8,
  "maximum_load5": null,
  "maximum_swap_utilization_ratio": 70
}
"#;

#[test]
fn a_byte_order_mark_is_repaired_and_never_sent() {
    let marked = format!("\u{feff}{HEALTH_BODY}");
    let [severity, code, message, help] = only(HEALTH, &marked);
    assert_eq!((&*severity, &*code), ("error", "invalid-json"));
    assert_eq!(message, "not JSON: expected no byte order mark");
    assert!(help.contains("`sps check --fix` repairs it"), "{help}");

    let dir = Dir::new("mark").with("bom.json", &marked);
    let run = dir.sps(&["check", "--fix", "-e", HEALTH, "bom.json"]);
    assert_eq!(
        (run.status, std::fs::read_to_string(dir.path().join("bom.json")).unwrap()),
        (0, HEALTH_BODY.to_owned())
    );

    // What makes or sends a body of its own leaves it out.
    let dir = Dir::new("mark").with("bom.json", &marked);
    let run = dir.sps(&["request", "-e", HEALTH, "bom.json"]);
    assert_eq!((run.status, run.stdout.starts_with('{')), (0, true), "{}", run.stderr);
    let run = dir.sps(&["put", HEALTH, "bom.json", "--sim"]);
    assert_eq!(run.status, 0, "{}", run.stderr);
}

#[test]
fn utf16_is_named_with_and_without_a_mark() {
    let dir = Dir::new("utf16");
    let utf16: Vec<u8> = HEALTH_BODY.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for body in [&[&[0xff, 0xfe], &*utf16].concat(), &utf16] {
        let run = dir.sps_with(&["check", "-e", HEALTH, "-"], body);
        assert!(
            run.status != 0 && format!("{}{}", run.stdout, run.stderr).contains("UTF-16"),
            "{run:?}"
        );
    }
}

#[test]
fn a_comment_is_named_wherever_it_is() {
    for (at, comment) in [
        ("  \"maximum_load1\"", "// percent\n"),
        ("80", "/* percent */ "),
        (",\n  \"maximum_load1\"", " // percent\n"),
        (" null", "# none\n"),
        ("{", "// settings\n"),
    ] {
        let body = HEALTH_BODY.replacen(at, &format!("{comment}{at}"), 1);
        let [_, code, message, _] = only(HEALTH, &body);
        assert_eq!(code, "invalid-json");
        assert_eq!(message, "not JSON: expected no comment: JSON has no comments", "{body}");
    }
    let [_, _, message, _] = only(HEALTH, &format!("{HEALTH_BODY}// end"));
    assert_eq!(message, "not JSON: expected no comment: JSON has no comments");
}

#[test]
fn a_mail_address_keeps_to_rfc_5321() {
    for (address, cause) in [
        ("a..b@example.com", Some("two dots in a row there")),
        (".a@example.com", Some("a dot at the start")),
        ("a.@example.com", Some("a dot at the start or the end")),
        ("a@1.2.3.4", Some("an IP address without square brackets")),
        ("user@[2001:db8::1]", Some("does not start with IPv6:")),
        ("user@[IPv6:2001:db8::1]", None),
        ("\"John Doe\"@example.com", None),
        ("info@m\u{fc}nchen.de", Some("xn--")),
        ("a@example.com,b@example.com", Some("more than one")),
        ("a@example.com ", Some("white space around")),
        ("Ops <a@example.com>", Some("display name")),
    ] {
        let found = found(EMAIL, &email(&json!({"alerting_address": address})));
        match cause {
            Some(cause) => {
                assert_eq!(found.len(), 1, "{address}: {found:?}");
                assert_eq!(found[0]["code"], "email-address");
                let message = found[0]["message"].as_str().unwrap();
                assert!(message.contains(cause), "{address}: {message}");
            }
            None => assert_eq!(found, [Value::Null; 0], "{address}"),
        }
    }
    let [.., help] = only(EMAIL, &email(&json!({"alerting_address": "info@m\u{fc}nchen.de"})));
    assert!(help.contains("\"info@xn--mnchen-3ya.de\""), "{help}");
}

#[test]
fn a_host_with_something_around_it_is_named() {
    for (host, cause) in [
        ("mail.example.com:587", "port behind it"),
        ("smtp://mail.example.com", "scheme in front"),
        (" mail.example.com", "white space around it"),
        ("mail_server.example.com", "underscore"),
        ("mail.example.com,mx2.example.com", "more than one"),
        ("mail.m\u{fc}nchen.de", "xn--"),
    ] {
        let body = email(&json!({"smtp_server": {"selection": "fqdn", "value": host}}));
        let [severity, code, message, _] = only(EMAIL, &body);
        assert_eq!((&*severity, &*code), ("error", "fqdn"), "{host}");
        assert!(message.contains(cause), "{host}: {message}");
    }
}

#[test]
fn an_engine_id_says_what_is_wrong_with_it() {
    for (engine_id, message) in [
        ("0x80001ADC055182162511699019324", "29 digits, an odd number"),
        ("0xffffffffffffffff", "all digits are F"),
        (
            "0x800007e580ffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "34 octets, at most 32 are allowed",
        ),
    ] {
        let [severity, code, found, _] = only(TRAP, &trap(&json!({"engine_id": engine_id})));
        assert_eq!((&*severity, &*code), ("warning", "engine-id-rfc3411"));
        assert_eq!(found, format!("RFC 3411 does not allow this engine ID: {message}"));
    }
    let colons = trap(&json!({"engine_id": "80:00:1f:88:80:79:fb:1e:75"}));
    let [_, code, message, help] = only(TRAP, &colons);
    assert_eq!(code, "engine-id-hex");
    assert_eq!(message, "the engine ID is not a hexadecimal number: colons between the digits");
    assert_eq!(
        help,
        "remove the colons: write it as \"80001f888079fb1e75\"; `sps check --fix` repairs it"
    );
    let run = Dir::new("colons").sps_with(&["check", "--fix", "-e", TRAP, "-"], &colons);
    assert_eq!(run.stdout, colons.replace("80:00:1f:88:80:79:fb:1e:75", "80001f888079fb1e75"));
}

#[test]
fn the_digits_of_an_engine_id_alone_are_a_warning() {
    let [severity, code, ..] = only(TRAP, &trap(&json!({"engine_id": "80001F8804A1B2C3D4"})));
    assert_eq!((&*severity, &*code), ("warning", "engine-id-prefix"));
}

#[test]
fn an_ipv6_server_is_a_warning() {
    let server = json!({"selection": "ip", "value": "2001:db8::1"});
    for (endpoint, body) in
        [(TRAP, trap(&json!({"server": server}))), (EMAIL, email(&json!({"smtp_server": server})))]
    {
        let [severity, code, _, help] = only(endpoint, &body);
        assert_eq!((&*severity, &*code), ("warning", "ipv4-server"));
        assert!(help.contains("IPv4"), "{help}");
    }
}

#[test]
fn advice_about_a_limit_names_no_option_that_does_not_exist() {
    let deep = "[".repeat(100) + &"]".repeat(100);
    let [_, code, _, help] = only(EMAIL, &deep);
    assert_eq!(code, "limit-exceeded");
    let page = Dir::new("limit").sps(&["explain", "limit-exceeded"]).stdout;
    for text in [&help, &page] {
        assert!(!text.contains("raise") && text.contains("right document"), "{text}");
    }
}

#[test]
fn a_password_in_place_of_its_key_is_a_warning_and_stays_hidden() {
    let secret = "MySecret1>x y";
    let body = trap(&json!({"auth_password": secret}));
    let [severity, code, message, help] = only(TRAP, &body);
    assert_eq!((&*severity, &*code), ("warning", "not-a-key"));
    assert!(message.contains("secret itself") && help.contains("POST"), "{message}; {help}");
    for format in ["human", "json"] {
        let run =
            Dir::new("hidden").sps_with(&["check", "-e", TRAP, "--format", format, "-"], &body);
        assert!(!format!("{}{}", run.stdout, run.stderr).contains(secret), "{}", run.stdout);
    }
}

#[test]
fn a_password_may_have_a_greater_than_sign_and_no_tilde() {
    let objects = |password: &str| {
        json!({
            "/api/configuration/passwords/00000000-0000-4000-8000-000000000001": {"plain": password},
            "/api/configuration/passwords/00000000-0000-4000-8000-000000000002": {"plain": "goodpassword"},
        })
        .to_string()
    };
    let dir = Dir::new("greater")
        .with("objects.json", objects("greater>than"))
        .with("tilde.json", objects("tilde~tilde"))
        .with("trap.json", trap(&json!({})));
    let run = dir.sps(&["check", "-e", TRAP, "--resolve", "objects.json", "trap.json"]);
    assert_eq!(run.status, 0, "{}", run.stdout);
    let run = dir.sps(&["check", "-e", TRAP, "--resolve", "tilde.json", "trap.json"]);
    assert!(run.status == 1 && run.stdout.contains("snmp-password-charset"), "{}", run.stdout);
}

#[test]
fn a_user_name_of_more_than_32_octets_is_a_warning() {
    let name = "0123456789012345678901234567890123456789";
    let [severity, code, message, _] = only(TRAP, &trap(&json!({"username": name})));
    assert_eq!((&*severity, &*code), ("warning", "snmp-user-name"));
    assert!(message.ends_with("40 octets, at most 32 are allowed"), "{message}");
    assert_eq!(found(TRAP, &trap(&json!({"username": &name[..32]}))), [Value::Null; 0]);
}
