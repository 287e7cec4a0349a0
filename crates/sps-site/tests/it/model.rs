//! Random trees on random appliances: an application gives what the tree describes, and changes nothing else.
//!
//! What an appliance has is read with the client's raw requests, and compared with what the sketches say, so that no code of
//! a plan takes part.

use std::collections::{BTreeMap, BTreeSet};

use proptest::{collection, prelude::*, test_runner::TestCaseError};
use serde_json::{Value, json};
use sps_client::{Client, Transaction};
use sps_model::validate::UnknownKeys;
use sps_sim::Simulator;
use sps_site::{
    ApplyOptions, Label, Plan, Snapshot, State, Wanted,
    plan::{Inputs, Problem, Problems, Style},
};

use crate::support::{
    CHANNELS, HEALTH, PASSWORDS, POINTER, TIMES, TRAP, Tree, builder, channel, client, health,
    times, trap, writes,
};

const SSH_CHANNELS: &str = "ssh/channel_policies";
/// An ordered collection.
const CONNECTIONS: &str = "ssh/connections";
const LISTS: &str = "policies/userlists";
const DATABASES: &str = "policies/user_databases";
const COLLECTIONS: [&str; 6] = [TIMES, CHANNELS, SSH_CHANNELS, CONNECTIONS, LISTS, DATABASES];
/// The names that objects have; few, so that they meet.
const NAMES: [&str; 4] = ["a", "b/c", "d%", "\u{fc}ber"];
const BUILTIN: &str = "7x24";

/// What an appliance has, or a tree describes. Names and references are numbers.
#[derive(Debug, Clone, Default)]
struct Sketch {
    /// The hour at which each begins.
    times: BTreeMap<usize, usize>,
    /// The references of their rules to time policies; of those of SSH also a command.
    channels: [BTreeMap<usize, Vec<usize>>; 2],
    /// The last port of each.
    connections: BTreeMap<usize, usize>,
    lists: BTreeMap<usize, Vec<usize>>,
    /// The numbers of the passwords of each user.
    databases: BTreeMap<usize, Vec<Vec<usize>>>,
    ratio: Option<usize>,
    /// The number of the password.
    trap: Option<usize>,
}

fn named<T: std::fmt::Debug>(
    of: impl Strategy<Value = T>,
) -> impl Strategy<Value = BTreeMap<usize, T>> {
    collection::btree_map(0..NAMES.len(), of, 0..=NAMES.len())
}

fn sketch() -> impl Strategy<Value = Sketch> {
    let rules = || named(collection::vec(0..9_usize, 0..4));
    let databases = named(collection::vec(collection::vec(0..3_usize, 0..3), 0..3));
    let lists =
        named(collection::btree_set(0..6_usize, 0..5).prop_map(|it| it.into_iter().collect()));
    let singletons = (prop::option::of(1..90_usize), prop::option::of(0..3_usize));
    (named(0..8_usize), rules(), rules(), named(0..3_usize), lists, databases, singletons).prop_map(
        |(times, rdp, ssh, connections, lists, databases, (ratio, trap))| Sketch {
            times,
            channels: [rdp, ssh],
            connections,
            lists,
            databases,
            ratio,
            trap,
        },
    )
}

fn owned() -> impl Strategy<Value = Vec<&'static str>> {
    prop::sample::subsequence(COLLECTIONS.to_vec(), 0..=COLLECTIONS.len())
}

fn plain(secret: usize) -> String {
    format!("a plain password {secret}")
}

fn source(secret: usize) -> Value {
    json!({"$secret": format!("env:SECRET_{secret}")})
}

