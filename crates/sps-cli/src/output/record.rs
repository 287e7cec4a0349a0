//! What a run says beside its result, remembered for the one JSON document that a program reads.

use std::{
    ffi::OsString,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use serde_json::{Map, Value, json};

use crate::status::Status;

/// How many entries each list holds; the rest is on standard error.
const MAX_ENTRIES: usize = 1_000;

/// Whether the result is JSON. Nothing is remembered for people.
static IS_ON: AtomicBool = AtomicBool::new(false);

static RECORD: Mutex<Record> = Mutex::new(Record::new());

#[derive(Debug)]
struct Record {
    errors: Vec<String>,
    help: Vec<String>,
    /// Findings that are errors.
    diagnostics: Vec<Value>,
    warnings: Vec<Value>,
}

impl Record {
    const fn new() -> Self {
        Self { errors: Vec::new(), help: Vec::new(), diagnostics: Vec::new(), warnings: Vec::new() }
    }
}

/// Starts to remember if these arguments ask for JSON. They are searched before they are parsed, so that a mistake in them is
/// a JSON document too.
pub(crate) fn start(arguments: impl IntoIterator<Item = OsString>) {
    let arguments: Vec<_> =
        arguments.into_iter().skip(1).map(|it| it.to_string_lossy().into_owned()).collect();
    if wants_json(&arguments) {
        IS_ON.store(true, Ordering::Relaxed);
    }
}

fn wants_json(arguments: &[String]) -> bool {
    let asks = |option: &str| {
        let is_pair = |pair: &[String]| pair[0] == option && pair[1] == "json";
        let joined = format!("{option}=json");
        arguments.windows(2).any(is_pair) || arguments.contains(&joined)
    };
    // The format of an export is that of its files.
    let is_export =
        arguments.iter().find(|it| !it.starts_with('-')).is_some_and(|it| it == "export");
    if is_export { asks("--report") } else { asks("--format") }
}

/// Whether the result is JSON.
pub(crate) fn is_on() -> bool {
    IS_ON.load(Ordering::Relaxed)
}

fn with(work: impl FnOnce(&mut Record)) {
    if is_on() {
        work(&mut lock());
    }
}

fn lock() -> MutexGuard<'static, Record> {
    RECORD.lock().unwrap_or_else(PoisonError::into_inner)
}

fn push<T: PartialEq>(list: &mut Vec<T>, entry: T) {
    if list.len() < MAX_ENTRIES && !list.contains(&entry) {
        list.push(entry);
    }
}

/// Remembers a line of standard error by the word that it starts with, which also decides its color.
pub(super) fn line(line: &str) {
    with(|record| {
        let Some((word, text)) = line.split_once(": ") else { return };
        match word {
            "error" => push(&mut record.errors, text.to_owned()),
            "help" => push(&mut record.help, text.to_owned()),
            "warning" | "note" => push(&mut record.warnings, json!({"message": text})),
            _ => {}
        }
    });
}

/// Remembers a text of the parser: a paragraph about the mistake, tips, and the usage.
pub(crate) fn usage(text: &str) {
    let mut paragraphs = text.trim().split("\n\n");
    let first = paragraphs.next().unwrap_or_default();
    line(&first.split_whitespace().collect::<Vec<_>>().join(" "));
    for tip in paragraphs.filter_map(|it| it.trim().strip_prefix("tip: ")) {
        with(|record| push(&mut record.help, tip.to_owned()));
    }
}

/// Remembers a part of an error that has a line of its own on standard error.
pub(crate) fn cause(text: String) {
    with(|record| push(&mut record.errors, text));
}

/// Remembers something unusual that does not end the run.
pub(crate) fn warning(text: &str) {
    // Columns are for people.
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    with(|record| push(&mut record.warnings, json!({"message": text})));
}

/// Remembers a finding about a document.
pub(crate) fn finding(source: &str, endpoint: Option<&str>, diagnostic: Value) {
    with(|record| {
        let is_error = diagnostic["severity"] == "error";
        let Value::Object(members) = diagnostic else { return };
        let mut finding = Map::new();
        finding.insert("source".to_owned(), source.into());
        finding.insert("endpoint".to_owned(), endpoint.into());
        finding.extend(members);
        let list = if is_error { &mut record.diagnostics } else { &mut record.warnings };
        push(list, Value::Object(finding));
    });
}

/// What needs a look although the run went on.
pub(super) fn warnings() -> Value {
    lock().warnings.clone().into()
}

/// What went wrong; `None` if nothing did.
pub(super) fn error(status: Status) -> Option<Value> {
    let record = lock();
    if record.errors.is_empty() && matches!(status, Status::Done | Status::Different) {
        return None;
    }
    let message = match (&*record.errors, record.diagnostics.len()) {
        ([], 0) => outcome(status).to_owned(),
        ([], 1) => "the document has an error".to_owned(),
        ([], count) => format!("the documents have {count} errors"),
        (errors, _) => errors.join("; "),
    };
    Some(json!({
        "message": message,
        "causes": record.errors,
        "help": record.help,
        "status": status.number(),
        "diagnostics": record.diagnostics,
    }))
}

fn outcome(status: Status) -> &'static str {
    match status {
        Status::Done => "done",
        Status::Different => "there are differences",
        Status::Invalid => "a document is invalid, or a value was not taken",
        Status::Stale => "the appliance has changed meanwhile",
        Status::Failed => "it could not be done",
        Status::HungUp => "the terminal went away before it was done",
        Status::Interrupted => "interrupted before it was done",
        Status::Terminated => "terminated before it was done",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_format_before_the_arguments_are_parsed() {
        for (line, is_json) in [
            ("plan site --format json", true),
            ("plan site --format=json --bogus", true),
            ("--spec pages plan site --format markdown", false),
            ("plan site", false),
            ("export site --format json", false),
            ("export site --format yaml --report json", true),
            ("-q export site --report=json", true),
        ] {
            let arguments: Vec<_> = line.split(' ').map(str::to_owned).collect();
            assert_eq!(wants_json(&arguments), is_json, "{line}");
        }
    }
}
