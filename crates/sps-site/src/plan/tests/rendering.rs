//! A plan as text, JSON, Markdown and graph, worked out by hand.

use serde_json::{Value, json};

use super::{
    super::{
        Change, Inputs, MarkdownOptions, Plan, PlannedReference, Shown, ShownLine, Side, Style,
    },
    model::{Model, object},
};
use crate::{State, found::Appliance, object::Object};

fn body(name: &str, alpha: Value, list: &[u8]) -> Value {
    json!({"name": name, "alpha": alpha, "beta": null,
        "inner": {"list": list, "gamma": null, "pairs": []}})
}

fn appliance() -> Appliance {
    let mut appliance = Appliance::new("https://sps.example");
    "sps-1".clone_into(&mut appliance.name);
    "7.5.0".clone_into(&mut appliance.version);
    appliance
}

fn compare(tree: &[Object], model: &Model, owned: &[&str]) -> Plan {
    let (found, state) = (model.found(), State::in_memory());
    let mut inputs = Inputs::new(appliance(), tree, &found, &state);
    inputs.scope.owned = owned.iter().map(|it| (*it).to_owned()).collect();
    Plan::compare(inputs).unwrap()
}

fn small() -> Plan {
    let mut model = Model::default();
    model.add("x/alpha", "1", body("a", Value::Null, &[1, 2]));
    model.add("x/alpha", "2", body("old", Value::Null, &[]));
    model.add("x/beta", "3", body("same", Value::Null, &[]));
    let tree = [
        object("x/alpha", "a", body("a", Value::Null, &[1, 3, 2])),
        object("x/alpha", "new", body("new", json!({"$ref": "x/alpha/a"}), &[])),
        object("x/beta", "same", body("same", Value::Null, &[])),
    ];
    compare(&tree, &model, &["x/alpha"])
}

