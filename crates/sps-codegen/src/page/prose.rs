//! Bounds, formats and versions as prose.

use sps_spec::{Constraint, Field, Format, Versions, prose::length};

pub(crate) use sps_spec::prose::{condition, format_name, literal, quoted};

/// Names a string of this format, without an article.
pub(super) fn format_noun(format: Format) -> &'static str {
    let name = format_name(format);
    name.split_once(' ').filter(|(word, _)| matches!(*word, "a" | "an")).map_or(name, |it| it.1)
}

/// The bounds of a member, if it has any.
pub(crate) fn bounds(constraint: &Constraint, unit: Option<&str>) -> Vec<String> {
    let mut parts = Vec::new();
    let unit = unit.map(|it| format!(" ({it})")).unwrap_or_default();
    match (constraint.minimum, constraint.maximum) {
        (Some(min), Some(max)) => parts.push(format!("{min} to {max}{unit}")),
        (Some(min), None) => parts.push(format!("at least {min}{unit}")),
        (None, Some(max)) => parts.push(format!("at most {max}{unit}")),
        (None, None) if !unit.is_empty() => parts.push(format!("unit{unit}")),
        (None, None) => {}
    }
    match (constraint.min_length, constraint.max_length) {
        (None, None) => {}
        (min, max) => {
            parts.push(length(min, max));
        }
    }
    parts
}

/// What a member means for configuration as files.
pub(crate) fn site(field: &Field) -> impl Iterator<Item = &'static str> {
    let label = field.label.then_some("names the object in files");
    let unordered = field.unordered.then_some("the order has no meaning");
    label.into_iter().chain(unordered)
}

/// A sentence, with the versions it holds for if there is a limit.
pub(crate) fn with_versions(text: &str, it: &Versions) -> String {
    match versions(it) {
        Some(versions) => format!("{text} Only {versions}."),
        None => text.to_owned(),
    }
}

/// The versions that have something, if there is a limit.
pub(crate) fn versions(versions: &Versions) -> Option<String> {
    match (&versions.since, &versions.until) {
        (None, None) => None,
        (Some(since), None) => Some(format!("since version {since}")),
        (None, Some(until)) => Some(format!("until version {until}")),
        (Some(since), Some(until)) => Some(format!("version {since} to {until}")),
    }
}
