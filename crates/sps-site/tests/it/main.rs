//! Plans and their application, against the simulator.

#![expect(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod applying;
mod faults;
mod support;
