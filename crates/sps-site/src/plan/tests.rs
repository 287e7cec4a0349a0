//! Tests of the comparison, on bodies of the guide and on ones that are made up.

mod members;
mod model;
mod names;
mod normal;
mod orders;
mod property;
mod rendering;
mod saving;
mod secrets;
mod vaults;

use serde_json::Value;
use sps_model::locate;

use super::{Inputs, Plan, Problems};
use crate::{
    State,
    found::{Appliance, Found},
    label::Label,
    object::Object,
};

/// The object of a file.
fn wanted(label: &Label, body: Value) -> Object {
    let endpoint = locate(label.endpoint()).unwrap().endpoint;
    Object { label: label.clone(), endpoint, file: "x.json".into(), body }
}

/// An object of the appliance, with the key if it is in a collection.
fn found(label: &Label, key: Option<&str>, body: Value) -> Found {
    let endpoint = locate(label.endpoint()).unwrap().endpoint;
    let mut path = format!("/api/configuration/{}", label.endpoint());
    if let Some(key) = key {
        path = format!("{path}/{key}");
    }
    let mut found = Found::new(label.clone(), endpoint, path, body);
    found.key = key.map(str::to_owned);
    found
}

/// The plan for these objects, without secrets and settings.
fn plan(objects: &[Object], found: &[Found]) -> Result<Plan, Problems> {
    let state = State::in_memory();
    Plan::compare(Inputs::new(Appliance::new("https://sps.example"), objects, found, &state))
}

/// The changes of all objects in short: `~ /pointer before -> after`.
fn changes(plan: &Plan) -> Vec<String> {
    let side =
        |value: &Option<Value>| value.as_ref().map_or_else(|| "()".to_owned(), Value::to_string);
    let changes = plan.differences().flat_map(|it| &it.changes);
    let line = |it: &super::Change| {
        format!("{} {} {} -> {}", it.op.as_str(), it.pointer, side(&it.before), side(&it.after))
    };
    changes.map(line).collect()
}

/// The requests in short.
fn steps(plan: &Plan) -> Vec<String> {
    plan.steps().map(|(kind, label)| format!("{} {label}", kind.as_str())).collect()
}

fn notes(plan: &Plan) -> Vec<String> {
    plan.objects().iter().flat_map(|it| &it.notes).map(ToString::to_string).collect()
}

fn problems(result: Result<Plan, Problems>) -> Vec<String> {
    result.unwrap_err().iter().map(ToString::to_string).collect()
}
