//! Output of a check as SARIF 2.1.0, for code hosts and editors.
//!
//! Each result is a line of its own. Source: OASIS, "Static Analysis Results Interchange Format (SARIF) Version
//! 2.1.0 Plus Errata 01", 28 August 2023; the sections named below are those of it.

use std::{
    fmt::Write as _,
    io::Write as _,
    path::{Component, Path},
};

use anyhow::Result;
use serde_json::{Value, json};
use sps_spec::{Code, Severity};
use sps_validate::{Copied, Diagnostic, OtherFile, Related, Span};

use crate::{
    check::{document::SourceError, validate::Checked},
    output::{
        advice,
        human::Amount,
        report::{Part, Render, Rendered, Sink, Summary},
        stdout::{Stdout, complain},
        text::{count, one_line},
        unchecked::{self, UncheckedGroup},
    },
    spec::codes,
    status::Status,
};

const SCHEMA: &str =
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes one run.
#[derive(Debug, Default)]
pub(crate) struct Sarif {
    errors: Vec<SourceError>,
    unchecked: Vec<UncheckedGroup>,
    begun: bool,
}

impl Sarif {
    /// The text before the next result.
    fn separator(&mut self) -> String {
        if std::mem::replace(&mut self.begun, true) {
            return ",\n   ".to_owned();
        }
        let rules: Vec<Value> = codes().iter().map(rule).collect();
        let driver = json!({
            "name": "sps",
            "semanticVersion": env!("CARGO_PKG_VERSION"),
            "shortDescription": {"text": env!("CARGO_PKG_DESCRIPTION")},
            "rules": rules,
        });
        let tool = json!({"driver": driver});
        format!(
            "{{\"$schema\": \"{SCHEMA}\",\n \"version\": \"2.1.0\",\n \"runs\": [{{\n  \"tool\": {tool},\n  \
             \"columnKind\": \"unicodeCodePoints\",\n  \"results\": [\n   "
        )
    }
}

/// Makes the results of one document.
#[derive(Debug)]
pub(crate) struct Results(pub(crate) Amount);

impl Render for Results {
    fn render(&self, mut checked: Checked) -> Rendered {
        self.0.apply(&mut checked.report);
        let document = Document { checked: &checked, artifact: artifact(&checked.file) };
        let results = checked.report.diagnostics.iter().map(|it| document.diagnostic(it));
        let parts = results.map(|it| Part::from(it.to_string())).collect();
        let Checked { source, file, report, is_in_tree, .. } = checked;
        Rendered { source, file, parts, unchecked: report.unchecked, is_in_tree }
    }

    fn diff(&self, _: &Checked, _: &Checked, _: &[Copied]) -> Option<Part> {
        None
    }
}

impl Sink for Sarif {
    fn checked(&mut self, out: &mut Stdout, rendered: Rendered) -> Result<()> {
        for part in &rendered.parts {
            write!(out, "{}{}", self.separator(), part.text)?;
        }
        unchecked::group(&mut self.unchecked, &rendered);
        Ok(())
    }

    fn source_error(&mut self, _: &mut Stdout, error: SourceError) -> Result<()> {
        complain(&format!("error: {}: {}", one_line(&error.source), error.reason));
        self.errors.push(error);
        Ok(())
    }

    fn finish(&mut self, out: &mut Stdout, _: &Summary, status: Status) -> Result<()> {
        if !self.begun {
            let begin = self.separator();
            write!(out, "{begin}")?;
        }
        // Section 3.20: the result of the run, and what it could not do.
        let errors = self.errors.iter().map(error_notification);
        let unchecked = self.unchecked.iter().map(unchecked_notification);
        let notifications: Vec<Value> = errors.chain(unchecked).collect();
        let invocation = json!({
            "executionSuccessful": status < Status::Failed,
            "exitCode": status.number(),
            "toolExecutionNotifications": notifications,
        });
        writeln!(out, "],\n  \"invocations\": [{invocation}]}}]}}")?;
        out.flush()?;
        Ok(())
    }
}

/// Section 3.49: a code is a rule.
fn rule(code: &Code) -> Value {
    let Code { code: id, title, why, breaks, holds, fix, source, severity, .. } = code;
    let level = match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    json!({
        "id": id,
        "shortDescription": {"text": title},
        "fullDescription": {"text": why},
        "help": {
            "text": format!("{why}\n\nWrong: {breaks}\nRight: {holds}\n\n{fix}\n\nSource: {source}"),
            "markdown": format!(
                "{why}\n\nWrong:\n\n```\n{breaks}\n```\n\nRight:\n\n```\n{holds}\n```\n\n{fix}\n\nSource: {source}"
            ),
        },
        "defaultConfiguration": {"level": level},
    })
}

/// Section 3.58: an error about a source.
fn error_notification(error: &SourceError) -> Value {
    json!({
        "level": "error",
        "message": {"text": error.reason},
        "locations": [{"physicalLocation": {"artifactLocation": artifact(&error.source)}}],
    })
}

