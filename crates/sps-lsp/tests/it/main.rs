//! The server, driven as an editor drives it.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod completion;
mod diagnostics;
mod editor;
mod end;
mod files;
mod hover;
mod navigation;
mod process;
mod random;
mod texts;
