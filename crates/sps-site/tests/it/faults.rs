//! Every fault at every step: all or nothing, said which.

use std::time::Duration;

use serde_json::{Value, json};
use sps_sim::{Fault, Holder, Locks, Simulator};
use sps_site::{
    ApplyError, ApplyOptions, State,
    apply::{ApplyErrorKind, Outcome},
    plan::Action,
};

use crate::support::{
    CHANNELS, HEALTH, PASSWORDS, SECRET, TIMES, TRAP, Tree, apply, builder, channel, client,
    client_builder, health, plan, times, tree,
};

/// Makes a fault, which cannot be shared.
type MakeFault = fn() -> Fault;

/// The configuration without keys, which differ from run to run.
pub(crate) fn without_keys(configuration: &Value) -> Value {
    let mut text = configuration.to_string();
    let keys: Vec<String> = [PASSWORDS.to_owned(), format!("/api/configuration/{TIMES}")]
        .iter()
        .chain([&format!("/api/configuration/{CHANNELS}")])
        .flat_map(|path| configuration[path]["@order"].as_array().cloned().unwrap_or_default())
        .filter_map(|key| key.as_str().map(str::to_owned))
        .filter(|key| !key.starts_with('-'))
        .collect();
    for key in keys {
        text = text.replace(&key, "KEY");
    }
    serde_json::from_str(&text).unwrap()
}

/// Applies the tree to a new simulator with this fault. Gives the result, and whether all or nothing was applied.
async fn run(fault: Option<Fault>) -> (Result<(), ApplyError>, Value, Value) {
    let simulator = builder().start().await.unwrap();
    // A lock that stays is not worth waiting for.
    let patience = Duration::from_millis(50);
    let client = client_builder(&simulator, "admin").lock_wait(patience).connect().await.unwrap();
    let mut state = State::in_memory();
    let plan = plan(&client, &tree(), &state).await;
    let before = simulator.configuration();
    if let Some(fault) = fault {
        simulator.add_fault(fault);
    }
    let result = apply(&client, &plan, &mut state).await.map(drop);
    if let Err(error) = &result
        && matches!(error.outcome(), Outcome::Nothing | Outcome::Lost)
    {
        assert_eq!(simulator.open_transactions(), [], "{error}");
    }
    simulator.clear_faults();
    client.clean_up().await.unwrap();
    assert_eq!(simulator.open_transactions(), [], "{result:?}");
    (result, without_keys(&before), without_keys(&simulator.configuration()))
}

#[tokio::test]
async fn every_fault_at_every_step_ends_in_all_or_nothing() {
    let (_, _, whole) = run(None).await;
    let steps = [
        ("POST", "/api/transaction".to_owned()),
        ("GET", "/api/info".to_owned()),
        ("POST", PASSWORDS.to_owned()),
        ("PUT", format!("/api/configuration/{HEALTH}")),
        ("PUT", format!("/api/configuration/{TRAP}")),
        ("POST", format!("/api/configuration/{TIMES}")),
        ("POST", format!("/api/configuration/{CHANNELS}")),
        ("GET", "/api/transaction/changes".to_owned()),
        ("PUT", "/api/transaction".to_owned()),
    ];
    let kinds: [(&str, MakeFault); 8] = [
        ("drop-before", Fault::drop_before),
        ("drop-after", Fault::drop_after),
        ("500", || Fault::status(500)),
        ("502", || Fault::status(502)),
        ("429", || Fault::status(429)),
        ("expire-session", Fault::expire_session),
        ("truncate-body", Fault::truncate_body),
        ("foreign-lock", || Fault::foreign_lock("bob")),
    ];
    let (mut succeeded, mut failed) = (0, 0);
    for (method, path) in &steps {
        for (name, fault) in &kinds {
            for times in [1, 100] {
                let fault = fault().method(*method).path(path.as_str()).times(times);
                let (result, before, after) = run(Some(fault)).await;
                let context = format!("{name} x{times} at {method} {path}: {result:?}");
                match &result {
                    Ok(()) => {
                        assert_eq!(after, whole, "{context}");
                        succeeded += 1;
                    }
                    Err(error) => {
                        match error.outcome() {
                            Outcome::Unknown => {
                                assert!(after == before || after == whole, "{context}");
                            }
                            _ => assert_eq!(after, before, "{context}"),
                        }
                        let text = error.to_string();
                        assert!(
                            text.contains("nothing was applied")
                                || error.outcome() == Outcome::Unknown,
                            "{context}"
                        );
                        assert!(!format!("{error:?}").contains(SECRET), "{context}");
                        failed += 1;
                    }
                }
            }
        }
    }
    // Both happen: faults that pass, and ones that stay.
    assert!(succeeded > 20 && failed > 50, "{succeeded} {failed}");
}

