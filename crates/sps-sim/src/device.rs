//! The machine itself: firmware and downloads of it, the first setup, the next boot, and joins with other products.

mod downloads;
mod firmware;

use std::time::SystemTime;

use serde_json::Value;

use crate::session::User;

pub(crate) use self::{
    downloads::{Downloads, Order},
    firmware::{HEAD_BYTES, Slots, image_version},
};

/// What the appliance keeps outside of its configuration, beside jobs and sessions.
#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) slots: Slots,
    pub(crate) downloads: Downloads,
    /// The next boot, once one is planned.
    pub(crate) boot: Option<Boot>,
    /// Whether the wizard is done. Before, there is no login.
    pub(crate) is_initialized: bool,
    /// The join to Starling: what the client sent, without the credentials.
    pub(crate) starling: Option<Value>,
    /// The appliance of Safeguard for Privileged Passwords that this one is joined to.
    pub(crate) spp: Option<String>,
}

/// A planned boot.
#[derive(Debug)]
pub(crate) struct Boot {
    pub(crate) at: SystemTime,
    /// Administrator who can log in afterwards, set by the wizard.
    pub(crate) admin: Option<User>,
}

impl Device {
    /// Creates a device that runs this version.
    pub(crate) fn new(version: String, is_initialized: bool) -> Self {
        Self {
            slots: Slots::new(version),
            downloads: Downloads::default(),
            boot: None,
            is_initialized,
            starling: None,
            spp: None,
        }
    }

    /// Ends downloads whose time is over.
    pub(crate) fn settle(&mut self, now: SystemTime) {
        self.downloads.settle(now, &mut self.slots);
    }
}
