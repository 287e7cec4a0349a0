//! Every fault of the simulator at every step of a change: the result of the client, and the state that it leaves.
//!
//! Each cell of the tables in `docs/faults.md` is one run of the real client against a simulator of its own.

use std::{collections::BTreeMap, env, fmt::Write as _, fs, path::Path, sync::Arc, time::Duration};

use serde_json::{Value, json};
use sps_client::{Client, CommitReport, Error, ErrorKind, Login, Transaction};
use sps_model::{Email, HealthMonitoring, Password, Secret, read};
use sps_sim::{Fault, Simulator, User};
use sps_validate::Context;
use tokio::{sync::Semaphore, task::JoinSet};

const EMAIL: &str = "/api/configuration/management/email";
const PASSWORDS: &str = "/api/configuration/passwords";
const HEALTH: &str = "/api/configuration/management/health_monitoring";

/// Secrets that no error may hold: the password of the login and the stored one.
const LOGIN: &str = "open sesame 4711";
const STORED: &str = "correct horse battery";

/// Timeout of the client. Only cells about time wait. They wait together, and a busy machine has enough time for all
/// other responses.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(2);

/// Delay of a late response.
const DELAY: Duration = Duration::from_millis(2_500);

/// Time in which the last late request arrives.
const LATE_REQUESTS: Duration = Duration::from_secs(1);

/// A step of a change, and the requests that belong to it.
struct Step {
    name: &'static str,
    method: &'static str,
    path: &'static str,
}

/// Name of the commit after that of another session.
const CONFLICT: &str = "commit, too late";

const STEPS: &[Step] = &[
    Step { name: "login", method: "GET", path: "/api/authentication" },
    Step { name: "open", method: "POST", path: "/api/transaction" },
    Step { name: "create", method: "POST", path: PASSWORDS },
    Step { name: "put", method: "PUT", path: EMAIL },
    Step { name: "review", method: "GET", path: "/api/transaction/changes" },
    Step { name: "commit", method: "PUT", path: "/api/transaction" },
    Step { name: CONFLICT, method: "PUT", path: "/api/transaction" },
    Step { name: "read back", method: "GET", path: EMAIL },
];

/// A fault, and texts of which an error about it must hold one.
struct Row {
    name: &'static str,
    fault: fn() -> Fault,
    causes: &'static [&'static str],
    is_slow: bool,
    /// Returns why the fault cannot occur at a step.
    absent: fn(&str) -> Option<&'static str>,
}

const ROWS: &[Row] = &[
    Row {
        name: "none",
        fault: || Fault::delay(Duration::ZERO),
        causes: &["another session committed first"],
        is_slow: false,
        absent: |_| None,
    },
    Row {
        name: "delay, longer than the client waits",
        fault: || Fault::delay(DELAY),
        causes: &["no response in time"],
        is_slow: true,
        absent: |_| None,
    },
    Row {
        name: "connection dropped, nothing done",
        fault: Fault::drop_before,
        causes: &["connection was lost"],
        is_slow: false,
        absent: |_| None,
    },
    Row {
        name: "connection dropped, but done",
        fault: Fault::drop_after,
        causes: &["connection was lost"],
        is_slow: false,
        absent: |_| None,
    },
    Row {
        name: "500",
        fault: || Fault::status(500),
        causes: &["(500"],
        is_slow: false,
        absent: |_| None,
    },
    Row {
        name: "502",
        fault: || Fault::status(502),
        causes: &["(502"],
        is_slow: false,
        absent: |_| None,
    },
    Row {
        name: "503",
        fault: || Fault::status(503),
        causes: &["(503"],
        is_slow: false,
        absent: |_| None,
    },
    Row {
        name: "session expired",
        fault: Fault::expire_session,
        causes: &["the session ended"],
        is_slow: false,
        absent: |step| (step == "login").then_some("there is no session yet"),
    },
    Row {
        name: "locked by alice",
        fault: || Fault::foreign_lock("alice"),
        causes: &["locked by alice"],
        is_slow: false,
        absent: |step| {
            ["login", "review", "read back"].contains(&step).then_some("reading needs no lock")
        },
    },
    Row {
        name: "slow body",
        fault: || Fault::slow_body(DELAY),
        causes: &["no response in time"],
        is_slow: true,
        absent: |_| None,
    },
    Row {
        name: "truncated body",
        fault: Fault::truncate_body,
        causes: &["connection was lost"],
        is_slow: false,
        absent: |_| None,
    },
    Row {
        name: "a key silently dropped",
        // The created object has no such member.
        fault: || Fault::lose_key("sender_address"),
        causes: &[],
        is_slow: false,
        absent: |step| (step != "put").then_some("only the body of an object has keys to lose"),
    },
];

/// Number of hits of a fault.
#[derive(Clone, Copy, PartialEq)]
enum Times {
    Once,
    Always,
}

