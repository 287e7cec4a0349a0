//! Random trees on random appliances: the requests of a plan give the tree, and the second plan is empty.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{collection, option, prelude::*};
use serde_json::{Value, json};

use super::{
    super::{Action, Inputs, Plan, Problem},
    model::{COLLECTIONS, Model, REFERENCES, object},
};
use crate::{State, found::Appliance, label::Label, object::Object};

/// The names that objects have; few, so that they meet.
const NAMES: [&str; 5] = ["a", "b", "c/d", "e%f", "\u{fc}ber"];

/// An object with its references as numbers, which are taken modulo the number of targets.
#[derive(Debug, Clone)]
struct Sketch {
    number: Option<Option<u8>>,
    list: Vec<u8>,
    pairs: Vec<(u8, bool)>,
    references: [Option<usize>; 3],
}

/// The objects by collection and name.
type Sketches = BTreeMap<(usize, usize), Sketch>;

fn sketch() -> impl Strategy<Value = Sketch> {
    let number = option::of(option::of(0..3_u8));
    let list = collection::vec(0..3_u8, 0..5);
    let pairs = collection::vec((0..3_u8, any::<bool>()), 0..4);
    let references = [option::of(0..9_usize), option::of(0..9_usize), option::of(0..9_usize)];
    (number, list, pairs, references).prop_map(|(number, list, pairs, references)| Sketch {
        number,
        list,
        pairs,
        references,
    })
}

fn sketches() -> impl Strategy<Value = Sketches> {
    collection::btree_map((0..COLLECTIONS.len(), 0..NAMES.len()), sketch(), 0..10)
}

/// The body with `reference` in the places of references.
fn body(
    sketch: &Sketch,
    name: &str,
    mut reference: impl FnMut(&str, usize) -> Option<Value>,
) -> Value {
    let pairs: Vec<_> = sketch
        .pairs
        .iter()
        .map(|(a, b)| json!({"a": a, "b": if *b { "yes" } else { "no" }}))
        .collect();
    let mut body = json!({"name": name, "alpha": null, "beta": null,
        "inner": {"list": sketch.list, "gamma": null, "pairs": pairs}});
    if let Some(number) = sketch.number {
        body["number"] = json!(number);
    }
    for ((pointer, collection), number) in REFERENCES.into_iter().zip(sketch.references) {
        if let Some(value) = number.and_then(|number| reference(collection, number)) {
            *body.pointer_mut(pointer).unwrap() = value;
        }
    }
    body
}

/// The names in a collection.
fn names(sketches: &Sketches, collection: &str) -> Vec<&'static str> {
    let keys = sketches.keys().filter(|(at, _)| COLLECTIONS[*at] == collection);
    keys.map(|(_, name)| NAMES[*name]).collect()
}

fn tree(sketches: &Sketches) -> Vec<Object> {
    let object = |((at, name), sketch): (&(usize, usize), &Sketch)| {
        let name = NAMES[*name];
        let body = body(sketch, name, |collection, number| {
            let names = names(sketches, collection);
            let name = names.get(number % names.len().max(1))?;
            Some(json!({"$ref": Label::of_object(collection, name).to_string()}))
        });
        object(COLLECTIONS[*at], name, body)
    };
    sketches.iter().map(object).collect()
}

fn appliance(sketches: &Sketches) -> Model {
    let mut model = Model::default();
    for ((at, name), sketch) in sketches {
        let body = body(sketch, NAMES[*name], |collection, number| {
            let names = names(sketches, collection);
            let name = names.get(number % names.len().max(1))?;
            Some(json!(format!("key-{}", NAMES.iter().position(|it| it == name).unwrap())))
        });
        model.add(COLLECTIONS[*at], &format!("key-{name}"), body);
    }
    model
}

fn compare(tree: &[Object], model: &Model, owned: &[&str]) -> Result<Plan, super::Problems> {
    let (found, state) = (model.found(), State::in_memory());
    let appliance = Appliance::new("https://sps.example");
    let mut inputs = Inputs::new(appliance, tree, &found, &state);
    inputs.scope.owned = owned.iter().map(|it| (*it).to_owned()).collect();
    Plan::compare(inputs)
}

