//! Changes of members, worked out by hand.

use serde_json::{Value, json};

use super::{changes, found, notes, plan, wanted};
use crate::label::Label;

fn email() -> Label {
    Label::of_singleton("management/email")
}

fn mail(server: &str) -> Value {
    json!({
        "admin_address": "admin@example.com",
        "alerting_address": "alerts@example.com",
        "reporting_address": "reports@example.com",
        "sender_address": null,
        "smtp_auth": {"enabled": false},
        "smtp_encryption": {"selection": "disabled"},
        "smtp_server": {"selection": "fqdn", "value": server},
    })
}

fn health(maximum_load1: Value) -> Value {
    json!({"maximum_disk_utilization_ratio": 80, "maximum_load1": maximum_load1,
        "maximum_load5": null, "maximum_load15": null, "maximum_swap_utilization_ratio": null})
}

fn policy(rules: &[Value]) -> Value {
    json!({"name": "p", "rules": rules})
}

fn rule(channel: &str, clients: &[&str]) -> Value {
    json!({"channel": channel,
        "actions": {"audit": true, "content_policy": null, "four_eyes": false, "ids": false},
        "allowed_for": {"clients": clients, "gateway_groups": [], "remote_groups": [],
            "servers": [], "time_policy": {"$ref": "policies/time_policies/7x24"}}})
}

fn always() -> crate::Found {
    let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let mut body = json!({"name": "7x24"});
    for day in days {
        body[day] = json!([["0:00", "23:59"]]);
    }
    let mut always = found(&Label::of_object("policies/time_policies", "7x24"), Some("-100"), body);
    always.is_builtin = true;
    always
}

