//! Many edits in a random order end with the problems that `sps check` has of the final text.

use std::{collections::BTreeMap, fs};

use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use sps_model::validate::Diagnostic;
use sps_site::{CheckOptions, Site};

use crate::editor::Editor;

const FILES: [(&str, &str); 5] = [
    ("sps.toml", "target = \"7.5\"\nowned = [\"policies/time_policies\"]\n"),
    (
        "policies/time_policies/office.yaml",
        "# Öffnungszeiten 😀\r\nname: office\r\nMon: [['8:00', '18:00']]\r\nTue: []\r\nWed: []\r\nThu: []\r\nFri: []\r\nSat: []\r\nSun: []\r\n",
    ),
    (
        "policies/time_policies/night.json",
        "{\n  \"name\": \"night\",\n  \"Mon\": [], \"Tue\": [], \"Wed\": [], \"Thu\": [], \"Fri\": [], \"Sat\": [],\n  \"Sun\": [[\"0:00\", \"6:00\"]]\n}\n",
    ),
    (
        "ssh/channel_policies/shell.yaml",
        "name: shell\nrules:\n- channel: session-exec\n  execs: [uptime]\n  actions: {audit: true, content_policy: null, four_eyes: false}\n  allowed_for:\n    clients: []\n    gateway_groups: []\n    remote_groups: []\n    servers: []\n    time_policy:\n      $ref: policies/time_policies/office\n",
    ),
    (
        "management/snmp/trap.json",
        "{\"enabled\": true, \"version\": {\"selection\": \"2c\", \"value\": {\"server\": {\"selection\": \"ip\", \"value\": \"192.0.2.25\"}, \"community\": \"public\"}}}\n",
    ),
];

#[derive(Debug, Clone)]
struct Edit {
    file: usize,
    /// Parts of the text, in thousandths.
    start: usize,
    length: usize,
    text: String,
    /// Whether the file gets its first text again, or it would be broken for good.
    is_reset: bool,
}

fn edit() -> impl Strategy<Value = Edit> {
    let text = "(|x|office|night| |\"|\n|\r\n|: |- |\\{|\\}|\\[|\\]|,|😀|ü|'|#|name|\\$ref)";
    // The settings change seldom: they read the whole tree again.
    (
        prop_oneof![1 => Just(0), 24 => 1..FILES.len()],
        0..=1000_usize,
        0..=4_usize,
        text,
        prop::bool::weighted(0.3),
    )
        .prop_map(|(file, start, length, text, is_reset)| Edit {
            file,
            start,
            length,
            text,
            is_reset,
        })
}

/// The place of a byte offset, as the protocol counts.
fn place(text: &str, offset: usize) -> [u32; 2] {
    let before = &text[..offset];
    // A carriage return by itself ends a line, too.
    let mut lines = 0;
    let mut start = 0;
    for (at, it) in before.char_indices() {
        let is_pair = it == '\r' && text[at + 1..].starts_with('\n');
        if it == '\n' || it == '\r' && !is_pair {
            lines += 1;
            start = at + 1;
        }
    }
    [lines, u32::try_from(before[start..].encode_utf16().count()).unwrap()]
}

#[test]
fn two_hundred_edits_end_with_the_problems_of_the_check() {
    let config = Config { failure_persistence: None, ..Config::with_cases(4) };
    let edits = prop::collection::vec(edit(), 200);
    TestRunner::new(config)
        .run(&edits, |edits| {
            let mut editor = Editor::open(&FILES);
            let mut texts: Vec<String> = FILES.iter().map(|(_, text)| (*text).to_owned()).collect();
            for (file, text) in FILES {
                editor.open_file(file, text);
            }
            for Edit { file, start, length, text: new, is_reset } in &edits {
                let text = &mut texts[*file];
                if *is_reset {
                    FILES[*file].1.clone_into(text);
                    editor.change(FILES[*file].0, None, text);
                }
                let floor = |offset: usize| {
                    (0..=offset.min(text.len()))
                        .rev()
                        .find(|it| text.is_char_boundary(*it))
                        .unwrap()
                };
                let (start, end) =
                    (floor(text.len() * start / 1000), floor(text.len() * start / 1000 + length));
                // An editor has no place between the two characters of a line end.
                let is_between =
                    |at: usize| text[..at].ends_with('\r') && text[at..].starts_with('\n');
                if is_between(start) || is_between(end) {
                    continue;
                }
                let range = [place(text, start), place(text, end)];
                text.replace_range(start..end, new);
                editor.change(FILES[*file].0, Some(range), new);
            }
            editor.settle();

            let saved = tempfile::tempdir().unwrap();
            for ((file, _), text) in FILES.iter().zip(&texts) {
                let path = saved.path().join(file);
                fs::create_dir_all(path.parent().unwrap()).unwrap();
                fs::write(path, text).unwrap();
            }
            let report = Site::load(saved.path()).unwrap().check(&CheckOptions::default());
            let mut expected = BTreeMap::new();
            for file in &report.files {
                let one = |it: &Diagnostic| {
                    let [line, _] = place(&file.text, it.span.start);
                    (it.code.to_owned(), u64::from(line))
                };
                let codes: Vec<_> = file.report.diagnostics.iter().map(one).collect();
                expected.insert(file.file.to_str().unwrap().to_owned(), codes);
            }
            for (file, _) in FILES {
                let expected = expected.get(file).cloned().unwrap_or_default();
                prop_assert_eq!(editor.codes(file), expected, "{}: {:?}", file, texts);
            }
            Ok(())
        })
        .unwrap();
}
