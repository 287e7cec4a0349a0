//! Rules about several members of one object.

use serde_json::Value;
use sps_spec::{
    Condition, End, Fact, Facts, Field, FieldType, Format, Path, Presence, Rule, Severity, Struct,
    TypeDef, Use,
};

use super::Checker;
use crate::body::{document::Doc, format, is_in, push_segment};

impl Checker<'_> {
    /// Reports broken rules of an object. Warnings refuse nothing, so they are skipped.
    pub(super) fn rules(&mut self, def: &Struct, doc: &Doc) {
        let spec = self.spec;
        for rule in spec.rules_on(&def.name) {
            let is_error = rule.severity_for(self.target) == Severity::Error;
            if !is_error || !self.decides(rule) {
                continue;
            }
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

    /// Whether a rule of some versions can refuse a body for this target. An unknown one may lack the rule.
    fn decides(&self, rule: &Rule) -> bool {
        match self.target {
            Some(target) => rule.versions.contains(target),
            None => rule.versions.is_always(),
        }
    }

    /// Evaluates a condition on an object, unless one of its inputs is invalid or missing.
    pub(super) fn holds(&self, def: &Struct, doc: &Doc, condition: &Condition) -> Option<bool> {
        let members = Members { checker: self, def, doc };
        for (path, usage) in condition.uses() {
            match (members.find(path).ok()?, usage) {
                (None, Use::Presence) => {}
                (None, _) | (Some(Fact::Null), Use::Content) => return None,
                _ => {}
            }
        }
        condition.decide(&members)
    }
}

/// The members of one object, as facts for its rules.
struct Members<'m, 'a> {
    checker: &'m Checker<'a>,
    def: &'m Struct,
    doc: &'m Doc,
}

/// A member that is invalid, lies in something invalid, or is missing but required: no rule can use it.
struct Unusable;

impl<'m> Members<'m, '_> {
    /// Returns the member at a path; `None` if it is absent.
    fn find(&self, path: &[String]) -> Result<Option<Fact<'m>>, Unusable> {
        let mut pointer = self.checker.pointer.clone();
        let (mut def, mut doc) = (self.def, self.doc);
        let (last, parents) = path.split_last().ok_or(Unusable)?;
        self.usable(&pointer)?;
        for segment in parents {
            let field = def.field(segment).ok_or(Unusable)?;
            push_segment(&mut pointer, segment);
            self.usable(&pointer)?;
            doc = match self.member(field, doc) {
                None | Some(Doc::Null) => return Ok(None),
                Some(inner) => inner,
            };
            match self.named(field) {
                Some(TypeDef::Struct(inner)) => def = inner,
                // Conditions see only the tag of a union, and texts in it.
                Some(TypeDef::Union(union)) => {
                    push_segment(&mut pointer, last);
                    self.usable(&pointer)?;
                    if *last == union.content {
                        return Ok(doc.get(last).and_then(Doc::as_str).map(Fact::Str));
                    }
                    let tag = doc.get(&union.tag).and_then(Doc::as_str);
                    return tag.map(|tag| Some(Fact::Str(tag))).ok_or(Unusable);
                }
                Some(TypeDef::Enum(_)) | None => return Err(Unusable),
            }
        }
        let field = def.field(last).ok_or(Unusable)?;
        push_segment(&mut pointer, last);
        self.usable(&pointer)?;
        match self.member(field, doc) {
            Some(value) => Ok(Some(self.fact_of(field, value))),
            None if field.presence == Presence::Required => Err(Unusable),
            None => Ok(None),
        }
    }

    fn usable(&self, pointer: &str) -> Result<(), Unusable> {
        if self.checker.broken.contains(pointer) { Err(Unusable) } else { Ok(()) }
    }

    /// Returns a member of an object, unless the appliance drops it: a lenient reader knows only its own version.
    fn member(&self, field: &Field, doc: &'m Doc) -> Option<&'m Doc> {
        let is_known = self.checker.is_strict() || is_in(&field.versions, self.checker.target);
        doc.get(&field.name).filter(|_| is_known)
    }

    fn fact_of(&self, field: &Field, value: &'m Doc) -> Fact<'m> {
        match value {
            Doc::Null => Fact::Null,
            Doc::Bool(value) => Fact::Bool(*value),
            Doc::Number(_) => value.as_int().map_or(Fact::Other, Fact::Int),
            Doc::String(text) => match self.named(field) {
                Some(TypeDef::Enum(def)) => Fact::Str(def.value(text).map_or(text, |it| &it.value)),
                _ => Fact::Str(text),
            },
            Doc::Array(_) | Doc::Object(_) => Fact::Other,
        }
    }

    fn named(&self, field: &Field) -> Option<&'m TypeDef> {
        let FieldType::Named(name) = &field.ty else { return None };
        self.checker.spec.type_def(name)
    }
}

impl Facts for Members<'_, '_> {
    fn fact(&self, path: &[String]) -> Option<Fact<'_>> {
        self.find(path).unwrap_or(None)
    }

    fn has_format(&self, format: Format, text: &str) -> Option<bool> {
        Some(format::has(format, text))
    }

    /// Decides the one check written by hand that can refuse a body. The others only warn.
    fn custom(&self, name: &str, inputs: &[Path]) -> Option<bool> {
        match (name, inputs) {
            ("certificate_strong_key", [path]) => match self.fact(path)? {
                Fact::Str(text) => Some(!format::has_weak_key(text)),
                _ => None,
            },
            _ => None,
        }
    }

    fn referent(&self, path: &[String], about: &Condition) -> Option<bool> {
        let end = self.checker.spec.resolve(self.def, path).ok()?.end;
        let End::Field(Field { ty: FieldType::Ref(collection), .. }) = end else { return None };
        let Fact::Str(key) = self.fact(path)? else { return None };
        match self.checker.world.object(collection, key) {
            Some(body) => about.decide(&Body(&body)),
            // The missing object is reported already.
            None => Some(true),
        }
    }
}

/// The stored body of a referenced object.
struct Body<'b>(&'b Value);

impl Facts for Body<'_> {
    fn fact(&self, path: &[String]) -> Option<Fact<'_>> {
        let member = path.iter().try_fold(self.0, |value, segment| value.get(segment))?;
        Some(match member {
            Value::Null => Fact::Null,
            Value::Bool(value) => Fact::Bool(*value),
            Value::Number(number) => {
                let number =
                    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from));
                number.map_or(Fact::Other, Fact::Int)
            }
            Value::String(text) => Fact::Str(text),
            Value::Array(_) | Value::Object(_) => Fact::Other,
        })
    }

    fn has_format(&self, format: Format, text: &str) -> Option<bool> {
        Some(format::has(format, text))
    }
}
