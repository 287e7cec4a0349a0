//! The list of endpoints, and the endpoint that a word most likely means.

use std::fmt::Write as _;

use sps_spec::{Completeness, Endpoint, EndpointKind, Method, Spec};

/// One line per endpoint: short path, kind, methods, how much of it is known, title.
///
/// Methods of one object of a collection follow `/ID`.
pub fn endpoints(spec: &Spec) -> String {
    let lines: Vec<_> = spec
        .endpoints
        .iter()
        .map(|it| {
            [it.short_path(), kind(it.kind), &methods(it), completeness(it.completeness)]
                .map(str::to_owned)
        })
        .collect();
    let width = |column: usize| lines.iter().map(|line| line[column].len()).max().unwrap_or(0);
    let widths = [0, 1, 2, 3].map(width);
    let mut out = String::new();
    for (line, endpoint) in lines.iter().zip(&spec.endpoints) {
        for (cell, width) in line.iter().zip(widths) {
            write!(out, "{cell:width$}  ").expect("writing to a string cannot fail");
        }
        out.push_str(&endpoint.title);
        out.push('\n');
    }
    out
}

/// The short path most like `word`, if any is like it at all.
///
/// The word may be a full path, a short one, or only its end, such as `trap`.
pub fn nearest_endpoint<'a>(spec: &'a Spec, word: &str) -> Option<&'a str> {
    let word = word.trim().trim_matches('/').to_lowercase().replace('-', "_");
    let word = word.strip_prefix("api/").unwrap_or(&word);
    let word = word.strip_prefix("configuration/").unwrap_or(word);
    // A third of the letters may differ: enough for two swapped letters in a short word.
    let limit = (word.chars().count() / 3).max(1);
    let candidates = spec.endpoints.iter().map(Endpoint::short_path);
    candidates
        .map(|short| (distance(word, &short.to_lowercase().replace('-', "_")), short))
        .filter(|((distance, _), _)| *distance <= limit)
        .min()
        .map(|(_, short)| short)
}

/// How far the word is from the path or one of its ends, and how much of the path that leaves out.
fn distance(word: &str, path: &str) -> (usize, usize) {
    let ends = path.match_indices('/').map(|(at, _)| at + 1);
    std::iter::once(0)
        .chain(ends)
        .map(|start| (strsim::damerau_levenshtein(word, &path[start..]), start))
        .min()
        .unwrap_or((usize::MAX, 0))
}

/// The kind of an endpoint in one word.
pub fn kind(kind: EndpointKind) -> &'static str {
    match kind {
        EndpointKind::Singleton => "singleton",
        EndpointKind::Collection => "collection",
        EndpointKind::Container => "container",
        EndpointKind::Job => "job",
        EndpointKind::Status => "status",
        EndpointKind::Action => "action",
    }
}

/// The completeness of an endpoint in one word.
pub fn completeness(completeness: Completeness) -> &'static str {
    match completeness {
        Completeness::Complete => "complete",
        Completeness::Open => "open",
        Completeness::NameOnly => "name-only",
    }
}

/// The names of methods with a blank between them.
pub(super) fn names(methods: &[Method]) -> String {
    methods.iter().map(|it| it.name()).collect::<Vec<_>>().join(" ")
}

/// The methods of an endpoint, and those of each of its objects.
pub fn methods(endpoint: &Endpoint) -> String {
    let own = names(&endpoint.methods);
    if endpoint.object_methods.is_empty() {
        return own;
    }
    format!("{own} /ID {}", names(&endpoint.object_methods))
}
