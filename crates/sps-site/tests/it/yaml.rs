//! Trees of YAML.

use std::fmt::Write as _;

use sps_model::validate::yaml::write;

use crate::tree::{
    Tree, channel_policy, email, errors, helps, notes, splunk, time_policy, trap, yaml,
};

const FOLDER: &str = "policies/time_policies";
const EMAIL: &str = "management/email.yaml";
const CHANNEL: &str = "ssh/channel_policies/c.yaml";

/// A time policy of the name `office` in YAML.
fn office() -> String {
    yaml(&time_policy("office"))
}

/// The only error of a tree: its code, pointer, message, help, and the text that it is about.
fn only_error(tree: &Tree) -> [String; 5] {
    let report = tree.report();
    let [(file, it)] = report.errors().collect::<Vec<_>>()[..] else {
        panic!("{:?}", errors(&report))
    };
    let about = it.span.of(&file.text).unwrap_or_default();
    [it.code, &it.pointer, &it.message, &it.help, about].map(str::to_owned)
}

/// A body of every notation, by path without ending.
fn bodies() -> Vec<(&'static str, String)> {
    let secret = r#"{"$secret": "env:TRAP"}"#;
    let new = r#"{"$new": {"plain": {"$secret": "file:/run/secrets/trap"}}}"#;
    vec![
        ("management/email", email(r#"{"$file": "ca.pem"}"#, "\"sps\"")),
        ("management/snmp/trap", trap(secret, new)),
        ("management/splunk_forwarder", splunk(r#"{"$secret": "keep"}"#)),
        ("policies/time_policies/office", time_policy("office")),
        ("policies/time_policies/24%2F7", time_policy("24/7")),
        ("ssh/channel_policies/c", channel_policy("c", r#"{"$ref": "office"}"#)),
        ("ssh/channel_policies/d", channel_policy("d", r#"{"$ref": "-100"}"#)),
    ]
}

const CA: &str = include_str!("../data/ca.pem");

#[test]
fn a_tree_is_the_same_in_json_and_in_yaml() {
    let tree = |as_yaml: &dyn Fn(usize) -> bool| {
        let bodies = bodies().into_iter().enumerate();
        bodies.fold(Tree::new().with("ca.pem", CA), |tree, (at, (path, body))| {
            if as_yaml(at) {
                tree.with(&format!("{path}.yaml"), yaml(&body))
            } else {
                tree.with(&format!("{path}.json"), body)
            }
        })
    };
    let json = tree(&|_| false);
    let objects = |tree: &Tree| -> Vec<_> {
        let site = tree.site();
        site.objects().iter().map(|it| (it.label.clone(), it.body.clone())).collect()
    };
    let unchecked = |tree: &Tree| -> Vec<_> {
        let files = tree.report().files;
        files.into_iter().map(|it| (it.label, it.report.unchecked)).collect()
    };
    assert_eq!(objects(&json).len(), 7);
    for other in [tree(&|_| true), tree(&|at| at % 2 == 0), tree(&|at| at % 2 == 1)] {
        assert!(other.errors().is_empty(), "{:?}", other.errors());
        assert_eq!(objects(&other), objects(&json));
        assert_eq!(unchecked(&other), unchecked(&json));
    }
}

#[test]
fn s173_the_short_ending_is_read_and_capital_letters_are_an_error() {
    let body = yaml(&splunk(r#"{"$secret": "keep"}"#));
    let tree = Tree::new().with("management/splunk_forwarder.yml", body);
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
    assert_eq!(tree.labels(), ["management/splunk_forwarder"]);
    let tree = Tree::new()
        .with(&format!("{FOLDER}/office.YAML"), office())
        .with(&format!("{FOLDER}/late.Yml"), office());
    let report = tree.report();
    assert_eq!(
        errors(&report),
        [
            "policies/time_policies/late.Yml: misplaced-file : `policies/time_policies/late.Yml` has the ending `.Yml`",
            "policies/time_policies/office.YAML: misplaced-file : `policies/time_policies/office.YAML` has the ending `.YAML`",
        ]
    );
    assert_eq!(
        helps(&report),
        ["rename it: the ending is `.yml`", "rename it: the ending is `.yaml`"]
    );
}

#[test]
fn s033_an_object_in_two_formats_is_named_with_both_files() {
    let json = time_policy("office");
    for (one, other) in [("json", "yaml"), ("json", "yml"), ("yaml", "yml")] {
        let text = |ending: &str| if ending == "json" { json.clone() } else { office() };
        let tree = Tree::new()
            .with(&format!("{FOLDER}/office.{one}"), text(one))
            .with(&format!("{FOLDER}/office.{other}"), text(other));
        assert_eq!(
            tree.errors(),
            [format!(
                "{FOLDER}/office.{other}: duplicate-label : `{FOLDER}/office` is described by `{FOLDER}/office.{one}` as well"
            )]
        );
        assert!(tree.labels().is_empty());
    }
    // Also where one of them cannot be read.
    let tree = Tree::new()
        .with(&format!("{FOLDER}/office.json"), json)
        .with(&format!("{FOLDER}/office.yaml"), "name: [");
    let errors = tree.errors();
    assert_eq!(errors.len(), 2, "{errors:?}");
    assert!(errors[1].contains("office.yaml: invalid-yaml"), "{errors:?}");
    assert!(errors[0].contains("office.yaml: duplicate-label"), "{errors:?}");
    assert!(tree.labels().is_empty());
    let report = Tree::of(&[("management/email.json", "{}"), (EMAIL, "{}")]).report();
    assert!(
        errors_of(&report, "duplicate-label").contains("is described by `management/email.json`")
    );
}

/// The message of the only error with this code.
fn errors_of(report: &sps_site::SiteReport, code: &str) -> String {
    let mut found = report.errors().filter(|(_, it)| it.code == code);
    let message = found.next().map(|(_, it)| it.message.clone()).unwrap_or_default();
    assert_eq!(found.count(), 0);
    message
}

#[test]
fn s061_letter_case_counts_across_formats() {
    let tree = Tree::new()
        .with(&format!("{FOLDER}/Office.json"), time_policy("Office"))
        .with(&format!("{FOLDER}/office.yaml"), office());
    assert_eq!(
        tree.errors(),
        [
            "policies/time_policies/office.yaml: duplicate-label : `policies/time_policies/office` and \
             `policies/time_policies/Office` in `policies/time_policies/Office.json` differ in letter case only"
        ]
    );
}

#[test]
fn s077_a_misspelt_folder_has_the_nearest_endpoint() {
    for (path, help) in [
        ("policies/time_polices/office.yaml", "did you mean `policies/time_policies`?"),
        ("managment/email.yml", "did you mean `management/email`?"),
        ("email.yaml", "did you mean `management/email`?"),
        ("other/office.yaml", "did you mean `policies/time_policies`, which has these keys?"),
    ] {
        let tree = Tree::new().with(path, office());
        let [code, _, _, found, _] = only_error(&tree);
        assert_eq!(code, "misplaced-file", "{path}");
        assert!(found.starts_with(help), "{path}: {found}");
        assert!(tree.labels().is_empty());
    }
    let tree = Tree::new().with(&format!("{FOLDER}.yml"), office());
    let [_, _, message, help, _] = only_error(&tree);
    assert_eq!(message, "`policies/time_policies` is a collection");
    assert_eq!(help, "give each object a file of its own: `policies/time_policies/NAME.yml`");
}

#[test]
fn s055_the_name_in_the_body_is_that_of_the_file() {
    let tree =
        Tree::new().with(&format!("{FOLDER}/office.yml"), yaml(&time_policy("office-hours")));
    let [code, pointer, message, help, about] = only_error(&tree);
    assert_eq!((&*code, &*pointer), ("label-mismatch", "/name"));
    assert_eq!(message, "the file is named `office`, and `name` in it is `office-hours`");
    assert_eq!(help, "rename the file to `office-hours.yml`, or change `name`");
    assert_eq!(about, "office-hours");
}

#[test]
fn s113_files_of_other_programs_are_left_alone() {
    let tree = Tree::of(&[
        ("docker-compose.yaml", "services:\n  web:\n    image: nginx\n"),
        ("mkdocs.yml", "site_name: x\nplugins: !ENV [A, B]\n"),
        ("deploy/k8s.yaml", "kind: A\n---\nkind: B\n"),
        ("plan.yaml", "schema_version: 1\nobjects: []\n"),
        ("policies/time_policies/state.yml", "schema_version: 1\n"),
        (".gitlab-ci.yml", "check: {}\n"),
        (".github/workflows/check.yml", "on: push\n"),
        (".pre-commit-config.yaml", "repos: []\n"),
    ]);
    let report = tree.report();
    assert!(report.is_valid(), "{report}");
    assert!(report.files.is_empty());
    assert_eq!(
        notes(&report),
        [
            "deploy/k8s.yaml: it belongs to no endpoint",
            "docker-compose.yaml: it belongs to no endpoint",
            "mkdocs.yml: it belongs to no endpoint",
            "plan.yaml: a plan or a report, not an object",
            "policies/time_policies/state.yml: a plan or a report, not an object",
        ]
    );
}

#[test]
fn s171_copies_of_editors_are_not_read() {
    let mut tree = Tree::new().with(&format!("{FOLDER}/office.yaml"), office());
    let names = [
        "office.yaml~",
        ".office.yaml.swp",
        "#office.yaml#",
        "office.yaml.orig",
        "office.yaml.rej",
    ];
    for name in names {
        tree = tree.with(&format!("{FOLDER}/{name}"), "{not read");
    }
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
    assert_eq!(tree.labels(), ["policies/time_policies/office"]);
    assert_eq!(notes(&tree.report()).len(), 5);
    let tree = tree.with(&format!("{FOLDER}/office (1).yaml"), office());
    assert!(tree.errors()[0].contains("office (1).yaml: label-mismatch /name:"));
}

#[test]
fn s139_a_file_without_a_body_is_an_error() {
    for text in ["", "\n", "# office hours\n", "---\n", "---\n# office\n...\n", "\u{feff}"] {
        let tree = Tree::new()
            .with("sps.toml", "owned = ['policies/time_policies']")
            .with(&format!("{FOLDER}/office.yaml"), text);
        assert_eq!(
            tree.errors(),
            ["policies/time_policies/office.yaml: invalid-yaml : the file has no body"],
            "{text:?}"
        );
        assert!(tree.labels().is_empty());
    }
    // Null is a value, and no body.
    let tree = Tree::new().with(&format!("{FOLDER}/office.yaml"), "~\n");
    assert_eq!(tree.errors().len(), 1, "{:?}", tree.errors());
}

#[test]
fn s141_a_mistake_in_the_syntax_is_never_absence() {
    for (text, message) in [
        (format!("{}\tTue: []\n", office()), "unexpected tab in the indentation"),
        (format!("{}---\n{}", office(), office()), "a second document begins here"),
        (office().replace("office", "!office"), "unknown tag"),
        (office().replace("office", "*office"), "unknown anchor"),
        (office().replace("office", "\"office"), "the quote is not closed"),
    ] {
        let tree = Tree::new()
            .with("sps.toml", "owned = ['policies/time_policies']")
            .with(&format!("{FOLDER}/office.yaml"), &text)
            .with(CHANNEL, yaml(&channel_policy("c", r#"{"$ref": "office"}"#)));
        let [code, _, found, ..] = only_error(&tree);
        assert_eq!((&*code, &*found), ("invalid-yaml", message), "{text}");
        assert_eq!(tree.labels(), ["ssh/channel_policies/c"]);
    }
}

#[test]
fn what_grows_beyond_the_limits_is_an_error() {
    let mut text = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (one, other) in
        ["a", "b", "c", "d", "e", "f", "g"].into_iter().zip(["b", "c", "d", "e", "f", "g", "h"])
    {
        let items = vec![format!("*{one}"); 10].join(", ");
        let _ = writeln!(text, "{other}: &{other} [{items}]");
    }
    let tree = Tree::new().with(EMAIL, text);
    assert_eq!(only_error(&tree)[0], "limit-exceeded");
}

#[test]
fn a_problem_has_the_place_of_its_value() {
    let policy =
        yaml(&channel_policy("c", r#"{"$ref": "offcie"}"#)).replace("offcie", "offcie # at night");
    let tree = Tree::new().with(&format!("{FOLDER}/office.yaml"), office()).with(CHANNEL, &policy);
    assert!(policy.contains("time_policy:\n"), "{policy}");
    let [code, pointer, message, help, about] = only_error(&tree);
    assert_eq!(code, "reference-exists");
    assert_eq!(pointer, "/rules/0/allowed_for/time_policy");
    assert_eq!(message, "no file describes `policies/time_policies/offcie`");
    assert!(help.starts_with("did you mean `policies/time_policies/office`?"), "{help}");
    assert_eq!(about, "$ref: offcie");
    // A block of text, with its header.
    let block = email("\"@\"", "\"sps\"");
    let block =
        yaml(&block).replace("\"@\"", "| # of the mail server\n        not a\n        certificate");
    let tree = Tree::new().with(EMAIL, block);
    let [code, pointer, _, _, about] = only_error(&tree);
    assert_eq!(code, "pem-certificate");
    assert_eq!(pointer, "/smtp_encryption/server_certificate_check/server_certificate_ca");
    assert_eq!(about, "| # of the mail server\n        not a\n        certificate");
    let tree = Tree::new().with(
        EMAIL,
        yaml(&email("null", "\"sps\"")).replace("selection: fqdn", "selection: \"fqd\""),
    );
    let report = tree.report();
    let about: Vec<_> =
        report.errors().filter_map(|(file, it)| Some((it.code, it.span.of(&file.text)?))).collect();
    assert!(about.contains(&("unknown-selection", "\"fqd\"")), "{about:?}");
}

#[test]
fn notations_are_read_in_every_style() {
    let styles = [
        "time_policy:\n        $ref: office",
        "time_policy:\n        $ref: office",
        "time_policy: {$ref: office}",
        "time_policy: {\"$ref\": \"policies/time_policies/office\"} # note",
        "time_policy:\n        # note\n        '$ref': 'office'",
        "time_policy:\n        $ref: >-\n          office",
    ];
    let policy = yaml(&channel_policy("c", r#"{"$ref": "office"}"#));
    let place = styles.iter().find(|style| policy.contains(**style)).unwrap();
    for style in styles {
        let tree = Tree::new()
            .with(&format!("{FOLDER}/office.yaml"), office())
            .with(CHANNEL, policy.replace(place, style));
        assert!(tree.errors().is_empty(), "{style}: {:?}", tree.errors());
        assert_eq!(
            tree.site().objects()[1].body["rules"][0]["allowed_for"]["time_policy"],
            serde_json::json!({"$ref": "policies/time_policies/office"})
        );
    }
    for (style, message, help, about) in [
        (
            "{$ref: -100}",
            "`$ref` takes a string, found number",
            "quote it; write {\"$ref\": \"policies/time_policies/office\"}",
            "-100",
        ),
        ("{$ref: 22:30}", "YAML 1.1 and YAML 1.2 read this value differently", "quote it", "22:30"),
        (
            "{$ref: }",
            "`$ref` takes a string, found null",
            "write {\"$ref\": \"policies/time_policies/office\"}",
            "",
        ),
        ("{$rf: office}", "unknown notation", "did you mean `$ref`?", "$rf"),
    ] {
        let text = policy.replace(place, &format!("time_policy: {style}"));
        let tree = Tree::new()
            .with(&format!("{FOLDER}/22%3A30.yaml"), yaml(&time_policy("22:30")))
            .with(CHANNEL, text);
        let found = only_error(&tree);
        let expected =
            ["invalid-notation", "/rules/0/allowed_for/time_policy", message, help, about];
        assert_eq!(found, expected.map(str::to_owned), "{style}");
    }
}

#[test]
fn a_file_is_named_from_yaml_as_from_json() {
    let body = yaml(&email(r#"{"$file": "ca.pem"}"#, "\"sps\""));
    let tree = Tree::new().with("management/ca.pem", CA).with(EMAIL, &body);
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
    assert_eq!(
        tree.site().objects()[0].body["smtp_encryption"]["server_certificate_check"]["server_certificate_ca"],
        CA
    );
    let tree = Tree::new().with(EMAIL, &body);
    assert_eq!(only_error(&tree)[2], "no such file: `management/ca.pem` or `ca.pem`");
    assert_eq!(only_error(&tree)[4], "$file: ca.pem");
    let tree = Tree::new().with(EMAIL, body.replace("ca.pem", "../../ca.pem"));
    assert_eq!(only_error(&tree)[2], "`../../ca.pem` is outside of the tree");
}

#[test]
fn what_several_places_share_is_each_of_their_values() {
    let text = "name: office\nMon: &day [[\"8:00\", \"18:00\"]]\nTue: *day\nWed: *day\nThu: *day\nFri: *day\nSat: &free []\nSun: *free\n";
    let tree = Tree::new().with(&format!("{FOLDER}/office.yaml"), text);
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
    let site = tree.site();
    let body = &site.objects()[0].body;
    assert_eq!(body["Fri"], serde_json::json!([["8:00", "18:00"]]));
    assert_eq!(body["Sun"], serde_json::json!([]));
    // A mistake in it has the place of the alias for each that repeats it.
    let tree = Tree::new().with(&format!("{FOLDER}/office.yaml"), text.replace("18:00", "18.00"));
    let report = tree.report();
    assert_eq!(report.errors().count(), 5);
    assert!(report.errors().all(|(_, it)| it.code == "time-of-day"));
    // An own member wins over one that is merged.
    let text = "name: office\n<<: {name: other, Mon: [], Tue: [], Wed: [], Thu: [], Fri: [], Sat: [], Sun: []}\n";
    let tree = Tree::new().with(&format!("{FOLDER}/office.yaml"), text);
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
    assert_eq!(tree.labels(), ["policies/time_policies/office"]);
}

#[test]
fn s137_a_key_in_two_spellings_is_there_twice() {
    for name in ["name", "\"name\"", "\"\\u006eame\""] {
        let text = format!("{}{name}: office\n", office());
        let tree = Tree::new().with(&format!("{FOLDER}/office.yaml"), text);
        assert_eq!(only_error(&tree)[0], "duplicate-key", "{name}");
    }
}

/// The codes and helps of a time policy with another value of a member.
fn office_with(member: &str, value: &str) -> Vec<(String, String)> {
    let text = office().lines().fold(String::new(), |text, line| {
        if line.starts_with(member) {
            format!("{text}{member}: {value}\n")
        } else {
            format!("{text}{line}\n")
        }
    });
    let tree = Tree::new().with(&format!("{FOLDER}/office.yaml"), text);
    let report = tree.report();
    report.errors().map(|(_, it)| (it.code.to_owned(), it.help.clone())).collect()
}

#[test]
fn s127_a_time_without_quotes_is_no_time() {
    let found = office_with("Mon", "[[600, \"18:00\"]]");
    let help = "quote times: another tool took \"10:00\" for this number of minutes";
    assert_eq!(found, [("wrong-type".to_owned(), help.to_owned())]);
    let found = office_with("Mon", "[[8:00, 18:00]]");
    let codes: Vec<_> = found.iter().map(|it| it.0.as_str()).collect();
    assert_eq!(codes, ["wrong-type", "wrong-type"]);
    assert_eq!(found[0].1, "quote it: \"8:00\"");
}

#[test]
fn s129_s133_values_that_readers_take_differently_are_errors() {
    let body = yaml(&splunk(r#"{"$secret": "keep"}"#));
    for (old, new, help) in [
        ("enabled: true", "enabled: yes", "write true"),
        ("flush_interval: 600", "flush_interval: 010", "write it in plain decimal digits"),
        ("flush_interval: 600", "flush_interval: 0o12", "write it in plain decimal digits"),
        ("flush_interval: 600", "flush_interval: 10:00", "write it in plain decimal digits"),
    ] {
        assert!(body.contains(old), "{body}");
        let tree = Tree::new().with("management/splunk_forwarder.yaml", body.replace(old, new));
        let [code, _, message, found, about] = only_error(&tree);
        assert_eq!((&*code, &*found), ("wrong-type", help), "{new}");
        assert_eq!(Some(&*about), new.split_once(": ").map(|it| it.1));
        // Both readings, where they differ.
        assert!(message.contains("YAML 1.1 reads"), "{message}");
    }
    // Every reader takes it for the number 80.
    let tree = Tree::new()
        .with("management/splunk_forwarder.yaml", body.replace("port: 8088", "port: 0x50"));
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
    assert_eq!(tree.site().objects()[0].body["port"], 80);
}

#[test]
fn s131_s135_texts_that_look_like_numbers_keep_their_spelling() {
    for name in ["25921e05", "1_000", ".inf", "20180510.001", "1.10", "9007199254740993", "no"] {
        let stem = name.replace(".inf", "%2Einf");
        let path = format!("{FOLDER}/{stem}.yaml");
        let text = yaml(&time_policy(name));
        assert!(text.contains(&format!("name: \"{name}\"\n")), "{text}");
        let tree = Tree::new().with(&path, &text);
        assert!(tree.errors().is_empty(), "{:?}", tree.errors());
        assert_eq!(tree.labels(), [format!("{FOLDER}/{name}")]);
        let tree = Tree::new().with(&path, text.replace('"', ""));
        let [code, pointer, _, help, about] = only_error(&tree);
        assert_eq!((&*code, &*pointer, &*about), ("wrong-type", "/name", name));
        assert_eq!(help, format!("quote it: \"{name}\""));
    }
}

#[test]
fn s147_a_text_that_begins_with_a_special_character_is_named_without_its_value() {
    let body = yaml(&splunk("\"hunter22\""));
    for special in ["!", "@", "*", "&", "%", "`"] {
        let text = body.replace("token: hunter22", &format!("token: {special}hunter22"));
        assert_ne!(text, body);
        let tree = Tree::new().with("management/splunk_forwarder.yaml", text);
        let [code, _, _, help, _] = only_error(&tree);
        assert_eq!(code, "invalid-yaml");
        assert!(help.contains("quote the value"), "{help}");
        let report = tree.report();
        assert!(!format!("{report} {report:?}").contains("hunter22"));
    }
}

#[test]
fn s045_a_mistake_beside_a_plain_password_does_not_show_it() {
    let text = yaml(&trap(r#"{"$new": {"plain": "hunter22"}}"#, "null"));
    let text = text.replace("hunter22", "hunter22\n        other: @");
    let tree = Tree::new().with("management/snmp/trap.yaml", &text);
    let report = tree.report();
    let [(file, it)] = report.errors().collect::<Vec<_>>()[..] else { panic!("{report}") };
    assert_eq!(
        (it.code, it.message.as_str()),
        ("invalid-yaml", "no value can begin with this character")
    );
    let line = text.lines().position(|line| line.contains("other")).unwrap();
    assert_eq!(file.text[..it.span.start].matches('\n').count(), line);
    let shown = file.report.render(&file.text, "trap.yaml");
    assert!(!format!("{report} {report:?} {shown}").contains("hunter22"));
}

#[test]
fn a_secret_that_an_alias_repeats_is_hidden_where_it_is_written() {
    let body = yaml(&splunk("\"hunter22\""));
    let text = body
        .replace("value: splunk.example.com", "value: &x hunter22")
        .replace("token: hunter22", "token: *x");
    let broken = text.replace("port: 8088", "port: -1");
    for text in [
        text,
        broken,
        body.replace("token: hunter22", "token: {$secret: *x}")
            .replace("value: sps.example.com", "value: &x hunter22\n  y: 1"),
    ] {
        let tree = Tree::new().with("management/splunk_forwarder.yaml", text);
        let report = tree.report();
        let rendered: String =
            report.files.iter().map(|it| it.report.render(&it.text, "x.yaml")).collect();
        assert!(!report.files.is_empty());
        assert!(!format!("{report} {report:?} {rendered}").contains("hunter22"), "{rendered}");
    }
}

#[test]
fn s017_the_address_of_a_schema_may_be_a_comment_or_a_key() {
    for first in [
        "# yaml-language-server: $schema=https://example.com/x.json\n",
        "$schema: https://example.com/x.json\n",
    ] {
        let tree =
            Tree::new().with(&format!("{FOLDER}/office.yaml"), format!("{first}{}", office()));
        assert!(tree.errors().is_empty(), "{:?}", tree.errors());
        let site = tree.site();
        assert_eq!(
            site.objects()[0].body,
            serde_json::from_str::<serde_json::Value>(&time_policy("office")).unwrap()
        );
    }
}

#[test]
fn s143_line_ends_of_windows_are_in_no_body() {
    let files = bodies().into_iter().filter(|(path, _)| *path != "management/email");
    let files: Vec<_> = files.map(|(path, body)| (path, yaml(&body))).collect();
    let banner = "name: b\ntext: |\n  one\n  two\n";
    let tree = |ends: &dyn Fn(&str) -> String| {
        files.iter().fold(
            Tree::new()
                .with("sps.toml", "unknown = ['x/things']")
                .with("x/things/b.yaml", ends(banner)),
            |tree, (path, text)| tree.with(&format!("{path}.yaml"), ends(text)),
        )
    };
    let unix = tree(&str::to_owned);
    let windows = tree(&|text| text.replace('\n', "\r\n"));
    assert!(windows.errors().is_empty(), "{:?}", windows.errors());
    let bodies = |tree: &Tree| -> Vec<_> {
        tree.site().objects().iter().map(|it| it.body.clone()).collect()
    };
    assert_eq!(bodies(&windows), bodies(&unix));
    assert_eq!(bodies(&windows).last().map(|it| it["text"].clone()), Some("one\ntwo\n".into()));
}

#[test]
fn s151_tabs_separate() {
    let text = office().replace("name: office", "name:\toffice\t# note");
    let tree = Tree::new().with(&format!("{FOLDER}/office.yaml"), &text);
    assert!(tree.errors().is_empty(), "{text}: {:?}", tree.errors());
}

#[test]
fn what_is_written_is_read_back() {
    for (path, body) in bodies() {
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        let tree = Tree::new().with("ca.pem", CA).with(&format!("{path}.yaml"), write(&body));
        let site = tree.site();
        assert_eq!(site.objects().len(), 1, "{path}: {:?}", tree.errors());
    }
}
