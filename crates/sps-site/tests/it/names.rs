//! Labels and the names of their files.

use crate::tree::{Tree, errors, notes, time_policy};

const FOLDER: &str = "policies/time_policies";

#[test]
fn s033_two_files_of_one_object_are_both_named() {
    let tree = Tree::new()
        .with(&format!("{FOLDER}/office.json"), time_policy("office"))
        .with(&format!("{FOLDER}/%6Fffice.json"), time_policy("office"));
    assert_eq!(
        tree.errors(),
        [
            "policies/time_policies/office.json: duplicate-label : `policies/time_policies/office` is described by \
             `policies/time_policies/%6Fffice.json` as well"
        ]
    );
    assert!(tree.labels().is_empty());
}

#[test]
fn s033_a_folder_in_two_spellings_is_an_error_with_the_right_one() {
    let tree = Tree::new()
        .with("policies/time_policies/office.json", time_policy("office"))
        .with("Policies/Time_Policies/office.json", time_policy("office"));
    let report = tree.report();
    assert_eq!(
        errors(&report),
        ["Policies/Time_Policies/office.json: misplaced-file : no endpoint is called \
             `Policies/Time_Policies/office` or `Policies/Time_Policies`; `policies/time_policies/office.json` has the same name \
             in other letters"]
    );
}

#[test]
fn s061_labels_that_differ_in_case_only_are_an_error() {
    let tree = Tree::new()
        .with(&format!("{FOLDER}/Office.json"), time_policy("Office"))
        .with(&format!("{FOLDER}/office.json"), time_policy("office"));
    let [error] = &tree.errors()[..] else { panic!("{:?}", tree.errors()) };
    assert_eq!(
        error,
        "policies/time_policies/office.json: duplicate-label : `policies/time_policies/office` and \
         `policies/time_policies/Office` in `policies/time_policies/Office.json` differ in letter case only"
    );
}

#[test]
fn s163_labels_with_the_key_of_their_object_stay_apart() {
    let tree = Tree::new()
        .with(&format!("{FOLDER}/Office~-201.json"), time_policy("Office"))
        .with(&format!("{FOLDER}/office~-200.json"), time_policy("office"));
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
    assert_eq!(
        tree.labels(),
        ["policies/time_policies/Office~-201", "policies/time_policies/office~-200"]
    );
}

#[test]
fn s055_the_name_of_the_file_and_the_one_in_it_are_the_same() {
    let tree = Tree::new().with(&format!("{FOLDER}/office.json"), time_policy("office-hours"));
    let report = tree.report();
    assert_eq!(
        errors(&report),
        [
            "policies/time_policies/office.json: label-mismatch /name: the file is named `office`, and `name` in it is \
             `office-hours`"
        ]
    );
    let (file, it) = report.errors().next().unwrap();
    assert_eq!(it.help, "rename the file to `office-hours.json`, or change `name`");
    assert_eq!(it.span.of(&file.text), Some("\"office-hours\""));
    assert!(tree.labels().is_empty());
}

#[test]
fn s171_copies_of_editors_are_not_read_and_a_numbered_copy_is_an_error() {
    let mut tree = Tree::new().with(&format!("{FOLDER}/office.json"), time_policy("office"));
    for name in [
        "office.json~",
        ".office.json.swp",
        "#office.json#",
        "office.json.orig",
        "office.json.rej",
        ".#office.json",
        ".office.json",
    ] {
        tree = tree.with(&format!("{FOLDER}/{name}"), "{\"not\": \"read\"");
    }
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
    assert_eq!(tree.labels(), ["policies/time_policies/office"]);
    assert_eq!(notes(&tree.report()).len(), 7);

    let tree = tree.with(&format!("{FOLDER}/office (1).json"), time_policy("office"));
    let [error] = &tree.errors()[..] else { panic!("{:?}", tree.errors()) };
    assert!(error.contains("office (1).json: label-mismatch /name:"), "{error}");
}

