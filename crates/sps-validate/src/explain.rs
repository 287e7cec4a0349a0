//! Everything that is wrong with a document: where, and what to do about it.

mod hidden;
mod hints;
mod keys;
mod record;
mod rules;
mod scalars;
mod union;
mod unquoted;
mod values;

use std::collections::{HashMap, HashSet};

#[cfg(feature = "yaml")]
use crate::yaml;
use crate::{
    code,
    context::{Context, UnknownKeys},
    descriptor::Kind,
    finding::{Expected, Finding, Item},
    json::{self, Node, ScanError, Value},
    reason::Reason,
    report::{Diagnostic, Report},
    severity::Severity,
    span::Span,
    subject::{Form, Subject},
};

/// Lists every mistake in `text`.
///
/// A text that is not JSON, or that exceeds a limit of the context, is reported alone.
///
/// ```
/// use sps_validate::{Context, Form, Kind, Subject, explain};
/// let subject = Subject::new(Kind::Nullable(&Kind::Bool), Form::Request);
/// assert!(explain("null", &subject, &Context::default()).is_valid());
/// let report = explain("1", &subject, &Context::default());
/// assert_eq!(report.diagnostics[0].code, "wrong-type");
/// ```
pub fn explain(text: &str, subject: &Subject, context: &Context<'_>) -> Report {
    match json::scan(text, &context.limits) {
        Ok(root) => explain_scanned(text, &root, subject, context),
        Err(error) => {
            let mut report = Report::default();
            report.diagnostics.push(unreadable(&error, text));
            report
        }
    }
}

/// Lists every mistake in a YAML document, as [`explain`] does for JSON.
///
/// Besides, a scalar without quotes is `wrong-type` if it is no text where a text belongs, or if readers of YAML 1.1 and
/// 1.2 take it for different values.
///
/// ```
/// use sps_validate::{Context, Form, Kind, Subject, explain_yaml};
/// let subject = Subject::new(Kind::Bool, Form::Request);
/// assert!(explain_yaml("true # yes", &subject, &Context::default()).is_valid());
/// let report = explain_yaml("yes", &subject, &Context::default());
/// assert_eq!(report.diagnostics[0].help, "write true");
/// ```
#[cfg(feature = "yaml")]
pub fn explain_yaml(text: &str, subject: &Subject, context: &Context<'_>) -> Report {
    match yaml::scan(text, &context.limits) {
        Ok(document) => {
            let context = Context { marks: Some(&document.marks), ..*context };
            explain_scanned(text, &document.root, subject, &context)
        }
        Err(error) => unreadable_yaml(&error, text),
    }
}

/// Lists every mistake in a text that was scanned already: `root` is the result of [`json::scan`] for `text`.
///
/// ```
/// use sps_validate::{Context, Form, Kind, Subject, explain_scanned, json};
/// let (subject, context) = (Subject::new(Kind::Bool, Form::Request), Context::default());
/// let root = json::scan("1", &context.limits)?;
/// assert_eq!(explain_scanned("1", &root, &subject, &context).diagnostics[0].code, "wrong-type");
/// # Ok::<(), json::ScanError>(())
/// ```
pub fn explain_scanned(
    text: &str,
    root: &Node<'_>,
    subject: &Subject,
    context: &Context<'_>,
) -> Report {
    let mut walker = Walker::new(text, subject, context);
    walker.document(root);
    walker.finish()
}

fn unreadable(error: &ScanError, text: &str) -> Diagnostic {
    let (finding, at) = match *error {
        ScanError::Syntax { at, expected } => (Finding::NotJson { error: expected }, at),
        ScanError::Limit { limit, at, allowed } => {
            (Finding::LimitExceeded { limit, maximum: allowed }, at)
        }
    };
    Diagnostic::new(finding, Severity::Error, String::new(), character(text, at))
}

/// The report on a text that is not YAML.
#[cfg(feature = "yaml")]
fn unreadable_yaml(error: &yaml::ScanError, text: &str) -> Report {
    let finding = match *error {
        yaml::ScanError::Syntax { mistake, .. } => Finding::NotYaml { mistake },
        yaml::ScanError::Limit { limit, allowed, .. } => {
            Finding::LimitExceeded { limit, maximum: allowed }
        }
    };
    let span = character(text, error.at());
    let mut report = Report::default();
    report.diagnostics.push(Diagnostic::new(finding, Severity::Error, String::new(), span));
    report
}

/// The whole character that the byte `at` belongs to; nothing at the end of the text.
fn character(text: &str, at: usize) -> Span {
    let is_boundary = |at: &usize| text.is_char_boundary(*at);
    let start = (0..=at.min(text.len())).rev().find(is_boundary).unwrap_or(0);
    let end = (start + 1..text.len()).find(is_boundary).unwrap_or(text.len());
    Span { start, end }
}

