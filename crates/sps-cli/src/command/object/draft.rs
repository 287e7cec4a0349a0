//! A body that is to be sent, and its checks.

use std::{borrow::Cow, cell::Cell, io::IsTerminal as _, path::Path};

use anyhow::{Result, anyhow, bail};
use serde_json::Value;
use sps_model::EndpointInfo;
use sps_validate::{
    Context, Diagnostic, Finding, Form, Home, Severity, UnknownKeys, Version, json,
};

use crate::{
    check::{
        document::{ByPath, Document},
        read,
        validate::{self, Checked, Declared},
    },
    command::object::target::Target,
    file_name::is_stdin,
    output::{
        complain, count,
        human::{Amount, Show},
        is_quiet, is_stderr_colored, json as json_output, one_line, print_finding,
        report::Render as _,
    },
    usage::MissingArgument,
};

/// A body that is to be sent.
pub(super) struct Draft {
    document: Document,
    endpoint: Option<&'static EndpointInfo>,
    leniency: Leniency,
    /// Whether its warnings were printed: several checks would repeat them.
    has_warned: Cell<bool>,
}

/// What a body may contain that a check would refuse.
#[derive(Debug, Clone, Default)]
pub(super) struct Leniency {
    pub(super) unknown_keys: UnknownKeys,
    /// Codes of rules that the user waives.
    pub(super) waived: Vec<&'static str>,
}

impl Draft {
    /// Reads a body from a file or from standard input.
    pub(super) fn read(
        file: &Path,
        target: &Target,
        leniency: Leniency,
        command: &'static str,
    ) -> Result<Self> {
        if is_stdin(file) && std::io::stdin().is_terminal() {
            let message = "no body: pass a file, or pipe the body in";
            return Err(MissingArgument { command, message }.into());
        }
        match read::body(file, &Context::default().limits) {
            Ok(document) => Ok(Self::of(document, target, leniency)),
            Err(it) => bail!("{}: {}", one_line(&it.source), it.reason),
        }
    }

    /// Takes a text that this program made; `source` names it in diagnostics.
    pub(super) fn new(source: &str, text: String, target: &Target, leniency: Leniency) -> Self {
        let by_path = ByPath::Known(target.endpoint);
        let document = Document::whole(source.to_owned(), None, text, by_path);
        Self::of(document, target, leniency)
    }

    fn of(document: Document, target: &Target, leniency: Leniency) -> Self {
        Self { document, endpoint: target.endpoint, leniency, has_warned: Cell::new(false) }
    }

