//! Changes to a JSON text at a pointer; everything else of the text stays as it is.

use std::ops::Range;

use sps_validate::{
    Limits,
    json::{Node, Value, scan},
};

/// Puts a value in the place of another one, or adds it: a member to an object, an element to a list with `-`.
pub(super) fn set(text: &str, pointer: &str, value: &str) -> Result<String, String> {
    parse(value)?;
    let Some((parent, key)) = pointer.rsplit_once('/') else { return Ok(value.to_owned()) };
    let root = parse(text)?;
    let parent = find(&root, parent)?;
    if let Some(entry) = entries(parent).into_iter().find(|it| it.key == unescape(key)) {
        return Ok(replace(text, entry.value, value));
    }
    let added = match parent.value {
        Value::Object(_) => format!("{}: {value}", quote(&unescape(key))),
        Value::Array(_) if key == "-" => value.to_owned(),
        _ => return Err(format!("`{pointer}` does not exist")),
    };
    Ok(match entries(parent).last() {
        Some(last) => replace(text, last.whole.end..last.whole.end, &format!(", {added}")),
        None => replace(text, parent.span.start + 1..parent.span.start + 1, &added),
    })
}

/// Takes a member out of an object, or an element out of a list.
pub(super) fn remove(text: &str, pointer: &str) -> Result<String, String> {
    let root = parse(text)?;
    let (entries, at) = locate(&root, pointer)?;
    let whole = entries[at].whole.clone();
    // One of the two commas goes, too.
    let range = match entries.get(at + 1) {
        Some(next) => whole.start..next.whole.start,
        None if at > 0 => entries[at - 1].whole.end..whole.end,
        None => whole,
    };
    Ok(replace(text, range, ""))
}

/// Gives a member of an object another key.
pub(super) fn rename(text: &str, pointer: &str, key: &str) -> Result<String, String> {
    let root = parse(text)?;
    let (entries, at) = locate(&root, pointer)?;
    if entries.iter().any(|it| it.key == key) {
        return Err(format!("the object has a key `{key}` already"));
    }
    let old = &entries[at];
    if old.whole.start == old.value.start {
        return Err(format!("`{pointer}` is an element of a list"));
    }
    let value = text[old.value.clone()].to_owned();
    Ok(replace(text, old.whole.clone(), &format!("{}: {value}", quote(key))))
}

/// A member of an object or an element of a list.
struct Entry {
    /// Key or index.
    key: String,
    /// Bytes of the key and the value.
    whole: Range<usize>,
    /// Bytes of the value.
    value: Range<usize>,
}

fn entries(node: &Node<'_>) -> Vec<Entry> {
    let bytes = |node: &Node<'_>| node.span.start..node.span.end;
    match &node.value {
        Value::Object(members) => members
            .iter()
            .map(|it| Entry {
                key: it.key.to_string(),
                whole: it.key_span.start..it.value.span.end,
                value: bytes(&it.value),
            })
            .collect(),
        Value::Array(elements) => elements
            .iter()
            .enumerate()
            .map(|(at, it)| Entry { key: at.to_string(), whole: bytes(it), value: bytes(it) })
            .collect(),
        _ => Vec::new(),
    }
}

/// Finds the entries of the parent, and which of them the pointer names.
fn locate(root: &Node<'_>, pointer: &str) -> Result<(Vec<Entry>, usize), String> {
    let missing = || format!("`{pointer}` does not exist");
    let (parent, key) = pointer.rsplit_once('/').ok_or("the whole document has no parent")?;
    let entries = entries(find(root, parent)?);
    let at = entries.iter().position(|it| it.key == unescape(key)).ok_or_else(missing)?;
    Ok((entries, at))
}

fn find<'n, 't>(root: &'n Node<'t>, pointer: &str) -> Result<&'n Node<'t>, String> {
    pointer
        .split('/')
        .skip(1)
        .try_fold(root, |node, key| match &node.value {
            Value::Array(elements) => elements.get(key.parse::<usize>().ok()?),
            _ => node.get(&unescape(key)),
        })
        .ok_or_else(|| format!("`{pointer}` does not exist"))
}

fn parse(text: &str) -> Result<Node<'_>, String> {
    // Documents deeper than the default limit are cases, too.
    let mut limits = Limits::default();
    limits.depth = Limits::MAX_DEPTH;
    scan(text, &limits).map_err(|error| format!("not JSON: {error}"))
}

fn replace(text: &str, range: Range<usize>, with: &str) -> String {
    format!("{}{with}{}", &text[..range.start], &text[range.end..])
}

fn quote(key: &str) -> String {
    serde_json::Value::from(key).to_string()
}

fn unescape(segment: &str) -> String {
    segment.replace("~1", "/").replace("~0", "~")
}
