//! Single values: leaves, words, references, and lists of them.

use serde_json::Value;
use sps_spec::{Constraint, Enum, FieldType};

use super::Judge;
use crate::body::{document::Doc, format};

impl Judge<'_> {
    /// Judges a value that may not be null.
    pub(super) fn value(&mut self, ty: &FieldType, constraint: &Constraint, doc: &Doc) -> Value {
        match (ty, doc) {
            (FieldType::Any, _) => self.kept(doc),
            (_, Doc::Null) => self.null(),
            (FieldType::Bool, Doc::Bool(value)) => Value::Bool(*value),
            (FieldType::Bool, _) => self.wrong_type(doc, "true or false"),
            (FieldType::Int, _) => self.integer(constraint, doc),
            (FieldType::String, Doc::String(text)) => self.string(constraint, text),
            (FieldType::String, _) => self.wrong_type(doc, "a string"),
            (FieldType::Ref(collection), _) => self.reference(collection, doc),
            (FieldType::List(inner), Doc::Array(items)) => self.items(inner, constraint, items),
            (FieldType::Array(inner, length), Doc::Array(items)) => {
                if items.len() < *length {
                    self.find("too-short", &format!("fewer than {length} elements"));
                } else if items.len() > *length {
                    self.find("too-long", &format!("more than {length} elements"));
                }
                self.items(inner, constraint, items)
            }
            (FieldType::List(_) | FieldType::Array(..), _) => self.wrong_type(doc, "a list"),
            (FieldType::Map(inner), Doc::Object(members)) => {
                self.duplicates(members);
                let values = members.iter().map(|(key, value)| {
                    let value = self.below(key, |judge| judge.value(inner, constraint, value));
                    (key.clone(), value)
                });
                Value::Object(values.collect())
            }
            (FieldType::Map(_), _) => self.wrong_type(doc, "an object"),
            (FieldType::Named(name), _) => self.named(name, doc),
        }
    }

    fn items(&mut self, inner: &FieldType, constraint: &Constraint, items: &[Doc]) -> Value {
        let values = items.iter().enumerate().map(|(index, item)| {
            self.below(&index.to_string(), |judge| judge.value(inner, constraint, item))
        });
        Value::Array(values.collect())
    }

    fn integer(&mut self, constraint: &Constraint, doc: &Doc) -> Value {
        let Doc::Number(number) = doc else { return self.wrong_type(doc, "a whole number") };
        match doc.as_int() {
            Some(value) if is_in_range(constraint, value) => return Value::Number(number.clone()),
            Some(_) => self.find("out-of-range", "the number is outside its bounds"),
            None if number.as_f64().is_some_and(is_beyond_64_bits) => {
                self.find("out-of-range", "no number has more than 64 bits");
            }
            None => self.find(
                "wrong-type",
                "a number with a fraction or exponent, where a whole number must be",
            ),
        }
        Value::Null
    }

    fn string(&mut self, constraint: &Constraint, text: &str) -> Value {
        match flaw(constraint, text) {
            None => return Value::String(text.to_owned()),
            Some(code @ "too-short") => self.find(code, "the text has too few characters"),
            Some(code @ "too-long") => self.find(code, "the text has too many characters"),
            Some(code) => self.find(code, "the text does not have the form that belongs here"),
        }
        Value::Null
    }

    /// A word of an enum; `code` is what one outside it is called. It is stored in its first spelling.
    pub(super) fn word(&mut self, def: &Enum, doc: &Doc, code: &str) -> Value {
        let word = match doc {
            Doc::String(word) => word,
            Doc::Null => return self.null(),
            _ => return self.wrong_type(doc, "a string"),
        };
        match def.value(word) {
            Some(value)
                if self.has(&value.versions, "the target version does not have this word") =>
            {
                Value::String(value.value.clone())
            }
            _ => {
                self.find(code, "the word is none of those that may stand here");
                Value::Null
            }
        }
    }

    /// The key of an object, which must be there and, if it is for one use, free.
    fn reference(&mut self, collection: &str, doc: &Doc) -> Value {
        let key = match doc {
            Doc::String(key) => key,
            _ if doc.get("key").and_then(Doc::as_str).is_some() => {
                self.find("reference-object", "an object, where only the key of one belongs");
                return Value::Null;
            }
            _ => return self.wrong_type(doc, "the key of an object"),
        };
        // What is said of the object elsewhere does not make the key itself wrong: rules may look at it.
        if self.world.object(collection, key).is_none() {
            self.report("reference-exists", &format!("{collection} has no object with this key"));
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

/// Whether a number is within its bounds, and within 64 bits: unsigned ones where it may not be negative.
pub(in crate::body) fn is_in_range(constraint: &Constraint, value: i128) -> bool {
    let unsigned = constraint.minimum.is_some_and(|minimum| minimum >= 0);
    let largest = if unsigned { i128::from(u64::MAX) } else { i128::from(i64::MAX) };
    value <= largest
        && constraint.minimum.is_none_or(|minimum| i128::from(minimum) <= value)
        && constraint.maximum.is_none_or(|maximum| value <= i128::from(maximum))
}

/// Whether a number that is kept as a fraction can only be a whole one that was too large for 64 bits.
fn is_beyond_64_bits(value: f64) -> bool {
    // The powers of two are exact, so that nothing is lost at the edge: 2^64 and -2^63.
    value >= 18_446_744_073_709_551_616.0 || value <= -9_223_372_036_854_775_808.0
}

/// The code of what is wrong with a text: its length first, then its format.
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
