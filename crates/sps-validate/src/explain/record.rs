//! The report while it grows: its limits, and the current place.

use super::Walker;
use crate::{
    code,
    finding::{Finding, Item},
    json::{self, Node},
    reason::Reason,
    report::{Diagnostic, Unchecked},
    severity::Severity,
    span::Span,
    version::Versions,
};

/// The most that all pointers of one report may take together: a short document can have a thousand findings below a key
/// of a megabyte.
const MAX_POINTER_BYTES: usize = 1024 * 1024;

impl Walker<'_, '_, '_> {
    /// Reports an error at a value; no rule about the value is checked after it.
    pub(super) fn error(&mut self, node: &Node<'_>, finding: Finding) {
        let diagnostic = self.diagnostic(node, finding);
        // Other rules still apply to a value that may break this one.
        if !self.context.is_waived(diagnostic.code) {
            self.broken.insert(node.span.start);
        }
        self.push(diagnostic);
    }

    /// Reports something unwise at a value.
    pub(super) fn warning(&mut self, node: &Node<'_>, finding: Finding) {
        let pointer = self.pointer.clone();
        self.push(Diagnostic::new(finding, Severity::Warning, pointer, node.span));
    }

    pub(super) fn diagnostic(&self, node: &Node<'_>, finding: Finding) -> Diagnostic {
        Diagnostic::new(finding, Severity::Error, self.pointer.clone(), node.span)
    }

    /// Reports an item that the target version lacks.
    pub(super) fn versions(&mut self, versions: Versions, span: Span, item: Item) {
        if !versions.is_bounded() {
            return;
        }
        match self.context.target {
            None => self.unchecked(code::NOT_IN_VERSION, Reason::TargetUnknown(versions)),
            Some(target) if versions.contains(target) => {}
            Some(target) => {
                let finding = Finding::NotInVersion { item, target, versions };
                let pointer = self.pointer.clone();
                self.push(Diagnostic::new(finding, Severity::Error, pointer, span));
            }
        }
    }

    /// Lists something as undecided. Beyond the limit, one last entry says that there is more.
    pub(super) fn unchecked(&mut self, code: &'static str, reason: Reason) {
        if self.context.is_waived(code) {
            return;
        }
        let limit = self.context.limits.diagnostics;
        let listed = &mut self.report.unchecked;
        if listed.last().is_some_and(|last| last.code == code::LIMIT_EXCEEDED) {
            return;
        }
        if listed.len() < limit && self.pointer_bytes < MAX_POINTER_BYTES {
            self.pointer_bytes += self.pointer.len();
            listed.push(Unchecked::new(code, self.pointer.clone(), reason));
        } else {
            let reason = Reason::ReportFull { listed: listed.len() };
            listed.push(Unchecked::new(code::LIMIT_EXCEEDED, String::new(), reason));
        }
    }

    /// Records a diagnostic. Beyond the limit, one last diagnostic says that there are more.
    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        if self.context.is_waived(diagnostic.code) {
            return;
        }
        let listed = self.report.diagnostics.len();
        let has_room = self.left_out.is_none()
            && listed < self.context.limits.diagnostics
            && self.pointer_bytes < MAX_POINTER_BYTES;
        if has_room {
            let related = diagnostic.related.iter().map(|it| it.pointer.len());
            self.pointer_bytes += diagnostic.pointer.len() + related.sum::<usize>();
            self.report.diagnostics.push(diagnostic);
        } else if self.left_out.is_none() {
            // Warnings that are left out do not make a document invalid.
            self.left_out = Some(diagnostic.severity);
            self.report.diagnostics.push(Diagnostic::new(
                Finding::ReportFull { listed },
                diagnostic.severity,
                String::new(),
                diagnostic.span,
            ));
        } else if diagnostic.severity == Severity::Error {
            self.left_out = Some(Severity::Error);
            if let Some(last) = self.report.diagnostics.last_mut() {
                last.severity = Severity::Error;
            }
        }
    }

    /// Runs `walk` one segment further down.
    pub(super) fn below<R>(&mut self, segment: &str, walk: impl FnOnce(&mut Self) -> R) -> R {
        let depth = self.pointer.len();
        self.pointer.push('/');
        self.pointer.push_str(&json::escape_pointer_segment(segment));
        let result = walk(self);
        self.pointer.truncate(depth);
        result
    }
}
