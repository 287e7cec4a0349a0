//! Every fault of the simulator at every step of a change: what the client makes of it, and what it leaves behind.
//!
//! Each cell of the tables in `docs/faults.md` is one run of the real client against a simulator of its own.

use std::{collections::BTreeMap, env, fmt::Write as _, fs, path::Path, sync::Arc, time::Duration};

use serde_json::{Value, json};
use sps_client::{Client, CommitReport, Error, ErrorKind, Login};
use sps_model::{Email, Password, Secret, read};
use sps_sim::{Fault, Simulator, User};
use sps_validate::Context;
use tokio::{sync::Semaphore, task::JoinSet};

const EMAIL: &str = "/api/configuration/management/email";
const PASSWORDS: &str = "/api/configuration/passwords";

/// What nobody may read in an error: the password of the login and the one that is stored.
const LOGIN: &str = "open sesame 4711";
const STORED: &str = "correct horse battery";

/// How long a client waits for a response, and how late a late one comes. Only cells that are about time wait; they
/// wait together, and long enough for a busy machine to answer everything else in time.
const PATIENCE: Duration = Duration::from_secs(2);
const LATE: Duration = Duration::from_millis(2_500);

/// After so long what was asked for last has arrived, if it ever does.
const SETTLED: Duration = Duration::from_secs(1);

/// A step of a change, and the requests that belong to it.
struct Step {
    name: &'static str,
    method: &'static str,
    path: &'static str,
}

const STEPS: &[Step] = &[
    Step { name: "login", method: "GET", path: "/api/authentication" },
    Step { name: "open", method: "POST", path: "/api/transaction" },
    Step { name: "create", method: "POST", path: PASSWORDS },
    Step { name: "put", method: "PUT", path: EMAIL },
    Step { name: "review", method: "GET", path: "/api/transaction/changes" },
    Step { name: "commit", method: "PUT", path: "/api/transaction" },
    Step { name: "read back", method: "GET", path: EMAIL },
];

/// A fault, and the words of which an error about it has to hold one.
struct Row {
    name: &'static str,
    fault: fn() -> Fault,
    words: &'static [&'static str],
    is_slow: bool,
    /// Why it cannot show at a step.
    absent: fn(&str) -> Option<&'static str>,
}

const ROWS: &[Row] = &[
    Row {
        name: "delay, longer than the client waits",
        fault: || Fault::delay(LATE),
        words: &["no response in time"],
        is_slow: true,
        absent: |_| None,
    },
    Row {
        name: "connection dropped, nothing done",
        fault: Fault::drop_before,
        words: &["connection was lost"],
        is_slow: false,
        absent: |_| None,
    },
    Row {
        name: "connection dropped, but done",
        fault: Fault::drop_after,
        words: &["connection was lost"],
        is_slow: false,
        absent: |_| None,
    },
    Row {
        name: "500",
        fault: || Fault::status(500),
        words: &["(500"],
        is_slow: false,
        absent: |_| None,
    },
    Row {
        name: "502",
        fault: || Fault::status(502),
        words: &["(502"],
        is_slow: false,
        absent: |_| None,
    },
    Row {
        name: "503",
        fault: || Fault::status(503),
        words: &["(503"],
        is_slow: false,
        absent: |_| None,
    },
    Row {
        name: "session expired",
        fault: Fault::expire_session,
        words: &["the session ended"],
        is_slow: false,
        absent: |step| (step == "login").then_some("nobody has a session yet"),
    },
    Row {
        name: "locked by alice",
        fault: || Fault::foreign_lock("alice"),
        words: &["locked by alice"],
        is_slow: false,
        absent: |step| {
            ["login", "review", "read back"].contains(&step).then_some("reading needs no lock")
        },
    },
    Row {
        name: "slow body",
        fault: || Fault::slow_body(LATE),
        words: &["no response in time"],
        is_slow: true,
        absent: |_| None,
    },
    Row {
        name: "truncated body",
        fault: Fault::truncate_body,
        words: &["connection was lost"],
        is_slow: false,
        absent: |_| None,
    },
    Row {
        name: "a key silently dropped",
        // The second one is in the object that is created.
        fault: || Fault::lose_key("sender_address"),
        words: &[],
        is_slow: false,
        absent: |step| (step != "put").then_some("only the body of an object has keys to lose"),
    },
];

/// How often the fault hits.
#[derive(Clone, Copy, PartialEq)]
enum Times {
    Once,
    Always,
}

/// What came of one change.
struct Run {
    result: Result<CommitReport, Error>,
    /// How often something was asked: a repeated request and an additional look show here.
    asked: BTreeMap<(String, String), usize>,
    before: Value,
    after: Value,
}

impl Run {
    fn count(&self, method: &str, path: &str) -> usize {
        self.asked.get(&(method.to_owned(), path.to_owned())).copied().unwrap_or_default()
    }
}

