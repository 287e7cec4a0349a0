//! Plain passwords in transit to the appliance.

use std::fmt;

use serde::{
    Deserializer, Serialize, Serializer,
    de::{self, Visitor},
};
use zeroize::Zeroize;

use crate::{exchange::Exchange, reader::Reader, wire::Wire};

/// A plain password: it can be sent, but not printed, and its memory is wiped when it is dropped.
///
/// There is no `Debug` and no `Display`.
///
/// ```compile_fail
/// let secret = sps_model::Secret::new("correct horse");
/// println!("{secret:?}");
/// ```
#[derive(Clone, PartialEq, Eq)]
#[expect(missing_debug_implementations, reason = "a secret must not be printed by accident")]
pub struct Secret(String);

impl Secret {
    /// A secret of this text.
    pub fn new(plain: impl Into<String>) -> Self {
        Self(plain.into())
    }

    /// The text itself; take care where it goes.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(plain: String) -> Self {
        Self(plain)
    }
}

impl From<&str> for Secret {
    fn from(plain: &str) -> Self {
        Self::new(plain)
    }
}

impl Drop for Secret {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl Wire for Secret {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, _: &Reader) -> Result<Self, D::Error> {
        // Asked for a string, serde_json refuses a number by itself, and repeats it.
        deserializer.deserialize_any(SecretVisitor)
    }
}

struct SecretVisitor;

/// A number may be a password without its quotes: serde would repeat it in its error.
fn not_a_string<T, E: de::Error>() -> Result<T, E> {
    Err(E::custom("expected a string"))
}

impl Visitor<'_> for SecretVisitor {
    type Value = Secret;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Secret, E> {
        not_a_string()
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Secret, E> {
        not_a_string()
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Secret, E> {
        not_a_string()
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Secret, E> {
        not_a_string()
    }

    fn visit_str<E: de::Error>(self, plain: &str) -> Result<Secret, E> {
        Ok(Secret::new(plain))
    }

    fn visit_string<E: de::Error>(self, plain: String) -> Result<Secret, E> {
        Ok(Secret(plain))
    }
}

impl Exchange for Secret {
    type Response = HiddenSecret;

    fn from_response(response: HiddenSecret) -> Self {
        response.0
    }
}

/// A secret in a response: some endpoints send it back. Its `Debug` shows nothing.
#[derive(Clone, PartialEq, Eq)]
pub struct HiddenSecret(Secret);

impl HiddenSecret {
    /// The text itself; take care where it goes.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for HiddenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HiddenSecret")
    }
}

impl Serialize for HiddenSecret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Wire for HiddenSecret {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, reader: &Reader) -> Result<Self, D::Error> {
        Secret::read(deserializer, reader).map(Self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_of_another_type_is_not_repeated() {
        for text in ["70055", "-70055", "70055.5", "true", "[70055]", "{\"70055\": 1}"] {
            let mut deserializer = serde_json::Deserializer::from_str(text);
            let error = HiddenSecret::read(&mut deserializer, &Reader::response()).unwrap_err();
            let words = error.to_string();
            assert!(words.contains("expected a string"), "{words}");
            assert!(!words.contains("70055") && !words.contains("true"), "{words}");
        }
    }
}
