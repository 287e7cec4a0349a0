//! Random bodies for the tests of your own tools: valid ones, and ones that break exactly one rule.
//!
//! This module needs the feature `proptest` of this crate, and your tests need the crate `proptest` 1:
//!
//! ```toml
//! [dev-dependencies]
//! proptest = "1"
//! sps-model = { version = "0.1", features = ["proptest"] }
//! ```
//!
//! Everything follows from the descriptors, so it works for a type of your own as well, if it has
//! `#[derive(Resource)]`. A type that only garde knows cannot be made.
//!
//! ```
//! use proptest::prelude::*;
//! use sps_model::validate::Context;
//! use sps_model::{accept, management::SnmpTrap, strategy};
//!
//! proptest!(|(body in strategy::valid_json::<SnmpTrap>())| {
//!     prop_assert!(accept::<SnmpTrap>(&body.to_string(), &Context::default()));
//! });
//! ```

mod edit;
mod near_miss;
mod repair;
mod value;
mod ways;

use proptest::prelude::*;
use serde_json::Value;

use crate::{reader::Reader, wire::Describe};

pub use crate::strategy::near_miss::{NearMiss, Passwords};

/// Request bodies that may be sent, as JSON.
pub fn valid_json<T: Describe>() -> BoxedStrategy<Value> {
    (value::value(T::KIND), any::<u64>())
        .prop_map(|(mut body, dice)| {
            repair::repair(T::KIND, &mut body, dice, &repair::Intended::default());
            body
        })
        .boxed()
}

/// Request bodies that may be sent, as values.
///
/// # Panics
/// When a body cannot be read as a `T`, which would be a bug of this crate.
pub fn valid<T: Describe + std::fmt::Debug>() -> BoxedStrategy<T> {
    valid_json::<T>()
        .prop_map(|body| {
            T::read(body, &Reader::request())
                .unwrap_or_else(|error| panic!("a valid body is read: {error}"))
        })
        .boxed()
}

/// Response bodies, as JSON: valid bodies in which every reference is an object of `key` and `meta`.
pub fn response_json<T: Describe>() -> BoxedStrategy<Value> {
    (valid_json::<T>(), any::<u64>())
        .prop_map(|(mut body, dice)| {
            value::embed(T::KIND, &mut body, dice);
            body
        })
        .boxed()
}

/// Bodies that break exactly one rule, with the code and the place of the one error.
///
/// Check them with the resolver that comes with them: some break a rule about the object behind a reference.
///
/// ```
/// use proptest::prelude::*;
/// use sps_model::{explain, management::SnmpTrap, strategy, validate::{Context, Form}};
///
/// proptest!(|(miss in strategy::near_miss::<SnmpTrap>())| {
///     let context = Context::default().with_resolver(&miss.passwords);
///     let report = explain::<SnmpTrap>(&miss.body.to_string(), Form::Request, &context);
///     let errors: Vec<_> = report.errors().map(|it| (it.code, &it.pointer)).collect();
///     prop_assert_eq!(errors, [(miss.code, &miss.pointer)]);
/// });
/// ```
///
/// # Panics
/// The strategy gives up, which fails the test, if nothing in the bodies of the type can be broken.
pub fn near_miss<T: Describe>() -> BoxedStrategy<NearMiss> {
    (valid_json::<T>(), any::<prop::sample::Index>(), any::<u64>())
        .prop_filter_map("nothing in the body can be broken", |(body, index, dice)| {
            near_miss::break_one(T::KIND, body, index, dice)
        })
        .boxed()
}
