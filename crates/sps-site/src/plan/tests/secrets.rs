//! Secrets, worked out by hand.

use serde_json::{Value, json};
use sps_model::{EndpointInfo, Secret};

use super::{
    super::{FillWith, Inputs, Plan, Problems, Values},
    changes, found, notes, problems, steps, wanted,
};
use crate::{
    State,
    found::{Appliance, Found},
    label::Label,
    object::Object,
};

const POINTER: &str = "/version/value/auth_password";
const KEY: &str = "00000000-0000-0000-0000-000000000001";

fn trap() -> Label {
    Label::of_singleton("management/snmp/trap")
}

fn body(password: Value) -> Value {
    json!({"enabled": true, "version": {"selection": "3", "value": {
        "auth_method": "sha", "auth_password": password,
        "encryption_method": "none", "encryption_password": null,
        "engine_id": "0x0123456789ABCDEF", "server": {"selection": "ip", "value": "192.0.2.1"},
        "username": "trap-sender"}}})
}

fn on_appliance(key: &str) -> Found {
    let mut found = found(&trap(), None, body(json!({"$secret": "keep"})));
    found.request = body(json!(key));
    found.secrets.insert(POINTER.to_owned(), Some(key.to_owned()));
    found
}

fn applied(key: &str, value: &str) -> State {
    let mut state = State::in_memory();
    state.remember_key(&trap(), POINTER, key, &value.into());
    state
}

fn compare(
    source: &str,
    value: &str,
    found: &Found,
    state: &State,
    rotate: &[&str],
) -> Result<Plan, Problems> {
    let tree = [wanted(&trap(), body(json!({"$secret": source})))];
    let found = std::slice::from_ref(found);
    let mut inputs = Inputs::new(Appliance::new("https://sps.example"), &tree, found, state);
    inputs.values.insert(trap(), POINTER, Secret::new(value));
    inputs.rotate = rotate.iter().map(|it| (*it).to_owned()).collect();
    Plan::compare(inputs)
}

fn reasons(plan: &Plan) -> Vec<String> {
    let changes = plan.objects().iter().flat_map(|it| &it.changes);
    changes.filter_map(|it| it.reason.as_ref()).map(ToString::to_string).collect()
}

#[test]
fn s035_a_secret_that_the_state_knows_is_no_change() {
    let plan =
        compare("env:TRAP", "hunter2", &on_appliance(KEY), &applied(KEY, "hunter2"), &[]).unwrap();
    assert!(plan.is_empty() && notes(&plan).is_empty());
}

