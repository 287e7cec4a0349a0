//! The two questions about a text: may it be sent, and what is wrong with it?

use std::collections::BTreeMap;

use serde::{Deserialize, de::DeserializeSeed};
use sps_validate::{
    Constraints, Context, Diagnostic, Finding, Form, Kind, Report, Severity, Span, UnknownKeys,
};

use crate::{
    key::{Key, Object, Reference},
    misfit,
    optional::Optional,
    reader::Reader,
    secret::{HiddenSecret, Secret},
    unknown::{Any, Unknown},
    wire::{Describe, Seed, Wire},
};

/// Facts that the generator adds to a declared type: bounds, versions and rules.
pub trait Constrained {
    /// The tables.
    const CONSTRAINTS: Constraints;
}

/// Whether `text` may be sent as a `T`: nothing in it is wrong, though something may be undecided.
///
/// Always agrees with [`explain()`], at a fraction of its cost.
///
/// ```
/// use sps_model::{accept, management::HealthMonitoring};
/// use sps_model::validate::Context;
/// let text = r#"{"maximum_disk_utilization_ratio": 101, "maximum_load1": null, "maximum_load5": null,
///     "maximum_load15": null, "maximum_swap_utilization_ratio": 70}"#;
/// assert!(!accept::<HealthMonitoring>(text, &Context::default()));
/// assert!(accept::<HealthMonitoring>(&text.replace("101", "100"), &Context::default()));
/// ```
pub fn accept<T: Describe>(text: &str, context: &Context<'_>) -> bool {
    sps_validate::accept(text, &T::SUBJECT, context)
}

/// Reads `text` as a `T` that may be sent.
///
/// # Errors
/// The report of everything that is wrong.
pub fn read<T: Describe>(text: &str, context: &Context<'_>) -> Result<T, Report> {
    if accept::<T>(text, context)
        && let Some(value) = parse::<T>(text, context)
    {
        return Ok(value);
    }
    Err(explain::<T>(text, Form::Request, context))
}

/// Reads the text of a response, keeping what no source shows.
///
/// ```
/// use sps_model::{management::{HealthMonitoring, HealthMonitoringResponse}, read_response, Response};
/// let text = r#"{"key": "health_monitoring", "meta": {"href": "/api/configuration/management/health_monitoring"},
///     "body": {"maximum_disk_utilization_ratio": 80, "maximum_load1": null, "maximum_load5": null,
///              "maximum_load15": null, "maximum_swap_utilization_ratio": 70, "new_key": 1}}"#;
/// let response: Response<HealthMonitoringResponse> = read_response(text)?;
/// let request = HealthMonitoring::from(response.body);
/// assert!(serde_json::to_string(&request)?.contains("new_key"));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// # Errors
/// Text that is not JSON, and members of another kind than the guide shows. The error never repeats
/// a value, for it may be a secret. If the text is the response to a request that failed, the error says so: read it as
/// [`ErrorResponse`](crate::ErrorResponse).
pub fn read_response<'de, T: Deserialize<'de>>(text: &'de str) -> serde_json::Result<T> {
    serde_json::from_str(text).map_err(|error| misfit::without_value::<T>(text, error))
}

/// Lists everything that is wrong with `text` as a `T` in one form, where, and what to do.
pub fn explain<T: Describe>(text: &str, form: Form, context: &Context<'_>) -> Report {
    sps_validate::explain(text, &T::SUBJECT.form(form), context)
}

/// Lists everything that is wrong with a value that is to be sent.
///
/// A key, enum value or variant that no source shows is not a mistake here: only a response can have put it into the
/// value, and the appliance expects it back. It is listed as unchecked. The same key in a text that you wrote yourself
/// is a mistake, and [`explain()`] and [`read`] report it.
///
/// ```
/// use sps_model::{check, management::HealthMonitoring};
/// use sps_model::validate::Context;
/// let report = check(&HealthMonitoring::new().with_maximum_disk_utilization_ratio(101), &Context::default());
/// assert_eq!(report.diagnostics[0].pointer, "/maximum_disk_utilization_ratio");
/// ```
pub fn check<T: Describe>(value: &T, context: &Context<'_>) -> Report {
    match serde_json::to_string(value) {
        Ok(text) => check_text::<T>(&text, context),
        Err(error) => unwritable(&error),
    }
}

