//! What may be in a file in place of a value: `$ref`, `$secret`, `$new` and `$file`.
//!
//! A body in *site form* is JSON in which a reference is `{"$ref": LABEL}`, a secret `{"$secret": SOURCE}` and a single-use
//! object that is made with its user `{"$new": {…}}`. Files are in site form once their `$file` is replaced with the text, and
//! what the appliance has is brought into the same form, so that plan compares like with like and export writes it as it is.

use serde_json::{Map, Value};

/// A notation in place of a value.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Notation<'v> {
    /// `{"$ref": "policies/time_policies/office"}`: the object with this label.
    Ref(&'v str),
    /// `{"$secret": "env:NAME"}`: a value from somewhere else.
    Secret(&'v str),
    /// `{"$new": {…}}`: a single-use object, made with its user.
    New(&'v Value),
    /// `{"$file": "ca.pem"}`: the text of a file.
    File(&'v str),
}

impl<'v> Notation<'v> {
    /// The keys of the notations.
    pub const KEYS: [&'static str; 4] = ["$ref", "$secret", "$new", "$file"];

    /// Reads a notation; `None` for any other value, and for a malformed notation, which the check of the tree reports.
    pub fn read(value: &'v Value) -> Option<Self> {
        let members = value.as_object().filter(|members| members.len() == 1)?;
        let (key, value) = members.iter().next()?;
        match (key.as_str(), value) {
            ("$ref", Value::String(text)) => Some(Self::Ref(text)),
            ("$secret", Value::String(text)) => Some(Self::Secret(text)),
            ("$new", Value::Object(_)) => Some(Self::New(value)),
            ("$file", Value::String(text)) => Some(Self::File(text)),
            _ => None,
        }
    }

    /// Writes it.
    pub fn to_value(self) -> Value {
        let (key, value) = match self {
            Self::Ref(text) => ("$ref", Value::from(text)),
            Self::Secret(text) => ("$secret", Value::from(text)),
            Self::New(value) => ("$new", value.clone()),
            Self::File(text) => ("$file", Value::from(text)),
        };
        Value::Object(Map::from_iter([(key.to_owned(), value)]))
    }
}

/// Where the value of a secret comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretSource {
    /// `keep`: what the appliance has.
    Keep,
    /// `env:NAME`: a variable of the environment.
    Env(String),
    /// `file:PATH`: a file, which may lie outside of the tree.
    File(String),
    /// `prompt:TEXT`: a person is asked.
    Prompt(String),
    /// `command:LINE`: what a command prints, where commands are allowed.
    Command(String),
}

impl SecretSource {
    /// Reads a source; `None` if its kind is unknown.
    pub fn parse(text: &str) -> Option<Self> {
        if text == "keep" {
            return Some(Self::Keep);
        }
        let (kind, rest) = text.split_once(':')?;
        let rest = rest.to_owned();
        match kind {
            "env" => Some(Self::Env(rest)),
            "file" => Some(Self::File(rest)),
            "prompt" => Some(Self::Prompt(rest)),
            "command" => Some(Self::Command(rest)),
            _ => None,
        }
    }
}
