//! Pages for a reader at a terminal: plain text of at most 100 columns, where no single word is longer.

mod changes;
mod codes;
mod endpoints;
pub(crate) mod prose;
pub(crate) mod show;
mod text;
mod tree;
pub(crate) mod walk;

pub(crate) use self::codes::{raising as codes_at, severity};
#[cfg(feature = "rust")]
pub(crate) use self::text::sentence;
pub use self::{
    changes::{Change, Changed, changes, changes_since},
    codes::{code, codes},
    endpoints::{completeness, endpoints, kind, methods, nearest_endpoint},
    show::show,
};