/// Result of one change.
struct Run {
    result: Result<CommitReport, Error>,
    /// Number of requests by method and path, which shows repeated requests and additional checks.
    requests: BTreeMap<(String, String), usize>,
    before: Value,
    after: Value,
}

impl Run {
    fn count(&self, method: &str, path: &str) -> usize {
        self.requests.get(&(method.to_owned(), path.to_owned())).copied().unwrap_or_default()
    }
}

/// Returns the body of the PUT, which refers to the new password.
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

/// Opens, creates, puts and reviews.
async fn prepare(client: Result<Client, Error>) -> Result<Transaction, Error> {
    let client = client?;
    let mut transaction = client.transaction().await?;
    let password = Password::new().with_plain(Secret::new(STORED));
    let key = transaction.create::<Password>(&password).await?;
    let body = email(key.as_str()).to_string();
    let request = read::<Email>(&body, &Context::default()).unwrap();
    transaction.replace::<Email>(&request).await?;
    let review = transaction.review().await?;
    assert_eq!(review.foreign().count(), 0, "{review:?}");
    Ok(transaction)
}

/// Changes another object, and commits.
async fn commit_as_bob(simulator: &Simulator) {
    let bob = connect(simulator, "bob", Duration::from_secs(60), Duration::ZERO).await.unwrap();
    let raise = |it: &mut HealthMonitoring| it.maximum_disk_utilization_ratio = Some(81);
    assert!(bob.edit(raise).await.unwrap().is_complete());
}

async fn connect(
    simulator: &Simulator,
    user: &str,
    patience: Duration,
    lock_wait: Duration,
) -> Result<Client, Error> {
    Client::builder(&simulator.url())
        .unwrap()
        .danger_allow_http()
        .login(Login::password(user, LOGIN))
        .timeout(patience)
        .lock_wait(lock_wait)
        .retries(1, Duration::from_millis(1))
        .connect()
        .await
}

/// Makes one change, with or without a fault, and checks that no transaction stays open.
async fn run(fault: Option<Fault>, step: Option<&Step>, is_slow: bool, times: Times) -> Run {
    let simulator = Simulator::builder()
        .target("8.0.0".parse().unwrap())
        .plain_http()
        .seed(1)
        .user(User::admin("admin", LOGIN))
        .user(User::admin("bob", LOGIN))
        .start()
        .await
        .unwrap();
    let mut before = simulator.configuration();
    let is_late = step.is_some_and(|it| it.name == CONFLICT);
    if let Some(fault) = fault.clone().filter(|_| !is_late) {
        simulator.add_fault(fault);
    }
    // Waits for a lock that is released, however slow this machine is, and gives up on one that stays.
    let lock_wait = Duration::from_millis(if times == Times::Once { 60_000 } else { 20 });
    let patience = if is_slow { CLIENT_TIMEOUT } else { Duration::from_secs(60) };
    let client = connect(&simulator, "admin", patience, lock_wait).await;
    let handle = client.as_ref().ok().cloned();
    let result = match prepare(client).await {
        Ok(transaction) => {
            if let Some(fault) = fault.filter(|_| is_late) {
                commit_as_bob(&simulator).await;
                before = simulator.configuration();
                simulator.add_fault(fault);
            }
            // The commit reads back.
            transaction.commit().await
        }
        Err(error) => Err(error),
    };
    if let Some(client) = handle {
        client.clean_up().await.unwrap();
    }
    if is_slow {
        // A late request must not leave a transaction open.
        tokio::time::sleep(LATE_REQUESTS).await;
    }
    assert_eq!(simulator.open_transaction(), None, "a transaction stays open: {result:?}");
    let mut requests = BTreeMap::new();
    for it in simulator.requests() {
        *requests.entry((it.method, it.path)).or_default() += 1;
    }
    Run { result, requests, before, after: simulator.configuration() }
}

/// Returns the configuration after the change, or `None` if no object was created.
fn changed(before: &Value, after: &Value) -> Option<Value> {
    let key = after[PASSWORDS]["@order"][0].as_str()?;
    let mut expected = before.clone();
    expected[PASSWORDS] = json!({"@order": [key], key: {"plain": STORED}});
    expected[EMAIL] = email(key);
    Some(expected)
}

