//! Applying plans, and what comes after.

use std::path::Path;

use serde_json::{Value, json};
use sps_client::Client;
use sps_sim::Simulator;
use sps_site::{
    Appliance, ApplyOptions, Label, State,
    apply::{ApplyErrorKind, ApplyEvent, ApplyProgress, Outcome},
    plan::{Action, SavedPlan, Style},
};

use crate::support::{
    CHANNELS, HEALTH, PASSWORDS, POINTER, SECRET, TIMES, TRAP, Tree, apply, channel, client,
    client_builder, health, plan, simulator, times, trap, tree, try_plan, writes,
};

/// Applies a tree to a new simulator.
async fn applied(tree: &Tree, state: &mut State) -> (Simulator, Client) {
    let simulator = simulator().await;
    let client = client(&simulator).await;
    let plan = plan(&client, tree, state).await;
    apply(&client, &plan, state).await.unwrap();
    (simulator, client)
}

#[tokio::test]
async fn s205_after_the_application_the_plan_is_empty() {
    let (simulator, tree, mut state) = (simulator().await, tree(), State::in_memory());
    let client = client(&simulator).await;
    let first = plan(&client, &tree, &state).await;
    assert_eq!(first.summary().to_string(), "2 to create, 2 to change, 0 to delete, 0 unchanged");
    let applied = apply(&client, &first, &mut state).await.unwrap();
    assert_eq!(applied.summary, first.summary());
    let second = plan(&client, &tree, &state).await;
    assert!(second.is_empty(), "{}", second.to_text(Style::Plain));
    // A second application has nothing to do, and opens no transaction.
    let before = writes(&simulator).len();
    apply(&client, &second, &mut state).await.unwrap();
    assert_eq!(writes(&simulator).len(), before);
    // Everything is there, and other users see it.
    let configuration = simulator.configuration();
    let key = configuration[format!("/api/configuration/{TRAP}")].pointer(POINTER).unwrap();
    assert_eq!(configuration[PASSWORDS][key.as_str().unwrap()]["plain"], json!(SECRET));
    assert_eq!(simulator.open_transaction(), None);
    let bob = client_builder(&simulator, "bob").connect().await.unwrap();
    let seen = bob.get_raw(&format!("/api/configuration/{HEALTH}")).await.unwrap();
    assert_eq!(seen.content.as_value()["body"], health(81));
}

#[tokio::test]
async fn requests_come_in_the_order_of_references() {
    let mut state = State::in_memory();
    let (simulator, _client) = applied(&tree(), &mut state).await;
    let writes = writes(&simulator);
    let object = |it: &String| it.contains("configuration/");
    let changes: Vec<_> = writes.into_iter().filter(object).collect();
    assert_eq!(
        changes,
        [
            "POST configuration/passwords",
            "PUT configuration/management/health_monitoring",
            "PUT configuration/management/snmp/trap",
            "POST configuration/policies/time_policies",
            "POST configuration/rdp/channel_policies",
        ]
    );
}

#[tokio::test]
async fn an_application_needs_few_requests() {
    let (simulator, mut state) = (simulator().await, State::in_memory());
    let client = client(&simulator).await;
    let first = plan(&client, &tree(), &state).await;
    let before = simulator.requests().len();
    apply(&client, &first, &mut state).await.unwrap();
    let requests = simulator.requests().len() - before;
    // Four objects and one password. Reading back is up to the next comparison.
    let (changes, secrets) = (4, 1);
    assert!(requests <= changes + secrets + 10, "{requests}");
}

#[tokio::test]
async fn planning_only_reads() {
    let simulator = simulator().await;
    let client = client(&simulator).await;
    let before = writes(&simulator);
    plan(&client, &tree(), &State::in_memory()).await;
    assert_eq!(writes(&simulator), before);
}

