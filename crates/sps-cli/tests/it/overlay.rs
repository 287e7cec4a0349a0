//! Endpoints that the binary does not know, and pages that are added when it runs. The simulator has pages that the
//! binary under test has not.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    appliance::Appliance,
    support::{Dir, Run},
};

const OVERLAY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/overlay");
const GADGET: &str = "/api/configuration/demo/gadget";
const WIDGETS: &str = "/api/configuration/demo/widgets";

/// An appliance with the made-up endpoints, whose gadget has a password.
fn appliance(name: &str) -> (Appliance, Value) {
    let appliance = Appliance::new(name, &["--spec", OVERLAY]);
    let dir = appliance.dir.path();
    fs::write(dir.join("pw.json"), r#"{"plain": "correct horse battery"}"#).unwrap();
    let key = appliance.sps(&["post", "passwords", "pw.json"]).stdout.trim().to_owned();
    let mut gadget = appliance.sps(&["get", GADGET, "--request"]).json();
    gadget["password"] = json!(key);
    gadget["label"] = json!("rear door 4711");
    fs::write(dir.join("gadget.json"), gadget.to_string()).unwrap();
    let run = appliance.sps(&["put", GADGET, "gadget.json"]);
    assert_eq!(run.status, 0, "{}", run.all());
    (appliance, gadget)
}

/// Asserts that one note says that nothing could be checked.
#[track_caller]
fn has_one_note(run: &Run) {
    let notes = run.stderr.lines().filter(|it| it.contains("nothing in its body can be checked"));
    assert_eq!(notes.count(), 1, "{}", run.all());
    assert!(!run.stderr.contains("not checked;"), "{}", run.all());
}

#[test]
fn an_unknown_endpoint_is_read_compared_and_changed() {
    let (appliance, gadget) = appliance("overlay-unknown");
    let dir = appliance.dir.path();
    let run = appliance.sps(&["get", GADGET, "--request"]);
    assert_eq!(run.json(), gadget, "the reference is a key");
    has_one_note(&run);
    let response = appliance.sps(&["get", GADGET]).json();
    assert!(response["body"]["password"]["meta"]["href"].is_string(), "{response}");
    fs::write(dir.join("response.json"), response.to_string()).unwrap();

    let run = appliance.dir.sps(&["request", "response.json"]);
    assert_eq!(run.json(), gadget);
    has_one_note(&run);
    let run = appliance.dir.sps(&["check", "response.json"]);
    assert_eq!(run.status, 0, "{}", run.all());
    has_one_note(&run);
    let run = appliance.dir.sps(&["check", "-q", "-e", GADGET, "gadget.json"]);
    assert_eq!(run.status, 0, "{}", run.all());

    let mut changed = gadget.clone();
    changed["interval"] = json!(7);
    changed["added_later"] = json!({"deep": [1]});
    fs::write(dir.join("changed.json"), changed.to_string()).unwrap();
    let run = appliance.sps(&["diff", "live", "changed.json", "-e", GADGET]);
    assert_eq!(run.status, 3, "{}", run.all());
    assert!(
        run.stdout.contains("/interval") && run.stdout.contains("/added_later"),
        "{}",
        run.all()
    );
    has_one_note(&run);
    let run = appliance.sps(&["put", GADGET, "changed.json", "--dry-run"]);
    assert_eq!(run.status, 3, "{}", run.all());
    has_one_note(&run);

    fs::write(dir.join("patch.json"), r#"{"interval": 9}"#).unwrap();
    let run = appliance.sps(&["patch", GADGET, "patch.json"]);
    assert_eq!(run.status, 0, "{}", run.all());
    has_one_note(&run);
    let now = appliance.sps(&["get", GADGET, "--request"]).json();
    assert_eq!((&now["interval"], &now["password"]), (&json!(9), &gadget["password"]));

    let mut edit = appliance.logged_in("home", &["edit", GADGET]);
    edit.env("EDITOR", "sed -i 's/rear door 4711/side door/'")
        .env("PATH", std::env::var_os("PATH").unwrap());
    let run = crate::appliance::finish(&mut edit);
    assert_eq!(run.status, 0, "{}", run.all());
    has_one_note(&run);
    assert_eq!(appliance.sps(&["get", GADGET, "--request"]).json()["label"], "side door");
}

#[test]
fn objects_of_an_unknown_collection_come_and_go() {
    let (appliance, _) = appliance("overlay-objects");
    fs::write(appliance.dir.path().join("widget.json"), r#"{"name": "left", "size": 3}"#).unwrap();
    let run = appliance.sps(&["post", WIDGETS, "widget.json"]);
    assert_eq!(run.status, 0, "{}", run.all());
    has_one_note(&run);
    let path = format!("{WIDGETS}/{}", run.stdout.trim());
    let run = appliance.sps(&["get", &path, "--request"]);
    assert_eq!(run.json(), json!({"name": "left", "size": 3}));
    let run = appliance.sps(&["delete", &path]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert_eq!(appliance.sps(&["get", &path]).status, 2);
}

#[test]
fn live_endpoints_are_compared_with_the_spec() {
    let (appliance, _) = appliance("overlay-live");
    let found = appliance.sps(&["endpoints", "--live", "--format", "json"]).json();
    let demo = |found: &Value| -> Vec<String> {
        let paths = found["only_live"].as_array().unwrap().iter().map(|it| it.as_str().unwrap());
        paths.filter(|it| it.starts_with("/api/configuration/demo")).map(str::to_owned).collect()
    };
    assert_eq!(demo(&found), ["/api/configuration/demo", GADGET, WIDGETS], "{found}");
    assert!(found["requests"].as_u64().unwrap() < 200, "{found}");
    let run = appliance.sps(&["endpoints", "--live"]);
    assert!(
        run.stdout.contains(GADGET) && !run.stdout.contains("management/email"),
        "{}",
        run.all()
    );
    let run = appliance.sps(&["endpoints", "--live", "--spec", OVERLAY, "--format", "json"]);
    assert!(demo(&run.json()).is_empty(), "{}", run.all());
}

#[test]
fn a_learned_page_is_in_use_one_command_later() {
    let (appliance, gadget) = appliance("overlay-learn");
    let run = appliance.sps(&["learn", "--live", GADGET, "--out", "learned"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let page = appliance.dir.path().join("learned/endpoints/configuration/demo/gadget.toml");
    let text = fs::read_to_string(&page).unwrap();
    for value in ["rear door", "4711", "front", gadget["password"].as_str().unwrap()] {
        assert!(!text.contains(value), "{value}: {text}");
    }
    assert!(text.contains("ref passwords"), "{text}");
    let mut wrong = gadget.clone();
    wrong["interval"] = json!("often");
    fs::write(appliance.dir.path().join("wrong.json"), wrong.to_string()).unwrap();
    let run = appliance.sps(&["put", GADGET, "wrong.json", "--spec", "learned"]);
    assert_eq!(run.status, 1, "{}", run.all());
    assert!(
        run.stderr.contains("wrong-type") && !run.stderr.contains("nothing in its body"),
        "{}",
        run.all()
    );
    let run = appliance.sps(&["put", "demo/gadget", "gadget.json", "--spec", "learned"]);
    assert_eq!(run.status, 0, "{}", run.all());
    // A page is never overwritten by another one.
    fs::write(&page, "# mine\n").unwrap();
    appliance.sps(&["learn", "--live", GADGET, "--out", "learned"]).fails(2, "exists; remove it");
}

#[test]
fn every_command_knows_the_pages_of_an_overlay() {
    let dir = Dir::new("overlay-commands");
    let sps = |arguments: &[&str]| dir.sps(&[arguments, &["--spec", OVERLAY]].concat());
    let template = sps(&["template", "demo/gadget"]);
    let mut body = template.json();
    assert_eq!(body["interval"], 5);
    body["interval"] = json!(61);
    fs::write(dir.path().join("gadget.json"), body.to_string()).unwrap();
    let run = sps(&["check", "-e", "demo/gadget", "gadget.json"]);
    assert!(run.status == 1 && run.all().contains("out-of-range"), "{}", run.all());
    assert!(sps(&["show", "demo/gadget"]).stdout.contains("Time between two runs."));
    assert!(sps(&["endpoints"]).stdout.contains("demo/gadget"));
    assert!(sps(&["schema", "demo/gadget"]).stdout.contains("interval"));
    let run = sps(&["get", "demo/gadget", "--sim"]);
    assert_eq!(run.json()["key"], "gadget", "{}", run.all());
    fs::write(dir.path().join("patch.json"), r#"{"interval": 8}"#).unwrap();
    let run = sps(&["patch", "demo/gadget", "patch.json", "--sim"]);
    assert!(run.status == 0 && run.stderr.contains("/interval: "), "{}", run.all());
    // Without the overlay, none of it is there.
    dir.sps(&["template", "demo/gadget"]).fails(2, "unknown endpoint `demo/gadget`");
}

#[test]
fn mistakes_of_an_overlay_are_shown_in_its_files() {
    let page =
        fs::read_to_string(Path::new(OVERLAY).join("endpoints/configuration/demo/widgets.toml"))
            .unwrap();
    let dir = Dir::new("overlay-mistakes")
        .with("mine/sources.toml", "demo = { title = \"Mine\" }\n")
        .with(
            "mine/endpoints/configuration/demo/widgets.toml",
            page.replace("\"string\"", "\"strin\""),
        );
    let run = dir.sps(&["endpoints", "--spec", "mine"]);
    run.fails(2, "mine/endpoints/configuration/demo/widgets.toml:8:");
    assert!(
        run.stderr.contains("^^^^^") && run.stderr.contains("did you mean `string`?"),
        "{}",
        run.all()
    );
    dir.sps(&["endpoints", "--spec", "none"]).fails(2, "none does not exist");
}

#[test]
fn the_environment_names_an_overlay_too() {
    let mut command = crate::support::command();
    let output = command.args(["endpoints"]).env("SPS_SPEC", OVERLAY).output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains("demo/widgets"));
}

#[test]
fn codes_of_an_overlay_can_be_waived_and_explained() {
    let page =
        fs::read_to_string(Path::new(OVERLAY).join("endpoints/configuration/demo/widgets.toml"))
            .unwrap();
    let rule = "\n[rule]\nodd-widget = { at = \"Widget.size\", check = \"self > 1\" }\n";
    let code = "[rule.odd-widget]\ntitle = \"the widget is odd\"\nhelp = \"take a larger one\"\nwhy = \"Why.\"\n\
                breaks = \"1\"\nholds = \"2\"\nsource = \"demo\"\n";
    let dir = Dir::new("overlay-codes")
        .with(
            "mine/sources.toml",
            "demo = { title = \"Mine\", guide = \"none\", tag = \"inferred\" }\n",
        )
        .with("mine/codes.toml", code)
        .with("mine/endpoints/configuration/demo/widgets.toml", page + rule)
        .with("widget.json", r#"{"name": "left", "size": 1}"#);
    let check = ["check", "--spec", "mine", "-e", "demo/widgets", "widget.json"];
    let run = dir.sps(&check);
    assert!(run.status == 1 && run.all().contains("odd-widget"), "{}", run.all());
    assert_eq!(dir.sps(&[&check[..], &["--allow", "odd-widget"]].concat()).status, 0);
    assert!(dir.sps(&["explain", "odd-widget", "--spec", "mine"]).stdout.contains("Why."));
}

/// What `--out` writes can be used. A type that other pages use is gone from the draft of this page.
#[test]
fn a_draft_that_fits_no_other_page_is_not_written() {
    let dir = Dir::new("unfit_draft");
    let run = dir.sps(&["learn", "--live", "alerting/traffic_alerts", "--sim", "--out", "ta"]);
    assert_eq!(run.status, 2, "{}", run.all());
    assert!(run.stderr.contains("so nothing was written"), "{}", run.stderr);
    assert!(!dir.path().join("ta").exists());
}

#[test]
fn learns_of_an_endpoint_outside_the_spec_by_its_short_name() {
    let dir = Dir::new("short_name").with("l.json", r#"{"a": 1}"#);
    let run = dir.sps(&["learn", "zz/list", "l.json"]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert!(run.stdout.contains("a = { type = \"int\""), "{}", run.stdout);
}

#[test]
fn an_overlay_that_is_no_directory_is_named() {
    let dir = Dir::new("no_overlay").with("file", "");
    for (name, what) in [("nope", "does not exist"), ("file", "is no directory")] {
        let words =
            format!("error: {name} {what}; `--spec` and SPS_SPEC take a directory with pages");
        dir.sps(&["endpoints", "--spec", name]).fails(2, words.trim_start_matches("error: "));
    }
}
