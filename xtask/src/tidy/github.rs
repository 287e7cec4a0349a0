//! What GitHub reads: issue forms, their configuration, and workflows. It shows mistakes in them to visitors alone.

use std::collections::BTreeSet;

use granit_parser::{Event, Parser, ScalarStyle};
use serde_json::{Map, Value};

use super::{Finding, texts::has_extension};
use crate::workspace::TextFile;

const FORMS: &str = ".github/ISSUE_TEMPLATE/";
const CHOICES: &str = ".github/ISSUE_TEMPLATE/config.yml";
const WORKFLOWS: &str = ".github/workflows/";

/// Pages with links to the repository on GitHub.
const PAGES: &[&str] = &[
    "CONTRIBUTING.md",
    "SECURITY.md",
    ".github/",
    "integrations/editors/vscode/README.md",
    "integrations/editors/vscode/package.json",
    "integrations/editors/vscode/src/",
    "integrations/editors/zed/extension.toml",
];

/// Checks one file, if GitHub reads it or it links there.
pub(super) fn check(file: &TextFile, repository: Option<&str>, findings: &mut Vec<Finding>) {
    let path = file.path.as_str();
    let mut report = |line, message| findings.push(Finding::new(path, line, message));
    if let Some(repository) = repository
        && PAGES.iter().any(|it| path.starts_with(it))
    {
        for (index, line) in file.text.lines().enumerate() {
            let mut links = line.match_indices("https://github.com/");
            if links.any(|(at, _)| !line[at..].starts_with(repository)) {
                report(index + 1, format!("link to {repository}, the `repository` of Cargo.toml"));
            }
        }
    }
    if path.starts_with(WORKFLOWS) || has_extension(path, "md") {
        let own = repository.and_then(|it| it.strip_prefix("https://github.com/"));
        for (line, action) in unpinned(&file.text, own) {
            let message = format!("pin `{action}` to a commit, with its version as a comment");
            report(line, message);
        }
    }
    let is_form = path.starts_with(FORMS);
    if !is_form && !path.starts_with(WORKFLOWS) {
        return;
    }
    if !has_extension(path, "yml") {
        return report(0, "name it `.yml`: GitHub may read no other file here".to_owned());
    }
    let document = match read(&file.text) {
        Ok(document) => document,
        Err(message) => return report(0, message),
    };
    let problems = match path {
        CHOICES => choices(&document),
        _ if is_form => form(&document),
        _ => workflow(&document),
    };
    for message in problems {
        report(0, message);
    }
}

/// The top of a form, then its elements.
fn form(form: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    keys(form, "the form", &["name", "description", "title", "labels", "body"], &mut problems);
    for key in ["name", "description"] {
        text(form, key, "the form", &mut problems);
    }
    let (mut ids, mut labels) = (BTreeSet::new(), BTreeSet::new());
    let elements = form["body"].as_array().map_or(&[][..], Vec::as_slice);
    for (index, element) in elements.iter().enumerate() {
        let place = format!("element {}", index + 1);
        keys(element, &place, &["type", "id", "attributes", "validations"], &mut problems);
        let attributes = &element["attributes"];
        let allowed: &[&str] = match element["type"].as_str() {
            Some("markdown") => {
                text(attributes, "value", &place, &mut problems);
                &["value"]
            }
            Some("input") => &["label", "description", "placeholder", "value"],
            Some("textarea") => &["label", "description", "placeholder", "value", "render"],
            Some("dropdown") => &["label", "description", "multiple", "options", "default"],
            Some("checkboxes") => &["label", "description", "options"],
            _ => {
                problems.push(format!("{place} has no type that forms have"));
                continue;
            }
        };
        keys(attributes, &place, allowed, &mut problems);
        keys(&element["validations"], &place, &["required"], &mut problems);
        if element["type"] == "markdown" {
            continue;
        }
        text(attributes, "label", &place, &mut problems);
        text(element, "id", &place, &mut problems);
        let id = element["id"].as_str().unwrap_or_default();
        if !id.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c)) || !ids.insert(id) {
            problems.push(format!("{place}: its id is taken, or not of letters, digits, `-`, `_`"));
        }
        if !labels.insert(attributes["label"].as_str()) {
            problems.push(format!("{place}: its label is taken"));
        }
        if allowed.contains(&"options") {
            options(element, &place, &mut problems);
        }
    }
    if ids.is_empty() {
        problems.push("the form asks for nothing".to_owned());
    }
    problems
}

