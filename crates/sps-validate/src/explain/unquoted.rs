//! Scalars of YAML without quotes.

use super::Walker;
use crate::{
    descriptor::{Constraint, Kind, Shape, Type},
    finding::{Expected, Finding, Meant},
    format::Format,
    json::{Node, Value},
    reference::is_like_a_key,
    yaml::{Plain, Reading},
};

/// A longer text is in no message.
const MAX_SHOWN: usize = 100;

impl<'t> Walker<'_, '_, 't> {
    /// Reports a scalar without quotes that is no text where a text belongs, or that readers take for different values;
    /// returns whether it is one.
    pub(super) fn is_misread(
        &mut self,
        kind: Kind,
        constraint: &Constraint,
        node: &Node<'_>,
    ) -> bool {
        let Some(plain) = self.plain(node) else { return false };
        let wanted = kind.peeled();
        let is_text = matches!(
            wanted,
            Kind::String
                | Kind::Secret
                | Kind::Reference(_)
                | Kind::Named(Type { shape: Shape::Enum { .. }, .. })
        );
        let is_fine = match wanted {
            // Reported where the value is read, or where its keys are.
            Kind::Any | Kind::Foreign(_) => true,
            // Null has codes of its own, and only a text may be meant instead.
            _ if plain.core == Reading::Null => {
                let is_key = matches!(wanted, Kind::Reference(_));
                !is_text || is_key || kind.is_nullable() || plain.source.is_empty()
            }
            _ if is_text => false,
            Kind::Bool => matches!((&plain.old, &plain.core), (Reading::Bool(_), Reading::Bool(_))),
            _ => plain.is_sure(),
        };
        if is_fine {
            return false;
        }
        let is_secret = match wanted {
            Kind::Secret => true,
            Kind::Reference(_) => !is_like_a_key(plain.source),
            _ => self.report.sensitive.contains(&node.span),
        };
        if is_secret && !self.report.sensitive.contains(&node.span) {
            self.report.sensitive.push(node.span);
        }
        let meant = match wanted {
            Kind::Bool => match plain.old {
                Reading::Bool(value) => Some(Meant::Bool(value)),
                _ => None,
            },
            _ if !is_text || is_secret || plain.source.len() > MAX_SHOWN => None,
            _ if constraint.format == Some(Format::TimeOfDay) => time(plain.source)
                .map(Meant::Time)
                .or_else(|| Some(Meant::Text(plain.source.to_owned()))),
            _ => Some(Meant::Text(plain.source.to_owned())),
        };
        let expected = match kind {
            Kind::Optional(inner) => (*inner).into(),
            kind => kind.into(),
        };
        self.error(node, unquoted(expected, plain, meant, is_secret));
        true
    }

    /// Reports a scalar without quotes that readers take for different values, where any value may be.
    pub(super) fn doubtful(&mut self, node: &Node<'_>) {
        let Some(plain) = self.plain(node).filter(|it| !it.is_sure()) else { return };
        self.error(node, unquoted(Expected::Any, plain, None, true));
    }

    fn plain(&self, node: &Node<'_>) -> Option<Plain<'t>> {
        match node.value {
            Value::Array(_) | Value::Object(_) => None,
            _ => self.context.marks?.plain(node.span, self.text),
        }
    }

    /// Hides what aliases repeat where they must not be printed.
    pub(super) fn hide_targets(&mut self) {
        let Some(marks) = self.context.marks else { return };
        let targets: Vec<_> =
            self.report.sensitive.iter().flat_map(|span| marks.targets(*span)).collect();
        self.report.sensitive.extend(targets);
    }
}

fn unquoted(
    expected: Expected,
    plain: Plain<'_>,
    meant: Option<Meant>,
    is_secret: bool,
) -> Finding {
    let is_shown = !is_secret && plain.source.len() <= MAX_SHOWN;
    // The digits of a secret are in no message.
    let shown = |reading: Reading| match reading {
        Reading::Number(_) if !is_shown => Reading::Number(String::from("a number")),
        reading => reading,
    };
    Finding::Unquoted {
        expected,
        yaml_1_1: shown(plain.old),
        core_schema: shown(plain.core),
        source: is_shown.then(|| plain.source.to_owned()),
        meant,
    }
}

/// The time of day that a reader of YAML 1.1 took for this number: its minutes.
fn time(source: &str) -> Option<String> {
    let minutes: u32 =
        source.parse().ok().filter(|it| *it < 24 * 60 && !source.starts_with('0'))?;
    Some(format!("{:02}:{:02}", minutes / 60, minutes % 60))
}
