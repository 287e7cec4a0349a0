//! What an appliance has, in site form.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use serde_json::{Value, json};
use sps_client::{Client, Login};
use sps_model::validate::{Context, Form, UnknownKeys};
use sps_sim::{Builder, Fault};
use sps_site::{Label, Snapshot, SnapshotError, Wanted};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::support::{
    CHANNELS, LOGIN, TIMES, TRAP, builder, channel, client, simulator, times, trap,
};

async fn create(client: &Client, path: &str, body: Value) -> String {
    let path = format!("/api/configuration/{path}");
    let mut transaction = client.transaction().await.unwrap();
    let response = transaction.create_raw(&path, &body.into(), UnknownKeys::Deny).await.unwrap();
    drop(transaction.commit().await.unwrap());
    response.key.unwrap()
}

async fn replace(client: &Client, path: &str, body: Value) {
    let path = format!("/api/configuration/{path}");
    let mut transaction = client.transaction().await.unwrap();
    transaction.replace_raw(&path, &body.into(), UnknownKeys::Deny).await.unwrap();
    drop(transaction.commit().await.unwrap());
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

/// What no request changes, and a collection that cannot be listed.
const NOT_READ: [&str; 4] = ["aaa/acls", "management/license", "management/support_info", "x509"];

/// Endpoints of which no source shows more than the name. What the appliance answers is taken as it is.
const NAME_ONLY: [&str; 11] = [
    "aaa/saml2",
    "aaa/settings",
    "datetime/ntp_servers",
    "local_services/postgresql",
    "management/exported_configuration_encryption",
    "management/root_password",
    "management/soap",
    "management/support_info",
    "management/syslog",
    "management/universal_siem_forwarder",
    "telnet/pattern_sets",
];

/// What the appliance has can be sent back, whatever it is.
#[tokio::test]
async fn every_object_of_every_version_could_be_sent_back() {
    for target in ["6.0.0", "7.0.1", "8.0.0"] {
        let simulator = version(target).start().await.unwrap();
        let client = client(&simulator).await;
        let before = simulator.requests().len();
        let snapshot = everything(&client).await;
        let read: BTreeSet<_> = snapshot.objects().iter().map(|it| it.path.clone()).collect();
        let is_expected = |path: &str| {
            let path = path.trim_start_matches("/api/configuration/");
            NOT_READ.iter().all(|it| !path.starts_with(it))
        };
        let missing: Vec<_> = objects_of(&simulator.configuration())
            .filter(|it| !read.contains(it) && is_expected(it))
            .collect();
        assert!(missing.is_empty(), "{target}: {missing:?}");
        assert!(simulator.requests().iter().skip(before).all(|it| it.method == "GET"));
        let context = Context::default()
            .with_target(target.parse().unwrap())
            .with_unknown_keys(UnknownKeys::Carry);
        for found in snapshot.objects() {
            let text = found.request.to_string();
            let Some(report) = found.endpoint.explain(&text, Form::Request, &context) else {
                assert!(NAME_ONLY.contains(&found.label.endpoint()), "{}", found.label);
                continue;
            };
            let codes: Vec<_> = report.errors().map(ToString::to_string).collect();
            assert!(codes.is_empty(), "{target} {}: {codes:?} {}", found.label, found.request);
        }
    }
}

/// The paths of all objects that a simulator has.
fn objects_of(configuration: &Value) -> impl Iterator<Item = String> {
    configuration.as_object().unwrap().iter().flat_map(|(path, value)| match value.get("@order") {
        None => vec![path.clone()],
        Some(keys) => {
            let keys = keys.as_array().unwrap().iter();
            keys.map(|key| format!("{path}/{}", key.as_str().unwrap())).collect()
        }
    })
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
    let before = simulator.requests().len();
    let wanted = Wanted::Endpoints([TIMES.to_owned()].into());
    let snapshot = Snapshot::read(&client, &wanted).await.unwrap();
    let names: Vec<_> = snapshot.objects().iter().filter_map(|it| it.label.name()).collect();
    assert!(names.contains(&"office"), "{names:?}");
    let requests = simulator.requests();
    let paths: Vec<_> = requests.iter().skip(before).map(|it| it.path.as_str()).collect();
    assert_eq!(paths.len(), 2 + snapshot.objects().len(), "{paths:?}");
}

/// S095, S123: an answer that is no answer stops the reading, and names the endpoint.
#[tokio::test]
async fn s095_what_cannot_be_read_is_never_absent() {
    let path = format!("/api/configuration/{TIMES}");
    // The status 200 comes with a page of HTML, as from a proxy.
    let faults = [
        Fault::status(403),
        Fault::status(500),
        Fault::status(502),
        Fault::status(200),
        Fault::truncate_body(),
        Fault::drop_before(),
    ];
    for fault in faults {
        let simulator = simulator().await;
        let client = client(&simulator).await;
        simulator.add_fault(fault.clone().path(path.as_str()));
        let endpoints = [TIMES.to_owned(), "management/email".to_owned()];
        for wanted in [Wanted::Endpoints(endpoints.into()), Wanted::Everything] {
            let error = Snapshot::read(&client, &wanted).await.unwrap_err();
            assert_eq!(error.to_string(), format!("cannot read {path}"), "{fault:?}");
            assert!(matches!(error, SnapshotError::Request { .. }), "{fault:?}: {error:?}");
        }
    }
}

/// Responds to a login, then to one endpoint with this text, and to everything else with an empty body.
async fn respond(listener: TcpListener, text: &'static str) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let length = stream.read(&mut request).await.unwrap();
        let request = String::from_utf8_lossy(&request[..length]).into_owned();
        let body = if request.contains(TIMES) { text } else { r#"{"body": {}}"# };
        let length = body.len();
        let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\
                    Set-Cookie: session_id=0123456789abcdef; Path=/\r\n";
        let answer = format!("{head}Content-Length: {length}\r\n\r\n{body}");
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
}

/// S095: a success without what belongs in it is no answer either.
#[tokio::test]
async fn s095_a_success_without_objects_is_never_empty() {
    for (text, reason) in [
        ("", "no items"),
        ("null", "no items"),
        ("{}", "no items"),
        (r#"{"body": {}}"#, "no items"),
        (r#"{"items": null}"#, "no items"),
        (r#"{"items": [{}]}"#, "no key for each item"),
        (r#"{"items": [], "error": {"type": "X"}}"#, "no body, but an error"),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(respond(listener, text));
        let builder = Client::builder(&url).unwrap().danger_allow_http();
        let builder = builder.login(Login::password("admin", LOGIN));
        let client = builder.retries(1, Duration::from_millis(1)).connect().await.unwrap();
        let wanted = Wanted::Endpoints([TIMES.to_owned()].into());
        let error = Snapshot::read(&client, &wanted).await.unwrap_err().to_string();
        let expected = format!("cannot read /api/configuration/{TIMES}: the response has {reason}");
        assert_eq!(error, expected, "{text}");
        server.abort();
    }
}

/// An older version may lack what the spec has; a tree that names it cannot be planned.
#[tokio::test]
async fn s095_a_404_of_a_proxy_is_no_absence() {
    let simulator = simulator().await;
    let client = client(&simulator).await;
    let path = format!("/api/configuration/{TIMES}");
    // Without the error object that the appliance itself sends.
    simulator.add_fault(Fault::status(404).path(path.as_str()));
    let error = Snapshot::read(&client, &Wanted::Everything).await.unwrap_err();
    assert_eq!(error.to_string(), format!("cannot read {path}"));
    let (snapshot, unreadable) =
        Snapshot::read_readable(&client, &Wanted::Everything).await.unwrap();
    assert_eq!(unreadable.len(), 1);
    assert!(snapshot.objects().iter().all(|it| it.label.endpoint() != TIMES));
    assert!(snapshot.objects().len() > 20);
    // Nothing says that these objects are gone.
    assert!(!snapshot.covers(&Label::of_object(TIMES, "office")));
    assert!(snapshot.covers(&Label::of_object(CHANNELS, "clerks")));
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
