//! Every small edit of a document: drop, null, retype, add, repeat.

use serde_json::{Value, json};

/// What may be put in the place of any value.
fn replacements() -> Vec<Value> {
    vec![
        json!(null),
        json!(true),
        json!(0),
        json!(-1),
        json!(256),
        json!(1.5),
        json!(""),
        json!("new"),
        json!([]),
        json!([null]),
        json!({}),
        json!({"x": 1}),
        json!({"key": "k", "meta": {"href": "/k"}}),
        json!({"body": {}, "meta": {}}),
    ]
}

/// Every document that is one edit away.
pub(super) fn edits(document: &Value) -> Vec<Value> {
    let mut edits = Vec::new();
    for pointer in pointers(document) {
        for new in replacements() {
            edits.push(changed(document, &pointer, |value| *value = new));
        }
        match document.pointer(&pointer) {
            Some(Value::Object(object)) => {
                for key in object.keys() {
                    edits.push(changed(document, &pointer, |value| {
                        value.as_object_mut().unwrap().remove(key);
                    }));
                    edits.push(changed(document, &pointer, |value| {
                        let member = value.as_object_mut().unwrap().remove(key);
                        value[format!("{key}s")] = member.unwrap();
                    }));
                }
                for (key, new) in [
                    ("x", json!({"y": {"key": "k", "meta": {"href": "/k"}}})),
                    ("value", json!("v")),
                    ("body", json!({})),
                ] {
                    edits.push(changed(document, &pointer, |value| value[key] = new));
                }
            }
            Some(Value::Array(list)) => {
                let first = list.first().cloned().unwrap_or_default();
                edits.push(changed(document, &pointer, |value| {
                    value.as_array_mut().unwrap().push(first);
                }));
                edits.push(changed(document, &pointer, |value| {
                    value.as_array_mut().unwrap().pop();
                }));
            }
            Some(Value::String(_)) => {
                for word in ["nowhere", "name", "2c", "room", "inner", "tree", "outside", "bleu"] {
                    edits.push(changed(document, &pointer, |value| *value = json!(word)));
                }
            }
            _ => {}
        }
    }
    edits
}

/// The texts of a document: keys in order, keys in reverse, and each key of each object once more.
pub(super) fn texts(document: &Value) -> Vec<String> {
    let mut texts = vec![text(document, false, None), text(document, true, None)];
    texts.dedup();
    texts
}

/// The texts in which one key is twice.
pub(super) fn repeats(document: &Value) -> Vec<String> {
    let objects = pointers(document);
    let objects = objects.iter().filter(|pointer| !pointer.is_empty());
    objects
        .filter(|pointer| {
            let parent = &pointer[..pointer.rfind('/').unwrap_or(0)];
            document.pointer(parent).is_some_and(Value::is_object)
        })
        .flat_map(|pointer| [false, true].map(|reverse| text(document, reverse, Some(pointer))))
        .collect()
}

fn changed(document: &Value, pointer: &str, change: impl FnOnce(&mut Value)) -> Value {
    let mut document = document.clone();
    change(document.pointer_mut(pointer).unwrap());
    document
}

fn pointers(document: &Value) -> Vec<String> {
    fn walk(value: &Value, pointer: String, pointers: &mut Vec<String>) {
        match value {
            Value::Object(object) => {
                for (key, value) in object {
                    let key = key.replace('~', "~0").replace('/', "~1");
                    walk(value, format!("{pointer}/{key}"), pointers);
                }
            }
            Value::Array(list) => {
                for (index, value) in list.iter().enumerate() {
                    walk(value, format!("{pointer}/{index}"), pointers);
                }
            }
            _ => {}
        }
        pointers.push(pointer);
    }
    let mut pointers = Vec::new();
    walk(document, String::new(), &mut pointers);
    pointers
}

fn text(document: &Value, reverse: bool, twice: Option<&str>) -> String {
    fn write(value: &Value, reverse: bool, twice: Option<&str>, at: &str, text: &mut String) {
        match value {
            Value::Object(object) => {
                let mut members: Vec<_> = object.iter().collect();
                if reverse {
                    members.reverse();
                }
                text.push('{');
                for (index, (key, value)) in members.into_iter().enumerate() {
                    let at = format!("{at}/{}", key.replace('~', "~0").replace('/', "~1"));
                    let times = if twice == Some(&at) { 2 } else { 1 };
                    for time in 0..times {
                        text.push_str(if index + time > 0 { "," } else { "" });
                        text.push_str(&json!(key).to_string());
                        text.push(':');
                        write(value, reverse, twice, &at, text);
                    }
                }
                text.push('}');
            }
            Value::Array(list) => {
                text.push('[');
                for (index, value) in list.iter().enumerate() {
                    text.push_str(if index > 0 { "," } else { "" });
                    write(value, reverse, twice, &format!("{at}/{index}"), text);
                }
                text.push(']');
            }
            leaf => text.push_str(&leaf.to_string()),
        }
    }
    let mut text = String::new();
    write(document, reverse, twice, "", &mut text);
    text
}