#[tokio::test]
async fn s085_a_lost_response_creates_nothing_twice() {
    for path in [PASSWORDS.to_owned(), format!("/api/configuration/{TIMES}")] {
        let simulator = builder().start().await.unwrap();
        let (client, mut state) = (client(&simulator).await, State::in_memory());
        let plan = plan(&client, &tree(), &state).await;
        simulator.add_fault(Fault::drop_after().method("POST").path(path.as_str()).times(1));
        apply(&client, &plan, &mut state).await.unwrap();
        let all = simulator.configuration();
        let count = |path: &str| {
            let keys = all[path]["@order"].as_array().unwrap();
            keys.iter().filter(|it| !it.as_str().unwrap().starts_with('-')).count()
        };
        assert_eq!((count(PASSWORDS), count(&format!("/api/configuration/{TIMES}"))), (1, 1));
    }
}

#[tokio::test]
async fn s101_without_the_second_password_nothing_is_put() {
    let simulator = builder().start().await.unwrap();
    let (client, mut state) = (client(&simulator).await, State::in_memory());
    let mut tree = tree();
    let mut body = crate::support::trap(&json!({"$secret": "env:TRAP"}));
    body["version"]["value"]["encryption_method"] = json!("aes");
    body["version"]["value"]["encryption_password"] = json!({"$secret": "env:OTHER"});
    tree.singleton(TRAP, body);
    let label = sps_site::Label::of_singleton(TRAP);
    tree.values.insert(label, "/version/value/encryption_password", "a second one".into());
    let plan = plan(&client, &tree, &state).await;
    let before = simulator.configuration();
    // The first request passes.
    simulator.add_fault(Fault::delay(Duration::ZERO).method("POST").path(PASSWORDS).times(1));
    simulator.add_fault(Fault::status(500).method("POST").path(PASSWORDS).probability(1.0));
    let error = apply(&client, &plan, &mut state).await.unwrap_err();
    assert!(matches!(error.kind(), ApplyErrorKind::Secret { .. }), "{error:?}");
    assert!(
        error
            .to_string()
            .starts_with("cannot create the secret of management/snmp/trap at /version/value/")
    );
    let puts = simulator
        .requests()
        .into_iter()
        .filter(|it| it.method == "PUT" && it.path.contains("configuration"));
    assert_eq!(puts.count(), 0);
    assert_eq!((simulator.configuration(), simulator.open_transaction()), (before, None));
}

#[tokio::test]
async fn s089_an_expired_session_loses_the_transaction() {
    let fault = Fault::expire_session().method("PUT").path(format!("/api/configuration/{TRAP}"));
    let (result, before, after) = run(Some(fault.times(1))).await;
    let error = result.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot replace management/snmp/trap; the transaction is lost, and nothing was applied"
    );
    assert_eq!((error.outcome(), before), (Outcome::Lost, after));
}

