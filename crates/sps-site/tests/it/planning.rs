//! From files to a plan, and from there to the appliance.

use std::{fs, path::Path};

use sps_model::Secret;
use sps_site::{
    ApplyOptions, CheckOptions, Label, Plan, PlanError, PlanOptions, SecretError, SecretSource,
    Secrets, Site, State,
    plan::{MarkdownOptions, Prepared, Style},
};

use crate::support::{
    CHANNELS, HEALTH, POINTER, SECRET, TIMES, TRAP, Tree, channel, client, health, read, simulator,
    times, trap, writes,
};

/// Secrets by source.
struct Known(&'static [(&'static str, &'static str)]);

impl Secrets for Known {
    fn fetch(
        &self,
        source: &SecretSource,
        label: &Label,
        pointer: &str,
    ) -> Result<Secret, SecretError> {
        let SecretSource::Env(name) = source else {
            return Err(SecretError::new(source, label, pointer, "not known"));
        };
        let known = self.0.iter().find(|(known, _)| known == name);
        known
            .map(|(_, value)| Secret::new(*value))
            .ok_or_else(|| SecretError::new(source, label, pointer, "not set"))
    }
}

const ENV: Known = Known(&[("TRAP", SECRET)]);

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Files of traps, limits and a time policy.
fn files() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    let secret = serde_json::json!({"$secret": "env:TRAP"});
    write(root.path(), &format!("{TRAP}.json"), &trap(&secret).to_string());
    write(root.path(), &format!("{HEALTH}.json"), &health(81).to_string());
    write(root.path(), &format!("{TIMES}/office.json"), &times("office", "8:00").to_string());
    write(root.path(), "sps.toml", "target = \"8.0\"\nowned = [\"policies/time_policies\"]\n");
    root
}

#[tokio::test]
async fn files_become_the_configuration() {
    let (root, folder) = (files(), tempfile::tempdir().unwrap());
    let site = Site::load(root.path()).unwrap();
    let mut options = PlanOptions::default();
    options.secrets = Some(&ENV);
    options.state = Some(folder.path().join("state"));
    let prepared = Prepared::new(&site, &options).unwrap();
    let endpoints: Vec<_> = prepared.endpoints().into_iter().collect();
    assert_eq!(endpoints, [HEALTH, TRAP, TIMES]);
    let simulator = simulator().await;
    let client = client(&simulator).await;
    let (appliance, found) = read(&client).await;
    let plan = prepared.compare(appliance, &found).unwrap();
    assert_eq!(plan.notes().count(), 0, "{:?}", plan.notes().collect::<Vec<_>>());
    let mut state = State::open(&folder.path().join("state"), plan.appliance());
    plan.commit(&client, &mut state, &ApplyOptions::default(), &mut ()).await.unwrap();
    // Later, in another process.
    let (appliance, found) = read(&client).await;
    let prepared = Prepared::new(&site, &options).unwrap();
    let second = prepared.compare(appliance, &found).unwrap();
    assert!(second.is_empty(), "{}", second.to_text(Style::Plain));
    assert_eq!(second.not_compared().count(), 0);
}

#[tokio::test]
async fn a_tree_of_yaml_has_the_plan_of_the_same_tree_in_json() {
    let json = files();
    let yaml = tempfile::tempdir().unwrap();
    for path in [TRAP.to_owned(), HEALTH.to_owned(), format!("{TIMES}/office")] {
        let text = fs::read_to_string(json.path().join(format!("{path}.json"))).unwrap();
        write(yaml.path(), &format!("{path}.yaml"), &crate::tree::yaml(&text));
    }
    fs::copy(json.path().join("sps.toml"), yaml.path().join("sps.toml")).unwrap();
    let simulator = simulator().await;
    let client = client(&simulator).await;
    let mut options = PlanOptions::default();
    options.secrets = Some(&ENV);
    let mut plans = Vec::new();
    for root in [&json, &yaml] {
        let site = Site::load(root.path()).unwrap();
        let (appliance, found) = read(&client).await;
        let plan = Prepared::new(&site, &options).unwrap().compare(appliance, &found).unwrap();
        assert_eq!(plan.objects().iter().filter(|it| !it.changes.is_empty()).count(), 3);
        // The identifier is that of the plan together with the place of its tree.
        let mut plan = plan.to_json();
        assert!(plan.as_object_mut().unwrap().remove("id").is_some());
        plans.push(plan);
    }
    assert_eq!(plans[0], plans[1]);
}

#[test]
fn s093_an_invalid_tree_is_reported_as_a_whole() {
    let root = files();
    write(root.path(), &format!("{HEALTH}.json"), &health(101).to_string());
    write(root.path(), &format!("{TIMES}/late.json"), "{");
    let site = Site::load(root.path()).unwrap();
    let mut options = PlanOptions::default();
    options.secrets = Some(&ENV);
    let error = Prepared::new(&site, &options).unwrap_err();
    assert_eq!(error.to_string(), "the tree is invalid, and nothing was sent: 2 errors");
    assert!(matches!(error, PlanError::Invalid { .. }));
}

