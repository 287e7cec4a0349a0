//! The two questions asked of a text: may it be sent, and if not, what is wrong with it?

use std::collections::{BTreeMap, HashSet};

use serde::{Deserialize, de::DeserializeSeed};
use sps_validate::{
    Constraint, Constraints, Context, Form, Kind, Report, Subject, Target, UnknownKeys,
};

use crate::{
    key::{Key, Object, Reference},
    misfit,
    optional::Optional,
    secret::{HiddenSecret, Secret},
    unknown::{Any, Unknown, is_wrapper},
    wire::{Reader, Seed, Wire},
};

/// A type that knows its descriptor and can judge a value of itself.
///
/// [`macro@crate::Resource`] implements it.
pub trait Describe: Wire {
    /// What the type is made of, as data.
    const KIND: Kind;

    /// Whether the value satisfies its constraint and every rule about it; references aside.
    fn judge(&self, constraint: &Constraint, context: &Context<'_>) -> bool;

    /// Shows every reference in the value, in the order of the declaration.
    fn references<'a>(&'a self, visit: &mut dyn FnMut(&'static Target, &'a str)) {
        let _ = visit;
    }

    /// Whether this is the wrapper of a response, taken for a body by a type that knows any key.
    fn is_wrapper(&self) -> bool {
        false
    }
}

/// What the generator adds to a declared type: documentation, constraints, versions and rules.
pub trait Constrained {
    /// The tables.
    const CONSTRAINTS: Constraints;

    /// Whether no rule with severity error is broken.
    fn holds(&self, context: &Context<'_>) -> bool {
        let _ = context;
        true
    }
}

/// Whether `text` may be sent as a `T`: nothing in it is wrong, though something may be undecided.
///
/// Always agrees with [`explain()`], and costs far less.
///
/// ```
/// use sps_model::{HealthMonitoring, accept};
/// use sps_model::validate::Context;
/// let text = r#"{"maximum_disk_utilization_ratio": 101, "maximum_load1": null, "maximum_load5": null,
///     "maximum_load15": null, "maximum_swap_utilization_ratio": 70}"#;
/// assert!(!accept::<HealthMonitoring>(text, &Context::default()));
/// assert!(accept::<HealthMonitoring>(&text.replace("101", "100"), &Context::default()));
/// ```
pub fn accept<T: Describe>(text: &str, context: &Context<'_>) -> bool {
    sps_validate::accept(text, &Subject::new(T::KIND, Form::Request), context)
}

/// Reads `text` as a `T` that may be sent.
///
/// # Errors
/// The report of everything that is wrong.
pub fn read<T: Describe>(text: &str, context: &Context<'_>) -> Result<T, Report> {
    // What depends on versions and on unknown keys is judged by the one full response.
    let is_plain = context.target.is_none() && context.unknown_keys == UnknownKeys::Deny;
    match parse::<T>(text, context) {
        Some(value) if is_plain && is_acceptable(&value, context) => Ok(value),
        value => {
            let report = explain::<T>(text, Form::Request, context);
            match value {
                Some(value) if report.is_valid() => Ok(value),
                _ => Err(report),
            }
        }
    }
}

/// Reads the text of a response, keeping what no source shows.
///
/// ```
/// use sps_model::{Response, HealthMonitoring, HealthMonitoringResponse, read_response};
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
/// a value, for it may be a secret.
pub fn read_response<'de, T: Deserialize<'de>>(text: &'de str) -> serde_json::Result<T> {
    serde_json::from_str(text).map_err(|error| misfit::without_value::<T>(text, error))
}

/// Lists everything that is wrong with `text` as a `T` in one form, where, and what to do.
pub fn explain<T: Describe>(text: &str, form: Form, context: &Context<'_>) -> Report {
    sps_validate::explain(text, &Subject::new(T::KIND, form), context)
}

fn parse<T: Wire>(text: &str, context: &Context<'_>) -> Option<T> {
    if text.len() > context.limits.bytes {
        return None;
    }
    // A key that may stand there must be kept, and only the lenient reader keeps one.
    let reader = match context.unknown_keys {
        UnknownKeys::Allow => Reader::response(),
        _ => Reader::request(),
    };
    let reader = reader.with_limits(context.limits);
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Seed::<T>::new(&reader).deserialize(&mut deserializer).ok()?;
    deserializer.end().ok()?;
    Some(value)
}

/// Judges the value and, across all of it, its references.
fn is_acceptable<T: Describe>(value: &T, context: &Context<'_>) -> bool {
    if value.is_wrapper() || !value.judge(&Constraint::NONE, context) {
        return false;
    }
    let mut good = true;
    let mut used = HashSet::new();
    value.references(&mut |target, key| {
        good &= !target.single_use || used.insert((target.path, key));
        if let Some(resolver) = context.resolver {
            let path = format!("{}/{key}", target.path);
            good &= resolver.exists(&path) != Some(false);
            good &= !target.single_use || resolver.used_by(&path).is_none();
        }
    });
    good
}

macro_rules! integer {
    ($($ty:ty),*) => {$(
        impl Describe for $ty {
            const KIND: Kind = Kind::Int { minimum: <$ty>::MIN as i128, maximum: <$ty>::MAX as i128 };

            fn judge(&self, constraint: &Constraint, _: &Context<'_>) -> bool {
                constraint.check_int(i128::from(*self)).is_ok()
            }
        }
    )*};
}

