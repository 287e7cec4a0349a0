//! YAML files: checked, repaired, rewritten and sent as JSON files are.

use std::fs;

use crate::support::*;

const DISK_YAML: &str = "# yaml-language-server: $schema=disk.schema.json\nenabled: true # on\narchiving_enabled: false\nused_space_ratio_limit: 0x50\n";
const FILE: &str = "site/management/disk_fillup_prevention.yaml";

#[test]
fn s017_s173_a_folder_has_yaml_files_and_foreign_ones_are_a_note() {
    let dir = Dir::new("yaml_folder")
        .with(FILE, DISK_YAML)
        .with("site/docker-compose.yaml", "services:\n  web:\n    ports: [22:22]\n")
        .with("site/k8s.yml", "a: 1\n---\nb: !x 2\n");
    let run = dir.sps(&["check", "site"]);
    assert_eq!(run.status, 0, "{}", run.all());
    assert!(run.all().contains("1 document: no errors"), "{}", run.all());
    let yml = FILE.replace(".yaml", ".YML");
    let dir = Dir::new("yaml_yml").with(&yml, DISK_YAML.replace("true", "1"));
    assert_eq!(dir.sps(&["check", "site"]).status, 1);
    // A foreign file that was named is an error.
    let dir = Dir::new("yaml_foreign").with("docker-compose.yaml", "services: {}\n");
    assert_eq!(dir.sps(&["check", "docker-compose.yaml"]).status, 2);
}

#[test]
fn s129_a_word_of_yaml_1_1_is_no_switch() {
    let dir = Dir::new("yaml_yes").with(FILE, DISK_YAML.replace("true", "yes"));
    let run = dir.sps(&["check", "site", "--format", "concise"]);
    assert_eq!(run.status, 1);
    assert!(run.stdout.contains(&format!("{FILE}:2:10: error[wrong-type]")), "{}", run.stdout);
    let human = dir.sps(&["check", "site"]);
    assert!(human.stdout.contains("write true"), "{}", human.stdout);
    let json = dir.sps(&["check", "site", "--format", "json"]).json();
    let found = &json["documents"][0]["diagnostics"][0];
    assert_eq!(found["span"]["start"], 58);
    assert_eq!(found["span"]["end"], 61);
    for format in ["human", "sarif", "github", "gitlab"] {
        assert_eq!(dir.sps(&["check", "site", "--format", format]).status, 1, "{format}");
    }
}

#[test]
fn s045_a_mistake_in_the_syntax_shows_no_secret() {
    let dir = Dir::new("yaml_secret")
        .with("site/passwords/one.yaml", "plain: hunter2-a\nother: \"hunter2-b\n");
    for format in ["human", "concise", "json", "sarif", "github", "gitlab", "html"] {
        let run = dir.sps(&["check", "site", "--format", format]);
        assert_eq!(run.status, 1, "{}", run.all());
        assert!(run.stdout.contains("invalid-yaml"), "{}", run.stdout);
        assert!(!run.all().contains("hunter2"), "{}", run.all());
    }
    let run = dir.sps(&["check", "site", "--format", "concise"]);
    assert!(run.stdout.contains("one.yaml:2:8: error[invalid-yaml]"), "{}", run.stdout);
}

#[test]
fn s143_a_repair_keeps_comments_and_line_ends() {
    let before =
        DISK_YAML.replace("archiving", "archivng").replace("true", "on").replace('\n', "\r\n");
    let dir = Dir::new("yaml_fix").with(FILE, before);
    let run = dir.sps(&["check", "site", "--fix"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let after = fs::read_to_string(dir.path().join(FILE)).unwrap();
    assert_eq!(after, DISK_YAML.replace('\n', "\r\n"));
}

#[test]
fn s159_a_request_has_the_number_that_is_meant() {
    let dir = Dir::new("yaml_request").with(FILE, DISK_YAML);
    let run = dir.sps(&["request", FILE]);
    let json = "{\n  \"enabled\": true,\n  \"archiving_enabled\": false,\n  \"used_space_ratio_limit\": 80\n}\n";
    assert_eq!(run.stdout, json, "{}", run.all());
    let run = dir.sps(&["put", "management/disk_fillup_prevention", FILE, "--sim", "--dry-run"]);
    assert!(matches!(run.status, 0 | 3), "{}", run.all());
}

#[test]
fn s133_nothing_in_doubt_is_sent() {
    let dir = Dir::new("yaml_doubt").with(FILE, DISK_YAML.replace("0x50", "010"));
    let run = dir.sps(&["put", "management/disk_fillup_prevention", FILE, "--sim"]);
    assert_eq!(run.status, 1, "{}", run.all());
    assert!(run.all().contains("YAML 1.1 reads 8 and YAML 1.2 reads 10"), "{}", run.all());
    let run = dir.sps(&["request", FILE]);
    assert_eq!(run.status, 1);
    assert!(run.stderr.contains(".yaml:4:25: YAML 1.1 and"), "{}", run.stderr);
}
