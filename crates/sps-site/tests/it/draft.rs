//! A tree while it is edited has the reports of the same files on the disk.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::{self, File},
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

use proptest::prelude::*;
use sps_site::{CheckOptions, Draft, FileReport, Site, SiteReport};

/// A report as text, with everything that a reader sees.
fn shown(report: &FileReport) -> String {
    format!("{:?} {:?} {:?}", report.label, &*report.text, report.report)
}

fn all(report: &SiteReport) -> BTreeMap<PathBuf, String> {
    report.files.iter().map(|it| (it.file.clone(), shown(it))).collect()
}

fn write(root: &Path, file: &str, text: Option<&str>) {
    let path = root.join(file);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    match text {
        Some(text) => fs::write(path, text).unwrap(),
        None if path.exists() => fs::remove_file(path).unwrap(),
        None => {}
    }
}

/// Files whose reports depend on each other, with texts for them.
const FILES: [(&str, &[&str]); 11] = [
    (
        "sps.toml",
        &["target = \"7.5\"\n", "owned = [\"policies/user_databases\"]\n", "target = 7\n"],
    ),
    (
        "policies/user_databases/staff.yaml",
        &["name: staff\n", "name: Staff\n", "name: [\n", "name: other\n", "nam: staff\n"],
    ),
    ("policies/user_databases/Staff.yaml", &["name: Staff\n", "- \n"]),
    ("policies/user_databases/stuff.json", &[r#"{"name": "stuff"}"#, r#"{"name": "st"#, ""]),
    ("policies/user_databases/staff.pem", &["text\n", "other\n"]),
    ("policies/user_databases/notes.conf", &["a text\n"]),
    (
        "policies/signing_cas/first.yaml",
        &[
            "name: first\nca: {$file: ca.pem}\n",
            "name: first\nca: {$file: ../user_databases/notes.conf}\n",
        ],
    ),
    ("policies/signing_cas/ca.pem", &["no certificate\n", "-----BEGIN CERTIFICATE-----\n"]),
    (
        "management/email.yaml",
        &[
            "a: {$ref: policies/user_databases/staf}\n",
            "a: {$ref: policies/user_databases/stuff}\n",
            "a: {$ref: passwords/d21f3675}\n",
            "\n\na: {$ref: passwords/d21f3675}\n",
        ],
    ),
    (
        "management/syslog.yaml",
        &["a: {$ref: passwords/d21f3675}\n", "b: {$ref: policies/user_databases/staff}\n"],
    ),
    (
        "management/snmp/trap.json",
        &[
            r#"{"enabled": true, "version": {"selection": "3", "value": {"auth_password": {"$ref": "passwords/d21f3675"}}}}"#,
            r#"{"enabled": true, "version": {"selection": "3", "value": {"auth_password": "d21f3675"}}}"#,
        ],
    ),
];

#[derive(Debug, Clone)]
enum Step {
    /// The editor has another text.
    Set(usize, usize),
    /// The editor closes the file, or another program has changed it.
    Write(usize, Option<usize>),
    /// Another program has changed the file, and the tree looks for it.
    Rescan(usize, Option<usize>),
}

fn step() -> impl Strategy<Value = Step> {
    let file = (0..FILES.len()).prop_flat_map(|file| (Just(file), 0..FILES[file].1.len()));
    prop_oneof![
        3 => file.clone().prop_map(|(file, text)| Step::Set(file, text)),
        1 => file.clone().prop_map(|(file, text)| Step::Write(file, Some(text))),
        1 => file.clone().prop_map(|(file, _)| Step::Write(file, None)),
        1 => file.clone().prop_map(|(file, text)| Step::Rescan(file, Some(text))),
        1 => file.prop_map(|(file, _)| Step::Rescan(file, None)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn every_edit_has_the_reports_of_the_files_on_the_disk(steps in prop::collection::vec(step(), 1..24)) {
        let (edited, saved) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let mut draft = Draft::open(edited.path()).unwrap();
        let mut reports: BTreeMap<PathBuf, String> = BTreeMap::new();
        let mut unsaved = BTreeSet::new();
        for (number, step) in steps.iter().enumerate() {
            let changed = match *step {
                Step::Set(file, text) => {
                    unsaved.insert(file);
                    let (file, text) = (FILES[file].0, FILES[file].1[text]);
                    write(saved.path(), file, Some(text));
                    draft.set(file, text)
                }
                Step::Write(file, text) => {
                    unsaved.remove(&file);
                    let (file, text) = (FILES[file].0, text.map(|it| FILES[file].1[it]));
                    for root in [edited.path(), saved.path()] {
                        write(root, file, text);
                    }
                    draft.refresh(file)
                }
                Step::Rescan(number_of, text) => {
                    let (file, text) = (FILES[number_of].0, text.map(|it| FILES[number_of].1[it]));
                    write(edited.path(), file, text);
                    // Clocks of file systems are coarse.
                    if let Ok(file) = File::open(edited.path().join(file)) {
                        file.set_modified(UNIX_EPOCH + Duration::from_secs(number as u64)).unwrap();
                    }
                    if !unsaved.contains(&number_of) {
                        write(saved.path(), file, text);
                    }
                    draft.rescan()
                }
            };
            let changed = changed.unwrap();
            for file in &changed {
                reports.remove(file);
            }
            let options = CheckOptions::default();
            let new = draft.reports(changed.iter().map(PathBuf::as_path), &options);
            reports.extend(new.iter().map(|it| (it.file.clone(), shown(it))));

            let whole = Site::load(saved.path()).unwrap().check(&options);
            prop_assert_eq!(&reports, &all(&whole), "{:?} says what changes", step);
            let draft = draft.check(&options);
            prop_assert_eq!(all(&draft), all(&whole));
            prop_assert_eq!(draft.notes, whole.notes);
            prop_assert_eq!(draft.unreadable, whole.unreadable);
        }
    }
}