fn options(element: &Value, place: &str, problems: &mut Vec<String>) {
    let options = element["attributes"]["options"].as_array().map_or(&[][..], Vec::as_slice);
    let is_checkbox = element["type"] == "checkboxes";
    let mut seen = BTreeSet::new();
    for option in options {
        let label = if is_checkbox { &option["label"] } else { option };
        if label.as_str().is_none_or(|it| it.is_empty() || !seen.insert(it.to_owned())) {
            problems.push(format!("{place}: an option has no text of its own"));
        }
        keys(option, place, &["label", "required"], problems);
    }
    if options.is_empty() {
        problems.push(format!("{place} has no options"));
    }
}

/// What is offered beside the forms.
fn choices(config: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    keys(config, "the file", &["blank_issues_enabled", "contact_links"], &mut problems);
    if !config["blank_issues_enabled"].is_boolean() {
        problems.push("`blank_issues_enabled` is true or false".to_owned());
    }
    for link in config["contact_links"].as_array().into_iter().flatten() {
        keys(link, "a link", &["name", "url", "about"], &mut problems);
        for key in ["name", "url", "about"] {
            text(link, key, "a link", &mut problems);
        }
    }
    problems
}

/// A workflow may do what it says.
fn workflow(workflow: &Value) -> Vec<String> {
    let mut problems = Vec::new();
    if !workflow["permissions"].is_object() {
        problems.push(
            "say `permissions`: without, a workflow may do whatever the repository allows"
                .to_owned(),
        );
    }
    for (name, job) in workflow["jobs"].as_object().into_iter().flatten() {
        if !job["runs-on"].is_string() && !job["uses"].is_string() {
            problems.push(format!("the job `{name}` does not say where it runs"));
        }
        if job["steps"].as_array().is_none_or(Vec::is_empty) && !job["uses"].is_string() {
            problems.push(format!("the job `{name}` has no steps"));
        }
    }
    problems
}

/// The actions that a workflow, or an example of one, names by a tag that may move, with their lines. Those of this repository
/// have its releases.
fn unpinned<'t>(text: &'t str, own: Option<&str>) -> Vec<(usize, &'t str)> {
    let is_commit = |it: &str| it.len() == 40 && it.chars().all(|c| c.is_ascii_hexdigit());
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_start().trim_start_matches("- ");
        let Some(action) = line.strip_prefix("uses: ") else { continue };
        let (action, comment) = action.split_once(" # ").unwrap_or((action, ""));
        let (name, version) = action.split_once('@').unwrap_or((action, ""));
        let is_ours = action.starts_with("./") || own == Some(name);
        let is_pinned = is_commit(version) && comment.starts_with('v');
        if !is_ours && !is_pinned {
            found.push((index + 1, action));
        }
    }
    found
}

/// Reports members that GitHub does not know.
fn keys(value: &Value, place: &str, allowed: &[&str], problems: &mut Vec<String>) {
    for key in value.as_object().into_iter().flat_map(Map::keys) {
        if !allowed.contains(&key.as_str()) {
            problems.push(format!("{place}: `{key}` is not known there"));
        }
    }
}

/// Reports a member that is no text.
fn text(value: &Value, key: &str, place: &str, problems: &mut Vec<String>) {
    if value[key].as_str().is_none_or(|it| it.trim().is_empty()) {
        problems.push(format!("{place} lacks `{key}`"));
    }
}

/// A list or mapping that is not complete.
enum Open {
    List(Vec<Value>),
    Mapping(Map<String, Value>, Option<String>),
}

