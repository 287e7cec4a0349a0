//! Properties of every request type: what is made valid is valid, a near miss breaks one rule, and
//! both questions agree on whatever comes out of a random edit.

use proptest::{prelude::*, sample::Index};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sps_model::{
    Describe, Exchange, accept, explain, read,
    strategy::{self, Passwords},
};
use sps_validate::{Context, Form, Limits, Subject, json, rewrite};

use crate::{
    mutation::{mutate, mutation},
    random::inputs,
};

/// A request type with a response twin.
trait Twin: Describe + Exchange
where
    Self::Response: for<'de> Deserialize<'de> + Serialize,
{
}

impl<T: Describe + Exchange> Twin for T where T::Response: for<'de> Deserialize<'de> + Serialize {}

fn errors<T: Describe>(text: &str, context: &Context<'_>) -> Vec<(&'static str, String)> {
    explain::<T>(text, Form::Request, context)
        .errors()
        .map(|d| (d.code, d.pointer.clone()))
        .collect()
}

fn a_valid_body_is_accepted<T: Describe>(body: &Value) -> Result<(), TestCaseError> {
    let text = body.to_string();
    let passwords = Passwords::default();
    for context in [Context::default(), Context::default().with_resolver(&passwords)] {
        prop_assert_eq!(errors::<T>(&text, &context), []);
        prop_assert!(
            accept::<T>(&text, &context),
            "explain finds nothing, accept refuses {}",
            text
        );
    }
    Ok(())
}

fn a_response_loses_nothing<T: Twin>(mut received: Value, dice: u64) -> Result<(), TestCaseError>
where
    T::Response: for<'de> Deserialize<'de> + Serialize,
{
    add_unknown_keys(&mut received, dice);
    let response: T::Response = serde_json::from_value(received.clone())
        .map_err(|e| TestCaseError::fail(format!("{e} in {received}")))?;
    let canonical: Value =
        serde_json::from_str(&received.to_string().replace("\"sha1\"", "\"sha\"")).unwrap();
    prop_assert_eq!(serde_json::to_value(&response).unwrap(), canonical);
    Ok(())
}

fn rewriting_is_total_and_idempotent<T: Twin>(
    mut received: Value,
    dice: u64,
) -> Result<(), TestCaseError>
where
    T::Response: for<'de> Deserialize<'de> + Serialize,
{
    add_unknown_keys(&mut received, dice);
    let received: Value =
        serde_json::from_str(&received.to_string().replace("\"sha1\"", "\"sha\"")).unwrap();
    let wrapped = json!({ "body": received, "key": "x", "meta": { "href": "/api/x" } }).to_string();
    let subject = Subject::new(T::KIND, Form::Response);
    let rewritten = rewrite(&json::scan(&wrapped, &Limits::default()).unwrap(), &subject);
    prop_assert!(!rewritten.contains("\"meta\""), "a reference object is left in {}", rewritten);
    let again = rewrite(&json::scan(&rewritten, &Limits::default()).unwrap(), &subject);
    prop_assert_eq!(&again, &rewritten);
    let allowed = Context::default().with_unknown_keys(sps_validate::UnknownKeys::Allow);
    let first: Value = serde_json::from_str(&rewritten).unwrap();

    // The typed way gives the same body.
    let response: T::Response = serde_json::from_value(received).unwrap();
    let request = T::from_response(response);
    let typed = serde_json::to_value(&request).unwrap();
    prop_assert_eq!(&typed, &first);
    let response: T::Response = serde_json::from_value(typed.clone()).unwrap();
    prop_assert_eq!(serde_json::to_value(T::from_response(response)).unwrap(), typed);
    prop_assert_eq!(errors::<T>(&rewritten, &allowed), []);
    Ok(())
}

/// Puts a key that no source shows into some objects that are no references.
fn add_unknown_keys(value: &mut Value, dice: u64) {
    match value {
        Value::Object(object) if !object.contains_key("meta") => {
            for (index, member) in object.values_mut().enumerate() {
                add_unknown_keys(member, dice.rotate_right(u32::try_from(index).unwrap() + 1));
            }
            if dice.is_multiple_of(3) {
                let reference =
                    json!({ "key": "9", "meta": { "href": "/api/configuration/policies/x/9" } });
                object.insert("brand_new".to_owned(), json!({ "deep": [reference, dice, null] }));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                add_unknown_keys(item, dice.rotate_right(u32::try_from(index).unwrap() + 3));
            }
        }
        _ => {}
    }
}

