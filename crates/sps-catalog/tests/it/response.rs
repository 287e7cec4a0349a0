//! Responses made from a page.

use std::cell::Cell;

use serde_json::{Map, Value, json};
use sps_spec::{
    Constraint, Endpoint, Field, FieldType, Format, Presence, Spec, Struct, TypeDef, Union,
};

/// Rounds that show every variant, null and absence at least once.
pub(crate) const ROUNDS: usize = 40;

/// The responses of an endpoint in all rounds; none if it has no body.
pub(crate) fn responses(spec: &Spec, endpoint: &Endpoint) -> Vec<Value> {
    let mut responses: Vec<_> =
        (0..ROUNDS).filter_map(|round| response(spec, endpoint, round)).collect();
    // Without a wrapper, an empty body looks like none, unless another response had members there.
    let is_empty = |it: &Value| it.as_object().is_some_and(|members| members.len() == 2);
    responses.sort_by_key(is_empty);
    if responses.first().is_some_and(is_empty) {
        responses.clear();
    }
    responses
}

/// The response of an endpoint in one of the rounds.
fn response(spec: &Spec, endpoint: &Endpoint, round: usize) -> Option<Value> {
    let body = endpoint.response.as_ref()?;
    let seed = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(round as u64 + 1);
    let make = Make { spec, round, state: Cell::new(seed) };
    let value = make.value(&body.ty, &body.constraint, 0);
    let href = if endpoint.kind == sps_spec::EndpointKind::Collection {
        format!("{}/{:08x}", endpoint.path, 0x5eed_0000 + round)
    } else {
        endpoint.path.clone()
    };
    let key = href.rsplit('/').next().unwrap();
    let mut response = match (endpoint.wrappers.first(), value) {
        (None, Value::Object(members)) => Value::Object(members),
        (_, value) => json!({"body": value}),
    };
    response["key"] = json!(key);
    response["meta"] = json!({"href": href});
    Some(response)
}

struct Make<'s> {
    spec: &'s Spec,
    round: usize,
    state: Cell<u64>,
}

impl Make<'_> {
    /// Picks one of several. Each pick is independent, or two places would never have all their combinations.
    fn pick(&self, count: usize) -> usize {
        let mut state = self.state.get();
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        self.state.set(state);
        usize::try_from(state >> 33).unwrap() % count.max(1)
    }

    fn value(&self, ty: &FieldType, constraint: &Constraint, depth: usize) -> Value {
        // A type that contains itself ends somewhere.
        let length = if depth > 6 { 0 } else { 1 + self.pick(2) };
        let inner = |ty: &FieldType| self.value(ty, constraint, depth + 1);
        match ty {
            FieldType::Bool => json!(self.round.is_multiple_of(2)),
            FieldType::Int => {
                let least = constraint.minimum.unwrap_or(0).max(0);
                let more = self.round.is_multiple_of(2) && constraint.maximum != Some(least);
                json!(least + i64::from(more))
            }
            FieldType::Number => json!(0.5),
            FieldType::String => json!(self.text(constraint)),
            FieldType::Any => json!({"anything": self.round}),
            FieldType::Named(name) => match self.spec.type_def(name).unwrap() {
                TypeDef::Struct(def) => self.structure(def, depth),
                TypeDef::Union(def) => self.union(def, depth),
                TypeDef::Enum(def) => {
                    json!(def.values[self.pick(def.values.len())].value)
                }
            },
            FieldType::Ref(target) => self.reference(target),
            FieldType::List(ty) => (0..length).map(|_| inner(ty)).collect(),
            FieldType::Array(ty, length) => (0..*length).map(|_| inner(ty)).collect(),
            FieldType::Map(ty) => {
                let entry = |at| (format!("{:08x}-{at}", 0xab00_0000_u32), inner(ty));
                Value::Object((0..length).map(entry).collect())
            }
            FieldType::Ordered(ty) => {
                let key = |at: usize| format!("{:08x}-{at}", 0xcd00_0000_u32);
                let mut members: Map<String, Value> =
                    (0..length).map(|at| (key(at), inner(ty))).collect();
                members.insert("@order".to_owned(), (0..length).map(key).collect());
                Value::Object(members)
            }
        }
    }

    fn reference(&self, target: &str) -> Value {
        let (collection, part) =
            target.split_once('#').map_or((target, None), |it| (it.0, Some(it.1)));
        let id = format!("{:08x}", 0xbeef_0000 + self.round);
        match part {
            None => json!({"key": id, "meta": {"href": format!("{collection}/{id}")}}),
            Some(part) => {
                let names: Vec<String> =
                    part.split('/').map(|name| format!("{name}.{id}")).collect();
                let key = format!("nic1.{}", names.join("."));
                let href = format!("{collection}/nic1#{}", names.join("/").replace('.', "/"));
                json!({"key": key, "meta": {"href": href}})
            }
        }
    }

    fn structure(&self, def: &Struct, depth: usize) -> Value {
        let shown = def.fields.iter().filter(|field| !field.request_only);
        let members = shown.filter_map(|field| {
            let is_optional = matches!(field.presence, Presence::Optional | Presence::When(_));
            if is_optional && self.pick(3) == 0 {
                return None;
            }
            Some((field.name.clone(), self.field(field, depth)))
        });
        Value::Object(members.collect())
    }

    fn field(&self, field: &Field, depth: usize) -> Value {
        if field.nullable && self.pick(4) == 1 {
            return Value::Null;
        }
        self.value(&field.ty, &field.constraint, depth + 1)
    }

    fn union(&self, def: &Union, depth: usize) -> Value {
        let variant = &def.variants[self.pick(def.variants.len())];
        let mut members = Map::new();
        members.insert(def.tag.clone(), json!(variant.value));
        if let Some(payload) = &variant.payload {
            let content = self.value(&payload.ty, &payload.constraint, depth + 1);
            members.insert(def.content.clone(), content);
        }
        Value::Object(members)
    }

    /// A text that has no format but the one that it needs.
    fn text(&self, constraint: &Constraint) -> String {
        let round = self.round;
        match constraint.format {
            Some(Format::EmailAddress) => format!("secret{round}@mail.test"),
            Some(Format::IpAddress) => format!("192.0.2.{}", round + 1),
            Some(Format::IpNetwork) => format!("198.51.{round}.0/24"),
            Some(Format::Url) => format!("https://secret{round}.test/x"),
            Some(Format::Uuid) => format!("{round:08x}-5c1b-4f0e-9d27-3f6a8e41b2c0"),
            Some(Format::TimeOfDay) => format!("{}:17", round % 24),
            Some(Format::DateTime) => format!("2031-02-03T04:05:{round:02}Z"),
            Some(Format::PemCertificate) => {
                // A made-up body: the format is recognized by the real parser only, so this stays a string.
                "-----BEGIN CERTIFICATE-----\nc2VjcmV0\n-----END CERTIFICATE-----\n".to_owned()
            }
            _ => format!("secret text {round}"),
        }
    }
}
