//! The normal form of values.

use std::net::IpAddr;

use serde_json::{Map, Value};
use sps_validate::{
    Kind, Shape,
    format::{Format, hex},
    pem,
};

use super::{Place, canonical, tag_of};

/// Keys of the notations of files: an object with one of them alone is in place of another value.
const NOTATIONS: [&str; 4] = ["$ref", "$secret", "$new", "$file"];

/// Integers up to this are exact as `f64`.
const LARGEST_EXACT: f64 = 9_007_199_254_740_992.0;

/// The normal form of the value at a place.
pub(super) fn value(place: &Place, value: &Value) -> Value {
    match (place.kind.peeled(), value) {
        (Kind::Int { .. } | Kind::Number, Value::Number(_)) => integral(value),
        (Kind::String, Value::String(text)) => Value::from(self::text(place, text)),
        (Kind::Named(ty), Value::String(text)) if matches!(ty.shape, Shape::Enum { .. }) => {
            Value::from(canonical(place.kind, text))
        }
        (Kind::Named(_) | Kind::Map(_) | Kind::Ordered(_), Value::Object(members))
            if !is_notation(members) =>
        {
            let tag = tag_of(place.kind, members);
            let normal = |(key, value): (&String, &Value)| {
                let inner = place.member(tag, key);
                (key.clone(), inner.map_or_else(|| value.clone(), |it| it.normal(value)))
            };
            members.iter().map(normal).collect()
        }
        (Kind::List(_) | Kind::Array(..), Value::Array(elements)) => {
            let inner = place.element();
            let mut elements: Vec<Value> = elements.iter().map(|it| inner.normal(it)).collect();
            if place.is_unordered {
                elements.sort_by_cached_key(sorted_text);
            }
            Value::Array(elements)
        }
        _ => value.clone(),
    }
}

/// Whether these are numbers with one value.
pub(super) fn is_same_number(one: &Value, other: &Value) -> bool {
    matches!((one, other), (Value::Number(_), Value::Number(_))) && integral(one) == integral(other)
}

/// A number, as an integer if it is one.
fn integral(number: &Value) -> Value {
    match number.as_f64() {
        // Larger ones have lost digits, and may be equal to integers that they are not.
        #[expect(clippy::cast_possible_truncation, reason = "only exact integers get here")]
        Some(float) if number.is_f64() && float.fract() == 0.0 && float.abs() <= LARGEST_EXACT => {
            Value::from(float as i64)
        }
        _ => number.clone(),
    }
}

fn is_notation(members: &Map<String, Value>) -> bool {
    members.len() == 1 && members.keys().all(|key| NOTATIONS.contains(&key.as_str()))
}

/// The normal form of a text.
fn text(place: &Place, text: &str) -> String {
    let normal = match place.format {
        _ if place.is_hex => hexadecimal(text),
        Some(Format::Fqdn | Format::Uuid) => Some(text.to_ascii_lowercase()),
        Some(Format::EmailAddress) => email_address(text),
        Some(Format::IpAddress) => ip_address(text),
        Some(Format::IpNetwork) => ip_network(text),
        Some(Format::TimeOfDay) => time_of_day(text),
        Some(Format::PemCertificate) => pem::normalize(text).ok(),
        _ => None,
    };
    normal.unwrap_or_else(|| text.to_owned())
}

fn hexadecimal(text: &str) -> Option<String> {
    let digits = hex::digits(text).filter(|digits| !digits.is_empty())?;
    Some(format!("0x{}", digits.to_ascii_lowercase()))
}

/// The domain does not distinguish letter case; the part before the `@` may.
fn email_address(text: &str) -> Option<String> {
    let (user, domain) = text.rsplit_once('@')?;
    let literal = domain.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
    let domain = match literal {
        Some(literal) => match literal.split_at_checked(5) {
            Some((tag, address)) if tag.eq_ignore_ascii_case("IPv6:") => {
                format!("[IPv6:{}]", ip_address(address)?)
            }
            _ => format!("[{}]", ip_address(literal)?),
        },
        None => domain.to_ascii_lowercase(),
    };
    Some(format!("{user}@{domain}"))
}

/// Our text of an address is that of RFC 5952.
fn ip_address(text: &str) -> Option<String> {
    text.parse::<IpAddr>().ok().map(|address| address.to_string())
}

fn ip_network(text: &str) -> Option<String> {
    let (address, length) = text.split_once('/')?;
    Some(format!("{}/{length}", ip_address(address)?))
}

fn time_of_day(text: &str) -> Option<String> {
    Format::TimeOfDay.check(text).ok()?;
    let hour_and_minute = text.strip_prefix('0').filter(|rest| !rest.starts_with(':'));
    Some(hour_and_minute.unwrap_or(text).to_owned())
}

/// The JSON text of a value with the keys of objects sorted, whatever order the map of `serde_json` keeps.
fn sorted_text(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by_key(|(key, _)| *key);
            let members = members.into_iter();
            let members = members.map(|(key, value)| {
                format!("{}:{}", Value::from(key.as_str()), sorted_text(value))
            });
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
        Value::Array(elements) => {
            format!("[{}]", elements.iter().map(sorted_text).collect::<Vec<_>>().join(","))
        }
        _ => value.to_string(),
    }
}

#[cfg(test)]
mod tests;