#[test]
fn s175_names_that_look_alike_are_four_objects() {
    let names = ["a/b", "a_b", "a%2Fb", "a%b"];
    let stems = ["a%2Fb", "a_b", "a%252Fb", "a%25b"];
    let tree = names.iter().zip(stems).fold(Tree::new(), |tree, (name, stem)| {
        tree.with(&format!("{FOLDER}/{stem}.json"), time_policy(name))
    });
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
    let found: Vec<_> =
        tree.site().objects().iter().map(|it| it.label.name().unwrap().to_owned()).collect();
    assert_eq!(found, ["a%2Fb", "a%b", "a/b", "a_b"]);
    assert_eq!(tree.labels()[2], "policies/time_policies/a%2Fb");
}

#[test]
fn s161_names_with_refused_characters_are_read_from_encoded_files() {
    for (name, stem) in [
        ("a<b", "a%3Cb"),
        ("24:7", "24%3A7"),
        ("24:8", "24%3a8"),
        ("why?", "why%3F"),
        ("etc.", "etc%2E"),
        ("con", "%63on"),
        (".x", "%2Ex"),
    ] {
        let tree = Tree::new().with(&format!("{FOLDER}/{stem}.json"), time_policy(name));
        assert!(tree.errors().is_empty(), "{:?}", tree.errors());
        assert_eq!(tree.site().objects()[0].label.name(), Some(name));
    }
    let tree = Tree::new().with(&format!("{FOLDER}/50%.json"), time_policy("50%"));
    assert_eq!(
        tree.report().errors().next().unwrap().1.help,
        "rename the file to `50%25.json`, or change `name`"
    );
}

#[test]
fn s165_both_forms_of_a_letter_are_one_label() {
    let (composed, decomposed) = ("b\u{fc}ro", "bu\u{308}ro");
    for (stem, name) in [(composed, decomposed), (decomposed, composed)] {
        let tree = Tree::new().with(&format!("{FOLDER}/{stem}.json"), time_policy(name));
        assert!(tree.errors().is_empty(), "{:?}", tree.errors());
        assert_eq!(tree.labels(), [format!("{FOLDER}/{composed}")]);
    }
    let tree = Tree::new()
        .with(&format!("{FOLDER}/{composed}.json"), time_policy(composed))
        .with(&format!("{FOLDER}/{decomposed}.json"), time_policy(composed));
    let [error] = &tree.errors()[..] else { panic!("{:?}", tree.errors()) };
    assert!(error.contains("duplicate-label"), "{error}");
}

#[test]
fn s167_a_long_name_is_in_a_file_that_ends_in_its_digest() {
    let name = "x".repeat(300);
    // The first 64 bits of the SHA-256 of 300 times `x`, by `sha256sum`.
    let stem = format!("{}%~{}", "x".repeat(232), DIGEST);
    let tree = Tree::new().with(&format!("{FOLDER}/{stem}.json"), time_policy(&name));
    assert!(tree.errors().is_empty(), "{:?}", tree.errors());
    assert_eq!(tree.site().objects()[0].label.name(), Some(&*name));
    let tree = Tree::new().with(&format!("{FOLDER}/{stem}.json"), time_policy(&"x".repeat(301)));
    assert!(tree.errors()[0].contains("label-mismatch"));
}

const DIGEST: &str = "0d4e2ca9e9cbced7";

#[test]
fn s177_a_path_that_windows_cannot_have_is_a_warning() {
    let (one, other) = ("x".repeat(200), "y".repeat(60));
    let tree = Tree::new().with(&format!("{FOLDER}/{one}.json"), time_policy(&one));
    let short = Tree::new().with(&format!("{FOLDER}/{other}.json"), time_policy(&other));
    let report = tree.report();
    assert!(report.is_valid());
    let length = tree.root().canonicalize().unwrap().as_os_str().len() + 1 + FOLDER.len() + 1 + 205;
    let warnings: Vec<_> = report.warnings().map(|(_, it)| (it.code, it.message.clone())).collect();
    if length > 260 {
        let message = format!("the path has {length} characters, and Windows takes 260");
        assert_eq!(warnings, [("long-path", message)]);
    } else {
        assert_eq!(warnings, []);
    }
    assert_eq!(short.report().warnings().count(), 0);
}
