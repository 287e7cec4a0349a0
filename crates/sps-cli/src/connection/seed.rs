//! How the built-in simulator gets the configuration of a tree.
//!
//! The commands on trees need connections, so they register themselves here, and a connection knows no command.

use std::{future::Future, path::Path, pin::Pin, sync::OnceLock};

use anyhow::{Result, bail};
use sps_sim::Simulator;
use sps_spec::Version;

/// A tree that was found valid, for a simulator to start with.
pub(crate) trait Seed {
    /// The version that the tree is for.
    fn target(&self) -> Option<Version>;

    /// Applies the tree to the simulator.
    fn plant<'s>(
        &'s self,
        simulator: &'s Simulator,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + 's>>;
}

/// Reads a tree; with `true`, its secrets are made up.
pub(crate) type ReadSeed<'a> = dyn Fn(&Path, bool) -> Result<Box<dyn Seed>> + 'a;

/// The same without options.
pub(crate) type Read = fn(&Path, bool) -> Result<Box<dyn Seed>>;

static READ: OnceLock<Read> = OnceLock::new();

/// Says how trees are read where no options about secrets were passed.
pub(crate) fn seed_with(read: Read) {
    // Once for each process; a second time it is the same.
    let _ = READ.set(read);
}

/// Reads a tree as [`seed_with`] said.
pub(super) fn read(root: &Path, made_up: bool) -> Result<Box<dyn Seed>> {
    match READ.get() {
        Some(read) => read(root, made_up),
        None => bail!("this command reads no trees"),
    }
}
