//! Values that must not be printed.

use super::Walker;
use crate::{
    json::{Member, Node, Value},
    reference::is_like_a_key,
};

impl Walker<'_, '_, '_> {
    /// Hides the content of a value that is not checked: it may hold a secret.
    pub(super) fn hide_inside(&mut self, node: &Node<'_>) {
        match &node.value {
            Value::Object(members) => {
                self.report.sensitive.extend(members.iter().map(|member| member.value.span));
            }
            Value::Array(items) => self.report.sensitive.extend(items.iter().map(|item| item.span)),
            _ => {}
        }
    }

    /// Hides the value of a reference unless it looks like a key: it may be the password itself.
    pub(super) fn hide_unlike_a_key(&mut self, node: &Node<'_>) {
        match &node.value {
            Value::String(key) if !is_like_a_key(key) => self.report.sensitive.push(node.span),
            Value::Object(members) => {
                let is_key = |member: &Member<'_>| {
                    member.key == "key" && member.value.as_str().is_some_and(is_like_a_key)
                };
                let others = members.iter().filter(|member| !is_key(member));
                self.report.sensitive.extend(others.map(|member| member.value.span));
            }
            _ => self.hide_inside(node),
        }
    }

    /// Hides a value that is carried along unchecked, and reports the keys in it that occur twice.
    pub(super) fn unknown_value(&mut self, node: &Node<'_>) {
        self.report.sensitive.push(node.span);
        self.repeated(node);
    }
}
