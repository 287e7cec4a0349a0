//! Values that mean the same, and values that do not, worked out by hand.

use serde_json::{Value, json};
use sps_validate::{Condition, Constraint, Constraints, Field, Kind, Member, Rule, Shape, Type};

use super::*;
use crate::{
    Describe as _, Email, HealthMonitoring, RdpChannelPolicy, SnmpTrap, SshSettingsPolicy,
    TimePolicy, shape,
};

/// A certificate in normal form.
const CERTIFICATE: &str = include_str!("certificate.pem");

/// Each pair means the same, in both directions, and their normal form is the second value.
fn same(kind: Kind, pairs: &[(Value, Value)]) {
    for (one, normal) in pairs {
        assert_eq!(shape::normal(kind, one), *normal, "{one}");
        assert_eq!(shape::normal(kind, normal), *normal, "the normal form of {one} is not normal");
        assert!(shape::is_same(kind, one, normal) && shape::is_same(kind, normal, one), "{one}");
    }
}

/// Each pair is two values.
fn different(kind: Kind, pairs: &[(Value, Value)]) {
    for (one, other) in pairs {
        assert_ne!(shape::normal(kind, one), shape::normal(kind, other), "{one}");
        assert!(!shape::is_same(kind, one, other) && !shape::is_same(kind, other, one), "{one}");
    }
}

/// An object with the member `it` of this kind and format, as in a table.
fn formatted(kind: &'static Kind, format: Format) -> Kind {
    let leak = |member: Member| -> &'static [Member] { Box::leak(Box::new([member])) };
    let fields: &'static [Field] = Box::leak(Box::new([Field::new("it", *kind)]));
    let members = leak(Member::new("it").constraint(Constraint::NONE.format(format)));
    let shape = Shape::Struct { fields, open: false };
    Kind::Named(Box::leak(Box::new(Type::new("Small", shape, Constraints::new(members)))))
}

fn it(value: impl Into<Value>) -> Value {
    json!({ "it": value.into() })
}

#[test]
fn s001_lists_without_order() {
    let allowed =
        |list: &str, elements: Value| json!({"rules": [{"allowed_for": {list: elements}}]});
    for list in ["clients", "servers", "gateway_groups", "remote_groups"] {
        same(
            RdpChannelPolicy::KIND,
            &[(allowed(list, json!(["b", "c", "a"])), allowed(list, json!(["a", "b", "c"])))],
        );
        different(
            RdpChannelPolicy::KIND,
            &[
                (allowed(list, json!(["a", "b"])), allowed(list, json!(["a", "c"]))),
                // A list is no set: it may say something twice.
                (allowed(list, json!(["a", "a", "b"])), allowed(list, json!(["a", "b", "b"]))),
                (allowed(list, json!(["a"])), allowed(list, json!([]))),
            ],
        );
    }
}

#[test]
fn s003_rules_and_preferences_keep_their_order() {
    let rules =
        |channels: [&str; 2]| json!({"rules": channels.map(|channel| json!({"channel": channel}))});
    different(
        RdpChannelPolicy::KIND,
        &[(rules(["cliprdr", "rdpdr"]), rules(["rdpdr", "cliprdr"]))],
    );
    let ciphers = |list: [&str; 2]| json!({"client_side_algorithms": {"cipher": list}});
    different(
        SshSettingsPolicy::KIND,
        &[(ciphers(["aes256-ctr", "aes128-ctr"]), ciphers(["aes128-ctr", "aes256-ctr"]))],
    );
}

#[test]
fn elements_are_sorted_by_their_own_normal_form() {
    let kind = Kind::Named(&UNORDERED);
    let element = |port: Value, name: &str| json!({"port": port, "name": name});
    same(
        kind,
        &[(
            json!({"list": [element(json!(9e0), "b"), element(json!(10), "a"), element(json!(9), "a")]}),
            json!({"list": [element(json!(10), "a"), element(json!(9), "a"), element(json!(9), "b")]}),
        )],
    );
}

static PORT: Type = Type::new(
    "Port",
    Shape::Struct {
        fields: &[
            Field::new("port", Kind::Int { minimum: 0, maximum: 65535 }),
            Field::new("name", Kind::String),
        ],
        open: false,
    },
    Constraints::NONE,
);

