//! `sps template`, `explain`, `endpoints` and `show`.

use std::fs;

use crate::support::*;

/// Variants that are warned about whatever else the body holds, and with which code.
const WARNED: &[(&str, &str, &str)] = &[
    ("management/email", "disabled", "cleartext-smtp"),
    ("management/snmp/trap", "2c", "cleartext-snmp"),
];

#[test]
fn every_template_is_valid_and_raises_no_warning() {
    let dir = Dir::new("template");
    let endpoints = dir.sps(&["endpoints"]);
    let total = format!("{} endpoints: ", endpoints.stdout.lines().count());
    assert!(endpoints.status == 0 && endpoints.stderr.starts_with(&total), "{}", endpoints.stderr);
    let (mut bodies, mut warned) = (0, Vec::new());
    for line in endpoints.stdout.lines() {
        let endpoint = line.split_whitespace().next().unwrap();
        // The error for an unknown variant lists the known ones.
        let refused = dir.sps(&["template", endpoint, "--variant", "\u{1F984}"]);
        let words = match refused.stderr.trim_end().split_once("; it has ") {
            Some((_, words)) => words.split(", ").collect(),
            None => Vec::new(),
        };
        let variants = words.iter().map(|word| vec!["--variant", word]);
        for variant in std::iter::once(Vec::new()).chain(variants) {
            let template = dir.sps(&[vec!["template", endpoint], variant.clone()].concat());
            if template.status != 0 {
                assert!(variant.is_empty(), "{}", template.all());
                template.fails(2, "has no known request body");
                continue;
            }
            bodies += 1;
            let arguments = ["check", "-", "-e", endpoint, "--as", "request", "--deny-warnings"];
            let run = dir.sps_with(&arguments, &template.stdout);
            if run.status == 0 {
                continue;
            }
            let json = dir
                .sps_with(&[&arguments[..], &["--format", "json"]].concat(), &template.stdout)
                .json();
            assert_eq!(json["summary"]["errors"], 0, "{}{}", run.all(), template.stdout);
            for (code, _) in found(&json) {
                let exception = WARNED
                    .iter()
                    .find(|it| **it == (endpoint, variant.last().unwrap_or(&""), &*code));
                warned.push(
                    *exception.unwrap_or_else(|| panic!("{endpoint} {variant:?}: {}", run.all())),
                );
            }
        }
    }
    assert!(bodies >= 19, "{bodies}");
    assert_eq!(warned, WARNED, "an exception that is no longer needed");
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
    let words = "error: unknown code `startls-only`; did you mean `starttls-only`? `sps explain` lists all\n";
    dir.sps(&["explain", "startls-only"]).is(2, "", words);
    dir.sps(&["explain", "x"]).is(2, "", "error: unknown code `x`; `sps explain` lists all\n");
}

/// `login_method` of a user came with 7.4, and the whole endpoint of the web gateway with 7.0.3.1.
#[test]
fn pages_of_a_version_have_what_it_has() {
    let dir = Dir::new("versions");
    let show = |version| dir.sps(&["show", "user_info", "--target", version]).stdout;
    assert!(show("7.4").contains("login_method") && !show("7.3").contains("login_method"));
    let gateway = "management/web_gateway_authentication";
    let list = |version| dir.sps(&["endpoints", "--target", version]).stdout;
    assert!(list("7.0.3.1").contains(gateway) && !list("7.0.3").contains(gateway));
    dir.sps(&["schema", gateway, "--target", "7.0.3"])
        .fails(2, "the target version has no `management/web_gateway_authentication`: it has been there since 7.0.3.1");
    dir.sps(&["template", gateway, "--target", "7.0.4"]);
}

#[test]
fn lists_what_changed_since_a_version() {
    let dir = Dir::new("changed");
    let run = dir.sps(&["endpoints", "--changed-since", "7.0.3"]);
    assert_eq!(run.status, 0, "{}", run.all());
    let line = |text: &str| {
        run.stdout.lines().any(|it| it.split_whitespace().collect::<Vec<_>>().join(" ") == text)
    };
    assert!(line("+ the endpoint since version 7.0.3.1"), "{}", run.stdout);
    assert!(line("+ /login_method since version 7.4"), "{}", run.stdout);
    assert!(dir.sps(&["endpoints", "--changed-since", "99"]).stdout.is_empty());
    let json = dir.sps(&["endpoints", "--changed-since", "7.3", "--format", "json"]).json();
    let user = json.as_array().unwrap().iter().find(|it| it["name"] == "user_info").unwrap();
    assert_eq!(user["changes"][0]["pointer"], "/login_method");
    assert_eq!(user["changes"][0]["change"], "added");
    assert_eq!(user["changes"][0]["since"], "7.4");
}

/// A member that leads to a part of an object is there in every version that has the object.
#[test]
fn references_to_parts_are_there_for_a_target() {
    let dir = Dir::new("parts");
    for endpoint in ["local_services/admin_web", "network/ip_forwarding_rule_pairs"] {
        let template = dir.sps(&["template", endpoint, "--target", "8.0"]).stdout;
        assert_eq!(template, dir.sps(&["template", endpoint]).stdout);
        fs::write(dir.path().join("x.json"), template).unwrap();
        let run = dir.sps(&["check", "x.json", "-e", endpoint, "--target", "8.0"]);
        assert_eq!(run.status, 0, "{}", run.all());
    }
}
