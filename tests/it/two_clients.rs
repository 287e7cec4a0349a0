//! Two clients at one appliance, doing anything in any order, held against a model of a page.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    time::{Duration, SystemTime},
};

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{Config, TestRng, TestRunner},
};
use serde_json::{Value, json};
use sps_client::{Client, Error, ErrorKind, Login, RawResponse, Transaction};
use sps_sim::{Clock, Simulator, User};
use sps_validate::UnknownKeys;

const HEALTH: &str = "/api/configuration/management/health_monitoring";
const EMAIL: &str = "/api/configuration/management/email";
const TRAP: &str = "/api/configuration/management/snmp/trap";
const PASSWORDS: &str = "/api/configuration/passwords";
const TIMES: &str = "/api/configuration/policies/time_policies";
const CHANNELS: &str = "/api/configuration/rdp/channel_policies";

const NAMES: [&str; 2] = ["ann", "bob"];

/// Idle minutes after which a session ends.
const IDLE: u64 = 10;

/// What one of the two does. An object is named by its place among those that are there.
#[derive(Debug, Clone, Copy)]
enum Act {
    Open,
    /// The ratio: 1 to 100 is valid, 80 is there at first.
    PutHealth(u64),
    /// The user of the relay refers to this password.
    PutEmail(usize),
    /// So does the user of the traps: a password serves one of them only.
    PutTrap(usize),
    /// Valid but for a reference that leads nowhere, which only the appliance can see.
    PutEmailDangling,
    CreatePassword,
    CreateTimes,
    /// Refers to the time policy at this place.
    CreateChannel(usize),
    DeleteTimes(usize),
    DeleteChannel(usize),
    Commit,
    Cancel,
    Drop,
    /// Minutes go by; nobody does anything.
    Wait(u64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => Just(Act::Open),
        3 => prop_oneof![2 => 1..=100_u64, 2 => Just(80), 1 => Just(101)].prop_map(Act::PutHealth),
        4 => (0..2_usize).prop_map(Act::PutEmail),
        4 => (0..2_usize).prop_map(Act::PutTrap),
        1 => Just(Act::PutEmailDangling),
        3 => Just(Act::CreatePassword),
        3 => Just(Act::CreateTimes),
        3 => (0..2_usize).prop_map(Act::CreateChannel),
        3 => (0..2_usize).prop_map(Act::DeleteTimes),
        2 => (0..2_usize).prop_map(Act::DeleteChannel),
        4 => Just(Act::Commit),
        1 => Just(Act::Cancel),
        1 => Just(Act::Drop),
        // Never ten in a sum: what happens at the very moment is a matter of taste.
        2 => prop_oneof![Just(Act::Wait(4)), Just(Act::Wait(11))],
    ]
}

fn health(ratio: u64) -> Value {
    json!({
        "maximum_disk_utilization_ratio": ratio, "maximum_load1": null, "maximum_load15": null,
        "maximum_load5": null, "maximum_swap_utilization_ratio": 70,
    })
}

fn email(password: &str) -> Value {
    json!({
        "admin_address": "ops@example.com", "alerting_address": "alerts@example.com",
        "reporting_address": "reports@example.com", "sender_address": null,
        "smtp_auth": {"enabled": true, "username": "relay", "password": password},
        "smtp_encryption": {"selection": "disabled"},
        "smtp_server": {"selection": "ip", "value": "192.0.2.25"},
    })
}

fn trap(password: &str) -> Value {
    json!({"enabled": true, "version": {"selection": "3", "value": {
        "server": {"selection": "ip", "value": "192.0.2.25"}, "username": "trapper",
        "engine_id": "0x0123456789", "auth_method": "sha", "auth_password": password,
        "encryption_method": "none", "encryption_password": null,
    }}})
}

fn times() -> Value {
    let day = json!([["8:00", "17:00"]]);
    let mut policy = json!({"name": "office-hours"});
    for name in ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] {
        policy[name] = day.clone();
    }
    policy
}

fn channel(times: &str) -> Value {
    json!({"name": "drawing", "rules": [{
        "actions": {"audit": true, "content_policy": null, "four_eyes": false, "ids": false},
        "allowed_for": {
            "clients": [], "gateway_groups": [], "remote_groups": [], "servers": [], "time_policy": times,
        },
        "channel": "#drawing",
    }]})
}

