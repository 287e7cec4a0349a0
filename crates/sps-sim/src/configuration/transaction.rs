//! The transaction: its holder, its pending changes, and the list of them.

use serde_json::{Value, json};
use sps_spec::ORDER;

use crate::configuration::store::Configuration;

/// Pending changes.
#[derive(Debug, Clone)]
pub(crate) struct Transaction {
    /// Token of the session that holds it.
    pub(crate) token: String,
    /// User of that session.
    pub(crate) user: String,
    /// Number of commits when it was opened.
    pub(crate) base: u64,
    /// Whether a request wrote something, even if the list of changes does not show it.
    pub(crate) is_written: bool,
    /// Configuration with the changes.
    pub(crate) pending: Configuration,
    /// List of the changes, in the form of the guide.
    pub(crate) changes: Vec<Value>,
}

/// The holder of a transaction.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Holder {
    /// Name of the user.
    pub user: String,
    /// Number of pending changes.
    pub changes: usize,
}

impl Transaction {
    pub(crate) fn created(&mut self, path: &str, new: &Value) {
        self.changes.push(json!({"type": "create", "path": path, "new_value": new}));
    }

    pub(crate) fn deleted(&mut self, path: &str, old: &Value) {
        self.changes.push(json!({"type": "delete", "path": path, "old_value": old}));
    }

    pub(crate) fn reordered(&mut self, path: &str, old: &Value, new: &Value) {
        self.changes
            .push(json!({"type": "reorder", "path": path, "old_order": old, "new_order": new}));
    }

    /// Lists a replaced body. Where only an order differs, lists the new order instead.
    pub(crate) fn replaced(&mut self, path: &str, old: &Value, new: &Value) {
        if old == new {
            return;
        }
        let mut orders = Vec::new();
        if differ_in_order(old, new, path, &mut orders) {
            for (path, old, new) in orders {
                self.reordered(&path, old, new);
            }
        } else {
            self.changes
                .push(json!({"type": "replace", "path": path, "old_value": old, "new_value": new}));
        }
    }
}

/// Whether only the `@order` of some objects differs. Collects these.
fn differ_in_order<'a>(
    old: &'a Value,
    new: &'a Value,
    path: &str,
    orders: &mut Vec<(String, &'a Value, &'a Value)>,
) -> bool {
    match (old, new) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, old)| match b.get(key) {
                    Some(new) if key == ORDER => {
                        if old != new {
                            orders.push((path.to_owned(), old, new));
                        }
                        true
                    }
                    Some(new) => differ_in_order(old, new, &format!("{path}/{key}"), orders),
                    None => false,
                })
        }
        _ => old == new,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_a_changed_order_as_a_reorder() {
        let mut transaction = Transaction {
            token: String::new(),
            user: String::new(),
            base: 0,
            is_written: false,
            pending: Configuration::default(),
            changes: Vec::new(),
        };
        let body = |order: [&str; 2], b: u8| json!({"ifs": {"@order": order, "a": 1, "b": b}});
        transaction.replaced("/n", &body(["a", "b"], 2), &body(["a", "b"], 2));
        assert!(transaction.changes.is_empty());
        transaction.replaced("/n", &body(["a", "b"], 2), &body(["b", "a"], 2));
        transaction.replaced("/n", &body(["a", "b"], 2), &body(["b", "a"], 3));
        assert_eq!(
            transaction.changes[0],
            json!({"type": "reorder", "path": "/n/ifs", "old_order": ["a", "b"], "new_order": ["b", "a"]})
        );
        assert_eq!(transaction.changes[1]["type"], "replace");
    }
}