    /// The text as JSON.
    pub(super) fn json(&self) -> Result<Cow<'_, str>> {
        let json = self.document.json(&Context::default().limits);
        json.map_err(|reason| {
            anyhow!("{}:{reason}; nothing was sent", one_line(&self.document.source))
        })
    }

    /// The body as a value.
    pub(super) fn value(&self) -> Result<Value> {
        match serde_json::from_str(&self.json()?) {
            Ok(value) => Ok(value),
            // The text itself is not quoted: it may hold secrets.
            Err(error) => bail!(
                "{}:{}:{}: invalid JSON; nothing was sent",
                one_line(&self.document.source),
                error.line(),
                error.column()
            ),
        }
    }

    /// Checks everything that can be checked without the current object, and prints the errors. Unknown keys pass if
    /// nothing else is wrong: the object may have them.
    pub(super) fn check(&self, version: Option<Version>) -> Result<bool> {
        let Some(mut checked) = self.explain(version)? else { return Ok(true) };
        if !checked.report.is_valid() && checked.report.errors().all(is_unknown_key) {
            return Ok(true);
        }
        // Removing such a key would lose its value, if the object has it.
        checked.report.diagnostics.retain(|it| !may_be_there(it));
        Ok(self.passes(checked))
    }

    /// Checks a body for a new object, which has no unknown keys of its own, and prints the errors.
    pub(super) fn check_new(&self, version: Option<Version>) -> Result<bool> {
        Ok(self.explain(version)?.is_none_or(|checked| self.passes(checked)))
    }

    /// Checks a body that replaces this object, and prints the errors. Unknown keys pass if the object has them.
    pub(super) fn check_against(&self, current: &Value, version: Option<Version>) -> Result<bool> {
        let Some(mut checked) = self.explain(version)? else { return Ok(true) };
        checked.report.diagnostics.retain(|it| {
            is_of_another_variant(it) || !(is_unknown_key(it) && has_member(current, &it.pointer))
        });
        Ok(self.passes(checked))
    }

    /// Everything that is wrong; `None` for an endpoint outside the spec.
    fn explain(&self, version: Option<Version>) -> Result<Option<Checked>> {
        let Some(endpoint) = self.endpoint else { return Ok(None) };
        let declared =
            Declared { endpoint: Some(endpoint), form: Some(Form::Request), ..Declared::default() };
        let mut context = Context::default()
            .with_unknown_keys(self.leniency.unknown_keys)
            .with_waived(&self.leniency.waived);
        context.now = validate::now();
        if let Some(version) = version {
            context = context.with_target(version);
        }
        match validate::check(self.document.clone(), declared, &context) {
            Ok(checked) => Ok(Some(checked)),
            Err(it) => bail!("{}: {}", one_line(&it.source), it.reason),
        }
    }

    /// Whether a document has no errors; prints them, and the warnings that were not printed yet.
    fn passes(&self, checked: Checked) -> bool {
        json_output::remember(&checked);
        let errors = checked.report.errors().count();
        let is_brief = is_quiet() || self.has_warned.replace(true);
        let amount = if is_brief { Amount::Errors } else { Amount::Diagnostics };
        let show = Show { color: is_stderr_colored(), amount, dry_run: false };
        for part in show.render(checked).parts {
            print_finding(&part.text);
        }
        if errors > 0 {
            complain(&format!("{}; nothing was sent", count(errors, "error")));
        }
        errors == 0
    }
}

fn is_unknown_key(diagnostic: &Diagnostic) -> bool {
    diagnostic.severity == Severity::Error
        && matches!(diagnostic.finding, Finding::UnknownKey { .. })
}

/// Whether the help is to remove an unknown key: nothing says what else it was meant to be.
fn may_be_there(diagnostic: &Diagnostic) -> bool {
    match &diagnostic.finding {
        Finding::UnknownKey { suggestions, home: None, is_taken } => {
            suggestions.is_empty() || *is_taken
        }
        _ => false,
    }
}

/// Whether the spec has the key for another variant: then the object has it because of its own variant.
fn is_of_another_variant(diagnostic: &Diagnostic) -> bool {
    matches!(&diagnostic.finding, Finding::UnknownKey { home: Some(Home::Variant { .. }), .. })
}

/// Whether a value has something at an RFC 6901 pointer. Elements of lists may have moved, so each of them counts.
fn has_member(value: &Value, pointer: &str) -> bool {
    let Some(rest) = pointer.strip_prefix('/') else { return pointer.is_empty() };
    let (segment, rest) = match rest.find('/') {
        Some(end) => rest.split_at(end),
        None => (rest, ""),
    };
    match value {
        Value::Object(members) => {
            let key = json::unescape_pointer_segment(segment);
            members.get(&*key).is_some_and(|member| has_member(member, rest))
        }
        Value::Array(elements) => elements.iter().any(|element| has_member(element, rest)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn finds_members_at_pointers() {
        let value = json!({"a": {"b/c": 1}, "list": [{"x": null}, {"y": 2}]});
        for pointer in ["", "/a", "/a/b~1c", "/list/0/x", "/list/7/y"] {
            assert!(has_member(&value, pointer), "{pointer}");
        }
        for pointer in ["/b", "/a/b", "/list/0/z", "/a/b~1c/d"] {
            assert!(!has_member(&value, pointer), "{pointer}");
        }
    }
}