/// Section 3.58: rules that were left unchecked. They are not results, because consumers open an alert for each result,
/// whatever its kind.
fn unchecked_notification(group: &UncheckedGroup) -> Value {
    let places = group.places.iter().map(|place| {
        json!({
            "physicalLocation": {"artifactLocation": artifact(&place.file)},
            "logicalLocations": [logical_location(&place.pointer)],
        })
    });
    let mut message = group.message();
    if group.other_places() > 0 {
        let _ = write!(message, "; also at {}", count(group.other_places(), "more place"));
    }
    json!({
        "level": "note",
        "message": {"text": message},
        "locations": places.collect::<Vec<_>>(),
    })
}

/// Section 3.33.4 leaves the form of a name to the producer, and 3.33.7 has kinds for JSON.
fn logical_location(pointer: &str) -> Value {
    let kind = if pointer.is_empty() { "object" } else { "member" };
    json!({"fullyQualifiedName": pointer, "kind": kind})
}

struct Document<'c> {
    checked: &'c Checked,
    artifact: Value,
}

impl Document<'_> {
    /// Section 3.27.
    fn diagnostic(&self, diagnostic: &Diagnostic) -> Value {
        let Diagnostic { code, severity, pointer, span, related, .. } = diagnostic;
        let mut result = Self::result(code, severity.as_str(), &advice::message(diagnostic));
        result["locations"] = json!([self.location(pointer, Some(*span))]);
        if !related.is_empty() {
            let related = related.iter().enumerate().map(|(id, it)| {
                let mut location = match &it.file {
                    Some(other) => elsewhere(other, it),
                    None => self.location(&it.pointer, Some(it.span)),
                };
                location["id"] = id.into();
                location["message"] = json!({"text": it.message});
                location
            });
            result["relatedLocations"] = related.collect();
        }
        result
    }

    fn result(code: &str, level: &str, words: &str) -> Value {
        let mut result = json!({"ruleId": code, "level": level, "message": {"text": words}});
        if let Some(index) = codes().iter().position(|it| it.code == code) {
            result["ruleIndex"] = index.into();
        }
        result
    }

    fn location(&self, pointer: &str, span: Option<Span>) -> Value {
        let mut place = json!({"artifactLocation": self.artifact});
        if let Some(span) = span {
            place["region"] = self.region(span);
        }
        json!({
            "physicalLocation": place,
            "logicalLocations": [logical_location(pointer)],
        })
    }

    /// Section 3.30. Characters are counted from the start of a document that is a whole file; for a line of a
    /// file, the number of characters before it is unknown.
    fn region(&self, span: Span) -> Value {
        let Checked { positions, text, .. } = self.checked;
        // The span of a syntax error may end within a character.
        let end = span.end.max(span.start);
        let end = (end..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(end);
        let (first, last) = (positions.of(span.start), positions.of(end));
        let mut region = json!({
            "startLine": first.line,
            "startColumn": first.column,
            "endLine": last.line,
            "endColumn": last.column,
            "byteOffset": positions.bytes_before + span.start,
            "byteLength": end - span.start,
        });
        if self.checked.source == self.checked.file
            && let (Some(before), Some(inside)) =
                (text.get(..span.start), text.get(span.start..end))
        {
            region["charOffset"] = before.chars().count().into();
            region["charLength"] = inside.chars().count().into();
        }
        region
    }
}

/// Section 3.28, for a place in another file.
fn elsewhere(other: &OtherFile, related: &Related) -> Value {
    let region = json!({
        "startLine": other.line,
        "startColumn": other.column,
        "byteOffset": related.span.start,
        "byteLength": related.span.end - related.span.start,
    });
    json!({
        "physicalLocation": {"artifactLocation": artifact(&other.name), "region": region},
        "logicalLocations": [logical_location(&related.pointer)],
    })
}

/// Section 3.4: URI of a file, relative to the current directory unless the path is absolute.
fn artifact(source: &str) -> Value {
    let path = Path::new(source);
    let mut uri = String::from(if path.is_absolute() { "file://" } else { "" });
    let parts = path.components().filter_map(|part| match part {
        Component::Normal(part) => part.to_str(),
        Component::ParentDir => Some(".."),
        Component::Prefix(_) | Component::RootDir | Component::CurDir => None,
    });
    for (at, part) in parts.enumerate() {
        if at > 0 || path.is_absolute() {
            uri.push('/');
        }
        for byte in part.bytes() {
            // RFC 3986, section 2.3.
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                uri.push(char::from(byte));
            } else {
                // Writing to a String cannot fail.
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    json!({"uri": uri})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn makes_uris_of_paths() {
        for (path, uri) in [
            ("-", "-"),
            ("./a/b.json", "a/b.json"),
            ("../a b/ü:%.json", "../a%20b/%C3%BC%3A%25.json"),
            ("/x/y.json", "file:///x/y.json"),
        ] {
            assert_eq!(artifact(path)["uri"], uri);
        }
    }
}
