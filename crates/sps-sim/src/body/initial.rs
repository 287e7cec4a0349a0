//! Bodies of a new appliance, made from defaults and examples.

use serde_json::{Map, Value, json};
use sps_spec::{
    Constraint, Endpoint, Field, FieldType, Format, Literal, ORDER, Payload, Presence, Spec,
    Struct, TypeDef, Version,
};

use super::{
    Mode, World,
    checker::{Checker, flaw, is_in_range},
    document::Doc,
    is_in,
};

/// Nesting depth at which a type that contains itself is given up.
const MAX_DEPTH: usize = 16;
/// Number of values of one member that are tried.
const MAX_CHOICES: usize = 4;
/// Number of combinations of members that are tried for one object.
const MAX_TRIES: usize = 4096;

/// Makes a plausible body of an endpoint, without references.
pub(super) fn initial(spec: &Spec, target: Option<&Version>, endpoint: &Endpoint) -> Option<Value> {
    let body = endpoint.response.as_ref().or(endpoint.request.as_ref())?;
    let sent = endpoint.request.as_ref() == Some(body);
    let given: Vec<_> = body.example.iter().collect();
    let candidates = Candidates { spec, target, sent };
    candidates.values(&body.ty, &body.constraint, &given, 0).into_iter().next()
}

/// Makes a plausible value of one member.
pub(super) fn member(spec: &Spec, target: Option<&Version>, field: &Field) -> Option<Value> {
    Candidates { spec, target, sent: false }.present(field, 0).into_iter().next()
}

/// A configuration without objects.
struct NoObjects;

impl World for NoObjects {
    fn object(&self, _: &str, _: &str) -> Option<Value> {
        None
    }

    fn referrers(&self, _: &str, _: &str) -> Vec<String> {
        Vec::new()
    }
}

/// Makes the candidate values of a type, best first. A type that needs a reference has no candidates.
struct Candidates<'s> {
    spec: &'s Spec,
    target: Option<&'s Version>,
    /// Whether the body can be sent as well: then it has no members that only responses have.
    sent: bool,
}