integer!(u8, u16, u32, u64, i8, i16, i32, i64);

impl Describe for bool {
    const KIND: Kind = Kind::Bool;

    fn judge(&self, _: &Constraint, _: &Context<'_>) -> bool {
        true
    }
}

impl Describe for f64 {
    const KIND: Kind = Kind::Number;

    fn judge(&self, _: &Constraint, _: &Context<'_>) -> bool {
        true
    }
}

impl Describe for String {
    const KIND: Kind = Kind::String;

    fn judge(&self, constraint: &Constraint, _: &Context<'_>) -> bool {
        constraint.check_str(self).is_ok()
    }
}

impl Describe for Secret {
    const KIND: Kind = Kind::Secret;

    fn judge(&self, constraint: &Constraint, _: &Context<'_>) -> bool {
        constraint.check_str(self.expose()).is_ok()
    }
}

impl Describe for HiddenSecret {
    const KIND: Kind = Kind::Secret;

    fn judge(&self, constraint: &Constraint, _: &Context<'_>) -> bool {
        constraint.check_str(self.expose()).is_ok()
    }
}

impl Describe for Any {
    const KIND: Kind = Kind::Any;

    fn judge(&self, _: &Constraint, _: &Context<'_>) -> bool {
        true
    }

    fn is_wrapper(&self) -> bool {
        is_wrapper(self.as_value().as_object().into_iter().flat_map(|object| object.keys()))
    }
}

impl Describe for Unknown {
    const KIND: Kind = Kind::Any;

    fn judge(&self, _: &Constraint, _: &Context<'_>) -> bool {
        true
    }
}

impl<T: Object> Describe for Key<T> {
    const KIND: Kind = Kind::Reference(&T::TARGET);

    fn judge(&self, _: &Constraint, _: &Context<'_>) -> bool {
        true
    }

    fn references<'a>(&'a self, visit: &mut dyn FnMut(&'static Target, &'a str)) {
        visit(&T::TARGET, self.as_str());
    }
}

impl<T: Object> Describe for Reference<T> {
    const KIND: Kind = Kind::Reference(&T::TARGET);

    fn judge(&self, _: &Constraint, _: &Context<'_>) -> bool {
        true
    }

    fn references<'a>(&'a self, visit: &mut dyn FnMut(&'static Target, &'a str)) {
        visit(&T::TARGET, self.key().as_str());
    }
}

impl<T: Describe> Describe for Option<T> {
    const KIND: Kind = Kind::Nullable(&T::KIND);

    fn judge(&self, constraint: &Constraint, context: &Context<'_>) -> bool {
        self.as_ref().is_none_or(|value| value.judge(constraint, context))
    }

    fn references<'a>(&'a self, visit: &mut dyn FnMut(&'static Target, &'a str)) {
        if let Some(value) = self {
            value.references(visit);
        }
    }

    fn is_wrapper(&self) -> bool {
        self.as_ref().is_some_and(T::is_wrapper)
    }
}

impl<T: Describe> Describe for Optional<T> {
    const KIND: Kind = Kind::Optional(&T::KIND);

    fn judge(&self, constraint: &Constraint, context: &Context<'_>) -> bool {
        self.as_ref().is_none_or(|value| value.judge(constraint, context))
    }

    fn references<'a>(&'a self, visit: &mut dyn FnMut(&'static Target, &'a str)) {
        if let Some(value) = self.as_ref() {
            value.references(visit);
        }
    }

    fn is_wrapper(&self) -> bool {
        self.as_ref().is_some_and(T::is_wrapper)
    }
}

impl<T: Describe> Describe for Box<T> {
    const KIND: Kind = T::KIND;

    fn judge(&self, constraint: &Constraint, context: &Context<'_>) -> bool {
        T::judge(self, constraint, context)
    }

    fn references<'a>(&'a self, visit: &mut dyn FnMut(&'static Target, &'a str)) {
        T::references(self, visit);
    }

    fn is_wrapper(&self) -> bool {
        T::is_wrapper(self)
    }
}

impl<T: Describe> Describe for Vec<T> {
    const KIND: Kind = Kind::List(&T::KIND);

    fn judge(&self, constraint: &Constraint, context: &Context<'_>) -> bool {
        self.iter().all(|value| value.judge(constraint, context))
    }

    fn references<'a>(&'a self, visit: &mut dyn FnMut(&'static Target, &'a str)) {
        for value in self {
            value.references(visit);
        }
    }
}

impl<T: Describe, const N: usize> Describe for [T; N]
where
    Self: Wire,
{
    const KIND: Kind = Kind::Array(&T::KIND, N);

    fn judge(&self, constraint: &Constraint, context: &Context<'_>) -> bool {
        self.iter().all(|value| value.judge(constraint, context))
    }

    fn references<'a>(&'a self, visit: &mut dyn FnMut(&'static Target, &'a str)) {
        for value in self {
            value.references(visit);
        }
    }
}

impl<T: Describe> Describe for BTreeMap<String, T> {
    const KIND: Kind = Kind::Map(&T::KIND);

    fn judge(&self, constraint: &Constraint, context: &Context<'_>) -> bool {
        self.values().all(|value| value.judge(constraint, context))
    }

    fn references<'a>(&'a self, visit: &mut dyn FnMut(&'static Target, &'a str)) {
        for value in self.values() {
            value.references(visit);
        }
    }

    fn is_wrapper(&self) -> bool {
        is_wrapper(self.keys())
    }
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