/// The changes of a channel policy from one list of rules to another.
fn of_rules(before: &[Value], after: &[Value]) -> Vec<String> {
    let label = Label::of_object("rdp/channel_policies", "p");
    let mut on_appliance = found(&label, Some("5"), policy(before));
    let mut request = policy(before).to_string();
    request = request.replace(r#"{"$ref":"policies/time_policies/7x24"}"#, r#""-100""#);
    on_appliance.request = serde_json::from_str(&request).unwrap();
    let plan = plan(&[wanted(&label, policy(after))], &[on_appliance, always()]).unwrap();
    // The request has the file's rules, with the key.
    if let Some(operation) = plan.operations.first() {
        let text = policy(after).to_string();
        let text = text.replace(r#"{"$ref":"policies/time_policies/7x24"}"#, r#""-100""#);
        assert_eq!(operation.body, serde_json::from_str::<Value>(&text).unwrap());
    }
    changes(&plan)
}

#[test]
fn s207_a_nested_member_is_shown_with_both_values() {
    let plan = plan(
        &[wanted(&email(), mail("mail.example.com"))],
        &[found(&email(), None, mail("old.example.com"))],
    )
    .unwrap();
    assert_eq!(
        changes(&plan),
        [r#"replace /smtp_server/value "old.example.com" -> "mail.example.com""#]
    );
    assert_eq!(plan.operations[0].body, mail("mail.example.com"));
    assert_eq!(plan.operations[0].path, "/api/configuration/management/email");
}

#[test]
fn an_equal_object_needs_no_request() {
    let plan = plan(
        &[wanted(&email(), mail("mail.example.com"))],
        &[found(&email(), None, mail("mail.example.com"))],
    )
    .unwrap();
    assert!(plan.is_empty());
    assert_eq!(plan.summary().unchanged, 1);
}

#[test]
fn another_tag_replaces_the_whole_union() {
    let mut other = mail("x");
    other["smtp_server"] = json!({"selection": "ip", "value": "192.0.2.1"});
    let plan =
        plan(&[wanted(&email(), mail("a.example"))], &[found(&email(), None, other)]).unwrap();
    let both =
        r#"{"selection":"ip","value":"192.0.2.1"} -> {"selection":"fqdn","value":"a.example"}"#;
    assert_eq!(changes(&plan), [format!("replace /smtp_server {both}")]);
}

#[test]
fn s029_null_is_a_value_that_the_file_states() {
    let label = Label::of_singleton("management/health_monitoring");
    let plan =
        plan(&[wanted(&label, health(Value::Null))], &[found(&label, None, health(json!(7)))])
            .unwrap();
    assert_eq!(changes(&plan), ["replace /maximum_load1 7 -> null"]);
}

#[test]
fn null_and_absent_are_equal() {
    let label = Label::of_singleton("management/health_monitoring");
    let older = json!({"maximum_disk_utilization_ratio": 80});
    for (file, appliance) in [(health(Value::Null), older.clone()), (older, health(Value::Null))] {
        let plan = plan(&[wanted(&label, file)], &[found(&label, None, appliance)]).unwrap();
        assert_eq!(changes(&plan), [""; 0]);
    }
}

#[test]
fn s011_a_number_as_a_float_or_a_text_is_equal() {
    let label = Label::of_singleton("management/health_monitoring");
    for (answer, expected) in [
        (json!(6.0), vec![]),
        (json!("6"), vec!["the appliance answers /maximum_load1 as a value of another type"]),
    ] {
        let on_appliance = found(&label, None, health(answer));
        let plan = plan(&[wanted(&label, health(json!(6)))], &[on_appliance]).unwrap();
        assert_eq!(changes(&plan), [""; 0]);
        assert_eq!(notes(&plan), expected);
    }
    let on_appliance = found(&label, None, health(json!("7")));
    let plan = plan(&[wanted(&label, health(json!(6)))], &[on_appliance]).unwrap();
    assert_eq!(changes(&plan).len(), 1);
}

#[test]
fn s013_an_empty_list_that_is_left_out_counts_as_equal() {
    let label = Label::of_object("rdp/channel_policies", "p");
    let mut on_appliance = found(&label, Some("5"), json!({"name": "p"}));
    on_appliance.request = json!({"name": "p"});
    let plan = plan(&[wanted(&label, policy(&[]))], &[on_appliance]).unwrap();
    assert!(plan.is_empty());
    assert_eq!(notes(&plan), ["the appliance leaves out /rules, which counts as empty"]);
}

#[test]
fn s021_an_inserted_rule_is_one_change() {
    let rules: Vec<Value> =
        (0..30).map(|at| rule("#drawing", &[&format!("192.0.2.{at}")])).collect();
    let mut longer = rules.clone();
    longer.insert(0, rule("cliprdr", &[]));
    let inserted = of_rules(&rules, &longer);
    assert_eq!(inserted.len(), 1, "{inserted:?}");
    assert!(inserted[0].starts_with("add /rules/0 () -> {"), "{inserted:?}");
    let mut shorter = rules.clone();
    shorter.remove(15);
    let removed = of_rules(&rules, &shorter);
    assert_eq!(removed.len(), 1, "{removed:?}");
    assert!(removed[0].starts_with("remove /rules/15 {") && removed[0].contains("192.0.2.15"));
}

#[test]
fn s003_two_rules_that_change_places_are_shown() {
    let [one, two] = [rule("#drawing", &[]), rule("cliprdr", &[])];
    let changed = of_rules(&[one.clone(), two.clone()], &[two.clone(), one.clone()]);
    let ops: Vec<_> = changed.iter().map(|it| it.split(' ').next().unwrap()).collect();
    assert_eq!(ops.len(), 2, "{changed:?}");
    assert!(ops.contains(&"add") && ops.contains(&"remove"), "{changed:?}");
}

#[test]
fn a_changed_element_shows_its_members() {
    let [one, two] = [rule("#drawing", &["192.0.2.1"]), rule("cliprdr", &[])];
    let mut other = two.clone();
    other["actions"]["audit"] = json!(false);
    assert_eq!(
        of_rules(&[one.clone(), two], &[one, other]),
        ["replace /rules/1/actions/audit true -> false"]
    );
}

#[test]
fn s025_an_unknown_member_is_kept_and_named() {
    let mut answer = mail("old.example.com");
    answer["x_new"] = json!({"a": 1});
    answer["smtp_server"]["x_deep"] = json!("hunter2");
    let on_appliance = found(&email(), None, answer.clone());
    let first = plan(&[wanted(&email(), mail("mail.example.com"))], &[on_appliance]).unwrap();
    assert_eq!(
        notes(&first),
        [
            "/smtp_server/x_deep is unknown to the spec and to the file, and is kept",
            "/x_new is unknown to the spec and to the file, and is kept",
        ]
    );
    // Nothing shows the value, and it is not part of what a saved plan has.
    assert!(!format!("{first:?}{:?}{:?}", first.objects, first.operations).contains("hunter2"));
    let kept = &first.kept[&email()];
    let body = first.operations[0].filled(|fill| match &fill.with {
        super::super::FillWith::Kept { pointer } => Ok::<_, ()>(kept[pointer].0.clone()),
        _ => Err(()),
    });
    answer["smtp_server"]["value"] = json!("mail.example.com");
    assert_eq!(body, Ok(answer.clone()));
    // Without another change there is nothing to say.
    let on_appliance = found(&email(), None, answer);
    let second = plan(&[wanted(&email(), mail("mail.example.com"))], &[on_appliance]).unwrap();
    assert!(second.is_empty() && notes(&second).is_empty());
}

#[test]
fn the_name_of_a_secret_hides_the_value() {
    let label = Label::of_singleton("management/snmp/trap");
    let trap = |community: &str| {
        json!({"enabled": true, "version": {"selection": "2c", "value": {
        "community": community, "server": {"selection": "ip", "value": "192.0.2.1"}}}})
    };
    let on_appliance = found(&label, None, trap("noc-7"));
    let plan = plan(&[wanted(&label, trap("noc-8"))], &[on_appliance]).unwrap();
    assert_eq!(changes(&plan), [r#"replace /version/value/community "(hidden)" -> "(hidden)""#]);
}

#[test]
fn s009_the_spellings_of_an_enum_value_are_equal() {
    let label = Label::of_singleton("management/snmp/trap");
    let trap = |method: &str| {
        json!({"enabled": true, "version": {"selection": "3", "value": {
        "auth_method": method, "auth_password": null, "encryption_method": "none",
        "encryption_password": null, "engine_id": "0x0123456789ABCDEF",
        "server": {"selection": "ip", "value": "192.0.2.1"}, "username": "u"}}})
    };
    let of = |file: &str, appliance: &str| {
        changes(
            &plan(&[wanted(&label, trap(file))], &[found(&label, None, trap(appliance))]).unwrap(),
        )
    };
    assert_eq!(of("sha1", "sha"), [""; 0]);
    assert_eq!(of("md5", "sha"), [r#"replace /version/value/auth_method "sha" -> "md5""#]);
}