#[tokio::test]
async fn s037_a_new_value_is_one_password_and_one_reference() {
    let (mut tree, mut state) = (tree(), State::in_memory());
    let (simulator, client) = applied(&tree, &mut state).await;
    tree.secret("another battery");
    let changed = plan(&client, &tree, &state).await;
    assert_eq!(changed.summary().to_string(), "0 to create, 1 to change, 0 to delete, 3 unchanged");
    let text = changed.to_text(Style::Plain);
    assert!(text.contains("new value behind env:TRAP") && !text.contains("battery"), "{text}");
    let before = writes(&simulator).len();
    apply(&client, &changed, &mut state).await.unwrap();
    let changes: Vec<_> = writes(&simulator)[before..]
        .iter()
        .filter(|it| it.contains("configuration/"))
        .cloned()
        .collect();
    assert_eq!(changes, ["POST configuration/passwords", "PUT configuration/management/snmp/trap"]);
    assert!(plan(&client, &tree, &state).await.is_empty());
    // The old value does not come back.
    tree.secret(SECRET);
    assert_eq!(plan(&client, &tree, &state).await.summary().change, 1);
}

#[tokio::test]
async fn s039_a_secret_without_a_state_changes_only_if_asked() {
    let (mut tree, mut state) = (tree(), State::in_memory());
    let (simulator, client) = applied(&tree, &mut state).await;
    let mut lost = State::in_memory();
    let first = plan(&client, &tree, &lost).await;
    assert!(first.is_empty());
    assert_eq!(first.not_compared().count(), 1);
    tree.rotate = vec![format!("{TRAP}{POINTER}")];
    let rotated = plan(&client, &tree, &lost).await;
    assert_eq!(rotated.summary().differences(), 1);
    apply(&client, &rotated, &mut lost).await.unwrap();
    tree.rotate.clear();
    let last = plan(&client, &tree, &lost).await;
    assert!(last.is_empty() && last.not_compared().next().is_none());
    let passwords = simulator.configuration()[PASSWORDS]["@order"].as_array().unwrap().len();
    assert_eq!(passwords, 2);
}

#[tokio::test]
async fn the_state_lasts_from_run_to_run() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulator().await;
    let client = client(&simulator).await;
    let open = |appliance: &Appliance| State::open(&folder.path().join("state"), appliance);
    let first = plan(&client, &tree(), &State::in_memory()).await;
    let mut state = open(first.appliance());
    apply(&client, &first, &mut state).await.unwrap();
    let state = open(first.appliance());
    let second = plan(&client, &tree(), &state).await;
    assert!(second.is_empty() && second.not_compared().next().is_none());
}

#[tokio::test]
async fn s053_a_rename_is_one_put() {
    let (mut tree, mut state) = (tree(), State::in_memory());
    let (simulator, client) = applied(&tree, &mut state).await;
    tree.remove("policies/time_policies/office");
    tree.object(TIMES, times("office-hours", "8:00"));
    tree.object(CHANNELS, channel("clerks", "policies/time_policies/office-hours"));
    let label = |name| Label::of_object(TIMES, name);
    tree.scope.moved = vec![(label("office"), label("office-hours"))];
    tree.scope.owned = vec![TIMES.to_owned()];
    let before = writes(&simulator).len();
    let renamed = plan(&client, &tree, &state).await;
    apply(&client, &renamed, &mut state).await.unwrap();
    let writes = &writes(&simulator)[before..];
    let changes: Vec<_> = writes.iter().filter(|it| it.contains("configuration/")).collect();
    assert!(
        matches!(&changes[..], [put] if put.starts_with("PUT configuration/policies/time_policies/"))
    );
    assert!(plan(&client, &tree, &state).await.is_empty());
}

#[tokio::test]
async fn s063_a_deletion_follows_the_change_of_its_user() {
    let (mut tree, mut state) = (tree(), State::in_memory());
    let (simulator, client) = applied(&tree, &mut state).await;
    tree.remove("policies/time_policies/office");
    tree.object(TIMES, times("new", "9:00"));
    tree.object(CHANNELS, channel("clerks", "policies/time_policies/7x24"));
    tree.scope.owned = vec![TIMES.to_owned()];
    let before = writes(&simulator).len();
    let changed = plan(&client, &tree, &state).await;
    apply(&client, &changed, &mut state).await.unwrap();
    let writes = &writes(&simulator)[before..];
    let at = |start: &str| writes.iter().position(|it| it.starts_with(start)).unwrap();
    assert!(at("PUT configuration/rdp/channel_policies/") < at("DELETE configuration/policies/"));
    assert!(plan(&client, &tree, &state).await.is_empty());
}