#[test]
fn s181_every_secret_that_is_missing_is_named() {
    let root = files();
    let site = Site::load(root.path()).unwrap();
    let mut options = PlanOptions::default();
    options.secrets = Some(&Known(&[]));
    let error = Prepared::new(&site, &options).unwrap_err();
    let PlanError::Secrets { errors } = &error else { panic!("{error}") };
    assert_eq!((errors[0].label().to_string(), errors[0].pointer()), (TRAP.to_owned(), POINTER));
}

#[tokio::test]
async fn s113_plans_reports_and_states_are_no_objects() {
    let root = files();
    let simulator = simulator().await;
    let client = client(&simulator).await;
    let mut options = PlanOptions::default();
    options.secrets = Some(&ENV);
    let site = Site::load(root.path()).unwrap();
    let (appliance, found) = read(&client).await;
    let plan = Prepared::new(&site, &options).unwrap().compare(appliance, &found).unwrap();
    // All of them are written into the tree itself, also beside objects.
    let mut state = State::open(root.path(), plan.appliance());
    plan.commit(&client, &mut state, &ApplyOptions::default(), &mut ()).await.unwrap();
    plan.save(&root.path().join("plan.json"), "now").unwrap();
    plan.save(&root.path().join(format!("{TIMES}/plan.json")), "now").unwrap();
    write(root.path(), "report.json", &plan.to_json().to_string());
    let again = Site::load(root.path()).unwrap();
    let report = again.check(&CheckOptions::default());
    assert!(report.is_valid(), "{report}");
    let labels = |site: &Site| site.objects().iter().map(|it| it.label.clone()).collect::<Vec<_>>();
    assert_eq!(labels(&again), labels(&site));
    assert!(report.notes.len() >= 4, "{report}");
}

#[tokio::test]
async fn another_version_than_the_target_is_noted() {
    let root = files();
    write(root.path(), "sps.toml", "target = \"7.5\"\n");
    let site = Site::load(root.path()).unwrap();
    let mut options = PlanOptions::default();
    options.secrets = Some(&ENV);
    let simulator = simulator().await;
    let client = client(&simulator).await;
    let (appliance, found) = read(&client).await;
    let plan = Prepared::new(&site, &options).unwrap().compare(appliance, &found).unwrap();
    let note = "the files are written for version 7.5, and the appliance has 8.0.0";
    assert_eq!(plan.notes().collect::<Vec<_>>(), [note]);
    assert!(plan.to_text(Style::Plain).contains(note));
    assert!(plan.to_markdown(&MarkdownOptions::default()).contains(note));
    assert!(plan.to_json().to_string().contains(note));
}

#[tokio::test]
async fn only_what_is_named_is_planned() {
    let root = files();
    let site = Site::load(root.path()).unwrap();
    let mut options = PlanOptions::default();
    options.only = vec![HEALTH.to_owned()];
    let simulator = simulator().await;
    let client = client(&simulator).await;
    let (appliance, found) = read(&client).await;
    // The secrets of other objects are not read.
    let plan = Prepared::new(&site, &options).unwrap().compare(appliance, &found).unwrap();
    let labels: Vec<_> = plan.objects().iter().map(|it| it.label.to_string()).collect();
    assert_eq!(labels, [HEALTH]);
    assert_eq!(writes(&simulator).iter().filter(|it| it.contains("configuration")).count(), 0);
}

/// An object outside of the tree refers to one that the tree would delete. The appliance would refuse the deletion.
#[tokio::test]
async fn s079_users_of_what_is_deleted_are_found_although_no_file_names_their_endpoint() {
    let root = files();
    let simulator = simulator().await;
    let client = client(&simulator).await;
    let mut others = Tree::default();
    others.object(TIMES, times("night", "20:00"));
    others.object(CHANNELS, channel("guards", "policies/time_policies/night"));
    let mut state = State::in_memory();
    let plan = crate::support::plan(&client, &others, &state).await;
    crate::support::apply(&client, &plan, &mut state).await.unwrap();
    let site = Site::load(root.path()).unwrap();
    let mut options = PlanOptions::default();
    options.secrets = Some(&ENV);
    let sent = simulator.requests().len();
    let error = Plan::new(&site, &client, &options).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "policies/time_policies/night would be deleted, but rdp/channel_policies/guards refers to it at \
         /rules/0/allowed_for/time_policy"
    );
    assert!(simulator.requests()[sent..].iter().all(|it| it.method == "GET"));
    // Without the deletion, nothing more is read: the appliance itself and three endpoints.
    write(root.path(), "sps.toml", "target = \"8.0\"\n");
    let sent = simulator.requests().len();
    let site = Site::load(root.path()).unwrap();
    Plan::new(&site, &client, &options).await.unwrap();
    assert_eq!(simulator.requests().len() - sent, 4);
}
