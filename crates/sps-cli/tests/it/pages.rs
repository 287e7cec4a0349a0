//! `sps template`, `explain`, `endpoints` and `show`.

use crate::support::*;

#[test]
fn every_template_is_valid() {
    let dir = Dir::new("template");
    let endpoints = dir.sps(&["endpoints"]);
    assert_eq!((endpoints.status, &*endpoints.stderr), (0, ""));
    let mut filled = 0;
    for line in endpoints.stdout.lines() {
        let endpoint = line.split_whitespace().next().unwrap();
        let template = dir.sps(&["template", endpoint]);
        if template.status == 0 {
            let run = dir.sps_with(&["check", "-", "-e", endpoint], &template.stdout);
            assert_eq!(run.status, 0, "{endpoint}: {}{}", run.all(), template.stdout);
            filled += 1;
        } else {
            template.fails(2, "has no known request body");
        }
    }
    assert!(filled >= 7, "{filled}");
}

#[test]
fn a_variant_can_be_chosen() {
    let dir = Dir::new("variant");
    let run = dir.sps(&["template", "management/snmp/trap", "--variant", "2c"]);
    assert_eq!(run.status, 0);
    assert!(run.stdout.contains("\"selection\": \"2c\""), "{}", run.stdout);
    dir.sps(&["template", "management/snmp/trap", "--variant", "4"]).fails(2, "has no variant `4`");
}

#[test]
fn endpoints_can_be_named_as_anywhere_else() {
    let dir = Dir::new("named");
    let expected = dir.sps(&["show", "rdp/channel_policies"]);
    assert!(
        expected.stdout.contains("/api/configuration/rdp/channel_policies"),
        "{}",
        expected.all()
    );
    for name in ["/api/configuration/rdp/channel_policies", "rdp/channel_policies/-20100"] {
        dir.sps(&["show", name]).is(0, &expected.stdout, "");
    }
}

#[test]
fn every_code_is_explained() {
    let dir = Dir::new("codes");
    let index = dir.sps(&["explain"]);
    assert_eq!(index.status, 0);
    for line in index.stdout.lines() {
        let code = line.split_whitespace().next().unwrap();
        let run = dir.sps(&["explain", code]);
        assert_eq!((run.status, &*run.stderr), (0, ""), "{code}");
        assert!(run.stdout.starts_with(code), "{}", run.stdout);
    }
    assert!(index.stdout.lines().count() > 40);
}

#[test]
fn an_unknown_code_names_the_nearest() {
    let dir = Dir::new("code");
    let words = "error: there is no code `startls-only`; did you mean `starttls-only`? `sps explain` lists them all\n";
    dir.sps(&["explain", "startls-only"]).is(2, "", words);
    dir.sps(&["explain", "x"]).is(
        2,
        "",
        "error: there is no code `x`; `sps explain` lists them all\n",
    );
}
