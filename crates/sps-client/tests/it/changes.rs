//! Changes in a transaction, and lost responses.

use serde_json::{Value, json};
use sps_client::ErrorKind;
use sps_model::{Any, HealthMonitoring, Method, Password, SnmpTrap, SnmpVersion};
use sps_validate::UnknownKeys;

use crate::fake::{HEALTH, Reply, appliance, error, health, ok, password, times};

const PASSWORDS: &str = "/api/configuration/passwords";

#[tokio::test]
async fn never_sends_an_invalid_body() {
    let (fake, _) = appliance(|_, _, _| None).await;
    let client = fake.client().await;
    let mut transaction = client.transaction().await.unwrap();
    let mut request = transaction.get::<HealthMonitoring>().await.unwrap().into_request();
    request.maximum_disk_utilization_ratio = Some(101);
    let error = transaction.replace(&request).await.unwrap_err();
    let ErrorKind::Invalid(report) = error.kind() else { panic!("{error}") };
    let codes: Vec<_> = report.errors().map(|it| (it.code, it.pointer.as_str())).collect();
    assert_eq!(codes, [("out-of-range", "/maximum_disk_utilization_ratio")]);
    // Without a type: a mistyped key.
    let mut body = health(80);
    body["maximum_load2"] = json!(1);
    let body = Any::from(body);
    let result = transaction.replace_raw(HEALTH, &body, UnknownKeys::Deny).await;
    assert!(matches!(result.unwrap_err().kind(), ErrorKind::Invalid(_)));
    assert_eq!(fake.count(&format!("PUT {HEALTH}")), 0);
    transaction.replace_raw(HEALTH, &body, UnknownKeys::Allow).await.unwrap();
    assert_eq!(fake.count(&format!("PUT {HEALTH}")), 1);
    transaction.cancel().await.unwrap();
}

#[tokio::test]
async fn sends_back_what_no_source_shows() {
    const TRAP: &str = "/api/configuration/management/snmp/trap";
    let value = json!({"server": {"selection": "ip", "value": "192.0.2.25", "port": 162}, "username": "trapper",
        "engine_id": "0x0123456789", "auth_method": "sha512", "auth_password": "d21f3675",
        "encryption_method": "none", "encryption_password": null, "retries": 3});
    let body = json!({"enabled": true, "version": {"selection": "3", "value": value}, "more": [1]});
    let trap = body.clone();
    let (fake, _) = appliance(move |_, line, _| match line.strip_suffix(TRAP)? {
        "GET " => Some(ok(json!({"key": "trap", "meta": {}, "body": trap}))),
        "PUT " => Some(ok(json!({"meta": {}}))),
        _ => None,
    })
    .await;
    let client = fake.client().await;
    let mut transaction = client.transaction().await.unwrap();
    let mut request = transaction.get::<SnmpTrap>().await.unwrap().into_request();
    transaction.replace(&request).await.unwrap();
    let put = fake.requests().into_iter().find(|it| it.line == format!("PUT {TRAP}")).unwrap();
    assert_eq!(serde_json::from_str::<Value>(&put.body).unwrap(), body);
    // The rest is checked as ever.
    let SnmpVersion::V3(v3) = &mut request.version else { panic!("{request:?}") };
    v3.engine_id = "0x12".to_owned();
    let error = transaction.replace(&request).await.unwrap_err();
    let ErrorKind::Invalid(report) = error.kind() else { panic!("{error}") };
    let codes: Vec<_> = report.errors().map(|it| it.code).collect();
    assert_eq!(codes, ["engine-id-length"]);
    transaction.cancel().await.unwrap();
}

#[tokio::test]
async fn resolves_a_lost_replace() {
    // Whether it arrived or not, it takes effect once and is sent at most twice.
    for (arrives, sent) in [(true, 1), (false, 2)] {
        let lost = times(1);
        let (fake, appliance) = appliance(move |appliance, line, request| {
            (line == format!("PUT {HEALTH}") && lost()).then(|| {
                if arrives {
                    appliance.response(line, request);
                }
                Reply::Lost
            })
        })
        .await;
        let client = fake.client().await;
        let mut transaction = client.transaction().await.unwrap();
        let mut request = transaction.get::<HealthMonitoring>().await.unwrap().into_request();
        request.maximum_disk_utilization_ratio = Some(80);
        transaction.replace(&request).await.unwrap();
        assert_eq!(fake.count(&format!("PUT {HEALTH}")), sent);
        assert!(transaction.commit().await.unwrap().is_complete());
        assert_eq!(appliance.state().ratio, 80);
    }
}

