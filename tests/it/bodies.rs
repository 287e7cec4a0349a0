//! Bodies that are no objects: read, changed and written by the client, kept and checked by the simulator.

use std::collections::BTreeMap;

use sps_client::{Client, ErrorKind, Login};
use sps_model::{
    Endpoint,
    alerting::{AlertTarget, TrafficAlerts},
    datetime::Timezone,
    network::{Route, Routing},
};
use sps_sim::{Simulator, User};

async fn start() -> (Simulator, Client) {
    let builder = Simulator::builder().user(User::admin("admin", "a"));
    let sim = builder.start().await.unwrap();
    let client = Client::builder(&sim.url())
        .unwrap()
        .ca_pem(sim.certificate_pem().unwrap())
        .login(Login::password("admin", "a"))
        .connect()
        .await
        .unwrap();
    (sim, client)
}

async fn set<E: Endpoint>(client: &Client, body: &E::Request) {
    let mut transaction = client.transaction().await.unwrap();
    transaction.replace_body::<E>(body).await.unwrap();
    let report = transaction.commit().await.unwrap();
    assert!(report.is_complete() && report.mismatches.is_empty(), "{report:?}");
}

/// What the client refuses to send: the codes and places.
async fn refused<E: Endpoint>(client: &Client, body: &E::Request) -> Vec<(&'static str, String)> {
    let mut transaction = client.transaction().await.unwrap();
    let error = transaction.replace_body::<E>(body).await.unwrap_err();
    transaction.cancel().await.unwrap();
    let ErrorKind::Invalid(report) = error.kind() else { panic!("{error}") };
    report.diagnostics.iter().map(|it| (it.code, it.pointer.clone())).collect()
}

#[tokio::test]
async fn a_list_is_read_and_replaced() {
    let (_sim, client) = start().await;
    let mut routes = client.get::<Routing>().await.unwrap().into_request();
    routes.clear();
    routes.push(Route::new("192.0.2.1", "0.0.0.0/0"));
    routes.push(Route::new("2001:db8::1", "2001:db8:1::/48"));
    set::<Routing>(&client, &routes).await;
    assert_eq!(client.get::<Routing>().await.unwrap().into_request(), routes);
    routes[1].target_network = "2001:db8:1::".to_owned();
    let expected = [("ip-network", "/1/target_network".to_owned())];
    assert_eq!(refused::<Routing>(&client, &routes).await, expected);
}

#[tokio::test]
async fn a_text_is_read_and_replaced() {
    let (_sim, client) = start().await;
    assert_eq!(client.get::<Timezone>().await.unwrap().body, "Europe/Paris");
    set::<Timezone>(&client, &"UTC".to_owned()).await;
    assert_eq!(client.get::<Timezone>().await.unwrap().body, "UTC");
    let expected = [("too-short", String::new())];
    assert_eq!(refused::<Timezone>(&client, &String::new()).await, expected);
}

#[tokio::test]
async fn a_map_is_read_and_replaced() {
    let (_sim, client) = start().await;
    let alerts = BTreeMap::from([
        ("scbAuthFailure".to_owned(), AlertTarget::new(false, false)),
        ("scbAuthSuccess".to_owned(), AlertTarget::new(false, true)),
    ]);
    set::<TrafficAlerts>(&client, &alerts).await;
    assert_eq!(client.get::<TrafficAlerts>().await.unwrap().into_request(), alerts);
}