#[test]
fn s209_text_shows_what_differs_and_one_line_with_numbers() {
    assert_eq!(
        small().to_text(Style::Plain),
        "\
~ x/alpha/a (change)
    + /inner/list/1: 3
+ x/alpha/new (create)
    + /alpha: {\"$ref\":\"x/alpha/a\"}
    + /inner: {\"gamma\":null,\"list\":[],\"pairs\":[]}
    + /name: \"new\"
- x/alpha/old (delete)

plan: 1 to create, 1 to change, 1 to delete, 1 unchanged
"
    );
    let colored = small().to_text(Style::Color);
    assert!(colored.contains("\u{1b}[32m    + /inner/list/1: 3\u{1b}[0m\n"), "{colored}");
    let strip = |text: &str| {
        ["\u{1b}[31m", "\u{1b}[32m", "\u{1b}[33m", "\u{1b}[1m", "\u{1b}[2m", "\u{1b}[0m"]
            .iter()
            .fold(text.to_owned(), |text, code| text.replace(code, ""))
    };
    assert_eq!(strip(&colored), small().to_text(Style::Plain));
}

#[test]
fn nothing_to_do_is_one_line() {
    let mut model = Model::default();
    model.add("x/alpha", "1", body("a", Value::Null, &[]));
    let plan = compare(&[object("x/alpha", "a", body("a", Value::Null, &[]))], &model, &[]);
    assert_eq!(plan.to_text(Style::Plain), "no changes: 1 object as described\n");
}

#[test]
fn s207_json_has_the_form_of_the_design() {
    let json = small().to_json();
    assert_eq!(json["schema_version"], json!(1));
    assert_eq!(
        json["appliance"],
        json!({"url": "https://sps.example", "name": "sps-1", "version": "7.5.0"})
    );
    assert_eq!(json["summary"], json!({"create": 1, "change": 1, "delete": 1, "unchanged": 1}));
    assert_eq!(
        json["objects"][0],
        json!({"label": "x/alpha/a", "action": "change", "notes": [],
            "changes": [{"op": "add", "pointer": "/inner/list/1", "after": 3}]})
    );
    let actions: Vec<_> =
        json["objects"].as_array().unwrap().iter().map(|it| it["action"].clone()).collect();
    assert_eq!(actions, ["change", "create", "delete", "none"]);
    assert_eq!(json["objects"][2]["changes"][0]["before"]["name"], json!("old"));
    assert_eq!(
        json["steps"],
        json!([{"action": "replace", "label": "x/alpha/a"},
            {"action": "create", "label": "x/alpha/new"},
            {"action": "delete", "label": "x/alpha/old"}])
    );
}

#[test]
fn markdown_starts_with_the_numbers_and_the_deletions() {
    let plan = small();
    let text = plan.to_markdown(&MarkdownOptions::default());
    let expected = format!(
        "\
### Plan for `https://sps.example (sps-1, version 7.5.0)`

**1 to create, 1 to change, 1 to delete, 1 unchanged**

Plan `{}`

- delete `x/alpha/old`

#### `x/alpha/a` (change)

```diff
+ /inner/list/1: 3
```

",
        plan.id()
    );
    assert!(text.starts_with(&expected), "{text}");
}

#[test]
fn s199_markdown_fits_into_a_comment() {
    let mut tree = Vec::new();
    let mut model = Model::default();
    for at in 0..2_000 {
        let name = format!("object-{at}");
        tree.push(object("x/alpha", &name, body(&name, Value::Null, &[7])));
        model.add("x/beta", &format!("k{at}"), body(&format!("gone-{at}"), Value::Null, &[]));
    }
    let plan = compare(&tree, &model, &["x/beta"]);
    let rest = "The job keeps the whole plan.".to_owned();
    let text = plan.to_markdown(&MarkdownOptions { rest: Some(rest) });
    assert!(text.len() < 60_000, "{}", text.len());
    assert!(text.contains("**2000 to create, 0 to change, 2000 to delete, 0 unchanged**"));
    assert!(text.contains("**The tree has none of `x/beta`: 2000 objects will be deleted.**"));
    let shown = text.matches("#### ").count();
    let last =
        format!("Not shown: {} more objects. The job keeps the whole plan.\n", 2_000 - shown);
    assert!(shown > 50 && text.ends_with(&last), "{}", &text[text.len() - 200..]);
    let deletions = text.matches("- delete ").count();
    assert!(text.contains(&format!("- and {} more deletions", 2_000 - deletions)));
    assert!(text.find("- delete").unwrap() < text.find("#### ").unwrap());
}

#[test]
fn s201_markdown_holds_whatever_a_value_has() {
    let evil = "```\n</details>\n`````\n~~~~\n# title";
    let mut model = Model::default();
    model.add("x/alpha", "1", body("a`b", Value::Null, &[]));
    let mut wanted = body("a`b", Value::Null, &[]);
    wanted["inner"]["pairs"] = json!([{"a": 1, "b": evil}]);
    let plan = compare(&[object("x/alpha", "a`b", wanted)], &model, &[]);
    let text = plan.to_markdown(&MarkdownOptions::default());
    assert!(text.contains("#### ``x/alpha/a`b`` (change)"), "{text}");
    let fence = text.lines().find(|it| it.ends_with("diff")).unwrap().trim_end_matches("diff");
    let inside = text.split_once(&format!("{fence}diff\n")).unwrap().1;
    let (inside, after) = inside.split_once(&format!("{fence}\n")).unwrap();
    assert!(!inside.contains(fence) && inside.contains("# title"), "{text}");
    assert_eq!(after.trim(), "");
}

#[test]
fn a_long_text_shows_three_lines_around_a_change() {
    let text = |middle: &str| {
        let lines: Vec<String> = (0..20).map(|at| format!("line {at}")).collect();
        lines.join("\n").replace("line 10", middle)
    };
    let mut model = Model::default();
    let pairs = |middle: &str| {
        let mut body = body("a", Value::Null, &[]);
        body["inner"]["pairs"] = json!([{"a": 1, "b": text(middle)}]);
        body
    };
    model.add("x/alpha", "1", pairs("old"));
    let plan = compare(&[object("x/alpha", "a", pairs("new"))], &model, &[]);
    assert_eq!(
        plan.to_text(Style::Plain),
        "\
~ x/alpha/a (change)
    ~ /inner/pairs/0/b:
        line 7
        line 8
        line 9
      - old
      + new
        line 11
        line 12
        line 13

plan: 0 to create, 1 to change, 0 to delete, 0 unchanged
"
    );
}

#[test]
fn a_value_cannot_control_the_terminal() {
    let mut model = Model::default();
    let mut wanted = body("a", Value::Null, &[]);
    wanted["inner"]["pairs"] = json!([{"a": 1, "b": "\u{1b}[2Jx\u{9b}31m\n\u{1b}]0;t\u{7}"}]);
    model.add("x/alpha", "1", body("a", Value::Null, &[]));
    let plan = compare(&[object("x/alpha", "a", wanted)], &model, &[]);
    for text in [plan.to_text(Style::Plain), plan.to_markdown(&MarkdownOptions::default())] {
        assert!(text.chars().all(|it| it == '\n' || !it.is_control()), "{text:?}");
    }
}

#[test]
fn the_graph_has_every_request() {
    let mut model = Model::default();
    model.add("x/beta", "1", body("b\"", Value::Null, &[]));
    let tree = [
        object("x/alpha", "a", body("a", Value::Null, &[])),
        object("x/alpha", "b", body("b", json!({"$ref": "x/alpha/a"}), &[])),
    ];
    let plan = compare(&tree, &model, &["x/beta"]);
    assert_eq!(
        plan.to_dot(),
        r#"digraph plan {
  rankdir = "LR";
  node [shape = "box"];
  n0 [label = "create x/alpha/a", color = "darkgreen"];
  n1 [label = "create x/alpha/b", color = "darkgreen"];
  n2 [label = "delete x/beta/b\"", color = "red"];
  n1 -> n0;
}
"#
    );
}

const CA: &str = include_str!("../../../tests/data/mail-ca.pem");
const OTHER_CA: &str = include_str!("../../../tests/data/other-ca.pem");

#[test]
fn s015_a_certificate_is_named_by_subject_and_expiry() {
    let mut model = Model::default();
    let with = |pem: &str| {
        let mut body = body("a", Value::Null, &[]);
        body["inner"]["pairs"] = json!([{"a": 1, "b": pem}]);
        body
    };
    model.add("x/alpha", "1", with(CA));
    let plan = compare(&[object("x/alpha", "a", with(OTHER_CA))], &model, &[]);
    let text = plan.to_text(Style::Plain);
    assert!(
        text.contains(
            "certificate mail-ca.example.com, valid until 2036-11-25, SHA-256 7c04ea292253518f…"
        ),
        "{text}"
    );
    assert!(
        text.contains(
            "certificate other-ca.example.com, valid until 2037-11-10, SHA-256 af68ccac94a9cc0e…"
        ),
        "{text}"
    );
    assert!(!text.contains("BEGIN") && text.lines().count() < 8, "{text}");
}

/// A trap whose password changes, beside one whose password stays, and a community, which acts as a secret.
fn with_secrets(secret: &str) -> Plan {
    use crate::{found::Found, label::Label};
    let trap = Label::of_singleton("management/snmp/trap");
    let splunk = Label::of_singleton("management/splunk_forwarder");
    let community = |text: &str| {
        json!({"enabled": true, "version": {"selection": "2c", "value": {
            "community": text, "server": {"selection": "fqdn", "value": "sps.example"}}}})
    };
    let forwarder = |token: Value| {
        json!({"enabled": true, "flush_interval": 600, "port": 8088, "token": token,
            "host": {"selection": "fqdn", "value": "sps.example"},
            "pam_address": {"selection": "fqdn", "value": "sps.example"},
            "ssl": {"selection": "insecure"}})
    };
    let tree = [
        super::wanted(&trap, community("noc-8")),
        super::wanted(&splunk, forwarder(json!({"$secret": "env:TOKEN"}))),
    ];
    let mut there: Found = super::found(&splunk, None, forwarder(json!({"$secret": "keep"})));
    there.request = forwarder(json!("an older token"));
    there.secrets.insert("/token".to_owned(), None);
    let found = [super::found(&trap, None, community("noc-7")), there];
    let state = State::in_memory();
    let mut inputs = Inputs::new(appliance(), &tree, &found, &state);
    inputs.values.insert(splunk, "/token", secret.into());
    Plan::compare(inputs).unwrap()
}

#[test]
fn s041_every_form_hides_the_same_places() {
    let plan = with_secrets("hunter2");
    let hidden = ["/version/value/community", "/token"];
    let text = plan.to_text(Style::Plain);
    assert!(text.contains("~ /version/value/community: \"(hidden)\" -> \"(hidden)\"\n"), "{text}");
    let secret = r#"{"$secret":"keep"} -> {"$secret":"env:TOKEN"} (new value behind env:TOKEN)"#;
    assert!(text.contains(&format!("~ /token: {secret}\n")), "{text}");
    let markdown = plan.to_markdown(&MarkdownOptions::default());
    assert!(
        markdown.contains("! /version/value/community: \"(hidden)\" -> \"(hidden)\"\n"),
        "{markdown}"
    );
    assert!(markdown.contains(&format!("! /token: {secret}\n")), "{markdown}");
    let json = plan.to_json();
    let changes: Vec<&Value> = json["objects"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|it| it["changes"].as_array().unwrap())
        .collect();
    let pointers: Vec<_> = changes.iter().map(|it| it["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, hidden);
    assert_eq!(
        (&changes[0]["before"], &changes[0]["after"]),
        (&json!("(hidden)"), &json!("(hidden)"))
    );
    assert_eq!(changes[1]["after"], json!({"$secret": "env:TOKEN"}));
    assert_eq!(changes[1]["kind"], json!("new-value"));
    for text in [text, markdown, json.to_string(), plan.to_dot()] {
        for secret in ["hunter2", "an older token", "noc-7", "noc-8"] {
            assert!(!text.contains(secret), "{secret} in {text}");
        }
    }
}

#[test]
fn s043_a_secret_hides_its_place_and_nothing_else() {
    let reference = with_secrets("hunter2");
    for secret in ["a", "true", "sps.example", "8088", "(hidden)"] {
        let plan = with_secrets(secret);
        assert_eq!(plan.to_text(Style::Plain), reference.to_text(Style::Plain));
        assert_eq!(plan.to_json(), reference.to_json());
    }
    assert!(reference.to_json()["appliance"]["url"] == json!("https://sps.example"));
}

#[test]
fn s049_every_form_says_which_secret_changes() {
    // The same token as the appliance has: the only change is the community.
    let plan = with_secrets("an older token");
    assert_eq!(plan.summary().change, 1);
    for text in [plan.to_text(Style::Plain), plan.to_markdown(&MarkdownOptions::default())] {
        assert!(text.contains("management/snmp/trap") && !text.contains("splunk"), "{text}");
    }
    assert_eq!(plan.to_json()["objects"][1]["action"], json!("none"));
}

#[test]
fn references_are_those_of_files_and_those_that_go_away() {
    let refer = |label: &str| json!({"$ref": label});
    let mut model = Model::default();
    model.add("x/alpha", "1", body("a", Value::Null, &[]));
    model.add("x/alpha", "2", body("b", "1".into(), &[]));
    model.add("x/alpha", "3", body("old", "2".into(), &[]));
    model.add("x/alpha", "4", body("same", "1".into(), &[]));
    let tree = [
        object("x/alpha", "a", body("a", Value::Null, &[])),
        object("x/alpha", "b", body("b", refer("x/alpha/new"), &[])),
        object("x/alpha", "new", body("new", refer("x/alpha/a"), &[])),
        object("x/alpha", "same", body("same", refer("x/alpha/a"), &[])),
    ];
    let plan = compare(&tree, &model, &["x/alpha"]);
    let line = |it: &PlannedReference| {
        let PlannedReference { from, to, is_dropped } = it;
        format!("{from} {} {to}", if *is_dropped { "-" } else { "+" })
    };
    let references: Vec<String> = plan.references().iter().map(line).collect();
    let expected = [
        "x/alpha/b - x/alpha/a",
        "x/alpha/b + x/alpha/new",
        "x/alpha/new + x/alpha/a",
        "x/alpha/old - x/alpha/b",
        "x/alpha/same + x/alpha/a",
    ];
    assert_eq!(references, expected);
    let steps: Vec<String> =
        plan.steps().map(|(kind, label)| format!("{} {label}", kind.as_str())).collect();
    assert_eq!(steps, ["create x/alpha/new", "replace x/alpha/b", "delete x/alpha/old"]);
    assert_eq!(plan.dependencies().collect::<Vec<_>>(), [(1, 0)]);
}

#[test]
fn values_are_shown_side_by_side_or_line_by_line() {
    let text = |text: &str, number: u8| {
        let mut body = body("a", Value::Null, &[number]);
        body["inner"]["pairs"] = json!([{"a": 1, "b": text}]);
        body
    };
    let mut model = Model::default();
    model.add("x/alpha", "1", text("one\ntwo\nthree", 1));
    let tree = [object("x/alpha", "a", text("one\n2\u{202e}\nthree", 2))];
    let plan = compare(&tree, &model, &[]);
    let shown: Vec<Shown> = plan.objects()[0].changes.iter().map(Change::shown).collect();
    let line = |side, text: &str| ShownLine { side, text: text.to_owned() };
    let lines = vec![
        line(Side::Both, "one"),
        line(Side::Before, "two"),
        line(Side::After, "2\\u{202e}"),
        line(Side::Both, "three"),
    ];
    let value = |text: &str| Some(text.to_owned());
    let values = Shown::Values { before: value("1"), after: value("2") };
    assert_eq!(shown, [values, Shown::Lines(lines)]);
}
