//! Reading of conditions.

use super::{
    table::{Table, Value},
    types::FORMATS,
};
use crate::rule::{Condition, Literal, Path};

const WORDS: [&str; 15] = [
    "equals",
    "in",
    "present",
    "absent",
    "null",
    "all",
    "any",
    "not",
    "length",
    "charset",
    "hex",
    "hex_length",
    "range",
    "format",
    "referent",
];

/// Reads a condition: a table of exactly one key, which names the condition.
pub(crate) fn condition(value: Value<'_>) -> Option<Condition> {
    let table = value.table("condition")?;
    let entries = table.entries();
    let [entry] = &entries[..] else {
        value.report(format!(
            "a condition has exactly one key, this has {}: join several with `all = [...]`",
            entries.len()
        ));
        return None;
    };
    let inner = entry.value;
    Some(match entry.key {
        "equals" => {
            let (path, value) = member(inner)?;
            Condition::Equals(path, literal(value)?)
        }
        "in" => {
            let (path, value) = member(inner)?;
            let values: Vec<_> = value.list()?.into_iter().filter_map(literal).collect();
            if values.is_empty() {
                value.report("this list of values is empty");
            }
            Condition::In(path, values)
        }
        "present" => Condition::Present(path(inner)?),
        "absent" => Condition::Absent(path(inner)?),
        "null" => Condition::Null(path(inner)?),
        "hex" => Condition::Hex(path(inner)?),
        "all" => Condition::All(parts(inner)?),
        "any" => Condition::Any(parts(inner)?),
        "not" => Condition::Not(Box::new(condition(inner)?)),
        "length" | "hex_length" => {
            let table = inner.table("length condition")?;
            let path = table.need("path").and_then(path);
            let (min, max) = (table.uint("min"), table.uint("max"));
            bounds(
                &table,
                min.is_some() || max.is_some(),
                min.zip(max).is_some_and(|(min, max)| min > max),
            );
            table.finish();
            let path = path?;
            if entry.key == "length" {
                Condition::Length { path, min, max }
            } else {
                Condition::HexLength { path, min, max }
            }
        }
        "range" => {
            let table = inner.table("range condition")?;
            let path = table.need("path").and_then(path);
            let (min, max) = (table.int("min"), table.int("max"));
            bounds(
                &table,
                min.is_some() || max.is_some(),
                min.zip(max).is_some_and(|(min, max)| min > max),
            );
            table.finish();
            Condition::Range { path: path?, min, max }
        }
        "charset" => {
            let table = inner.table("character condition")?;
            let path = table.need("path").and_then(path);
            let chars = table.need("chars").and_then(|value| value.string()).map(str::to_owned);
            table.finish();
            Condition::Charset { path: path?, chars: chars? }
        }
        "format" => {
            let table = inner.table("format condition")?;
            let path = table.need("path").and_then(path);
            let format = table.need_word("format", &FORMATS);
            table.finish();
            Condition::Format { path: path?, format: format? }
        }
        "referent" => {
            let table = inner.table("condition on a referenced object")?;
            let path = table.need("path").and_then(path);
            let holds = table.need("holds").and_then(referent);
            table.finish();
            Condition::Referent(path?, Box::new(holds?))
        }
        "custom" => {
            let table = inner.table("hand-written check")?;
            let name = table.need_text("name");
            let inputs = table.need("inputs").and_then(|value| value.list()).unwrap_or_default();
            let inputs: Vec<_> = inputs.into_iter().filter_map(path).collect();
            if inputs.is_empty() {
                table.report("a hand-written check needs at least one input");
            }
            table.finish();
            Condition::Custom { name, inputs }
        }
        other => {
            let near = crate::error::did_you_mean(other, WORDS.into_iter().chain(["custom"]));
            let hint = if near.is_empty() {
                format!(", known are `{}` and `custom`", WORDS.join("`, `"))
            } else {
                near
            };
            value.context().report(&entry.key_span, format!("unknown condition `{other}`{hint}"));
            return None;
        }
    })
}

/// Reads the part of a `referent` condition: only what can be asked about an object elsewhere.
fn referent(value: Value<'_>) -> Option<Condition> {
    let inner = condition(value)?;
    match &inner {
        Condition::Length { path, .. } | Condition::Charset { path, .. }
            if path[..] == ["plain"] =>
        {
            Some(inner)
        }
        _ => {
            value.report(
                "only `length` and `charset` of `plain` can be asked about a referenced object",
            );
            None
        }
    }
}

fn bounds(table: &Table<'_>, any: bool, crossed: bool) {
    if !any {
        table.report("this condition needs `min` or `max`");
    }
    if crossed {
        table.report("`min` is greater than `max`");
    }
}

fn parts(value: Value<'_>) -> Option<Vec<Condition>> {
    let list = value.list()?;
    if list.is_empty() {
        value.report("this list of conditions is empty");
        return None;
    }
    // All of them are read before giving up, so that each mistake is reported.
    let parts: Vec<_> = list.into_iter().map(condition).collect();
    parts.into_iter().collect()
}

/// Reads `{ member = value }`.
fn member(value: Value<'_>) -> Option<(Path, Value<'_>)> {
    let entries = value.table("member and value")?.entries();
    let [entry] = &entries[..] else {
        value.report(format!("expected one member with its value, found {}", entries.len()));
        return None;
    };
    Some((
        split(entry.key, |message| value.context().report(&entry.key_span, message))?,
        entry.value,
    ))
}

/// Reads a path of wire names, `a.b`.
pub(crate) fn path(value: Value<'_>) -> Option<Path> {
    split(value.string()?, |message| value.report(message))
}

fn split(text: &str, report: impl FnOnce(String)) -> Option<Path> {
    if text.split('.').any(str::is_empty) {
        report(format!("`{text}` is not a path: expected names with a dot between them"));
        return None;
    }
    Some(text.split('.').map(str::to_owned).collect())
}

/// Reads a truth value, number or string.
pub(crate) fn literal(value: Value<'_>) -> Option<Literal> {
    use toml::de::DeValue;
    match value.get() {
        DeValue::Boolean(it) => Some(Literal::Bool(*it)),
        DeValue::String(it) => Some(Literal::Str(it.to_string())),
        DeValue::Integer(_) => value.int().map(Literal::Int),
        _ => {
            value.wrong("true, false, a whole number or a string");
            None
        }
    }
}
