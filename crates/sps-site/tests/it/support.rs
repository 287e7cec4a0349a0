//! A simulator, a client, and a small tree.

use std::time::Duration;

use serde_json::{Value, json};
use sps_client::{Client, ClientBuilder, Login};
use sps_model::locate;
use sps_sim::{Builder, Simulator, User};
use sps_site::{
    Appliance, Applied, ApplyError, ApplyOptions, Found, Label, Object, Plan, Snapshot, State,
    Wanted,
    plan::{Inputs, Problems, Scope, Values},
};

pub(crate) const LOGIN: &str = "open sesame 4711";
pub(crate) const SECRET: &str = "correct horse battery";
pub(crate) const PASSWORDS: &str = "/api/configuration/passwords";
pub(crate) const TIMES: &str = "policies/time_policies";
pub(crate) const CHANNELS: &str = "rdp/channel_policies";
pub(crate) const TRAP: &str = "management/snmp/trap";
pub(crate) const HEALTH: &str = "management/health_monitoring";
pub(crate) const POINTER: &str = "/version/value/auth_password";

pub(crate) fn builder() -> Builder {
    Simulator::builder()
        .target("8.0.0".parse().unwrap())
        .plain_http()
        .seed(7)
        .user(User::admin("admin", LOGIN))
        .user(User::admin("bob", LOGIN))
}

pub(crate) async fn simulator() -> Simulator {
    builder().start().await.unwrap()
}

pub(crate) fn client_builder(simulator: &Simulator, user: &str) -> ClientBuilder {
    Client::builder(&simulator.url())
        .unwrap()
        .danger_allow_http()
        .login(Login::password(user, LOGIN))
        .lock_wait(Duration::from_secs(20))
        .retries(1, Duration::from_millis(1))
}

pub(crate) async fn client(simulator: &Simulator) -> Client {
    client_builder(simulator, "admin").connect().await.unwrap()
}

/// A tree in memory, with everything that a plan of it needs.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tree {
    pub(crate) objects: Vec<Object>,
    pub(crate) scope: Scope,
    pub(crate) values: Values,
    pub(crate) rotate: Vec<String>,
}

impl Tree {
    /// The file of a singleton.
    pub(crate) fn singleton(&mut self, path: &str, body: Value) {
        self.add(Label::of_singleton(path), body);
    }

    /// The file of an object in a collection; its body has the name.
    pub(crate) fn object(&mut self, collection: &str, body: Value) {
        let name = body["name"].as_str().unwrap().to_owned();
        self.add(Label::of_object(collection, &name), body);
    }

    fn add(&mut self, label: Label, body: Value) {
        let endpoint = locate(label.endpoint()).unwrap().endpoint;
        self.objects.retain(|it| it.label != label);
        self.objects.push(Object::new(label, endpoint, body));
    }

    pub(crate) fn remove(&mut self, label: &str) {
        self.objects.retain(|it| it.label.to_string() != label);
    }

    pub(crate) fn secret(&mut self, value: &str) {
        self.values.insert(Label::of_singleton(TRAP), POINTER, value.into());
    }
}

/// Traps with a password, limits, a time policy, and a channel policy that refers to it.
pub(crate) fn tree() -> Tree {
    let mut tree = Tree::default();
    tree.singleton(TRAP, trap(&json!({"$secret": "env:TRAP"})));
    tree.singleton(HEALTH, health(81));
    tree.object(TIMES, times("office", "8:00"));
    tree.object(CHANNELS, channel("clerks", "policies/time_policies/office"));
    tree.secret(SECRET);
    tree
}

pub(crate) fn trap(password: &Value) -> Value {
    json!({"enabled": true, "version": {"selection": "3", "value": {
        "auth_method": "sha", "auth_password": password,
        "encryption_method": "none", "encryption_password": null,
        "engine_id": "0x8000000001020304", "server": {"selection": "ip", "value": "192.0.2.1"},
        "username": "trap-sender"}}})
}

pub(crate) fn health(ratio: u8) -> Value {
    json!({"maximum_disk_utilization_ratio": ratio, "maximum_load1": null, "maximum_load5": null,
        "maximum_load15": null, "maximum_swap_utilization_ratio": null})
}

pub(crate) fn times(name: &str, from: &str) -> Value {
    let mut body = json!({"name": name});
    for day in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] {
        body[day] = json!([[from, "17:00"]]);
    }
    body
}

pub(crate) fn channel(name: &str, times: &str) -> Value {
    json!({"name": name, "rules": [{"channel": "#drawing",
        "actions": {"audit": true, "content_policy": null, "four_eyes": false, "ids": false},
        "allowed_for": {"clients": [], "gateway_groups": [], "remote_groups": [], "servers": [],
            "time_policy": {"$ref": times}}}]})
}

/// Compares a tree with what the appliance has.
pub(crate) async fn try_plan(
    client: &Client,
    tree: &Tree,
    state: &State,
) -> Result<Plan, Problems> {
    let (appliance, found) = read(client).await;
    let mut inputs = Inputs::new(appliance, &tree.objects, &found, state);
    inputs.scope = tree.scope.clone();
    inputs.values = tree.values.clone();
    inputs.rotate.clone_from(&tree.rotate);
    Plan::compare(inputs)
}

pub(crate) async fn plan(client: &Client, tree: &Tree, state: &State) -> Plan {
    try_plan(client, tree, state).await.unwrap()
}

pub(crate) async fn apply(
    client: &Client,
    plan: &Plan,
    state: &mut State,
) -> Result<Applied, ApplyError> {
    plan.commit(client, state, &ApplyOptions::default(), &mut ()).await
}

/// The endpoints that the tests use.
const ENDPOINTS: [&str; 4] = [TRAP, HEALTH, TIMES, CHANNELS];

/// Reads what the tests use of the appliance.
pub(crate) async fn read(client: &Client) -> (Appliance, Vec<Found>) {
    let wanted = Wanted::Endpoints(ENDPOINTS.map(str::to_owned).into());
    let snapshot = Snapshot::read(client, &wanted).await.unwrap();
    (snapshot.appliance.clone(), snapshot.objects().to_vec())
}

/// The requests that the simulator got, in short, without reading.
pub(crate) fn writes(simulator: &Simulator) -> Vec<String> {
    simulator
        .requests()
        .iter()
        .filter(|it| it.method != "GET")
        .map(|it| format!("{} {}", it.method, it.path.trim_start_matches("/api/")))
        .collect()
}
