//! What an appliance has, in site form.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sps_client::{Client, ErrorKind};
use sps_model::{
    Method,
    validate::{Context, UnknownKeys},
};
use sps_sim::{Builder, Simulator};
use sps_site::{Found, Label, Snapshot, SnapshotError, Wanted};

use crate::support::{CHANNELS, TIMES, TRAP, builder, channel, client, health, simulator, times, trap};

async fn create(client: &Client, path: &str, body: Value) -> String {
    let path = format!("/api/configuration/{path}");
    let mut transaction = client.transaction().await.unwrap();
    let response = transaction.create_raw(&path, &body.into(), UnknownKeys::Deny).await.unwrap();
    transaction.commit().await.unwrap();
    response.key.unwrap()
}

async fn replace(client: &Client, path: &str, body: Value) {
    let path = format!("/api/configuration/{path}");
    let mut transaction = client.transaction().await.unwrap();
    transaction.replace_raw(&path, &body.into(), UnknownKeys::Deny).await.unwrap();
    transaction.commit().await.unwrap();
}

async fn everything(client: &Client) -> Snapshot {
    Snapshot::read(client, &Wanted::Everything).await.unwrap()
}

#[tokio::test]
async fn references_become_labels_and_passwords_are_kept() {
    let simulator = simulator().await;
    let client = client(&simulator).await;
    let office = create(&client, TIMES, times("office", "8:00")).await;
    let mut policy = channel("clerks", "");
    policy["rules"][0]["allowed_for"]["time_policy"] = json!(office);
    create(&client, CHANNELS, policy.clone()).await;
    let password = create(&client, "passwords", json!({"plain": "correct horse"})).await;
    replace(&client, TRAP, trap(&json!(password))).await;

    let snapshot = everything(&client).await;
    let clerks = snapshot.find(&Label::of_object(CHANNELS, "clerks")).unwrap();
    assert_eq!(
        clerks.body["rules"][0]["allowed_for"]["time_policy"],
        json!({"$ref": "policies/time_policies/office"})
    );
    assert_eq!(clerks.request, policy);
    let found = snapshot.find(&Label::of_singleton(TRAP)).unwrap();
    let at = "/version/value/auth_password";
    assert_eq!(found.body.pointer(at), Some(&json!({"$secret": "keep"})));
    assert_eq!(found.request.pointer(at), Some(&json!(password)));
    assert_eq!(found.secrets, BTreeMap::from([(at.to_owned(), Some(password))]));
    assert_eq!(found.body["version"]["value"]["encryption_password"], Value::Null);
    let builtin = snapshot.find(&Label::of_object(TIMES, "7x24")).unwrap();
    assert!(builtin.is_builtin && !clerks.is_builtin);
    assert_eq!(builtin.key.as_deref(), Some("-100"));
}

#[tokio::test]
async fn objects_of_one_name_have_their_key_in_the_label() {
    let simulator = simulator().await;
    let client = client(&simulator).await;
    let one = create(&client, TIMES, times("office", "8:00")).await;
    let other = create(&client, TIMES, times("Office", "9:00")).await;
    let snapshot = everything(&client).await;
    let labels: Vec<_> = snapshot
        .objects()
        .iter()
        .filter(|it| it.label.endpoint() == TIMES && !it.is_builtin)
        .map(|it| it.label.to_string())
        .collect();
    assert_eq!(labels, [format!("{TIMES}/Office~{other}"), format!("{TIMES}/office~{one}")]);
}

/// What the appliance has can be sent back, whatever it is.
#[tokio::test]
async fn every_object_of_every_version_could_be_sent_back() {
    for (target, least) in [("6.0.0", 40), ("7.0.1", 60), ("8.0.0", 60)] {
        let simulator = version(target).start().await.unwrap();
        let client = client(&simulator).await;
        simulator.clear_log();
        let snapshot = everything(&client).await;
        assert!(snapshot.objects().len() > least, "{target}: {}", snapshot.objects().len());
        assert!(simulator.requests().iter().all(|it| it.method == "GET"));
        let context = Context::default()
            .with_target(target.parse().unwrap())
            .with_unknown_keys(UnknownKeys::Carry);
        for found in snapshot.objects() {
            let report = found
                .endpoint
                .explain(&found.request.to_string(), sps_model::validate::Form::Request, &context)
                .unwrap();
            let codes: Vec<_> = report.errors().map(ToString::to_string).collect();
            assert!(codes.is_empty(), "{target} {}: {codes:?} {}", found.label, found.request);
            assert!(found.endpoint.methods.contains(&Method::Get));
        }
    }
}

fn version(target: &str) -> Builder {
    builder().target(target.parse().unwrap())
}

/// Lists without bodies cost a request for each object.
#[tokio::test]
async fn before_6_1_each_object_is_read() {
    let simulator = version("6.0.0").start().await.unwrap();
    let client = client(&simulator).await;
    create(&client, TIMES, times("office", "8:00")).await;
    simulator.clear_log();
    let wanted = Wanted::Endpoints([TIMES.to_owned()].into());
    let snapshot = Snapshot::read(&client, &wanted).await.unwrap();
    let names: Vec<_> = snapshot.objects().iter().filter_map(|it| it.label.name()).collect();
    assert!(names.contains(&"office"), "{names:?}");
    let paths: Vec<_> = simulator.requests().iter().map(|it| it.path.clone()).collect();
    assert_eq!(paths.len(), 2 + snapshot.objects().len(), "{paths:?}");
}

/// S095, S123: an answer that is no answer stops the reading, and names the endpoint.
#[tokio::test]
async fn s095_what_cannot_be_read_is_never_absent() {
    for fault in ["status=403", "status=500", "status=502", "html", "empty-body"] {
        let Ok(fault) = fault.parse::<sps_sim::Fault>() else { continue };
        let simulator = simulator().await;
        let client = client(&simulator).await;
        simulator.arm(fault.clone().at("/api/configuration/policies/time_policies").always());
        let wanted = Wanted::Endpoints([TIMES.to_owned(), "management/email".to_owned()].into());
        let error = Snapshot::read(&client, &wanted).await.unwrap_err();
        assert!(error.to_string().contains("policies/time_policies"), "{fault:?}: {error}");
    }
}

#[tokio::test]
async fn an_endpoint_that_the_appliance_lacks_is_an_error() {
    let simulator = simulator().await;
    let client = client(&simulator).await;
    let wanted = Wanted::Endpoints(["policies/new_things".to_owned()].into());
    let error = Snapshot::read(&client, &wanted).await.unwrap_err();
    assert!(matches!(error, SnapshotError::Lacking { .. }), "{error}");
    assert_eq!(
        error.to_string(),
        "the appliance does not have /api/configuration/policies/new_things"
    );
}

#[allow(dead_code)]
fn _unused(_: &Simulator, _: &Found, _: ErrorKind) -> Value {
    health(1)
}
