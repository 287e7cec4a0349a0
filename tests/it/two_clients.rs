//! Two clients of one appliance act in any order. A small model predicts every result.

mod bodies;
mod model;

use std::{
    cell::RefCell,
    collections::BTreeSet,
    time::{Duration, SystemTime},
};

use proptest::{
    collection::vec,
    prelude::*,
    test_runner::{TestRng, TestRunner},
};
use serde_json::{Value, json};
use sps_client::{Client, Error, ErrorKind, Login, RawResponse, Transaction};
use sps_sim::{Clock, Locks, Simulator, User};
use sps_validate::UnknownKeys;

use self::{
    bodies::{channel, email, health, times, trap},
    model::{Model, mentions},
};
use crate::random::inputs;

const HEALTH: &str = "/api/configuration/management/health_monitoring";
const EMAIL: &str = "/api/configuration/management/email";
const TRAP: &str = "/api/configuration/management/snmp/trap";
const PASSWORDS: &str = "/api/configuration/passwords";
const TIMES: &str = "/api/configuration/policies/time_policies";
const CHANNELS: &str = "/api/configuration/rdp/channel_policies";

const NAMES: [&str; 2] = ["ann", "bob"];

/// An act of one client. Objects are named by their index.
#[derive(Debug, Clone, Copy)]
enum Act {
    Open,
    /// Puts a ratio: 1 to 100 is valid, 80 is the default.
    PutHealth(u64),
    /// Reads the ratio, and keeps what was read beyond the transaction.
    Remember,
    /// Puts a ratio if the object is still what was read.
    PutHealthIfUnchanged(u64),
    /// Puts settings of the relay that refer to this password.
    PutEmail(usize),
    /// Puts settings of traps that refer to this password. Only one endpoint may use a password.
    PutTrap(usize),
    /// Puts settings with a dangling reference, which only the appliance can detect.
    PutEmailDangling,
    CreatePassword,
    CreateTimes,
    /// Creates a channel policy that refers to this time policy.
    CreateChannel(usize),
    DeleteTimes(usize),
    DeleteChannel(usize),
    Commit,
    Cancel,
    Drop,
    /// Lets minutes pass.
    Wait(u64),
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => Just(Act::Open),
        3 => prop_oneof![2 => 1..=100_u64, 2 => Just(80), 1 => Just(101)].prop_map(Act::PutHealth),
        2 => Just(Act::Remember),
        3 => (1..=100_u64).prop_map(Act::PutHealthIfUnchanged),
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
        // The waits never add up to ten, because the behavior at the exact limit is not defined.
        2 => prop_oneof![Just(Act::Wait(4)), Just(Act::Wait(11))],
    ]
}

