//! Limits of a document and of the report about it.

/// Limits for documents from outside.
///
/// They bound memory, stack and the length of a report. A document beyond a limit has one diagnostic,
/// `limit-exceeded`. The values are inferred: the limits of the appliance are not documented.
///
/// # Example
///
/// ```
/// use sps_validate::limits::Limits;
///
/// let limits = Limits::default().with_depth(8).with_keys(100);
/// assert_eq!((limits.bytes, limits.depth), (16 * 1024 * 1024, 8));
/// ```
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Length of a document.
    ///
    /// Unit: bytes of UTF-8. Default: 16 777 216 (16 MiB). A document of exactly this length passes.
    pub bytes: usize,
    /// How deep objects and arrays may nest.
    ///
    /// A scalar has depth 0, `[]` has depth 1. Default: 64. Values above [`Limits::MAX_DEPTH`] count as
    /// that.
    pub depth: usize,
    /// Members of one object, repeated keys included.
    ///
    /// Default: 10 000. The members of a nested object count only for that object.
    pub keys: usize,
    /// Values of a YAML document once its aliases are replaced, and copies that are made for them.
    ///
    /// Default: 1 000 000. The length of a JSON document bounds its values.
    pub nodes: usize,
    /// Diagnostics in one report, and unchecked places. Later ones are omitted; one last entry says so.
    ///
    /// Default: 1 000.
    pub diagnostics: usize,
}

impl Limits {
    /// The deepest nesting that any setting allows.
    ///
    /// Readers recurse once per level, so this bounds the stack. `serde_json` has the same limit: with a
    /// higher one the scanner would accept documents that the typed readers reject.
    pub const MAX_DEPTH: usize = 127;

    /// Sets the length of a document in bytes.
    #[must_use]
    pub const fn with_bytes(mut self, bytes: usize) -> Self {
        self.bytes = bytes;
        self
    }

    /// Sets how deep objects and arrays may nest, up to [`Limits::MAX_DEPTH`].
    #[must_use]
    pub const fn with_depth(mut self, depth: usize) -> Self {
        self.depth = depth;
        self
    }

    /// Sets how many members one object may have.
    #[must_use]
    pub const fn with_keys(mut self, keys: usize) -> Self {
        self.keys = keys;
        self
    }

    /// Sets how many values a YAML document may have.
    #[must_use]
    pub const fn with_nodes(mut self, nodes: usize) -> Self {
        self.nodes = nodes;
        self
    }

    /// Sets how many diagnostics one report may hold.
    #[must_use]
    pub const fn with_diagnostics(mut self, diagnostics: usize) -> Self {
        self.diagnostics = diagnostics;
        self
    }

    /// The depth that is enforced: [`Limits::depth`], but never above [`Limits::MAX_DEPTH`].
    pub const fn effective_depth(&self) -> usize {
        if self.depth < Self::MAX_DEPTH { self.depth } else { Self::MAX_DEPTH }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: 16 * 1024 * 1024,
            depth: 64,
            keys: 10_000,
            nodes: 1_000_000,
            diagnostics: 1_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_never_exceeds_the_guard() {
        assert_eq!(Limits::default().effective_depth(), 64);
        assert_eq!(Limits::default().with_depth(127).effective_depth(), 127);
        assert_eq!(Limits::default().with_depth(usize::MAX).effective_depth(), 127);
    }

    #[test]
    fn setters_change_one_value_each() {
        let limits = Limits::default()
            .with_bytes(1)
            .with_depth(2)
            .with_keys(3)
            .with_nodes(5)
            .with_diagnostics(4);
        assert_eq!(limits, Limits { bytes: 1, depth: 2, keys: 3, nodes: 5, diagnostics: 4 });
    }
}
