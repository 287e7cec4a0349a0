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
        report::{Part, Render, Rendered, Sink, Summary},
        stdout::{Stdout, complain},
        text::one_line,
    },
    status::Status,
};

/// Makes the issues of one document.
#[derive(Debug)]
pub(crate) struct Issues(pub(crate) Amount);

impl Render for Issues {
    fn render(&self, checked: Checked) -> Rendered {
        // A path in a repository.
        let relative = |name: &str| name.strip_prefix("./").unwrap_or(name).to_owned();
        let (path, source) = (relative(&checked.file), relative(&checked.source));
        let mut seen = BTreeMap::new();
        let mut parts = Vec::new();
        for it in &checked.report.diagnostics {
            if self.0 == Amount::Errors && it.severity != Severity::Error {
                continue;
            }
            let count = seen.entry((it.code, &it.pointer)).or_insert(0_usize);
            *count += 1;
            let place = if it.pointer.is_empty() { "" } else { ": " };
            let issue = json!({
                "description": format!("{}{place}{}", it.pointer, advice::message(it)),
                "check_name": it.code,
                "fingerprint": fingerprint(&[&source, it.code, &it.pointer, &count.to_string()]),
                "severity": if it.severity == Severity::Error { "major" } else { "minor" },
                "location": {
                    "path": path,
                    "lines": {"begin": checked.positions.of(it.span.start).line},
                },
            });
            parts.push(Part::from(issue.to_string()));
        }
        // A repair of which nothing is left would be invisible.
        for it in &checked.fixes {
            let issue = json!({
                "description": format!("{}{}repaired by --fix", it.pointer, if it.pointer.is_empty() { "" } else { ": " }),
                "check_name": it.code,
                "fingerprint": fingerprint(&[&source, it.code, &it.pointer, "repaired"]),
                "severity": "info",
                "location": {"path": path, "lines": {"begin": 1}},
            });
            parts.push(Part::from(issue.to_string()));
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
    has_issues: bool,
}

impl Sink for GitLab {
    fn checked(&mut self, out: &mut Stdout, rendered: Rendered) -> Result<()> {
        for part in rendered.parts {
            let separator = if self.has_issues { ",\n " } else { "[" };
            write!(out, "{separator}{}", part.text)?;
            self.has_issues = true;
        }
        Ok(())
    }

    fn source_error(&mut self, _: &mut Stdout, error: SourceError) -> Result<()> {
        complain(&format!("error: {}: {}", one_line(&error.source), error.reason));
        Ok(())
    }

    fn finish(&mut self, out: &mut Stdout, _: &Summary, _: Status) -> Result<()> {
        writeln!(out, "{}", if self.has_issues { "]" } else { "[]" })?;
        out.flush()?;
        Ok(())
    }
}

/// A hash that stays the same for an issue in the next version of its file: FNV-1a, because the hash of the standard
/// library may change with the compiler.
fn fingerprint(parts: &[&str]) -> String {
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
    for byte in parts.iter().flat_map(|part| part.bytes().chain([0])) {
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
        assert_eq!(fingerprint(&[]), "cbf29ce484222325");
        assert_eq!(fingerprint(&[""]), "af63bd4c8601b7df");
    }
}
