//! Bodies as texts.

use sps_model::validate::{
    json::{Node, Value},
    yaml,
};

use crate::read::Format;

/// Lists of scalars up to this length are in one line.
const MAX_LINE: usize = 100;

/// Writes a body. The same body always has the same bytes.
pub(super) fn write(format: Format, root: &Node<'_>) -> String {
    match format {
        Format::Json => {
            let mut out = pretty(root, 0);
            out.push('\n');
            out
        }
        Format::Yaml => yaml::write_node(root),
    }
}

/// A value as JSON on several lines, of which all but the first are indented so deep.
pub(super) fn pretty(node: &Node<'_>, indent: usize) -> String {
    let line = node.to_json();
    let is_short = indent + line.len() <= MAX_LINE;
    match &node.value {
        Value::Object(members) if !members.is_empty() => {
            // A notation is one value.
            let is_notation = members.len() == 1 && members[0].key.starts_with('$');
            if is_notation && is_short {
                return in_line(node);
            }
            let members = members.iter().map(|member| {
                let key = Node { span: node.span, value: Value::String(member.key.clone()) };
                format!("{}: {}", key.to_json(), pretty(&member.value, indent + 2))
            });
            block('{', members, '}', indent)
        }
        Value::Array(items) if !(items.is_empty() || is_short && is_flat(items)) => {
            block('[', items.iter().map(|it| pretty(it, indent + 2)), ']', indent)
        }
        _ => in_line(node),
    }
}

/// A value as JSON in one line.
pub(super) fn in_line(node: &Node<'_>) -> String {
    match &node.value {
        Value::Array(items) => {
            format!("[{}]", items.iter().map(in_line).collect::<Vec<_>>().join(", "))
        }
        Value::Object(members) => {
            let member = |key: &str, value: &Node<'_>| {
                let key = Node { span: value.span, value: Value::String(key.into()) };
                format!("{}: {}", key.to_json(), in_line(value))
            };
            let members: Vec<_> = members.iter().map(|it| member(&it.key, &it.value)).collect();
            format!("{{{}}}", members.join(", "))
        }
        _ => node.to_json(),
    }
}

/// Whether a list has nothing but scalars and lists of them.
fn is_flat(items: &[Node<'_>]) -> bool {
    items.iter().all(|item| match &item.value {
        Value::Object(_) => false,
        Value::Array(items) => is_flat(items),
        _ => true,
    })
}

fn block(open: char, lines: impl Iterator<Item = String>, close: char, indent: usize) -> String {
    let inner = " ".repeat(indent + 2);
    let lines: Vec<_> = lines.map(|line| format!("{inner}{line}")).collect();
    format!("{open}\n{}\n{}{close}", lines.join(",\n"), " ".repeat(indent))
}