impl Sketch {
    /// The names of the time policies to which channel policies may refer.
    fn time_names(&self) -> Vec<&'static str> {
        self.times.keys().map(|it| NAMES[*it]).chain([BUILTIN]).collect()
    }

    fn time_of(&self, reference: usize) -> &'static str {
        let names = self.time_names();
        names[reference % names.len()]
    }

    /// The bodies of the collections. References and passwords are made by these functions.
    fn bodies(
        &self,
        mut reference: impl FnMut(&str) -> Value,
        mut password: impl FnMut(usize) -> Value,
    ) -> Vec<(&'static str, Value)> {
        let mut all = Vec::new();
        for (name, hour) in &self.times {
            all.push((TIMES, times(NAMES[*name], &format!("{hour}:00"))));
        }
        for (at, (collection, policies)) in
            [CHANNELS, SSH_CHANNELS].into_iter().zip(&self.channels).enumerate()
        {
            for (name, rules) in policies {
                let mut body = channel(NAMES[*name], "");
                let rule = body["rules"][0].take();
                body["rules"] = rules
                    .iter()
                    .map(|number| {
                        let mut rule = rule.clone();
                        rule["allowed_for"]["time_policy"] = reference(self.time_of(*number));
                        if at == 1 {
                            rule["channel"] = json!("session-exec");
                            rule["execs"] = json!(["uptime", format!("status {number}")]);
                        }
                        rule
                    })
                    .collect();
                all.push((collection, body));
            }
        }
        for (name, port) in &self.connections {
            all.push((CONNECTIONS, connection(NAMES[*name], *port)));
        }
        for (name, users) in &self.lists {
            let users: Vec<_> = users.iter().map(|it| format!("user-{it}")).collect();
            all.push((LISTS, json!({"name": NAMES[*name], "allow": "no_user", "except": users})));
        }
        for (name, users) in &self.databases {
            let mut bodies = Vec::new();
            for (number, passwords) in users.iter().enumerate() {
                let passwords: Vec<_> = passwords.iter().map(|it| password(*it)).collect();
                bodies.push(json!({"certificates": [], "passwords": passwords, "public_keys": [],
                    "username": format!("user-{number}")}));
            }
            all.push((DATABASES, json!({"name": NAMES[*name], "users": bodies})));
        }
        all
    }

    /// The tree that describes it.
    fn tree(&self, owned: &[&str]) -> Tree {
        let mut tree = Tree::default();
        let reference = |name: &str| json!({"$ref": Label::of_object(TIMES, name).to_string()});
        for (collection, body) in self.bodies(reference, source) {
            tree.object(collection, body);
        }
        for (name, users) in &self.databases {
            for (user, passwords) in users.iter().enumerate() {
                for (at, secret) in passwords.iter().enumerate() {
                    let label = Label::of_object(DATABASES, NAMES[*name]);
                    let pointer = format!("/users/{user}/passwords/{at}");
                    tree.values.insert(label, pointer, plain(*secret).as_str().into());
                }
            }
        }
        if let Some(ratio) = self.ratio {
            tree.singleton(HEALTH, health(u8::try_from(ratio).unwrap()));
        }
        if let Some(secret) = self.trap {
            tree.singleton(TRAP, trap(&source(secret)));
            tree.values.insert(Label::of_singleton(TRAP), POINTER, plain(secret).as_str().into());
        }
        tree.scope.owned = owned.iter().map(|it| (*it).to_owned()).collect();
        tree
    }

    /// Puts it onto an appliance that has nothing, with the client alone.
    async fn put(&self, client: &Client) {
        let mut transaction = client.transaction().await.unwrap();
        let mut passwords = Vec::new();
        for secret in 0..30 {
            let body = json!({"plain": plain(secret % 3)});
            passwords.push((secret % 3, create(&mut transaction, PASSWORDS, body).await));
        }
        // No two members may have the same password.
        let mut take = |secret: usize| {
            let at = passwords.iter().position(|(other, _)| *other == secret).unwrap();
            Value::from(passwords.swap_remove(at).1)
        };
        let mut keys = BTreeMap::from([(BUILTIN, "-100".to_owned())]);
        for (name, hour) in &self.times {
            let body = times(NAMES[*name], &format!("{hour}:00"));
            keys.insert(NAMES[*name], create(&mut transaction, &path(TIMES), body).await);
        }
        let reference = |name: &str| Value::from(keys[name].as_str());
        for (collection, body) in self.bodies(reference, &mut take) {
            if collection != TIMES {
                create(&mut transaction, &path(collection), body).await;
            }
        }
        let mut replace = Vec::new();
        replace.extend(self.ratio.map(|it| (HEALTH, health(u8::try_from(it).unwrap()))));
        replace.extend(self.trap.map(|it| (TRAP, trap(&take(it)))));
        for (endpoint, body) in replace {
            let carry = UnknownKeys::Carry;
            transaction.replace_raw(&path(endpoint), &body.into(), carry).await.unwrap();
        }
        drop(transaction.commit().await.unwrap());
    }

    fn names(&self, collection: &str) -> BTreeSet<&'static str> {
        let none = |_: &str| Value::Null;
        let bodies = self.bodies(none, |_| Value::Null);
        let inside = bodies.iter().filter(|(it, _)| *it == collection);
        let name = |body: &Value| {
            let name = body["name"].as_str().unwrap();
            NAMES.into_iter().find(|it| *it == name).unwrap()
        };
        inside.map(|(_, body)| name(body)).collect()
    }
}

