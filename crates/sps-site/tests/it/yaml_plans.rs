//! Plans of trees of YAML, in the spellings that people and tools write.

use serde_json::{Value, json};
use sps_model::locate;
use sps_site::{
    Appliance, Found, Label, Plan, State,
    plan::{Inputs, Style},
};

use crate::{
    support::{CHANNELS, apply, channel, client, plan, simulator, tree, writes},
    tree::{Tree, email, splunk, yaml},
};

const CA: &str = include_str!("../data/ca.pem");

/// The plan of a tree for an appliance that has this body at the label of its only object.
fn planned(tree: &Tree, body: Value) -> Plan {
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
    let site = tree.site();
    let [object] = site.objects() else { panic!("{:?}", tree.labels()) };
    let path = object.endpoint.path;
    let mut found = Found::new(object.label.clone(), object.endpoint, path, body);
    if object.label.name().is_some() {
        found.key = Some("5".to_owned());
        found.path = format!("{path}/5");
    }
    let state = State::in_memory();
    let found = [found];
    Plan::compare(Inputs::new(Appliance::default(), site.objects(), &found, &state)).unwrap()
}

/// Mail with a certificate, without a password.
fn mail(certificate: &str) -> String {
    let mut body: Value = serde_json::from_str(&email(certificate, "\"sps\"")).unwrap();
    body["smtp_auth"] = json!({"enabled": false});
    body.to_string()
}

#[test]
fn s145_a_certificate_is_the_same_in_every_block() {
    let before = yaml(&mail("\"@\""));
    let appliance: Value = serde_json::from_str(&mail(&json!(CA).to_string())).unwrap();
    let block = |header: &str, indent: usize, end: &str| {
        let indent = " ".repeat(indent);
        let lines: Vec<_> = CA.lines().map(|line| format!("{indent}{line}")).collect();
        before.replace("\"@\"", &format!("{header}\n{}{end}", lines.join("\n")))
    };
    assert_ne!(before, block("|", 6, ""));
    for text in [
        block("|", 6, ""),
        block("|-", 6, ""),
        block("|+", 6, "\n\n"),
        block("|2", 6, ""),
        block("|-2", 6, ""),
        block("|4-", 8, ""),
        block("|", 10, "\n      # of the relay"),
        block("|", 6, "\n\n\n"),
        before.replace("\"@\"", &format!("{CA:?}")),
        before.replace("\"@\"", &format!("{:?}", CA.trim_end())),
        block("|", 6, "").replace('\n', "\r\n"),
    ] {
        let tree = Tree::new().with("management/email.yaml", &text);
        assert!(tree.errors().is_empty(), "{text}\n{:?}", tree.errors());
        let plan = planned(&tree, appliance.clone());
        assert!(plan.is_empty(), "{text}\n{}", plan.to_text(Style::Plain));
    }
}

#[test]
fn s145_the_end_of_a_text_is_that_of_its_block() {
    let label = Label::of_object("ssh/settings_policies", "p");
    assert!(locate(label.endpoint()).is_some());
    for (block, text) in [
        ("|\n  one\n  two\n", "one\ntwo\n"),
        ("|-\n  one\n  two\n", "one\ntwo"),
        ("|+\n  one\n  two\n\n", "one\ntwo\n\n"),
        (">-\n  one\n  two\n", "one two"),
    ] {
        for ends in ["\n", "\r\n"] {
            let file = format!("name: b\ntext: {block}").replace('\n', ends);
            let tree = Tree::new()
                .with("sps.toml", "unknown = ['x/things']")
                .with("x/things/b.yaml", file);
            for (appliance, is_same) in
                [(text, true), ("one\ntwo ", false), (text.trim_end(), text.trim_end() == text)]
            {
                let plan = planned(&tree, json!({"name": "b", "text": appliance}));
                assert_eq!(plan.is_empty(), is_same, "{block:?} {appliance:?}");
            }
        }
    }
}

#[test]
fn s159_a_number_is_planned_as_its_value() {
    let body = splunk(r#"{"$secret": "keep"}"#);
    let file = yaml(&body).replace("port: 8088", "port: 0x50 # as the page of the vendor has it");
    let mut appliance: Value = serde_json::from_str(&body).unwrap();
    appliance.as_object_mut().unwrap().remove("token");
    let tree = Tree::new().with("management/splunk_forwarder.yaml", file);
    let plan = planned(&tree, appliance);
    let changes: Vec<_> =
        plan.objects()[0].changes.iter().map(|it| (&*it.pointer, &it.after)).collect();
    assert!(changes.contains(&("/port", &Some(json!(80)))), "{changes:?}");
}

#[tokio::test]
async fn s001_another_order_of_a_list_without_order_sends_nothing() {
    let (simulator, mut state) = (simulator().await, State::in_memory());
    let client = client(&simulator).await;
    let with = |clients: [&str; 3]| {
        let mut tree = tree();
        let mut body = channel("clerks", "policies/time_policies/office");
        body["rules"][0]["allowed_for"]["clients"] = json!(clients);
        tree.object(CHANNELS, body);
        tree
    };
    let first = with(["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24"]);
    let first = plan(&client, &first, &state).await;
    apply(&client, &first, &mut state).await.unwrap();
    let before = writes(&simulator).len();
    let second = with(["203.0.113.0/24", "192.0.2.0/24", "198.51.100.0/24"]);
    let second = plan(&client, &second, &state).await;
    assert!(second.is_empty(), "{}", second.to_text(Style::Plain));
    apply(&client, &second, &mut state).await.unwrap();
    assert_eq!(writes(&simulator).len(), before);
    // One more is one change, wherever it is.
    let mut third = with(["203.0.113.0/24", "192.0.2.0/24", "198.51.100.0/24"]);
    let mut body = third.objects.pop().unwrap().body;
    body["rules"][0]["allowed_for"]["clients"]
        .as_array_mut()
        .unwrap()
        .insert(0, json!("10.0.0.0/8"));
    third.object(CHANNELS, body);
    let third = plan(&client, &third, &state).await;
    let changes: Vec<_> = third.differences().flat_map(|it| &it.changes).collect();
    assert_eq!(changes.len(), 1, "{}", third.to_text(Style::Plain));
    assert_eq!(changes[0].pointer, "/rules/0/allowed_for/clients/0");
}
