//! One module per command.

pub(crate) mod check;
pub(crate) mod completions;
pub(crate) mod diff;
mod download;
pub(crate) mod endpoints;
pub(crate) mod explain;
mod facts;
pub(crate) mod info;
pub(crate) mod learn;
mod live;
pub(crate) mod lsp;
pub(crate) mod man;
pub(crate) mod object;
pub(crate) mod openapi;
pub(crate) mod pem;
pub(crate) mod request;
pub(crate) mod schema;
pub(crate) mod show;
pub(crate) mod sim;
pub(crate) mod site;
pub(crate) mod support_bundle;
pub(crate) mod template;
pub(crate) mod transaction;
