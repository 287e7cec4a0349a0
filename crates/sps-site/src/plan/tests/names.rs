//! Names, renames and references, worked out by hand.

use serde_json::{Value, json};

use super::{
    super::{Inputs, Plan, Problems},
    model::{Model, object},
    notes, problems, steps,
};
use crate::{State, found::Appliance, label::Label, object::Object};

const NULL: Value = Value::Null;

fn body(name: &str, alpha: Value) -> Value {
    json!({"name": name, "alpha": alpha, "beta": null,
        "inner": {"list": [], "gamma": null, "pairs": []}})
}

fn file(name: &str) -> Object {
    object("x/alpha", name, body(name, NULL))
}

fn appliance(names: &[&str]) -> Model {
    let mut model = Model::default();
    for (at, name) in names.iter().enumerate() {
        model.add("x/alpha", &format!("k{at}"), body(name, NULL));
    }
    model
}

fn compare(tree: &[Object], model: &Model, moved: &[(&str, &str)]) -> Result<Plan, Problems> {
    compare_owned(tree, model, moved, &[])
}

fn compare_owned(
    tree: &[Object],
    model: &Model,
    moved: &[(&str, &str)],
    owned: &[&str],
) -> Result<Plan, Problems> {
    let (found, state) = (model.found(), State::in_memory());
    let mut inputs = Inputs::new(Appliance::new("https://sps.example"), tree, &found, &state);
    let label = |name: &str| Label::of_object("x/alpha", name);
    inputs.scope.moved = moved.iter().map(|(from, to)| (label(from), label(to))).collect();
    inputs.scope.owned = owned.iter().map(|it| (*it).to_owned()).collect();
    Plan::compare(inputs)
}

#[test]
fn s053_moved_is_one_put() {
    let mut model = appliance(&["office"]);
    model.add("x/beta", "user", body("user", json!("k0")));
    let tree = [
        file("office-hours"),
        object("x/beta", "user", body("user", json!({"$ref": "x/alpha/office-hours"}))),
    ];
    let moved = [("office", "office-hours")];
    let plan = compare_owned(&tree, &model, &moved, &["x/alpha"]).unwrap();
    assert_eq!(steps(&plan), ["replace x/alpha/office-hours"]);
    assert_eq!(plan.operations[0].path, "/api/configuration/x/alpha/k0");
    let planned = &plan.objects()[0];
    assert_eq!(planned.renamed_from, Some(Label::of_object("x/alpha", "office")));
    assert_eq!(planned.changes.len(), 1);
    assert_eq!(planned.changes[0].pointer, "/name");
    model.apply(&plan).unwrap();
    assert!(compare_owned(&tree, &model, &moved, &["x/alpha"]).unwrap().is_empty());
}

#[test]
fn s057_renames_may_be_chained() {
    let moved = [("a", "b"), ("b", "c")];
    let plan = compare_owned(&[file("c")], &appliance(&["a"]), &moved, &["x/alpha"]).unwrap();
    assert_eq!(steps(&plan), ["replace x/alpha/c"]);
    // Both would get one name.
    let both = appliance(&["a", "b"]);
    assert_eq!(
        problems(compare_owned(&[file("c")], &both, &moved, &["x/alpha"])),
        ["[[moved]] gives the name x/alpha/c to several objects: x/alpha/a, x/alpha/b"]
    );
    // Both get their new names, the second one first, so that no name is there twice.
    let plan = compare_owned(&[file("b"), file("c")], &both, &moved, &["x/alpha"]).unwrap();
    assert_eq!(steps(&plan), ["replace x/alpha/c", "replace x/alpha/b"]);
}

#[test]
fn a_circle_of_renames_is_an_error() {
    let moved = [("a", "b"), ("b", "a")];
    let problem = ["[[moved]] leads in a circle: x/alpha/a, x/alpha/b"];
    assert_eq!(problems(compare(&[file("a")], &appliance(&["a", "b"]), &moved)), problem);
}

#[test]
fn a_rename_never_deletes() {
    let both = appliance(&["a", "b"]);
    let moved = [("a", "b")];
    assert_eq!(
        problems(compare_owned(&[file("b")], &both, &moved, &["x/alpha"])),
        ["[[moved]] cannot rename x/alpha/a: the appliance has x/alpha/b already"]
    );
    let plan = compare(&[file("b")], &both, &moved).unwrap();
    assert!(plan.is_empty());
    assert_eq!(notes(&plan), ["the appliance has x/alpha/a too, which [[moved]] gives this name"]);
}

#[test]
fn a_rename_that_is_done_says_nothing() {
    let plan = compare(&[file("b")], &appliance(&["b"]), &[("a", "b")]).unwrap();
    assert!(plan.is_empty() && notes(&plan).is_empty());
}

