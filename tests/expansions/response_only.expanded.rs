//! Members of one form only, and a type that has one form.

use sps_model::Key;
use sps_model::Optional;
use sps_model::Password;

/// A job.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Job {
    pub(crate) name: String,
    pub(crate) plain: Optional<String>,
    pub(crate) limits: Limits,
}

/// [`Job`] in responses.
///
/// A job.
pub(crate) struct JobResponse {
    pub(crate) name: <String as ::sps_model::Exchange>::Response,
    pub(crate) limits: <Limits as ::sps_model::Exchange>::Response,
    /// `owner`, which only responses have.
    pub(crate) owner: <Key<Password> as ::sps_model::Exchange>::Response,
    /// `started-at`, which only responses have.
    pub(crate) started: <Optional<String> as ::sps_model::Exchange>::Response,
}

const _: () = {
    use ::sps_model as __sps;
    use __private::serde as __serde;
    use __serde::ser::SerializeMap as _;
    use __sps::__private as __private;
    impl ::core::fmt::Debug for JobResponse {
        fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.debug_struct("JobResponse")
                .field("name", &self.name)
                .field("limits", &self.limits)
                .field("owner", &self.owner)
                .field("started", &self.started)
                .finish()
        }
    }
    impl ::core::clone::Clone for JobResponse {
        fn clone(&self) -> Self {
            Self {
                name: ::core::clone::Clone::clone(&self.name),
                limits: ::core::clone::Clone::clone(&self.limits),
                owner: ::core::clone::Clone::clone(&self.owner),
                started: ::core::clone::Clone::clone(&self.started),
            }
        }
    }
    impl ::core::cmp::PartialEq for JobResponse {
        fn eq(&self, other: &Self) -> bool {
            let _ = other;
            self.name == other.name && self.limits == other.limits
                && self.owner == other.owner && self.started == other.started
        }
    }
    impl<'de> __serde::Deserialize<'de> for Job {
        fn deserialize<__D: __serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            __sps::Wire::read(deserializer, &__sps::Reader::request())
        }
    }
    impl<'de> __serde::Deserialize<'de> for JobResponse {
        fn deserialize<__D: __serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            let _ = <String as __sps::Exchange>::from_response;
            let _ = <Limits as __sps::Exchange>::from_response;
            let _ = <Key<Password> as __sps::Exchange>::from_response;
            let _ = <Optional<String> as __sps::Exchange>::from_response;
            __sps::Wire::read(deserializer, &__sps::Reader::response())
        }
    }
    struct __JobVisitor<'r>(&'r __sps::Reader);
    impl<'de> __serde::de::Visitor<'de> for __JobVisitor<'_> {
        type Value = Job;
        fn expecting(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<__A: __serde::de::MapAccess<'de>>(
            self,
            mut map: __A,
        ) -> ::core::result::Result<Job, __A::Error> {
            let reader = self.0.enter()?;
            let mut keys = 0;
            let mut slot_name = <String as __sps::Exchange>::slot("name");
            let mut slot_plain = <Optional<String> as __sps::Exchange>::slot("plain");
            let mut slot_limits = <Limits as __sps::Exchange>::slot("limits");
            while let ::core::option::Option::Some(key) = map
                .next_key_seed(__private::Keys(&["name", "plain", "limits"]))?
            {
                reader.count(&mut keys)?;
                match key {
                    __private::KeyMatch::Known(0usize) => {
                        <String as __sps::Exchange>::fill(
                            &mut slot_name,
                            &mut map,
                            &reader,
                        )?
                    }
                    __private::KeyMatch::Known(1usize) => {
                        <Optional<
                            String,
                        > as __sps::Exchange>::fill(&mut slot_plain, &mut map, &reader)?
                    }
                    __private::KeyMatch::Known(2usize) => {
                        <Limits as __sps::Exchange>::fill(
                            &mut slot_limits,
                            &mut map,
                            &reader,
                        )?
                    }
                    __private::KeyMatch::Unknown(_) => {
                        return ::core::result::Result::Err(
                            __serde::de::Error::custom("unknown key in a closed type"),
                        );
                    }
                    _ => {}
                }
            }
            ::core::result::Result::Ok(Job {
                name: <String as __sps::Exchange>::take(slot_name)?,
                plain: <Optional<String> as __sps::Exchange>::take(slot_plain)?,
                limits: <Limits as __sps::Exchange>::take(slot_limits)?,
            })
        }
    }
    impl __sps::Wire for Job {
        fn read<'de, __D: __serde::Deserializer<'de>>(
            deserializer: __D,
            reader: &__sps::Reader,
        ) -> ::core::result::Result<Self, __D::Error> {
            deserializer.deserialize_map(__JobVisitor(reader))
        }
    }
    impl __serde::Serialize for Job {
        fn serialize<__S: __serde::Serializer>(
            &self,
            serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            let mut map = serializer.serialize_map(::core::option::Option::None)?;
            <String as __sps::Exchange>::write(&self.name, &mut map, "name")?;
            <Optional<
                String,
            > as __sps::Exchange>::write(&self.plain, &mut map, "plain")?;
            <Limits as __sps::Exchange>::write(&self.limits, &mut map, "limits")?;
            map.end()
        }
    }
    struct __JobResponseVisitor<'r>(&'r __sps::Reader);
    impl<'de> __serde::de::Visitor<'de> for __JobResponseVisitor<'_> {
        type Value = JobResponse;
        fn expecting(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<__A: __serde::de::MapAccess<'de>>(
            self,
            mut map: __A,
        ) -> ::core::result::Result<JobResponse, __A::Error> {
            let reader = self.0.enter()?;
            let mut keys = 0;
            let mut slot_name = __private::Slot::<
                <String as __sps::Exchange>::Response,
            >::new("name");
            let mut slot_limits = __private::Slot::<
                <Limits as __sps::Exchange>::Response,
            >::new("limits");
            let mut slot_owner = __private::Slot::<
                <Key<Password> as __sps::Exchange>::Response,
            >::new("owner");
            let mut slot_started = __private::Slot::<
                <Optional<String> as __sps::Exchange>::Response,
            >::new("started-at");
            while let ::core::option::Option::Some(key) = map
                .next_key_seed(
                    __private::Keys(&["name", "limits", "owner", "started-at"]),
                )?
            {
                reader.count(&mut keys)?;
                match key {
                    __private::KeyMatch::Known(0usize) => {
                        slot_name.fill(&mut map, &reader)?
                    }
                    __private::KeyMatch::Known(1usize) => {
                        slot_limits.fill(&mut map, &reader)?
                    }
                    __private::KeyMatch::Known(2usize) => {
                        slot_owner.fill(&mut map, &reader)?
                    }
                    __private::KeyMatch::Known(3usize) => {
                        slot_started.fill(&mut map, &reader)?
                    }
                    __private::KeyMatch::Unknown(_) => {
                        return ::core::result::Result::Err(
                            __serde::de::Error::custom("unknown key in a closed type"),
                        );
                    }
                    _ => {}
                }
            }
            ::core::result::Result::Ok(JobResponse {
                name: slot_name.take()?,
                limits: slot_limits.take()?,
                owner: slot_owner.take()?,
                started: slot_started.take()?,
            })
        }
    }
    impl __sps::Wire for JobResponse {
        fn read<'de, __D: __serde::Deserializer<'de>>(
            deserializer: __D,
            reader: &__sps::Reader,
        ) -> ::core::result::Result<Self, __D::Error> {
            let _ = <String as __sps::Exchange>::from_response;
            let _ = <Limits as __sps::Exchange>::from_response;
            let _ = <Key<Password> as __sps::Exchange>::from_response;
            let _ = <Optional<String> as __sps::Exchange>::from_response;
            deserializer.deserialize_map(__JobResponseVisitor(reader))
        }
    }
    impl __serde::Serialize for JobResponse {
        fn serialize<__S: __serde::Serializer>(
            &self,
            serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            let mut map = serializer.serialize_map(::core::option::Option::None)?;
            __private::write_member(&mut map, "name", &self.name)?;
            __private::write_member(&mut map, "limits", &self.limits)?;
            __private::write_member(&mut map, "owner", &self.owner)?;
            __private::write_member(&mut map, "started-at", &self.started)?;
            map.end()
        }
    }
    #[diagnostic::do_not_recommend]
    impl __sps::Exchange for Job {
        type Response = JobResponse;
        fn from_response(response: JobResponse) -> Self {
            Self {
                name: <String as __sps::Exchange>::from_response(response.name),
                plain: ::core::default::Default::default(),
                limits: <Limits as __sps::Exchange>::from_response(response.limits),
            }
        }
    }
    impl ::core::convert::From<JobResponse> for Job {
        fn from(response: JobResponse) -> Self {
            let _ = <String as __sps::Exchange>::from_response;
            let _ = <Limits as __sps::Exchange>::from_response;
            let _ = <Key<Password> as __sps::Exchange>::from_response;
            let _ = <Optional<String> as __sps::Exchange>::from_response;
            __sps::Exchange::from_response(response)
        }
    }
    static __DESCRIPTOR: __private::Type = __private::Type::new(
        "Job",
        __private::Shape::Struct {
            fields: &[
                __private::Field::new("name", <String as __sps::Exchange>::MEMBER_KIND),
                __private::Field::new(
                        "plain",
                        <Optional<String> as __sps::Exchange>::MEMBER_KIND,
                    )
                    .only(__private::FieldForm::Request),
                __private::Field::new(
                    "limits",
                    <Limits as __sps::Exchange>::MEMBER_KIND,
                ),
                __private::Field::new(
                        "owner",
                        <Key<Password> as __sps::Exchange>::MEMBER_KIND,
                    )
                    .only(__private::FieldForm::Response),
                __private::Field::new(
                        "started-at",
                        <Optional<String> as __sps::Exchange>::MEMBER_KIND,
                    )
                    .only(__private::FieldForm::Response),
            ],
            open: false,
        },
        __private::Constraints::NONE,
    );
    #[diagnostic::do_not_recommend]
    impl __sps::Describe for Job {
        const KIND: __private::Kind = __private::Kind::Named(&__DESCRIPTOR);
        const SUBJECT: __private::Subject = {
            use __private::Anywhere as _;
            __private::SubjectOf::<Job>::SUBJECT
        };
    }
    #[diagnostic::do_not_recommend]
    impl __sps::Describe for JobResponse {
        const KIND: __private::Kind = <Job as __sps::Describe>::KIND;
        const SUBJECT: __private::Subject = <Job as __sps::Describe>::SUBJECT;
    }
    impl __private::garde::Validate for Job {
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

/// What it may use.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Limits {
    pub(crate) seconds: u64,
}

