//! The order of requests, worked out by hand.

use serde_json::{Value, json};

use super::{
    super::{Inputs, Plan, Problems},
    model::{Model, object},
    notes, problems, steps,
};
use crate::{State, found::Appliance, object::Object};

/// A body of the made-up collections.
fn body(name: &str, alpha: Value, beta: Value, gamma: Value) -> Value {
    json!({"name": name, "alpha": alpha, "beta": beta,
        "inner": {"list": [], "gamma": gamma, "pairs": []}})
}

fn to(label: &str) -> Value {
    json!({"$ref": label})
}

fn compare(tree: &[Object], model: &Model, owned: &[&str]) -> Result<Plan, Problems> {
    let (found, state) = (model.found(), State::in_memory());
    let mut inputs = Inputs::new(Appliance::new("https://sps.example"), tree, &found, &state);
    inputs.scope.owned = owned.iter().map(|it| (*it).to_owned()).collect();
    Plan::compare(inputs)
}

const NULL: Value = Value::Null;

#[test]
fn what_is_referred_to_is_created_first() {
    let tree = [
        object("x/alpha", "a", body("a", NULL, to("x/beta/b"), NULL)),
        object("x/beta", "b", body("b", NULL, NULL, to("x/gamma/c"))),
        object("x/gamma", "c", body("c", NULL, NULL, NULL)),
    ];
    let plan = compare(&tree, &Model::default(), &[]).unwrap();
    assert_eq!(steps(&plan), ["create x/gamma/c", "create x/beta/b", "create x/alpha/a"]);
}

#[test]
fn s063_a_reference_goes_before_its_target_is_deleted() {
    let mut model = Model::default();
    model.add("x/alpha", "1", body("a", json!("2"), NULL, NULL));
    model.add("x/alpha", "2", body("old", NULL, NULL, NULL));
    model.add("x/beta", "3", body("b", json!("2"), NULL, NULL));
    let tree = [
        object("x/alpha", "a", body("a", NULL, NULL, NULL)),
        object("x/beta", "b", body("b", to("x/alpha/a"), NULL, NULL)),
    ];
    let plan = compare(&tree, &model, &["x/alpha"]).unwrap();
    assert_eq!(steps(&plan), ["replace x/alpha/a", "replace x/beta/b", "delete x/alpha/old"]);
    model.apply(&plan).unwrap();
}

#[test]
fn s065_a_circle_is_broken_at_a_reference_that_may_be_null() {
    let tree = [
        object("x/alpha", "a", body("a", NULL, to("x/beta/b"), NULL)),
        object("x/beta", "b", body("b", to("x/alpha/a"), NULL, NULL)),
    ];
    let mut model = Model::default();
    let plan = compare(&tree, &model, &[]).unwrap();
    assert_eq!(steps(&plan), ["create x/alpha/a", "create x/beta/b", "complete x/alpha/a"]);
    assert_eq!(
        notes(&plan),
        ["created with null at /beta, and set once the other object is there"]
    );
    model.apply(&plan).unwrap();
    assert!(compare(&tree, &model, &[]).unwrap().is_empty());
}

#[test]
fn an_object_may_refer_to_itself() {
    let tree = [object("x/alpha", "a", body("a", to("x/alpha/a"), NULL, NULL))];
    let mut model = Model::default();
    let plan = compare(&tree, &model, &[]).unwrap();
    assert_eq!(steps(&plan), ["create x/alpha/a", "complete x/alpha/a"]);
    model.apply(&plan).unwrap();
    assert!(compare(&tree, &model, &[]).unwrap().is_empty());
    // Deleting it needs no second request.
    let plan = compare(&[], &model, &["x/alpha"]).unwrap();
    assert_eq!(steps(&plan), ["delete x/alpha/a"]);
}

#[test]
fn s067_references_become_null_before_both_objects_are_deleted() {
    let mut model = Model::default();
    model.add("x/alpha", "1", body("a", NULL, json!("2"), NULL));
    model.add("x/beta", "2", body("b", json!("1"), NULL, NULL));
    let plan = compare(&[], &model, &["x/alpha", "x/beta"]).unwrap();
    assert_eq!(steps(&plan), ["clear x/beta/b", "delete x/alpha/a", "delete x/beta/b"]);
    model.apply(&plan).unwrap();
    assert!(model.bodies.is_empty());
}

#[test]
fn what_is_referred_to_from_elsewhere_is_not_deleted() {
    let mut model = Model::default();
    model.add("x/alpha", "1", body("a", NULL, NULL, NULL));
    model.add("x/beta", "2", body("b", json!("1"), NULL, NULL));
    let text = "x/alpha/a would be deleted, but x/beta/b refers to it at /alpha";
    // From an object that the tree does not have, and from one that it has.
    assert_eq!(problems(compare(&[], &model, &["x/alpha"])), [text]);
    let tree = [object("x/beta", "b", body("b", to("x/alpha/a"), NULL, NULL))];
    assert_eq!(problems(compare(&tree, &model, &["x/alpha"])), [text]);
}

#[test]
fn s069_an_emptied_collection_is_told_apart() {
    let mut model = Model::default();
    for (collection, key, name) in
        [("x/alpha", "1", "a"), ("x/alpha", "2", "b"), ("x/beta", "3", "c")]
    {
        model.add(collection, key, body(name, NULL, NULL, NULL));
    }
    let tree = [object("x/beta", "new", body("new", NULL, NULL, NULL))];
    let plan = compare(&tree, &model, &["x/alpha", "x/beta"]).unwrap();
    assert_eq!(plan.emptied().collect::<Vec<_>>(), [("x/alpha", 2)]);
    assert_eq!(plan.summary().delete, 3);
}
