//! The configuration as it was at the start, kept once the first change replaces it.

use crate::configuration::store::Configuration;

/// The configuration that changes are compared with.
#[derive(Debug, Default)]
pub(crate) struct Origin {
    /// Whether anything asks for it.
    is_kept: bool,
    /// Absent while the committed configuration is still the first one.
    first: Option<Configuration>,
}

impl Origin {
    /// Begins with what is committed now.
    pub(crate) fn new(is_kept: bool) -> Self {
        Self { is_kept, first: None }
    }

    /// Begins again with what is committed now.
    pub(crate) fn restart(&mut self) {
        self.first = None;
    }

    /// Keeps what is committed, before the first change of it.
    pub(crate) fn keep(&mut self, committed: &Configuration) {
        if self.is_kept && self.first.is_none() {
            self.first = Some(committed.clone());
        }
    }

    /// Returns the first configuration, unless it is still the committed one.
    #[cfg(feature = "page")]
    pub(crate) fn first(&self) -> Option<&Configuration> {
        self.first.as_ref()
    }
}