/// A value that the appliance drops is found by the next comparison.
#[tokio::test]
async fn a_dropped_value_is_a_difference_afterwards() {
    let simulator = builder().start().await.unwrap();
    let (client, mut state) = (client(&simulator).await, State::in_memory());
    let mut tree = tree();
    let mut body = health(81);
    body["maximum_load1"] = json!(7);
    tree.singleton(HEALTH, body);
    let first = plan(&client, &tree, &state).await;
    let path = format!("/api/configuration/{HEALTH}");
    simulator.add_fault(Fault::lose_key("maximum_load1").method("PUT").path(path));
    apply(&client, &first, &mut state).await.unwrap();
    let second = plan(&client, &tree, &state).await;
    let left: Vec<_> =
        second.differences().flat_map(|it| &it.changes).map(|it| it.pointer.as_str()).collect();
    assert_eq!(left, ["/maximum_load1"]);
}

/// Applies two trees at once, as two users do.
async fn race(simulator: &Simulator, number: usize) -> [Result<(), ApplyError>; 2] {
    let trees = [(60, "8:00"), (70, "9:00")].map(|(ratio, from)| {
        let mut tree = tree();
        tree.singleton(HEALTH, health(ratio));
        tree.object(TIMES, times("office", from));
        tree.object(
            CHANNELS,
            channel(&format!("clerks-{number}"), "policies/time_policies/office"),
        );
        tree.remove("rdp/channel_policies/clerks");
        tree.remove(TRAP);
        tree
    });
    let one = client(simulator).await;
    let two = client_builder(simulator, "bob").connect().await.unwrap();
    let [mut first, mut second] = [State::in_memory(), State::in_memory()];
    let plans = [plan(&one, &trees[0], &first).await, plan(&two, &trees[1], &second).await];
    let (a, b) =
        tokio::join!(apply(&one, &plans[0], &mut first), apply(&two, &plans[1], &mut second));
    let results = [a.map(drop), b.map(drop)];
    one.clean_up().await.unwrap();
    two.clean_up().await.unwrap();
    results
}

#[tokio::test]
async fn s099_one_of_two_trees_wins_as_a_whole() {
    for locks in [Locks::Parallel, Locks::Single] {
        let simulator = builder().locks(locks).start().await.unwrap();
        for number in 0..50 {
            let results = race(&simulator, number).await;
            let won: Vec<_> = results.iter().map(Result::is_ok).collect();
            assert_eq!(won.iter().filter(|it| **it).count(), 1, "{results:?}");
            for error in results.into_iter().filter_map(Result::err) {
                assert!(error.is_stale() && error.outcome() == Outcome::Nothing, "{error:?}");
            }
            let all = simulator.configuration();
            let ratio =
                &all[format!("/api/configuration/{HEALTH}")]["maximum_disk_utilization_ratio"];
            let policies = &all[format!("/api/configuration/{TIMES}")];
            let office =
                policies.as_object().unwrap().values().find(|it| it["name"] == "office").unwrap();
            let expected =
                if won[0] { (json!(60), json!("8:00")) } else { (json!(70), json!("9:00")) };
            assert_eq!((ratio.clone(), office["Mon"][0][0].clone()), expected);
            assert_eq!(simulator.open_transactions(), []);
        }
    }
}

/// A proxy answers in place of the appliance, and nothing took effect.
#[tokio::test]
async fn s081_a_success_without_effect_is_found_afterwards() {
    for path in ["/api/transaction".to_owned(), format!("/api/configuration/{HEALTH}")] {
        let simulator = builder().start().await.unwrap();
        let (client, mut state) = (client(&simulator).await, State::in_memory());
        let first = plan(&client, &tree(), &state).await;
        let fault = Fault::status(200).method("PUT").path(path.as_str());
        simulator.add_fault(fault.times(1));
        let result = apply(&client, &first, &mut state).await;
        let (appliance, found) = crate::support::read(&client).await;
        let second = first.again(appliance, &found, &state).unwrap();
        match result {
            // The commit was repeated, or the object is not as the tree describes it.
            Ok(_) if path == "/api/transaction" => assert!(second.is_empty()),
            Ok(_) => {
                let left: Vec<_> = second.differences().map(|it| it.label.to_string()).collect();
                assert_eq!(left, [HEALTH]);
            }
            Err(error) => {
                assert_eq!(error.outcome(), Outcome::Nothing, "{error:?}");
                assert_eq!(second.summary(), first.summary());
            }
        }
        client.clean_up().await.unwrap();
        assert_eq!(simulator.open_transactions(), []);
    }
}