/// Without members that are null, which mean the same as absent ones.
fn plain(body: &Value) -> Value {
    match body {
        Value::Object(members) => {
            let members = members.iter().filter(|(_, value)| !value.is_null());
            members.map(|(key, value)| (key.clone(), plain(value))).collect()
        }
        _ => body.clone(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// All collections are owned, so the appliance has the tree and nothing else.
    #[test]
    fn s079_applying_a_plan_gives_the_tree(wanted in sketches(), there in sketches()) {
        let (tree, mut model) = (tree(&wanted), appliance(&there));
        let plan = compare(&tree, &model, &COLLECTIONS).unwrap();
        let before: BTreeSet<_> = model.by_label().into_keys().collect();
        let labels: BTreeSet<_> = tree.iter().map(|it| it.label.to_string()).collect();
        let summary = plan.summary();
        prop_assert_eq!(summary.create, labels.difference(&before).count());
        prop_assert_eq!(summary.delete, before.difference(&labels).count());
        model.apply(&plan).map_err(TestCaseError::fail)?;
        let expected: BTreeMap<_, _> =
            tree.iter().map(|it| (it.label.to_string(), plain(&it.body))).collect();
        let result: BTreeMap<_, _> =
            model.by_label().into_iter().map(|(label, body)| (label, plain(&body))).collect();
        prop_assert_eq!(result, expected);
        let second = compare(&tree, &model, &COLLECTIONS).unwrap();
        prop_assert!(second.is_empty(), "{:?}", second.objects);
        prop_assert_eq!(second.summary().unchanged, tree.len());
    }

    /// Renames come first: nothing that is renamed is deleted, and the appliance has the tree and nothing else.
    #[test]
    fn s057_renames_never_delete(
        wanted in sketches(),
        there in sketches(),
        moved in collection::vec((0..COLLECTIONS.len(), 0..NAMES.len(), 0..NAMES.len()), 1..4),
    ) {
        let (tree, mut model) = (tree(&wanted), appliance(&there));
        let (found, state) = (model.found(), State::in_memory());
        let mut inputs = Inputs::new(Appliance::new("https://sps.example"), &tree, &found, &state);
        inputs.scope.owned = COLLECTIONS.iter().map(|it| (*it).to_owned()).collect();
        let mut seen = BTreeSet::new();
        for (collection, from, to) in moved {
            let is_new = seen.insert((collection, 0, from)) & seen.insert((collection, 1, to));
            if from != to && is_new {
                let label = |name: usize| Label::of_object(COLLECTIONS[collection], NAMES[name]);
                inputs.scope.moved.push((label(from), label(to)));
            }
        }
        let plan = match Plan::compare(inputs) {
            Ok(plan) => plan,
            Err(problems) => {
                // References are those of the tree, which has every object.
                let is_about_names = |it: &Problem| matches!(it,
                    Problem::MovedTogether { .. } | Problem::MovedInCircle { .. }
                    | Problem::MoveBlocked { .. });
                prop_assert!(problems.iter().all(is_about_names), "{}", problems);
                return Ok(());
            }
        };
        let renamed: Vec<_> =
            plan.objects().iter().filter_map(|it| it.renamed_from.clone()).collect();
        let paths: Vec<_> =
            found.iter().filter(|it| renamed.contains(&it.label)).map(|it| it.path.clone()).collect();
        model.apply(&plan).map_err(TestCaseError::fail)?;
        prop_assert!(paths.iter().all(|path| model.bodies.contains_key(path)));
        let expected: BTreeMap<_, _> =
            tree.iter().map(|it| (it.label.to_string(), plain(&it.body))).collect();
        let result: BTreeMap<_, _> =
            model.by_label().into_iter().map(|(label, body)| (label, plain(&body))).collect();
        prop_assert_eq!(result, expected);
        prop_assert!(compare(&tree, &model, &COLLECTIONS).unwrap().is_empty());
    }

    /// Nothing is owned, so what the tree does not have stays as it is, byte for byte.
    #[test]
    fn what_the_tree_does_not_have_is_not_touched(wanted in sketches(), there in sketches()) {
        let (tree, mut model) = (tree(&wanted), appliance(&there));
        let before = model.clone();
        let plan = compare(&tree, &model, &[]).unwrap();
        prop_assert_eq!(plan.summary().delete, 0);
        model.apply(&plan).map_err(TestCaseError::fail)?;
        let labels: BTreeSet<_> = tree.iter().map(|it| it.label.to_string()).collect();
        for found in before.found() {
            if !labels.contains(&found.label.to_string()) {
                prop_assert_eq!(&model.bodies[&found.path], &found.request);
            }
        }
        prop_assert!(compare(&tree, &model, &[]).unwrap().is_empty());
    }

    /// The changes of a member are there exactly if the member differs.
    #[test]
    fn a_change_is_shown_exactly_if_there_is_one(one in sketch(), other in sketch()) {
        let without = |mut it: Sketch| { it.references = [None; 3]; it };
        let (one, other) = (without(one), without(other));
        let tree = vec![object("x/alpha", "a", body(&one, "a", |_, _| None))];
        let mut model = Model::default();
        model.add("x/alpha", "1", body(&other, "a", |_, _| None));
        let plan = compare(&tree, &model, &[]).unwrap();
        let changed: BTreeSet<_> = plan.objects[0].changes.iter()
            .map(|it| it.pointer.split('/').take(3).collect::<Vec<_>>().join("/")).collect();
        let number = |it: &Sketch| it.number.flatten();
        prop_assert_eq!(changed.contains("/number"), number(&one) != number(&other));
        prop_assert_eq!(changed.contains("/inner/list"), one.list != other.list);
        prop_assert_eq!(changed.contains("/inner/pairs"), one.pairs != other.pairs);
        prop_assert_eq!(plan.objects[0].action == Action::None, changed.is_empty());
    }
}
