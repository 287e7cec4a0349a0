//! The parts of a response around its body.

use serde::{Deserialize, Serialize};

use crate::unknown::Any;

/// The response about one object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Response<T> {
    /// The ID of the endpoint or object; the response of a job may lack it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The value. Older appliances name it `transaction` at `/api/transaction`.
    #[serde(alias = "transaction")]
    pub body: T,
    /// The links of the object.
    pub meta: Meta,
}

/// The response about a collection or a container.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
#[non_exhaustive]
pub struct Listing<T> {
    /// The members.
    pub items: Vec<Item<T>>,
    /// The links of the object.
    pub meta: Meta,
}

/// One member of a [`Listing`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(deserialize = "T: Deserialize<'de>"))]
#[non_exhaustive]
pub struct Item<T> {
    /// The ID; the response to the start of a job may lack it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The value; from 6.1.0 on, immediate children have it.
    #[serde(default = "Option::default", skip_serializing_if = "Option::is_none")]
    pub body: Option<T>,
    /// The links of the object.
    pub meta: Meta,
}

/// Links from an object to itself and its neighbors. Paths are absolute, without a host.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Meta {
    /// The object itself; a response without a body may lack it.
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
    /// The next sibling; null for the last one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// The previous sibling; null for the first one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// The transaction; present below `/api/configuration`.
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
    /// The error.
    pub error: ErrorObject,
    /// The links of the response.
    #[serde(default)]
    pub meta: Meta,
}

/// The error in the appliance's words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ErrorObject {
    /// The name of the error, such as `ResourceNotFound`.
    #[serde(rename = "type")]
    pub kind: String,
    /// A sentence about it.
    pub message: String,
    /// The requested path, an object, or the list of errors; absent for some errors.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "details")]
    pub details: Option<Any>,
}

/// Reads `Any` with the reader of this crate instead of serde's.
mod details {
    use serde::{Deserializer, Serialize, Serializer};

    use crate::{reader::Reader, unknown::Any, wire::Wire};

    #[expect(clippy::ref_option, reason = "serde passes it like this")]
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