fn connection(name: &str, port: usize) -> Value {
    json!({"name": name, "active": true, "access_control": [], "indexing": {"enabled": false},
        "log_audit_trail_downloads": true, "override_log_level": {"enabled": false},
        "network": {"clients": ["192.0.2.0/24"], "ports": [22, 2200 + port], "targets": ["198.51.100.10"]},
        "server_address": {"selection": "nat", "network": "198.51.100.0/24"}})
}

fn path(endpoint: &str) -> String {
    format!("/api/configuration/{endpoint}")
}

async fn create(transaction: &mut Transaction, path: &str, body: Value) -> String {
    let response = transaction.create_raw(path, &body.into(), UnknownKeys::Carry).await;
    response.unwrap().key.unwrap()
}

/// The objects of an appliance by collection and key, as requests would hold them.
type Real = BTreeMap<(&'static str, String), Value>;

/// Reads them with raw requests. References become bare keys by their form alone.
async fn real(client: &Client) -> Real {
    let mut all = Real::new();
    for endpoint in COLLECTIONS.into_iter().chain([HEALTH, TRAP]) {
        let response = client.get_raw(&path(endpoint)).await.unwrap();
        let response = response.content.as_value();
        if let Some(items) = response["items"].as_array() {
            for item in items {
                let key = item["key"].as_str().unwrap().to_owned();
                all.insert((endpoint, key), bare(&item["body"]));
            }
        } else {
            all.insert((endpoint, String::new()), bare(&response["body"]));
        }
    }
    all
}

fn bare(value: &Value) -> Value {
    match value {
        Value::Object(members) if members.contains_key("key") && members.contains_key("meta") => {
            members["key"].clone()
        }
        Value::Object(members) => {
            members.iter().map(|(key, value)| (key.clone(), bare(value))).collect()
        }
        Value::Array(elements) => elements.iter().map(bare).collect(),
        value => value.clone(),
    }
}

/// With the lists sorted whose order has no meaning.
fn sorted(mut body: Value) -> Value {
    let sort = |body: &mut Value, member: &str| {
        if let Some(list) = body.get_mut(member).and_then(Value::as_array_mut) {
            list.sort_by_key(Value::to_string);
        }
    };
    sort(&mut body, "except");
    for rule in body.get_mut("rules").and_then(Value::as_array_mut).into_iter().flatten() {
        sort(rule, "execs");
    }
    body
}

/// One appliance, and what was applied to it.
struct Run {
    simulator: Simulator,
    client: Client,
    state: State,
}

impl Run {
    /// Plans with what the tree names, and then with what may refer to the objects that are deleted.
    async fn try_plan(&self, tree: &Tree) -> Result<Plan, Problems> {
        let endpoints = Plan::endpoints_of(&tree.objects, &tree.scope);
        let plan = self.plan_of(tree, endpoints.clone()).await?;
        let referrers = plan.referrers(self.client.endpoints());
        if referrers.is_subset(&endpoints) {
            return Ok(plan);
        }
        self.plan_of(tree, endpoints.union(&referrers).cloned().collect()).await
    }

    async fn plan_of(&self, tree: &Tree, endpoints: BTreeSet<String>) -> Result<Plan, Problems> {
        let wanted = Wanted::Endpoints(endpoints);
        let snapshot = Snapshot::read(&self.client, &wanted).await.unwrap();
        let appliance = snapshot.appliance.clone();
        let mut inputs = Inputs::new(appliance, &tree.objects, snapshot.objects(), &self.state);
        inputs.scope = tree.scope.clone();
        inputs.values = tree.values.clone();
        inputs.rotate.clone_from(&tree.rotate);
        Plan::compare(inputs)
    }

    /// Applies a tree, and checks everything. Without a plan, there must be a reason.
    async fn apply(&mut self, sketch: &Sketch, owned: &[&str]) -> Result<(), TestCaseError> {
        let mut tree = sketch.tree(owned);
        let before = real(&self.client).await;
        let all_before = self.simulator.configuration();
        let is_blocked = is_blocked(sketch, owned, &before);
        let plan = match self.try_plan(&tree).await {
            Err(problems) => {
                let still = |it: &Problem| matches!(it, Problem::StillReferenced { .. });
                prop_assert!(is_blocked && problems.iter().all(still), "{problems}");
                prop_assert_eq!(self.simulator.configuration(), all_before);
                return Ok(());
            }
            Ok(plan) => plan,
        };
        prop_assert!(!is_blocked, "{}", plan.to_text(Style::Plain));
        // What others made is not compared unless it is named.
        tree.rotate =
            plan.not_compared().map(|(label, pointer)| format!("{label}{pointer}")).collect();
        let plan = self.try_plan(&tree).await.unwrap();
        let mut options = ApplyOptions::default();
        options.delete_all = COLLECTIONS.map(str::to_owned).into();
        let applied = plan.apply(&self.client, &mut self.state, &options, &mut ()).await;
        let applied = applied.map_err(|error| {
            let source = std::error::Error::source(&error).map(ToString::to_string);
            TestCaseError::fail(format!("{error}: {source:?}\n{}", plan.to_text(Style::Plain)))
        })?;
        prop_assert!(applied.left.is_some_and(|it| it.is_empty()));

        let after = real(&self.client).await;
        self.check_tree(sketch, &after)?;
        check_others(sketch, owned, &before, &after)?;
        let all_after = self.simulator.configuration();
        let ours: BTreeSet<String> = COLLECTIONS
            .into_iter()
            .chain([HEALTH, TRAP])
            .map(path)
            .chain([PASSWORDS.to_owned()])
            .collect();
        for (path, body) in all_before.as_object().unwrap() {
            prop_assert!(ours.contains(path) || all_after[path] == *body, "{path} has changed");
        }

        // A second time there is nothing to do.
        tree.rotate.clear();
        let second = self.try_plan(&tree).await.unwrap();
        prop_assert!(second.is_empty(), "{}", second.to_text(Style::Plain));
        prop_assert_eq!(second.not_compared().count(), 0);
        let written = writes(&self.simulator).len();
        second.apply(&self.client, &mut self.state, &options, &mut ()).await.unwrap();
        prop_assert_eq!(writes(&self.simulator).len(), written);
        prop_assert_eq!(self.simulator.configuration(), all_after);
        prop_assert_eq!(self.simulator.open_transactions(), []);
        Ok(())
    }

    /// Each object of the tree is there once, with its body and the values of its secrets.
    fn check_tree(&self, sketch: &Sketch, after: &Real) -> Result<(), TestCaseError> {
        let configuration = self.simulator.configuration();
        let key_of = |collection: &str, name: &str| {
            let found = after.iter().filter(|((it, _), _)| *it == collection);
            let keys: Vec<_> =
                found.filter(|(_, body)| body["name"] == name).map(|((_, key), _)| key).collect();
            assert_eq!(keys.len(), 1, "{collection} {name}: {keys:?}");
            keys[0].clone()
        };
        let reference = |name: &str| Value::from(key_of(TIMES, name));
        let secret = |number: usize| json!({"plain": plain(number)});
        let expected = sketch.bodies(reference, secret);
        // The passwords themselves, in place of their keys.
        let with_plain = |body: &Value, keys: &[&str]| {
            let mut body = body.clone();
            let mut places: Vec<&mut Value> = Vec::new();
            let users = body.get_mut("users").and_then(Value::as_array_mut);
            for user in users.into_iter().flatten() {
                places.extend(user["passwords"].as_array_mut().into_iter().flatten());
            }
            for place in places {
                *place = configuration[PASSWORDS][place.as_str().unwrap()].clone();
            }
            for pointer in keys {
                let place = body.pointer_mut(pointer).unwrap();
                *place = configuration[PASSWORDS][place.as_str().unwrap()].clone();
            }
            body
        };
        for (collection, body) in expected {
            let key = key_of(collection, body["name"].as_str().unwrap());
            let found = with_plain(&after[&(collection, key)], &[]);
            prop_assert_eq!(sorted(found), sorted(body));
        }
        if let Some(ratio) = sketch.ratio {
            let found = &after[&(HEALTH, String::new())];
            prop_assert_eq!(found, &health(u8::try_from(ratio).unwrap()));
        }
        if let Some(number) = sketch.trap {
            let found = with_plain(&after[&(TRAP, String::new())], &[POINTER]);
            prop_assert_eq!(found, trap(&secret(number)));
        }
        Ok(())
    }
}

/// Whether an object that stays refers to a time policy that would be deleted.
fn is_blocked(sketch: &Sketch, owned: &[&str], before: &Real) -> bool {
    if !owned.contains(&TIMES) {
        return false;
    }
    let kept = sketch.names(TIMES);
    let deleted: BTreeSet<&str> = before
        .iter()
        .filter(|((collection, key), body)| {
            *collection == TIMES
                && !key.starts_with('-')
                && !kept.contains(body["name"].as_str().unwrap())
        })
        .map(|((_, key), _)| key.as_str())
        .collect();
    [CHANNELS, SSH_CHANNELS].into_iter().filter(|it| !owned.contains(it)).any(|collection| {
        let described = sketch.names(collection);
        let stays = before.iter().filter(|((it, _), body)| {
            *it == collection && !described.contains(body["name"].as_str().unwrap())
        });
        let mut references = stays.flat_map(|(_, body)| body["rules"].as_array().unwrap());
        references
            .any(|rule| deleted.contains(rule["allowed_for"]["time_policy"].as_str().unwrap()))
    })
}

/// What the tree does not describe is as before, or deleted where the tree is complete.
fn check_others(
    sketch: &Sketch,
    owned: &[&str],
    before: &Real,
    after: &Real,
) -> Result<(), TestCaseError> {
    for collection in COLLECTIONS {
        let described = sketch.names(collection);
        let others = |of: &Real| -> BTreeMap<String, Value> {
            let inside = of.iter().filter(|((it, _), _)| *it == collection);
            let others = inside.filter(|(_, body)| {
                body["name"].as_str().is_none_or(|name| !described.contains(name))
            });
            others.map(|((_, key), body)| (key.clone(), body.clone())).collect()
        };
        let mut expected = others(before);
        if owned.contains(&collection) {
            expected.retain(|key, _| key.starts_with('-'));
        }
        prop_assert_eq!(others(after), expected);
    }
    for (endpoint, is_described) in
        [(HEALTH, sketch.ratio.is_some()), (TRAP, sketch.trap.is_some())]
    {
        let key = (endpoint, String::new());
        prop_assert!(is_described || before[&key] == after[&key], "{}", endpoint);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// From an appliance that others have filled to one tree, and from there to another one.
    #[test]
    fn s079_every_tree_is_reached_from_every_state(
        state in sketch(),
        first in (sketch(), owned()),
        second in (sketch(), owned()),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let simulator = builder().start().await.unwrap();
            let client = client(&simulator).await;
            state.put(&client).await;
            let mut run = Run { simulator, client, state: State::in_memory() };
            run.apply(&first.0, &first.1).await?;
            run.apply(&second.0, &second.1).await?;
            Ok::<(), TestCaseError>(())
        })?;
    }
}
