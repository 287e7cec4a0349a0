//! Reading of `codes.toml`, `sources.toml` and `protocol.toml`.

use super::{
    Shared,
    table::{Entry, Table, Value},
    version, versions,
};
use crate::{
    code::{Code, Origin},
    format::Format,
    protocol::{ErrorType, Header, Limit, Member, Protocol, Status},
    rule::{Charset, Severity},
    source::{Quirk, Source, SourceTag},
    vocabulary,
};

const GUIDE: &str = "REST API Reference Guide";

/// Words of `severity`.
const SEVERITIES: [(&str, Severity); 2] =
    [("error", Severity::Error), ("warning", Severity::Warning)];

/// A check of every field of a format, declared once with its code.
#[derive(Debug, Clone)]
pub(crate) struct FormatCheck {
    pub(crate) code: String,
    pub(crate) format: Format,
    /// Condition on `self`, which has been read once without a mistake.
    pub(crate) check: String,
}

/// Content of `codes.toml`.
#[derive(Debug, Default)]
pub(crate) struct Codes {
    pub(crate) list: Vec<Code>,
    pub(crate) charsets: Vec<Charset>,
    pub(crate) predicates: Vec<String>,
    pub(crate) format_checks: Vec<FormatCheck>,
}

/// Reads the index of codes, and what conditions may name.
pub(crate) fn codes(root: Table<'_>) -> Codes {
    let mut all = Codes {
        charsets: root.named("charset").iter().filter_map(charset).collect(),
        predicates: root.texts("predicates").unwrap_or_default(),
        ..Codes::default()
    };
    // The checks of formats may use both.
    let names = Shared {
        charsets: all.charsets.clone(),
        predicates: all.predicates.clone(),
        ..Shared::default()
    };
    let mut entries = Vec::new();
    for origin in [Origin::Structure, Origin::Rule, Origin::Tree] {
        entries.extend(root.named(origin.table()).into_iter().map(|it| (it, origin)));
    }
    entries.sort_by_key(|(entry, _)| entry.key_span.start);
    for (entry, origin) in entries {
        code(&entry, origin, &names, &mut all);
    }
    root.finish();
    all
}

fn charset(entry: &Entry<'_>) -> Option<Charset> {
    kebab(entry, "the name of a set of characters");
    Some(Charset { name: entry.key.to_owned(), chars: entry.value.string()?.to_owned() })
}

fn kebab(entry: &Entry<'_>, what: &str) {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if entry.key.is_empty() || !entry.key.chars().all(fits) {
        let message = format!("{what} is written in kebab case");
        entry.value.context().report(&entry.key_span, message);
    }
}

fn code(entry: &Entry<'_>, origin: Origin, names: &Shared, all: &mut Codes) {
    let Some(table) = entry.value.table(&vocabulary::CODE) else { return };
    kebab(entry, "a code");
    let sources: Vec<String> = match table.get("source") {
        Some(value) => value.one_or_more().iter().filter_map(Value::text).collect(),
        None => Vec::new(),
    };
    let known = &entry.value.context().shared.sources;
    let mut source: Vec<String> = sources
        .iter()
        .map(|id| known.iter().find(|it| it.id == *id).map_or_else(|| id.clone(), Source::name))
        .collect();
    source.extend(table.text("inferred").map(|reason| format!("inferred: {reason}")));
    if source.is_empty() {
        table.report("this code needs a `source`, or says in `inferred` why we assume it");
    }
    let severity = table.word("severity", &SEVERITIES).unwrap_or(Severity::Error);
    let error_since = version(&table, "error_since");
    if error_since.is_some() && (severity == Severity::Error || origin != Origin::Rule) {
        table.report("only the warning of a rule becomes an error: set `severity` to `warning`");
    }
    all.list.push(Code {
        code: entry.key.to_owned(),
        title: table.need_text("title"),
        severity,
        error_since,
        origin,
        why: table.need_text("why"),
        breaks: table.need_text("breaks"),
        holds: table.need_text("holds"),
        fix: table.need_text("help"),
        source: source.join("; "),
        sources,
    });
    match (table.get("format"), table.get("check")) {
        (Some(format), Some(check)) => {
            let of_self = ["x".to_owned()];
            let read = check.condition_with(names, Some(&of_self));
            if let (Some(format), Some(_), Some(text)) = (format.format(), read, check.string()) {
                let (code, check) = (entry.key.to_owned(), text.to_owned());
                all.format_checks.push(FormatCheck { code, format, check });
            }
        }
        (None, None) => {}
        _ => table.report("`format` and `check` go together"),
    }
    table.finish();
}

/// Reads the list of sources.
pub(crate) fn sources(root: &Table<'_>) -> Vec<Source> {
    root.entries().iter().filter_map(source).collect()
}