/// The body that is put: it refers to the password that was created just before.
fn email(password: &str) -> Value {
    json!({
        "admin_address": "ops@example.com",
        "alerting_address": "alerts@example.com",
        "reporting_address": "reports@example.com",
        "sender_address": "sps@example.com",
        "smtp_auth": {"enabled": true, "username": "relay", "password": password},
        "smtp_encryption": {"selection": "disabled"},
        "smtp_server": {"selection": "ip", "value": "192.0.2.25"},
    })
}

/// Log in, open, create, put, review, commit; the commit reads back.
async fn change(client: Result<Client, Error>) -> Result<CommitReport, Error> {
    let client = client?;
    let mut transaction = client.transaction().await?;
    let password = Password::new().with_plain(Secret::new(STORED));
    let key = transaction.create(&password).await?;
    let body = email(key.as_str()).to_string();
    let request = read::<Email>(&body, &Context::default()).unwrap();
    transaction.replace(&request).await?;
    let review = transaction.review().await?;
    assert_eq!(review.foreign().count(), 0, "{review:?}");
    transaction.commit().await
}

/// One change with a fault or without, and the proof that nothing is left open.
async fn run(fault: Option<Fault>, is_slow: bool, times: Times) -> Run {
    let simulator = Simulator::builder()
        .target("8.0.0".parse().unwrap())
        .plain_http()
        .seed(1)
        .user(User::admin("admin", LOGIN))
        .start()
        .await
        .unwrap();
    let before = simulator.configuration();
    if let Some(fault) = fault {
        simulator.add_fault(fault);
    }
    // A lock that is gone at the next look is waited for, however slow this machine is; one that stays is not.
    let lock_wait = Duration::from_millis(if times == Times::Once { 60_000 } else { 20 });
    let patience = if is_slow { PATIENCE } else { Duration::from_secs(60) };
    let client = Client::builder(&simulator.url())
        .unwrap()
        .danger_allow_http()
        .login(Login::password("admin", LOGIN))
        .timeout(patience)
        .lock_wait(lock_wait)
        .retries(1, Duration::from_millis(1))
        .connect()
        .await;
    let handle = client.as_ref().ok().cloned();
    let result = change(client).await;
    if let Some(client) = handle {
        client.clean_up().await.unwrap();
    }
    if is_slow {
        // What is done late must leave nothing behind either.
        tokio::time::sleep(SETTLED).await;
    }
    assert_eq!(simulator.open_transaction(), None, "a lock is left behind: {result:?}");
    let mut asked = BTreeMap::new();
    for it in simulator.requests() {
        *asked.entry((it.method, it.path)).or_default() += 1;
    }
    Run { result, asked, before, after: simulator.configuration() }
}

/// The configuration as the change would make it; `None` if nothing was created.
fn changed(before: &Value, after: &Value) -> Option<Value> {
    let key = after[PASSWORDS]["@order"][0].as_str()?;
    let mut wanted = before.clone();
    wanted[PASSWORDS] = json!({"@order": [key], key: {"plain": STORED}});
    wanted[EMAIL] = email(key);
    Some(wanted)
}

/// A word or two for a cell, after everything that must hold was held against it.
fn word(run: &Run, usual: &Run, step: &Step, row: &Row) -> String {
    let Run { result, before, after, .. } = run;
    let place = format!("{} at {}", row.name, step.name);
    let is_old = before == after;
    let mut new = changed(before, after);
    if let (Some(new), true) = (&mut new, row.name.contains("key")) {
        new[EMAIL].as_object_mut().unwrap().remove("sender_address");
    }
    let is_new = new.is_some_and(|new| new == *after);
    assert!(is_old != is_new, "{place}: half of it is there: {after:#}");
    let outcome = match result {
        Ok(outcome) => outcome,
        Err(error) => {
            // The log of the simulator is no help here: an error has to speak for itself.
            let (line, all) = (error.to_string(), format!("{error} {error:?}"));
            assert!(row.words.iter().any(|it| line.contains(it)), "{place}: says not why: {line}");
            assert!(error.request().is_some(), "{place}: names no request: {line}");
            for secret in [LOGIN, STORED, "YWRtaW46"] {
                assert!(!all.contains(secret), "{place}: {secret} is in {all}");
            }
            let tokens = all.split(|it: char| !it.is_ascii_hexdigit()).any(|it| it.len() >= 32);
            assert!(!tokens, "{place}: a session is in {all}");
            let fact = if is_new { "everything changed" } else { "nothing changed" };
            if *error.kind() == ErrorKind::Ambiguous {
                return format!("unclear; {fact}");
            }
            assert!(is_old, "{place}: it is committed, but: {line}");
            return match error.kind() {
                ErrorKind::Locked { holder: Some(holder) } => {
                    format!("refused: locked by {holder}")
                }
                kind => format!("error: {}; {fact}", kind_words(kind, error)),
            };
        }
    };
    assert!(is_new, "{place}: said to be committed, but nothing is");
    assert_eq!(outcome.changed, 2, "{place}");
    // That the stored password cannot be seen is said of every run.
    let not_seen = outcome.unverified.len() - 1;
    if let [mismatch] = &outcome.mismatches[..] {
        assert_eq!(
            mismatch.to_string(),
            format!("{EMAIL}#/sender_address: sent \"sps@example.com\", found (absent)"),
        );
        return "done, the loss is told".to_owned();
    }
    assert_eq!(outcome.mismatches, [], "{place}");
    assert!(!row.name.contains("key"), "{place}: the loss is not told");
    if not_seen > 0 {
        return "done, could not be read back".to_owned();
    }
    let again = run.count(step.method, step.path) > usual.count(step.method, step.path);
    let is_change = step.method != "GET";
    let looks = |run: &Run| {
        run.count("GET", "/api/transaction") + run.count("GET", "/api/transaction/changes")
    };
    let looked = is_change && looks(run) > looks(usual);
    assert_eq!(outcome.was_ambiguous, looked && step.name == "commit", "{place}");
    if step.name == "commit" {
        assert_eq!(run.count(step.method, step.path), 1, "{place}: committed twice");
    }
    match (looked, again) {
        (false, false) => "done",
        (true, false) => "done, after a look",
        (false, true) => "done, asked again",
        (true, true) => "done, after a look and asked again",
    }
    .to_owned()
}

