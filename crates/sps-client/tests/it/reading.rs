//! Reads, repeated reads, and logins.

use futures_util::TryStreamExt as _;
use serde_json::{Value, json};
use sps_client::{Advice, Argument, Client, Error, ErrorKind, Login};
use sps_model::{HealthMonitoring, TimePolicy};

use crate::fake::{Fake, HEALTH, Reply, appliance, error, health, ok, times};

#[tokio::test]
async fn repeats_reads_where_that_may_help() {
    for status in [None, Some(502), Some(503), Some(504), Some(429)] {
        let lost = times(3);
        let (fake, _) = appliance(move |_, line, _| {
            (line == format!("GET {HEALTH}") && lost())
                .then(|| status.map_or(Reply::Lost, |it| error(it, "Busy", json!(null))))
        })
        .await;
        let client = fake.client().await;
        client.get::<HealthMonitoring>().await.unwrap();
        assert_eq!(fake.count(&format!("GET {HEALTH}")), 4);
    }
}

#[tokio::test]
async fn stops_repeating_reads() {
    for (status, kind, count) in [
        (503, ErrorKind::Unavailable, 4),
        (403, ErrorKind::Unauthorized, 1),
        (404, ErrorKind::NotFound, 1),
    ] {
        let (fake, _) = appliance(move |_, line, _| {
            (line == format!("GET {HEALTH}")).then(|| error(status, "X", json!("/x")))
        })
        .await;
        let client = fake.client().await;
        let error = client.get::<HealthMonitoring>().await.unwrap_err();
        assert_eq!(*error.kind(), kind);
        assert_eq!(fake.count(&format!("GET {HEALTH}")), count);
    }
}

#[tokio::test]
async fn logs_in_again_outside_of_a_transaction() {
    let ended = times(1);
    let (fake, _) = appliance(move |_, line, _| {
        (line == format!("GET {HEALTH}") && ended())
            .then(|| error(401, "Unauthenticated", json!("/x")))
    })
    .await;
    let client = fake.client().await;
    client.get::<HealthMonitoring>().await.unwrap();
    assert_eq!(fake.count("GET /api/authentication"), 2);
}

#[tokio::test]
async fn reports_a_timeout() {
    let (fake, _) =
        appliance(|_, line, _| (line == format!("GET {HEALTH}")).then_some(Reply::Silence)).await;
    let builder = fake.builder().timeout(std::time::Duration::from_millis(50));
    let builder = builder.retries(1, std::time::Duration::from_millis(1));
    let error = builder.connect().await.unwrap().get::<HealthMonitoring>().await.unwrap_err();
    assert!(error.is_timeout() && error.is_retryable() && error.is_ambiguous(), "{error}");
}

#[tokio::test]
async fn logs_in_with_the_given_method() {
    let (fake, _) = appliance(|_, _, _| None).await;
    let login = Login::method("local & more", "admin", "a");
    fake.builder().login(login).connect().await.unwrap();
    let request = &fake.requests()[0];
    assert_eq!(request.line, "GET /api/authentication?login_method=local%20%26%20more");
    // `admin:a` in base64.
    assert!(request.head.to_ascii_lowercase().contains("authorization: basic ywrtaw46yq=="));
}

fn argument(error: &Error) -> Option<Argument> {
    match error.kind() {
        ErrorKind::InvalidArgument { argument, .. } => Some(*argument),
        _ => None,
    }
}

#[tokio::test]
async fn rejects_invalid_settings() {
    for url in ["ftp://a", "https://u:p@a", "https://a/api", "https://", "https://a?b=c", "a b"] {
        let error = Client::builder(url).unwrap_err();
        assert_eq!(argument(&error), Some(Argument::Address), "{url}");
    }
    let error = Client::builder("https://u:hunter22@a").unwrap_err();
    assert!(!format!("{error} {error:?}").contains("hunter22"));
    assert_eq!(Client::builder("https://").unwrap_err().to_string(), "invalid address: not a URL");
    let builder = || Client::builder("https://a").unwrap();
    let login = || Login::password("a", "b");
    let plain = Client::builder("http://a").unwrap().login(login());
    for (builder, expected) in [
        (builder(), Argument::Login),
        (plain, Argument::Address),
        (builder().login(login()).ca_pem("no certificate"), Argument::Authority),
        (builder().login(login()).ca_pem("").danger_accept_invalid_certs(), Argument::Trust),
        (builder().login(Login::certificate("nothing", "hunter22")), Argument::ClientCertificate),
    ] {
        let error = builder.connect().await.unwrap_err();
        assert_eq!(argument(&error), Some(expected), "{error}");
        assert!(!format!("{error} {error:?}").contains("hunter22"));
    }
    assert_eq!(argument(&builder().pin_sha256("00").unwrap_err()), Some(Argument::Pin));
}

