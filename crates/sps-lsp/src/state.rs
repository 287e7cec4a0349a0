//! What the server knows, for the loop of messages and for the answers.

use crate::{Settings, document::Documents, workspace::Workspace};

/// What the server knows.
pub(crate) struct State {
    pub(crate) settings: Settings,
    pub(crate) documents: Documents,
    pub(crate) workspace: Workspace,
}

impl State {
    pub(crate) fn new(settings: Settings) -> Self {
        let workspace = Workspace::new(settings.load.clone());
        Self { settings, documents: Documents::default(), workspace }
    }
}
