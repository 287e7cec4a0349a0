//! The client against the simulator, which shares no code with it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::mpsc,
    time::{Duration, SystemTime},
};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
};
use sps_client::{
    Argument, Client, ClientBuilder, CommitReport, Error, ErrorKind, Login, Progress,
    RecoveredOutcome, Source,
};
use sps_model::{HealthMonitoring, Password, Secret, SnmpTrap};
use sps_sim::{Clock, Fault, Simulator, User};

const HEALTH: &str = "/api/configuration/management/health_monitoring";

/// One appliance that needs an open transaction, and one that opens it with the first change.
async fn both() -> [Simulator; 2] {
    [simulator("6.0.0").await, simulator("8.0.0").await]
}

async fn simulator(version: &str) -> Simulator {
    let builder = Simulator::builder().target(version.parse().unwrap());
    builder.user(User::admin("admin", "a")).start().await.unwrap()
}

fn builder(sim: &Simulator) -> ClientBuilder {
    Client::builder(&sim.url())
        .unwrap()
        .ca_pem(sim.certificate_pem().unwrap())
        .login(Login::password("admin", "a"))
        .lock_wait(Duration::from_millis(100))
        .jobs(Duration::from_millis(1), Duration::from_secs(10))
        .retries(3, Duration::from_millis(2))
}

async fn client(sim: &Simulator) -> Client {
    builder(sim).connect().await.unwrap()
}

/// The number of requests with this method and path.
fn count(sim: &Simulator, method: &str, path: &str) -> usize {
    sim.requests().iter().filter(|it| it.method == method && it.path == path).count()
}

/// Reads, changes, writes, commits.
async fn set(client: &Client, ratio: u64) -> Result<CommitReport, Error> {
    let mut request = client.get::<HealthMonitoring>().await?.into_request();
    let mut transaction = client.transaction().await?;
    request.maximum_disk_utilization_ratio = Some(ratio);
    transaction.replace(&request).await?;
    let review = transaction.review().await?;
    assert_eq!(review.changes.len(), 1);
    assert_eq!(review.foreign().count(), 0);
    transaction.commit().await
}

async fn ratio(client: &Client) -> Option<u64> {
    let health = client.get::<HealthMonitoring>().await.unwrap();
    health.body.maximum_disk_utilization_ratio
}

#[tokio::test]
async fn reads_changes_writes() {
    for sim in both().await {
        let client = client(&sim).await;
        assert!(!client.info().await.unwrap().body.hostname.is_empty());
        let outcome = set(&client, 81).await.unwrap();
        assert!(outcome.is_complete(), "{outcome:?}");
        assert_eq!(ratio(&client).await, Some(81));
        assert_eq!(sim.open_transaction(), None);
    }
}

#[tokio::test]
async fn a_new_object_fits_where_its_key_belongs() {
    let sim = simulator("8.0.0").await;
    let client = client(&sim).await;
    let mut transaction = client.transaction().await.unwrap();
    let secret = Secret::new("hunter2hunter2");
    let password = Password::new().with_plain(secret);
    let key = transaction.create(&password).await.unwrap();
    let review = transaction.review().await.unwrap();
    assert_eq!(review.foreign().count(), 0, "{review:?}");
    let outcome = transaction.commit().await.unwrap();
    assert!(outcome.is_complete(), "{outcome:?}");
    assert!(!format!("{outcome:?}").contains("hunter2hunter2"));
    client.get_object::<Password>(key.as_str()).await.unwrap();
    client.get::<SnmpTrap>().await.unwrap();
}

#[tokio::test]
async fn trusts_a_pin_an_authority_or_any_certificate() {
    let sim = simulator("8.0.0").await;
    let plain = || {
        let builder = Client::builder(&sim.url()).unwrap().login(Login::password("admin", "a"));
        builder.retries(0, Duration::ZERO)
    };
    let pin = sim.sha256_fingerprint().unwrap();
    plain().pin_sha256(pin).unwrap().connect().await.unwrap();
    plain().danger_accept_invalid_certs().connect().await.unwrap();
    // Two that contradict each other are rejected.
    for builder in [
        plain().pin_sha256(pin).unwrap().danger_accept_invalid_certs(),
        plain().danger_accept_invalid_certs().ca_pem(sim.certificate_pem().unwrap()),
    ] {
        let error = builder.connect().await.unwrap_err();
        let ErrorKind::InvalidArgument { argument, .. } = error.kind() else { panic!("{error}") };
        assert_eq!(*argument, Argument::Trust);
    }
    let wrong = plain().pin_sha256(&"0".repeat(64)).unwrap().connect().await.unwrap_err();
    assert_eq!(*wrong.kind(), ErrorKind::Tls, "{wrong:?}");
    // The system does not trust a self-signed certificate.
    let system = plain().connect().await.unwrap_err();
    assert_eq!(*system.kind(), ErrorKind::Tls, "{system:?}");
}

