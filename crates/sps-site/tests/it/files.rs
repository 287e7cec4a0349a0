//! What is read, what is left alone, and what is an error.

use std::fs;

use sps_site::{CheckOptions, LoadError, LoadOptions, Site};

use crate::tree::{Tree, errors, helps, notes, time_policy};

#[test]
fn s077_a_misspelt_folder_has_the_nearest_endpoint() {
    for (path, help) in [
        ("policies/time_polices/office.json", "did you mean `policies/time_policies`?"),
        ("managment/email.json", "did you mean `management/email`?"),
        ("management/emails.json", "did you mean `management/email`?"),
        ("ssh/connection.json", "did you mean `ssh/connections`?"),
        // The first folder is missing, or there is one too many.
        ("time_policies/office.json", "did you mean `policies/time_policies`?"),
        ("email.json", "did you mean `management/email`?"),
        ("site/management/email.json", "did you mean `management/email`?"),
        ("site/policies/time_policies/office.json", "did you mean `policies/time_policies`?"),
        ("polices/time_policies/office.json", "did you mean `policies/time_policies`?"),
        // Its keys tell what it is.
        ("other/office.json", "did you mean `policies/time_policies`, which has these keys?"),
    ] {
        let tree = Tree::new().with(path, time_policy("office"));
        let report = tree.report();
        let [(_, it)] = report.errors().collect::<Vec<_>>()[..] else { panic!("{path}: {report}") };
        assert_eq!(it.code, "misplaced-file", "{path}");
        assert!(it.help.starts_with(help), "{path}: {}", it.help);
        assert!(tree.labels().is_empty());
    }
}

#[test]
fn a_collection_has_no_folders() {
    let tree = Tree::new().with("policies/time_policies/24/7.json", time_policy("24/7"));
    assert_eq!(
        tree.errors(),
        [
            "policies/time_policies/24/7.json: misplaced-file : `policies/time_policies` has no folders, only files of objects"
        ]
    );
    assert_eq!(
        helps(&tree.report()),
        ["move the file up; a / in the name of an object is written %2F"]
    );
}

#[cfg(unix)]
#[test]
fn what_cannot_be_a_file_of_an_object_is_never_ignored() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt as _};

    let tree = Tree::new().with("policies/time_policies/x.md", "");
    let socket = tree.path("policies/time_policies/pipe.json");
    let _listener = std::os::unix::net::UnixListener::bind(socket).unwrap();
    let latin = tree.path("policies/time_policies").join(OsStr::from_bytes(b"b\xfcro.json"));
    let is_kept = fs::write(latin, time_policy("x")).is_ok();
    let errors = tree.errors();
    assert!(errors.contains(
        &"policies/time_policies/pipe.json: it is neither a file nor a folder".to_owned()
    ));
    // Some file systems take no such name.
    assert_eq!(errors.iter().any(|it| it.contains("its name is not UTF-8")), is_kept);
}

