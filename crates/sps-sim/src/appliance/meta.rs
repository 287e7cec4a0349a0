//! The `meta` of a response: its path, its neighbors and the remaining time of the session.

use serde_json::{Value, json};

use crate::{
    appliance::Call,
    configuration::{CONFIGURATION, Configuration, Node},
};

impl Call<'_> {
    /// Makes the `meta` of a path, with its neighbors in this configuration.
    pub(crate) fn meta(&self, view: &Configuration, path: &str) -> Value {
        let mut meta = json!({"href": path});
        let (parent, name) = path.rsplit_once('/').unwrap_or_default();
        if !parent.is_empty() {
            meta["parent"] = json!(parent);
        }
        if path.strip_prefix(CONFIGURATION).is_some_and(|it| it.is_empty() || it.starts_with('/')) {
            meta["transaction"] = json!("/api/transaction");
            if path != CONFIGURATION {
                self.add_siblings(&mut meta, view, parent, name);
            }
        }
        self.with_time(meta)
    }

    /// Adds the remaining time of the session to the `meta` of a response.
    pub(crate) fn with_time(&self, mut meta: Value) -> Value {
        if let Some(caller) = &self.caller {
            meta["remaining_seconds"] = json!(caller.remaining.as_secs());
        }
        meta
    }

    fn add_siblings(&self, meta: &mut Value, view: &Configuration, parent: &str, name: &str) {
        let tree = &self.appliance.tree;
        let siblings: Vec<&str> = match tree.node(parent) {
            // Links between secrets would list the secrets.
            Some(node @ (Node::Collection(_) | Node::Plugins)) if !node.is_listed() => return,
            Some(Node::Collection(_) | Node::Plugins) => {
                view.objects(parent).iter().map(|it| it.key.as_str()).collect()
            }
            _ => tree.children(parent),
        };
        let Some(at) = siblings.iter().position(|it| *it == name) else { return };
        let href = |name: &str| json!(format!("{parent}/{name}"));
        let neighbor = |at: Option<usize>| {
            at.and_then(|at| siblings.get(at)).map_or(Value::Null, |it| href(it))
        };
        meta["first"] = neighbor(Some(0));
        meta["last"] = neighbor(siblings.len().checked_sub(1));
        meta["next"] = neighbor(Some(at + 1));
        meta["previous"] = neighbor(at.checked_sub(1));
    }
}
