//! Saved plans.

use std::fs;

use serde_json::{Value, json};

use super::{
    super::{Inputs, MarkdownOptions, Plan, SavedPlan, SavedPlanError, Style, Values},
    found, wanted,
};
use crate::{State, found::Appliance, label::Label};

const POINTER: &str = "/version/value/auth_password";

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

fn values(secret: &str) -> Values {
    let mut values = Values::default();
    values.insert(trap(), POINTER, secret.into());
    values
}

/// A plan that changes a secret, keeps an unknown member and renames an object.
fn plan() -> Plan {
    let policy = Label::of_object("policies/time_policies", "office");
    let times = |name: &str| {
        let mut body = json!({"name": name});
        for day in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] {
            body[day] = json!([["8:00", "17:00"]]);
        }
        body
    };
    let old = Label::of_object("policies/time_policies", "old");
    let tree =
        [wanted(&trap(), body(json!({"$secret": "env:TRAP"}))), wanted(&policy, times("office"))];
    let mut there = found(&trap(), None, body(json!({"$secret": "keep"})));
    there.request = body(json!("a1"));
    for body in [&mut there.body, &mut there.request] {
        body["x_new"] = json!("unknown-s3cret");
    }
    there.secrets.insert(POINTER.to_owned(), Some("a1".to_owned()));
    let all = [there, found(&old, Some("7"), times("old"))];
    let mut state = State::in_memory();
    state.remember_key(&trap(), POINTER, "a1", &"an older one".into());
    let mut inputs = Inputs::new(Appliance::new("https://sps.example"), &tree, &all, &state);
    inputs.values = values("hunter2");
    inputs.scope.moved = vec![(old, policy)];
    inputs.scope.owned = vec!["policies/time_policies".to_owned()];
    Plan::compare(inputs).unwrap()
}

#[test]
fn s105_a_saved_plan_is_shown_without_a_connection() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    let plan = plan();
    plan.save(&path, "2026-01-02T03:04:05Z").unwrap();
    let saved = SavedPlan::load(&path).unwrap();
    assert_eq!(saved.made_at, "2026-01-02T03:04:05Z");
    let loaded = &saved.plan;
    assert_eq!(loaded.to_text(Style::Plain), plan.to_text(Style::Plain));
    assert_eq!(loaded.to_json(), plan.to_json());
    let options = MarkdownOptions::default();
    assert_eq!(loaded.to_markdown(&options), plan.to_markdown(&options));
    assert_eq!(loaded.to_dot(), plan.to_dot());
    assert_eq!(loaded.operations, plan.operations);
    assert_eq!(loaded.appliance(), plan.appliance());
    assert_eq!(loaded.scope.moved, plan.scope.moved);
    // S109: the same identifier everywhere.
    assert_eq!(loaded.id(), plan.id());
    assert!(plan.to_markdown(&options).contains(&plan.id()));
}

#[test]
fn a_saved_plan_has_no_secret() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    plan().save(&path, "now").unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains("env:TRAP"));
    for secret in ["hunter2", "unknown-s3cret", "an older one"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    }
}

#[test]
fn the_secrets_of_a_saved_plan_are_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    plan().save(&path, "now").unwrap();
    let load = || SavedPlan::load(&path).unwrap();
    assert!(load().with_values(values("hunter2")).is_ok());
    for values in [values("hunter3"), Values::default()] {
        let error = load().with_values(values).unwrap_err();
        assert!(matches!(error, SavedPlanError::OtherSecret { .. }), "{error}");
        assert_eq!(
            error.to_string(),
            "management/snmp/trap#/version/value/auth_password: the secret has another value than \
             when the plan was made"
        );
    }
}

#[test]
fn s109_a_changed_or_cut_plan_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    plan().save(&path, "now").unwrap();
    let whole = fs::read(&path).unwrap();
    let is_refused = |bytes: &[u8]| {
        fs::write(&path, bytes).unwrap();
        matches!(SavedPlan::load(&path), Err(SavedPlanError::Damaged { .. }))
    };
    for at in 0..whole.len() {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        assert!(is_refused(&changed), "byte {at}");
    }
    for length in [0, 1, whole.len() / 2, whole.len() - 1] {
        assert!(is_refused(&whole[..length]), "{length} bytes");
    }
    let mut longer = whole.clone();
    longer.push(b'\n');
    assert!(is_refused(&longer));
    assert!(!is_refused(&whole));
}

#[test]
fn a_plain_secret_is_not_saved() {
    let new = json!({"$new": {"plain": "hunter2"}});
    let tree = [wanted(&trap(), body(new))];
    let mut there = found(&trap(), None, body(Value::Null));
    there.request = body(Value::Null);
    let (found, state) = ([there], State::in_memory());
    let inputs = Inputs::new(Appliance::new("https://sps.example"), &tree, &found, &state);
    let plan = Plan::compare(inputs).unwrap();
    let texts = [
        plan.to_text(Style::Plain),
        plan.to_json().to_string(),
        plan.to_markdown(&MarkdownOptions::default()),
        format!("{plan:?} {:?} {:?} {:?}", plan.objects, plan.operations, plan.slots),
    ];
    for text in texts {
        assert!(!text.contains("hunter2"), "{text}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan.json");
    let error = plan.save(&path, "now").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the plan cannot be saved: management/snmp/trap#/version/value/auth_password/$new/plain has \
         a secret in plain text; use $secret there"
    );
    assert!(!path.exists());
}
