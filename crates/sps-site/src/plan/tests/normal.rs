//! Values that mean the same, in the spelling of a file and in that of an appliance.

use serde_json::{Value, json};
use sps_model::{
    EndpointInfo, EndpointKind, Method,
    validate::{Constraints, Field, Form, Kind, Member, Shape, Subject, Type, Versions},
};

use super::{changes, found, notes, plan, wanted};
use crate::{Found, label::Label, object::Object};

const CA: &str = include_str!("../../../tests/data/mail-ca.pem");
const OTHER_CA: &str = include_str!("../../../tests/data/other-ca.pem");

/// The changes of a singleton from one body to another. The notes have to be empty.
#[track_caller]
fn of(path: &str, file: Value, appliance: Value) -> Vec<String> {
    let label = Label::of_singleton(path);
    let plan = plan(&[wanted(&label, file)], &[found(&label, None, appliance)]).unwrap();
    assert_eq!(notes(&plan), [""; 0]);
    changes(&plan)
}

fn mail(server: &str, value: &str) -> Value {
    json!({
        "admin_address": "admin@example.com", "alerting_address": "alerts@example.com",
        "reporting_address": "reports@example.com", "sender_address": null,
        "smtp_auth": {"enabled": false}, "smtp_encryption": {"selection": "disabled"},
        "smtp_server": {"selection": server, "value": value},
    })
}

/// Mail with a certificate.
fn with_ca(certificate: &str) -> Value {
    let mut mail = mail("fqdn", "mail.example.com");
    mail["smtp_encryption"] = json!({"selection": "starttls",
        "client_authentication": {"enabled": false},
        "server_certificate_check": {"enabled": true, "server_certificate_ca": certificate}});
    mail
}

fn trap(engine_id: &str, server: &str) -> Value {
    json!({"enabled": true, "version": {"selection": "3", "value": {
        "auth_method": "sha", "auth_password": null, "encryption_method": "none",
        "encryption_password": null, "engine_id": engine_id,
        "server": {"selection": "ip", "value": server}, "username": "u"}}})
}

fn forwarder(flush_interval: Value) -> Value {
    json!({"enabled": false, "flush_interval": flush_interval, "port": 8088,
        "host": {"selection": "fqdn", "value": "splunk.example.com"},
        "pam_address": {"selection": "fqdn", "value": "sps.example.com"},
        "ssl": {"selection": "insecure"}})
}

/// The changes of a channel policy for these clients.
fn of_clients(file: &[&str], appliance: &[&str]) -> Vec<String> {
    let label = Label::of_object("rdp/channel_policies", "p");
    let body = |clients: &[&str]| {
        json!({"name": "p", "rules": [{"channel": "#drawing",
            "actions": {"audit": true, "content_policy": null, "four_eyes": false, "ids": false},
            "allowed_for": {"clients": clients, "gateway_groups": [], "remote_groups": [],
                "servers": [], "time_policy": "-100"}}]})
    };
    let plan = plan(&[wanted(&label, body(file))], &[found(&label, Some("5"), body(appliance))]);
    changes(&plan.unwrap())
}

#[test]
fn s001_a_list_without_order_is_equal_in_any_order() {
    let (one, other) = ("192.0.2.0/24", "198.51.100.7/32");
    assert_eq!(of_clients(&[one, other], &[other, one]), [""; 0]);
    // How often an element is there still counts.
    assert_eq!(of_clients(&[one, one, other], &[one, other, other]).len(), 2);
    assert_eq!(
        of_clients(&[other, "203.0.113.0/24"], &[one, other]),
        [
            r#"add /rules/0/allowed_for/clients/1 () -> "203.0.113.0/24""#,
            r#"remove /rules/0/allowed_for/clients/0 "192.0.2.0/24" -> ()"#,
        ]
    );
}

