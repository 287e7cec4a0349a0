//! An overlay: pages that are added to the embedded spec or replace some of it.

use std::fs;

use sps_catalog::{Catalog, LearnedPage};
use sps_model::validate::{Context, Form, explain};
use sps_spec::Spec;
use tempfile::TempDir;

const PAGE: &str = "endpoints/configuration/made/up.toml";

/// A directory with these files.
fn with(files: &[(&str, &str)]) -> TempDir {
    let dir = TempDir::new().unwrap();
    for (name, text) in files {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    dir
}

/// A directory with a learned page.
pub(crate) fn folder(_: &str, page: &LearnedPage) -> TempDir {
    let files: Vec<_> = page.files.iter().map(|it| (&*it.name, &*it.text)).collect();
    with(&files)
}

/// The mistakes of an overlay as text, with `DIR` for its directory.
fn mistakes(files: &[(&str, &str)]) -> String {
    let dir = with(files);
    let errors = Spec::embedded_with_overlay(dir.path()).unwrap_err();
    errors.to_string().replace(&dir.path().display().to_string(), "DIR")
}

const UP: &str = "\
[endpoint]
title = \"Up\"
doc = \"A made-up endpoint.\"
source = \"learned\"

[Up]
speed = { type = \"int(0..=9) knots\", example = 3, doc = \"Its speed.\" }
server = { type = \"Host\", doc = \"Its server.\" }
";

#[test]
fn adds_a_page_that_uses_shared_types() {
    let dir = with(&[(PAGE, UP)]);
    let spec = Spec::embedded_with_overlay(dir.path()).unwrap();
    let before = Spec::embedded();
    assert_eq!(spec.endpoints.len(), before.endpoints.len() + 1);
    let catalog = Catalog::new(&spec).unwrap();
    let subject = catalog.subject("/api/configuration/made/up", Form::Request).unwrap();
    let text = r#"{"speed": 10, "server": {"selection": "ip", "value": "192.0.2.1"}}"#;
    let report = explain(text, &subject, &Context::default());
    let found: Vec<_> = report.errors().map(|it| (it.code, &*it.pointer)).collect();
    assert_eq!(found, [("out-of-range", "/speed")]);
    let located = sps_model::locate_in(catalog.endpoints(), "made/up").unwrap();
    assert_eq!(located.endpoint.title, "Up");
}

#[test]
fn replaces_a_page_with_its_types() {
    let name = "endpoints/configuration/management/webinterface.toml";
    let page = UP.replace("[Up]", "[Webinterface]");
    let dir = with(&[(name, &page)]);
    let spec = Spec::embedded_with_overlay(dir.path()).unwrap();
    let endpoint = spec.endpoint("/api/configuration/management/webinterface").unwrap();
    assert_eq!(endpoint.title, "Up");
    let catalog = Catalog::new(&spec).unwrap();
    let subject = catalog.subject(&endpoint.path, Form::Request).unwrap();
    let report = explain(r#"{"timeout": 10}"#, &subject, &Context::default());
    assert!(report.errors().any(|it| it.code == "unknown-key" && it.pointer == "/timeout"));
}

#[test]
fn has_sources_and_codes_of_its_own() {
    let page = UP.replace("learned", "harbor")
        + "\n[rule]\nslow-boat = { at = \"Up.speed\", check = \"self > 1\" }\n";
    let codes = "[rule.slow-boat]\ntitle = \"the boat is slow\"\nhelp = \"take another one\"\nwhy = \"w\"\nbreaks = \"b\"\n\
                 holds = \"h\"\nsource = \"harbor\"\n";
    let sources = "harbor = { title = \"Harbor\", guide = \"Logbook\" }\n";
    let dir = with(&[(PAGE, &page), ("codes.toml", codes), ("sources.toml", sources)]);
    let spec = Spec::embedded_with_overlay(dir.path()).unwrap();
    assert_eq!(spec.source("harbor").unwrap().guide, "Logbook");
    let catalog = Catalog::new(&spec).unwrap();
    let subject = catalog.subject("/api/configuration/made/up", Form::Request).unwrap();
    let text = r#"{"speed": 1, "server": {"selection": "ip", "value": "192.0.2.1"}}"#;
    let report = explain(text, &subject, &Context::default());
    let found: Vec<_> = report.errors().map(|it| it.code).collect();
    assert_eq!(found, ["slow-boat"]);
}

#[test]
fn reports_mistakes_with_the_file_and_a_caret() {
    let text = mistakes(&[(PAGE, &UP.replace("Host", "Hots"))]);
    let expected = format!(
        " --> DIR/{PAGE}:8:19\n  |\n8 | server = {{ type = \"Hots\", doc = \"Its server.\" }}\n"
    );
    assert!(text.contains(&expected) && text.contains("did you mean `Host`?"), "{text}");
    let text = mistakes(&[(PAGE, "[endpoint]\ntitle = 1\n")]);
    assert!(text.contains(&format!("--> DIR/{PAGE}:2:9")) && text.contains('^'), "{text}");
}

#[test]
fn reports_clashes_of_names() {
    let text = mistakes(&[(
        PAGE,
        &UP.replace("[Up]", "[Up]\n[Host]\nx = { type = \"bool\", doc = \"D.\" }"),
    )]);
    assert!(text.contains("`Host` is defined twice"), "{text}");
    let text = mistakes(&[(PAGE, &UP.replace("[Up]", "object = \"Email\"\n[Email]"))]);
    assert!(text.contains("`Email` is defined twice"), "{text}");
    let sources = "change = { title = \"Mine\" }\n";
    let text = mistakes(&[(PAGE, UP), ("sources.toml", sources)]);
    assert!(
        text.contains("the source `change` exists already") && text.contains("DIR/sources.toml:1"),
        "{text}"
    );
}

#[test]
fn reports_what_nothing_uses_in_the_overlay_alone() {
    let text = mistakes(&[(PAGE, UP), ("sources.toml", "idle = { title = \"Idle\" }\n")]);
    assert!(
        text.contains("nothing names the source `idle`") && text.ends_with("1 mistake in the spec"),
        "{text}"
    );
}

#[test]
fn reports_a_directory_without_pages() {
    assert!(mistakes(&[("readme.txt", "")]).contains("no pages here"));
    assert!(mistakes(&[(PAGE, UP), ("protocol.toml", "")]).contains("DIR/protocol.toml"));
    let missing = std::path::Path::new("/nonexistent/overlay");
    assert!(Spec::embedded_with_overlay(missing).is_err());
}