/// Ends the application at each of its requests, as a signal does.
#[tokio::test]
async fn s091_an_application_that_is_dropped_applies_nothing() {
    for step in [PASSWORDS, HEALTH, TRAP, TIMES, CHANNELS] {
        let simulator = builder().start().await.unwrap();
        let (client, mut state) = (client(&simulator).await, State::in_memory());
        let plan = plan(&client, &tree(), &state).await;
        let before = simulator.configuration();
        let delay = Fault::delay(Duration::from_millis(400)).path(format!("*{step}"));
        simulator.add_fault(delay);
        let limit = Duration::from_millis(200);
        let result = tokio::time::timeout(limit, apply(&client, &plan, &mut state)).await;
        assert!(result.is_err(), "{step}");
        client.clean_up().await.unwrap();
        assert_eq!(simulator.configuration(), before, "{step}");
        assert_eq!(simulator.open_transactions(), [], "{step}");
    }
}

/// Where no hash tells that the configuration changed, as before version 6.1, the object itself does.
#[tokio::test]
async fn without_a_hash_a_stale_change_is_refused() {
    let simulator = builder().start().await.unwrap();
    let (client, mut state) = (client(&simulator).await, State::in_memory());
    let mut tree = tree();
    tree.remove("rdp/channel_policies/clerks");
    let (mut appliance, found) = crate::support::read(&client).await;
    appliance.config_hash = None;
    let mut inputs = sps_site::plan::Inputs::new(appliance, &tree.objects, &found, &state);
    inputs.values = tree.values.clone();
    let first = sps_site::Plan::compare(inputs).unwrap();
    let bob = client_builder(&simulator, "bob").connect().await.unwrap();
    let raise = |it: &mut sps_model::HealthMonitoring| it.maximum_load5 = Some(3);
    drop(bob.edit(raise).await.unwrap());
    let before = simulator.configuration();
    let error = apply(&client, &first, &mut state).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "another session changed the configuration first; nothing was applied"
    );
    assert!(error.is_stale());
    assert_eq!((simulator.configuration(), simulator.open_transaction()), (before, None));
}

/// What was created, changed, renamed and deleted before, and the tree that does so.
fn evolved() -> (Tree, Tree) {
    let mut first = tree();
    first.object(TIMES, times("night", "20:00"));
    let mut second = tree();
    second.secret("another battery");
    second.remove("policies/time_policies/office");
    second.object(TIMES, times("office-hours", "9:00"));
    second.object(CHANNELS, channel("clerks", "policies/time_policies/office-hours"));
    let label = |name| sps_site::Label::of_object(TIMES, name);
    second.scope.moved = vec![(label("office"), label("office-hours"))];
    second.scope.owned = vec![TIMES.to_owned()];
    (first, second)
}

/// Applies the second tree to an appliance that has the first, with these faults.
async fn evolve(faults: Vec<Fault>) -> (Result<(), ApplyError>, [Value; 2], Vec<Holder>) {
    let simulator = builder().start().await.unwrap();
    let patience = Duration::from_millis(50);
    let client = client_builder(&simulator, "admin").lock_wait(patience).connect().await.unwrap();
    let mut state = State::in_memory();
    let (first, second) = evolved();
    let first = plan(&client, &first, &state).await;
    apply(&client, &first, &mut state).await.unwrap();
    let second = plan(&client, &second, &state).await;
    assert_eq!(second.summary().to_string(), "0 to create, 2 to change, 1 to delete, 2 unchanged");
    let before = simulator.configuration();
    for fault in faults {
        simulator.add_fault(fault);
    }
    let result = apply(&client, &second, &mut state).await.map(drop);
    let open = simulator.open_transactions();
    simulator.clear_faults();
    client.clean_up().await.unwrap();
    (result, [&before, &simulator.configuration()].map(without_keys), open)
}