#[tokio::test]
async fn reports_a_wrong_password() {
    let sim = simulator("8.0.0").await;
    let login = Login::password("admin", "wrong horse");
    let error = builder(&sim).login(login).connect().await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::AuthenticationFailure);
    assert!(!format!("{error} {error:?}").contains("wrong horse"));
}

#[tokio::test]
async fn never_leaves_a_transaction_open() {
    for sim in both().await {
        let client = client(&sim).await;
        drop(client.transaction().await.unwrap());
        client.clean_up().await.unwrap();
        assert_eq!(sim.open_transaction(), None);

        let other = client.clone();
        let task = tokio::spawn(async move {
            let mut transaction = other.transaction().await.unwrap();
            let request = transaction.get::<HealthMonitoring>().await.unwrap().into_request();
            transaction.replace(&request).await.unwrap();
            panic!("on purpose");
        });
        assert!(task.await.unwrap_err().is_panic());
        client.clean_up().await.unwrap();
        assert_eq!(sim.open_transaction(), None);

        // As after Ctrl-C, the future is dropped at any point.
        for wait in 0..12 {
            tokio::select! {
                biased;
                () = tokio::time::sleep(Duration::from_millis(wait)) => {}
                _ = set(&client, 60 + wait) => {}
            }
            client.clean_up().await.unwrap();
            assert_eq!(sim.open_transaction(), None);
        }
    }
}

#[tokio::test]
async fn waits_for_a_lock_and_names_its_holder() {
    let simulated = Simulator::builder().target("6.0.0".parse().unwrap());
    let simulated = simulated.user(User::admin("admin", "a")).user(User::admin("bob", "b"));
    let sim = simulated.start().await.unwrap();
    let client = client(&sim).await;
    let bob = builder(&sim).login(Login::password("bob", "b")).connect().await.unwrap();
    let held = bob.transaction().await.unwrap();
    let error = client.transaction().await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Locked { holder: Some("bob".into()) });
    assert!(error.to_string().contains("by bob"), "{error}");
    assert_eq!(error.holder(), Some("bob"));
    assert!(sim.open_transaction().is_some_and(|it| it.user == "bob"));
    held.cancel().await.unwrap();
    client.transaction().await.unwrap().cancel().await.unwrap();
}

#[tokio::test]
async fn never_replaces_a_session_with_a_transaction_silently() {
    for sim in both().await {
        let client = client(&sim).await;
        sim.add_fault(Fault::expire_session().method("PUT").path(HEALTH).times(1));
        let error = set(&client, 82).await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::SessionEnded);
        assert_eq!(sim.open_transaction(), None);
        // Without a transaction the client logs in again.
        sim.add_fault(Fault::expire_session().method("GET").path(HEALTH).times(1));
        assert!(set(&client, 82).await.unwrap().is_complete());
    }
}

#[tokio::test]
async fn resolves_a_lost_response() {
    for path in ["/api/transaction", HEALTH] {
        for method in ["POST", "PUT", "GET", "DELETE"] {
            for (fault, effective) in [
                (Fault::drop_after(), true),
                (Fault::drop_before(), false),
                (Fault::status(503), false),
            ] {
                let sim = simulator("6.0.0").await;
                let client = client(&sim).await;
                sim.add_fault(fault.method(method).path(path).times(1));
                let result = set(&client, 83).await;
                if (path, method, effective) == ("/api/transaction", "PUT", false) {
                    let error = result.unwrap_err();
                    assert_eq!(*error.kind(), ErrorKind::NotCommitted);
                    sim.clear_faults();
                    assert_ne!(ratio(&client).await, Some(83));
                } else {
                    assert!(result.unwrap().is_complete(), "{method} {path}");
                    sim.clear_faults();
                    assert_eq!(ratio(&client).await, Some(83));
                }
                assert_eq!(count(&sim, "PUT", "/api/transaction"), 1);
                assert_eq!(sim.open_transaction(), None);
            }
        }
    }
}

