//! Errors of reading a response that name the place and the expected type, and never a value.

use std::fmt::{self, Display};

use serde::{
    Deserialize, Deserializer,
    de::{
        self, DeserializeSeed, Error as _, Expected, IntoDeserializer as _, MapAccess, SeqAccess,
        Unexpected, Visitor, value::StrDeserializer,
    },
    forward_to_deserialize_any,
};
use serde_json::{Map, Value};

/// Replaces an error about a value: serde repeats the value, which may be a secret.
pub(crate) fn without_value<'de, T: Deserialize<'de>>(
    text: &str,
    error: serde_json::Error,
) -> serde_json::Error {
    if !error.is_data() {
        return error;
    }
    // Reading once more costs time only after an error.
    let value: Option<Value> = serde_json::from_str(text).ok();
    let misfit = value.as_ref().and_then(|it| T::deserialize(Node(it)).err());
    let mut reason =
        misfit.map_or_else(|| "the response does not fit its type".to_owned(), |it| it.to_string());
    if value.is_some_and(|it| is_error_response(&it)) {
        reason.push_str("; the response reports an error: read it as `ErrorResponse`");
    }
    let (line, column) = (error.line(), error.column());
    // serde_json takes the place from the end of the text.
    serde_json::Error::custom(format_args!("{reason} at line {line} column {column}"))
}

/// Whether the response has an error in place of a body.
fn is_error_response(response: &Value) -> bool {
    let error = &response["error"];
    error["type"].is_string() && error["message"].is_string()
}

/// An error of serde without the value.
#[derive(Debug)]
struct Misfit {
    /// An RFC 6901 pointer.
    pointer: String,
    reason: String,
}

impl Misfit {
    fn new(reason: impl Into<String>) -> Self {
        Self { pointer: String::new(), reason: reason.into() }
    }

    /// Adds the place around it.
    fn within(mut self, segment: &str) -> Self {
        let segment = sps_validate::json::escape_pointer_segment(segment);
        self.pointer.insert_str(0, &format!("/{segment}"));
        self
    }
}

impl Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pointer.as_str() {
            "" => f.write_str(&self.reason),
            pointer => write!(f, "{pointer}: {}", self.reason),
        }
    }
}

impl std::error::Error for Misfit {}

impl de::Error for Misfit {
    // The text may repeat a value.
    fn custom<T: Display>(_: T) -> Self {
        Self::new("unexpected value")
    }

    fn invalid_type(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {expected}"))
    }

    fn invalid_value(_: Unexpected<'_>, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {expected}"))
    }

    fn invalid_length(length: usize, expected: &dyn Expected) -> Self {
        Self::new(format!("expected {expected}, found {length} items"))
    }

    fn unknown_variant(_: &str, expected: &'static [&'static str]) -> Self {
        Self::new(format!("expected one of {}", expected.join(", ")))
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self::new("unexpected member")
    }

    fn missing_field(field: &'static str) -> Self {
        Self::new(format!("`{field}` is missing"))
    }

    fn duplicate_field(field: &'static str) -> Self {
        Self::new(format!("duplicate `{field}`"))
    }
}

/// A value that is read with errors of this kind.
struct Node<'a>(&'a Value);

impl<'de> Deserializer<'de> for Node<'_> {
    type Error = Misfit;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        match self.0 {
            Value::Null => visitor.visit_unit(),
            Value::Bool(value) => visitor.visit_bool(*value),
            Value::Number(number) => match (number.as_u64(), number.as_i64(), number.as_f64()) {
                (Some(number), _, _) => visitor.visit_u64(number),
                (_, Some(number), _) => visitor.visit_i64(number),
                (_, _, Some(number)) => visitor.visit_f64(number),
                _ => Err(Misfit::new("unexpected number")),
            },
            Value::String(text) => visitor.visit_str(text),
            Value::Array(list) => visitor.visit_seq(Items(list.iter().enumerate())),
            Value::Object(object) => visitor.visit_map(Members(object.iter(), None)),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Misfit> {
        if self.0.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Misfit> {
        let name = self.0.as_str().ok_or_else(|| Misfit::new("expected a string"))?;
        let name: StrDeserializer<'_, Misfit> = name.into_deserializer();
        visitor.visit_enum(name)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map struct identifier ignored_any
    }
}

struct Items<'a>(std::iter::Enumerate<std::slice::Iter<'a, Value>>);

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = Misfit;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Misfit> {
        let Some((index, value)) = self.0.next() else { return Ok(None) };
        let item = seed.deserialize(Node(value));
        item.map(Some).map_err(|error| error.within(&index.to_string()))
    }
}

struct Members<'a>(
    <&'a Map<String, Value> as IntoIterator>::IntoIter,
    Option<(&'a str, &'a Value)>,
);

impl<'de> MapAccess<'de> for Members<'_> {
    type Error = Misfit;

    fn next_key_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, Misfit> {
        let Some((key, value)) = self.0.next() else { return Ok(None) };
        self.1 = Some((key, value));
        let name: StrDeserializer<'_, Misfit> = key.as_str().into_deserializer();
        seed.deserialize(name).map(Some)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, Misfit> {
        let Some((key, value)) = self.1.take() else {
            return Err(Misfit::new("a value was requested before its key"));
        };
        seed.deserialize(Node(value)).map_err(|error| error.within(key))
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        ErrorResponse, HealthMonitoringResponse, Response, SnmpTrapResponse, read_response,
    };

    #[test]
    fn names_the_place_and_the_expected_type() {
        let read = |body: &str| {
            let text = format!("{{\"key\": \"a\", \"meta\": {{}},\n\"body\": {body}}}");
            read_response::<Response<SnmpTrapResponse>>(&text).unwrap_err().to_string()
        };
        let version = |value: &str| {
            read(&format!(
                r#"{{"enabled": true, "version": {{"value": {value}, "selection": "3"}}}}"#
            ))
        };
        for (error, start) in [
            (read(r#"{"enabled": "hunter2"}"#), "/body/enabled: expected a boolean at line 2"),
            (read(r#"{"enabled": true}"#), "/body: `version` is missing at line 2"),
            (read("7"), "/body: expected "),
            (version(r#"{"username": ["hunter2"]}"#), "/body/version/value/username: expected "),
        ] {
            assert!(error.starts_with(start) && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn an_error_response_names_its_type() {
        let text = r#"{"error": {"type": "ResourceNotFound", "message": "hunter2"}, "meta": {}}"#;
        let error = read_response::<Response<SnmpTrapResponse>>(text).unwrap_err().to_string();
        assert!(error.starts_with("`body` is missing; ") && !error.contains("hunter2"), "{error}");
        assert!(error.contains("`ErrorResponse`"), "{error}");
        let error = read_response::<ErrorResponse>(text).unwrap();
        assert_eq!(error.error.kind, "ResourceNotFound");
        let other = r#"{"error": "hunter2", "meta": {}}"#;
        let error = read_response::<Response<SnmpTrapResponse>>(other).unwrap_err().to_string();
        assert!(!error.contains("ErrorResponse"), "{error}");
    }

    #[test]
    fn keeps_syntax_errors() {
        let error = read_response::<HealthMonitoringResponse>("{").unwrap_err();
        assert!(error.is_eof(), "{error}");
        let error = read_response::<HealthMonitoringResponse>("{\"a\" 1}").unwrap_err();
        assert!(error.is_syntax() && error.to_string().starts_with("expected `:`"), "{error}");
    }
}