static UNORDERED: Type = Type::new(
    "Unordered",
    Shape::Struct {
        fields: &[Field::new("list", Kind::Optional(&Kind::List(&Kind::Named(&PORT))))],
        open: false,
    },
    Constraints::new(&[Member::new("list").unordered()]),
);

#[test]
fn only_the_outer_list_is_without_order() {
    static NESTED: Type = Type::new(
        "Nested",
        Shape::Struct {
            fields: &[Field::new("list", Kind::List(&Kind::List(&Kind::String)))],
            open: false,
        },
        Constraints::new(&[Member::new("list").unordered()]),
    );
    same(
        Kind::Named(&NESTED),
        &[(json!({"list": [["b", "a"], ["a", "b"]]}), json!({"list": [["a", "b"], ["b", "a"]]}))],
    );
}

#[test]
fn s005_addresses() {
    let server = |address: &str| json!({"smtp_server": {"selection": "ip", "value": address}});
    same(
        Email::KIND,
        &[
            (server("2001:db8:0:0:0:0:0:1"), server("2001:db8::1")),
            (server("2001:0DB8::0001"), server("2001:db8::1")),
            (server("::ffff:c000:0201"), server("::ffff:192.0.2.1")),
            (server("192.0.2.1"), server("192.0.2.1")),
        ],
    );
    different(
        Email::KIND,
        &[
            (server("2001:db8::1"), server("2001:db8::2")),
            // A wrong address stays as it is.
            (server("192.0.2.01"), server("192.0.2.1")),
        ],
    );
    let network = formatted(&Kind::String, Format::IpNetwork);
    same(
        network,
        &[
            (it("2001:DB8:0::/32"), it("2001:db8::/32")),
            // An interface has its address with the length of its network.
            (it("192.0.2.10/24"), it("192.0.2.10/24")),
        ],
    );
    different(
        network,
        &[(it("192.0.2.10/24"), it("192.0.2.0/24")), (it("192.0.2.0/24"), it("192.0.2.0/25"))],
    );
}

#[test]
fn s007_letter_case_of_host_names() {
    let server = |name: &str| json!({"smtp_server": {"selection": "fqdn", "value": name}});
    same(Email::KIND, &[(server("Mail.Example.COM"), server("mail.example.com"))]);
    different(
        Email::KIND,
        &[
            (server("mail.example.com"), server("mail.example.org")),
            // With the dot the name is never looked up below another domain.
            (server("mail.example.com."), server("mail.example.com")),
            // How this selection reads its value is not known.
            (
                json!({"smtp_server": {"selection": "new", "value": "A"}}),
                json!({"smtp_server": {"selection": "new", "value": "a"}}),
            ),
        ],
    );
    let address = formatted(&Kind::Nullable(&Kind::String), Format::EmailAddress);
    same(
        address,
        &[
            (it("Ops@Example.COM"), it("Ops@example.com")),
            (it("\"A@B\"@Example.com"), it("\"A@B\"@example.com")),
            (it("ops@[ipv6:2001:DB8:0::1]"), it("ops@[IPv6:2001:db8::1]")),
            (it("ops@[192.0.2.1]"), it("ops@[192.0.2.1]")),
            (it(Value::Null), it(Value::Null)),
        ],
    );
    different(
        address,
        &[(it("Ops@example.com"), it("ops@example.com")), (it("No Address"), it("no address"))],
    );
}

#[test]
fn s009_spellings_of_a_word() {
    let trap =
        |word: &str, value: &str| json!({"version": {"selection": "3", "value": {word: value}}});
    same(SnmpTrap::KIND, &[(trap("auth_method", "sha1"), trap("auth_method", "sha"))]);
    different(
        SnmpTrap::KIND,
        &[
            (trap("auth_method", "md5"), trap("auth_method", "sha")),
            (trap("auth_method", "SHA"), trap("auth_method", "sha")),
            (trap("username", "sha1"), trap("username", "sha")),
        ],
    );
}

