//! Reading of `codes.toml` and `protocol.toml`.

use super::{
    endpoint::{SEVERITIES, sources},
    table::Table,
    versions,
};
use crate::{
    code::Code,
    protocol::{ErrorType, Header, Limit, Member, Protocol, Status},
    rule::Severity,
};

/// Reads the index of codes.
pub(crate) fn codes(root: Table<'_>) -> Vec<Code> {
    let codes = root.tables("code", "code").into_iter().map(code).collect();
    root.finish();
    codes
}

fn code(table: Table<'_>) -> Code {
    let it = Code {
        code: table.need_text("code"),
        title: table.need_text("title"),
        severity: table.word("severity", &SEVERITIES).unwrap_or(Severity::Error),
        structural: table.flag("structural"),
        why: table.need_text("why"),
        breaks: table.need_text("breaks"),
        holds: table.need_text("holds"),
        fix: table.need_text("fix"),
        source: table.need_text("source"),
    };
    if !is_kebab(&it.code)
        && let Some(value) = table.get("code")
    {
        value.report("a code is written in kebab case");
    }
    table.finish();
    it
}

fn is_kebab(code: &str) -> bool {
    !code.is_empty()
        && code.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
}

/// Reads what every message has in common.
pub(crate) fn protocol(root: Table<'_>) -> Protocol {
    let members = |key| root.tables(key, "member").into_iter().map(member).collect();
    let headers = |key| root.tables(key, "header").into_iter().map(header).collect();
    let it = Protocol {
        envelope: members("envelope"),
        meta: members("meta"),
        reference: members("reference"),
        error: members("error"),
        details: members("details"),
        error_types: root.tables("error_type", "error type").into_iter().map(error_type).collect(),
        statuses: root.tables("status", "status code").into_iter().map(status).collect(),
        cookies: headers("cookie"),
        headers: headers("header"),
        limits: root.tables("limit", "limit").into_iter().map(limit).collect(),
        sources: sources(&root),
    };
    root.finish();
    it
}

fn member(table: Table<'_>) -> Member {
    let it = Member {
        name: table.need_text("name"),
        ty: table.need_text("type"),
        presence: table.need_text("presence"),
        doc: table.need_text("doc"),
        source: table.need_text("source"),
        versions: versions(&table),
    };
    table.finish();
    it
}

/// Reads the number of a status code.
fn status_number(table: &Table<'_>, key: &'static str) -> u16 {
    let Some(value) = table.need(key) else { return 0 };
    let number = value
        .uint()
        .and_then(|number| u16::try_from(number).ok())
        .filter(|code| (100..600).contains(code));
    if number.is_none() {
        value.report("a status code is a number from 100 to 599");
    }
    number.unwrap_or_default()
}

fn error_type(table: Table<'_>) -> ErrorType {
    let it = ErrorType {
        name: table.need_text("name"),
        status: status_number(&table, "status"),
        doc: table.need_text("doc"),
        inferred: table.text("inferred"),
        source: table.need_text("source"),
        versions: versions(&table),
    };
    table.finish();
    it
}

fn status(table: Table<'_>) -> Status {
    let it = Status {
        code: status_number(&table, "code"),
        name: table.need_text("name"),
        doc: table.need_text("doc"),
        source: table.need_text("source"),
        versions: versions(&table),
    };
    table.finish();
    it
}

fn header(table: Table<'_>) -> Header {
    let it = Header {
        name: table.need_text("name"),
        value: table.text("value"),
        sensitive: table.flag("sensitive"),
        doc: table.need_text("doc"),
        inferred: table.text("inferred"),
        source: table.need_text("source"),
        versions: versions(&table),
    };
    table.finish();
    it
}

fn limit(table: Table<'_>) -> Limit {
    let it = Limit {
        name: table.need_text("name"),
        value: table.need("value").and_then(|value| value.uint()).unwrap_or_default(),
        unit: table.need_text("unit"),
        doc: table.need_text("doc"),
        inferred: table.text("inferred"),
        source: table.need_text("source"),
    };
    table.finish();
    it
}