/// Reads YAML of lists, mappings, texts and booleans: what the files here consist of.
fn read(text: &str) -> Result<Value, String> {
    let mut open: Vec<Open> = Vec::new();
    let mut root = Value::Null;
    for event in Parser::new_from_str(text) {
        let (event, _) = event.map_err(|error| format!("not YAML: {error}"))?;
        let complete = match event {
            Event::SequenceStart(..) => {
                open.push(Open::List(Vec::new()));
                continue;
            }
            Event::MappingStart(..) => {
                open.push(Open::Mapping(Map::new(), None));
                continue;
            }
            Event::Scalar(text, ScalarStyle::Plain, ..) if text == "true" => Value::Bool(true),
            Event::Scalar(text, ScalarStyle::Plain, ..) if text == "false" => Value::Bool(false),
            Event::Scalar(text, ScalarStyle::Plain, ..) if text.is_empty() => Value::Null,
            Event::Scalar(text, ..) => Value::String(text.into_owned()),
            Event::SequenceEnd | Event::MappingEnd => match open.pop() {
                Some(Open::List(items)) => Value::Array(items),
                Some(Open::Mapping(members, _)) => Value::Object(members),
                None => return Err("not YAML: something ends that did not begin".to_owned()),
            },
            _ => continue,
        };
        match open.last_mut() {
            None => root = complete,
            Some(Open::List(items)) => items.push(complete),
            Some(Open::Mapping(members, key)) => match key.take() {
                None => *key = Some(complete.as_str().ok_or("a key is a text")?.to_owned()),
                Some(key) => {
                    if members.insert(key.clone(), complete).is_some() {
                        return Err(format!("`{key}` is there twice"));
                    }
                }
            },
        }
    }
    Ok(root)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(path: &str, text: &str) -> Vec<String> {
        let file = TextFile { path: path.to_owned(), text: text.to_owned() };
        let mut findings = Vec::new();
        check(&file, Some("https://github.com/a/b"), &mut findings);
        findings.into_iter().map(|it| it.message).collect()
    }

    const FORM: &str = "name: A\ndescription: B\nbody:\n  - type: input\n    id: a\n    attributes:\n      label: C\n";

    #[test]
    fn a_form_has_what_github_asks_for() {
        let path = ".github/ISSUE_TEMPLATE/a.yml";
        assert_eq!(messages(path, FORM), <[String; 0]>::default());
        for (from, to, message) in [
            ("description", "about", "the form lacks `description`"),
            ("type: input", "type: number", "element 1 has no type"),
            ("type: input", "type: dropdown", "element 1 has no options"),
            ("label: C", "labl: C", "element 1 lacks `label`"),
            ("id: a", "id: a b", "its id is taken, or not"),
            ("  - type", "  - tipe", "no type"),
            ("name: A", "name: [A", "not YAML"),
            ("name: A", "name: A\nname: B", "twice"),
        ] {
            let found = messages(path, &FORM.replace(from, to));
            assert!(found.iter().any(|it| it.contains(message)), "{to}: {found:?}");
        }
        assert!(messages(CHOICES, "blank_issues_enabled: maybe\n")[0].contains("true or false"));
        assert_eq!(messages(".github/ISSUE_TEMPLATE/a.yaml", FORM).len(), 1);
    }

    #[test]
    fn a_workflow_names_actions_by_commit() {
        let workflow = "permissions:\n  contents: read\njobs:\n  a:\n    runs-on: x\n    steps:\n      - uses: ACTION\n";
        let with =
            |action: &str| messages(".github/workflows/a.yml", &workflow.replace("ACTION", action));
        let commit = "c/d@0123456789abcdef0123456789abcdef01234567";
        assert_eq!(with(&format!("{commit} # v1.2.3")), <[String; 0]>::default());
        assert_eq!(with("./"), <[String; 0]>::default());
        for action in ["c/d@v4", "c/d", commit] {
            assert!(with(action)[0].starts_with("pin `"), "{action}");
        }
        // Examples in pages are copied; those of this repository have its releases.
        assert_eq!(messages("docs/a.md", "  - uses: c/d@v4\n").len(), 1);
        assert_eq!(messages("docs/a.md", "  - uses: a/b@v0.1.0\n"), <[String; 0]>::default());
        let found = messages(".github/workflows/a.yml", "jobs:\n  a:\n    steps: []\n");
        assert_eq!(found.len(), 3, "{found:?}");
    }

    #[test]
    fn links_lead_to_the_repository_of_the_manifest() {
        assert_eq!(
            messages("SECURITY.md", "https://github.com/a/b/issues\n"),
            <[String; 0]>::default()
        );
        assert_eq!(messages("SECURITY.md", "https://github.com/a/c\n").len(), 1);
    }
}