#[tokio::test]
async fn reports_a_mismatch() {
    let sim = simulator("8.0.0").await;
    let client = client(&sim).await;
    let before = ratio(&client).await;
    let mut request = client.get::<HealthMonitoring>().await.unwrap().into_request();
    request.maximum_disk_utilization_ratio = before.map(|it| it - 1);
    request.maximum_load1 = Some(17);
    // Dropped silently, as an appliance does with a key that it does not know.
    sim.add_fault(Fault::lose_key("maximum_load1").method("PUT").path(HEALTH));
    let mut transaction = client.transaction().await.unwrap();
    transaction.replace(&request).await.unwrap();
    let outcome = transaction.commit().await.unwrap();
    let words: Vec<_> = outcome.mismatches.iter().map(ToString::to_string).collect();
    assert_eq!(words.len(), 1, "{words:?}");
    assert!(words[0].contains("/maximum_load1: sent 17, found"), "{words:?}");
    assert_eq!(sim.open_transaction(), None);
}

fn journal(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("sps-{name}-{}.json", std::process::id()));
    let _ = fs::remove_file(&path);
    path
}

/// Makes the journal look as if its process had ended.
fn crash(journal: &Path) {
    let text = fs::read_to_string(journal).unwrap();
    let id = format!("\"id\":{}", std::process::id());
    assert!(text.contains(&id), "{text}");
    fs::write(journal, text.replace(&id, "\"id\":4194999")).unwrap();
}

/// Without a login, the appliance sends only a part of the facts.
#[tokio::test]
async fn info_is_complete_after_the_session_ended() {
    for sim in both().await {
        let client = client(&sim).await;
        sim.add_fault(Fault::expire_session().path("/api/info").times(1));
        let info = client.info().await.unwrap();
        assert!(info.body.firmware_version.is_present(), "{info:?}");
        sim.add_fault(Fault::expire_session().path("/api/info").times(1));
        let transaction = client.transaction().await.unwrap();
        let error = client.info().await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::SessionEnded);
        transaction.cancel().await.unwrap();
    }
}

#[tokio::test]
async fn cancels_a_transaction_of_a_crashed_run() {
    let sim = simulator("6.0.0").await;
    let path = journal("orphan");
    let first = builder(&sim).journal(&path).connect().await.unwrap();
    // As if the process were killed.
    std::mem::forget(first.transaction().await.unwrap());
    crash(&path);
    assert!(sim.open_transaction().is_some());

    let second = builder(&sim).journal(&path).connect().await.unwrap();
    assert_eq!(second.recovered()[0].outcome, RecoveredOutcome::Canceled);
    assert_eq!(sim.open_transaction(), None);
    // A request of the crashed run may still arrive.
    assert!(fs::read_to_string(&path).unwrap().contains("settled"));
    assert!(set(&second, 84).await.unwrap().is_complete());
}

#[tokio::test]
async fn makes_a_support_bundle_with_one_call() {
    let simulated = Simulator::builder().clock(Clock::manual(SystemTime::UNIX_EPOCH));
    let sim = simulated.user(User::admin("admin", "a")).start().await.unwrap();
    let client = client(&sim).await;
    let bundles = client.support_bundles();
    // The jobs of the simulator follow its clock.
    let key = bundles.create(|_| sim.clock().advance(Duration::from_secs(1))).await.unwrap();
    assert!(bundles.list().await.unwrap().iter().any(|it| it.key.as_deref() == Some(&key)));
    let target = std::env::temp_dir().join(format!("sps-bundle-{}.tar.gz", std::process::id()));
    let bytes = bundles.download(&key, &target, |_| ()).await.unwrap();
    assert_eq!(fs::metadata(&target).unwrap().len(), bytes);
    fs::remove_file(target).unwrap();
    bundles.delete(&key).await.unwrap();
    assert_eq!(*bundles.get(&key).await.unwrap_err().kind(), ErrorKind::NotFound);
}

