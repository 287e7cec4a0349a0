//! A member that may be left out, which is another thing than null.

use std::fmt;

use serde::{Deserializer, Serialize, Serializer};

use crate::{exchange::Exchange, reader::Reader, wire::Wire};

/// A member that may be left out.
///
/// `Option<T>` is null or a value, and must be there; `Optional<T>` is there or not. Both may nest.
///
/// ```
/// use sps_model::Optional;
/// let user: Optional<String> = "relay".to_owned().into();
/// assert_eq!(user.as_ref().map(String::as_str), Some("relay"));
/// assert!(Optional::<String>::default().is_absent());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::exhaustive_enums, reason = "a member is there or not")]
pub enum Optional<T> {
    /// The member is left out.
    #[default]
    Absent,
    /// The member is there.
    Present(T),
}

impl<T> Optional<T> {
    /// Whether the member is left out.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether the member is there.
    pub const fn is_present(&self) -> bool {
        !self.is_absent()
    }

    /// The value, if the member is there.
    pub const fn as_ref(&self) -> Option<&T> {
        match self {
            Self::Absent => None,
            Self::Present(value) => Some(value),
        }
    }

    /// The value, if the member is there.
    pub fn into_option(self) -> Option<T> {
        match self {
            Self::Absent => None,
            Self::Present(value) => Some(value),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Optional<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("Absent"),
            Self::Present(value) => value.fmt(f),
        }
    }
}

impl<T> From<T> for Optional<T> {
    fn from(value: T) -> Self {
        Self::Present(value)
    }
}

impl<T> From<Optional<T>> for Option<T> {
    fn from(value: Optional<T>) -> Self {
        value.into_option()
    }
}

impl<T: Serialize> Serialize for Optional<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent => serializer.serialize_unit(),
            Self::Present(value) => value.serialize(serializer),
        }
    }
}

impl<T: Wire> Wire for Optional<T> {
    fn read<'de, D: Deserializer<'de>>(deserializer: D, reader: &Reader) -> Result<Self, D::Error> {
        T::read(deserializer, reader).map(Self::Present)
    }

    fn absent() -> Option<Self> {
        Some(Self::Absent)
    }

    fn is_absent(&self) -> bool {
        match self {
            Self::Absent => true,
            Self::Present(value) => value.is_absent(),
        }
    }
}

impl<T: Exchange> Exchange for Optional<T> {
    type Response = Optional<T::Response>;

    fn from_response(response: Self::Response) -> Self {
        match response {
            Optional::Absent => Self::Absent,
            Optional::Present(value) => Self::Present(T::from_response(value)),
        }
    }
}
