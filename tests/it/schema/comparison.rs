//! Our decision against that of two libraries that read the exported schema, and where they may differ.

use proptest::prelude::*;
use serde_json::Value;
use sps_codegen::{SchemaForm, schema, schema_id};
use sps_spec::Spec;
use sps_validate::{Context, Diagnostic, Form, Subject, accept, code, explain};

/// The schema of one body in both libraries with assertion of formats on, and in one without.
pub(crate) struct Comparison {
    subject: Subject,
    patterns: jsonschema::Validator,
    jsonschema: jsonschema::Validator,
    boon: (boon::Schemas, boon::SchemaIndex),
}

impl Comparison {
    pub(crate) fn new(spec: &Spec, path: &str, subject: Subject) -> Self {
        let form = match subject.form {
            Form::Request => SchemaForm::Request,
            _ => SchemaForm::Response,
        };
        let endpoint = spec.endpoint(path).unwrap_or_else(|| panic!("no endpoint {path}"));
        let text = schema(spec, endpoint, form).unwrap_or_else(|| panic!("no schema of {path}"));
        let schema: Value = serde_json::from_str(&text).unwrap();
        assert!(jsonschema::meta::is_valid(&schema), "{path} {form:?}");
        let draft = jsonschema::options().with_draft(jsonschema::Draft::Draft202012);
        let patterns = draft.clone().should_validate_formats(false).build(&schema).unwrap();
        let jsonschema = draft.should_validate_formats(true).build(&schema).unwrap();
        let mut schemas = boon::Schemas::new();
        let mut compiler = boon::Compiler::new();
        compiler.enable_format_assertions();
        let id = schema_id(endpoint, form);
        // It compares a schema with the meta-schema when it compiles it.
        compiler.add_resource(&id, schema).unwrap();
        let index = compiler.compile(&id, &mut schemas).unwrap();
        Self { subject, patterns, jsonschema, boon: (schemas, index) }
    }

