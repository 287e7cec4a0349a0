//! The forms of the page: a fault to arm.

use std::{fmt::Write as _, num::NonZero};

use crate::{fault::Fault, http::parameters};

/// Longest form that is read.
pub(super) const MAX_BYTES: usize = 16 << 10;

/// Methods to choose from.
pub(super) const METHODS: &[&str] = &["*", "GET", "HEAD", "POST", "PUT", "DELETE"];

/// Kinds of faults to choose from: name, example of a value if it takes one, effect.
pub(super) const KINDS: &[(&str, Option<&str>, &str)] = &[
    ("status", Some("503"), "responds with this status code"),
    ("delay", Some("2s"), "delays the request and its response"),
    ("drop-before", None, "ends the connection; the request has no effect"),
    ("drop-after", None, "ends the connection; the request takes effect"),
    ("slow-body", Some("2s"), "sends the body of the response over this time"),
    ("truncate-body", None, "ends the connection in the middle of the body"),
    ("expire-session", None, "ends the session just before the request"),
    ("foreign-lock", Some("alice"), "refuses as if this user held the lock"),
    ("lose-key", Some("name"), "drops members of this name from the body of the request"),
    ("fail-job", None, "lets the job that the request starts fail"),
];

/// The content of a form.
#[derive(Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads the body of a request, or a query.
    pub(super) fn read(text: &str) -> Self {
        Self(parameters(text))
    }

    /// Returns the first value of this name, without space around it; or an empty text.
    pub(super) fn get(&self, name: &str) -> &str {
        let found = self.0.iter().find(|it| it.0 == name);
        found.map(|it| it.1.trim()).unwrap_or_default()
    }

    /// Reads a page number of a URL, which counts from 1, as one that counts from 0.
    pub(super) fn page(&self) -> usize {
        self.get("page").parse::<usize>().unwrap_or(1).saturating_sub(1)
    }

    /// Reads the fault that a form describes.
    pub(super) fn fault(&self) -> Result<Fault, String> {
        let (kind, value) = (self.get("kind"), self.get("value"));
        let Some((_, example, _)) = KINDS.iter().find(|it| it.0 == kind) else {
            return Err(format!("`{kind}` is no kind of fault"));
        };
        let takes_value = example.is_some();
        if !takes_value && !value.is_empty() {
            return Err(format!("{kind} takes no value: leave the field empty"));
        }
        let or_any = |text: &str| if text.is_empty() { "*".to_owned() } else { text.to_owned() };
        let given = |name: &str| Some(self.get(name)).filter(|it| !it.is_empty());
        if let Some(times) = given("times").filter(|it| it.parse::<NonZero<u32>>().is_err()) {
            let most = u32::MAX;
            return Err(format!(
                "times: expected a whole number from 1 to {most}, found `{times}`"
            ));
        }
        let is_fraction = |it: &str| it.parse().is_ok_and(|it: f64| (0.0..=1.0).contains(&it));
        if let Some(probability) = given("probability").filter(|it| !is_fraction(it)) {
            let example = "a number from 0 to 1, such as 0.5";
            return Err(format!("probability: expected {example}, found `{probability}`"));
        }
        for (name, text) in
            [("method", self.get("method")), ("path", self.get("path")), ("value", value)]
        {
            if text.contains(char::is_whitespace) {
                return Err(format!("the {name} must not have spaces"));
            }
        }
        let mut text =
            format!("{} {} {kind}", or_any(self.get("method")), or_any(self.get("path")));
        if takes_value {
            text.push('=');
            text.push_str(value);
        }
        for (prefix, name) in [("x", "times"), ("p", "probability")] {
            if let Some(value) = given(name) {
                let _ = write!(text, " {prefix}{value}");
            }
        }
        text.parse().map_err(|error: crate::Error| match error {
            crate::Error::Fault { why, .. } => why,
            other => other.to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_makes_a_fault() {
        for (kind, value, _) in KINDS {
            let value = value.unwrap_or_default();
            let form = Form::read(&format!("kind={kind}&value={value}&times=2&probability=0.5"));
            let text = form.fault().unwrap().to_string();
            assert!(
                text.starts_with(&format!("* * {kind}")) && text.ends_with(" x2 p0.5"),
                "{text}"
            );
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (form, expected) in [
            ("kind=status&value=99", "expected a status code from 200 to 599"),
            ("kind=status", "missing value: expected `status=VALUE`"),
            ("kind=drop-after&value=1", "drop-after takes no value: leave the field empty"),
            ("kind=nothing", "`nothing` is no kind of fault"),
            ("kind=status=503", "`status=503` is no kind of fault"),
            ("", "`` is no kind of fault"),
            ("kind=drop-after&method=A+B", "the method must not have spaces"),
            (
                "kind=drop-after&path=api/info",
                "expected a path from its first `/` or a `*`, without a query, found `api/info`",
            ),
            (
                "kind=drop-after&times=2+p0",
                "times: expected a whole number from 1 to 4294967295, found `2 p0`",
            ),
            (
                "kind=drop-after&times=0",
                "times: expected a whole number from 1 to 4294967295, found `0`",
            ),
            (
                "kind=drop-after&probability=0,5",
                "probability: expected a number from 0 to 1, such as 0.5, found `0,5`",
            ),
            ("kind=drop-after&path=/a+b", "the path must not have spaces"),
            (
                "kind=drop-after&times=-1",
                "times: expected a whole number from 1 to 4294967295, found `-1`",
            ),
        ] {
            assert_eq!(Form::read(form).fault().unwrap_err(), expected);
        }
    }
}