#[tokio::test]
async fn s069_a_whole_collection_needs_consent_of_its_own() {
    let (mut tree, mut state) = (tree(), State::in_memory());
    let (simulator, client) = applied(&tree, &mut state).await;
    tree.remove("rdp/channel_policies/clerks");
    tree.scope.owned = vec![CHANNELS.to_owned()];
    let emptied = plan(&client, &tree, &state).await;
    let before = simulator.configuration();
    let sent = writes(&simulator).len();
    let error = apply(&client, &emptied, &mut state).await.unwrap_err();
    let built_in = emptied.objects().iter().filter(|it| it.action == Action::Delete).count();
    assert_eq!(built_in, 1, "built-in policies are not counted");
    assert_eq!(
        error.to_string(),
        "deleting everything in rdp/channel_policies (1 object) needs consent of its own; nothing was \
         applied"
    );
    assert_eq!((simulator.configuration(), writes(&simulator).len()), (before, sent));
    let mut options = ApplyOptions::default();
    options.delete_all.insert(CHANNELS.to_owned());
    emptied.commit(&client, &mut state, &options, &mut ()).await.unwrap();
    assert!(plan(&client, &tree, &state).await.is_empty());
}

#[tokio::test]
async fn s025_what_the_spec_does_not_know_is_kept() {
    let simulator = crate::support::builder().extra_key("x_new").start().await.unwrap();
    let (client, mut state) = (client(&simulator).await, State::in_memory());
    let first = plan(&client, &tree(), &state).await;
    let text = first.to_text(Style::Plain);
    assert!(text.contains("/x_new is unknown to the spec and to the file, and is kept"), "{text}");
    assert!(!text.contains("kept by newer firmware"), "{text}");
    apply(&client, &first, &mut state).await.unwrap();
    let health = &simulator.configuration()[format!("/api/configuration/{HEALTH}")];
    assert_eq!(health["x_new"], json!("kept by newer firmware"));
    assert_eq!(health["maximum_disk_utilization_ratio"], json!(81));
    assert!(plan(&client, &tree(), &state).await.is_empty());
}

#[tokio::test]
async fn a_saved_plan_is_applied_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plan");
    // An unknown member, whose value the file must not have, is read again.
    let simulator = crate::support::builder().extra_key("x_new").start().await.unwrap();
    let (client, mut state) = (client(&simulator).await, State::in_memory());
    plan(&client, &tree(), &state).await.save(&path, "now").unwrap();
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(!text.contains(SECRET) && !text.contains("kept by newer firmware"));
    let load = || SavedPlan::load(&path).unwrap().with_values(tree().values).unwrap();
    // S103: logins and reading change nothing.
    client_builder(&simulator, "bob").connect().await.unwrap().info().await.unwrap();
    apply(&client, &load(), &mut state).await.unwrap();
    assert!(plan(&client, &tree(), &state).await.is_empty());
    let health = &simulator.configuration()[format!("/api/configuration/{HEALTH}")];
    assert_eq!(health["x_new"], json!("kept by newer firmware"));
    // The plan is stale now.
    let before = simulator.configuration();
    let error = apply(&client, &load(), &mut state).await.unwrap_err();
    assert_eq!(*error.kind(), ApplyErrorKind::Stale);
    assert!(error.is_stale());
    assert_eq!(
        error.to_string(),
        "the configuration changed after the plan was made; nothing was applied"
    );
    assert_eq!((simulator.configuration(), simulator.open_transaction()), (before, None));
}

#[tokio::test]
async fn a_plan_for_another_appliance_is_refused() {
    let (one, mut state) = (simulator().await, State::in_memory());
    let first = plan(&client(&one).await, &tree(), &state).await;
    let other = simulator().await;
    let other_client = client(&other).await;
    // The other one has another name.
    let naming = "/api/configuration/network/naming";
    let mut body = other_client.get_raw(naming).await.unwrap().to_request().unwrap();
    let mut value: Value = body.as_value().clone();
    value["hostname"] = json!("north");
    body = value.into();
    let mut transaction = other_client.transaction().await.unwrap();
    transaction.replace_raw(naming, &body, sps_model::validate::UnknownKeys::Carry).await.unwrap();
    drop(transaction.commit().await.unwrap());
    let before = other.configuration();
    let error = apply(&other_client, &first, &mut state).await.unwrap_err();
    assert!(error.is_stale(), "{error}");
    assert_eq!(other.configuration(), before);
}