#[tokio::test]
async fn faults_of_renames_and_deletions_end_in_all_or_nothing() {
    let (result, [before, whole], _) = evolve(Vec::new()).await;
    result.unwrap();
    assert_ne!(before, whole);
    let steps = [
        ("PUT", format!("/api/configuration/{TIMES}/*")),
        ("DELETE", format!("/api/configuration/{TIMES}/*")),
        ("PUT", format!("/api/configuration/{TRAP}")),
        ("POST", PASSWORDS.to_owned()),
        ("PUT", "/api/transaction".to_owned()),
    ];
    let kinds: [MakeFault; 6] = [
        Fault::drop_before,
        Fault::drop_after,
        || Fault::status(503),
        Fault::expire_session,
        Fault::truncate_body,
        || Fault::slow_body(Duration::from_millis(5)),
    ];
    let (mut succeeded, mut failed) = (0, 0);
    for (method, path) in &steps {
        for fault in kinds {
            for times in [1, 100] {
                let fault = fault().method(*method).path(path.as_str()).times(times);
                let context = format!("{fault:?}");
                let (result, [before, after], open) = evolve(vec![fault]).await;
                let context = format!("{context}: {result:?}");
                match result {
                    Ok(()) => {
                        assert_eq!(after, whole, "{context}");
                        succeeded += 1;
                    }
                    Err(error) if error.outcome() == Outcome::Unknown => {
                        assert!(after == before || after == whole, "{context}");
                        failed += 1;
                    }
                    Err(error) => {
                        assert_eq!(after, before, "{context}");
                        assert!(error.to_string().contains("nothing was applied"), "{context}");
                        assert!(
                            open.is_empty() || error.outcome() == Outcome::LeftOpen,
                            "{context}"
                        );
                        failed += 1;
                    }
                }
            }
        }
    }
    assert!(succeeded > 10 && failed > 20, "{succeeded} {failed}");
}

/// The request fails, and so does the cancel. The message says whether the transaction is open.
#[tokio::test]
async fn a_cancel_that_fails_applies_nothing_either() {
    let kinds: [MakeFault; 5] = [
        Fault::drop_before,
        Fault::drop_after,
        || Fault::status(503),
        Fault::expire_session,
        Fault::truncate_body,
    ];
    let mut left_open = 0;
    for kind in kinds {
        let failing = Fault::status(500).method("PUT").path(format!("/api/configuration/{TRAP}"));
        let cancel = kind().method("DELETE").path("/api/transaction");
        let context = format!("{cancel:?}");
        let (result, [before, after], open) = evolve(vec![failing, cancel]).await;
        let error = result.unwrap_err();
        assert_eq!(after, before, "{context}: {error}");
        let text = error.to_string();
        assert!(text.contains("nothing was applied"), "{context}: {error}");
        if !open.is_empty() {
            assert!(text.contains("the transaction may still be open"), "{context}: {error}");
            left_open += 1;
        }
    }
    assert!(left_open > 0);
}

/// The appliance says that it deleted the object, and did not. Reading back names it.
#[tokio::test]
async fn s073_a_deletion_that_is_ignored_is_found() {
    let simulator = builder().start().await.unwrap();
    let (client, mut state) = (client(&simulator).await, State::in_memory());
    let (first, mut second) = evolved();
    let first = plan(&client, &first, &state).await;
    apply(&client, &first, &mut state).await.unwrap();
    second.secret(SECRET);
    let second = plan(&client, &second, &state).await;
    let path = format!("/api/configuration/{TIMES}/*");
    simulator.add_fault(Fault::status(200).method("DELETE").path(path));
    let result = second.apply(&client, &mut state, &ApplyOptions::default(), &mut ()).await;
    let left = result.unwrap().left.unwrap();
    let left: Vec<_> = left.differences().map(|it| (it.action, it.label.to_string())).collect();
    assert_eq!(left, [(Action::Delete, "policies/time_policies/night".to_owned())]);
}