#[test]
fn s011_numbers() {
    let limit = |number: Value| json!({"maximum_load1": number});
    let number = |text: &str| limit(serde_json::from_str(text).unwrap());
    same(
        HealthMonitoring::KIND,
        &[
            (number("600.0"), number("600")),
            (number("6e2"), number("600")),
            (number("-0.0"), number("0")),
            (number("9007199254740992.0"), number("9007199254740992")),
        ],
    );
    different(
        HealthMonitoring::KIND,
        &[
            (number("600.5"), number("600")),
            (number("600"), number("601")),
            (number("\"600\""), number("600")),
            (number("null"), number("0")),
            (number("9007199254740993"), number("9007199254740992")),
            (number("9007199254740993"), number("9007199254740992.0")),
        ],
    );
    // What no source describes stays as it is, but a number is a number.
    assert_eq!(shape::normal(Kind::Any, &json!(6e2)), json!(6e2));
    assert!(shape::is_same(Kind::Any, &json!(6e2), &json!(600)));
    same(Kind::Number, &[(json!(1.0), json!(1)), (json!(0.5), json!(0.5))]);
}

#[test]
fn s015_certificates() {
    let kind = Email::KIND;
    let mail = |text: &str| {
        json!({"smtp_encryption": {"selection": "starttls", "server_certificate_check": {
            "enabled": true, "server_certificate_ca": text}}})
    };
    let base64: String = CERTIFICATE.lines().filter(|line| !line.starts_with('-')).collect();
    let wide: Vec<&str> =
        (0..base64.len()).step_by(76).map(|at| &base64[at..base64.len().min(at + 76)]).collect();
    let wide =
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", wide.join("\n"));
    let normal = mail(CERTIFICATE);
    same(
        kind,
        &[
            (mail(&CERTIFICATE.replace('\n', "\r\n")), normal.clone()),
            (mail(&wide), normal.clone()),
            (mail(&format!("{CERTIFICATE}\n\n\n")), normal.clone()),
            (mail(CERTIFICATE.trim_end()), normal.clone()),
        ],
    );
    // One bit of the signature.
    let (rest, end) = CERTIFICATE.trim_end().rsplit_once('\n').unwrap();
    let other = format!("{}{}\n{end}\n", &rest[..rest.len() - 12], "AAAAAAAAAA==");
    assert!(pem::certificate(&other).is_ok());
    different(
        kind,
        &[(mail(&other), normal.clone()), (mail("no certificate"), mail("no certificate\n"))],
    );
}

#[test]
fn s145_other_texts_are_compared_exactly() {
    let greeting = |text: &str| json!({"greeting": text});
    different(
        SshSettingsPolicy::KIND,
        &[
            (greeting("Hello.\n"), greeting("Hello.")),
            (greeting("a\r\nb"), greeting("a\nb")),
            (greeting("Hello"), greeting("hello")),
        ],
    );
}

#[test]
fn engine_ids() {
    let trap = |id: &str| json!({"version": {"selection": "3", "value": {"engine_id": id}}});
    same(
        SnmpTrap::KIND,
        &[(trap("80001F8880"), trap("0x80001f8880")), (trap("0X80001f8880"), trap("0x80001f8880"))],
    );
    different(
        SnmpTrap::KIND,
        &[
            (trap("0x80001f8880"), trap("0x80001f8881")),
            (trap("0x0080001f88"), trap("0x80001f88")),
            (trap("No Number"), trap("no number")),
            (trap("0x"), trap("")),
        ],
    );
}

#[test]
fn the_hexadecimal_number_is_the_one_that_the_rule_asks_about() {
    static TWO: Type = Type::new(
        "Two",
        Shape::Struct {
            fields: &[Field::new("a", Kind::String), Field::new("b", Kind::String)],
            open: false,
        },
        Constraints::NONE.rules(&[Rule::error("x", &["a"], &[&["a"], &["b"]], Condition::Hex(1))]),
    );
    same(
        Kind::Named(&TWO),
        &[(json!({"a": "0XAB", "b": "0XAB"}), json!({"a": "0XAB", "b": "0xab"}))],
    );
}

#[test]
fn times_of_day() {
    let monday = |from: &str| json!({"Mon": [[from, "17:00"]]});
    same(
        TimePolicy::KIND,
        &[
            (monday("08:00"), monday("8:00")),
            (monday("00:30"), monday("0:30")),
            (monday("0:30"), monday("0:30")),
            (monday("10:00"), monday("10:00")),
        ],
    );
    different(
        TimePolicy::KIND,
        &[(monday("8:00"), monday("8:01")), (monday("08:60"), monday("8:60"))],
    );
}