fn a_near_miss_breaks_one_rule<T: Describe>(
    miss: &strategy::NearMiss,
) -> Result<(), TestCaseError> {
    let text = miss.body.to_string();
    let context = Context::default().with_resolver(&miss.passwords);
    prop_assert_eq!(errors::<T>(&text, &context), [(miss.code, miss.pointer.clone())], "{}", text);
    prop_assert!(!accept::<T>(&text, &context), "accept lets {} pass", miss.code);
    Ok(())
}

fn both_questions_agree<T: Describe>(text: &str, limits: Limits) -> Result<(), TestCaseError> {
    let passwords = Passwords::default();
    for context in [
        Context::default(),
        Context::default().with_resolver(&passwords),
        Context::default().with_limits(limits),
    ] {
        let report = explain::<T>(text, Form::Request, &context);
        prop_assert_eq!(accept::<T>(text, &context), report.is_valid(), "{} {}", report, text);
        prop_assert_eq!(
            read::<T>(text, &context).is_ok(),
            report.is_valid(),
            "{} {}",
            report,
            text
        );
    }
    Ok(())
}

macro_rules! requests {
    ($($module:ident: $ty:ident),* $(,)?) => {$(
        mod $module {
            use sps_model::$ty;

            use super::*;

            proptest! {
                #![proptest_config(inputs(256))]

                #[test]
                fn valid_bodies_are_accepted(body in strategy::valid_json::<$ty>()) {
                    a_valid_body_is_accepted::<$ty>(&body)?;
                }

                #[test]
                fn requests_come_back_as_they_were(body in strategy::valid_json::<$ty>()) {
                    let value: $ty = serde_json::from_value(body.clone()).unwrap();
                    let written = serde_json::to_value(&value).unwrap();
                    let again: $ty = serde_json::from_value(written.clone()).unwrap();
                    prop_assert!(value == again);
                    let canonical: Value = serde_json::from_str(&body.to_string().replace("\"sha1\"", "\"sha\"")).unwrap();
                    prop_assert_eq!(written, canonical);
                }

                #[test]
                fn near_misses_break_one_rule(miss in strategy::near_miss::<$ty>()) {
                    a_near_miss_breaks_one_rule::<$ty>(&miss)?;
                }

                #[test]
                fn accept_and_explain_agree(
                    body in strategy::valid_json::<$ty>(),
                    mutation in mutation(),
                    second in mutation(),
                    index: Index,
                    depth in 0_usize..6,
                    keys in 0_usize..12,
                    bytes in 0_usize..600,
                ) {
                    let limits = Limits::default().with_depth(depth).with_keys(keys).with_bytes(bytes);
                    both_questions_agree::<$ty>(&body.to_string(), limits)?;
                    let once = mutate(&body, &mutation, index);
                    both_questions_agree::<$ty>(&once, limits)?;
                    if let Ok(once) = serde_json::from_str::<Value>(&once) {
                        both_questions_agree::<$ty>(&mutate(&once, &second, index), limits)?;
                    }
                }
            }
        }
    )*};
}

macro_rules! twins {
    ($($module:ident: $ty:ident),* $(,)?) => {$(
        mod $module {
            use sps_model::$ty;

            use super::*;

            proptest! {
                #![proptest_config(inputs(256))]

                #[test]
                fn responses_lose_nothing(received in strategy::response_json::<$ty>(), dice: u64) {
                    a_response_loses_nothing::<$ty>(received, dice)?;
                }

                #[test]
                fn rewriting_leaves_no_reference_object(received in strategy::response_json::<$ty>(), dice: u64) {
                    rewriting_is_total_and_idempotent::<$ty>(received, dice)?;
                }
            }
        }
    )*};
}

requests! {
    email: Email,
    health_monitoring: HealthMonitoring,
    disk_fillup_prevention: DiskFillupPrevention,
    snmp_trap: SnmpTrap,
    time_policy: TimePolicy,
    user_database: UserDatabase,
    rdp_channel_policy: RdpChannelPolicy,
    password: Password,
    x509: X509,
    transaction: TransactionRequest,
}

twins! {
    email_response: Email,
    health_monitoring_response: HealthMonitoring,
    disk_fillup_prevention_response: DiskFillupPrevention,
    snmp_trap_response: SnmpTrap,
    time_policy_response: TimePolicy,
    user_database_response: UserDatabase,
    rdp_channel_policy_response: RdpChannelPolicy,
}
