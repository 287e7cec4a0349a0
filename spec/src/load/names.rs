//! Rust names: derived from wire names, or checked when given.

use super::table::{Entry, Table, Value};

const KEYWORDS: [&str; 52] = [
    "Self", "abstract", "as", "async", "await", "become", "box", "break", "const", "continue",
    "crate", "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if",
    "impl", "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
    "ref", "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof",
    "unsafe", "unsized", "use", "virtual", "where", "while", "yield",
];

/// Types of Rust that a generated type must not hide.
pub const TAKEN: [&str; 10] =
    ["Box", "Err", "None", "Ok", "Option", "Result", "Self", "Some", "String", "Vec"];

/// Returns the member's name in Rust: `rust = "..."`, or the wire name in snake case, with `_` behind a keyword.
pub(crate) fn member(entry: &Entry<'_>, given: Option<Value<'_>>) -> String {
    chosen(entry, given, snake(entry.key), is_snake, "a name in snake case")
}

/// Returns the variant's name in Rust: `rust = "..."`, or the wire value in camel case.
pub(crate) fn variant(entry: &Entry<'_>, given: Option<Value<'_>>) -> String {
    chosen(entry, given, camel(entry.key), is_camel, "a name in camel case")
}

/// The name of a type, which is written in the file.
pub(crate) fn type_name(entry: &Entry<'_>) -> String {
    let name = entry.key;
    if !is_camel(name) {
        let message = format!("`{name}` is not the name of a type: expected a name in camel case");
        entry.value.context().report(&entry.key_span, message);
    } else if TAKEN.contains(&name) {
        entry.value.context().report(&entry.key_span, format!("`{name}` is a type of Rust itself"));
    }
    name.to_owned()
}

/// Reads the name of an endpoint's objects.
pub(crate) fn object(value: Value<'_>) -> String {
    let name = value.text().unwrap_or_default();
    if TAKEN.contains(&name.as_str()) {
        value.report(format!("`{name}` is a type of Rust itself"));
    } else if !name.is_empty() && !is_camel(&name) {
        value.report(format!("`{name}` is not the name of a type: expected a name in camel case"));
    }
    name
}

/// The name of an endpoint's objects, made of the last segment of its path: `TimePolicy` of `time_policies`.
pub fn object_name(segment: &str, is_collection: bool) -> String {
    camel(&if is_collection { singular(segment) } else { segment.to_owned() })
}

/// The name of an endpoint's objects, where its page gives none.
pub(crate) fn object_of(segment: &str, is_collection: bool, endpoint: &Table<'_>) -> String {
    let name = object_name(segment, is_collection);
    if !is_camel(&name) || TAKEN.contains(&name.as_str()) {
        endpoint
            .report(format!("no name of a type follows from `{segment}`: add `object = \"...\"`"));
    }
    name
}

/// One of the things that a collection is named after.
fn singular(word: &str) -> String {
    for (plural, one) in [("ies", "y"), ("sses", "ss"), ("ss", "ss"), ("s", "")] {
        if let Some(stem) = word.strip_suffix(plural) {
            return format!("{stem}{one}");
        }
    }
    word.to_owned()
}

fn chosen(
    entry: &Entry<'_>,
    given: Option<Value<'_>>,
    derived: String,
    fits: fn(&str) -> bool,
    expected: &str,
) -> String {
    match given {
        Some(value) => {
            let name = value.string().unwrap_or_default();
            if !fits(name) || KEYWORDS.contains(&name) {
                value.report(format!("`{name}` is not {expected}"));
            }
            name.to_owned()
        }
        None if fits(&derived) => derived,
        None => {
            let message =
                format!("no Rust name follows from `{}`: add `rust = \"...\"`", entry.key);
            entry.value.context().report(&entry.key_span, message);
            String::new()
        }
    }
}

fn snake(wire: &str) -> String {
    let mut name = String::new();
    let mut after_lower = false;
    for c in wire.chars() {
        if c.is_ascii_uppercase() && after_lower {
            name.push('_');
        }
        after_lower = c.is_ascii_lowercase() || c.is_ascii_digit();
        name.push(if c == '-' { '_' } else { c.to_ascii_lowercase() });
    }
    if KEYWORDS.contains(&name.as_str()) {
        name.push('_');
    }
    name
}

fn camel(wire: &str) -> String {
    let words = wire.split(['-', '_', ' ']);
    let name: String = words
        .map(|word| {
            let mut chars = word.chars();
            let first = chars.next().map(|c| c.to_ascii_uppercase());
            first.into_iter().chain(chars).collect::<String>()
        })
        .collect();
    if KEYWORDS.contains(&name.as_str()) { format!("{name}_") } else { name }
}

fn is_snake(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

pub(crate) fn is_camel(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name.chars().all(|c| c.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derives_names_of_members() {
        let cases = [
            ("Mon", "mon"),
            ("engine_id", "engine_id"),
            ("type", "type_"),
            ("fooBar", "foo_bar"),
            ("a-b", "a_b"),
        ];
        for (wire, rust) in cases {
            assert_eq!(snake(wire), rust);
            assert!(is_snake(rust), "{rust}");
        }
        assert!(!is_snake(&snake("@order")));
        assert!(!is_snake(&snake("")));
    }

    #[test]
    fn derives_names_of_objects() {
        for (segment, object) in [
            ("time_policies", "TimePolicy"),
            ("user_databases", "UserDatabase"),
            ("passwords", "Password"),
            ("x509", "X509"),
            ("processes", "Process"),
            ("access", "Access"),
        ] {
            assert_eq!(object_name(segment, true), object);
        }
    }

    #[test]
    fn derives_names_of_variants() {
        for (wire, rust) in
            [("in-progress", "InProgress"), ("ip", "Ip"), ("search_master", "SearchMaster")]
        {
            assert_eq!(camel(wire), rust);
        }
        assert!(!is_camel(&camel("2c")));
        assert!(!is_camel(&camel("self")));
    }
}