#[test]
fn uuids_but_no_urls() {
    same(
        formatted(&Kind::String, Format::Uuid),
        &[(it("0190163D-0000-7000-8000-00000000000A"), it("0190163d-0000-7000-8000-00000000000a"))],
    );
    let url = formatted(&Kind::String, Format::Url);
    different(url, &[(it("https://Example.com/"), it("https://example.com/"))]);
    let instant = formatted(&Kind::String, Format::DateTime);
    different(instant, &[(it("2024-05-06T07:08:09Z"), it("2024-05-06T08:08:09+01:00"))]);
}

#[test]
fn formats_hold_inside_lists_and_maps() {
    static MAP: Kind = Kind::Map(&Kind::List(&Kind::String));
    static ORDERED: Kind = Kind::Ordered(&Kind::String);
    same(
        formatted(&MAP, Format::IpAddress),
        &[(
            json!({"it": {"A": ["::0", "2001:DB8::1"]}}),
            json!({"it": {"A": ["::", "2001:db8::1"]}}),
        )],
    );
    // The list of keys does not have the format of the values.
    same(
        formatted(&ORDERED, Format::IpAddress),
        &[(
            json!({"it": {"@order": ["::0", "::1"], "::0": "::0", "::1": "::1"}}),
            json!({"it": {"@order": ["::0", "::1"], "::0": "::", "::1": "::1"}}),
        )],
    );
}

#[test]
fn notations_secrets_references_and_unknown_values_stay() {
    let trap = |member: &str, value: Value| json!({"version": {"selection": "3", "value": {member: value}}});
    let kept = [
        trap("engine_id", json!({"$secret": "env:ENGINE"})),
        trap("auth_password", json!({"$new": {"plain": "A"}})),
        trap("auth_password", json!("0XAB")),
        trap("new_member", json!({"it": [2.0, "b", "a"]})),
        json!({"server": {"$file": "X"}}),
        json!({"version": {"$ref": "A"}}),
    ];
    for body in kept {
        assert_eq!(shape::normal(SnmpTrap::KIND, &body), body);
    }
    // An object with a second key is an ordinary object.
    let policy = json!({"$ref": "a", "Mon": [["08:00", "09:00"]]});
    assert_eq!(
        shape::normal(TimePolicy::KIND, &policy),
        json!({"$ref": "a", "Mon": [["8:00", "9:00"]]})
    );
    assert_eq!(shape::normal(Kind::Secret, &json!("A")), json!("A"));
    assert_eq!(shape::normal(Kind::Any, &json!([2.0, "b", "a"])), json!([2.0, "b", "a"]));
}

#[test]
fn notations_in_a_list_without_order_are_sorted_too() {
    let rules = |elements: Value| json!({"rules": [{"allowed_for": {"clients": elements}}]});
    same(
        RdpChannelPolicy::KIND,
        &[(
            rules(json!([{"$file": "b"}, {"$file": "a"}, "c"])),
            rules(json!(["c", {"$file": "a"}, {"$file": "b"}])),
        )],
    );
}

#[test]
fn the_label_of_an_object() {
    static SECOND: Type = Type::new(
        "Second",
        Shape::Struct {
            fields: &[Field::new("name", Kind::String), Field::new("title", Kind::String)],
            open: false,
        },
        Constraints::new(&[Member::new("name"), Member::new("title").label()]),
    );
    assert_eq!(shape::label_member(TimePolicy::KIND), Some("name"));
    assert_eq!(shape::label_member(RdpChannelPolicy::KIND), Some("name"));
    assert_eq!(shape::label_member(Kind::Nullable(&TimePolicy::KIND)), Some("name"));
    assert_eq!(shape::label_member(Email::KIND), None);
    assert_eq!(shape::label_member(Kind::Any), None);
    assert_eq!(shape::label_member(Kind::Named(&SECOND)), Some("title"));
}

#[test]
fn a_place_knows_what_absence_means() {
    static DEFAULT: Type = Type::new(
        "Default",
        Shape::Struct {
            fields: &[Field::new("list", Kind::Optional(&Kind::List(&Kind::Any)))],
            open: false,
        },
        Constraints::new(&[Member::new("list").default("[]")]),
    );
    let place = Place::new(Kind::Named(&DEFAULT)).member(None, "list").unwrap();
    assert_eq!((place.default, place.element().default), (Some("[]"), None));
    assert!(!place.is_unordered);
}
