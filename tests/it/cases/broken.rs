//! A mistake in a file of cases is reported with its file and line.

use super::{Case, files};

const FILE: &str = r#"endpoint = "/api/transaction"

[values]
commit = '"commit"'

[bases]
commit = '{"status": "commit"}'

[[group]]
base = "commit"
cases = [
  { name = "accepts a commit" },
  { name = "rejects a number", set = ['/status = 5'], errors = ['wrong-type /status'] },
]
"#;

fn read(text: &str) -> Result<Vec<Case>, String> {
    files::read("cases.toml", text, &files::codes())
}

/// Replaces a part of [`FILE`] and expects this error.
#[track_caller]
fn check(part: &str, with: &str, expected: &str) {
    assert_eq!(FILE.matches(part).count(), 1, "`{part}` is not one place");
    match read(&FILE.replace(part, with)) {
        Ok(_) => panic!("`{with}` was accepted"),
        Err(message) => assert!(message.starts_with(expected), "{message}"),
    }
}

#[test]
fn reads_the_file_that_the_other_tests_break() {
    let cases = read(FILE).unwrap();
    let texts: Vec<&str> = cases.iter().map(|case| &*case.text).collect();
    assert_eq!(texts, [r#"{"status": "commit"}"#, r#"{"status": 5}"#]);
    assert_eq!(cases[1].name, "cases.toml:13: rejects a number");
    assert_eq!(cases[1].errors, [("wrong-type".to_owned(), "/status".to_owned())]);
}

#[test]
fn reports_names_that_do_not_exist() {
    check("errors = ", "error = ", "cases.toml:13: unknown field `error`");
    check("base = ", "form = \"both\"\nbase = ", "cases.toml:10: unknown variant `both`");
    check("wrong-type", "bad-type", "cases.toml:13: no code `bad-type`");
    check("/api/transaction", "/api/transactions", "cases.toml:1: no such endpoint");
    check("base = \"commit\"", "base = \"rollback\"", "cases.toml:10: no base `rollback`");
    check("/status = 5", "/status = $rollback", "cases.toml:13: no value `rollback`");
    check("errors", "resolve = ['key = {}'], errors", "cases.toml:13: no object `key`");
    check("errors", "target = 'eight', errors", "cases.toml:13: a version is");
}

#[test]
fn reports_two_cases_of_one_name() {
    check(
        "rejects a number",
        "accepts a commit",
        "cases.toml:13: another case of this file has the same name",
    );
}

#[test]
fn reports_changes_that_cannot_be_made() {
    check("/status = 5", "/a/b = 5", "cases.toml:13: `/a` does not exist");
    check("/status = 5", "/status/0 = 5", "cases.toml:13: `/status/0` does not exist");
    check("/status = 5", "/status = five", "cases.toml:13: not JSON");
    check("/status = 5", "/status: 5", "cases.toml:13: expected `KEY = VALUE`");
    check("/status = 5", "status = 5", "cases.toml:13: `status` is not a pointer");
    check("set = ['/status = 5']", "remove = ['/message']", "cases.toml:13: `/message` does not");
    check("set = ['/status = 5']", "rename = ['/a = b']", "cases.toml:13: `/a` does not exist");
    check(
        "set = ['/status = 5']",
        "rename = ['/status = status']",
        "cases.toml:13: the object has a key `status` already",
    );
}

#[test]
fn reports_cases_without_a_document_or_with_two() {
    check("base = \"commit\"\n", "", "cases.toml:11: neither");
    check("set =", "text = '{}', set =", "cases.toml:13: a case with `text` has no base to change");
    check("set =", "becomes_set =", "cases.toml:13: the group has no `becomes`");
}