/// A configuration as the model sees it: what differs from the one that the appliance came with.
#[derive(Debug, Clone, Default, PartialEq)]
struct Held {
    singletons: BTreeMap<&'static str, Value>,
    /// Paths in the order of creation, with bodies.
    objects: Vec<(&'static str, String, Value)>,
}

impl Held {
    fn of(&self, collection: &str) -> Vec<&String> {
        self.objects.iter().filter(|it| it.0 == collection).map(|it| &it.1).collect()
    }

    /// The key of the object at this place, counted around.
    fn key(&self, collection: &str, at: usize) -> Option<String> {
        let all = self.of(collection);
        all.get(at % all.len().max(1)).map(|it| (*it).clone())
    }

    fn is_used(&self, key: &str, but_at: &str) -> bool {
        let others = self.singletons.iter().filter(|it| *it.0 != but_at).map(|it| it.1);
        others.chain(self.objects.iter().map(|it| &it.2)).any(|it| mentions(it, key))
    }

    /// The whole configuration, on top of the one at the start.
    fn whole(&self, start: &Value) -> Value {
        let mut all = start.clone();
        for (path, body) in &self.singletons {
            all[*path] = body.clone();
        }
        for (collection, key, body) in &self.objects {
            if all[*collection].is_null() {
                all[*collection] = json!({"@order": []});
            }
            all[*collection]["@order"].as_array_mut().unwrap().push(json!(key));
            all[*collection][key] = body.clone();
        }
        all
    }
}

fn mentions(value: &Value, word: &str) -> bool {
    match value {
        Value::String(text) => text == word,
        Value::Array(all) => all.iter().any(|it| mentions(it, word)),
        Value::Object(all) => all.values().any(|it| mentions(it, word)),
        _ => false,
    }
}

/// What waits for a commit, and who holds it.
#[derive(Debug, Clone)]
struct Pending {
    who: usize,
    held: Held,
    changes: usize,
}

/// The appliance, as simple as it can be said.
#[derive(Debug, Default)]
struct Model {
    now: u64,
    committed: Held,
    pending: Option<Pending>,
    /// The minute of the last request of each session that lives.
    sessions: [Option<u64>; 2],
    /// Commits that changed something.
    revision: u32,
}

impl Model {
    /// Ends what was idle for too long.
    fn expire(&mut self) {
        for who in 0..2 {
            if self.sessions[who].is_some_and(|it| self.now - it >= IDLE) {
                self.sessions[who] = None;
                self.pending.take_if(|it| it.who == who);
            }
        }
    }

    fn holds(&self, who: usize) -> bool {
        self.pending.as_ref().is_some_and(|it| it.who == who)
    }

    /// What this one sees.
    fn view(&self, who: usize) -> &Held {
        match &self.pending {
            Some(pending) if pending.who == who => &pending.held,
            _ => &self.committed,
        }
    }

    fn put(&mut self, path: &'static str, body: Value, start: &Value) {
        let pending = self.pending.as_mut().unwrap();
        let old = pending.held.singletons.get(path).unwrap_or_else(|| &start[path]);
        // What is put as it was is no change.
        pending.changes += usize::from(*old != body);
        pending.held.singletons.insert(path, body);
    }
}

/// What has to come up in some sequence, for these tests to mean anything.
const SEEN: [&str; 9] = [
    "committed",
    "committed what was there",
    "locked",
    "already open",
    "ended with its session",
    "refused by the client",
    "reference-exists",
    "single-use-reference",
    "still-referenced",
];

/// Two clients, one appliance, one model.
struct World {
    simulator: Simulator,
    start: Value,
    clients: Vec<Client>,
    transactions: [Option<Transaction>; 2],
    model: Model,
    observer: Client,
    hashes: Vec<String>,
    seen: BTreeSet<&'static str>,
}

async fn connect(simulator: &Simulator, name: &str) -> Client {
    Client::builder(&simulator.url())
        .unwrap()
        .danger_allow_http()
        .login(Login::password(name, "x"))
        .lock_wait(Duration::ZERO)
        .retries(0, Duration::ZERO)
        .connect()
        .await
        .unwrap()
}

impl World {
    async fn new(target: &str) -> Self {
        let simulator = Simulator::builder()
            .target(target.parse().unwrap())
            .plain_http()
            .seed(7)
            .clock(Clock::manual(SystemTime::UNIX_EPOCH))
            .user(User::admin("ann", "x"))
            .user(User::admin("bob", "x"))
            .user(User::reader("observer", "x"))
            .start()
            .await
            .unwrap();
        let clients = vec![connect(&simulator, "ann").await, connect(&simulator, "bob").await];
        let observer = connect(&simulator, "observer").await;
        let model = Model { sessions: [Some(0), Some(0)], ..Model::default() };
        let mut world = Self {
            start: simulator.configuration(),
            simulator,
            clients,
            transactions: [None, None],
            model,
            observer,
            hashes: Vec::new(),
            seen: BTreeSet::new(),
        };
        world.hashes.push(world.hash().await);
        world
    }

