//! The configuration: what is stored where, what a new appliance has, pending changes, and the file between runs.

mod defaults;
mod extra;
mod locks;
mod membership;
mod origin;
mod restore;
mod state_file;
mod store;
mod transaction;
mod tree;

pub(crate) use self::{
    defaults::fill,
    extra::{plant, with_key},
    locks::Transactions,
    membership::Membership,
    origin::Origin,
    restore::restore,
    state_file::{Loaded, StateFile},
    store::{Configuration, Object, targets},
    transaction::Transaction,
    tree::{Address, CONFIGURATION, Node, PLUGINS, Tree, has_short_user_info, has_token, parts},
};
pub use self::{locks::Locks, transaction::Holder};
