//! What stands around a body in a response.

use serde::{Deserialize, Serialize};

use crate::unknown::Any;

/// The response about one object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Response<T> {
    /// The ID of the endpoint or object; a job's response may lack it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The value. An older appliance calls it `transaction` at `/api/transaction`.
    #[serde(alias = "transaction")]
    pub body: T,
    /// Where it stands.
    pub meta: Meta,
}

/// The response about a collection or a container.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
#[non_exhaustive]
pub struct Listing<T> {
    /// What it holds.
    pub items: Vec<Item<T>>,
    /// Where it stands.
    pub meta: Meta,
}

/// One member of a [`Listing`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
#[non_exhaustive]
pub struct Item<T> {
    /// The ID; a job that was just started may lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The value, from 6.1.0 for immediate children.
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    pub body: Option<T>,
    /// Where it stands.
    pub meta: Meta,
}

/// Where an object stands and what stands beside it. Paths are absolute, without a host.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Meta {
    /// The object itself; a response that embeds nothing may lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub href: Option<String>,
    /// The container.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The first sibling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<String>,
    /// The last sibling.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<String>,
    /// The next sibling; null at the end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The sibling before; null at the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// Where the transaction is, under `/api/configuration`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<String>,
    /// Seconds until the session ends, for authenticated clients.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remaining_seconds: Option<i64>,
}

/// The response to a request that failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ErrorResponse {
    /// What went wrong.
    pub error: ErrorObject,
    /// Where.
    #[serde(default)]
    pub meta: Meta,
}

/// What went wrong, in the appliance's words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ErrorObject {
    /// The name of the error, such as `ResourceNotFound`.
    #[serde(rename = "type")]
    pub kind: String,
    /// A sentence about it.
    pub message: String,
    /// The path asked for, or an object, or the list of errors found; absent for some errors.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "details")]
    pub details: Option<Any>,
}

/// `Any` is read by our own reader; serde needs to be told how.
mod details {
    use serde::{Deserializer, Serialize, Serializer};

    use crate::{
        unknown::Any,
        wire::{Reader, Wire},
    };

    #[expect(clippy::ref_option, reason = "serde calls it so")]
    pub(super) fn serialize<S: Serializer>(
        details: &Option<Any>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        details.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Any>, D::Error> {
        Option::<Any>::read(deserializer, &Reader::response())
    }
}
