//! Text derived from the spec: Rust code, reference pages and templates.
//!
//! Everything here is a pure function from a `Spec` to text. It writes no files; `cargo xtask codegen`
//! does that, and the binary prints what it needs.

#[cfg(feature = "rust")]
mod rust;

#[cfg(feature = "rust")]
pub use crate::rust::Error;
#[cfg(feature = "rust")]
pub use crate::rust::rust;
