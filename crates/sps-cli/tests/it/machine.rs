//! What programs read: JSON with a version, and SARIF.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

use crate::support::*;

const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/data");

/// Documents with everything that a report can have.
fn everything() -> Dir {
    let line = EMAIL_WRONG.replace('\n', " ");
    Dir::new("everything")
        .with("management/email.json", EMAIL_WRONG)
        .with("management/disk_fillup_prevention.json", DISK.replace("80", "101"))
        .with("management/snmp/trap.json", TRAP_3.replace("\"sha\"", "\"sha256\""))
        .with("management/email/ä b.jsonl", format!("\n{line}\n{{"))
        .with("x.json", "{")
        .with("y.json", "\u{feff}1")
        .with("z.json", b"\xff")
}

/// Every path of keys with the type of its value.
fn shape(at: &str, value: &Value, shape: &mut BTreeSet<String>) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(items) => {
            for item in items {
                self::shape(&format!("{at}[]"), item, shape);
            }
            "list"
        }
        Value::Object(members) => {
            for (key, value) in members {
                self::shape(&format!("{at}.{key}"), value, shape);
            }
            "object"
        }
    };
    shape.insert(format!("{at}: {kind}"));
}

/// A new key, another type or a lost key needs a new number: bump `schema_version` and add a file of that name.
/// The old file stays as a record; it is never edited.
#[test]
fn json_keeps_its_shape_as_long_as_its_version() {
    let dir = everything();
    let json = dir.sps(&["check", ".", "--format", "json"]).json();
    let mut found = BTreeSet::new();
    shape("", &json, &mut found);
    let fix = dir.sps(&["check", ".", "--format", "json", "--fix", "--dry-run"]).json();
    shape("", &fix, &mut found);
    let found: String = found.into_iter().map(|line| line + "\n").collect();
    let file = format!("{DATA}/json-shape-{}.txt", json["schema_version"]);
    let expected = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(
        found, expected,
        "the shape in {file} is another one: the output needs a new version"
    );
}

pub(crate) fn sarif(dir: &Dir, arguments: &[&str]) -> Value {
    let run = dir.sps(&[&["check", "--format", "sarif"], arguments].concat());
    let sarif = run.json();
    let schema = fs::read_to_string(format!("{DATA}/sarif-schema-2.1.0.json")).unwrap();
    let mut schema: Value = serde_json::from_str(&schema).unwrap();
    // The schema's own slip: this pattern is no regular expression. We do not write the property.
    for definition in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][definition]["properties"]["language"];
        language.as_object_mut().unwrap().remove("pattern");
    }
    let validator = jsonschema::draft7::new(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&sarif)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["exitCode"], run.status);
    assert_eq!(invocation["executionSuccessful"], run.status != 2);
    sarif
}

#[test]
fn sarif_is_valid_and_has_everything_that_json_has() {
    let dir = everything();
    let sarif = sarif(&dir, &["."]);
    let run = &sarif["runs"][0];
    let json = dir.sps(&["check", ".", "--format", "json"]).json();

    let results = run["results"].as_array().unwrap();
    let location = |it: &Value| {
        let place = &it["locations"][0]["logicalLocations"][0]["fullyQualifiedName"];
        (it["ruleId"].as_str().unwrap().to_owned(), place.as_str().unwrap().to_owned())
    };
    assert_eq!(results.iter().map(location).collect::<Vec<_>>(), found(&json));
    let notifications = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    let of_level = |level: &str| notifications.iter().filter(|it| it["level"] == level).count();
    assert_eq!(of_level("error"), json["unreadable"].as_array().unwrap().len());
    // One note for each reason, which is not an alert as a result would be.
    let documents = json["documents"].as_array().unwrap().iter();
    let unchecked = documents.flat_map(|it| it["unchecked"].as_array().unwrap());
    let reasons: BTreeSet<&str> = unchecked.map(|it| it["reason"].as_str().unwrap()).collect();
    assert!(reasons.len() > 1, "{reasons:?}");
    assert_eq!(of_level("note"), reasons.len());
    for reason in reasons {
        let is_named = |it: &Value| it["message"]["text"].as_str().unwrap().contains(reason);
        assert!(notifications.iter().any(is_named), "{reason}");
    }

    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert!(rule["help"]["text"].is_string());
    }
}

#[test]
fn sarif_regions_are_those_of_the_file() {
    let dir = everything();
    let sarif = sarif(&dir, &["."]);
    let mut seen = 0;
    for result in sarif["runs"][0]["results"].as_array().unwrap() {
        let related = result["relatedLocations"].as_array();
        for it in result["locations"].as_array().into_iter().chain(related).flatten() {
            let place = &it["physicalLocation"];
            let uri = place["artifactLocation"]["uri"].as_str().unwrap();
            let file = uri.replace("%C3%A4%20b", "ä b");
            let text = fs::read_to_string(Path::new(dir.path()).join(file)).unwrap();
            let region = &place["region"];
            let number = |key: &str| region[key].as_u64().map(|it| usize::try_from(it).unwrap());
            let Some(start) = number("byteOffset") else { continue };
            let before = &text[..start];
            let column = before.chars().rev().take_while(|c| *c != '\n').count() + 1;
            assert_eq!(number("startLine"), Some(before.matches('\n').count() + 1));
            assert_eq!(number("startColumn"), Some(column));
            if let Some(offset) = number("charOffset") {
                assert_eq!(offset, before.chars().count());
            } else {
                assert!(uri.contains(".jsonl"), "{uri}");
            }
            assert!(text.len() >= start + number("byteLength").unwrap());
            seen += 1;
        }
    }
    assert!(seen > 10, "{seen}");
}