const _: () = {
    use ::sps_model as __sps;
    use __private::serde as __serde;
    use __serde::ser::SerializeMap as _;
    use __sps::__private as __private;
    impl<'de> __serde::Deserialize<'de> for Limits {
        fn deserialize<__D: __serde::Deserializer<'de>>(
            deserializer: __D,
        ) -> ::core::result::Result<Self, __D::Error> {
            __sps::Wire::read(deserializer, &__sps::Reader::request())
        }
    }
    struct __LimitsVisitor<'r>(&'r __sps::Reader);
    impl<'de> __serde::de::Visitor<'de> for __LimitsVisitor<'_> {
        type Value = Limits;
        fn expecting(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
            f.write_str("an object")
        }
        fn visit_map<__A: __serde::de::MapAccess<'de>>(
            self,
            mut map: __A,
        ) -> ::core::result::Result<Limits, __A::Error> {
            let reader = self.0.enter()?;
            let mut keys = 0;
            let mut slot_seconds = <u64 as __sps::Exchange>::slot("seconds");
            while let ::core::option::Option::Some(key) = map
                .next_key_seed(__private::Keys(&["seconds"]))?
            {
                reader.count(&mut keys)?;
                match key {
                    __private::KeyMatch::Known(0usize) => {
                        <u64 as __sps::Exchange>::fill(
                            &mut slot_seconds,
                            &mut map,
                            &reader,
                        )?
                    }
                    __private::KeyMatch::Unknown(_) => {
                        return ::core::result::Result::Err(
                            __serde::de::Error::custom("unknown key in a closed type"),
                        );
                    }
                    _ => {}
                }
            }
            ::core::result::Result::Ok(Limits {
                seconds: <u64 as __sps::Exchange>::take(slot_seconds)?,
            })
        }
    }
    impl __sps::Wire for Limits {
        fn read<'de, __D: __serde::Deserializer<'de>>(
            deserializer: __D,
            reader: &__sps::Reader,
        ) -> ::core::result::Result<Self, __D::Error> {
            deserializer.deserialize_map(__LimitsVisitor(reader))
        }
    }
    impl __serde::Serialize for Limits {
        fn serialize<__S: __serde::Serializer>(
            &self,
            serializer: __S,
        ) -> ::core::result::Result<__S::Ok, __S::Error> {
            let mut map = serializer.serialize_map(::core::option::Option::None)?;
            <u64 as __sps::Exchange>::write(&self.seconds, &mut map, "seconds")?;
            map.end()
        }
    }
    #[diagnostic::do_not_recommend]
    impl __sps::Exchange for Limits {
        type Response = Limits;
        fn from_response(response: Limits) -> Self {
            Self {
                seconds: <u64 as __sps::Exchange>::from_response(response.seconds),
            }
        }
    }
    static __DESCRIPTOR: __private::Type = __private::Type::new(
        "Limits",
        __private::Shape::Struct {
            fields: &[
                __private::Field::new("seconds", <u64 as __sps::Exchange>::MEMBER_KIND),
            ],
            open: false,
        },
        __private::Constraints::NONE,
    );
    #[diagnostic::do_not_recommend]
    impl __sps::Describe for Limits {
        const KIND: __private::Kind = __private::Kind::Named(&__DESCRIPTOR);
        const SUBJECT: __private::Subject = {
            use __private::Anywhere as _;
            __private::SubjectOf::<Limits>::SUBJECT
        };
    }
    impl __private::garde::Validate for Limits {
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
