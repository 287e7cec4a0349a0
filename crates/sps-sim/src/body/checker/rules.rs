//! Rules about several members of one object.

use serde_json::Value;
use sps_spec::{Condition, Field, FieldType, Presence, Severity, Struct, TypeDef, Use};

use super::Checker;
use crate::body::{
    condition::{Facts, Input, decide},
    document::Doc,
    is_in, push_segment,
};

impl Checker<'_> {
    /// Reports broken rules of an object. Warnings refuse nothing, so they are skipped.
    pub(super) fn rules(&mut self, def: &Struct, doc: &Doc) {
        let spec = self.spec;
        for rule in spec.rules_on(&def.name).filter(|rule| rule.severity == Severity::Error) {
            let applies = match &rule.when {
                Some(when) => self.holds(def, doc, when) == Some(true),
                None => true,
            };
            if applies && self.holds(def, doc, &rule.holds) == Some(false) {
                let length = self.pointer.len();
                rule.target.iter().for_each(|segment| push_segment(&mut self.pointer, segment));
                self.report(&rule.code, &rule.message);
                self.pointer.truncate(length);
            }
        }
    }

    /// Evaluates a condition on an object, unless one of its inputs is invalid or missing.
    pub(super) fn holds(&self, def: &Struct, doc: &Doc, condition: &Condition) -> Option<bool> {
        let members = Members { checker: self, def, doc };
        for (path, usage) in condition.uses() {
            match (members.find(path)?, usage) {
                (Input::Absent, Use::Presence) => {}
                (Input::Absent, _) | (Input::Null, Use::Content) => return None,
                _ => {}
            }
        }
        decide(condition, &members)
    }
}

/// The members of one object, as inputs of its rules.
struct Members<'m, 'a> {
    checker: &'m Checker<'a>,
    def: &'m Struct,
    doc: &'m Doc,
}

impl<'m> Members<'m, '_> {
    /// Returns the member at a path, or `None` if it is invalid, lies in something invalid, or is missing but required.
    fn find(&self, path: &[String]) -> Option<Input<'m>> {
        let mut pointer = self.checker.pointer.clone();
        let (mut def, mut doc) = (self.def, self.doc);
        let (last, parents) = path.split_last()?;
        if self.checker.broken.contains(&pointer) {
            return None;
        }
        for segment in parents {
            let field = def.field(segment)?;
            push_segment(&mut pointer, segment);
            doc = match self.member(field, doc) {
                _ if self.checker.broken.contains(&pointer) => return None,
                None | Some(Doc::Null) => return Some(Input::Absent),
                Some(inner) => inner,
            };
            match self.named(field)? {
                TypeDef::Struct(inner) => def = inner,
                // Conditions see only the tag of a union.
                TypeDef::Union(union) => {
                    push_segment(&mut pointer, last);
                    let tag =
                        doc.get(&union.tag).filter(|_| !self.checker.broken.contains(&pointer));
                    return tag.and_then(Doc::as_str).map(Input::Str);
                }
                TypeDef::Enum(_) => return None,
            }
        }
        let field = def.field(last)?;
        push_segment(&mut pointer, last);
        if self.checker.broken.contains(&pointer) {
            return None;
        }
        match self.member(field, doc) {
            Some(value) => Some(self.input_of(field, value)),
            None => (field.presence != Presence::Required).then_some(Input::Absent),
        }
    }

    /// Returns a member of an object, unless the appliance drops it: a lenient reader knows only its own version.
    fn member(&self, field: &Field, doc: &'m Doc) -> Option<&'m Doc> {
        let is_known = self.checker.is_strict() || is_in(&field.versions, self.checker.target);
        doc.get(&field.name).filter(|_| is_known)
    }

    fn input_of(&self, field: &Field, value: &'m Doc) -> Input<'m> {
        match value {
            Doc::Null => Input::Null,
            Doc::Bool(value) => Input::Bool(*value),
            Doc::Number(_) => value.as_int().map_or(Input::Other, Input::Int),
            Doc::String(text) => match self.named(field) {
                Some(TypeDef::Enum(def)) => {
                    Input::Str(def.value(text).map_or(text, |it| &it.value))
                }
                _ => Input::Str(text),
            },
            Doc::Array(_) | Doc::Object(_) => Input::Other,
        }
    }

    fn named(&self, field: &Field) -> Option<&'m TypeDef> {
        let FieldType::Named(name) = &field.ty else { return None };
        self.checker.spec.type_def(name)
    }

    /// Returns the field of the type at a path.
    fn field(&self, path: &[String]) -> Option<&'m Field> {
        let (last, parents) = path.split_last()?;
        let mut def = self.def;
        for segment in parents {
            let Some(TypeDef::Struct(inner)) = self.named(def.field(segment)?) else { return None };
            def = inner;
        }
        def.field(last)
    }
}

impl Facts for Members<'_, '_> {
    fn input(&self, path: &[String]) -> Input<'_> {
        self.find(path).unwrap_or(Input::Absent)
    }

    fn referent(&self, path: &[String], about: &Condition) -> Option<bool> {
        let FieldType::Ref(collection) = &self.field(path)?.ty else { return None };
        let Input::Str(key) = self.input(path) else { return None };
        match self.checker.world.object(collection, key) {
            Some(body) => decide(about, &Body(&body)),
            // The missing object is reported already.
            None => Some(true),
        }
    }
}

/// The stored body of a referenced object.
struct Body<'b>(&'b Value);

impl Facts for Body<'_> {
    fn input(&self, path: &[String]) -> Input<'_> {
        let member = path.iter().try_fold(self.0, |value, segment| value.get(segment));
        match member {
            None => Input::Absent,
            Some(Value::Null) => Input::Null,
            Some(Value::Bool(value)) => Input::Bool(*value),
            Some(Value::Number(number)) => {
                let number =
                    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
                number.map_or(Input::Other, Input::Int)
            }
            Some(Value::String(text)) => Input::Str(text),
            Some(Value::Array(_) | Value::Object(_)) => Input::Other,
        }
    }

    fn referent(&self, _: &[String], _: &Condition) -> Option<bool> {
        None
    }
}
