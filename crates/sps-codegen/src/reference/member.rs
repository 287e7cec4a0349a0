//! What one member of a body means, for an editor.

use sps_spec::{Endpoint, Spec};

use super::{fields, markdown::line};
use crate::page::{
    show::rules_of,
    walk::{Member, Walk},
};

/// What the member at a pointer of a request body means, as Markdown: its type, whether it is needed, its meaning with the
/// facts about it, the rules that look at it, and its source. The pointer has no indexes of lists and no keys of maps.
///
/// `None` if no source shows such a member.
pub fn member(spec: &Spec, endpoint: &Endpoint, pointer: &str) -> Option<String> {
    let walk = Walk::request(spec, endpoint);
    let rows = fields::rows(spec, endpoint, &walk);
    let is_here = |at: &str| without_elements(at) == pointer;
    // The body that is no object of its own has a row before the members.
    let members = walk.members.iter().zip(&rows[rows.len() - walk.members.len()..]);
    let mut out = String::new();
    for ((_, member), row) in members.filter(|((at, _), _)| is_here(at)) {
        let [_, ty, needed, meaning] = row.as_slice() else { continue };
        let needed = match needed.as_str() {
            "yes" => "required".to_owned(),
            "no" => "optional".to_owned(),
            other => other.to_owned(),
        };
        if !out.is_empty() {
            out.push('\n');
        }
        line!(out, "**{}**: {}, {needed}\n", name(pointer), without_links(ty));
        let meaning = without_links(meaning).replace("<br>", "\n- ");
        match meaning.strip_suffix(fields::OTHERS) {
            // It belongs to all words, and not to the last of the list.
            Some(words) => line!(out, "{words}\n\n{}", fields::OTHERS.trim()),
            None => line!(out, "{meaning}"),
        }
        let source = match member {
            Member::Field(it) => spec.source(&it.source),
            _ => None,
        };
        if let Some(source) = source {
            line!(out, "\nSource: {}", source.title);
        }
    }
    if out.is_empty() {
        return None;
    }
    for (rule, at) in rules_of(spec, &walk) {
        if at.iter().any(|it| is_here(it)) {
            line!(out, "\n`{}`: {}", rule.code, rule.message);
        }
    }
    Some(out)
}

fn name(pointer: &str) -> &str {
    pointer.rsplit('/').next().unwrap_or_default()
}

/// A pointer of the walk without its steps into lists and maps.
fn without_elements(pointer: &str) -> String {
    pointer.split('/').filter(|it| *it != "*").collect::<Vec<_>>().join("/")
}

/// Markdown with the texts of its links alone: an editor cannot follow those between pages.
fn without_links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('[') {
        match after
            .split_once("](")
            .and_then(|(label, link)| Some((label, link.split_once(')')?.1)))
        {
            Some((label, behind)) => {
                out.push_str(before);
                out.push_str(label);
                rest = behind;
            }
            None => {
                out.push_str(before);
                out.push('[');
                rest = after;
            }
        }
    }
    out + rest
}
