//! Documents: finding, reading, checking and repairing them.

pub(crate) mod allow;
pub(crate) mod bulk;
pub(crate) mod document;
pub(crate) mod exclude;
pub(crate) mod fix;
pub(crate) mod input;
pub(crate) mod interrupt;
pub(crate) mod lines;
pub(crate) mod objects;
pub(crate) mod read;
pub(crate) mod selection;
pub(crate) mod shape;
pub(crate) mod site;
mod stdin;
mod tree;
pub(crate) mod validate;