#[test]
fn s061_letter_case_alone_creates_no_second_object() {
    let text = "x/alpha/Office and x/alpha/office, which the appliance has, differ in letter case \
                only; rename one of them, or say with [[moved]] that they are the same";
    assert_eq!(problems(compare(&[file("Office")], &appliance(&["office"]), &[])), [text]);
    let moved = [("office", "Office")];
    let plan = compare(&[file("Office")], &appliance(&["office"]), &moved).unwrap();
    assert_eq!(steps(&plan), ["replace x/alpha/Office"]);
}

#[test]
fn both_forms_of_a_letter_are_one_object() {
    let (composed, decomposed) = ("b\u{fc}ro", "bu\u{308}ro");
    let mut tree = [file(decomposed)];
    tree[0].body["name"] = json!(composed);
    assert!(compare(&tree, &appliance(&[composed]), &[]).unwrap().is_empty());
}

#[test]
fn a_reference_to_nothing_names_the_nearest() {
    let tree = [object("x/beta", "b", body("b", json!({"$ref": "x/alpha/ofice"})))];
    assert_eq!(
        problems(compare(&tree, &appliance(&["office"]), &[])),
        ["x/beta/b#/alpha: there is no x/alpha/ofice; did you mean x/alpha/office?"]
    );
}

#[test]
fn a_reference_may_name_a_key() {
    let mut model = appliance(&["office"]);
    model.add("x/beta", "b", body("b", json!("k0")));
    let tree = [object("x/beta", "b", body("b", json!({"$ref": "x/alpha/k0"})))];
    assert!(compare(&tree, &model, &[]).unwrap().is_empty());
}

#[test]
fn objects_of_one_name_are_told_apart_by_their_keys() {
    let model = appliance(&["office~-k0", "office~-k1", "office~k2"]);
    let mut found = model.found();
    for (found, key) in found.iter_mut().zip(["-k0", "-k1", "k2"]) {
        found.key = Some(key.to_owned());
    }
    let tree =
        [file("office"), object("x/beta", "b", body("b", json!({"$ref": "x/alpha/office"})))];
    let state = State::in_memory();
    let of = |tree: &[Object]| {
        let appliance = Appliance::new("https://sps.example");
        problems(Plan::compare(Inputs::new(appliance, tree, &found, &state)))
    };
    let labels = "x/alpha/office~-k0, x/alpha/office~-k1, x/alpha/office~k2";
    assert_eq!(
        of(&tree[..1]),
        [format!("x/alpha/office is the name of several objects of the appliance: {labels}")]
    );
    assert_eq!(
        of(&tree[1..]),
        [format!("x/beta/b#/alpha: x/alpha/office is the name of several objects: {labels}")]
    );
}

#[test]
fn s031_ignored_endpoints_are_left_alone() {
    let mut model = appliance(&["a"]);
    model.add("x/beta", "b", body("b", NULL));
    let mut tree = [file("a"), object("x/beta", "b", body("b", NULL))];
    for object in &mut tree {
        object.body["inner"]["list"] = json!([1]);
    }
    let (found, state) = (model.found(), State::in_memory());
    let mut inputs = Inputs::new(Appliance::new("https://sps.example"), &tree, &found, &state);
    inputs.scope.ignored = vec!["x/alpha".to_owned()];
    inputs.scope.owned = vec!["x/alpha".to_owned()];
    let plan = Plan::compare(inputs).unwrap();
    assert_eq!(steps(&plan), ["replace x/beta/b"]);
}

#[test]
fn s073_a_built_in_object_is_never_deleted() {
    let model = appliance(&["7x24", "x"]);
    let mut found = model.found();
    found[0].is_builtin = true;
    let state = State::in_memory();
    let mut inputs = Inputs::new(Appliance::new("https://sps.example"), &[], &found, &state);
    inputs.scope.owned = vec!["x/alpha".to_owned()];
    assert_eq!(steps(&Plan::compare(inputs).unwrap()), ["delete x/alpha/x"]);
    // One that the caller names is not left out silently.
    let mut inputs = Inputs::new(Appliance::new("https://sps.example"), &[], &found, &state);
    inputs.scope.owned = vec!["x/alpha".to_owned()];
    inputs.scope.only = vec!["x/alpha/7x24".to_owned()];
    let plan = Plan::compare(inputs).unwrap();
    assert!(plan.is_empty());
    assert_eq!(notes(&plan), ["it is built in, so it cannot be deleted"]);
}

#[test]
fn what_the_appliance_lacks_is_named() {
    let label = Label::of_singleton("management/email");
    let tree = [super::wanted(&label, json!({}))];
    assert_eq!(problems(super::plan(&tree, &[])), ["the appliance has no management/email"]);
    let label = Label::of_object("aaa/local_database/users", "x");
    let tree = [super::wanted(&label, json!({"name": "x"}))];
    assert_eq!(
        problems(super::plan(&tree, &[])),
        ["aaa/local_database/users/x cannot be created: the API has no request for it"]
    );
}