#[test]
fn an_endpoint_that_no_source_shows_is_read_where_the_settings_name_it() {
    let tree = Tree::new()
        .with("policies/new_things/one.json", r#"{"name": "one", "x": 1}"#)
        .with("new_area/thing.json", r#"{"x": 1}"#);
    assert_eq!(
        tree.errors(),
        [
            "policies/new_things/one.json: misplaced-file : no endpoint is called `policies/new_things/one` or `policies/new_things`"
        ]
    );
    assert!(
        helps(&tree.report())[0]
            .ends_with("If the appliance has the endpoint, list it as `unknown` in sps.toml")
    );
    assert_eq!(notes(&tree.report()), ["new_area/thing.json: it belongs to no endpoint"]);

    let tree = tree.with("sps.toml", "unknown = ['policies/new_things', 'new_area/thing']");
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
    assert_eq!(tree.labels(), ["new_area/thing", "policies/new_things/one"]);
    // Nothing in them is checked, and the report says so.
    assert!(tree.report().files.iter().all(|it| !it.report.unchecked.is_empty()));
}

#[test]
fn a_path_that_takes_no_object_says_why() {
    for (path, message, help) in [
        (
            "policies/time_policies.json",
            "`policies/time_policies` is a collection",
            "give each object a file of its own: `policies/time_policies/NAME.json`",
        ),
        (
            "management/snmp.json",
            "nothing can be configured at `management/snmp`",
            "the endpoints below have files, such as `management/snmp/trap`",
        ),
        (
            "ssh/connections/@order.json",
            "the order of `ssh/connections` is not part of a tree",
            "remove the file",
        ),
        (
            "passwords/mail.json",
            "objects of `passwords` have no names",
            "they are made with the object that refers to them: write {\"$secret\": …} there",
        ),
    ] {
        let report = Tree::new().with(path, "{}").report();
        let [(_, it)] = report.errors().collect::<Vec<_>>()[..] else { panic!("{path}: {report}") };
        assert_eq!((it.message.as_str(), it.help.as_str()), (message, help));
    }
}

#[test]
fn s113_plans_reports_and_foreign_files_are_left_alone() {
    let tree = Tree::of(&[
        ("plan.json", r#"{"schema_version": 1, "objects": []}"#),
        ("management/report.json", r#"{"schema_version": 1, "documents": []}"#),
        ("policies/time_policies/state.json", r#"{"schema_version": 1}"#),
        ("package.json", r#"{"name": "x", "private": true}"#),
        ("README.md", "words"),
        ("management/ca.pem", "words"),
        ("policies/time_policies/README", "words"),
        (".github/settings.json", "{}"),
        (".vscode/settings.json", "{}"),
    ]);
    let report = tree.report();
    assert!(report.is_valid(), "{report}");
    assert!(report.files.is_empty());
    assert_eq!(
        notes(&report),
        [
            "management/report.json: a plan or a report, not an object",
            "package.json: it belongs to no endpoint",
            "plan.json: a plan or a report, not an object",
            "policies/time_policies/state.json: a plan or a report, not an object",
        ]
    );
}

#[test]
fn s173_another_ending_beside_objects_is_an_error_with_the_right_one() {
    let tree = Tree::of(&[
        ("policies/time_policies/office.JSON", "{}"),
        ("policies/time_policies/b.json5", "{}"),
        ("policies/time_policies/c", "{}"),
        ("management/email.toml", ""),
    ]);
    assert_eq!(
        tree.errors(),
        [
            "management/email.toml: misplaced-file : `email.toml` has the ending `.toml`",
            "policies/time_policies/b.json5: misplaced-file : `b.json5` has the ending `.json5`",
            "policies/time_policies/c: misplaced-file : `c` has no ending",
            "policies/time_policies/office.JSON: misplaced-file : `policies/time_policies/office.JSON` has the ending `.JSON`",
        ]
    );
    let report = tree.report();
    assert_eq!(helps(&report)[3], "rename it: the ending is `.json`");
    assert_eq!(
        helps(&report)[1],
        "rename it to `b.json` or `b.yaml`, or move it out of the folder"
    );
}

#[test]
fn s139_a_file_without_a_body_is_an_error() {
    for text in ["", "\n", "  \r\n"] {
        let tree = Tree::new()
            .with("sps.toml", "owned = ['policies/time_policies']")
            .with("policies/time_policies/office.json", text);
        assert_eq!(
            tree.errors(),
            ["policies/time_policies/office.json: invalid-json : the file has no body"]
        );
    }
}

#[test]
fn s141_a_file_that_cannot_be_read_is_never_absent() {
    let folder = "policies/time_policies";
    let tree = Tree::new()
        .with(&format!("{folder}/a.json"), time_policy("a").replace("\"Mon\"", "Mon"))
        .with(&format!("{folder}/b.json"), b"{\"name\": \"\xff\"}")
        .with(&format!("{folder}/c.json"), b"\xff\xfe{\0")
        .with(&format!("{folder}/d.json"), time_policy("d"));
    let report = tree.report();
    assert!(!report.is_valid());
    assert_eq!(
        errors(&report)[1..],
        [
            "policies/time_policies/b.json: invalid UTF-8 at line 1, column 11; save it as UTF-8",
            "policies/time_policies/c.json: it is not UTF-8 but probably UTF-16; save it as UTF-8",
        ]
    );
    assert!(
        errors(&report)[0].starts_with("policies/time_policies/a.json: invalid-json : not JSON")
    );
    assert_eq!(tree.labels(), ["policies/time_policies/d"]);
}

#[cfg(unix)]
#[test]
fn s141_a_file_without_permission_is_an_error() {
    use std::os::unix::fs::PermissionsExt as _;

    let tree = Tree::new().with("policies/time_policies/a.json", time_policy("a"));
    let path = tree.path("policies/time_policies/a.json");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    // Root may read everything.
    if fs::File::open(&path).is_err() {
        assert_eq!(tree.errors(), ["policies/time_policies/a.json: permission denied"]);
    } else {
        assert!(tree.errors().is_empty());
    }
}

#[cfg(unix)]
#[test]
fn s169_links_stay_in_the_tree_and_lead_to_each_file_once() {
    use std::os::unix::fs::symlink;

    let outside = Tree::new().with("x.json", time_policy("x"));
    let tree = Tree::new().with("policies/time_policies/office.json", time_policy("office"));
    let link = |to: &std::path::Path, from: &str| symlink(to, tree.path(from)).unwrap();
    link("office.json".as_ref(), "policies/time_policies/other.json");
    link(&outside.path("x.json"), "policies/time_policies/x.json");
    link("nowhere".as_ref(), "policies/time_policies/missing.json");
    link("..".as_ref(), "policies/back");
    link("loop.json".as_ref(), "policies/time_policies/loop.json");
    link("nowhere".as_ref(), "policies/missing.txt");
    link("locked-by-an-editor".as_ref(), "policies/time_policies/.#office.json");
    let mut errors = tree.errors();
    let of_loop = errors.iter().position(|it| it.contains("/loop.json")).unwrap();
    assert!(errors.remove(of_loop).contains("the link cannot be followed: "));
    assert_eq!(
        errors,
        [
            "policies/back: the link leads back to a folder above it",
            "policies/time_policies/missing.json: the link leads nowhere",
            "policies/time_policies/other.json: it is the same file as policies/time_policies/office.json",
            "policies/time_policies/x.json: the link leads out of the tree; copy the file into the tree",
        ]
    );
    assert_eq!(tree.labels(), ["policies/time_policies/office"]);
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_or_folder_of_the_tree_is_followed() {
    use std::os::unix::fs::symlink;

    // Hidden folders are not read, but links into them are.
    let tree =
        Tree::new().with(".shared/office.json", time_policy("office")).with("policies/x.md", "");
    symlink("../.shared", tree.path("policies/time_policies")).unwrap();
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
    assert_eq!(tree.labels(), ["policies/time_policies/office"]);
    // A second way to the same file is one too many.
    let again = Tree::new()
        .with("policies/time_policies/office.json", time_policy("office"))
        .with("rdp/x.md", "");
    symlink("../policies/time_policies", again.path("rdp/channel_policies")).unwrap();
    assert_eq!(
        again.errors(),
        [
            "rdp/channel_policies/office.json: it is the same file as policies/time_policies/office.json"
        ]
    );
    let tree = Tree::new()
        .with("store/office.txt", time_policy("office"))
        .with("policies/time_policies/x.md", "");
    symlink("../../store/office.txt", tree.path("policies/time_policies/office.json")).unwrap();
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
    assert_eq!(tree.labels(), ["policies/time_policies/office"]);
}

#[test]
fn a_file_over_the_limit_is_not_read() {
    let tree = Tree::new().with("policies/time_policies/a.json", time_policy("a"));
    let mut options = LoadOptions::default();
    options.limits = options.limits.with_bytes(20);
    let site = Site::load_with(tree.root(), &options).unwrap();
    let report = site.check(&CheckOptions::default());
    assert_eq!(errors(&report), ["policies/time_policies/a.json: it is larger than 20 bytes"]);
}

#[test]
fn a_root_that_is_no_folder_is_an_error_of_loading() {
    let tree = Tree::new().with("a", "");
    for (path, reason) in [("a", "not a directory"), ("b", "no such file or folder")] {
        let error = Site::load(tree.path(path)).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("cannot read the folder {}: {reason}", tree.path(path).display())
        );
        assert!(matches!(error, LoadError::Root { .. }));
    }
    fs::create_dir(tree.path("sps.toml")).unwrap();
    assert!(matches!(Site::load(tree.root()).unwrap_err(), LoadError::Settings { .. }));
}

#[cfg(unix)]
#[test]
fn settings_outside_of_the_tree_are_not_read() {
    let outside = Tree::new().with("sps.toml", "target = '7.5'");
    let tree = Tree::new().with("x.md", "");
    std::os::unix::fs::symlink(outside.path("sps.toml"), tree.path("sps.toml")).unwrap();
    let error = Site::load(tree.root()).unwrap_err().to_string();
    assert!(
        error.ends_with("the link leads out of the tree; copy the file into the tree"),
        "{error}"
    );
}

#[test]
fn problems_of_the_settings_are_in_the_report_with_those_of_the_files() {
    let tree = Tree::new()
        .with("sps.toml", "owned = ['policies/time_polices']\n")
        .with("policies/time_policies/a.json", "{}");
    let report = tree.report();
    let files: Vec<_> = report.files.iter().map(|it| it.file.display().to_string()).collect();
    assert_eq!(files, ["policies/time_policies/a.json", "sps.toml"]);
    let settings = &report.files[1];
    let [it] = &settings.report.diagnostics[..] else { panic!("{report}") };
    assert_eq!(it.span.of(&settings.text), Some("'policies/time_polices'"));
    assert_eq!(it.help, "did you mean `policies/time_policies`?");
}

#[test]
fn s093_every_problem_of_every_file_is_in_one_report() {
    let mut tree = Tree::new();
    for number in 0..40 {
        let name = format!("p{number:02}");
        let body = time_policy(&name);
        let body = if number % 10 == 3 { body.replace("\"Sun\"", "\"Son\"") } else { body };
        tree = tree.with(&format!("policies/time_policies/{name}.json"), body);
    }
    let errors = tree.errors();
    let expected: Vec<String> = ["p03", "p13", "p23", "p33"]
        .iter()
        .flat_map(|name| {
            let file = format!("policies/time_policies/{name}.json");
            [
                format!("{file}: missing-key /Sun: `Sun` is missing"),
                format!(
                    "{file}: unknown-key /Son: unknown key: the appliance would ignore it silently"
                ),
            ]
        })
        .collect();
    assert_eq!(errors, expected);
}

#[test]
fn s017_the_address_of_a_schema_is_not_part_of_the_body() {
    let body = time_policy("a").replacen('{', "{\"$schema\": \"https://example.com/x.json\", ", 1);
    let tree = Tree::new().with("policies/time_policies/a.json", body);
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
    assert_eq!(tree.site().objects()[0].body.get("$schema"), None);
}

#[test]
fn codes_are_waived_and_unknown_keys_allowed_by_the_settings() {
    let body = time_policy("a").replacen('{', "{\"new\": 1, ", 1);
    let tree = Tree::new().with("policies/time_policies/a.json", body);
    assert_eq!(tree.errors().len(), 1);
    let tree = tree.with("sps.toml", "[check]\nallow = ['unknown-key']\n");
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
    assert_eq!(tree.site().objects()[0].body["new"], 1);
}

#[test]
fn the_target_of_the_settings_is_that_of_the_check() {
    let tree = Tree::new()
        .with("sps.toml", "target = '5.0'\n")
        .with("management/splunk_forwarder.json", crate::tree::splunk("{\"$secret\": \"keep\"}"));
    assert_eq!(
        tree.errors(),
        [
            "management/splunk_forwarder.json: not-in-version : this endpoint does not exist in 5.0.0"
        ]
    );
    let options = CheckOptions::default().with_target("7.5".parse().unwrap());
    assert!(tree.site().check(&options).is_valid());
}