/// A request that is carried out long after the client gave up waiting for it opens a transaction of its own.
#[tokio::test(flavor = "multi_thread")]
async fn cancels_the_transaction_of_a_late_request() {
    let late = Duration::from_millis(3_500);
    for (version, lost) in
        [("6.0.0", "POST /api/transaction"), ("8.0.0", "PUT /api/configuration/*")]
    {
        let sim = simulator(version).await;
        let path = journal(version);
        let patient = builder(&sim).journal(&path).timeout(Duration::from_millis(800));
        let client = patient.retries(1, Duration::from_millis(2)).connect().await.unwrap();
        let fault: Fault = format!("{lost} delay={}ms x1", late.as_millis()).parse().unwrap();
        sim.add_fault(fault);
        assert!(set(&client, 82).await.unwrap().is_complete(), "{version}");
        tokio::time::sleep(late).await;
        assert!(sim.open_transaction().is_some(), "{version}: it did not arrive");
        if version == "6.0.0" {
            client.clean_up().await.unwrap();
        } else {
            // If the process ends before, the next run finds the session in the journal.
            crash(&path);
            let next = builder(&sim).journal(&path).connect().await.unwrap();
            assert_eq!(next.recovered()[0].outcome, RecoveredOutcome::Canceled);
        }
        assert_eq!(sim.open_transaction(), None, "{version}");
        assert_eq!(ratio(&client).await, Some(82), "{version}");
    }
}

#[tokio::test]
async fn logs_in_with_a_certificate() {
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let ca = params.self_signed(&key).unwrap().pem();
    let issuer = Issuer::new(params, key);
    let login = |name: &str| {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &issuer).unwrap().pem();
        Login::certificate(certificate, key.serialize_pem())
    };
    for version in ["6.0.0", "8.0.0"] {
        let sim = Simulator::builder().target(version.parse().unwrap()).trust_client_ca(&ca);
        let sim = sim.user(User::admin("admin", "a")).start().await.unwrap();
        let client = builder(&sim).login(login("admin")).connect().await.unwrap();
        assert!(set(&client, 85).await.unwrap().is_complete(), "{version}");
        // After its session ends, it logs in again without a password.
        sim.add_fault(Fault::expire_session().path(HEALTH).times(1));
        assert_eq!(ratio(&client).await, Some(85), "{version}");
        let error = builder(&sim).login(login("stranger")).connect().await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::AuthenticationFailure, "{version}: {error}");
    }
}

#[tokio::test]
async fn a_plugin_takes_effect_with_the_commit() {
    let plugin = Source::Bytes(include_bytes!("../data/plugin.zip").to_vec());
    let (path, content_type) = ("/api/upload/plugins", "application/zip");
    for sim in both().await {
        let client = client(&sim).await;
        let error = client.upload(path, content_type, &plugin, |_| ()).await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::NotOpen);
        for is_committed in [false, true] {
            let mut transaction = client.transaction().await.unwrap();
            let uploaded = transaction.upload(path, content_type, &plugin, |_| ()).await.unwrap();
            let content = uploaded.content.as_value();
            assert_eq!(content["body"]["name"], "SPS_Example");
            let place = content["meta"]["href"].as_str().unwrap().to_owned();
            let review = transaction.review().await.unwrap();
            assert_eq!((review.changes.len(), review.foreign().count()), (1, 0), "{review:?}");
            if is_committed {
                assert!(transaction.commit().await.unwrap().is_complete());
                let kept = client.get_raw(&place).await.unwrap();
                assert_eq!(kept.content.as_value()["body"]["version"], "1.2.3");
            } else {
                transaction.cancel().await.unwrap();
                let error = client.get_raw(&place).await.unwrap_err();
                assert_eq!(*error.kind(), ErrorKind::NotFound);
            }
        }
    }
}

#[tokio::test]
async fn a_firmware_needs_no_transaction() {
    for sim in both().await {
        let client = client(&sim).await;
        let image = Source::Bytes(vec![7; 3 << 20]);
        let (sender, steps) = mpsc::channel();
        let step = move |step: Progress| sender.send(step.bytes).unwrap();
        let path = "/api/upload/firmware";
        client.upload(path, "application/octet-stream", &image, step).await.unwrap();
        let steps: Vec<_> = steps.iter().collect();
        assert!(steps.len() > 2 && steps.is_sorted(), "{steps:?}");
        assert_eq!(steps.last(), Some(&(3 << 20)));
        assert_eq!(sim.open_transaction(), None);
    }
}