/// One walk over one document.
struct Walker<'s, 'c, 't> {
    text: &'t str,
    subject: &'s Subject,
    context: &'c Context<'c>,
    report: Report,
    /// The current place, as an RFC 6901 pointer.
    pointer: String,
    /// Starts of the values that have a diagnostic: rules about them are skipped.
    broken: HashSet<usize>,
    /// First use of each object that may be referenced once.
    uses: HashMap<(&'static str, &'t str), (String, Span)>,
    /// The worst severity of the diagnostics beyond the limit, which are not recorded.
    left_out: Option<Severity>,
    /// Length of all pointers of the report together. Unit: bytes.
    pointer_bytes: usize,
    /// Start of the object that holds its body without a wrapper, beside `key` and `meta`.
    bare: Option<usize>,
}

impl<'s, 'c, 't> Walker<'s, 'c, 't> {
    fn new(text: &'t str, subject: &'s Subject, context: &'c Context<'c>) -> Self {
        Self {
            text,
            subject,
            context,
            report: Report::default(),
            pointer: String::new(),
            broken: HashSet::new(),
            uses: HashMap::new(),
            left_out: None,
            pointer_bytes: 0,
            bare: None,
        }
    }

    /// Sorts the findings by their place in the document.
    fn finish(mut self) -> Report {
        self.hide_targets();
        self.report.diagnostics.sort_by_key(|diagnostic| {
            (diagnostic.code == code::LIMIT_EXCEEDED, diagnostic.span.start)
        });
        self.report
    }

    fn is_response(&self) -> bool {
        self.subject.form == Form::Response
    }

    /// Whether enum values and variants that no source shows are carried along.
    fn keeps_unknown_values(&self) -> bool {
        self.is_response() || self.context.unknown_keys == UnknownKeys::Carry
    }

    fn document(&mut self, root: &'t Node<'t>) {
        self.versions(self.subject.versions, root.span, Item::Endpoint);
        let body = self.subject.body;
        match (self.subject.form, self.subject.is_wrapped(root)) {
            (Form::Response, false) if self.subject.wrappers.is_empty() => self.bare(body, root),
            (_, false) => self.value(body, &self.subject.constraint, root, None),
            (Form::Request, true) => {
                self.hide_inside(root);
                self.error(root, Finding::ResponseWrapper);
            }
            (Form::Response, true) => self.response(body, root),
        }
    }

    /// A wrapped response: the body, or the items of a list and the bodies in them.
    fn response(&mut self, body: Kind, root: &'t Node<'t>) {
        let Value::Object(members) = &root.value else { return };
        self.duplicates(root);
        for member in members {
            if self.subject.wrappers.contains(&&*member.key) {
                self.below(&member.key, |walker| {
                    walker.value(body, &walker.subject.constraint, &member.value, None);
                });
            } else if member.key == "items" {
                self.below("items", |walker| walker.items(body, &member.value));
            } else if matches!(&*member.key, "key" | "meta") {
                self.hide_inside(&member.value);
            } else {
                self.below(&member.key, |walker| {
                    walker.unknown_value(&member.value);
                    walker.unchecked(code::UNKNOWN_KEY, Reason::UnknownKey);
                });
            }
        }
    }

    /// A body without a wrapper: `key` and `meta` lie beside its members.
    fn bare(&mut self, body: Kind, object: &'t Node<'t>) {
        self.bare = Some(object.span.start);
        self.value(body, &self.subject.constraint, object, None);
    }

    fn items(&mut self, body: Kind, items: &'t Node<'t>) {
        let Value::Array(items) = &items.value else {
            return self.wrong_type(items, Expected::Items);
        };
        for (index, item) in items.iter().enumerate() {
            self.below(&index.to_string(), |walker| walker.item(body, item));
        }
    }

    fn item(&mut self, body: Kind, item: &'t Node<'t>) {
        if self.subject.wrappers.is_empty() && item.members().is_some() {
            return self.bare(body, item);
        }
        if let Value::Object(members) = &item.value {
            self.duplicates(item);
            let body = item.get("body").map(|body| body.span);
            for member in members {
                match &*member.key {
                    "key" | "meta" => self.hide_inside(&member.value),
                    "body" if body == Some(member.value.span) => {}
                    _ => self.report.sensitive.push(member.value.span),
                }
            }
        } else {
            self.wrong_type(item, Expected::Item);
        }
        if let Some(content) = item.get("body") {
            self.below("body", |walker| {
                walker.value(body, &walker.subject.constraint, content, None);
            });
        }
    }
}