#[tokio::test]
async fn reports_a_refused_connection() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let builder = Client::builder(&url).unwrap().danger_allow_http();
    let builder = builder.retries(1, std::time::Duration::from_millis(1));
    let error = builder.login(Login::password("a", "b")).connect().await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Connect);
    assert!(!error.is_ambiguous());
    assert_eq!(error.advice(), Some(Advice::CheckAddress), "{error}");
}

fn policy(name: &str) -> Value {
    json!({"name": name, "Mon": [["08:00", "17:00"]], "Tue": [], "Wed": [], "Thu": [], "Fri": [],
        "Sat": [], "Sun": []})
}

#[tokio::test]
async fn lists_with_bodies_and_without() {
    const PATH: &str = "/api/configuration/policies/time_policies";
    let item = |key: &str| json!({"key": key, "meta": {"href": format!("{PATH}/{key}")}});
    // The old form: only keys.
    let old = Fake::start(move |line, _| match line.strip_prefix("GET ").unwrap() {
        PATH => ok(json!({"items": [item("-100"), item("b")], "meta": {}})),
        path => {
            let key = path.rsplit('/').next().unwrap();
            ok(json!({"key": key, "body": policy(key), "meta": {"href": path}}))
        }
    })
    .await;
    // The new form: keys and bodies.
    let new = Fake::start(move |_, _| {
        let mut items = vec![item("-100"), item("b")];
        for item in &mut items {
            item["body"] = policy(item["key"].as_str().unwrap());
        }
        ok(json!({"items": items, "meta": {}}))
    })
    .await;
    for (fake, requests) in [(old, 3), (new, 1)] {
        let client = fake.client().await;
        let mut list = client.list::<TimePolicy>().await.unwrap();
        assert_eq!(list.remaining(), 2);
        let mut names = Vec::new();
        while let Some(object) = list.next().await {
            let object = object.unwrap();
            names.push((object.key.clone().unwrap(), object.body.name.clone()));
        }
        assert_eq!(names, [("-100".into(), "-100".into()), ("b".into(), "b".to_owned())]);
        assert_eq!(fake.lines().len(), requests);

        let stream = client.list::<TimePolicy>().await.unwrap().into_stream();
        let streamed = stream.map_ok(|it| (it.key.unwrap(), it.body.name));
        assert_eq!(streamed.try_collect::<Vec<_>>().await.unwrap(), names);
    }
}

#[tokio::test]
async fn reports_an_unexpected_form_without_its_values() {
    let mut body = health(70);
    body["maximum_load1"] = json!("hunter22");
    let fake = Fake::start(move |_, _| ok(json!({"key": "h", "meta": {}, "body": body}))).await;
    let client = fake.client().await;
    let error = client.get::<HealthMonitoring>().await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::UnexpectedResponse);
    assert!(error.to_string().contains("/maximum_load1"), "names the place: {error}");
    assert!(!format!("{error} {error:?}").contains("hunter22"), "{error}");
    let fake = Fake::start(|_, _| Reply::Bytes(b"<html>hunter22".to_vec())).await;
    let error = fake.client().await.get::<HealthMonitoring>().await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::UnexpectedResponse);
    assert!(!format!("{error} {error:?}").contains("hunter22"), "{error}");
}

#[tokio::test]
async fn follows_no_redirection() {
    let fake = Fake::start(|_, _| Reply::Json(302, json!({}))).await;
    let error = fake.client().await.get_raw("/api/info").await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::UnexpectedResponse);
}
