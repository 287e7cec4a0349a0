//! The structure of a text that may be broken, as it is while a user types.
//!
//! The readers of `sps-validate` take a text or refuse it. These ones take every text and guess: they serve completion, hover,
//! outlines and folding, and never decide whether a file is valid.

mod block;
mod flow;

use std::fmt::Write as _;

use sps_model::validate::{Span, json::escape_pointer_segment};

/// A value and its place.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    /// The bytes of the value; empty where it is missing.
    pub(crate) span: Span,
    pub(crate) value: Value,
    /// Whether it is in the style of JSON: with brackets, or in quotes.
    pub(crate) is_flow: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// Nothing has been typed yet.
    Missing,
    /// Text, number or word, without quotes.
    Scalar(String),
    Object(Vec<Member>),
    List(Vec<Node>),
}

/// A member of an object.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Member {
    pub(crate) key: String,
    /// The bytes of the key with its quotes.
    pub(crate) key_span: Span,
    /// Whether a colon follows.
    pub(crate) has_colon: bool,
    pub(crate) value: Node,
}

impl Node {
    fn missing(at: usize) -> Self {
        Self { span: Span::at(at), value: Value::Missing, is_flow: false }
    }

    pub(crate) fn members(&self) -> &[Member] {
        match &self.value {
            Value::Object(members) => members,
            _ => &[],
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.members().iter().find(|it| it.key == key).map(|it| &it.value)
    }

    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text) => Some(text),
            _ => None,
        }
    }

    /// The values on the way to a place, from the root on, with the step that leads to each.
    pub(crate) fn way_to(&self, offset: usize) -> Vec<Step<'_>> {
        let mut way = Vec::new();
        let mut node = self;
        loop {
            let step = match &node.value {
                Value::Object(members) => members
                    .iter()
                    .find(|it| touches(it.key_span, offset) || touches(it.value.span, offset))
                    .map(|member| Step {
                        owner: node,
                        name: Name::Key(member),
                        node: &member.value,
                    }),
                Value::List(items) => items
                    .iter()
                    .enumerate()
                    .find(|(_, it)| touches(it.span, offset))
                    .map(|(index, it)| Step { owner: node, name: Name::Index(index), node: it }),
                _ => None,
            };
            let Some(step) = step else { return way };
            let is_key = matches!(step.name, Name::Key(member) if touches(member.key_span, offset));
            node = step.node;
            way.push(step);
            if is_key {
                return way;
            }
        }
    }
}

/// Whether a place is in a span or at one of its ends.
fn touches(span: Span, offset: usize) -> bool {
    span.start <= offset && offset <= span.end && !span.is_empty()
}

/// One step down.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step<'n> {
    /// The object or list.
    pub(crate) owner: &'n Node,
    pub(crate) name: Name<'n>,
    /// What is there.
    pub(crate) node: &'n Node,
}

#[derive(Debug, Clone, Copy)]
pub(crate) enum Name<'n> {
    Key(&'n Member),
    Index(usize),
}

