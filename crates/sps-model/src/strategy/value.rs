//! Values that have the right structure; rules across members are repaired afterwards.

use proptest::{
    collection::{btree_map, vec},
    prelude::*,
    string::string_regex,
};
use serde_json::{Map, Value, json};
use sps_validate::{Constraint, FieldForm, Kind, ORDER, Shape, Type, format::Format};

/// Deeper than this, everything that may be empty is.
const DEEP: usize = 8;

/// Certificates that nothing is wrong with.
pub(super) const CERTIFICATE: &str = include_str!("ca.pem");

pub(super) fn value(kind: Kind) -> BoxedStrategy<Value> {
    of_kind(kind, Constraint::NONE, 0)
}

fn of_kind(kind: Kind, constraint: Constraint, depth: usize) -> BoxedStrategy<Value> {
    let list = if depth > DEEP { 0..=0 } else { 0..=3 };
    match kind {
        Kind::Bool => any::<bool>().prop_map(Value::from).boxed(),
        Kind::Int { minimum, maximum } => int(minimum, maximum, constraint),
        Kind::Number => any::<f32>()
            .prop_filter("a number JSON has", |n| n.is_finite())
            .prop_map(|n| json!(n))
            .boxed(),
        Kind::String | Kind::Secret => text(constraint),
        Kind::Any => anything(),
        Kind::Reference(_) => {
            any::<u128>().prop_map(|id| Value::from(format!("{id:032x}"))).boxed()
        }
        Kind::Nullable(inner) if depth > DEEP => {
            of_kind(*inner, constraint, depth).prop_map(|_| Value::Null).boxed()
        }
        Kind::Nullable(inner) => {
            prop_oneof![1 => Just(Value::Null), 3 => of_kind(*inner, constraint, depth)].boxed()
        }
        Kind::Optional(inner) => of_kind(*inner, constraint, depth),
        Kind::List(inner) => {
            vec(of_kind(*inner, constraint, depth + 1), list).prop_map(Value::from).boxed()
        }
        Kind::Array(inner, length) => {
            vec(of_kind(*inner, constraint, depth + 1), length).prop_map(Value::from).boxed()
        }
        Kind::Map(inner) => {
            btree_map("[a-z@#/~]{1,6}", of_kind(*inner, constraint, depth + 1), list)
                .prop_map(|entries| Value::Object(entries.into_iter().collect()))
                .boxed()
        }
        Kind::Ordered(inner) => {
            let entries = btree_map("[a-z#/~]{1,6}", of_kind(*inner, constraint, depth + 1), list);
            entries
                .prop_map(|entries| {
                    let order = entries.keys().rev().cloned().map(Value::from).collect();
                    let mut object: Map<String, Value> = entries.into_iter().collect();
                    object.insert(ORDER.to_owned(), order);
                    Value::Object(object)
                })
                .boxed()
        }
        Kind::Named(ty) => named(ty, depth + 1),
        // A type that only garde knows: nothing can be said of it.
        _ => Just(Value::Null).boxed(),
    }
}

fn named(ty: &'static Type, depth: usize) -> BoxedStrategy<Value> {
    match ty.shape {
        Shape::Struct { fields, .. } => {
            let empty = Just(Map::new()).boxed();
            let sent =
                fields.iter().enumerate().filter(|(_, field)| field.form != FieldForm::Response);
            sent.fold(empty, |object, (index, field)| {
                let constraint = ty.member(index).constraint;
                let may_lack = field.kind.is_optional();
                let member = match (may_lack, depth > DEEP) {
                    (true, true) => Just(None).boxed(),
                    (true, false) => {
                        prop::option::of(of_kind(field.kind, constraint, depth)).boxed()
                    }
                    (false, _) => of_kind(field.kind, constraint, depth).prop_map(Some).boxed(),
                };
                (object, member)
                    .prop_map(move |(mut object, member)| {
                        if let Some(member) = member {
                            object.insert(field.name.to_owned(), member);
                        }
                        object
                    })
                    .boxed()
            })
            .prop_map(Value::Object)
            .boxed()
        }
        Shape::Enum { values, .. } => {
            let words =
                values.iter().flat_map(|value| std::iter::once(&value.value).chain(value.aliases));
            prop::sample::select(words.copied().collect::<Vec<_>>()).prop_map(Value::from).boxed()
        }
        Shape::Union { tag, content, variants, .. } => {
            let variants = variants.iter().enumerate().map(|(index, variant)| {
                let constraint = ty.member(index).constraint;
                match variant.content {
                    Some(kind) => of_kind(kind, constraint, depth)
                        .prop_map(move |value| json!({ tag: variant.value, content: value }))
                        .boxed(),
                    None => Just(json!({ tag: variant.value })).boxed(),
                }
            });
            prop::strategy::Union::new(variants).boxed()
        }
        _ => Just(Value::Null).boxed(),
    }
}