/// Checks the result of a run, and returns the text of its cell.
fn cell(run: &Run, usual: &Run, step: &Step, row: &Row) -> String {
    let Run { result, before, after, .. } = run;
    let context = format!("{} at {}", row.name, step.name);
    let is_late = step.name == CONFLICT;
    let ratio = &after[HEALTH]["maximum_disk_utilization_ratio"];
    assert_eq!(*ratio == 81, is_late, "{context}: the change of the other session");
    let is_old = before == after;
    let mut new = changed(before, after);
    if let (Some(new), true) = (&mut new, row.name.contains("key")) {
        new[EMAIL].as_object_mut().unwrap().remove("sender_address");
    }
    let is_new = new.is_some_and(|new| new == *after);
    assert!(is_old != is_new, "{context}: the change is half done: {after:#}");
    let report = match result {
        Ok(report) => report,
        Err(error) => {
            // The error alone must explain the failure.
            let (line, all) = (error.to_string(), format!("{error} {error:?}"));
            assert!(
                row.causes.iter().any(|it| line.contains(it)),
                "{context}: the cause is missing: {line}"
            );
            assert!(error.request().is_some(), "{context}: the request is missing: {line}");
            for secret in [LOGIN, STORED, "YWRtaW46"] {
                assert!(!all.contains(secret), "{context}: {secret} is in {all}");
            }
            let tokens = all.split(|it: char| !it.is_ascii_hexdigit()).any(|it| it.len() >= 32);
            assert!(!tokens, "{context}: a session is in {all}");
            let fact = if is_new { "everything changed" } else { "nothing changed" };
            if *error.kind() == ErrorKind::Ambiguous {
                return format!("unclear; {fact}");
            }
            assert!(is_old, "{context}: committed, but: {line}");
            return match error.kind() {
                ErrorKind::Locked { holder: Some(holder) } => {
                    format!("refused: locked by {holder}")
                }
                kind => format!("error: {}; {fact}", kind_text(kind, error)),
            };
        }
    };
    assert!(is_new, "{context}: reported as committed, but nothing changed");
    assert!(!is_late, "{context}: committed after another session");
    assert_eq!(report.changed, 2, "{context}");
    // Every run reports that the stored password cannot be read back.
    let unread = report.unverified.len() - 1;
    if let [mismatch] = &report.mismatches[..] {
        assert_eq!(
            mismatch.to_string(),
            format!("{EMAIL}#/sender_address: sent \"sps@example.com\", found (absent)"),
        );
        return "done, loss reported".to_owned();
    }
    assert_eq!(report.mismatches, [], "{context}");
    assert!(!row.name.contains("key"), "{context}: the loss is not reported");
    if unread > 0 {
        return "done, could not be read back".to_owned();
    }
    let is_repeated = run.count(step.method, step.path) > usual.count(step.method, step.path);
    let is_change = step.method != "GET";
    let checks = |run: &Run| {
        run.count("GET", "/api/transaction") + run.count("GET", "/api/transaction/changes")
    };
    let is_checked = is_change && checks(run) > checks(usual);
    assert_eq!(report.was_ambiguous, is_checked && step.name == "commit", "{context}");
    if step.name == "commit" {
        assert_eq!(run.count(step.method, step.path), 1, "{context}: committed twice");
    }
    match (is_checked, is_repeated) {
        (false, false) => "done",
        (true, false) => "done, checked",
        (false, true) => "done, repeated",
        (true, true) => "done, checked and repeated",
    }
    .to_owned()
}

fn kind_text(kind: &ErrorKind, error: &Error) -> String {
    match kind {
        ErrorKind::SessionEnded => "session ended".to_owned(),
        ErrorKind::NotCommitted => "not committed".to_owned(),
        ErrorKind::CommitConflict => "another session committed first".to_owned(),
        ErrorKind::Timeout => "no response in time".to_owned(),
        ErrorKind::ConnectionLost => "connection lost".to_owned(),
        ErrorKind::Unavailable | ErrorKind::Other => error.status().unwrap_or_default().to_string(),
        other => format!("{other:?}"),
    }
}

/// Returns all cells of one table, as Markdown.
async fn table(times: Times) -> String {
    let usual = Arc::new(run(None, None, false, times).await);
    assert!(usual.result.as_ref().is_ok_and(CommitReport::is_complete), "{:?}", usual.result);
    assert_eq!(changed(&usual.before, &usual.after).as_ref(), Some(&usual.after));
    // Cells that only wait run together. The number of others is limited, so that none of them times out.
    let permits = Arc::new(Semaphore::new(8));
    let mut tasks = JoinSet::new();
    for (y, row) in ROWS.iter().enumerate() {
        for (x, step) in STEPS.iter().enumerate() {
            if (row.absent)(step.name).is_some() {
                continue;
            }
            let fault = (row.fault)().method(step.method).path(step.path);
            let fault = if times == Times::Once { fault.times(1) } else { fault };
            let (usual, permits) = (Arc::clone(&usual), Arc::clone(&permits));
            tasks.spawn(async move {
                let _permit =
                    if row.is_slow { None } else { Some(permits.acquire_owned().await.unwrap()) };
                let run = run(Some(fault), Some(step), row.is_slow, times).await;
                ((y, x), cell(&run, &usual, step, row))
            });
        }
    }
    let (mut cells, mut broken) = (BTreeMap::new(), 0);
    while let Some(cell) = tasks.join_next().await {
        // A failed cell has printed its panic. All other cells run to their end.
        match cell {
            Ok((position, text)) => drop(cells.insert(position, text)),
            Err(_) => broken += 1,
        }
    }
    assert_eq!(broken, 0, "cells failed");
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

/// Returns the comments around a table.
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
