//! Numbers, strings, references, and types that only garde knows.

use super::{Walker, hints::Siblings};
use crate::{
    code,
    descriptor::{Breach, Constraint, Kind, Target},
    finding::{Expected, Finding},
    format::Format,
    json::{self, Int, Node, Value},
    pem::{self, PemError},
    reason::Reason,
    reference::{is_like_a_key, reference_key},
    report::{Diagnostic, Related, Use},
    severity::Severity,
};

impl<'t> Walker<'_, '_, 't> {
    pub(super) fn length(&mut self, node: &Node<'_>, length: usize, expected: usize) {
        if length != expected {
            self.error(node, Finding::WrongLength { length, expected });
        }
    }

    pub(super) fn integer(
        &mut self,
        node: &Node<'_>,
        token: &str,
        minimum: i128,
        maximum: i128,
        constraint: &Constraint,
    ) {
        let value = match json::int(token) {
            Int::NotInteger => return self.wrong_type(node, Expected::PlainInt),
            Int::Value(value) => Some(value),
            Int::TooLarge => None,
        };
        let fits = value.is_some_and(|value| {
            (minimum..=maximum).contains(&value) && constraint.check_int(value).is_ok()
        });
        if !fits {
            let minimum = constraint.minimum.unwrap_or(minimum);
            let maximum = constraint.maximum.unwrap_or(maximum);
            self.error(node, Finding::OutOfRange { minimum, maximum });
        }
    }

    pub(super) fn string(
        &mut self,
        node: &Node<'_>,
        text: &str,
        constraint: &Constraint,
        siblings: Option<Siblings>,
    ) {
        let Err(breach) = constraint.check_str(text) else {
            if constraint.format == Some(Format::PemCertificate) {
                self.irregularities(node, text);
            }
            return;
        };
        let finding = match breach {
            Breach::TooShort => Finding::TooShort {
                minimum: constraint.min_length.unwrap_or_default(),
                is_empty: text.is_empty(),
            },
            Breach::TooLong => {
                Finding::TooLong { maximum: constraint.max_length.unwrap_or_default() }
            }
            Breach::Format(format, error) => {
                if format == Format::PemCertificate && may_be_a_private_key(text) {
                    self.report.sensitive.push(node.span);
                }
                let variant = siblings.and_then(|siblings| siblings.taker(text));
                let replacement = format.replacement(text, error);
                Finding::Format { format, error, variant, replacement }
            }
            Breach::OutOfRange => return,
        };
        self.error(node, finding);
    }

    /// Warns of a certificate that deviates from the standards.
    fn irregularities(&mut self, node: &Node<'_>, text: &str) {
        let Ok(certificate) = pem::certificate(text) else { return };
        let irregularities = certificate.irregularities().to_vec();
        if !irregularities.is_empty() {
            let finding = Finding::IrregularCertificate { irregularities };
            let pointer = self.pointer.clone();
            self.push(Diagnostic::new(finding, Severity::Warning, pointer, node.span));
        }
    }

    /// Checks a reference: the bare key in a request, an object that holds it in a response.
    pub(super) fn reference(&mut self, target: &'static Target, node: &'t Node<'t>) {
        self.hide_unlike_a_key(node);
        let key = match (&node.value, reference_key(node)) {
            (Value::String(key), _) => key,
            (_, Some(key)) if self.is_response() => key,
            (Value::Object(_), Some(key)) => {
                return self.error(node, Finding::ReferenceObject { key: shown(key) });
            }
            _ => return self.wrong_type(node, Kind::Reference(target).into()),
        };
        let path = target.object(key);
        // No object has an empty key.
        let exists = match self.context.resolver {
            _ if target.key(key).is_empty() => Some(Some(false)),
            resolver => resolver.map(|resolver| resolver.exists(&path)),
        };
        match exists {
            Some(Some(true)) if target.part.is_none() => {}
            Some(Some(false)) => {
                let finding = Finding::NoSuchObject { collection: target.path, key: shown(key) };
                self.push(self.diagnostic(node, finding));
            }
            // That an object has the part, only the appliance knows.
            Some(Some(true) | None) | None => {
                self.unchecked(code::REFERENCE_EXISTS, Reason::ExistenceUnknown);
                // The appliance makes the keys of secrets itself; those of policies may be names.
                if target.single_use && !self.is_response() && !is_like_a_key(key) {
                    self.warning(node, Finding::NotAKey { collection: target.path });
                }
            }
        }
        if target.single_use {
            self.single_use(target, key, &path, node);
        }
        self.report.references.push(Use::new(path, self.pointer.clone(), target.single_use));
    }

    fn single_use(&mut self, target: &'static Target, key: &'t str, path: &str, node: &Node<'_>) {
        if let Some((pointer, span)) = self.uses.get(&(target.path, key)).cloned() {
            let mut diagnostic = self.diagnostic(node, Finding::UsedTwice);
            diagnostic.related.push(Related::new(pointer, span, "first used here"));
            return self.push(diagnostic);
        }
        self.uses.insert((target.path, key), (self.pointer.clone(), node.span));
        if let Some(other) = self.context.resolver.and_then(|resolver| resolver.used_by(path)) {
            let finding = Finding::UsedElsewhere { by: other.to_owned() };
            self.push(self.diagnostic(node, finding));
        }
    }

    pub(super) fn foreign(&mut self, check: fn(&str) -> Vec<(String, String)>, node: &Node<'_>) {
        // The source of YAML is no JSON.
        let found = match self.context.marks {
            Some(_) => check(&node.to_json()),
            None => check(node.span.of(self.text).unwrap_or_default()),
        };
        for (path, message) in found {
            self.broken.insert(node.span.start);
            let pointer = format!("{}{path}", self.pointer);
            self.push(Diagnostic::new(
                Finding::Foreign { message },
                Severity::Error,
                pointer,
                node.span,
            ));
        }
    }

    pub(super) fn wrong_type(&mut self, node: &Node<'_>, expected: Expected) {
        match &node.value {
            // A number in quotes may be shown; any other text may be a secret in the wrong place.
            Value::String(_) if expected.is_plain() => {}
            Value::String(_) => self.report.sensitive.push(node.span),
            _ => self.hide_inside(node),
        }
        self.error(node, Finding::WrongType { expected, found: node.kind_name() });
    }
}

/// The key, unless it may be a password in the wrong place.
fn shown(key: &str) -> Option<String> {
    is_like_a_key(key).then(|| key.to_owned())
}

/// Whether a text that is not a bare certificate may hold a secret: all but a certificate with a flaw.
fn may_be_a_private_key(text: &str) -> bool {
    matches!(
        pem::certificate(text),
        Err(PemError::PrivateKey
            | PemError::NotPem
            | PemError::WrongLabel
            | PemError::Unfinished
            | PemError::NotX509
            | PemError::TextBefore
            | PemError::TextAfter
            | PemError::SeveralCertificates
            | PemError::Container(_))
    )
}
