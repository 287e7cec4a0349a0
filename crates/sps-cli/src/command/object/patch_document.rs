//! Patches of JSON: merge patches and JSON Patches.

use serde_json::{Map, Value};
use sps_model::shape;
use sps_validate::{Context, Form, Kind, Limits, Subject, explain, span::LineIndex};

/// A patch that can be applied to the body of a request.
#[derive(Debug)]
pub(super) enum Patch {
    /// RFC 7396.
    Merge(Value),
    /// RFC 6902.
    Operations(json_patch::Patch),
}

/// Why a patch does not apply.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PatchError {
    /// A `test` operation failed: the object is not what the author of the patch expected.
    Test { pointer: String },
    /// An operation does not fit the object.
    Misfit { pointer: String, operation: usize },
    /// After this operation, the body is larger than any body may be.
    TooLarge { operation: usize },
}

impl Patch {
    /// Reads a patch. An object is a merge patch, a list a JSON Patch.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        // Names the cause of a mistake in the syntax, and refuses keys that occur twice.
        let report = explain(text, &Subject::new(Kind::Any, Form::Request), &Context::default());
        if let Some(error) = report.errors().next() {
            let at = LineIndex::new(text).position(error.span.start);
            return Err(format!("line {}, column {}: {}", at.line, at.column, error.message));
        }
        let value: Value = serde_json::from_str(text).map_err(|error| {
            format!("invalid JSON at line {}, column {}", error.line(), error.column())
        })?;
        match value {
            Value::Object(_) => Ok(Self::Merge(value)),
            Value::Array(operations) => {
                // One by one, so that the error names the operation. The error of serde may quote a value.
                let operations = operations.into_iter().enumerate().map(|(index, operation)| {
                    serde_json::from_value(operation).map_err(|_| {
                        format!(
                            "operation {index} is invalid: it needs `op`, `path`, and `value` or `from` (RFC 6902)"
                        )
                    })
                });
                Ok(Self::Operations(json_patch::Patch(operations.collect::<Result<_, _>>()?)))
            }
            _ => Err("expected an object (merge patch) or a list (JSON Patch)".to_owned()),
        }
    }

    /// Applies it to the body of a request of this kind.
    pub(super) fn apply(&self, kind: Kind, body: &Value) -> Result<Value, PatchError> {
        let mut patched = body.clone();
        match self {
            Self::Merge(patch) => merge(kind, &mut patched, patch),
            Self::Operations(patch) => {
                // One by one: a few copies of a copy would fill the memory. What fails halfway is dropped with the copy.
                for (index, operation) in patch.iter().enumerate() {
                    let one = std::slice::from_ref(operation);
                    json_patch::patch_unsafe(&mut patched, one).map_err(|error| {
                        let pointer = error.path.to_string();
                        match error.kind {
                            json_patch::PatchErrorKind::TestFailed => PatchError::Test { pointer },
                            _ => PatchError::Misfit { pointer, operation: index },
                        }
                    })?;
                    if patched.to_string().len() > Limits::default().bytes {
                        return Err(PatchError::TooLarge { operation: index });
                    }
                }
            }
        }
        Ok(patched)
    }
}

/// Merges as RFC 7396 says, except that null becomes the value of a member that must be there: without it, no merge
/// patch could switch such an option off.
fn merge(kind: Kind, value: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        value.clone_from(patch);
        return;
    };
    if !value.is_object() {
        *value = Value::Object(Map::new());
    }
    let Value::Object(members) = value else { return };
    // The tag decides what the other members are.
    let tag = shape::tag_of(kind, patch).or_else(|| shape::tag_of(kind, members));
    let tag = tag.map(str::to_owned);
    for (key, patch) in patch {
        let kind = shape::member(kind, tag.as_deref(), key);
        if patch.is_null() && !matches!(kind, Some(Kind::Nullable(_))) {
            members.remove(key);
        } else {
            let member = members.entry(key.clone()).or_insert(Value::Null);
            merge(kind.unwrap_or(Kind::Any), member, patch);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use sps_model::{Describe as _, Email, HealthMonitoring};

    use super::*;

    fn applied(kind: Kind, body: &Value, patch: &Value) -> Result<Value, PatchError> {
        Patch::parse(&patch.to_string()).unwrap().apply(kind, body)
    }

    #[test]
    fn merges_by_the_examples_of_rfc_7396() {
        for (body, patch, merged) in [
            (json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"})),
            (json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"})),
            (json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"})),
            (json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"})),
            (
                json!({"a": {"b": "c"}}),
                json!({"a": {"b": "d", "c": null}}),
                json!({"a": {"b": "d"}}),
            ),
            (json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]})),
            (json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}})),
        ] {
            assert_eq!(applied(Kind::Any, &body, &patch), Ok(merged), "{patch}");
        }
    }

    #[test]
    fn null_is_the_value_of_a_required_member() {
        let body = json!({"maximum_load1": 5, "extra": 1});
        let merged =
            applied(HealthMonitoring::KIND, &body, &json!({"maximum_load1": null, "extra": null}));
        assert_eq!(merged, Ok(json!({"maximum_load1": null})));
        // Below a union whose tag the patch changes.
        let body = json!({"smtp_server": {"selection": "ip", "value": "192.0.2.1"}});
        let patch = json!({"smtp_server": {"selection": "fqdn", "value": "mail.example.com"}});
        assert_eq!(applied(Email::KIND, &body, &patch), Ok(patch));
    }

    #[test]
    fn operations_apply_together_or_not_at_all() {
        let body = json!({"a": 1, "b": [1, 2]});
        let test = json!([{"op": "replace", "path": "/b/0", "value": 9}, {"op": "test", "path": "/a", "value": 2}]);
        let failed = PatchError::Test { pointer: "/a".to_owned() };
        assert_eq!(applied(Kind::Any, &body, &test), Err(failed));
        let misfit = PatchError::Misfit { pointer: "/c".to_owned(), operation: 0 };
        assert_eq!(
            applied(Kind::Any, &body, &json!([{"op": "remove", "path": "/c"}])),
            Err(misfit)
        );
        let good =
            json!([{"op": "test", "path": "/a", "value": 1}, {"op": "remove", "path": "/b/1"}]);
        assert_eq!(applied(Kind::Any, &body, &good), Ok(json!({"a": 1, "b": [1]})));
    }

    #[test]
    fn copies_of_copies_have_an_end() {
        let copy = json!({"op": "copy", "from": "/x", "path": "/x/-"});
        let patch = Value::Array(vec![copy; 64]);
        let body = json!({"x": ["a text"]});
        let error = applied(Kind::Any, &body, &patch).unwrap_err();
        assert!(matches!(error, PatchError::TooLarge { .. }), "{error:?}");
    }

    #[test]
    fn rejects_what_is_no_patch() {
        for (text, part) in [
            ("3", "expected an object"),
            ("{", "line 1"),
            (r#"{"a": 1, "a": 2}"#, "duplicate key"),
            (r#"{"a": 1} // why"#, "comments"),
            (r#"{"a": 1,}"#, "comma"),
            (r#"[{"op": "test", "path": "/a", "value": 1}, {"op": "replace"}]"#, "operation 1"),
        ] {
            assert!(Patch::parse(text).unwrap_err().contains(part), "{text}");
        }
    }
}