fn int(minimum: i128, maximum: i128, constraint: Constraint) -> BoxedStrategy<Value> {
    let low = constraint.minimum.unwrap_or(minimum).max(minimum);
    let high = constraint.maximum.unwrap_or(maximum).min(maximum);
    // The edges are where mistakes are.
    prop_oneof![1 => Just(low), 1 => Just(high), 4 => low..=high].prop_map(integer).boxed()
}

/// An integer of 64 bits as JSON.
pub(super) fn integer(value: i128) -> Value {
    u64::try_from(value)
        .map(Value::from)
        .or_else(|_| i64::try_from(value).map(Value::from))
        .unwrap_or_default()
}

fn text(constraint: Constraint) -> BoxedStrategy<Value> {
    let least = constraint.min_length.unwrap_or(0);
    let most = constraint.max_length.unwrap_or(least + 20);
    let pattern = |regex: &str| {
        string_regex(regex).expect("our own patterns are regular expressions").boxed()
    };
    let text = match constraint.format {
        None => pattern(&format!("\\PC{{{least},{most}}}")),
        Some(Format::EmailAddress) => {
            pattern("[a-z0-9+_-]{1,6}(\\.[a-z0-9+_-]{1,5})?@[a-z][a-z0-9]{0,8}(\\.[a-z]{2,5}){1,2}")
        }
        Some(Format::IpAddress) => {
            any::<std::net::IpAddr>().prop_map(|address| address.to_string()).boxed()
        }
        Some(Format::Fqdn) => {
            pattern("[a-z0-9]([a-z0-9-]{0,10}[a-z0-9])?(\\.[a-z][a-z0-9]{1,6}){1,3}\\.?")
        }
        Some(Format::IpNetwork) => (any::<std::net::Ipv4Addr>(), 0..=32_u8)
            .prop_map(|(address, length)| format!("{address}/{length}"))
            .boxed(),
        Some(Format::Url) => {
            pattern("https?://[a-z][a-z0-9.]{0,8}[a-z](:[0-9]{1,4})?(/[a-z0-9/?=#]{0,9})?")
        }
        Some(Format::Uuid) => pattern("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"),
        Some(Format::TimeOfDay) => pattern("([01]?[0-9]|2[0-3]):[0-5][0-9]"),
        Some(Format::DateTime) => pattern(
            "20[0-9]{2}-(0[1-9]|1[0-2])-[01][1-9]T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\\+0[0-9]:00",
        ),
        Some(Format::NoWhitespace) => pattern(&format!("[!-~]{{{},{most}}}", least.max(1))),
        // One certificate, or a later format that no one told us of.
        Some(_) => Just(CERTIFICATE.to_owned()).boxed(),
    };
    text.prop_map(Value::from).boxed()
}

/// Any JSON that does not look like a reference.
fn anything() -> BoxedStrategy<Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::from),
            btree_map("[a-z]{1,5}", inner, 0..3)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
    .boxed()
}

