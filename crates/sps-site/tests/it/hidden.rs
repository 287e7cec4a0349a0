//! No report shows a secret, wherever it is and whatever is wrong around it.

use serde_json::{Value, json};
use sps_site::{CheckOptions, SecretReader, SiteReport};

use crate::tree::{Tree, email, splunk, trap, yaml};

const SECRET: &str = "hunter22";

/// Every pointer of a value.
fn pointers(value: &Value, pointer: &str, all: &mut Vec<String>) {
    all.push(pointer.to_owned());
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(key, it)| pointers(it, &format!("{pointer}/{key}"), all));
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.for_each(|(index, it)| pointers(it, &format!("{pointer}/{index}"), all));
        }
        _ => {}
    }
}

/// Everything that a report shows.
fn shown(report: &SiteReport) -> String {
    let rendered = report.files.iter().map(|it| it.report.render(&it.text, "file.json"));
    let json = report.files.iter().map(|it| serde_json::to_string(&it.report).unwrap());
    let texts: Vec<_> = rendered.chain(json).collect();
    format!("{report}{report:?}{}", texts.join(""))
}

#[test]
fn a_secret_at_any_place_of_any_body_stays_hidden() {
    let keep = r#"{"$secret": "keep"}"#;
    let bodies = [
        ("management/snmp/trap", trap(keep, keep)),
        ("management/splunk_forwarder", splunk(keep)),
        ("management/email", email("\"x\"", "\"sps\"")),
    ];
    let notations = [
        json!({"$secret": SECRET}),
        json!({"$secret": [SECRET]}),
        json!({"$secret": {"x": SECRET}}),
        json!({"$secret": "env:A", "x": SECRET}),
        json!({"$secert": SECRET}),
        json!({"$secret": "env:A"}),
        json!({"$new": {"plain": SECRET}}),
        json!({"$new": {"plain": {"$secret": "env:A"}}}),
        json!({"$new": {"plain": {"$secret": SECRET}}}),
        json!({"$new": {"plain": [SECRET]}}),
        json!({"$new": SECRET}),
        json!({"$new": {"plain": "x", "plian": SECRET}}),
        json!({"$ref": SECRET}),
        json!({"$ref": {"x": SECRET}}),
        json!({"$file": [SECRET]}),
    ];
    let mut checked = 0;
    for (path, body) in bodies {
        let body: Value = serde_json::from_str(&body).unwrap();
        let mut all = Vec::new();
        pointers(&body, "", &mut all);
        for pointer in all {
            for notation in &notations {
                let mut changed = body.clone();
                *changed.pointer_mut(&pointer).unwrap() = notation.clone();
                let json = serde_json::to_string_pretty(&changed).unwrap();
                for (ending, text) in [("json", &json), ("yaml", &yaml(&json))] {
                    let tree = Tree::new().with(&format!("{path}.{ending}"), text);
                    let site = tree.site();
                    let reader =
                        SecretReader::new(tree.root()).with_environment(|_| Some(SECRET.into()));
                    let with = site.check(&CheckOptions::default().with_secrets(&reader));
                    for report in [site.check(&CheckOptions::default()), with] {
                        assert_eq!(report.files.len(), 1);
                        let shown = shown(&report);
                        assert!(!shown.contains(SECRET), "{path} {pointer} {notation}\n{shown}");
                        checked += 1;
                    }
                    assert!(!format!("{site:?} {:?}", site.objects()).contains(SECRET));
                }
            }
        }
    }
    assert!(checked > 2_000, "{checked}");
}