fn kind_words(kind: &ErrorKind, error: &Error) -> String {
    match kind {
        ErrorKind::SessionEnded => "session ended".to_owned(),
        ErrorKind::NotCommitted => "not committed".to_owned(),
        ErrorKind::Timeout => "no response in time".to_owned(),
        ErrorKind::ConnectionLost => "connection lost".to_owned(),
        ErrorKind::Unavailable | ErrorKind::Other => error.status().unwrap_or_default().to_string(),
        other => format!("{other:?}"),
    }
}

/// All cells of one table, as Markdown.
async fn table(times: Times) -> String {
    let usual = Arc::new(run(None, false, times).await);
    assert!(usual.result.as_ref().is_ok_and(CommitReport::is_complete), "{:?}", usual.result);
    assert_eq!(changed(&usual.before, &usual.after).as_ref(), Some(&usual.after));
    // Those that only wait may wait together; the others are kept from starving each other.
    let places = Arc::new(Semaphore::new(8));
    let mut tasks = JoinSet::new();
    for (y, row) in ROWS.iter().enumerate() {
        for (x, step) in STEPS.iter().enumerate() {
            if (row.absent)(step.name).is_some() {
                continue;
            }
            let fault = (row.fault)().method(step.method).path(step.path);
            let fault = if times == Times::Once { fault.times(1) } else { fault };
            let (usual, places) = (Arc::clone(&usual), Arc::clone(&places));
            tasks.spawn(async move {
                let _place =
                    if row.is_slow { None } else { Some(places.acquire_owned().await.unwrap()) };
                let run = run(Some(fault), row.is_slow, times).await;
                ((y, x), word(&run, &usual, step, row))
            });
        }
    }
    let (mut cells, mut broken) = (BTreeMap::new(), 0);
    while let Some(cell) = tasks.join_next().await {
        // What is wrong with it was printed when it panicked; the others are worth a look too.
        match cell {
            Ok((place, word)) => drop(cells.insert(place, word)),
            Err(_) => broken += 1,
        }
    }
    assert_eq!(broken, 0, "so many cells are broken");
    let mut text = String::from("| Fault |");
    for step in STEPS {
        write!(text, " {} |", step.name).unwrap();
    }
    text += "\n|---|";
    text += &"---|".repeat(STEPS.len());
    for (y, row) in ROWS.iter().enumerate() {
        write!(text, "\n| {} |", row.name).unwrap();
        for x in 0..STEPS.len() {
            write!(text, " {} |", cells.get(&(y, x)).map_or("–", String::as_str)).unwrap();
        }
    }
    text + "\n"
}

/// The part of the page between the marks of a table.
fn marks(name: &str) -> (String, String) {
    let command = "UPDATE_DOCS=1 cargo test -p tests --test it fault_matrix";
    (format!("<!-- {name}: written by `{command}` -->\n"), format!("<!-- end of {name} -->"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_at_every_step_ends_in_a_known_state() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/faults.md");
    let old = fs::read_to_string(&path).unwrap();
    let mut page = old.clone();
    let (once, always) = tokio::join!(table(Times::Once), table(Times::Always));
    for (name, table) in [("once", once), ("always", always)] {
        let (begin, end) = marks(name);
        let start = page.find(&begin).expect("the page has the mark") + begin.len();
        let stop = page.find(&end).expect("the page has the mark");
        page.replace_range(start..stop, &table);
    }
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(&path, page).unwrap();
    } else {
        let hint =
            "docs/faults.md is stale: UPDATE_DOCS=1 cargo test -p tests --test it fault_matrix";
        assert!(page == old, "{hint}\n{page}");
    }
}