    async fn hash(&self) -> String {
        // Renews the session if it ended: who is not logged in gets a response too, but without the hash.
        self.observer.transaction_status().await.unwrap();
        self.observer.info().await.unwrap().body.config_hash.into_option().unwrap()
    }

    /// One act, and what must come of it.
    async fn act(&mut self, who: usize, act: Act) {
        self.model.expire();
        let words = format!("{} {act:?}", NAMES[who]);
        match act {
            Act::Wait(minutes) => {
                self.simulator.clock().advance(Duration::from_secs(minutes * 60));
                self.model.now += minutes;
                self.model.expire();
            }
            Act::Open => self.open(who, &words).await,
            Act::Commit => self.commit(who, &words).await,
            Act::Cancel | Act::Drop => {
                let Some(transaction) = self.transactions[who].take() else { return };
                if matches!(act, Act::Cancel) {
                    transaction.cancel().await.unwrap();
                } else {
                    drop(transaction);
                    self.clients[who].clean_up().await.unwrap();
                }
                self.touch(who);
                self.model.pending.take_if(|it| it.who == who);
            }
            _ => self.change(who, act, &words).await,
        }
        self.check(&words).await;
    }

    /// A request came from a session that lives.
    fn touch(&mut self, who: usize) {
        if let Some(last) = &mut self.model.sessions[who] {
            *last = self.model.now;
        }
    }

    async fn open(&mut self, who: usize, words: &str) {
        let opened = self.clients[who].transaction().await;
        if self.transactions[who].is_some() {
            // Known without asking, even where its session has ended meanwhile.
            assert_eq!(*opened.unwrap_err().kind(), ErrorKind::AlreadyOpen, "{words}");
            self.seen.insert("already open");
            return;
        }
        // Outside of a transaction a session that ended is replaced in silence.
        self.model.sessions[who] = Some(self.model.now);
        match &self.model.pending {
            Some(other) => {
                let holder = Some(NAMES[other.who].to_owned());
                assert_eq!(*opened.unwrap_err().kind(), ErrorKind::Locked { holder }, "{words}");
                self.seen.insert("locked");
            }
            None => {
                self.transactions[who] = Some(opened.unwrap());
                let held = self.model.committed.clone();
                self.model.pending = Some(Pending { who, held, changes: 0 });
            }
        }
    }

    async fn commit(&mut self, who: usize, words: &str) {
        let Some(transaction) = self.transactions[who].take() else { return };
        let result = transaction.commit().await;
        self.touch(who);
        if !self.model.holds(who) {
            assert_eq!(*result.unwrap_err().kind(), ErrorKind::SessionEnded, "{words}");
            self.seen.insert("ended with its session");
            return;
        }
        let outcome = result.unwrap();
        assert!(outcome.is_complete(), "{words}: {outcome:?}");
        let pending = self.model.pending.take().unwrap();
        self.model.revision += u32::from(pending.changes > 0);
        self.model.committed = pending.held;
        if pending.changes > 0 {
            self.seen.insert("committed");
        } else if outcome.changed > 0 {
            self.seen.insert("committed what was there");
        }
    }

