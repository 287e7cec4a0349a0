//! Firmware, setup and clusters: the client against the simulator.

use std::{fs, time::Duration};

use sps_client::{Client, ClientBuilder, ErrorKind, Login, Source};
use sps_model::{
    Accounting, ClusterNode, ClusterRole, Email, HealthMonitoring, SetupAdministration,
    SetupAuthority, SetupCertificates, SetupDatetime, SetupEmail, SetupKeyPair, SetupNetwork,
    SetupRequest, SetupStatus,
};
use sps_sim::{Builder, Fault, Simulator, User};
use sps_validate::Version;

fn simulator(version: &str) -> Builder {
    Simulator::builder().target(version.parse().unwrap()).user(User::admin("admin", "a"))
}

fn builder(sim: &Simulator, password: &str) -> ClientBuilder {
    Client::builder(&sim.url())
        .unwrap()
        .ca_pem(sim.certificate_pem().unwrap())
        .login(Login::password("admin", password))
        .jobs(Duration::from_millis(1), Duration::from_secs(10))
        .retries(1, Duration::from_millis(2))
}

async fn client(sim: &Simulator) -> Client {
    builder(sim, "a").connect().await.unwrap()
}

/// An image of this version.
fn image(version: &str) -> Source {
    let folder = std::env::temp_dir().join(format!("sps-images-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join(format!("sps-{version}.iso"));
    fs::write(&file, "an image").unwrap();
    Source::File(file)
}

#[tokio::test]
async fn upgrades_the_firmware() {
    let sim = simulator("7.5").start().await.unwrap();
    let client = client(&sim).await;
    let firmware = client.firmware();
    let slot = firmware.upload(&image("8.0.1"), |_| ()).await.unwrap();
    assert_eq!(slot, 2);
    let slots = firmware.slots().await.unwrap();
    assert_eq!(slots.len(), 5);
    assert_eq!(slots[0].body.current.into_option(), Some(true));
    assert_eq!(slots[1].body.version.clone().into_option().as_deref(), Some("8.0.1"));
    assert!(!slots[2].body.version.is_present());
    assert!(firmware.test(slot).await.unwrap().contains("Configuration: passed\n"));
    firmware.upgrade(slot, None).await.unwrap();
    // The appliance boots some seconds later, and the session ends.
    sim.clock().advance(Duration::from_secs(60));
    firmware.wait_for_version("8.0.1").await.unwrap();
    let info = client.info().await.unwrap().body;
    assert_eq!(info.firmware_version.into_option().as_deref(), Some("8.0.1"));
    firmware.delete(1).await.unwrap();
    assert!(!firmware.slots().await.unwrap()[0].body.version.is_present());
}

#[tokio::test]
async fn says_why_firmware_is_refused() {
    let sim = simulator("8.0").start().await.unwrap();
    let client = client(&sim).await;
    let firmware = client.firmware();
    assert_eq!(*firmware.test(2).await.unwrap_err().kind(), ErrorKind::NotFound);
    let old = firmware.upload(&image("7.0.2"), |_| ()).await.unwrap();
    for error in
        [firmware.test(old).await.unwrap_err(), firmware.upgrade(old, None).await.unwrap_err()]
    {
        assert_eq!(*error.kind(), ErrorKind::FirmwareTestFailed);
        assert!(error.message().unwrap().contains("Version path: failed: an older version"));
    }
    assert_eq!(*firmware.delete(1).await.unwrap_err().kind(), ErrorKind::Semantic);
    assert_eq!(*firmware.delete(5).await.unwrap_err().kind(), ErrorKind::NotFound);
    // A message may be compulsory.
    let mut transaction = client.transaction().await.unwrap();
    let mut accounting = transaction.get::<Accounting>().await.unwrap().into_request();
    accounting.require_commitlog = true;
    transaction.replace(&accounting).await.unwrap();
    assert!(transaction.commit().await.unwrap().is_complete());
    let new = firmware.upload(&image("8.0.1"), |_| ()).await.unwrap();
    let error = firmware.upgrade(new, None).await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::Semantic);
    firmware.upgrade(new, Some("quarterly upgrade")).await.unwrap();
}

fn wizard() -> SetupRequest {
    let pem = "-----BEGIN CERTIFICATE-----\nMA==\n-----END CERTIFICATE-----\n";
    let pair = || SetupKeyPair::new(pem, "-----BEGIN PRIVATE KEY-----");
    SetupRequest::new(
        true,
        SetupAdministration::new("admin-secret", "root-secret"),
        SetupCertificates::new(SetupAuthority::new(pem), pair(), pair()),
        SetupDatetime::new("ntp.corp.test", "Europe/Budapest"),
        SetupEmail::new("ops@corp.test", "mail.corp.test"),
        SetupNetwork::new("corp.test", "192.0.2.1", "gate", "192.0.2.10/24", "192.0.2.53"),
    )
}

#[tokio::test]
async fn sets_up_a_new_appliance() {
    for version in ["6.0.1", "8.0"] {
        let sim = simulator(version).uninitialized().start().await.unwrap();
        let new = builder(&sim, "admin-secret");
        assert_eq!(new.setup_status().await.unwrap().status, SetupStatus::Uninitialized);
        let error = builder(&sim, "a").connect().await.unwrap_err();
        assert_eq!(*error.kind(), ErrorKind::AuthenticationFailure);
        let mut refused = wizard();
        refused.accept_eula = false;
        let ErrorKind::Invalid(report) = new.set_up(&refused).await.unwrap_err().kind().clone()
        else {
            panic!("it was sent")
        };
        let codes: Vec<_> = report.errors().map(|it| it.code).collect();
        assert_eq!(codes, ["eula-not-accepted"]);
        // The response is lost, as with a new address.
        sim.add_fault(Fault::drop_after().method("POST").path("/api/setup").times(1));
        assert!(new.set_up(&wizard()).await.unwrap_err().is_ambiguous());
        assert_eq!(new.setup_status().await.unwrap().status, SetupStatus::Completed);
        let client = new.connect().await.unwrap();
        assert_eq!(client.info().await.unwrap().body.hostname, "gate");
        let email = client.get::<Email>().await.unwrap().body;
        assert_eq!(email.admin_address, "ops@corp.test");
    }
}

#[tokio::test]
async fn a_setup_ends_with_a_redirection() {
    let sim = simulator("7.5").uninitialized().start().await.unwrap();
    builder(&sim, "admin-secret").set_up(&wizard()).await.unwrap();
    let again = builder(&sim, "admin-secret").set_up(&wizard()).await.unwrap_err();
    assert_eq!(*again.kind(), ErrorKind::Conflict);
    let words = format!("{again} {again:?} {:?}", wizard());
    assert!(!words.contains("admin-secret") && !words.contains("root-secret"), "{words}");
}

#[tokio::test]
async fn joins_nodes_to_a_cluster() {
    for version in ["6.0.12", "8.0"] {
        let (central, other) =
            (simulator(version).start().await.unwrap(), simulator(version).start().await.unwrap());
        let (client, joining) = (client(&central).await, client(&other).await);
        assert_eq!(*client.cluster().status().await.unwrap_err().kind(), ErrorKind::NotFound);

        let mut transaction = client.transaction().await.unwrap();
        let promoted = transaction.promote().await.unwrap();
        assert_eq!(promoted.body.roles, [ClusterRole::CentralManagement]);
        assert!(transaction.commit().await.unwrap().is_complete());

        let mut transaction = joining.transaction().await.unwrap();
        let join = transaction.request_join("192.0.2.1").await.unwrap();
        assert!(transaction.commit().await.unwrap().is_complete());
        assert!(!format!("{join:?}").contains(join.psk.expose()));

        let mut transaction = client.transaction().await.unwrap();
        let key = transaction.add_node(&join).await.unwrap();
        let report = transaction.commit().await.unwrap();
        assert!(report.is_complete(), "{report:?}");
        assert_eq!(key.as_str(), join.node_id);

        let mut transaction = client.transaction().await.unwrap();
        let roles = vec![ClusterRole::ManagedHost, ClusterRole::SearchMinion];
        let node = ClusterNode::new().with_roles(roles.clone());
        transaction.replace_object(key.as_str(), &node).await.unwrap();
        assert!(transaction.commit().await.unwrap().is_complete());
        let nodes = client.cluster().nodes().await.unwrap();
        assert_eq!((nodes.len(), &nodes[1].body.roles), (2, &roles));

        let status = client.cluster().status().await.unwrap();
        assert_eq!(status.len(), 2);
        assert_eq!(status[0].body.fqdn, "sps.example.com");
        assert!(!status[0].body.last_seen.is_present() && status[1].body.last_seen.is_present());
        assert!(status[1].body.configuration_sync.is_present());
        assert_eq!(status[1].key.as_deref(), Some(key.as_str()));
        for sim in [&central, &other] {
            assert_eq!(sim.open_transaction(), None);
        }
    }
}

#[tokio::test]
async fn a_promotion_is_a_change_like_others() {
    let sim = simulator("8.0").start().await.unwrap();
    let client = client(&sim).await;
    let mut transaction = client.transaction().await.unwrap();
    transaction.promote().await.unwrap();
    let mut health = transaction.get::<HealthMonitoring>().await.unwrap().into_request();
    health.maximum_load1 = Some(7);
    transaction.replace(&health).await.unwrap();
    let review = transaction.review().await.unwrap();
    assert_eq!((review.changes.len(), review.foreign().count()), (2, 0));
    transaction.cancel().await.unwrap();
    // A wrong body is refused before it is sent.
    let mut transaction = client.transaction().await.unwrap();
    let error = transaction.request_join("").await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalid(_)));
    transaction.cancel().await.unwrap();
}

#[tokio::test]
async fn an_upgrade_brings_new_endpoints() {
    let sim = simulator("6.9.5").start().await.unwrap();
    let target: Version = "6.9.5".parse().unwrap();
    let client = builder(&sim, "a").target(target).connect().await.unwrap();
    // Downloads by the appliance itself came later.
    let error = client.get_raw("/api/firmware/fetch").await.unwrap_err();
    assert_eq!(*error.kind(), ErrorKind::NotFound);
    let slot = client.firmware().upload(&image("7.0.2"), |_| ()).await.unwrap();
    client.firmware().upgrade(slot, None).await.unwrap();
    sim.reboot();
    client.firmware().wait_for_version("7.0.2").await.unwrap();
    client.get_raw("/api/firmware/fetch").await.unwrap();
}
