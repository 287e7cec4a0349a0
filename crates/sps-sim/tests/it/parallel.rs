//! Several transactions at once.

use serde_json::{Value, json};
use sps_sim::{Locks, Simulator};

use crate::{
    client::{Client, Reply},
    state::Folder,
    version,
};

const EMAIL: &str = "/api/configuration/management/email";
const HEALTH: &str = "/api/configuration/management/health_monitoring";
const PASSWORDS: &str = "/api/configuration/passwords";

fn email(client: &Client<'_>, admin: &str) -> Value {
    let mut body = client.get(EMAIL).expect(200)["body"].clone();
    body["admin_address"] = json!(admin);
    body
}

fn status(client: &Client<'_>) -> Value {
    client.get("/api/transaction").expect(200)["body"]["status"].clone()
}

/// Asserts that a commit came after that of another session.
#[track_caller]
fn assert_overtaken(reply: &Reply, by: &str) {
    assert_eq!((reply.status, reply.error().as_str()), (409, "Conflict"));
    let error = &reply.json()["error"];
    let message = error["message"].as_str().unwrap();
    assert!(message.contains(by) && message.contains("committed"), "{error}");
    // `user` names the holder of a lock. There is no lock here.
    assert_eq!(error["details"], json!({"committed_by": by}));
}

async fn parallel() -> Simulator {
    version("7.5").start().await.unwrap()
}