/// Turns every reference of a body into the object that responses show.
pub(super) fn embed(kind: Kind, value: &mut Value, dice: u64) {
    match (kind, value) {
        (Kind::Optional(inner) | Kind::Nullable(inner), value) if !value.is_null() => {
            embed(*inner, value, dice);
        }
        (Kind::Reference(target), value) if value.is_string() => {
            let key = value.take();
            let href = format!("{}/{}", target.path, key.as_str().unwrap_or_default());
            *value = json!({ "key": key, "meta": { "href": href } });
            // From 6.1.0 a response may embed the object.
            if dice.is_multiple_of(3) {
                value["body"] = json!({ "name": "embedded" });
            }
        }
        (Kind::List(inner) | Kind::Array(inner, _), Value::Array(items)) => {
            for item in items {
                embed(*inner, item, dice.rotate_left(1));
            }
        }
        (Kind::Map(inner) | Kind::Ordered(inner), Value::Object(entries)) => {
            for entry in entries.values_mut() {
                embed(*inner, entry, dice.rotate_left(1));
            }
        }
        (Kind::Named(ty), Value::Object(object)) => match ty.shape {
            Shape::Struct { fields, .. } => {
                for field in fields {
                    if let Some(member) = object.get_mut(field.name) {
                        embed(field.kind, member, dice.rotate_left(1));
                    }
                }
            }
            Shape::Union { tag, content, variants, .. } => {
                let word = object.get(tag).and_then(Value::as_str).map(str::to_owned);
                let variant =
                    variants.iter().find(|variant| Some(variant.value) == word.as_deref());
                if let (Some(kind), Some(value)) =
                    (variant.and_then(|variant| variant.content), object.get_mut(content))
                {
                    embed(kind, value, dice.rotate_left(1));
                }
            }
            _ => {}
        },
        _ => {}
    }
}

/// The simplest value of a kind: the same every time, but for the keys of references.
pub(super) fn simplest(kind: Kind, constraint: &Constraint, fresh: &mut u64) -> Value {
    match kind {
        Kind::Bool => Value::from(false),
        Kind::Int { minimum, .. } => integer(constraint.minimum.unwrap_or_else(|| minimum.max(0))),
        Kind::Number => json!(0.0),
        Kind::String | Kind::Secret => Value::from(sample(constraint)),
        Kind::Reference(_) => {
            *fresh += 1;
            Value::from(format!("ffffffff-0000-4000-8000-{:012x}", *fresh & 0xffff_ffff_ffff))
        }
        Kind::Optional(inner) | Kind::Nullable(inner) => simplest(*inner, constraint, fresh),
        Kind::List(_) => json!([]),
        Kind::Array(inner, length) => {
            Value::Array((0..length).map(|_| simplest(*inner, constraint, fresh)).collect())
        }
        Kind::Map(_) => json!({}),
        Kind::Ordered(_) => json!({ ORDER: [] }),
        Kind::Named(ty) => match ty.shape {
            Shape::Struct { fields, .. } => {
                let needed = fields.iter().enumerate().filter(|(_, field)| {
                    field.form != FieldForm::Response && !field.kind.is_optional()
                });
                let members = needed.map(|(index, field)| {
                    (
                        field.name.to_owned(),
                        simplest(field.kind, &ty.member(index).constraint, fresh),
                    )
                });
                Value::Object(members.collect())
            }
            Shape::Enum { values, .. } => values.first().map(|value| value.value).into(),
            Shape::Union { tag, content, variants, .. } => match variants.first() {
                Some(variant) => match variant.content {
                    Some(kind) => {
                        json!({ tag: variant.value, content: simplest(kind, &ty.member(0).constraint, fresh) })
                    }
                    None => json!({ tag: variant.value }),
                },
                None => Value::Null,
            },
            _ => Value::Null,
        },
        _ => Value::Null,
    }
}

/// A string that satisfies its constraint.
fn sample(constraint: &Constraint) -> String {
    let sample = match constraint.format {
        None => "",
        Some(Format::EmailAddress) => "ops@example.com",
        Some(Format::IpAddress) => "192.0.2.10",
        Some(Format::IpNetwork) => "192.0.2.0/24",
        Some(Format::Url) => "https://server.example.com/path",
        Some(Format::Uuid) => "11111111-aaaa-4bbb-8ccc-000000000001",
        Some(Format::Fqdn) => "server.example.com",
        Some(Format::TimeOfDay) => "8:00",
        Some(Format::DateTime) => "2022-03-30T12:00:01+00:00",
        Some(Format::NoWhitespace) => "name",
        Some(_) => CERTIFICATE,
    };
    let lacking = constraint.min_length.unwrap_or(0).saturating_sub(sample.chars().count());
    format!("{sample}{}", "x".repeat(lacking))
}