/// The pointer of the last of these steps.
pub(crate) fn pointer(way: &[Step<'_>]) -> String {
    let mut pointer = String::new();
    for step in way {
        // Writing to a String cannot fail.
        let _ = match step.name {
            Name::Key(member) => write!(pointer, "/{}", escape_pointer_segment(&member.key)),
            Name::Index(index) => write!(pointer, "/{index}"),
        };
    }
    pointer
}

/// Reads a text, of YAML or of JSON.
pub(crate) fn read(text: &str, is_yaml: bool) -> Node {
    if is_yaml { block::read(text) } else { flow::read(text, 0, false).0 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value as Json, json};

    use super::*;

    /// The structure alone.
    fn shape(node: &Node) -> Json {
        match &node.value {
            Value::Missing => Json::Null,
            Value::Scalar(text) => json!(text),
            Value::List(items) => items.iter().map(shape).collect(),
            Value::Object(members) => {
                Json::Object(members.iter().map(|it| (it.key.clone(), shape(&it.value))).collect())
            }
        }
    }

    #[test]
    fn broken_json_has_a_structure() {
        for (text, expected) in [
            (r#"{"a": {"b": [1, "x"]}}"#, json!({"a": {"b": ["1", "x"]}})),
            (r#"{"a": {"b": [1"#, json!({"a": {"b": ["1"]}})),
            (r#"{"a": , "b": 2}"#, json!({"a": null, "b": "2"})),
            (r#"{"a" 1 "b": 2,}"#, json!({"a": null, "1": null, "b": "2"})),
            ("{\"a\": \"x\n\"b\": 2}", json!({"a": "x", "b": "2"})),
            (r#"{"a": 1, key"#, json!({"a": "1", "key": null})),
            (r#"{"a": [1}, "b": 2"#, json!({"a": ["1"]})),
            ("", Json::Null),
        ] {
            assert_eq!(shape(&read(text, false)), expected, "{text}");
        }
    }

    #[test]
    fn broken_yaml_has_a_structure() {
        for (text, expected) in [
            ("a: 1\nb:\n  c: x # y\n  d:\n", json!({"a": "1", "b": {"c": "x", "d": null}})),
            (
                "a:\n- 1\n- b: 2\n  c: 3\n-\nd: 4\n",
                json!({"a": ["1", {"b": "2", "c": "3"}, null], "d": "4"}),
            ),
            ("a:\n  - - x\n    - y\n", json!({"a": [["x", "y"]]})),
            (
                "a: {b: [1, 'x y'], c: \"d\"}\ne: 1",
                json!({"a": {"b": ["1", "x y"], "c": "d"}, "e": "1"}),
            ),
            ("a: {b: 1\nc: 2\n", json!({"a": {"b": "1", "c": "2"}})),
            ("a: |\n  x: 1\n  y\nb: 2\n", json!({"a": "x: 1\ny\n", "b": "2"})),
            ("a: 1\nke", json!({"a": "1", "ke": null})),
            (
                "---\n# note\n\"a\": 'it''s'\nb: &x 1\nc: *x\n",
                json!({"a": "it's", "b": "1", "c": "*x"}),
            ),
            ("a:\n  b: 1\n c: 2\nd: 3\n", json!({"a": {"b": "1"}, "d": "3"})),
            ("a:\tb: c\n", json!({"a": "b: c"})),
            ("\u{feff}a: 1\r\nb: 2\r\n", json!({"a": "1", "b": "2"})),
            ("- a\n- b: 1\n", json!(["a", {"b": "1"}])),
            ("", Json::Null),
            ("word", json!("word")),
        ] {
            assert_eq!(shape(&read(text, true)), expected, "{text}");
        }
    }

    #[test]
    fn a_place_has_a_way_to_it() {
        let text = "a: 1\nversion:\n  value:\n    - name: x\n      port: 1\n";
        let node = read(text, true);
        for (word, expected) in [
            ("port", "/version/value/0/port"),
            ("x\n", "/version/value/0/name"),
            ("value", "/version/value"),
        ] {
            let way = node.way_to(text.find(word).unwrap());
            assert_eq!(pointer(&way), expected);
        }
    }

    proptest! {
        /// Every text has a structure whose spans are in it, and reading ends.
        #[test]
        fn any_text_is_read(text in "(a|b: |- |\\{|\\}|\\[|\\]|\"|'|\n|  |,|:|#|\\||&x|\\*|!|ü|😀|\t|\r){0,40}") {
            for is_yaml in [false, true] {
                check(&read(&text, is_yaml), &text)?;
            }
        }
    }

    fn check(node: &Node, text: &str) -> Result<(), TestCaseError> {
        prop_assert!(node.span.of(text).is_some(), "{:?}", node.span);
        match &node.value {
            Value::Object(members) => {
                for it in members {
                    prop_assert!(it.key_span.of(text).is_some());
                    check(&it.value, text)?;
                }
            }
            Value::List(items) => {
                for it in items {
                    check(it, text)?;
                }
            }
            _ => {}
        }
        Ok(())
    }
}
