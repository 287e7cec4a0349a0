//! YAML: a reader into the nodes of [`json`](crate::json) with byte spans, and a writer.
//!
//! [`scan`] reads one document by the core schema of YAML 1.2, into the same [`Node`]s as JSON, so that everything that works
//! on JSON works on YAML. Aliases are replaced by their values, within [`Limits`](crate::limits::Limits); `<<` merges mappings,
//! and an own key wins. What JSON cannot express is a [`ScanError`]. Its [`Marks`] say which scalars have no quotes:
//! [`explain_yaml`](crate::explain_yaml) reports each that readers of YAML 1.1 and 1.2 take for different values, or that is no
//! text where a text belongs.
//!
//! [`write()`] writes a value so that readers of both versions read it back. [`scan`], [`explain_yaml`](crate::explain_yaml) and
//! [`fix_yaml`](crate::fix_yaml) need the feature `yaml`.

mod marks;
mod mistake;
#[cfg(feature = "yaml")]
mod mistake_of;
mod plain;
#[cfg(feature = "yaml")]
mod reader;
mod write;

pub(crate) use crate::yaml::marks::Plain;
#[cfg(feature = "yaml")]
pub use crate::yaml::reader::scan;
#[cfg(feature = "yaml")]
pub(crate) use crate::yaml::write::{quoted_in_line, text_in_line};
pub use crate::yaml::{
    marks::Marks,
    mistake::Mistake,
    plain::{Reading, core_schema, yaml_1_1},
    write::{write, write_node},
};

use crate::json::{LimitKind, Node};

/// A YAML document: its value and its spelling.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Document<'a> {
    /// The value. An alias has its own place, and what is inside it that of the anchor.
    pub root: Node<'a>,
    /// What the values do not show.
    pub marks: Marks,
}

/// Why a text was not read, and where. Never repeats a part of the text.
#[non_exhaustive]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanError {
    /// The text is not one document of YAML that JSON can express.
    Syntax {
        /// Offset of the mistake, in bytes.
        at: usize,
        /// What is wrong.
        mistake: Mistake,
    },
    /// The document is larger than allowed.
    Limit {
        /// Which limit.
        limit: LimitKind,
        /// Offset of the excess, in bytes; of the alias that would exceed it.
        at: usize,
        /// The limit that was enforced.
        allowed: usize,
    },
}

impl ScanError {
    /// Offset, in bytes, of the mistake.
    pub const fn at(&self) -> usize {
        match self {
            Self::Syntax { at, .. } | Self::Limit { at, .. } => *at,
        }
    }
}

impl std::error::Error for ScanError {}

#[cfg(all(test, feature = "yaml"))]
mod tests;
