//! Twenty secrets in one tree: no public type shows one, in whatever form it is printed.

use std::{error::Error, ffi::OsString, fmt::Debug};

use serde_json::json;
use sps_sim::Fault;
use sps_site::{
    ApplyOptions, CheckOptions, Label, LoadOptions, Plan, PlanError, PlanOptions, SecretReader,
    SecretSource, Site, Snapshot, State, Wanted,
    plan::{Inputs, MarkdownOptions, Prepared, SavedPlan, Scope, Style, Values},
};

use crate::{
    support::{LOGIN, PASSWORDS, client, simulator},
    tree::{Tree, splunk, trap},
};

/// Secrets in variables, in files beside the tree, and in the tree itself.
const COUNT: usize = 20;

fn value(number: usize, round: usize) -> String {
    format!("Zq8-planted-{number:02}-{round}")
}

fn source(number: usize) -> String {
    format!(r#"{{"$secret": "env:PLANTED_{number}_"}}"#)
}

/// Traps, a forwarder with its token, and users with passwords.
fn tree(round: usize) -> Tree {
    let mut users = Vec::new();
    for number in 4..=COUNT {
        let secret = match number % 3 {
            0 => json!({"$secret": format!("env:PLANTED_{number}_")}),
            1 => json!({"$new": {"plain": {"$secret": format!("env:PLANTED_{number}_")}}}),
            // A file of the second round has the value itself, which no plan may be saved with.
            _ if round == 1 => json!({"$new": {"plain": value(number, round)}}),
            _ => json!({"$new": {"plain": {"$secret": format!("env:PLANTED_{number}_")}, "x": 1}}),
        };
        users.push(json!({"certificates": [], "passwords": [secret], "public_keys": [],
            "username": format!("user-{number}")}));
    }
    Tree::new()
        .with("sps.toml", "target = \"8.0\"\n")
        .with("management/snmp/trap.json", trap(&source(1), &source(2)))
        .with("management/splunk_forwarder.json", splunk(&source(3)))
        .with(
            "policies/user_databases/operators.yaml",
            json!({"name": "operators", "users": users}).to_string(),
        )
}

fn reader_of(tree: &Tree, round: usize) -> SecretReader {
    SecretReader::new(tree.root()).with_environment(move |name| {
        let number = name.strip_prefix("PLANTED_")?.strip_suffix('_')?.parse().ok()?;
        Some(OsString::from(value(number, round)))
    })
}

/// Texts that must have no secret.
#[derive(Default)]
struct Shown(Vec<String>);

impl Shown {
    fn add(&mut self, text: impl Into<String>) {
        self.0.push(text.into());
    }

    fn debug(&mut self, it: &impl Debug) {
        self.add(format!("{it:?}"));
        self.add(format!("{it:#?}"));
    }

    fn error(&mut self, error: &(impl Error + Debug)) {
        self.debug(error);
        let mut cause: Option<&dyn Error> = Some(error);
        while let Some(it) = cause {
            self.add(format!("{it} {it:?}"));
            cause = it.source();
        }
    }

    fn plan(&mut self, plan: &Plan) {
        self.debug(plan);
        self.debug(&plan.objects());
        self.debug(&plan.steps().collect::<Vec<_>>());
        self.add(plan.to_text(Style::Plain));
        self.add(plan.to_text(Style::Color));
        self.add(plan.to_json().to_string());
        self.add(plan.to_markdown(&MarkdownOptions::default()));
        self.add(plan.to_dot());
    }

    #[track_caller]
    fn check(&self) {
        for text in &self.0 {
            for number in 1..=COUNT {
                for round in 0..3 {
                    let value = value(number, round);
                    assert!(!text.contains(&value), "{value}: {text}");
                }
            }
            assert!(!text.contains(LOGIN), "{text}");
        }
    }
}

#[tokio::test]
async fn no_public_type_shows_one_of_twenty_secrets() {
    let (simulator, folder) = (simulator().await, tempfile::tempdir().unwrap());
    let client = client(&simulator).await;
    let mut shown = Shown::default();
    for round in 0..2 {
        let tree = tree(round);
        let reader = reader_of(&tree, round);
        let site = tree.site();
        for options in [CheckOptions::default(), CheckOptions::default().with_secrets(&reader)] {
            let report = site.check(&options);
            assert!(report.is_valid(), "{report}");
            shown.debug(&report);
            shown.add(report.to_string());
            shown.debug(&options);
            for file in &report.files {
                shown.add(file.report.render(&file.text, "file"));
                shown.add(serde_json::to_string(&file.report).unwrap());
            }
        }
        let mut options = PlanOptions::default();
        options.secrets = Some(&reader);
        options.state = Some(folder.path().join("state"));
        let prepared = Prepared::new(&site, &options).unwrap();
        let scope = Scope::new(&site, &options);
        let values = Values::read(site.objects(), &scope, Some(&reader)).unwrap();
        let snapshot =
            Snapshot::read(&client, &Wanted::Endpoints(prepared.endpoints())).await.unwrap();
        let plan = prepared.plan(&client, &snapshot).await.unwrap();
        shown.plan(&plan);
        let mut state = State::open(&folder.path().join("state"), plan.appliance());
        let inputs =
            Inputs::new(snapshot.appliance.clone(), site.objects(), snapshot.objects(), &state);
        shown.debug(&(&site, site.objects(), site.settings(), &reader, &options, &prepared));
        shown.debug(&(&scope, &values, &snapshot, snapshot.objects(), &inputs, &client));
        let path = folder.path().join(format!("{round}.plan"));
        let saved = plan.save(&path, "now");
        assert_eq!(saved.is_ok(), round == 0, "{saved:?}");
        if let Err(error) = saved {
            shown.error(&error);
        } else {
            let saved = SavedPlan::load(&path).unwrap();
            shown.debug(&saved);
            shown.plan(&saved.plan);
            shown.add(std::fs::read_to_string(&path).unwrap());
            // A plan that was made for other values.
            let others = reader_of(&tree, 2);
            let error = SavedPlan::load(&path).unwrap().with_secrets(&others);
            shown.error(&error.unwrap_err());
        }

        // It fails first, at different requests, and then succeeds.
        let requests =
            [("POST", PASSWORDS), ("PUT", "/api/configuration/*"), ("PUT", "/api/transaction")];
        for (method, path) in requests {
            for fault in [Fault::status(500), Fault::truncate_body(), Fault::lose_key("token")] {
                simulator.add_fault(fault.method(method).path(path));
            }
            let options = ApplyOptions::default();
            if let Err(error) = plan.commit(&client, &mut state, &options, &mut ()).await {
                shown.error(&error);
            }
            simulator.clear_faults();
        }
        let applied =
            plan.apply(&client, &mut state, &ApplyOptions::default(), &mut ()).await.unwrap();
        shown.debug(&(&applied, &state));
        shown.plan(applied.left.as_ref().unwrap());
        assert!(applied.left.is_some_and(|it| it.is_empty()));
        // They did arrive, and the test looks for what was sent.
        let configuration = simulator.configuration().to_string();
        for number in 1..=COUNT {
            assert!(configuration.contains(&value(number, round)), "{number}");
        }
    }
    for entry in std::fs::read_dir(folder.path().join("state")).unwrap() {
        shown.add(std::fs::read_to_string(entry.unwrap().path()).unwrap());
    }
    for request in simulator.requests() {
        shown.debug(&request);
    }
    shown.check();
    assert!(shown.0.len() > 100, "{}", shown.0.len());
}

/// A value where the name of a source belongs is a mistake that anyone can make.
#[test]
fn errors_show_no_secret_that_is_in_the_wrong_place() {
    let mut shown = Shown::default();
    for notation in [
        json!({"$secret": value(1, 0)}),
        json!({"$secret": format!("env:{}", value(1, 0)), "x": value(2, 0)}),
        json!({"$new": {"plain": {"$secert": value(1, 0)}}}),
        json!({"$new": value(1, 0)}),
        json!(value(1, 0)),
    ] {
        let tree = Tree::new()
            .with("management/splunk_forwarder.yaml", splunk(&notation.to_string()))
            .with("management/snmp/trap.json", trap(&notation.to_string(), &notation.to_string()));
        let reader = reader_of(&tree, 0);
        let site = Site::load_with(tree.root(), &LoadOptions::default()).unwrap();
        let report = site.check(&CheckOptions::default().with_secrets(&reader));
        shown.debug(&report);
        shown.add(report.to_string());
        let mut options = PlanOptions::default();
        options.secrets = Some(&reader);
        let error = Prepared::new(&site, &options).unwrap_err();
        assert!(matches!(error, PlanError::Invalid { .. }), "{error}");
        shown.error(&error);
    }
    let source = SecretSource::Env("PLANTED_1_".to_owned());
    let label = Label::of_singleton("management/splunk_forwarder");
    let tree = Tree::new();
    let with_mark = SecretReader::new(tree.root())
        .with_environment(|_| Some(format!("\u{feff}{}", value(1, 0)).into()));
    let fetched = sps_site::Secrets::fetch(&with_mark, &source, &label, "/token");
    shown.error(&fetched.err().unwrap());
    shown.check();
}