    async fn change(&mut self, who: usize, act: Act, words: &str) {
        let Some(mut transaction) = self.transactions[who].take() else { return };
        let asked = self.simulator.requests().len();
        let view = self.model.view(who).clone();
        let result = match &act {
            Act::PutHealth(ratio) => put(&mut transaction, HEALTH, health(*ratio)).await,
            Act::PutEmail(at) => match view.key(PASSWORDS, *at) {
                Some(key) => put(&mut transaction, EMAIL, email(&key)).await,
                None => return self.transactions[who] = Some(transaction),
            },
            Act::PutTrap(at) => match view.key(PASSWORDS, *at) {
                Some(key) => put(&mut transaction, TRAP, trap(&key)).await,
                None => return self.transactions[who] = Some(transaction),
            },
            Act::PutEmailDangling => put(&mut transaction, EMAIL, email("no-such-key")).await,
            Act::CreatePassword => {
                post(&mut transaction, PASSWORDS, json!({"plain": "correct horse battery"})).await
            }
            Act::CreateTimes => post(&mut transaction, TIMES, times()).await,
            Act::CreateChannel(at) => {
                let key = view.key(TIMES, *at).unwrap_or_else(|| "-100".to_owned());
                post(&mut transaction, CHANNELS, channel(&key)).await
            }
            Act::DeleteTimes(at) => match view.key(TIMES, *at) {
                Some(key) => delete(&mut transaction, TIMES, &key).await,
                None => return self.transactions[who] = Some(transaction),
            },
            Act::DeleteChannel(at) => match view.key(CHANNELS, *at) {
                Some(key) => delete(&mut transaction, CHANNELS, &key).await,
                None => return self.transactions[who] = Some(transaction),
            },
            _ => unreachable!("it changes nothing"),
        };
        if let Act::PutHealth(101) = act {
            self.transactions[who] = Some(transaction);
            let error = result.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Invalid(_)), "{words}: {error}");
            assert_eq!(self.simulator.requests().len(), asked, "{words}: it was sent");
            self.seen.insert("refused by the client");
            return;
        }
        self.touch(who);
        if !self.model.holds(who) {
            assert_eq!(*result.unwrap_err().kind(), ErrorKind::SessionEnded, "{words}");
            // It knows now that it is over, and would not stand in the way of the next one.
            drop(transaction);
            return;
        }
        self.transactions[who] = Some(transaction);
        match self.expected(who, act) {
            Ok(apply) => {
                let key = result.unwrap_or_else(|error| panic!("{words}: {error}"));
                apply(&mut self.model, key, &self.start);
            }
            Err(code) => {
                let error = result.expect_err(words);
                assert_eq!(*error.kind(), ErrorKind::Semantic, "{words}");
                let details = error.details().unwrap().as_value();
                assert!(mentions(details, code), "{words}: {details}");
                self.seen.insert(code);
            }
        }
    }

    /// How the model takes a change: what it does, or the code of its refusal.
    fn expected(&self, who: usize, act: Act) -> Result<Apply, &'static str> {
        let view = self.model.view(who);
        let put_one = |path: &'static str, body: Value| -> Apply {
            Box::new(move |model, _, start| model.put(path, body, start))
        };
        let create_one = |path: &'static str, body: Value| -> Apply {
            Box::new(move |model, key, _| {
                let pending = model.pending.as_mut().unwrap();
                pending.held.objects.push((path, key.expect("a new object has a key"), body));
                pending.changes += 1;
            })
        };
        let delete_one = |path: &'static str, key: String| -> Apply {
            Box::new(move |model, _, _| {
                let pending = model.pending.as_mut().unwrap();
                pending.held.objects.retain(|it| (it.0, &it.1) != (path, &key));
                pending.changes += 1;
            })
        };
        let single_use = |path: &'static str, key: String, body: Value| {
            if view.is_used(&key, path) {
                Err("single-use-reference")
            } else {
                Ok(put_one(path, body))
            }
        };
        match act {
            Act::PutHealth(ratio) => Ok(put_one(HEALTH, health(ratio))),
            Act::PutEmail(at) => {
                let key = view.key(PASSWORDS, at).unwrap();
                single_use(EMAIL, key.clone(), email(&key))
            }
            Act::PutTrap(at) => {
                let key = view.key(PASSWORDS, at).unwrap();
                single_use(TRAP, key.clone(), trap(&key))
            }
            Act::PutEmailDangling => Err("reference-exists"),
            Act::CreatePassword => {
                Ok(create_one(PASSWORDS, json!({"plain": "correct horse battery"})))
            }
            Act::CreateTimes => Ok(create_one(TIMES, times())),
            Act::CreateChannel(at) => {
                let key = view.key(TIMES, at).unwrap_or_else(|| "-100".to_owned());
                Ok(create_one(CHANNELS, channel(&key)))
            }
            Act::DeleteTimes(at) => {
                let key = view.key(TIMES, at).unwrap();
                if view.is_used(&key, "") {
                    Err("still-referenced")
                } else {
                    Ok(delete_one(TIMES, key))
                }
            }
            Act::DeleteChannel(at) => Ok(delete_one(CHANNELS, view.key(CHANNELS, at).unwrap())),
            _ => unreachable!("it changes nothing"),
        }
    }

    /// What holds after every act.
    async fn check(&mut self, words: &str) {
        // One writer at most, and the right one.
        let holder = self.simulator.open_transaction().map(|it| (it.user, it.changes));
        let expected = self.model.pending.as_ref();
        let expected = expected.map(|it| (NAMES[it.who].to_owned(), it.changes));
        assert_eq!(holder, expected, "{words}");
        // What was committed, and nothing else.
        let found = self.simulator.configuration();
        assert_eq!(found, self.model.committed.whole(&self.start), "{words}");
        // Judged without the model: it may be wrong in the same way.
        let keys = |path: &str| -> BTreeSet<String> {
            let order = found[path]["@order"].as_array().cloned().unwrap_or_default();
            order.iter().map(|it| it.as_str().unwrap().to_owned()).collect()
        };
        let used: Vec<_> = ["/smtp_auth/password", "/version/value/auth_password"]
            .iter()
            .zip([EMAIL, TRAP])
            .filter_map(|(pointer, path)| found[path].pointer(pointer)?.as_str())
            .collect();
        assert!(used.iter().all(|it| keys(PASSWORDS).contains(*it)), "{words}: dangling {used:?}");
        assert!(used.len() < 2 || used[0] != used[1], "{words}: one password serves two");
        for key in keys(CHANNELS) {
            let times = found[CHANNELS][&key].pointer("/rules/0/allowed_for/time_policy").unwrap();
            assert!(keys(TIMES).contains(times.as_str().unwrap()), "{words}: dangling {times}");
        }
        // The hash is as new as the last commit that changed something.
        let hash = self.hash().await;
        let expected = usize::try_from(self.model.revision).unwrap();
        if self.hashes.len() == expected {
            assert!(!self.hashes.contains(&hash), "{words}: the hash stands still");
            self.hashes.push(hash);
        } else {
            assert_eq!(self.hashes.len(), expected + 1, "{words}");
            assert_eq!(self.hashes.last(), Some(&hash), "{words}: the hash moved");
        }
    }
}