fn source(entry: &Entry<'_>) -> Option<Source> {
    let tags = [
        ("seen", SourceTag::Seen),
        ("client", SourceTag::Client),
        ("standard", SourceTag::Standard),
        ("inferred", SourceTag::Inferred),
    ];
    let table = entry.value.table(&vocabulary::SOURCE_OF_FACTS)?;
    kebab(entry, "the id of a source");
    let version = table.get("version").and_then(|value| value.string());
    let it = Source {
        id: entry.key.to_owned(),
        title: table.need_text("title"),
        guide: table.text("guide").unwrap_or_else(|| GUIDE.to_owned()),
        version: version.unwrap_or_default().to_owned(),
        tag: table.word("tag", &tags).unwrap_or(SourceTag::Seen),
    };
    table.finish();
    Some(it)
}

/// Reads what every message has in common.
pub(crate) fn protocol(root: Table<'_>) -> Protocol {
    let members = |key| root.named(key).iter().filter_map(member).collect();
    let headers = |key| root.named(key).iter().filter_map(header).collect();
    let it = Protocol {
        envelope: members("envelope"),
        meta: members("meta"),
        reference: members("reference"),
        error: members("error"),
        details: members("details"),
        error_types: root.named("error_type").iter().filter_map(error_type).collect(),
        statuses: root.named("status").iter().filter_map(status).collect(),
        cookies: headers("cookie"),
        headers: headers("header"),
        limits: root.named("limit").iter().filter_map(limit).collect(),
        quirks: root.named("quirk").iter().filter_map(quirk).collect(),
        sources: Vec::new(),
    };
    root.finish();
    it
}

fn member(entry: &Entry<'_>) -> Option<Member> {
    let table = entry.value.table(&vocabulary::MEMBER)?;
    let it = Member {
        name: entry.key.to_owned(),
        ty: table.need_text("type"),
        presence: table.text("presence").unwrap_or_else(|| "always".to_owned()),
        doc: table.need_text("doc"),
        source: table.need_text("source"),
        versions: versions(&table),
    };
    table.finish();
    Some(it)
}

fn is_status(code: u16) -> bool {
    (100..600).contains(&code)
}

fn error_type(entry: &Entry<'_>) -> Option<ErrorType> {
    let table = entry.value.table(&vocabulary::ERROR_TYPE)?;
    let status = table.need("status");
    let number = status.and_then(|it| it.uint()).and_then(|it| u16::try_from(it).ok());
    if let (Some(value), None) = (status, number.filter(|it| is_status(*it))) {
        value.report("a status code is a number from 100 to 599");
    }
    let it = ErrorType {
        name: entry.key.to_owned(),
        status: number.unwrap_or_default(),
        doc: table.need_text("doc"),
        inferred: table.text("inferred"),
        source: table.need_text("source"),
        versions: versions(&table),
    };
    table.finish();
    Some(it)
}

fn status(entry: &Entry<'_>) -> Option<Status> {
    let table = entry.value.table(&vocabulary::STATUS)?;
    let code = entry.key.parse().ok().filter(|code| is_status(*code));
    if code.is_none() {
        let message = "a status code is a number from 100 to 599";
        entry.value.context().report(&entry.key_span, message);
    }
    let it = Status {
        code: code.unwrap_or_default(),
        name: table.need_text("name"),
        doc: table.need_text("doc"),
        source: table.need_text("source"),
        versions: versions(&table),
    };
    table.finish();
    Some(it)
}

fn header(entry: &Entry<'_>) -> Option<Header> {
    let table = entry.value.table(&vocabulary::HEADER)?;
    let it = Header {
        name: entry.key.to_owned(),
        value: table.text("value"),
        sensitive: table.flag("sensitive"),
        doc: table.need_text("doc"),
        inferred: table.text("inferred"),
        source: table.need_text("source"),
        versions: versions(&table),
    };
    table.finish();
    Some(it)
}

fn limit(entry: &Entry<'_>) -> Option<Limit> {
    let table = entry.value.table(&vocabulary::LIMIT)?;
    let it = Limit {
        name: entry.key.to_owned(),
        value: table.need("value").and_then(|value| value.uint()).unwrap_or_default(),
        unit: table.need_text("unit"),
        doc: table.need_text("doc"),
        inferred: table.text("inferred"),
        source: table.need_text("source"),
    };
    table.finish();
    Some(it)
}

/// Reads a quirk of many pages.
fn quirk(entry: &Entry<'_>) -> Option<Quirk> {
    let table = entry.value.table(&vocabulary::COMMON_QUIRK)?;
    let subjects: Vec<(&str, ())> =
        vocabulary::METHODS.iter().chain(&["body"]).map(|it| (*it, ())).collect();
    let on = table.need("on");
    on.and_then(|value| value.word(&subjects));
    let it = Quirk {
        id: entry.key.to_owned(),
        on: on.and_then(|value| value.string()).unwrap_or_default().to_owned(),
        says: table.need_text("guide"),
        does: table.need_text("we"),
        why: table.need_text("why"),
        source: table.need_text("source"),
    };
    table.finish();
    Some(it)
}