impl Candidates<'_> {
    fn named(&self, name: &str, depth: usize) -> Vec<Value> {
        let Some(def) = self.spec.type_def(name).filter(|_| depth < MAX_DEPTH) else {
            return Vec::new();
        };
        match def {
            TypeDef::Struct(inner) => self.objects(def, inner, depth),
            TypeDef::Union(union) => {
                let known = union.variants.iter().filter(|it| is_in(&it.versions, self.target));
                let made = known.flat_map(|variant| match &variant.payload {
                    None => vec![json!({ &union.tag: variant.value })],
                    Some(payload) => {
                        let contents = self.payload(payload, depth).into_iter();
                        contents
                            .map(|it| json!({ &union.tag: variant.value, &union.content: it }))
                            .collect()
                    }
                });
                made.collect()
            }
            TypeDef::Enum(inner) => {
                let known = inner.values.iter().filter(|it| is_in(&it.versions, self.target));
                known.map(|it| Value::String(it.value.clone())).collect()
            }
        }
    }

    fn payload(&self, payload: &Payload, depth: usize) -> Vec<Value> {
        let given: Vec<_> = payload.example.iter().collect();
        self.values(&payload.ty, &payload.constraint, &given, depth + 1)
    }

    /// Makes the first valid combinations of members. The values of the last members vary first.
    fn objects(&self, def: &TypeDef, inner: &Struct, depth: usize) -> Vec<Value> {
        let has = |field: &&Field| {
            is_in(&field.versions, self.target) && !(self.sent && field.response_only)
        };
        let fields = inner.fields.iter().filter(has);
        let choices: Vec<(&str, Vec<Option<Value>>)> =
            fields.map(|field| (field.name.as_str(), self.choices(field, depth))).collect();
        let mut picks = vec![0; choices.len()];
        let mut made = Vec::new();
        for _ in 0..MAX_TRIES {
            let mut object = Map::new();
            for ((name, values), pick) in choices.iter().zip(&picks) {
                if let Some(Some(value)) = values.get(*pick) {
                    object.insert((*name).to_owned(), value.clone());
                }
            }
            let object = Value::Object(object);
            if self.is_sound(def, &object) {
                made.push(object);
            }
            if made.len() == MAX_CHOICES || !advance(&mut picks, &choices) {
                break;
            }
        }
        made
    }

    /// Makes candidates for a member; `None` means that the member is absent.
    fn choices(&self, field: &Field, depth: usize) -> Vec<Option<Value>> {
        let mut present: Vec<_> = self.present(field, depth).into_iter().map(Some).collect();
        present.truncate(MAX_CHOICES);
        match field.presence {
            _ if field.request_only || field.sensitive => present.insert(0, None),
            Presence::Required => {}
            Presence::Optional => present.push(None),
            Presence::When(_) => present.insert(0, None),
        }
        present
    }

    /// Makes candidates for a member that is present.
    fn present(&self, field: &Field, depth: usize) -> Vec<Value> {
        let default = field.default.iter();
        let null = field.nullable.then_some(Value::Null);
        // The example of a tag shows the richest variant, and a new appliance has the plainest.
        let example = field.example.iter().filter(|_| !field.tag && !field.nullable);
        let given: Vec<_> = default.chain(example).collect();
        let values = self.values(&field.ty, &field.constraint, &given, depth + 1);
        if field.default.is_some() {
            values.into_iter().chain(null).collect()
        } else {
            null.into_iter().chain(values).collect()
        }
    }

    fn values(
        &self,
        ty: &FieldType,
        constraint: &Constraint,
        given: &[&Literal],
        depth: usize,
    ) -> Vec<Value> {
        let literals = given.iter().map(|literal| match literal {
            Literal::Bool(value) => json!(value),
            Literal::Int(value) => json!(value),
            Literal::Str(value) => json!(value),
        });
        let fitting: Vec<Value> = match ty {
            FieldType::Bool => literals.chain([json!(false), json!(true)]).collect(),
            FieldType::Number => literals.chain([json!(0)]).collect(),
            FieldType::Int => {
                let plain = constraint.minimum.or(constraint.maximum);
                let fits = |it: &Value| {
                    it.as_i64().is_some_and(|it| is_in_range(constraint, i128::from(it)))
                };
                literals.chain([json!(0), json!(plain)]).filter(fits).collect()
            }
            FieldType::String => {
                let fits =
                    |it: &Value| it.as_str().is_some_and(|it| flaw(constraint, it).is_none());
                literals.chain([json!(text(constraint))]).filter(fits).collect()
            }
            FieldType::Any => vec![Value::Null],
            FieldType::Ref(_) => Vec::new(),
            FieldType::List(_) => vec![json!([])],
            FieldType::Map(_) => vec![json!({})],
            FieldType::Ordered(_) => vec![json!({ ORDER: [] })],
            FieldType::Array(inner, length) => {
                let first = self.values(inner, constraint, given, depth).into_iter().next();
                first.map(|it| Value::Array(vec![it; *length])).into_iter().collect()
            }
            FieldType::Named(name) => {
                let named = self.named(name, depth);
                let mut fitting: Vec<_> = literals.filter(|it| named.contains(it)).collect();
                fitting.extend(named);
                fitting
            }
        };
        let mut values: Vec<Value> = Vec::new();
        for value in fitting {
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    }

    fn is_sound(&self, def: &TypeDef, value: &Value) -> bool {
        let mut checker = Checker::new(self.spec, self.target, Mode::Lenient, &NoObjects, "");
        checker.def(def, &Doc::from(value));
        checker.into_findings().is_empty()
    }
}

/// Moves to the next combination, the last member first. Returns false after the last combination.
fn advance(picks: &mut [usize], choices: &[(&str, Vec<Option<Value>>)]) -> bool {
    for (pick, (_, values)) in picks.iter_mut().zip(choices).rev() {
        *pick += 1;
        if *pick < values.len() {
            return true;
        }
        *pick = 0;
    }
    false
}

/// Makes a text within the bounds of a constraint, or as close as possible.
fn text(constraint: &Constraint) -> String {
    let plain = match constraint.format {
        Some(Format::EmailAddress) => "root@example.com",
        Some(Format::IpAddress) => "192.0.2.1",
        Some(Format::Fqdn) => "sps.example.com",
        Some(Format::TimeOfDay) => "0:00",
        Some(Format::DateTime) => "2000-01-01T00:00:00Z",
        Some(Format::IpNetwork) => "192.0.2.0/24",
        Some(Format::Url) => "https://sps.example.com",
        Some(Format::Uuid) => "00000000-0000-4000-8000-000000000000",
        Some(Format::NoWhitespace) | None => "",
        // No certificate is a plausible default authority.
        Some(Format::PemCertificate) => return String::new(),
    };
    let least = usize::try_from(constraint.min_length.unwrap_or_default()).unwrap_or_default();
    // No member of an API is longer than this.
    format!("{plain:x<width$}", width = least.min(1024))
}