#[tokio::test]
async fn resolves_a_lost_create() {
    for (entries, expected) in [(0, None), (1, Some("aa")), (2, None)] {
        let lost = times(1);
        let (fake, appliance) = appliance(move |appliance, line, _| {
            (line == format!("POST {PASSWORDS}")).then(|| match lost() {
                true => {
                    appliance.change(|it| {
                        it.foreign = ["aa", "bb"][..entries]
                            .iter()
                            .map(|key| {
                                json!({"type": "create", "path": format!("{PASSWORDS}/{key}")})
                            })
                            .collect();
                    });
                    Reply::Lost
                }
                false => Reply::Json(201, json!({"key": "cc", "meta": {}})),
            })
        })
        .await;
        let client = fake.client().await;
        let mut transaction = client.transaction().await.unwrap();
        let result = transaction.create(&password("hunter22")).await;
        let posts = fake.count(&format!("POST {PASSWORDS}"));
        match (entries, expected) {
            (0, _) => {
                assert_eq!(result.unwrap().as_str(), "cc");
                assert_eq!(posts, 2);
            }
            (1, Some(key)) => {
                assert_eq!(result.unwrap().as_str(), key);
                assert_eq!(posts, 1);
            }
            _ => {
                assert_eq!(*result.unwrap_err().kind(), ErrorKind::Ambiguous);
                assert_eq!(posts, 1);
            }
        }
        transaction.cancel().await.unwrap();
        assert!(!appliance.state().open);
    }
}

#[tokio::test]
async fn resolves_a_lost_delete() {
    let lost = times(1);
    let path = format!("{PASSWORDS}/aa");
    let (fake, _) = appliance(move |appliance, line, _| {
        (line == format!("DELETE {PASSWORDS}/aa") && lost()).then(|| {
            let entry = json!({"type": "delete", "path": format!("{PASSWORDS}/aa")});
            appliance.change(|it| it.foreign = vec![entry]);
            Reply::Lost
        })
    })
    .await;
    let client = fake.client().await;
    let mut transaction = client.transaction().await.unwrap();
    transaction.delete::<Password>("aa").await.unwrap();
    assert_eq!(fake.count(&format!("DELETE {path}")), 1);
    // The change counts as ours, and the object is absent afterwards.
    assert!(transaction.commit().await.unwrap().is_complete());
}

#[tokio::test]
async fn reports_a_session_that_ended() {
    let ended = std::sync::atomic::AtomicBool::new(false);
    let (fake, _) = appliance(move |_, line, _| {
        let is_put = line == format!("PUT {HEALTH}");
        let was = ended.fetch_or(is_put, std::sync::atomic::Ordering::SeqCst);
        (is_put && !was).then(|| error(401, "Unauthenticated", json!("/x")))
    })
    .await;
    let client = fake.client().await;
    let mut transaction = client.transaction().await.unwrap();
    let request = transaction.get::<HealthMonitoring>().await.unwrap().into_request();
    let error = transaction.replace(&request).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::SessionEnded);
    assert!(error.to_string().contains("discarded everything"), "{error}");
    assert_eq!(fake.count("GET /api/authentication"), 1, "no silent login");
    // Every later request fails, too.
    let error = transaction.replace(&request).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::SessionEnded);
    assert_eq!(*transaction.commit().await.unwrap_err().kind(), ErrorKind::SessionEnded);
    client.clean_up().await.unwrap();
    assert_eq!(fake.count("DELETE /api/transaction"), 0);
    // Outside, the client logs in again.
    client.get::<HealthMonitoring>().await.unwrap();
    assert_eq!(fake.count("GET /api/authentication"), 2);
}

#[tokio::test]
async fn reports_a_transaction_that_the_appliance_closed() {
    let (fake, _) = appliance(|appliance, line, _| {
        (line == format!("PUT {HEALTH}")).then(|| {
            appliance.change(|it| it.open = false);
            error(409, "Conflict", json!(null))
        })
    })
    .await;
    let client = fake.client().await;
    let mut transaction = client.transaction().await.unwrap();
    let request = transaction.get::<HealthMonitoring>().await.unwrap().into_request();
    let error = transaction.replace(&request).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::NotOpen);
}

#[tokio::test]
async fn refuses_changes_outside_of_a_transaction() {
    let (fake, _) = appliance(|_, _, _| None).await;
    let client = fake.client().await;
    let before = fake.requests().len();
    for path in [HEALTH, "/api/transaction", "/api/upload/plugins"] {
        let error = client.send_raw(Method::Put, path, Some(&json!({}).into())).await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::NotOpen, "{path}");
    }
    assert!(client.get_raw("/api/../etc").await.is_err());
    assert_eq!(fake.requests().len(), before);
}

#[tokio::test]
async fn reads_back_a_new_object_without_its_secret() {
    let (fake, _) = appliance(|_, line, _| match line {
        "POST /api/configuration/passwords" => {
            Some(Reply::Json(201, json!({"key": "aa", "meta": {}})))
        }
        "GET /api/configuration/passwords/aa" => {
            Some(ok(json!({"key": "aa", "meta": {}, "body": {}})))
        }
        _ => None,
    })
    .await;
    let client = fake.client().await;
    let mut transaction = client.transaction().await.unwrap();
    transaction.create(&password("hunter22")).await.unwrap();
    let report = transaction.commit().await.unwrap();
    assert!(report.is_complete());
    assert_eq!(report.unverified.len(), 1);
    assert_eq!(report.unverified[0].pointer, "/plain");
    assert!(!format!("{report:?}").contains("hunter22"));
}