    /// What the schema says of a value, in each library.
    fn verdicts(&self, value: &Value) -> [(&'static str, bool); 3] {
        let (schemas, index) = &self.boon;
        [
            (PATTERNS, self.patterns.is_valid(value)),
            ("jsonschema", self.jsonschema.is_valid(value)),
            ("boon", schemas.validate(value, *index).is_ok()),
        ]
    }

    /// Checks that all agree on a document, or that a difference on the list explains why not.
    pub(crate) fn agrees(&self, text: &str, context: &Context<'_>) -> Result<(), TestCaseError> {
        let report = explain(text, &self.subject, context);
        let ours = report.is_valid();
        if !self.is_response() {
            prop_assert_eq!(accept(text, &self.subject, context), ours, "{} {}", report, text);
        }
        let Ok(value) = serde_json::from_str::<Value>(text) else {
            prop_assert!(!ours, "no JSON at all: {}", text);
            return Ok(());
        };
        for (library, theirs) in self.verdicts(&value) {
            let agree = match (ours, theirs) {
                (true, true) | (false, false) => true,
                (false, true) => report.errors().all(|it| excuse(it, text, library).is_some()),
                // Patterns alone refuse nothing that we accept.
                (true, false) if library == PATTERNS => false,
                (true, false) => {
                    let mut plain = value.clone();
                    make_plain(&mut plain);
                    plain != value && self.verdicts(&plain).iter().all(|(_, valid)| *valid)
                }
            };
            prop_assert!(
                agree,
                "{}: {} for us, {} for the schema: {} {}",
                library,
                ours,
                theirs,
                report,
                text
            );
        }
        Ok(())
    }

    /// Where the libraries and we differ on a document: the names of the excuses.
    pub(crate) fn differences(&self, text: &str, context: &Context<'_>) -> Vec<&'static str> {
        let report = explain(text, &self.subject, context);
        let value: Value = serde_json::from_str(text).unwrap();
        let verdicts = self.verdicts(&value);
        if verdicts.iter().all(|(_, valid)| *valid == report.is_valid()) {
            return Vec::new();
        }
        let mut names: Vec<_> = if report.is_valid() {
            let mut names = Vec::new();
            texts(&value, &mut |text| names.extend(stricter(text).map(|(name, _)| name)));
            names
        } else {
            let accepting: Vec<_> = verdicts.iter().filter(|(_, valid)| *valid).collect();
            let excuses = |it| accepting.iter().find_map(|(library, _)| excuse(it, text, library));
            report.errors().filter_map(excuses).collect()
        };
        names.dedup();
        let listed = |name| LAXER.iter().chain(STRICTER).any(|(known, _)| *known == name);
        assert!(names.iter().all(|name| listed(*name)), "{names:?}");
        names
    }

    /// Whether it checks what is received.
    pub(crate) fn is_response(&self) -> bool {
        self.subject.form == Form::Response
    }
}

/// Why we refuse what a schema accepts. The list is closed: any other error of ours is an error for the schema too.
pub(crate) const LAXER: &[(&str, &str)] = &[
    ("duplicate-key", "readers of JSON drop all but one before a schema sees them"),
    ("single-use", "no schema compares two values of one document"),
    ("order", "no schema compares the keys of an object with a list in it"),
    ("elsewhere", "what a reference points to is not in the document"),
    ("whole-float", "for JSON Schema 80.0, 8e1 and -0 are integers"),
    ("beyond-64-bits", "JSON Schema has no largest integer, and readers make it a float"),
    ("certificate", "a pattern sees the envelope and not what the base64 holds"),
    ("version", "the schema has what any version has"),
    ("limit", "the schema has no limits of size and depth"),
    ("custom", "a check written by hand cannot be said"),
    ("rough", "a pattern of all addresses, or of a calendar, would be unreadable"),
];

/// The library that does not assert formats.
const PATTERNS: &str = "jsonschema without formats";

/// Why a schema with asserted formats refuses what we accept; without assertion it does not.
pub(crate) const STRICTER: &[(&str, &str)] =
    &[("host-name", "`hostname` of one library reads `--` as Punycode and knows no final dot")];

/// The difference that explains an error of ours where the schema sees none.
fn excuse(diagnostic: &Diagnostic, text: &str, library: &str) -> Option<&'static str> {
    let written = diagnostic.span.of(text).unwrap_or_default();
    let number = serde_json::from_str::<serde_json::Number>(written).ok();
    let is_float = number.as_ref().is_some_and(serde_json::Number::is_f64);
    Some(match diagnostic.code {
        code::DUPLICATE_KEY => "duplicate-key",
        code::SINGLE_USE_REFERENCE => "single-use",
        code::WRONG_ORDER => "order",
        code::REFERENCE_EXISTS
        | "snmp-password-length"
        | "snmp-password-charset"
        | "referent"
        | "referent-null" => "elsewhere",
        code::WRONG_TYPE
            if number
                .as_ref()
                .is_some_and(|it| it.as_f64().is_some_and(|it| it.fract() == 0.0)) =>
        {
            "whole-float"
        }
        code::OUT_OF_RANGE if is_float || number.is_some_and(|it| it.as_i64().is_none()) => {
            "beyond-64-bits"
        }
        "pem-certificate" if is_envelope(written) => "certificate",
        code::NOT_IN_VERSION => "version",
        code::LIMIT_EXCEEDED => "limit",
        "custom-when" => "custom",
        // The schema has no `format` for mail addresses: libraries refuse some that are right.
        "email-address" => "rough",
        "ip-address" | "date-time" if library == PATTERNS => "rough",
        _ => return None,
    })
}

/// Whether a JSON string looks like one certificate.
fn is_envelope(written: &str) -> bool {
    let text: String = serde_json::from_str(written).unwrap_or_default();
    text.starts_with("-----BEGIN CERTIFICATE-----\n")
        && text.trim_end_matches('\n').ends_with("\n-----END CERTIFICATE-----")
}

/// The difference that explains why the schema refuses this text, and a text that no one refuses.
fn stricter(text: &str) -> Option<(&'static str, &'static str)> {
    use sps_validate::format::Format;
    if Format::Fqdn.check(text).is_ok() {
        return (text.ends_with('.') || is_punycode(text))
            .then_some(("host-name", "host.example.com"));
    }
    None
}

/// Whether a label has two hyphens where those of Punycode have them.
fn is_punycode(domain: &str) -> bool {
    domain.split('.').any(|label| label.get(2..4) == Some("--"))
}

fn texts(value: &Value, visit: &mut impl FnMut(&str)) {
    match value {
        Value::String(text) => visit(text),
        Value::Array(items) => items.iter().for_each(|item| texts(item, visit)),
        Value::Object(object) => object.values().for_each(|member| texts(member, visit)),
        _ => {}
    }
}

/// Replaces every text that only a schema refuses.
fn make_plain(value: &mut Value) {
    match value {
        Value::String(text) => {
            if let Some((_, plain)) = stricter(text) {
                plain.clone_into(text);
            }
        }
        Value::Array(items) => items.iter_mut().for_each(make_plain),
        Value::Object(object) => object.values_mut().for_each(make_plain),
        _ => {}
    }
}
