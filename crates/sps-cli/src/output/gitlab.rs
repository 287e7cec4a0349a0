//! Output of a check as a Code Quality report, which GitLab shows in merge requests.
//!
//! Source: GitLab Docs, "Code Quality", section "Code Quality report format".

use std::{collections::BTreeMap, io::Write as _};

use anyhow::Result;
use serde_json::json;
use sps_validate::{Copied, Severity};

use crate::{
    check::{document::SourceError, validate::Checked},
    output::{
        advice,
        human::Amount,
        report::{Issue, Part, Render, Rendered, Sink, Summary},
        repository::{path_in, shortened},
        stdout::{Stdout, complain},
        text::one_line,
    },
    status::Status,
};

/// The variable with the folder that the paths of issues begin at.
const ROOT: &str = "CI_PROJECT_DIR";

/// Makes the issues of one document.
#[derive(Debug)]
pub(crate) struct Issues(pub(crate) Amount);

impl Render for Issues {
    fn render(&self, checked: Checked) -> Rendered {
        let path = path_in(ROOT, &checked.file);
        let source = match checked.source.strip_prefix(&checked.file) {
            // The line of JSON Lines.
            Some(line) => format!("{path}{line}"),
            None => checked.source.clone(),
        };
        let mut parts = Vec::new();
        let mut add = |code: &str, pointer: &str, message: &str, severity: &str, line: usize| {
            let place = if pointer.is_empty() { "" } else { ": " };
            let issue = json!({
                "description": shortened(&format!("{pointer}{place}{message}")),
                "check_name": code,
                "severity": severity,
                "location": {"path": path, "lines": {"begin": line}},
            });
            let identity = [&*source, code, pointer].map(str::to_owned).to_vec();
            let is_error = severity == "major";
            let issue = (issue, Issue { is_error, line: String::new(), identity });
            parts.push(Part { text: issue.0.to_string(), issue: Some(issue.1), ..Part::default() });
        };
        for it in checked.report.diagnostics.iter().filter(|it| self.0.shows(it)) {
            let severity = if it.severity == Severity::Error { "major" } else { "minor" };
            let at = checked.positions.of_character(&checked.text, it.span.start);
            add(it.code, &it.pointer, &advice::message(it), severity, at.line);
        }
        // A repair of which nothing is left would be invisible.
        for it in &checked.fixes {
            add(it.code, &it.pointer, "repaired by --fix", "info", 1);
        }
        Rendered { parts, ..Rendered::default() }
    }

    fn diff(&self, _: &Checked, _: &Checked, _: &[Copied]) -> Option<Part> {
        None
    }
}

/// Writes one list of issues.
#[derive(Debug, Default)]
pub(crate) struct GitLab {
    /// How often there was each of them.
    seen: BTreeMap<Vec<String>, usize>,
}

impl Sink for GitLab {
    fn checked(&mut self, out: &mut Stdout, rendered: Rendered) -> Result<()> {
        for Part { text, issue, .. } in rendered.parts {
            let Some(issue) = issue else { continue };
            let separator = if self.seen.is_empty() { "[" } else { ",\n " };
            let count = self.seen.entry(issue.identity.clone()).or_default();
            *count += 1;
            let mut identity = issue.identity;
            identity.push(count.to_string());
            let members = text.strip_suffix('}').unwrap_or(&text);
            write!(out, "{separator}{members},\"fingerprint\":\"{}\"}}", fingerprint(&identity))?;
        }
        Ok(())
    }

    fn source_error(&mut self, _: &mut Stdout, error: SourceError) -> Result<()> {
        complain(&format!("error: {}: {}", one_line(&error.source), error.reason));
        Ok(())
    }

    fn finish(&mut self, out: &mut Stdout, _: &Summary, _: Status) -> Result<()> {
        writeln!(out, "{}", if self.seen.is_empty() { "[]" } else { "]" })?;
        out.flush()?;
        Ok(())
    }
}

/// A hash that stays the same for an issue in the next version of its file: FNV-1a, because the hash of the standard
/// library may change with the compiler.
fn fingerprint<T: AsRef<str>>(parts: &[T]) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in parts.iter().flat_map(|part| part.as_ref().bytes().chain([0])) {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3);
    }
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Source: the test vectors of the Internet draft "The FNV Non-Cryptographic Hash Algorithm", with the zero byte
    /// that ends each part.
    #[test]
    fn hashes_with_fnv_1a() {
        assert_eq!(fingerprint::<&str>(&[]), "cbf29ce484222325");
        assert_eq!(fingerprint(&[""]), "af63bd4c8601b7df");
    }
}
