//! English about YAML.

use std::fmt;

use crate::{
    english::too_large,
    finding::{Expected, Meant},
    yaml::{Reading, ScanError},
};

/// What is wrong with a scalar without quotes.
pub(super) fn unquoted(expected: &Expected, old: &Reading, core: &Reading) -> String {
    if old == core {
        format!("expected {expected}, found {core}")
    } else {
        format!("expected {expected}, but YAML 1.1 reads {old} and YAML 1.2 reads {core}")
    }
}

/// What to do about a scalar without quotes.
pub(super) fn help(
    expected: &Expected,
    core: &Reading,
    source: Option<&str>,
    meant: Option<&Meant>,
) -> String {
    match (meant, source) {
        (Some(Meant::Bool(value)), _) => format!("write {value}"),
        (Some(Meant::Text(text)), _) => format!("quote it: \"{text}\""),
        (Some(Meant::Time(text)), _) => {
            format!("quote times: another tool took \"{text}\" for this number of minutes")
        }
        (None, Some(source)) if *expected == Expected::Any => {
            format!("quote it if it is a text: \"{source}\"; else write the value in plain form")
        }
        (None, None) if *expected == Expected::Any => {
            "quote it if it is a text; else write the value in plain form".to_owned()
        }
        (None, _) if *expected == Expected::Bool => "write true or false".to_owned(),
        (None, _) if expected.is_plain() => "write it in plain decimal digits".to_owned(),
        (None, _) if *core == Reading::Null => {
            "give it a value, or quote it if it is a text".to_owned()
        }
        (None, _) => "quote it".to_owned(),
    }
}

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Syntax { mistake, .. } => f.write_str(mistake.message()),
            Self::Limit { limit, allowed, .. } => f.write_str(&too_large(limit, allowed)),
        }
    }
}
