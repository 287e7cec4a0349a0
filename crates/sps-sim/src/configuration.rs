//! The configuration: what is stored where, what a new appliance has, pending changes, and the file between runs.

mod defaults;
mod restore;
mod state_file;
mod store;
mod transaction;
mod tree;

pub use self::transaction::Holder;
pub(crate) use self::{
    defaults::fill,
    restore::restore,
    state_file::{Loaded, StateFile},
    store::{Configuration, Object, targets},
    transaction::Transaction,
    tree::{Address, CONFIGURATION, Node, PLUGINS, Tree, has_token, plugin_types},
};