#[test]
fn s037_another_value_is_one_change_without_the_value() {
    let plan =
        compare("env:TRAP", "hunter3", &on_appliance(KEY), &applied(KEY, "hunter2"), &[]).unwrap();
    assert_eq!(
        changes(&plan),
        [r#"replace /version/value/auth_password {"$secret":"keep"} -> {"$secret":"env:TRAP"}"#]
    );
    assert_eq!(reasons(&plan), ["new value behind env:TRAP"]);
    assert!(!format!("{plan:?} {:?} {:?}", plan.objects, plan.operations).contains("hunter"));
    let fill = &plan.operations[0].fills[0];
    assert_eq!((fill.pointer.as_str(), &fill.with), (POINTER, &FillWith::Secret));
    let slot = &plan.slots[&trap()][0];
    assert_eq!(slot.collection.as_deref(), Some("passwords"));
}

#[test]
fn s039_without_a_state_a_secret_is_listed_and_left_alone() {
    let state = State::in_memory();
    let plan = compare("env:TRAP", "hunter2", &on_appliance(KEY), &state, &[]).unwrap();
    assert!(plan.is_empty());
    let listed: Vec<_> = plan.not_compared().map(|(label, at)| format!("{label}{at}")).collect();
    assert_eq!(listed, ["management/snmp/trap/version/value/auth_password"]);
    let plan = compare("env:TRAP", "hunter2", &on_appliance(KEY), &state, &[&listed[0]]).unwrap();
    assert_eq!(changes(&plan).len(), 1);
    assert_eq!(reasons(&plan), ["the change was asked for"]);
    let place = "management/snmp/trap/version/value/auth_pasword";
    assert_eq!(
        problems(compare("env:TRAP", "hunter2", &on_appliance(KEY), &state, &[place])),
        [format!("there is no secret at {place}; did you mean {}?", listed[0])]
    );
}

#[test]
fn s051_another_reference_on_the_appliance_is_the_reason() {
    let other = on_appliance("00000000-0000-0000-0000-000000000002");
    let plan = compare("env:TRAP", "hunter2", &other, &applied(KEY, "hunter2"), &[]).unwrap();
    assert_eq!(reasons(&plan), ["the appliance refers to another secret"]);
}

#[test]
fn a_secret_that_is_kept_never_changes() {
    let state = applied(KEY, "hunter2");
    let plan = compare("keep", "", &on_appliance(KEY), &state, &[]).unwrap();
    assert!(plan.is_empty());
    // Without one there is nothing to keep.
    let mut nothing = found(&trap(), None, body(Value::Null));
    nothing.request = body(Value::Null);
    let text = "management/snmp/trap#/version/value/auth_password: there is no secret to keep; \
                say where its value comes from, such as {\"$secret\": \"env:NAME\"}";
    assert_eq!(problems(compare("keep", "", &nothing, &state, &[])), [text]);
    // Another secret is set.
    let plan = compare("env:TRAP", "hunter2", &nothing, &state, &[]).unwrap();
    assert_eq!(reasons(&plan), ["the appliance has no secret here"]);
}

fn splunk() -> Label {
    Label::of_singleton("management/splunk_forwarder")
}

fn forwarder(token: Option<Value>, port: u16) -> Value {
    let mut body = json!({"enabled": true, "flush_interval": 600, "port": port,
        "host": {"selection": "fqdn", "value": "splunk.example.com"},
        "pam_address": {"selection": "fqdn", "value": "sps.example.com"},
        "ssl": {"selection": "insecure"}});
    if let Some(token) = token {
        body["token"] = token;
    }
    body
}

/// A forwarder whose token the appliance answers like this.
fn found_forwarder(answer: Option<&str>) -> Found {
    let shown = answer.map(|_| json!({"$secret": "keep"}));
    let mut found = found(&splunk(), None, forwarder(shown, 8088));
    found.request = forwarder(answer.map(Value::from), 8088);
    found.secrets.insert("/token".to_owned(), None);
    found
}

fn compare_forwarder(
    source: &str,
    port: u16,
    found: &Found,
    state: &State,
) -> Result<Plan, Problems> {
    let tree = [wanted(&splunk(), forwarder(Some(json!({"$secret": source})), port))];
    let found = std::slice::from_ref(found);
    let mut inputs = Inputs::new(Appliance::new("https://sps.example"), &tree, found, state);
    inputs.values.insert(splunk(), "/token", "t0ken".into());
    Plan::compare(inputs)
}

#[test]
fn s035_a_masked_token_is_compared_with_the_state() {
    let mut state = State::in_memory();
    state.remember_place(&splunk(), "/token", &"t0ken".into());
    for answer in [Some("********"), None] {
        let plan = compare_forwarder("env:TOKEN", 8088, &found_forwarder(answer), &state).unwrap();
        assert!(plan.is_empty(), "{answer:?}: {:?}", plan.objects);
        // The mask is in no request, the token in none that is saved.
        let plan = compare_forwarder("env:TOKEN", 8089, &found_forwarder(answer), &state).unwrap();
        assert_eq!(changes(&plan), ["replace /port 8088 -> 8089"]);
        assert_eq!(plan.operations[0].body["token"], Value::Null);
        assert_eq!(plan.operations[0].fills[0].with, FillWith::Secret);
    }
    let mut other = State::in_memory();
    other.remember_place(&splunk(), "/token", &"an older one".into());
    let plan = compare_forwarder("env:TOKEN", 8088, &found_forwarder(Some("***")), &other).unwrap();
    assert_eq!(reasons(&plan), ["new value behind env:TOKEN"]);
}

#[test]
fn a_token_that_the_appliance_shows_needs_no_state() {
    let state = State::in_memory();
    let same = compare_forwarder("env:TOKEN", 8088, &found_forwarder(Some("t0ken")), &state);
    assert!(same.unwrap().is_empty());
    let other = compare_forwarder("env:TOKEN", 8088, &found_forwarder(Some("0ther")), &state);
    let other = other.unwrap();
    assert_eq!(reasons(&other), ["new value behind env:TOKEN"]);
    assert!(!format!("{:?}{:?}", other.objects, other.operations).contains("0ther"));
}

#[test]
fn a_token_that_is_kept_is_sent_back_if_the_appliance_shows_it() {
    let state = State::in_memory();
    let plan = compare_forwarder("keep", 8089, &found_forwarder(Some("0ther")), &state).unwrap();
    assert_eq!(steps(&plan), ["replace management/splunk_forwarder"]);
    assert_eq!(plan.kept[&splunk()]["/token"].0, json!("0ther"));
    assert!(!format!("{:?}{:?}", plan.objects, plan.operations).contains("0ther"));
    // The member is required while the forwarder is on, so the plan says what the request lacks.
    let plan = compare_forwarder("keep", 8089, &found_forwarder(Some("***")), &state).unwrap();
    assert_eq!(plan.operations[0].body.get("token"), None);
    assert_eq!(notes(&plan).len(), 1);
}

#[test]
fn a_secret_stays_with_its_element() {
    static ENDPOINT: EndpointInfo = EndpointInfo::unknown("/api/configuration/x/any");
    let label = Label::of_object("x/any", "a");
    let server = |host: &str, password: Value| json!({"host": host, "password": password});
    let keep = json!({"$secret": "keep"});
    let servers = json!({"servers": [server("a", keep.clone()), server("b", keep.clone())]});
    let mut there = Found::new(label.clone(), &ENDPOINT, "/api/configuration/x/any/1", servers);
    there.key = Some("1".to_owned());
    there.request = json!({"servers": [server("a", json!("k1")), server("b", json!("k2"))]});
    for (at, key) in ["k1", "k2"].into_iter().enumerate() {
        there.secrets.insert(format!("/servers/{at}/password"), Some(key.to_owned()));
    }
    let file = json!({"servers": [
        server("new", json!({"$secret": "env:NEW"})), server("a", keep.clone()), server("b", keep)]});
    let mut tree = [Object::new(label.clone(), &ENDPOINT, file)];
    let state = State::in_memory();
    let compare = |tree: &[Object]| {
        let found = std::slice::from_ref(&there);
        let mut inputs = Inputs::new(Appliance::new("https://sps.example"), tree, found, &state);
        inputs.values.insert(label.clone(), "/servers/0/password", "hunter2".into());
        Plan::compare(inputs).unwrap()
    };
    let plan = compare(&tree);
    assert_eq!(changes(&plan), [r#"add /servers/0 () -> "(hidden)""#]);
    let keys: Vec<_> = plan.operations[0].body["servers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it["password"].clone())
        .collect();
    assert_eq!(keys, [Value::Null, json!("k1"), json!("k2")]);
    // The first one goes, and the second one keeps its own.
    tree[0].body = json!({"servers": [server("b", json!({"$secret": "keep"}))]});
    let plan = compare(&tree);
    assert_eq!(plan.operations[0].body["servers"][0]["password"], json!("k2"));
}

#[test]
fn a_secret_makes_passwords_only() {
    let email = Label::of_singleton("management/email");
    let pointer = "/smtp_encryption/client_authentication/x509_identity";
    let body = |identity: Value| {
        json!({"smtp_encryption": {"selection": "starttls",
        "client_authentication": {"enabled": true, "x509_identity": identity}}})
    };
    let tree = [wanted(&email, body(json!({"$secret": "env:X"})))];
    let there = [found(&email, None, body(Value::Null))];
    assert_eq!(
        problems(super::plan(&tree, &there)),
        [format!("management/email#{pointer}: $secret makes a password, and no x509; use $new")]
    );
}

#[test]
fn without_its_value_a_secret_is_not_compared() {
    let tree = [wanted(&trap(), body(json!({"$secret": "env:TRAP"})))];
    let plan = super::plan(&tree, &[on_appliance(KEY)]).unwrap();
    assert!(plan.is_empty());
    assert_eq!(plan.not_compared().count(), 1);
    let mut nothing = found(&trap(), None, body(Value::Null));
    nothing.request = body(Value::Null);
    let text = "management/snmp/trap#/version/value/auth_password: the secret was not read";
    assert_eq!(problems(super::plan(&tree, &[nothing])), [text]);
}

#[test]
fn a_new_object_is_compared_as_a_whole() {
    let certificate = Label::of_singleton("management/email");
    let mail = |identity: Value| {
        json!({
            "admin_address": "a@example.com", "alerting_address": "a@example.com",
            "reporting_address": "a@example.com", "sender_address": null,
            "smtp_auth": {"enabled": false},
            "smtp_encryption": {"selection": "starttls",
                "client_authentication": {"enabled": true, "x509_identity": identity},
                "server_certificate_check": {"enabled": false}},
            "smtp_server": {"selection": "fqdn", "value": "mail.example.com"},
        })
    };
    let pointer = "/smtp_encryption/client_authentication/x509_identity";
    let mut there = found(&certificate, None, mail(json!({"$ref": "x509/k1"})));
    there.request = mail(json!("k1"));
    let new = json!({"$new": {"certificate": "CERT", "key": {"$secret": "file:key.pem"}}});
    let tree = [wanted(&certificate, mail(new))];
    let compare = |state: &State, key: &str| {
        let found = std::slice::from_ref(&there);
        let mut inputs = Inputs::new(Appliance::new("https://sps.example"), &tree, found, state);
        let at = format!("{pointer}/$new/key");
        inputs.values.insert(certificate.clone(), at, key.into());
        Plan::compare(inputs).unwrap()
    };
    // Without a state it is left alone.
    let state = State::in_memory();
    let plan = compare(&state, "hunter2");
    assert!(plan.is_empty());
    assert_eq!(plan.not_compared().count(), 1);
    // With one it is compared as a whole.
    let slot = plan.slots[&certificate][0].clone();
    assert_eq!(slot.collection.as_deref(), Some("x509"));
    let mut values = Values::default();
    values.insert(certificate.clone(), format!("{pointer}/$new/key"), "hunter2".into());
    let content = slot.origin.content(&certificate, pointer, &values).unwrap();
    let mut state = State::in_memory();
    state.remember_key(&certificate, pointer, "k1", &content);
    assert!(compare(&state, "hunter2").not_compared().next().is_none());
    assert!(compare(&state, "hunter2").is_empty());
    let plan = compare(&state, "hunter3");
    assert_eq!(
        changes(&plan),
        [format!(r#"replace {pointer} {{"$ref":"x509/k1"}} -> {{"$new":"(hidden)"}}"#)]
    );
    assert_eq!(reasons(&plan), ["new value behind $new"]);
}
