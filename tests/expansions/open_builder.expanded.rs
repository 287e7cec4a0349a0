//! An open type with a builder and a tag beside its siblings.

use sps_model::Optional;
use sps_model::UnknownFields;

/// A mode and its settings.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Settings {
    pub(crate) mode: Mode,
    pub(crate) r#type: Optional<u8>,
    unknown_fields: UnknownFields,
}

/// [`Settings`] in responses.
///
/// A mode and its settings.
pub(crate) struct SettingsResponse {
    pub(crate) mode: <Mode as ::sps_model::Exchange>::Response,
    pub(crate) r#type: <Optional<u8> as ::sps_model::Exchange>::Response,
    unknown_fields: ::sps_model::UnknownFields,
}

const _: () = {
    use ::sps_model as __sps;
    use __private::serde as __serde;
    use __serde::ser::SerializeMap as _;
    use __sps::__private as __private;
    impl ::core::fmt::Debug for SettingsResponse {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.debug_struct("SettingsResponse")
                .field("mode", &self.mode)
                .field("type", &self.r#type)
                .field("unknown_fields", &self.unknown_fields)
                .finish()
        }
    }
    impl ::core::clone::Clone for SettingsResponse {
        fn clone(&self) -> Self {
            Self {
                mode: ::core::clone::Clone::clone(&self.mode),
                r#type: ::core::clone::Clone::clone(&self.r#type),
                unknown_fields: ::core::clone::Clone::clone(&self.unknown_fields),
            }
        }
    }
    impl ::core::cmp::PartialEq for SettingsResponse {
        fn eq(&self, other: &Self) -> bool {
            let _ = other;
            self.mode == other.mode && self.r#type == other.r#type
                && self.unknown_fields == other.unknown_fields
        }
    }
    impl Settings {
        /// Makes a `Settings` of the members that have no empty value.
        #[allow(
            clippy::too_many_arguments,
            reason = "one for each member that has no empty value"
        )]
        pub(crate) fn new(mode: impl ::core::convert::Into<Mode>) -> Self {
            Self {
                mode: mode.into(),
                r#type: ::core::default::Default::default(),
                unknown_fields: __sps::UnknownFields::default(),
            }
        }
        /// Sets `mode`.
        #[must_use]
        pub(crate) fn with_mode(
            mut self,
            mode: impl ::core::convert::Into<Mode>,
        ) -> Self {
            self.mode = mode.into();
            self
        }
        /// Sets `type`.
        #[must_use]
        pub(crate) fn with_type(
            mut self,
            r#type: impl ::core::convert::Into<Optional<u8>>,
        ) -> Self {
            self.r#type = r#type.into();
            self
        }
        /// The fields that no source shows.
        pub(crate) fn unknown_fields(&self) -> &__sps::UnknownFields {
            &self.unknown_fields
        }
    }
    impl<'de> __serde::Deserialize<'de> for Settings {
        fn deserialize<__D: __serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            __sps::Wire::read(deserializer, &__sps::Reader::request())
        }
    }
    impl<'de> __serde::Deserialize<'de> for SettingsResponse {
        fn deserialize<__D: __serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            let _ = <Mode as __sps::Exchange>::from_response;
            let _ = <Optional<u8> as __sps::Exchange>::from_response;
            __sps::Wire::read(deserializer, &__sps::Reader::response())
        }
    }
    struct __SettingsVisitor<'r>(&'r __sps::Reader);
    impl<'de> __serde::de::Visitor<'de> for __SettingsVisitor<'_> {
        type Value = Settings;
        fn expecting(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<__A: __serde::de::MapAccess<'de>>(
            self,
            mut map: __A,
        ) -> ::core::result::Result<Settings, __A::Error> {
            let reader = self.0.enter()?;
            let mut keys = 0;
            let mut slot_mode = <Mode as __sps::Exchange>::slot("mode");
            let mut slot_type = <Optional<u8> as __sps::Exchange>::slot("type");
            let mut unknown_fields = __sps::UnknownFields::default();
            while let ::core::option::Option::Some(key) = map
                .next_key_seed(__private::Keys(&["mode", "type"]))?
            {
                reader.count(&mut keys)?;
                match key {
                    __private::KeyMatch::Known(0usize) => {
                        <Mode as __sps::Exchange>::fill(
                            &mut slot_mode,
                            &mut map,
                            &reader,
                        )?
                    }
                    __private::KeyMatch::Known(1usize) => {
                        <Optional<
                            u8,
                        > as __sps::Exchange>::fill(&mut slot_type, &mut map, &reader)?
                    }
                    __private::KeyMatch::Unknown(key) => {
                        unknown_fields.keep(key, &mut map, &reader)?
                    }
                    _ => {}
                }
            }
            ::core::result::Result::Ok(Settings {
                mode: <Mode as __sps::Exchange>::take(slot_mode)?,
                r#type: <Optional<u8> as __sps::Exchange>::take(slot_type)?,
                unknown_fields,
            })
        }
    }
    impl __sps::Wire for Settings {
        fn read<'de, __D: __serde::Deserializer<'de>>(
            deserializer: __D,
            reader: &__sps::Reader,
        ) -> ::core::result::Result<Self, __D::Error> {
            deserializer.deserialize_map(__SettingsVisitor(reader))
        }
    }
    impl __serde::Serialize for Settings {
        fn serialize<__S: __serde::Serializer>(
            &self,
            serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            let mut map = serializer.serialize_map(::core::option::Option::None)?;
            <Mode as __sps::Exchange>::write(&self.mode, &mut map, "mode")?;
            <Optional<u8> as __sps::Exchange>::write(&self.r#type, &mut map, "type")?;
            for (key, value) in &self.unknown_fields {
                map.serialize_entry(key, value)?;
            }
            map.end()
        }
    }
    struct __SettingsResponseVisitor<'r>(&'r __sps::Reader);
    impl<'de> __serde::de::Visitor<'de> for __SettingsResponseVisitor<'_> {
        type Value = SettingsResponse;
        fn expecting(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<__A: __serde::de::MapAccess<'de>>(
            self,
            mut map: __A,
        ) -> ::core::result::Result<SettingsResponse, __A::Error> {
            let reader = self.0.enter()?;
            let mut keys = 0;
            let mut slot_mode = __private::Slot::<
                <Mode as __sps::Exchange>::Response,
            >::new("mode");
            let mut slot_type = __private::Slot::<
                <Optional<u8> as __sps::Exchange>::Response,
            >::new("type");
            let mut unknown_fields = __sps::UnknownFields::default();
            while let ::core::option::Option::Some(key) = map
                .next_key_seed(__private::Keys(&["mode", "type"]))?
            {
                reader.count(&mut keys)?;
                match key {
                    __private::KeyMatch::Known(0usize) => {
                        slot_mode.fill(&mut map, &reader)?
                    }
                    __private::KeyMatch::Known(1usize) => {
                        slot_type.fill(&mut map, &reader)?
                    }
                    __private::KeyMatch::Unknown(key) => {
                        unknown_fields.keep(key, &mut map, &reader)?
                    }
                    _ => {}
                }
            }
            ::core::result::Result::Ok(SettingsResponse {
                mode: slot_mode.take()?,
                r#type: slot_type.take()?,
                unknown_fields,
            })
        }
    }
    impl __sps::Wire for SettingsResponse {
        fn read<'de, __D: __serde::Deserializer<'de>>(
            deserializer: __D,
            reader: &__sps::Reader,
        ) -> ::core::result::Result<Self, __D::Error> {
            let _ = <Mode as __sps::Exchange>::from_response;
            let _ = <Optional<u8> as __sps::Exchange>::from_response;
            deserializer.deserialize_map(__SettingsResponseVisitor(reader))
        }
    }
    impl __serde::Serialize for SettingsResponse {
        fn serialize<__S: __serde::Serializer>(
            &self,
            serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            let mut map = serializer.serialize_map(::core::option::Option::None)?;
            __private::write_member(&mut map, "mode", &self.mode)?;
            __private::write_member(&mut map, "type", &self.r#type)?;
            for (key, value) in &self.unknown_fields {
                map.serialize_entry(key, value)?;
            }
            map.end()
        }
    }
    #[diagnostic::do_not_recommend]
    impl __sps::Exchange for Settings {
        type Response = SettingsResponse;
        fn from_response(response: SettingsResponse) -> Self {
            Self {
                mode: <Mode as __sps::Exchange>::from_response(response.mode),
                r#type: <Optional<
                    u8,
                > as __sps::Exchange>::from_response(response.r#type),
                unknown_fields: response.unknown_fields.into_request(),
            }
        }
    }
    impl ::core::convert::From<SettingsResponse> for Settings {
        fn from(response: SettingsResponse) -> Self {
            let _ = <Mode as __sps::Exchange>::from_response;
            let _ = <Optional<u8> as __sps::Exchange>::from_response;
            __sps::Exchange::from_response(response)
        }
    }
    static __DESCRIPTOR: __private::Type = __private::Type::new(
        "Settings",
        __private::Shape::Struct {
            fields: &[
                __private::Field::new("mode", <Mode as __sps::Exchange>::MEMBER_KIND)
                    .tag(),
                __private::Field::new(
                    "type",
                    <Optional<u8> as __sps::Exchange>::MEMBER_KIND,
                ),
            ],
            open: true,
        },
        __private::Constraints::NONE,
    );
    #[diagnostic::do_not_recommend]
    impl __sps::Describe for Settings {
        const KIND: __private::Kind = __private::Kind::Named(&__DESCRIPTOR);
        const SUBJECT: __private::Subject = {
            use __private::Anywhere as _;
            __private::SubjectOf::<Settings>::SUBJECT
        };
    }
    #[diagnostic::do_not_recommend]
    impl __sps::Describe for SettingsResponse {
        const KIND: __private::Kind = <Settings as __sps::Describe>::KIND;
        const SUBJECT: __private::Subject = <Settings as __sps::Describe>::SUBJECT;
    }
    impl __private::garde::Validate for Settings {
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

/// A word that is never new.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Mode {
    Slow,
    VeryFast,
}

const _: () = {
    use ::sps_model as __sps;
    use __private::serde as __serde;
    use __serde::ser::SerializeMap as _;
    use __sps::__private as __private;
    impl<'de> __serde::Deserialize<'de> for Mode {
        fn deserialize<__D: __serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            __sps::Wire::read(deserializer, &__sps::Reader::request())
        }
    }
    impl Mode {
        /// The value on the wire.
        pub(crate) fn as_str(&self) -> &str {
            match self {
                Self::Slow => "slow",
                Self::VeryFast => "very_fast",
            }
        }
    }
    impl __sps::Wire for Mode {
        fn read<'de, __D: __serde::Deserializer<'de>>(
            deserializer: __D,
            reader: &__sps::Reader,
        ) -> ::core::result::Result<Self, __D::Error> {
            let find = |value: &str| {
                ::core::option::Option::Some(
                    match value {
                        "slow" => Self::Slow,
                        "very_fast" => Self::VeryFast,
                        _ => return ::core::option::Option::None,
                    },
                )
            };
            let _ = reader;
            deserializer
                .deserialize_str(__private::EnumVisitor {
                    find,
                    values: &["slow", "very_fast"],
                })
        }
    }
    impl __serde::Serialize for Mode {
        fn serialize<__S: __serde::Serializer>(
            &self,
            serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            serializer.serialize_str(self.as_str())
        }
    }
    #[diagnostic::do_not_recommend]
    impl __sps::Exchange for Mode {
        type Response = Mode;
        fn from_response(response: Mode) -> Self {
            response
        }
    }
    static __DESCRIPTOR: __private::Type = __private::Type::new(
        "Mode",
        __private::Shape::Enum {
            values: &[
                __private::EnumValue::new("slow"),
                __private::EnumValue::new("very_fast"),
            ],
            open: false,
        },
        __private::Constraints::NONE,
    );
    #[diagnostic::do_not_recommend]
    impl __sps::Describe for Mode {
        const KIND: __private::Kind = __private::Kind::Named(&__DESCRIPTOR);
        const SUBJECT: __private::Subject = {
            use __private::Anywhere as _;
            __private::SubjectOf::<Mode>::SUBJECT
        };
    }
    impl __private::garde::Validate for Mode {
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
