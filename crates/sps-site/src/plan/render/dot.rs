//! A plan as a graph in the language of Graphviz.

use std::fmt::Write as _;

use crate::plan::{OperationKind, Plan};

impl Plan {
    /// The requests of the plan as a graph in the language of Graphviz. An arrow leads from a request to one that has to
    /// come before it.
    pub fn to_dot(&self) -> String {
        let mut text =
            "digraph plan {\n  rankdir = \"LR\";\n  node [shape = \"box\"];\n".to_owned();
        for (at, operation) in self.operations.iter().enumerate() {
            let color = match operation.kind {
                OperationKind::Create => "darkgreen",
                OperationKind::Delete => "red",
                _ => "orange",
            };
            let label = format!("{} {}", operation.kind.as_str(), operation.label);
            let _ =
                writeln!(text, "  n{at} [label = \"{}\", color = \"{color}\"];", quoted(&label));
        }
        for (at, operation) in self.operations.iter().enumerate() {
            for first in &operation.after {
                let _ = writeln!(text, "  n{at} -> n{first};");
            }
        }
        text.push_str("}\n");
        text
    }
}

fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
