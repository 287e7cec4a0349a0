//! Rules about several members of one object.

use serde_json::Value;
use sps_spec::{Condition, Field, FieldType, Presence, Severity, Struct, TypeDef};

use super::Judge;
use crate::body::{
    condition::{Facts, Leaf, decide, needs},
    document::Doc,
    is_in, push_segment,
};

impl Judge<'_> {
    /// Finds the broken error rules on an object; warnings refuse nothing.
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

    /// Decides a condition on an object, unless something that it looks at is wrong or missing.
    pub(super) fn holds(&self, def: &Struct, doc: &Doc, condition: &Condition) -> Option<bool> {
        let members = Members { judge: self, def, doc };
        for (path, needs_value) in needs(condition) {
            let leaf = members.find(path)?;
            if needs_value && matches!(leaf, Leaf::Absent | Leaf::Null) {
                return None;
            }
        }
        decide(condition, &members)
    }
}

/// The members of one object, as its rules see them.
struct Members<'m, 'a> {
    judge: &'m Judge<'a>,
    def: &'m Struct,
    doc: &'m Doc,
}

impl<'m> Members<'m, '_> {
    /// The member at a path; nothing if it is wrong, lies in something wrong, or is missing and has to be there.
    fn find(&self, path: &[String]) -> Option<Leaf<'m>> {
        let mut pointer = self.judge.pointer.clone();
        let (mut def, mut doc) = (self.def, self.doc);
        let (last, way) = path.split_last()?;
        if self.judge.broken.contains(&pointer) {
            return None;
        }
        for segment in way {
            let field = def.field(segment)?;
            push_segment(&mut pointer, segment);
            doc = match self.member(field, doc) {
                _ if self.judge.broken.contains(&pointer) => return None,
                None | Some(Doc::Null) => return Some(Leaf::Absent),
                Some(inner) => inner,
            };
            match self.named(field)? {
                TypeDef::Struct(inner) => def = inner,
                // Of a union, only the tag can be asked for.
                TypeDef::Union(union) => {
                    push_segment(&mut pointer, last);
                    let tag = doc.get(&union.tag).filter(|_| !self.judge.broken.contains(&pointer));
                    return tag.and_then(Doc::as_str).map(Leaf::Str);
                }
                TypeDef::Enum(_) => return None,
            }
        }
        let field = def.field(last)?;
        push_segment(&mut pointer, last);
        if self.judge.broken.contains(&pointer) {
            return None;
        }
        match self.member(field, doc) {
            Some(value) => Some(self.leaf_of(field, value)),
            None => (field.presence != Presence::Required).then_some(Leaf::Absent),
        }
    }

    /// The member of an object, unless it was dropped: the appliance of a lenient reader knows its own version alone.
    fn member(&self, field: &Field, doc: &'m Doc) -> Option<&'m Doc> {
        let is_known = self.judge.is_strict() || is_in(&field.versions, self.judge.target);
        doc.get(&field.name).filter(|_| is_known)
    }

    fn leaf_of(&self, field: &Field, value: &'m Doc) -> Leaf<'m> {
        match value {
            Doc::Null => Leaf::Null,
            Doc::Bool(value) => Leaf::Bool(*value),
            Doc::Number(_) => value.as_int().map_or(Leaf::Other, Leaf::Int),
            Doc::String(text) => match self.named(field) {
                Some(TypeDef::Enum(def)) => {
                    Leaf::Str(def.value(text).map_or(text, |word| &word.value))
                }
                _ => Leaf::Str(text),
            },
            Doc::Array(_) | Doc::Object(_) => Leaf::Other,
        }
    }

    fn named(&self, field: &Field) -> Option<&'m TypeDef> {
        let FieldType::Named(name) = &field.ty else { return None };
        self.judge.spec.type_def(name)
    }

    /// The member of the type at a path.
    fn field(&self, path: &[String]) -> Option<&'m Field> {
        let (last, way) = path.split_last()?;
        let mut def = self.def;
        for segment in way {
            let Some(TypeDef::Struct(inner)) = self.named(def.field(segment)?) else { return None };
            def = inner;
        }
        def.field(last)
    }
}

impl Facts for Members<'_, '_> {
    fn leaf(&self, path: &[String]) -> Leaf<'_> {
        self.find(path).unwrap_or(Leaf::Absent)
    }

    fn referent(&self, path: &[String], about: &Condition) -> Option<bool> {
        let FieldType::Ref(collection) = &self.field(path)?.ty else { return None };
        let Leaf::Str(key) = self.leaf(path) else { return None };
        match self.judge.world.object(collection, key) {
            Some(body) => decide(about, &Body(&body)),
            // That there is no such object was found already.
            None => Some(true),
        }
    }
}

/// The stored body of an object elsewhere.
struct Body<'b>(&'b Value);

impl Facts for Body<'_> {
    fn leaf(&self, path: &[String]) -> Leaf<'_> {
        let member = path.iter().try_fold(self.0, |value, segment| value.get(segment));
        match member {
            None => Leaf::Absent,
            Some(Value::Null) => Leaf::Null,
            Some(Value::Bool(value)) => Leaf::Bool(*value),
            Some(Value::Number(number)) => {
                let number =
                    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
                number.map_or(Leaf::Other, Leaf::Int)
            }
            Some(Value::String(text)) => Leaf::Str(text),
            Some(Value::Array(_) | Value::Object(_)) => Leaf::Other,
        }
    }

    fn referent(&self, _: &[String], _: &Condition) -> Option<bool> {
        None
    }
}