/// Events that some sequence must produce, or the test is void. One more depends on the locks.
const SEEN: [&str; 9] = [
    "committed",
    "committed what was there",
    "changed meanwhile",
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
    /// What each client read last.
    read: [Option<Value>; 2],
    /// Objects that each client created or deleted in its transaction, and those that were committed.
    sent: [Vec<(&'static str, String)>; 2],
    created: BTreeSet<(&'static str, String)>,
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
    async fn new(target: &str, locks: Locks) -> Self {
        let simulator = Simulator::builder()
            .target(target.parse().unwrap())
            .locks(locks)
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
        let mut world = Self {
            start: simulator.configuration(),
            simulator,
            clients,
            transactions: [None, None],
            model: Model::new(locks),
            read: [None, None],
            sent: [Vec::new(), Vec::new()],
            created: BTreeSet::new(),
            observer,
            hashes: Vec::new(),
            seen: BTreeSet::new(),
        };
        world.hashes.push(world.hash().await);
        world
    }

    async fn hash(&self) -> String {
        // Renews the session if it ended: without a login, the response has no hash.
        self.observer.transaction_status().await.unwrap();
        self.observer.info().await.unwrap().body.config_hash.into_option().unwrap()
    }

    /// Performs one act, and checks its result.
    async fn act(&mut self, who: usize, act: Act) {
        self.model.expire();
        let context = format!("{} {act:?}", NAMES[who]);
        match act {
            Act::Wait(minutes) => {
                self.simulator.clock().advance(Duration::from_secs(minutes * 60));
                self.model.now += minutes;
                self.model.expire();
            }
            Act::Open => self.open(who, &context).await,
            Act::Commit => self.commit(who, &context).await,
            Act::Cancel | Act::Drop => {
                let Some(transaction) = self.transactions[who].take() else { return };
                if matches!(act, Act::Cancel) {
                    transaction.cancel().await.unwrap();
                } else {
                    drop(transaction);
                    self.clients[who].clean_up().await.unwrap();
                }
                self.touch(who);
                self.model.pending[who] = None;
            }
            Act::Remember => self.remember(who, &context).await,
            _ => self.change(who, act, &context).await,
        }
        self.check(&context).await;
    }

    /// Records a request of an open session.
    fn touch(&mut self, who: usize) {
        if let Some(last) = &mut self.model.sessions[who] {
            *last = self.model.now;
        }
    }

    async fn open(&mut self, who: usize, context: &str) {
        let opened = self.clients[who].transaction().await;
        if self.transactions[who].is_some() {
            // The client refuses this without a request, even if the session has ended.
            assert_eq!(*opened.unwrap_err().kind(), ErrorKind::AlreadyOpen, "{context}");
            self.seen.insert("already open");
            return;
        }
        // Outside of a transaction, the client silently replaces an ended session.
        self.model.sessions[who] = Some(self.model.now);
        self.sent[who].clear();
        if self.model.open(who) {
            self.transactions[who] = Some(opened.unwrap());
        } else {
            let holder = Some(NAMES[1 - who].to_owned());
            assert_eq!(*opened.unwrap_err().kind(), ErrorKind::Locked { holder }, "{context}");
            self.seen.insert("locked");
        }
    }

    async fn remember(&mut self, who: usize, context: &str) {
        let Some(transaction) = &mut self.transactions[who] else { return };
        let result = transaction.get_raw(HEALTH).await;
        self.touch(who);
        if !self.model.holds(who) {
            assert_eq!(*result.unwrap_err().kind(), ErrorKind::SessionEnded, "{context}");
            self.transactions[who] = None;
            return;
        }
        let response = result.unwrap().content.as_value().clone();
        assert_eq!(response["body"], *self.health(who), "{context}");
        self.read[who] = Some(response);
    }

    /// Returns the object of the ratio as this client sees it.
    fn health(&self, who: usize) -> &Value {
        self.model.view(who).singletons.get(HEALTH).unwrap_or_else(|| &self.start[HEALTH])
    }

    async fn commit(&mut self, who: usize, context: &str) {
        let Some(transaction) = self.transactions[who].take() else { return };
        let result = transaction.commit().await;
        self.touch(who);
        if !self.model.holds(who) {
            assert_eq!(*result.unwrap_err().kind(), ErrorKind::SessionEnded, "{context}");
            self.seen.insert("ended with its session");
            return;
        }
        let sent = std::mem::take(&mut self.sent[who]);
        let Some(changes) = self.model.commit(who) else {
            let error = result.unwrap_err();
            assert_eq!(*error.kind(), ErrorKind::CommitConflict, "{context}: {error}");
            assert!(error.is_conflict() && !error.leaves_open(), "{context}: {error}");
            self.seen.insert("conflict");
            return;
        };
        let outcome = result.unwrap_or_else(|error| panic!("{context}: {error}"));
        assert!(outcome.is_complete(), "{context}: {outcome:?}");
        for object in sent {
            // What was there is deleted, and the other way round.
            if !self.created.remove(&object) {
                self.created.insert(object);
            }
        }
        if changes > 0 {
            self.seen.insert("committed");
        } else if outcome.changed > 0 {
            self.seen.insert("committed what was there");
        }
    }

    async fn change(&mut self, who: usize, act: Act, context: &str) {
        let Some(mut transaction) = self.transactions[who].take() else { return };
        let asked = self.simulator.requests().len();
        let view = self.model.view(who).clone();
        let result = match &act {
            Act::PutHealth(ratio) => put(&mut transaction, HEALTH, health(*ratio)).await,
            Act::PutHealthIfUnchanged(ratio) => match self.read[who].clone() {
                Some(read) => put_if(&mut transaction, HEALTH, health(*ratio), read).await,
                None => return self.transactions[who] = Some(transaction),
            },
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
            _ => unreachable!("the act changes nothing"),
        };
        if let Act::PutHealth(101) = act {
            self.transactions[who] = Some(transaction);
            let error = result.unwrap_err();
            assert!(matches!(error.kind(), ErrorKind::Invalid(_)), "{context}: {error}");
            assert_eq!(self.simulator.requests().len(), asked, "{context}: it was sent");
            self.seen.insert("refused by the client");
            return;
        }
        self.touch(who);
        if !self.model.holds(who) {
            assert_eq!(*result.unwrap_err().kind(), ErrorKind::SessionEnded, "{context}");
            // The client has noticed the end of the transaction, so the next one can open.
            drop(transaction);
            return;
        }
        self.transactions[who] = Some(transaction);
        match self.expected(who, act) {
            Ok(apply) => {
                let key = result.unwrap_or_else(|error| panic!("{context}: {error}"));
                let created = || key.clone().expect("a new object has a key");
                let sent = match act {
                    Act::CreatePassword => Some((PASSWORDS, created())),
                    Act::CreateTimes => Some((TIMES, created())),
                    Act::CreateChannel(_) => Some((CHANNELS, created())),
                    Act::DeleteTimes(at) => view.key(TIMES, at).map(|key| (TIMES, key)),
                    Act::DeleteChannel(at) => view.key(CHANNELS, at).map(|key| (CHANNELS, key)),
                    _ => None,
                };
                self.sent[who].extend(sent);
                apply(&mut self.model, key, &self.start);
            }
            Err("changed meanwhile") => {
                let error = result.expect_err(context);
                assert!(matches!(error.kind(), ErrorKind::Changed { .. }), "{context}: {error}");
                self.seen.insert("changed meanwhile");
            }
            Err(code) => {
                let error = result.expect_err(context);
                assert_eq!(*error.kind(), ErrorKind::Semantic, "{context}");
                let details = error.details().unwrap().as_value();
                assert!(mentions(details, code), "{context}: {details}");
                self.seen.insert(code);
            }
        }
    }

    /// Returns the effect of a change on the model, or the code of the refusal.
    fn expected(&self, who: usize, act: Act) -> Result<Apply, &'static str> {
        let view = self.model.view(who);
        let put_one = |path: &'static str, body: Value| -> Apply {
            Box::new(move |model, _, start| model.put(who, path, body, start))
        };
        let create_one = |path: &'static str, body: Value| -> Apply {
            Box::new(move |model, key, _| {
                let pending = model.write(who);
                pending.contents.objects.push((path, key.expect("a new object has a key"), body));
                pending.changes += 1;
            })
        };
        let delete_one = |path: &'static str, key: String| -> Apply {
            Box::new(move |model, _, _| {
                let pending = model.write(who);
                pending.contents.objects.retain(|it| (it.0, &it.1) != (path, &key));
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
            Act::PutHealthIfUnchanged(ratio) => {
                let read = self.read[who].as_ref().unwrap();
                if read["body"] == *self.health(who) {
                    Ok(put_one(HEALTH, health(ratio)))
                } else {
                    Err("changed meanwhile")
                }
            }
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
            _ => unreachable!("the act changes nothing"),
        }
    }

    /// Checks everything that must hold after every act.
    async fn check(&mut self, context: &str) {
        // The right clients hold a transaction.
        let holders = self.simulator.open_transactions().into_iter();
        let holders: BTreeSet<_> = holders.map(|it| (it.user, it.changes)).collect();
        let pending = NAMES.iter().zip(&self.model.pending);
        let expected =
            pending.filter_map(|(name, it)| Some(((*name).to_owned(), it.as_ref()?.changes)));
        assert_eq!(holders, expected.collect(), "{context}");
        // The configuration is exactly what was committed.
        let found = self.simulator.configuration();
        assert_eq!(found, self.model.committed.whole(&self.start), "{context}");
        // Checked without the model, which may have the same error: no committed object is lost, and nothing else is
        // there.
        let keys = |path: &str| -> BTreeSet<String> {
            let order = found[path]["@order"].as_array().cloned().unwrap_or_default();
            order.iter().map(|it| it.as_str().unwrap().to_owned()).collect()
        };
        for path in [PASSWORDS, TIMES, CHANNELS] {
            let created = self.created.iter().filter(|it| it.0 == path).map(|it| it.1.clone());
            let built_in = keys(path).into_iter().filter(|it| it.starts_with('-'));
            assert_eq!(keys(path), created.chain(built_in).collect(), "{context}: {path}");
        }
        let used: Vec<_> = ["/smtp_auth/password", "/version/value/auth_password"]
            .iter()
            .zip([EMAIL, TRAP])
            .filter_map(|(pointer, path)| found[path].pointer(pointer)?.as_str())
            .collect();
        assert!(
            used.iter().all(|it| keys(PASSWORDS).contains(*it)),
            "{context}: dangling {used:?}"
        );
        assert!(used.len() < 2 || used[0] != used[1], "{context}: one password is used twice");
        for key in keys(CHANNELS) {
            let times = found[CHANNELS][&key].pointer("/rules/0/allowed_for/time_policy").unwrap();
            assert!(keys(TIMES).contains(times.as_str().unwrap()), "{context}: dangling {times}");
        }
        // The hash changes exactly with the commits that change something.
        let hash = self.hash().await;
        let expected = usize::try_from(self.model.revision).unwrap();
        if self.hashes.len() == expected {
            assert!(!self.hashes.contains(&hash), "{context}: the hash did not change");
            self.hashes.push(hash);
        } else {
            assert_eq!(self.hashes.len(), expected + 1, "{context}");
            assert_eq!(self.hashes.last(), Some(&hash), "{context}: the hash changed");
        }
    }
}

/// The effect of a successful change on the model. It receives the key of a new object.
type Apply = Box<dyn FnOnce(&mut Model, Option<String>, &Value)>;

async fn put(
    transaction: &mut Transaction,
    path: &str,
    body: Value,
) -> Result<Option<String>, Error> {
    transaction.replace_raw(path, &body.into(), UnknownKeys::Deny).await.map(|()| None)
}

async fn put_if(
    transaction: &mut Transaction,
    path: &str,
    body: Value,
    base: Value,
) -> Result<Option<String>, Error> {
    let (body, base) = (body.into(), base.into());
    let put = transaction.replace_raw_if_unchanged(path, &body, UnknownKeys::Deny, &base);
    put.await.map(|()| None)
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

async fn play(target: &str, locks: Locks, acts: Vec<(usize, Act)>) -> BTreeSet<&'static str> {
    let mut world = World::new(target, locks).await;
    for (who, act) in acts {
        world.act(who, act).await;
    }
    // Dropping the transactions cancels them.
    for who in 0..2 {
        drop(world.transactions[who].take());
        world.clients[who].clean_up().await.unwrap();
    }
    assert_eq!(world.simulator.open_transaction(), None);
    world.seen
}

/// The cases are the same in every run. `PROPTEST_CASES` sets their number.
fn any_sequence(target: &str, locks: Locks) {
    let config = inputs(24);
    let random = TestRng::deterministic_rng(config.rng_algorithm);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let seen = RefCell::new(BTreeSet::new());
    TestRunner::new_with_rng(config, random)
        .run(&vec((0..2_usize, act()), 40..80), |acts| {
            seen.borrow_mut().append(&mut runtime.block_on(play(target, locks, acts)));
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{target}: {error}"));
    let mut expected = BTreeSet::from(SEEN);
    expected.insert(if locks == Locks::Single { "locked" } else { "conflict" });
    assert_eq!(seen.into_inner(), expected, "{target}");
}

#[test]
fn any_sequence_with_explicit_transactions() {
    any_sequence("6.0.1", Locks::Single);
}

#[test]
fn any_sequence_with_implicit_transactions() {
    any_sequence("8.0.0", Locks::Single);
}

#[test]
fn any_sequence_with_parallel_transactions() {
    any_sequence("6.9.5", Locks::Parallel);
}

#[test]
fn any_sequence_with_parallel_transactions_of_a_new_version() {
    any_sequence("8.0.0", Locks::Parallel);
}