#[test]
fn sarif_of_nothing_wrong_is_a_run_without_results() {
    let dir = Dir::new("sarif_good").with("management/disk_fillup_prevention.json", DISK);
    assert_eq!(sarif(&dir, &["management"])["runs"][0]["results"], Value::Array(Vec::new()));
}

#[test]
fn sarif_has_every_code_with_a_result() {
    for code in fs::read_dir(format!("{DATA}/codes")).unwrap() {
        let dir = Dir::at(&code.unwrap().path());
        let arguments = fs::read_to_string(dir.path().join("arguments")).unwrap_or_default();
        let arguments: Vec<&str> = ["."].into_iter().chain(arguments.lines()).collect();
        assert!(!sarif(&dir, &arguments)["runs"][0]["results"].as_array().unwrap().is_empty());
    }
}

#[test]
fn concise_and_github_have_one_line_for_each_finding() {
    let dir = Dir::new("lines_formats")
        .with("management/email.json", EMAIL_WRONG)
        .with("management/disk_fillup_prevention.json", DISK.replace("80", "101"));
    let json = dir.sps(&["check", ".", "--format", "json"]).json();
    let findings = found(&json);
    let human = dir.sps(&["check", "."]).stdout;
    let summary = human.lines().last().unwrap();

    let run = dir.sps(&["check", ".", "--format", "concise"]);
    let lines: Vec<&str> = run.stdout.lines().collect();
    let (last, lines) = lines.split_last().unwrap();
    assert_eq!((run.status, *last, lines.len()), (1, summary, findings.len()));
    for (line, (code, pointer)) in lines.iter().zip(&findings) {
        // For people, a mistyped required key is one finding.
        let is_joined = *pointer == "/sender_address" || *pointer == "/sender_adress";
        assert!(human.contains(line) || is_joined, "{line}");
        assert!(line.contains(&format!("[{code}] {pointer}: ")), "{line}");
    }

    let run = dir.sps(&["check", ".", "gone.json", "--format", "github"]);
    assert_eq!(run.status, 2);
    assert!(run.stdout.contains("::error file=gone.json::no such file or directory\n"));
    let line = "::error file=management/disk_fillup_prevention.json,line=4,col=29,title=out-of-range::\
                /used_space_ratio_limit: ";
    assert!(run.stdout.contains(line), "{}", run.stdout);
    let commands = run.stdout.lines().filter(|line| line.starts_with("::"));
    assert_eq!(commands.count(), findings.len() + 1);

    let errors =
        findings.len() - usize::try_from(json["summary"]["warnings"].as_u64().unwrap()).unwrap();
    for format in ["concise", "github"] {
        let run = dir.sps(&["check", ".", "--format", format, "--quiet"]);
        assert_eq!((run.status, run.stdout.lines().count()), (1, errors + 1), "{format}");
    }
}

#[test]
fn gitlab_gets_one_issue_for_each_finding() {
    let dir = everything();
    let json = dir.sps(&["check", ".", "--format", "json"]).json();
    let run = dir.sps(&["check", ".", "--format", "gitlab"]);
    let issues = run.json();
    let issues = issues.as_array().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let codes: Vec<String> = issues.iter().map(|it| text(&it["check_name"])).collect();
    let expected: Vec<String> = found(&json).into_iter().map(|(code, _)| code).collect();
    assert_eq!((run.status, codes), (2, expected));
    let fingerprints: BTreeSet<String> = issues.iter().map(|it| text(&it["fingerprint"])).collect();
    assert_eq!(fingerprints.len(), issues.len());
    for issue in issues {
        let location = &issue["location"];
        assert!(!text(&location["path"]).starts_with("./"), "{issue}");
        assert!(location["lines"]["begin"].as_u64().unwrap() > 0, "{issue}");
        assert!(["major", "minor"].contains(&&*text(&issue["severity"])), "{issue}");
    }
    let good = Dir::new("gitlab_good").with("management/disk_fillup_prevention.json", DISK);
    good.sps(&["check", ".", "--format", "gitlab"]).is(0, "[]\n", "");
}

#[test]
fn every_format_with_help_names_the_command_that_repairs() {
    let reference = EMAIL_REQUEST.replace(
        "\"aaaa-1\"",
        r#"{"key": "aaaa-1", "meta": {"href": "/api/configuration/passwords/aaaa-1"}}"#,
    );
    let dir = Dir::new("repairing_command").with("management/email.json", reference);
    for format in ["human", "json", "sarif", "github", "gitlab"] {
        let run = dir.sps(&["check", ".", "--format", format, "--as", "request"]);
        let named = run.stdout.matches("; `sps request FILE` rewrites a response").count();
        assert_eq!((run.status, named), (1, 1), "{format}: {}", run.stdout);
    }
}