/// Writes a value that is to be sent as JSON, if nothing is wrong with it; see [`fn@check`].
///
/// ```
/// use sps_model::{management::{HealthMonitoring, HealthMonitoringResponse}, read, read_response, write, Response};
/// use sps_model::validate::Context;
/// let text = r#"{"key": "health_monitoring", "meta": {},
///     "body": {"maximum_disk_utilization_ratio": 80, "maximum_load1": null, "maximum_load5": null,
///              "maximum_load15": null, "maximum_swap_utilization_ratio": 70, "new_key": 1}}"#;
/// let response: Response<HealthMonitoringResponse> = read_response(text)?;
/// let body = write(&HealthMonitoring::from(response.body), &Context::default())?;
/// assert!(body.contains("new_key"));
/// // A text does not say where its keys came from.
/// assert!(read::<HealthMonitoring>(&body, &Context::default()).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// The report of everything that is wrong.
pub fn write<T: Describe>(value: &T, context: &Context<'_>) -> Result<String, Report> {
    let text = serde_json::to_string(value).map_err(|error| unwritable(&error))?;
    let report = check_text::<T>(&text, context);
    if report.is_valid() { Ok(text) } else { Err(report) }
}

fn check_text<T: Describe>(text: &str, context: &Context<'_>) -> Report {
    // Only a lenient reader, which is for responses, puts unknown data into a value.
    explain::<T>(text, Form::Request, &context.with_unknown_keys(UnknownKeys::Carry))
}

/// The report about a value that serde cannot write: only a type that garde alone knows can be one.
fn unwritable(error: &serde_json::Error) -> Report {
    let finding = Finding::Foreign { message: error.to_string() };
    let mut report = Report::default();
    report.diagnostics.push(Diagnostic::new(
        finding,
        Severity::Error,
        String::new(),
        Span::new(0, 0),
    ));
    report
}

fn parse<T: Wire>(text: &str, context: &Context<'_>) -> Option<T> {
    if text.len() > context.limits.bytes {
        return None;
    }
    // Only the lenient reader keeps an unknown key.
    let reader = match context.unknown_keys {
        UnknownKeys::Allow | UnknownKeys::Carry => Reader::response(),
        _ => Reader::request(),
    };
    let reader = reader.with_limits(context.limits);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Seed::<T>::new(&reader).deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some(value)
}

macro_rules! integer {
    ($($ty:ty),*) => {$(
        impl Describe for $ty {
            const KIND: Kind = Kind::Int { minimum: <$ty>::MIN as i128, maximum: <$ty>::MAX as i128 };
        }
    )*};
}

integer!(u8, u16, u32, u64, i8, i16, i32, i64);

impl Describe for bool {
    const KIND: Kind = Kind::Bool;
}

impl Describe for f64 {
    const KIND: Kind = Kind::Number;
}

impl Describe for String {
    const KIND: Kind = Kind::String;
}

impl Describe for Secret {
    const KIND: Kind = Kind::Secret;
}

impl Describe for HiddenSecret {
    const KIND: Kind = Kind::Secret;
}

impl Describe for Any {
    const KIND: Kind = Kind::Any;
}

impl Describe for Unknown {
    const KIND: Kind = Kind::Any;
}

impl<T: Object> Describe for Key<T> {
    const KIND: Kind = Kind::Reference(&T::TARGET);
}

impl<T: Object> Describe for Reference<T> {
    const KIND: Kind = Kind::Reference(&T::TARGET);
}

impl<T: Describe> Describe for Option<T> {
    const KIND: Kind = Kind::Nullable(&T::KIND);
}

impl<T: Describe> Describe for Optional<T> {
    const KIND: Kind = Kind::Optional(&T::KIND);
}

impl<T: Describe> Describe for Box<T> {
    const KIND: Kind = T::KIND;
}

impl<T: Describe> Describe for Vec<T> {
    const KIND: Kind = Kind::List(&T::KIND);
}

impl<T: Describe, const N: usize> Describe for [T; N]
where
    Self: Wire,
{
    const KIND: Kind = Kind::Array(&T::KIND, N);
}

impl<T: Describe> Describe for BTreeMap<String, T> {
    const KIND: Kind = Kind::Map(&T::KIND);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{PasswordResponse, Response, SnmpTrapResponse};

    #[test]
    fn the_error_of_an_response_repeats_no_value() {
        for body in [
            r#""hunter2, expected peace""#,
            r#"{"enabled": "hunter2", "version": null}"#,
            r#"{"enabled": 70055, "version": null}"#,
            r#"{"version": {"selection": "3", "value": {"auth_password": {"key": 70055}}}}"#,
            r#"{"version": {"value": {"auth_password": {"key": 70055}}, "selection": "3"}}"#,
            r#"{"version": {"selection": "3", "value": {"auth_method": 70055.5}}}"#,
        ] {
            let text = format!(r#"{{"key": "a", "meta": {{}},{}"body": {body}}}"#, "\n");
            let error = read_response::<Response<SnmpTrapResponse>>(&text).unwrap_err();
            let words = format!("{error} {error:?}");
            assert!(!words.contains("hunter2") && !words.contains("70055"), "{words}");
            assert_eq!(error.line(), 2, "{words}");
        }
        let error = read_response::<PasswordResponse>(r#""hunter2"#).unwrap_err();
        assert!(error.is_eof() && !error.to_string().contains("hunter2"), "{error}");
    }
}
