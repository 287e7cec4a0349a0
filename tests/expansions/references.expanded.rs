//! A struct with references, in every place they can be.

use sps_model::Key;
use sps_model::Optional;
use sps_model::Password;
use sps_model::UnknownFields;
use sps_model::X509;

/// Who may connect.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Access {
    /// The password.
    pub(crate) password: Key<Password>,
    pub(crate) certificates: Vec<Optional<Key<X509>>>,
    pub(crate) next: Option<Box<Key<X509>>>,
    unknown_fields: UnknownFields,
}

/// [`Access`] in responses.
///
/// Who may connect.
pub(crate) struct AccessResponse {
    /// The password.
    pub(crate) password: <Key<Password> as ::sps_model::Exchange>::Response,
    pub(crate) certificates: <Vec<
        Optional<Key<X509>>,
    > as ::sps_model::Exchange>::Response,
    pub(crate) next: <Option<Box<Key<X509>>> as ::sps_model::Exchange>::Response,
    unknown_fields: ::sps_model::UnknownFields,
}

const _: () = {
    use ::sps_model as __sps;
    use __private::serde as __serde;
    use __serde::ser::SerializeMap as _;
    use __sps::__private as __private;
    impl ::core::fmt::Debug for AccessResponse {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.debug_struct("AccessResponse")
                .field("password", &self.password)
                .field("certificates", &self.certificates)
                .field("next", &self.next)
                .field("unknown_fields", &self.unknown_fields)
                .finish()
        }
    }
    impl ::core::clone::Clone for AccessResponse {
        fn clone(&self) -> Self {
            Self {
                password: ::core::clone::Clone::clone(&self.password),
                certificates: ::core::clone::Clone::clone(&self.certificates),
                next: ::core::clone::Clone::clone(&self.next),
                unknown_fields: ::core::clone::Clone::clone(&self.unknown_fields),
            }
        }
    }
    impl ::core::cmp::PartialEq for AccessResponse {
        fn eq(&self, other: &Self) -> bool {
            let _ = other;
            self.password == other.password && self.certificates == other.certificates
                && self.next == other.next && self.unknown_fields == other.unknown_fields
        }
    }
    impl<'de> __serde::Deserialize<'de> for Access {
        fn deserialize<__D: __serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            __sps::Wire::read(deserializer, &__sps::Reader::request())
        }
    }
    impl<'de> __serde::Deserialize<'de> for AccessResponse {
        fn deserialize<__D: __serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            let _ = <Key<Password> as __sps::Exchange>::from_response;
            let _ = <Vec<Optional<Key<X509>>> as __sps::Exchange>::from_response;
            let _ = <Option<Box<Key<X509>>> as __sps::Exchange>::from_response;
            __sps::Wire::read(deserializer, &__sps::Reader::response())
        }
    }
    struct __AccessVisitor<'r>(&'r __sps::Reader);
    impl<'de> __serde::de::Visitor<'de> for __AccessVisitor<'_> {
        type Value = Access;
        fn expecting(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<__A: __serde::de::MapAccess<'de>>(
            self,
            mut map: __A,
        ) -> ::core::result::Result<Access, __A::Error> {
            let reader = self.0.enter()?;
            let mut keys = 0;
            let mut slot_password = <Key<Password> as __sps::Exchange>::slot("password");
            let mut slot_certificates = <Vec<
                Optional<Key<X509>>,
            > as __sps::Exchange>::slot("trusted-ca");
            let mut slot_next = <Option<
                Box<Key<X509>>,
            > as __sps::Exchange>::slot("next");
            let mut unknown_fields = __sps::UnknownFields::default();
            while let ::core::option::Option::Some(key) = map
                .next_key_seed(__private::Keys(&["password", "trusted-ca", "next"]))?
            {
                reader.count(&mut keys)?;
                match key {
                    __private::KeyMatch::Known(0usize) => {
                        <Key<
                            Password,
                        > as __sps::Exchange>::fill(
                            &mut slot_password,
                            &mut map,
                            &reader,
                        )?
                    }
                    __private::KeyMatch::Known(1usize) => {
                        <Vec<
                            Optional<Key<X509>>,
                        > as __sps::Exchange>::fill(
                            &mut slot_certificates,
                            &mut map,
                            &reader,
                        )?
                    }
                    __private::KeyMatch::Known(2usize) => {
                        <Option<
                            Box<Key<X509>>,
                        > as __sps::Exchange>::fill(&mut slot_next, &mut map, &reader)?
                    }
                    __private::KeyMatch::Unknown(key) => {
                        unknown_fields.read(key, &mut map, &reader)?
                    }
                    _ => {}
                }
            }
            ::core::result::Result::Ok(Access {
                password: <Key<Password> as __sps::Exchange>::take(slot_password)?,
                certificates: <Vec<
                    Optional<Key<X509>>,
                > as __sps::Exchange>::take(slot_certificates)?,
                next: <Option<Box<Key<X509>>> as __sps::Exchange>::take(slot_next)?,
                unknown_fields,
            })
        }
    }
    impl __sps::Wire for Access {
        fn read<'de, __D: __serde::Deserializer<'de>>(
            deserializer: __D,
            reader: &__sps::Reader,
        ) -> ::core::result::Result<Self, __D::Error> {
            deserializer.deserialize_map(__AccessVisitor(reader))
        }
    }
    impl __serde::Serialize for Access {
        fn serialize<__S: __serde::Serializer>(
            &self,
            serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            let mut map = serializer.serialize_map(::core::option::Option::None)?;
            <Key<
                Password,
            > as __sps::Exchange>::write(&self.password, &mut map, "password")?;
            <Vec<
                Optional<Key<X509>>,
            > as __sps::Exchange>::write(&self.certificates, &mut map, "trusted-ca")?;
            <Option<
                Box<Key<X509>>,
            > as __sps::Exchange>::write(&self.next, &mut map, "next")?;
            for (key, value) in &self.unknown_fields {
                map.serialize_entry(key, value)?;
            }
            map.end()
        }
    }
    struct __AccessResponseVisitor<'r>(&'r __sps::Reader);
    impl<'de> __serde::de::Visitor<'de> for __AccessResponseVisitor<'_> {
        type Value = AccessResponse;
        fn expecting(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<__A: __serde::de::MapAccess<'de>>(
            self,
            mut map: __A,
        ) -> ::core::result::Result<AccessResponse, __A::Error> {
            let reader = self.0.enter()?;
            let mut keys = 0;
            let mut slot_password = __private::Slot::<
                <Key<Password> as __sps::Exchange>::Response,
            >::new("password");
            let mut slot_certificates = __private::Slot::<
                <Vec<Optional<Key<X509>>> as __sps::Exchange>::Response,
            >::new("trusted-ca");
            let mut slot_next = __private::Slot::<
                <Option<Box<Key<X509>>> as __sps::Exchange>::Response,
            >::new("next");
            let mut unknown_fields = __sps::UnknownFields::default();
            while let ::core::option::Option::Some(key) = map
                .next_key_seed(__private::Keys(&["password", "trusted-ca", "next"]))?
            {
                reader.count(&mut keys)?;
                match key {
                    __private::KeyMatch::Known(0usize) => {
                        slot_password.fill(&mut map, &reader)?
                    }
                    __private::KeyMatch::Known(1usize) => {
                        slot_certificates.fill(&mut map, &reader)?
                    }
                    __private::KeyMatch::Known(2usize) => {
                        slot_next.fill(&mut map, &reader)?
                    }
                    __private::KeyMatch::Unknown(key) => {
                        unknown_fields.read(key, &mut map, &reader)?
                    }
                    _ => {}
                }
            }
            ::core::result::Result::Ok(AccessResponse {
                password: slot_password.take()?,
                certificates: slot_certificates.take()?,
                next: slot_next.take()?,
                unknown_fields,
            })
        }
    }
    impl __sps::Wire for AccessResponse {
        fn read<'de, __D: __serde::Deserializer<'de>>(
            deserializer: __D,
            reader: &__sps::Reader,
        ) -> ::core::result::Result<Self, __D::Error> {
            let _ = <Key<Password> as __sps::Exchange>::from_response;
            let _ = <Vec<Optional<Key<X509>>> as __sps::Exchange>::from_response;
            let _ = <Option<Box<Key<X509>>> as __sps::Exchange>::from_response;
            deserializer.deserialize_map(__AccessResponseVisitor(reader))
        }
    }
    impl __serde::Serialize for AccessResponse {
        fn serialize<__S: __serde::Serializer>(
            &self,
            serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            let mut map = serializer.serialize_map(::core::option::Option::None)?;
            __private::write_member(&mut map, "password", &self.password)?;
            __private::write_member(&mut map, "trusted-ca", &self.certificates)?;
            __private::write_member(&mut map, "next", &self.next)?;
            for (key, value) in &self.unknown_fields {
                map.serialize_entry(key, value)?;
            }
            map.end()
        }
    }
    #[diagnostic::do_not_recommend]
    impl __sps::Exchange for Access {
        type Response = AccessResponse;
        fn from_response(response: AccessResponse) -> Self {
            Self {
                password: <Key<
                    Password,
                > as __sps::Exchange>::from_response(response.password),
                certificates: <Vec<
                    Optional<Key<X509>>,
                > as __sps::Exchange>::from_response(response.certificates),
                next: <Option<
                    Box<Key<X509>>,
                > as __sps::Exchange>::from_response(response.next),
                unknown_fields: response.unknown_fields.into_request(),
            }
        }
    }
    impl ::core::convert::From<AccessResponse> for Access {
        fn from(response: AccessResponse) -> Self {
            let _ = <Key<Password> as __sps::Exchange>::from_response;
            let _ = <Vec<Optional<Key<X509>>> as __sps::Exchange>::from_response;
            let _ = <Option<Box<Key<X509>>> as __sps::Exchange>::from_response;
            __sps::Exchange::from_response(response)
        }
    }
    static __DESCRIPTOR: __private::Type = __private::Type::new(
        "Access",
        __private::Shape::Struct {
            fields: &[
                __private::Field::new(
                    "password",
                    <Key<Password> as __sps::Exchange>::MEMBER_KIND,
                ),
                __private::Field::new(
                    "trusted-ca",
                    <Vec<Optional<Key<X509>>> as __sps::Exchange>::MEMBER_KIND,
                ),
                __private::Field::new(
                    "next",
                    <Option<Box<Key<X509>>> as __sps::Exchange>::MEMBER_KIND,
                ),
            ],
            open: false,
        },
        __private::Constraints::NONE,
    );
    #[diagnostic::do_not_recommend]
    impl __sps::Describe for Access {
        const KIND: __private::Kind = __private::Kind::Named(&__DESCRIPTOR);
        const SUBJECT: __private::Subject = {
            use __private::Anywhere as _;
            __private::SubjectOf::<Access>::SUBJECT
        };
    }
    #[diagnostic::do_not_recommend]
    impl __sps::Describe for AccessResponse {
        const KIND: __private::Kind = <Access as __sps::Describe>::KIND;
        const SUBJECT: __private::Subject = <Access as __sps::Describe>::SUBJECT;
    }
    impl __private::garde::Validate for Access {
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
