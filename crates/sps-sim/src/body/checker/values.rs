//! Single values: scalars, enum values, references, and lists of them.

use std::collections::HashSet;

use serde_json::{Map, Value};
use sps_spec::{Constraint, Enum, FieldType, ORDER, collection};

use super::Checker;
use crate::body::{document::Doc, format, part};

impl Checker<'_> {
    /// Checks a value that may not be null.
    pub(super) fn value(&mut self, ty: &FieldType, constraint: &Constraint, doc: &Doc) -> Value {
        match (ty, doc) {
            (FieldType::Any, _) => self.unchanged(doc),
            (_, Doc::Null) => self.null(),
            (FieldType::Bool, Doc::Bool(value)) => Value::Bool(*value),
            (FieldType::Bool, _) => self.wrong_type(doc, "true or false"),
            (FieldType::Int, _) => self.integer(constraint, doc),
            (FieldType::Number, Doc::Number(number)) => Value::Number(number.clone()),
            (FieldType::Number, _) => self.wrong_type(doc, "a number"),
            (FieldType::String, Doc::String(text)) => self.string(constraint, text),
            (FieldType::String, _) => self.wrong_type(doc, "a string"),
            (FieldType::Ref(collection), _) => self.reference(collection, doc),
            (FieldType::List(inner), Doc::Array(items)) => self.items(inner, constraint, items),
            (FieldType::Array(inner, length), Doc::Array(items)) => {
                if items.len() < *length {
                    self.invalid("too-short", &format!("fewer than {length} elements"));
                } else if items.len() > *length {
                    self.invalid("too-long", &format!("more than {length} elements"));
                }
                self.items(inner, constraint, items)
            }
            (FieldType::List(_) | FieldType::Array(..), _) => self.wrong_type(doc, "a list"),
            (FieldType::Map(inner), Doc::Object(members)) => {
                self.duplicates(members);
                let values = members.iter().map(|(key, value)| {
                    let value = self.below(key, |checker| checker.value(inner, constraint, value));
                    (key.clone(), value)
                });
                Value::Object(values.collect())
            }
            (FieldType::Ordered(inner), Doc::Object(members)) => {
                self.ordered(inner, constraint, members)
            }
            (FieldType::Map(_) | FieldType::Ordered(_), _) => self.wrong_type(doc, "an object"),
            (FieldType::Named(name), _) => self.named(name, doc),
        }
    }

    fn items(&mut self, inner: &FieldType, constraint: &Constraint, items: &[Doc]) -> Value {
        let values = items.iter().enumerate().map(|(index, item)| {
            self.below(&index.to_string(), |checker| checker.value(inner, constraint, item))
        });
        Value::Array(values.collect())
    }

    /// Checks an ordered map: its list of keys, and the values under them.
    fn ordered(
        &mut self,
        inner: &FieldType,
        constraint: &Constraint,
        members: &[(String, Doc)],
    ) -> Value {
        self.duplicates(members);
        let mut stored = Map::new();
        for (key, value) in members {
            let value = self.below(key, |checker| match value {
                Doc::Array(keys) if key == ORDER => checker.order(keys, members),
                _ if key == ORDER => checker.wrong_type(value, "a list"),
                _ => checker.value(inner, constraint, value),
            });
            stored.insert(key.clone(), value);
        }
        if !stored.contains_key(ORDER) {
            self.below(ORDER, |checker| checker.report("missing-key", "the key is missing"));
        }
        Value::Object(stored)
    }

    /// Checks that a list names each other member once.
    fn order(&mut self, keys: &[Doc], members: &[(String, Doc)]) -> Value {
        let named: Vec<&str> = keys.iter().filter_map(Doc::as_str).collect();
        let once: HashSet<&str> = named.iter().copied().collect();
        let others: HashSet<&str> =
            members.iter().map(|(key, _)| key.as_str()).filter(|key| *key != ORDER).collect();
        if once.len() < keys.len() || once != others {
            self.invalid("wrong-order", "the list must name each other key once");
        }
        Value::Array(keys.iter().map(Doc::to_value).collect())
    }

    fn integer(&mut self, constraint: &Constraint, doc: &Doc) -> Value {
        let Doc::Number(number) = doc else { return self.wrong_type(doc, "an integer") };
        match doc.as_int() {
            Some(value) if is_in_range(constraint, value) => return Value::Number(number.clone()),
            Some(_) => self.invalid("out-of-range", "the number is out of range"),
            None if number.as_f64().is_some_and(is_beyond_64_bits) => {
                self.invalid("out-of-range", "the number does not fit into 64 bits");
            }
            None => self.invalid(
                "wrong-type",
                "expected an integer, found a number with a fraction or an exponent",
            ),
        }
        Value::Null
    }

    fn string(&mut self, constraint: &Constraint, text: &str) -> Value {
        match flaw(constraint, text) {
            None => return Value::String(text.to_owned()),
            Some(code @ "too-short") => self.invalid(code, "the text is too short"),
            Some(code @ "too-long") => self.invalid(code, "the text is too long"),
            Some(code) => self.invalid(code, "the text has the wrong format"),
        }
        Value::Null
    }

    /// Checks an enum value, which is stored in its first spelling. `code` is the code for an unknown value.
    pub(super) fn enum_value(&mut self, def: &Enum, doc: &Doc, code: &str) -> Value {
        let text = match doc {
            Doc::String(text) => text,
            Doc::Null => return self.null(),
            _ => return self.wrong_type(doc, "a string"),
        };
        match def.value(text) {
            Some(value)
                if self.has(&value.versions, "the target version does not have this value") =>
            {
                Value::String(value.value.clone())
            }
            None if def.open => Value::String(text.clone()),
            _ => {
                self.invalid(code, "unknown value");
                Value::Null
            }
        }
    }

    /// Checks the key of an object, which must exist and, if it is for single use, must be free.
    fn reference(&mut self, to: &str, doc: &Doc) -> Value {
        let key = match doc {
            Doc::String(key) => key,
            _ if doc.get("key").and_then(Doc::as_str).is_some() => {
                self.invalid("reference-object", "expected the key of an object, found an object");
                return Value::Null;
            }
            _ => return self.wrong_type(doc, "the key of an object"),
        };
        // A missing object does not make the key itself invalid: rules may look at it.
        let collection = collection(to);
        let object = part::object(to, key);
        let body = self.world.object(collection, object).filter(|_| !object.is_empty());
        match body {
            None => {
                let message = format!("{collection} has no object with this key");
                self.report("reference-exists", &message);
            }
            Some(body) if !part::exists(to, key, &body) => {
                self.report("reference-exists", "the object has no part with this key");
            }
            Some(_) => {}
        }
        if self.spec.endpoint(collection).is_some_and(|endpoint| endpoint.single_use) {
            if !self.used.insert((collection.to_owned(), key.clone())) {
                self.report("single-use-reference", "the body refers to this object twice");
            } else if let Some(other) =
                self.world.referrers(collection, key).into_iter().find(|path| path != self.own)
            {
                self.report(
                    "single-use-reference",
                    &format!("{other} refers to this object already"),
                );
            }
        }
        Value::String(key.clone())
    }
}

