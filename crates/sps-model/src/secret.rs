//! Plain passwords on their way to the appliance.

use std::fmt;

use serde::Deserializer;
use serde::Serialize;
use serde::Serializer;
use zeroize::Zeroize;

use crate::wire::Exchange;
use crate::wire::Reader;
use crate::wire::Wire;

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
    fn read<'de, D: Deserializer<'de>>(deserializer: D, reader: &Reader) -> Result<Self, D::Error> {
        String::read(deserializer, reader).map(Self)
    }
}

impl Exchange for Secret {
    type Response = HiddenSecret;

    fn from_response(response: HiddenSecret) -> Self {
        response.0
    }
}

/// A secret in an answer: some endpoints send it back. Its `Debug` shows nothing.
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