/// What the model does once a change succeeded; it needs the key of a new object.
type Apply = Box<dyn FnOnce(&mut Model, Option<String>, &Value)>;

async fn put(
    transaction: &mut Transaction,
    path: &str,
    body: Value,
) -> Result<Option<String>, Error> {
    transaction.replace_raw(path, &body.into(), UnknownKeys::Deny).await.map(|()| None)
}

async fn post(
    transaction: &mut Transaction,
    path: &str,
    body: Value,
) -> Result<Option<String>, Error> {
    let response = transaction.create_raw(path, &body.into(), UnknownKeys::Deny).await?;
    let RawResponse { key, .. } = response;
    Ok(key)
}

async fn delete(
    transaction: &mut Transaction,
    path: &str,
    key: &str,
) -> Result<Option<String>, Error> {
    transaction.delete_raw(&format!("{path}/{key}")).await.map(|()| None)
}

async fn play(target: &str, acts: Vec<(usize, Act)>) -> BTreeSet<&'static str> {
    let mut world = World::new(target).await;
    for (who, act) in acts {
        world.act(who, act).await;
    }
    // Whatever is still held is given up with the clients.
    for who in 0..2 {
        drop(world.transactions[who].take());
        world.clients[who].clean_up().await.unwrap();
    }
    assert_eq!(world.simulator.open_transaction(), None);
    world.seen
}

/// The same cases in every run; `PROPTEST_CASES` asks for more.
fn any_sequence(target: &str) {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|it| it.parse().ok());
    let config =
        Config { cases: cases.unwrap_or(24), failure_persistence: None, ..Config::default() };
    let random = TestRng::deterministic_rng(config.rng_algorithm);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let seen = RefCell::new(BTreeSet::new());
    TestRunner::new_with_rng(config, random)
        .run(&vec((0..2_usize, act()), 40..80), |acts| {
            seen.borrow_mut().append(&mut runtime.block_on(play(target, acts)));
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{target}: {error}"));
    assert_eq!(seen.into_inner(), BTreeSet::from(SEEN), "{target}");
}

#[test]
fn any_sequence_where_transactions_are_opened() {
    any_sequence("6.0.1");
}

#[test]
fn any_sequence_where_the_first_change_opens_one() {
    any_sequence("8.0.0");
}