/// The administration guide of 6.9.5 is the first that allows several REST transactions; that of 6.0.12 allows one.
#[tokio::test(flavor = "multi_thread")]
async fn the_version_decides_how_many_transactions_there_are() {
    for (target, locks, count) in [
        ("6.0.12", None, 1),
        ("6.9.4", None, 1),
        ("6.9.5", None, 2),
        ("7.0", None, 2),
        ("8.0", None, 2),
        ("8.0", Some(Locks::Single), 1),
        ("6.0.9", Some(Locks::Parallel), 2),
    ] {
        let builder = version(target);
        let builder = if let Some(locks) = locks { builder.locks(locks) } else { builder };
        let sim = builder.start().await.unwrap();
        let (admin, alice) = (Client::new(&sim), Client::login(&sim, "alice", "a"));
        admin.open().expect(200);
        assert_eq!(alice.open().status, if count == 1 { 409 } else { 200 }, "{target} {locks:?}");
        let holders: Vec<_> = sim.open_transactions().into_iter().map(|it| it.user).collect();
        assert_eq!(holders, ["admin", "alice"][..count], "{target} {locks:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_session_sees_its_own_changes() {
    let sim = parallel().await;
    let (admin, alice) = (Client::new(&sim), Client::login(&sim, "alice", "a"));
    let reader = Client::new(&sim);
    admin.put(EMAIL, &email(&admin, "root@example.com")).expect(200);
    alice.put(EMAIL, &email(&alice, "alice@example.com")).expect(200);
    for (client, expected) in [
        (&admin, "root@example.com"),
        (&alice, "alice@example.com"),
        (&reader, "admin@example.com"),
    ] {
        assert_eq!(client.get(EMAIL).expect(200)["body"]["admin_address"], expected);
        let changes = client.get("/api/transaction/changes").expect(200)["changes"].clone();
        let own = changes.as_array().unwrap();
        assert!(own.iter().all(|it| it["new_value"]["admin_address"] == expected), "{changes}");
        assert_eq!(own.len(), usize::from(expected != "admin@example.com"));
    }
    // A key of one transaction does not exist in the other.
    let key = admin.post(PASSWORDS, &json!({"plain": "hush"})).expect(201)["key"].clone();
    let path = format!("{PASSWORDS}/{}", key.as_str().unwrap());
    admin.get(&path).expect(200);
    assert_eq!(alice.get(&path).status, 404);
    assert_eq!(sim.configuration()[EMAIL]["admin_address"], "admin@example.com");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_commit_is_a_conflict_and_has_no_effect() {
    let sim = parallel().await;
    let (admin, alice) = (Client::new(&sim), Client::login(&sim, "alice", "a"));
    admin.put(EMAIL, &email(&admin, "root@example.com")).expect(200);
    let mut health = alice.get(HEALTH).expect(200)["body"].clone();
    health["maximum_load1"] = json!(7);
    // Another object: the appliance does not merge.
    alice.put(HEALTH, &health).expect(200);
    admin.commit().expect(200);
    let committed = sim.configuration();
    assert_eq!(committed[EMAIL]["admin_address"], "root@example.com");
    // The transaction stays open until it is discarded, and never commits.
    for _ in 0..2 {
        assert_overtaken(&alice.commit(), "admin");
        assert_overtaken(&alice.body("PUT", "/api/transaction", ""), "admin");
        assert_eq!(status(&alice), "open");
        assert_eq!(sim.configuration(), committed);
    }
    alice.delete("/api/transaction").expect(200);
    // From the start, on what is there now.
    alice.open().expect(200);
    assert_eq!(alice.get(EMAIL).expect(200)["body"]["admin_address"], "root@example.com");
    alice.put(HEALTH, &health).expect(200);
    alice.commit().expect(200);
    let both = sim.configuration();
    assert_eq!(both[EMAIL]["admin_address"], "root@example.com");
    assert_eq!(both[HEALTH]["maximum_load1"], 7);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_commit_that_wrote_something_overtakes_and_is_overtaken() {
    let sim = parallel().await;
    let (admin, alice) = (Client::new(&sim), Client::login(&sim, "alice", "a"));
    // A commit of nothing, and a discarded change.
    alice.put(EMAIL, &email(&alice, "alice@example.com")).expect(200);
    admin.open().expect(200);
    admin.commit().expect(200);
    admin.put(EMAIL, &email(&admin, "root@example.com")).expect(200);
    admin.delete("/api/transaction").expect(200);
    alice.commit().expect(200);
    assert_eq!(sim.configuration()[EMAIL]["admin_address"], "alice@example.com");
    // Nothing to commit is no conflict, and restores nothing.
    admin.open().expect(200);
    alice.put(EMAIL, &email(&alice, "second@example.com")).expect(200);
    alice.commit().expect(200);
    admin.commit().expect(200);
    assert_eq!(sim.configuration()[EMAIL]["admin_address"], "second@example.com");
    assert_eq!(sim.open_transactions(), []);
    // The session's next transaction starts from what is committed now.
    admin.put(EMAIL, &email(&admin, "third@example.com")).expect(200);
    admin.commit().expect(200);
    assert_eq!(sim.configuration()[EMAIL]["admin_address"], "third@example.com");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_session_discards_its_own_transaction() {
    let sim = parallel().await;
    let (admin, alice) = (Client::new(&sim), Client::login(&sim, "alice", "a"));
    admin.put(EMAIL, &email(&admin, "root@example.com")).expect(200);
    alice.put(EMAIL, &email(&alice, "alice@example.com")).expect(200);
    admin.delete("/api/authentication").expect(200);
    let holders = sim.open_transactions();
    assert_eq!((holders.len(), &*holders[0].user), (1, "alice"));
    alice.commit().expect(200);
    // An idle session loses its own, too.
    let (admin, alice) = (Client::new(&sim), Client::login(&sim, "alice", "a"));
    admin.open().expect(200);
    sim.clock().advance(std::time::Duration::from_secs(6 * 60));
    alice.open().expect(200);
    sim.clock().advance(std::time::Duration::from_secs(6 * 60));
    assert_eq!(sim.open_transaction().unwrap().user, "alice");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_of_many_simultaneous_commits_wins() {
    let sim = parallel().await;
    let clients: Vec<_> = (0..8).map(|_| Client::new(&sim)).collect();
    for (number, client) in clients.iter().enumerate() {
        client.put(EMAIL, &email(client, &format!("root{number}@example.com"))).expect(200);
    }
    let statuses: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            clients.iter().map(|client| scope.spawn(|| client.commit().status)).collect();
        threads.into_iter().map(|it| it.join().unwrap()).collect()
    });
    assert_eq!(statuses.iter().filter(|it| **it == 409).count(), 7, "{statuses:?}");
    let winner = statuses.iter().position(|it| *it == 200).unwrap();
    let address = format!("root{winner}@example.com");
    assert_eq!(sim.configuration()[EMAIL]["admin_address"], address);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_conflict_does_not_touch_the_state_file() {
    let folder = Folder::new("parallel");
    let file = folder.0.join("state.json");
    let sim = version("7.5").state(&file).start().await.unwrap();
    let (admin, alice) = (Client::new(&sim), Client::login(&sim, "alice", "a"));
    alice.put(EMAIL, &email(&alice, "alice@example.com")).expect(200);
    admin.put(EMAIL, &email(&admin, "root@example.com")).expect(200);
    admin.commit().expect(200);
    let saved = std::fs::read(&file).unwrap();
    assert_overtaken(&alice.commit(), "admin");
    assert_eq!(std::fs::read(&file).unwrap(), saved);
}
