//! Symbols and folding, from the structure of a text that may be broken.

use lsp_types::{DocumentSymbol, FoldingRange, FoldingRangeKind, SymbolKind};
use sps_model::validate::{Span, is_secret_name};

use crate::{
    loose::{Node, Value},
    text::Text,
};

/// The most symbols of one file: an editor shows no more in an outline.
const MAX_SYMBOLS: usize = 10_000;

/// The members of a body as a tree of symbols.
pub(crate) fn symbols(text: &Text, root: &Node) -> Vec<DocumentSymbol> {
    let mut left = MAX_SYMBOLS;
    children(text, root, &mut left)
}

fn children(text: &Text, node: &Node, left: &mut usize) -> Vec<DocumentSymbol> {
    let mut symbols = Vec::new();
    match &node.value {
        Value::Object(members) => {
            for member in members {
                let span = Span::new(
                    member.key_span.start,
                    member.value.span.end.max(member.key_span.end),
                );
                let Some(it) =
                    symbol(text, &member.key, span, member.key_span, &member.value, left)
                else {
                    break;
                };
                symbols.push(it);
            }
        }
        Value::List(items) => {
            for (index, item) in items.iter().enumerate() {
                let name = title(item).unwrap_or_else(|| index.to_string());
                let Some(it) = symbol(text, &name, item.span, item.span, item, left) else { break };
                symbols.push(it);
            }
        }
        _ => {}
    }
    symbols
}

#[expect(
    deprecated,
    reason = "the type has a field that was replaced by tags, and no other way to be made"
)]
fn symbol(
    text: &Text,
    name: &str,
    span: Span,
    selection: Span,
    node: &Node,
    left: &mut usize,
) -> Option<DocumentSymbol> {
    *left = left.checked_sub(1)?;
    let detail = match &node.value {
        Value::Scalar(_) if is_secret_name(name) => None,
        Value::Scalar(value) => {
            Some(value.lines().next().unwrap_or_default().chars().take(60).collect())
        }
        _ => None,
    };
    let kind = match &node.value {
        Value::Object(_) => SymbolKind::OBJECT,
        Value::List(_) => SymbolKind::ARRAY,
        _ => SymbolKind::PROPERTY,
    };
    let below = children(text, node, left);
    Some(DocumentSymbol {
        // Editors refuse a symbol without a name.
        name: if name.is_empty() { "\"\"".to_owned() } else { name.to_owned() },
        detail,
        kind,
        tags: None,
        deprecated: None,
        range: text.range(span),
        selection_range: text.range(selection),
        children: (!below.is_empty()).then_some(below),
    })
}

/// What an item of a list is called: its name, or the first text in it.
fn title(item: &Node) -> Option<String> {
    match &item.value {
        Value::Scalar(text) => Some(text.clone()),
        Value::Object(members) => {
            let named = item.get("name").or_else(|| members.first().map(|it| &it.value));
            named?.text().map(str::to_owned)
        }
        _ => None,
    }
    .filter(|it| !it.is_empty())
}

/// The objects and lists of more than one line.
pub(crate) fn folding(text: &Text, root: &Node) -> Vec<FoldingRange> {
    let mut ranges = Vec::new();
    if root.is_flow {
        fold(text, root, None, &mut ranges);
    } else {
        // The body of a file without brackets is the whole file.
        below(text, root, &mut ranges);
    }
    ranges
}

fn fold(text: &Text, node: &Node, key: Option<Span>, ranges: &mut Vec<FoldingRange>) {
    let is_container = matches!(node.value, Value::Object(_) | Value::List(_));
    let start = key.map_or(node.span.start, |it| it.start);
    let (start, end) = (text.line_of(start), text.line_of(node.span.end));
    // The last bracket stays in sight.
    let end = if node.is_flow { end.saturating_sub(1) } else { end };
    if start < end && (is_container || !node.is_flow) {
        ranges.push(FoldingRange {
            start_line: start,
            start_character: None,
            end_line: end,
            end_character: None,
            kind: Some(FoldingRangeKind::Region),
            collapsed_text: None,
        });
    }
    below(text, node, ranges);
}

fn below(text: &Text, node: &Node, ranges: &mut Vec<FoldingRange>) {
    match &node.value {
        Value::Object(members) => {
            for it in members {
                fold(text, &it.value, Some(it.key_span), ranges);
            }
        }
        Value::List(items) => items.iter().for_each(|it| fold(text, it, None, ranges)),
        _ => {}
    }
}
