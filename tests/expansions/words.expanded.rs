//! A list of words, one of them with another spelling.

use sps_model::Unknown;

/// How to hash.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Hash {
    Md5,
    Sha,
    Unknown(Unknown),
}

const _: () = {
    use ::sps_model as __sps;
    use __private::serde as __serde;
    use __serde::ser::SerializeMap as _;
    use __sps::__private as __private;
    impl<'de> __serde::Deserialize<'de> for Hash {
        fn deserialize<__D: __serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            __sps::Wire::read(deserializer, &__sps::Reader::request())
        }
    }
    impl Hash {
        /// The value on the wire.
        pub(crate) fn as_str(&self) -> &str {
            match self {
                Self::Md5 => "md5",
                Self::Sha => "sha",
                Self::Unknown(unknown) => unknown.word(""),
            }
        }
    }
    impl __sps::Wire for Hash {
        fn read<'de, __D: __serde::Deserializer<'de>>(
            deserializer: __D,
            reader: &__sps::Reader,
        ) -> ::core::result::Result<Self, __D::Error> {
            let find = |value: &str| {
                ::core::option::Option::Some(
                    match value {
                        "md5" => Self::Md5,
                        "sha" | "sha1" => Self::Sha,
                        _ if reader.is_lenient() => {
                            Self::Unknown(__sps::Unknown::from_word(value))
                        }
                        _ => return ::core::option::Option::None,
                    },
                )
            };
            let _ = reader;
            deserializer
                .deserialize_str(__private::EnumVisitor {
                    find,
                    values: &["md5", "sha"],
                })
        }
    }
    impl __serde::Serialize for Hash {
        fn serialize<__S: __serde::Serializer>(
            &self,
            serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            serializer.serialize_str(self.as_str())
        }
    }
    #[diagnostic::do_not_recommend]
    impl __sps::Exchange for Hash {
        type Response = Hash;
        fn from_response(response: Hash) -> Self {
            response
        }
    }
    static __DESCRIPTOR: __private::Type = __private::Type::new(
        "Hash",
        __private::Shape::Enum {
            values: &[
                __private::EnumValue::new("md5"),
                __private::EnumValue::new("sha").aliases(&["sha1"]),
            ],
            open: false,
        },
        __private::Constraints::NONE,
    );
    #[diagnostic::do_not_recommend]
    impl __sps::Describe for Hash {
        const KIND: __private::Kind = __private::Kind::Named(&__DESCRIPTOR);
        const SUBJECT: __private::Subject = {
            use __private::Anywhere as _;
            __private::SubjectOf::<Hash>::SUBJECT
        };
    }
    impl __private::garde::Validate for Hash {
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
