//! The spelling of a YAML document, which its values do not show.

use std::collections::HashMap;

use crate::{
    span::Span,
    yaml::{Reading, core_schema, yaml_1_1},
};

/// What a YAML document says besides its values: which scalars have no quotes, and what is used in several places.
///
/// A [`Context`](crate::Context) with these marks tells `explain` that the document is YAML.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks {
    /// The source text of each scalar without quotes that a reader may take for something else than a text, by the first
    /// byte of the value.
    pub(super) plain: HashMap<usize, Span>,
    /// Values that are used in several places, with their anchors, the aliases, and merge keys. In order, without overlap.
    pub(super) shared: Vec<Span>,
    /// Each alias, with the value that it repeats.
    pub(super) aliases: Vec<(Span, Span)>,
}

impl Marks {
    /// How the scalar without quotes at this place is read; `None` if every reader takes it for a text, or it has quotes.
    pub(crate) fn plain<'t>(&self, value: Span, text: &'t str) -> Option<Plain<'t>> {
        let source = self.plain.get(&value.start)?.of(text)?;
        Some(Plain { source, old: yaml_1_1(source), core: core_schema(source) })
    }

    /// The first scalar without quotes that readers of YAML 1.1 and of YAML 1.2 take for different values.
    pub fn first_doubt(&self, text: &str) -> Option<Span> {
        let is_doubtful = |source: &Span| {
            let plain = source.of(text).map(|it| (yaml_1_1(it), core_schema(it)));
            plain.is_some_and(|(old, core)| old != core || core == Reading::Unwritable)
        };
        self.plain.values().copied().filter(is_doubtful).min()
    }

    /// Whether readers of YAML 1.1 and of YAML 1.2 take the scalar at this place for different values.
    pub fn is_doubtful(&self, value: Span, text: &str) -> bool {
        self.plain(value, text).is_some_and(|it| !it.is_sure())
    }

    /// Whether a part of the text lies in what several places use.
    pub fn is_shared(&self, span: Span) -> bool {
        self.shared.iter().any(|it| it.start < span.end.max(span.start + 1) && span.start < it.end)
    }

    /// The values that the aliases inside a part of the text repeat.
    pub fn targets(&self, span: Span) -> impl Iterator<Item = Span> {
        let is_in = move |alias: &Span| span.start <= alias.start && alias.end <= span.end;
        self.aliases.iter().filter(move |(alias, _)| is_in(alias)).map(|(_, target)| *target)
    }
}

/// A scalar without quotes that some reader does not take for a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Plain<'t> {
    /// The source text.
    pub(crate) source: &'t str,
    /// The reading of YAML 1.1.
    pub(crate) old: Reading,
    /// The reading of YAML 1.2.
    pub(crate) core: Reading,
}

impl Plain<'_> {
    /// Whether all readers take it for the same value.
    pub(crate) fn is_sure(&self) -> bool {
        self.old == self.core && self.core != Reading::Unwritable
    }
}
