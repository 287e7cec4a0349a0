//! A union with content, without content, and with an opaque variant.

use sps_model::Key;
use sps_model::Password;
use sps_model::Unknown;

/// How to log in.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub(crate) enum Login {
    /// Not at all.
    Anonymous,
    /// With this password.
    Password(Key<Password>),
    /// What no source shows.
    Unknown(Unknown),
}

/// [`Login`] in responses.
///
/// How to log in.
#[non_exhaustive]
pub(crate) enum LoginResponse {
    /// Not at all.
    Anonymous,
    /// With this password.
    Password(<Key<Password> as ::sps_model::Exchange>::Response),
    /// A variant that no source shows, as it came.
    Unknown(::sps_model::Unknown),
}

const _: () = {
    use ::sps_model as __sps;
    use __private::serde as __serde;
    use __serde::ser::SerializeMap as _;
    use __sps::__private as __private;
    impl ::core::fmt::Debug for LoginResponse {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            match self {
                Self::Anonymous => f.write_str("Anonymous"),
                Self::Password(value) => f.debug_tuple("Password").field(value).finish(),
                Self::Unknown(value) => f.debug_tuple("Unknown").field(value).finish(),
            }
        }
    }
    impl ::core::clone::Clone for LoginResponse {
        fn clone(&self) -> Self {
            match self {
                Self::Anonymous => Self::Anonymous,
                Self::Password(value) => {
                    Self::Password(::core::clone::Clone::clone(value))
                }
                Self::Unknown(value) => Self::Unknown(::core::clone::Clone::clone(value)),
            }
        }
    }
    impl ::core::cmp::PartialEq for LoginResponse {
        fn eq(&self, other: &Self) -> bool {
            match (self, other) {
                (Self::Anonymous, Self::Anonymous) => true,
                (Self::Password(value), Self::Password(other)) => value == other,
                (Self::Unknown(value), Self::Unknown(other)) => value == other,
                _ => false,
            }
        }
    }
    impl<'de> __serde::Deserialize<'de> for Login {
        fn deserialize<__D: __serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            __sps::Wire::read(deserializer, &__sps::Reader::request())
        }
    }
    impl<'de> __serde::Deserialize<'de> for LoginResponse {
        fn deserialize<__D: __serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            let _ = <Key<Password> as __sps::Exchange>::from_response;
            __sps::Wire::read(deserializer, &__sps::Reader::response())
        }
    }
    impl Login {
        /// The value of the tag.
        pub(crate) fn tag(&self) -> &str {
            match self {
                Self::Anonymous { .. } => "anonymous",
                Self::Password { .. } => "with-password",
                Self::Unknown(unknown) => unknown.word("selection"),
            }
        }
    }
    impl __sps::Wire for Login {
        fn read<'de, __D: __serde::Deserializer<'de>>(
            deserializer: __D,
            reader: &__sps::Reader,
        ) -> ::core::result::Result<Self, __D::Error> {
            __private::read_union(deserializer, reader)
        }
    }
    impl __private::Union for Login {
        const KEYS: &'static [&'static str; 2] = &["selection", "value"];
        const TAGS: &'static [&'static str] = &["anonymous", "with-password"];
        fn unit(index: usize) -> ::core::option::Option<Self> {
            match index {
                0usize => ::core::option::Option::Some(Self::Anonymous),
                _ => ::core::option::Option::None,
            }
        }
        fn content<'de, __D: __serde::Deserializer<'de>>(
            index: usize,
            deserializer: __D,
            reader: &__sps::Reader,
        ) -> ::core::result::Result<Self, __D::Error> {
            let _ = (&deserializer, reader);
            match index {
                1usize => {
                    ::core::result::Result::Ok(
                        Self::Password(
                            <Key<
                                Password,
                            > as __sps::Exchange>::read_member(deserializer, reader)?,
                        ),
                    )
                }
                _ => {
                    ::core::result::Result::Err(
                        __serde::de::Error::custom("this variant has no content"),
                    )
                }
            }
        }
        fn unknown(unknown: __sps::Unknown) -> ::core::option::Option<Self> {
            ::core::option::Option::Some(Self::Unknown(unknown))
        }
    }
    impl __serde::Serialize for Login {
        fn serialize<__S: __serde::Serializer>(
            &self,
            serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            if let Self::Unknown(unknown) = self {
                return __serde::Serialize::serialize(unknown, serializer);
            }
            let mut map = serializer.serialize_map(::core::option::Option::None)?;
            match self {
                Self::Anonymous => map.serialize_entry("selection", "anonymous")?,
                Self::Password(value) => {
                    map.serialize_entry("selection", "with-password")?;
                    <Key<Password> as __sps::Exchange>::write(value, &mut map, "value")?;
                }
                Self::Unknown(_) => {}
            }
            map.end()
        }
    }
    impl LoginResponse {
        /// The value of the tag.
        pub(crate) fn tag(&self) -> &str {
            match self {
                Self::Anonymous { .. } => "anonymous",
                Self::Password { .. } => "with-password",
                Self::Unknown(unknown) => unknown.word("selection"),
            }
        }
    }
    impl __sps::Wire for LoginResponse {
        fn read<'de, __D: __serde::Deserializer<'de>>(
            deserializer: __D,
            reader: &__sps::Reader,
        ) -> ::core::result::Result<Self, __D::Error> {
            let _ = <Key<Password> as __sps::Exchange>::from_response;
            __private::read_union(deserializer, reader)
        }
    }
    impl __private::Union for LoginResponse {
        const KEYS: &'static [&'static str; 2] = &["selection", "value"];
        const TAGS: &'static [&'static str] = &["anonymous", "with-password"];
        fn unit(index: usize) -> ::core::option::Option<Self> {
            let _ = <Key<Password> as __sps::Exchange>::from_response;
            match index {
                0usize => ::core::option::Option::Some(Self::Anonymous),
                _ => ::core::option::Option::None,
            }
        }
        fn content<'de, __D: __serde::Deserializer<'de>>(
            index: usize,
            deserializer: __D,
            reader: &__sps::Reader,
        ) -> ::core::result::Result<Self, __D::Error> {
            let _ = (&deserializer, reader);
            match index {
                1usize => {
                    ::core::result::Result::Ok(
                        Self::Password(
                            <<Key<
                                Password,
                            > as __sps::Exchange>::Response as __sps::Wire>::read(
                                deserializer,
                                reader,
                            )?,
                        ),
                    )
                }
                _ => {
                    ::core::result::Result::Err(
                        __serde::de::Error::custom("this variant has no content"),
                    )
                }
            }
        }
        fn unknown(unknown: __sps::Unknown) -> ::core::option::Option<Self> {
            let _ = <Key<Password> as __sps::Exchange>::from_response;
            ::core::option::Option::Some(Self::Unknown(unknown))
        }
    }
    impl __serde::Serialize for LoginResponse {
        fn serialize<__S: __serde::Serializer>(
            &self,
            serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            if let Self::Unknown(unknown) = self {
                return __serde::Serialize::serialize(unknown, serializer);
            }
            let mut map = serializer.serialize_map(::core::option::Option::None)?;
            match self {
                Self::Anonymous => map.serialize_entry("selection", "anonymous")?,
                Self::Password(value) => {
                    map.serialize_entry("selection", "with-password")?;
                    __private::write_member(&mut map, "value", value)?;
                }
                Self::Unknown(_) => {}
            }
            map.end()
        }
    }
    #[diagnostic::do_not_recommend]
    impl __sps::Exchange for Login {
        type Response = LoginResponse;
        fn from_response(response: LoginResponse) -> Self {
            match response {
                LoginResponse::Anonymous => Self::Anonymous,
                LoginResponse::Password(value) => {
                    Self::Password(
                        <Key<Password> as __sps::Exchange>::from_response(value),
                    )
                }
                LoginResponse::Unknown(other) => {
                    Self::Unknown(__sps::Exchange::from_response(other))
                }
            }
        }
    }
    impl ::core::convert::From<LoginResponse> for Login {
        fn from(response: LoginResponse) -> Self {
            let _ = <Key<Password> as __sps::Exchange>::from_response;
            __sps::Exchange::from_response(response)
        }
    }
    static __DESCRIPTOR: __private::Type = __private::Type::new(
        "Login",
        __private::Shape::Union {
            tag: "selection",
            content: "value",
            variants: &[
                __private::Variant::new("anonymous", ::core::option::Option::None),
                __private::Variant::new(
                    "with-password",
                    ::core::option::Option::Some(
                        <Key<Password> as __sps::Exchange>::MEMBER_KIND,
                    ),
                ),
            ],
            open: false,
        },
        __private::Constraints::NONE,
    );
    #[diagnostic::do_not_recommend]
    impl __sps::Describe for Login {
        const KIND: __private::Kind = __private::Kind::Named(&__DESCRIPTOR);
        const SUBJECT: __private::Subject = {
            use __private::Anywhere as _;
            __private::SubjectOf::<Login>::SUBJECT
        };
    }
    #[diagnostic::do_not_recommend]
    impl __sps::Describe for LoginResponse {
        const KIND: __private::Kind = <Login as __sps::Describe>::KIND;
        const SUBJECT: __private::Subject = <Login as __sps::Describe>::SUBJECT;
    }
    impl __private::garde::Validate for Login {
        type Context = ();
        fn validate_into(
            &self,
            (): &(),
            mut parent: &mut dyn FnMut() -> __private::garde::Path,
            report: &mut __private::garde::Report,
        ) {
            __private::validate_into(self, &mut parent, report);
        }
    }
};
