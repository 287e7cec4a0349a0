//! What the fuzzers found interesting is tried again in every run of the tests.

#[path = "../fuzz/checks.rs"]
mod checks;

use std::{fs, path::Path};

#[expect(clippy::print_stdout, reason = "a panic names no file by itself")]
fn replay(target: &str, check: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        println!("{}", path.display());
        check(&fs::read(path).unwrap());
        count += 1;
    }
    assert!(count > 100, "the corpus of {target} is lost");
}

#[test]
fn the_scanner_reads_what_serde_json_reads() {
    replay("scanner", checks::scanner);
}

#[test]
fn both_questions_agree_and_print_no_secret() {
    replay("explain", checks::explain);
}

#[test]
fn the_loader_of_the_spec_never_panics() {
    replay("spec", checks::spec);
}