/// Whether a number is within its bounds and fits into 64 bits, unsigned if it may not be negative.
pub(in crate::body) fn is_in_range(constraint: &Constraint, value: i128) -> bool {
    let unsigned = constraint.minimum.is_some_and(|minimum| minimum >= 0);
    let largest = if unsigned { i128::from(u64::MAX) } else { i128::from(i64::MAX) };
    value <= largest
        && constraint.minimum.is_none_or(|minimum| i128::from(minimum) <= value)
        && constraint.maximum.is_none_or(|maximum| value <= i128::from(maximum))
}

/// Whether a number that was read as a float can only be an integer beyond 64 bits.
fn is_beyond_64_bits(value: f64) -> bool {
    // Both powers of two, 2^64 and -2^63, are exact as floats.
    value >= 18_446_744_073_709_551_616.0 || value <= -9_223_372_036_854_775_808.0
}

/// Returns the code of the first flaw of a text: its length, then its format.
pub(in crate::body) fn flaw(constraint: &Constraint, text: &str) -> Option<&'static str> {
    let length = text.chars().count() as u64;
    if constraint.min_length.is_some_and(|least| length < least) {
        Some("too-short")
    } else if constraint.max_length.is_some_and(|most| length > most) {
        Some("too-long")
    } else {
        constraint.format.filter(|format| !format::has(*format, text)).map(sps_spec::Format::name)
    }
}