#[tokio::test]
async fn an_invalid_body_is_named_and_nothing_is_applied() {
    let (simulator, mut tree, mut state) = (simulator().await, tree(), State::in_memory());
    let client = client(&simulator).await;
    let before = simulator.configuration();
    tree.singleton(HEALTH, health(101));
    let invalid = plan(&client, &tree, &state).await;
    let error = apply(&client, &invalid, &mut state).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "cannot replace management/health_monitoring; nothing was applied"
    );
    assert!(error.is_invalid() && error.outcome() == Outcome::Nothing);
    assert_eq!((simulator.configuration(), simulator.open_transaction()), (before, None));
}

/// Lists what happens.
#[derive(Default)]
struct Listed(Vec<String>);

impl ApplyProgress for Listed {
    fn event(&mut self, event: &ApplyEvent<'_>) {
        self.0.push(match event {
            ApplyEvent::SendingSecret { label, pointer } => format!("secret {label}{pointer}"),
            ApplyEvent::Sending { number, of, kind, label } => {
                format!("{number}/{of} {} {label}", kind.as_str())
            }
            event => format!("{event:?}"),
        });
    }
}

#[tokio::test]
async fn progress_tells_every_step() {
    let (simulator, mut state) = (simulator().await, State::in_memory());
    let client = client(&simulator).await;
    let first = plan(&client, &tree(), &state).await;
    let mut listed = Listed::default();
    first.commit(&client, &mut state, &ApplyOptions::default(), &mut listed).await.unwrap();
    assert_eq!(
        listed.0,
        [
            "Opening",
            "secret management/snmp/trap/version/value/auth_password",
            "1/4 replace management/health_monitoring",
            "2/4 replace management/snmp/trap",
            "3/4 create policies/time_policies/office",
            "4/4 create rdp/channel_policies/clerks",
            "Reviewing",
            "Committing",
        ]
    );
}

#[tokio::test]
async fn a_reference_to_nothing_sends_nothing() {
    let (simulator, mut tree) = (simulator().await, tree());
    let client = client(&simulator).await;
    tree.object(CHANNELS, channel("clerks", "policies/time_policies/ofice"));
    let before = writes(&simulator);
    let problems = try_plan(&client, &tree, &State::in_memory()).await.unwrap_err();
    assert_eq!(
        problems.to_string(),
        "rdp/channel_policies/clerks#/rules/0/allowed_for/time_policy: there is no \
         policies/time_policies/ofice; did you mean policies/time_policies/office?"
    );
    assert_eq!(writes(&simulator), before);
}

#[tokio::test]
async fn a_password_that_is_kept_stays() {
    let (mut tree, mut state) = (tree(), State::in_memory());
    let (simulator, client) = applied(&tree, &mut state).await;
    let path = format!("/api/configuration/{TRAP}");
    let key = simulator.configuration()[&path].pointer(POINTER).unwrap().clone();
    let mut body = trap(&json!({"$secret": "keep"}));
    body["version"]["value"]["username"] = json!("another");
    tree.singleton(TRAP, body);
    let changed = plan(&client, &tree, &state).await;
    assert_eq!(changed.summary().change, 1);
    apply(&client, &changed, &mut state).await.unwrap();
    assert_eq!(simulator.configuration()[&path].pointer(POINTER), Some(&key));
}

/// Nothing that is written or shown has the secret.
#[tokio::test]
async fn secrets_are_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let simulator = simulator().await;
    let client = client(&simulator).await;
    let first = plan(&client, &tree(), &State::in_memory()).await;
    let mut state = State::open(&folder.path().join("state"), first.appliance());
    first.save(&folder.path().join("plan"), "now").unwrap();
    let applied = apply(&client, &first, &mut state).await.unwrap();
    let mut texts = vec![
        first.to_text(Style::Color),
        first.to_json().to_string(),
        first.to_markdown(&sps_site::plan::MarkdownOptions::default()),
        first.to_dot(),
        format!("{first:?} {:?} {applied:?} {state:?}", first.objects()),
    ];
    collect(folder.path(), &mut texts);
    assert!(texts.len() >= 8);
    for text in texts {
        assert!(!text.contains(SECRET), "{text}");
    }
}

fn collect(folder: &Path, texts: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, texts);
        } else {
            texts.push(std::fs::read_to_string(&path).unwrap());
        }
    }
}