#[test]
fn s005_the_spellings_of_an_address_are_equal() {
    let path = "management/snmp/trap";
    let with = |server: &str| trap("0x80001f8804", server);
    for (file, appliance) in [
        ("2001:db8:0:0:0:0:0:1", "2001:db8::1"),
        ("2001:0DB8::0001", "2001:db8::1"),
        ("::ffff:192.0.2.1", "::ffff:c000:201"),
    ] {
        assert_eq!(of(path, with(file), with(appliance)), [""; 0], "{file}");
    }
    assert_eq!(
        of(path, with("2001:db8:0:0:0:0:0:1"), with("2001:db8::2")),
        [r#"replace /version/value/server/value "2001:db8::2" -> "2001:db8:0:0:0:0:0:1""#]
    );
    // In a list without order too, and with the length of a network.
    let path = "local_services/ssh";
    let with = |networks: &[&str]| json!({"access_restriction": {"enabled": true, "allowed_from": networks}});
    let of = |file: &[&str], appliance: &[&str]| of(path, with(file), with(appliance));
    assert_eq!(
        of(&["2001:DB8::/32", "192.0.2.0/24"], &["192.0.2.0/24", "2001:db8:0::/32"]),
        [""; 0]
    );
    assert_eq!(of(&["2001:db8::/32"], &["2001:db8::/33"]).len(), 2);
}

#[test]
fn s007_the_letter_case_of_a_host_name_does_not_count() {
    let path = "management/email";
    let of = |file, appliance| of(path, file, appliance);
    assert_eq!(of(mail("fqdn", "Mail.Example.COM"), mail("fqdn", "mail.example.com")), [""; 0]);
    assert_eq!(of(mail("fqdn", "mail.example.com"), mail("fqdn", "mail.example.org")).len(), 1);
    // Of an address, the part before the @ may tell people apart.
    let mut address = mail("fqdn", "mail.example.com");
    address["admin_address"] = json!("admin@Example.COM");
    assert_eq!(of(address.clone(), mail("fqdn", "mail.example.com")), [""; 0]);
    address["admin_address"] = json!("Admin@example.com");
    assert_eq!(of(address, mail("fqdn", "mail.example.com")).len(), 1);
}

#[test]
fn the_spellings_of_a_hexadecimal_number_are_equal() {
    let path = "management/snmp/trap";
    let with = |engine_id: &str| trap(engine_id, "192.0.2.1");
    for (file, appliance) in [("0x80001F8804", "0x80001f8804"), ("80001F8804", "0x80001f8804")] {
        assert_eq!(of(path, with(file), with(appliance)), [""; 0], "{file}");
    }
    assert_eq!(of(path, with("0x80001f8804"), with("0x80001f8805")).len(), 1);
}

#[test]
fn s011_the_spellings_of_a_number_are_equal() {
    let path = "management/splunk_forwarder";
    for answer in ["600.0", "6e2", "6.0e+2"] {
        let answer: Value = serde_json::from_str(answer).unwrap();
        assert_eq!(of(path, forwarder(json!(600)), forwarder(answer)), [""; 0]);
    }
    assert_eq!(of(path, forwarder(json!(600)), forwarder(json!(600.5))).len(), 1);
}

#[test]
fn the_hour_of_a_time_may_have_a_leading_zero() {
    let label = Label::of_object("policies/time_policies", "office");
    let body = |from: &str| {
        json!({"name": "office", "Mon": [[from, "17:00"]], "Tue": [], "Wed": [], "Thu": [],
            "Fri": [], "Sat": [], "Sun": []})
    };
    let of = |file, appliance| {
        let found = [found(&label, Some("5"), body(appliance))];
        changes(&plan(&[wanted(&label, body(file))], &found).unwrap())
    };
    assert_eq!(of("08:00", "8:00"), [""; 0]);
    assert_eq!(of("08:00", "8:01"), [r#"replace /Mon/0/0 "8:01" -> "08:00""#]);
}

#[test]
fn s015_the_lines_of_a_certificate_do_not_count() {
    let path = "management/email";
    let base64: String = CA.lines().filter(|line| !line.starts_with('-')).collect();
    let lines: Vec<_> =
        base64.as_bytes().chunks(76).map(|it| std::str::from_utf8(it).unwrap()).collect();
    let wide =
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"));
    assert_ne!(wide, CA);
    for file in [&CA.replace('\n', "\r\n"), &wide, &format!("{CA}\n\n\n")] {
        assert_eq!(of(path, with_ca(file), with_ca(CA.trim_end())), [""; 0], "{file}");
    }
    let other = of(path, with_ca(&OTHER_CA.replace('\n', "\r\n")), with_ca(CA));
    assert_eq!(other.len(), 1);
}

#[test]
fn s145_the_line_ends_of_other_texts_count() {
    let label = Label::of_object("ssh/settings_policies", "p");
    let body = |greeting: &str| json!({"name": "p", "greeting": greeting});
    let of = |file, appliance| {
        let found = [found(&label, Some("5"), body(appliance))];
        changes(&plan(&[wanted(&label, body(file))], &found).unwrap())
    };
    assert_eq!(of("Hello.\n", "Hello.\n"), [""; 0]);
    assert_eq!(of("Hello.\n", "Hello."), [r#"replace /greeting "Hello." -> "Hello.\n""#]);
    assert_eq!(of("Hello.", "hello.").len(), 1);
}

/// A body with defaults.
static THING: Type = Type::new(
    "Thing",
    Shape::Struct {
        fields: &[
            Field::new("name", Kind::String),
            Field::new("size", Kind::Optional(&Kind::Int { minimum: 0, maximum: 9 })),
            Field::new("certificates", Kind::Optional(&Kind::List(&Kind::String))),
            Field::new("notes", Kind::Optional(&Kind::List(&Kind::String))),
        ],
        open: false,
    },
    Constraints::new(&[
        Member::new("name").label(),
        Member::new("size").default("5"),
        Member::new("certificates").default("[]"),
        Member::new("notes"),
    ]),
);
static THINGS: EndpointInfo = EndpointInfo::new(
    "/api/configuration/x/thing",
    EndpointKind::Singleton,
    &[Method::Get, Method::Put],
    Versions::ALL,
)
.bodies(Some(Subject::new(Kind::Named(&THING), Form::Request)), None);

/// Changes and notes from one body to another.
fn of_thing(file: Value, appliance: Value) -> (Vec<String>, Vec<String>) {
    let label = Label::of_singleton("x/thing");
    let found = Found::new(label.clone(), &THINGS, THINGS.path, appliance);
    let plan = plan(&[Object::new(label, &THINGS, file)], &[found]).unwrap();
    (changes(&plan), notes(&plan))
}

#[test]
fn s013_an_empty_list_that_is_the_default_may_be_left_out() {
    let nothing = (Vec::new(), Vec::new());
    for (file, appliance) in [
        (json!({"name": "a", "certificates": []}), json!({"name": "a"})),
        (json!({"name": "a"}), json!({"name": "a", "certificates": []})),
    ] {
        assert_eq!(of_thing(file, appliance), nothing);
    }
    // Without a default the appliance may have another value: the plan says what it takes it for.
    let (changes, notes) = of_thing(json!({"name": "a", "notes": []}), json!({"name": "a"}));
    assert_eq!(changes, [""; 0]);
    assert_eq!(notes, ["the appliance leaves out /notes, which counts as empty"]);
}

#[test]
fn s023_a_default_that_the_appliance_leaves_out_is_equal() {
    let nothing = (Vec::new(), Vec::new());
    assert_eq!(of_thing(json!({"name": "a", "size": 5}), json!({"name": "a"})), nothing);
    assert_eq!(of_thing(json!({"name": "a", "size": 5.0}), json!({"name": "a"})), nothing);
    assert_eq!(of_thing(json!({"name": "a"}), json!({"name": "a", "size": 5})), nothing);
    let (changed, _) = of_thing(json!({"name": "a", "size": 6}), json!({"name": "a"}));
    assert_eq!(changed, ["add /size () -> 6"]);
    let (changed, _) = of_thing(json!({"name": "a"}), json!({"name": "a", "size": 6}));
    assert_eq!(changed, ["remove /size 6 -> ()"]);
}

#[test]
fn a_changed_object_of_a_list_without_order_shows_its_members() {
    let label = Label::of_singleton("local_services/snmp_agent");
    let listen = |addresses: &[(&str, u16)]| {
        let listen: Vec<_> =
            addresses.iter().map(|(key, port)| json!({"address": key, "port": port})).collect();
        json!({"listen": listen})
    };
    let (one, two) = ("nic1.interfaces.1.addresses.1", "nic1.interfaces.1.addresses.2");
    let of = |file: &[(&str, u16)], appliance: &[(&str, u16)]| {
        let mut body = listen(appliance);
        for entry in body["listen"].as_array_mut().unwrap() {
            entry["x_new"] = json!(1);
        }
        plan(&[wanted(&label, listen(file))], &[found(&label, None, body)]).unwrap()
    };
    assert!(of(&[(one, 161), (two, 161)], &[(two, 161), (one, 161)]).is_empty());
    let changed = of(&[(one, 161), (two, 1161)], &[(two, 161), (one, 161)]);
    assert_eq!(changes(&changed), ["replace /listen/1/port 161 -> 1161"]);
    // What the spec does not know is kept with the object that has it.
    assert_eq!(
        notes(&changed),
        [
            "/listen/0/x_new is unknown to the spec and to the file, and is kept",
            "/listen/1/x_new is unknown to the spec and to the file, and is kept",
        ]
    );
}
