//! A form of values in which two that mean the same are equal, to find the elements of lists that belong together.

use serde_json::{Map, Value};
use sps_model::validate::Kind;

use super::Walk;
use crate::{
    Notation,
    plan::kinds::{Place, tag_of},
};

/// Which side a value is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    File,
    Appliance,
}

impl Walk<'_> {
    /// The canonical text of a value. Members that are null, have their default or are unknown do not count, nor do the
    /// values of secrets.
    pub(super) fn canonical(&self, place: Place, value: &Value, from: From) -> String {
        self.canon(place, value, from).to_string()
    }

    fn canon(&self, place: Place, value: &Value, from: From) -> Value {
        match Notation::read(value) {
            Some(Notation::Secret(_) | Notation::New(_)) => return Value::from("\0secret"),
            Some(Notation::Ref(reference)) => {
                let world = self.inputs.world;
                let renamed = match from {
                    From::File => reference,
                    From::Appliance => world.renamed(reference),
                };
                return Value::from(format!("\0{renamed}"));
            }
            _ => {}
        }
        match value {
            Value::Object(members) => {
                let tag = tag_of(place.kind(), members);
                let is_named = matches!(place.kind().peeled(), Kind::Named(_));
                let mut canon = Map::new();
                for (key, value) in members {
                    let member = place.member(tag, key);
                    let is_unknown = is_named && !member.is_known;
                    if is_unknown || member.is_response_only || member.is_default(value) {
                        continue;
                    }
                    let value = self.canon(member, value, from);
                    if !value.is_null() && value != Value::Array(Vec::new()) {
                        canon.insert(key.clone(), value);
                    }
                }
                let mut canon = Value::Object(canon);
                canon.sort_all_objects();
                canon
            }
            Value::Array(elements) => {
                let element = place.element();
                let mut canon: Vec<_> =
                    elements.iter().map(|it| self.canon(element, it, from)).collect();
                if place.is_unordered() {
                    canon.sort_by_cached_key(ToString::to_string);
                }
                Value::Array(canon)
            }
            _ => place.normal(value),
        }
    }
}
