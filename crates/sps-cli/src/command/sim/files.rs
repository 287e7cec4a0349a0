//! The limit on open files, which many simulators and many clients reach.

use anyhow::{Result, bail};

use crate::output::remark;

/// Files that the process needs whatever it does.
const OWN: u64 = 64;

/// Raises the limit as far as this process may. Fails if it is still too low for so many simulators, and warns if not every
/// one of them can have a connection.
pub(super) fn allow(simulators: u16, has_state: bool) -> Result<()> {
    let Some(limit) = raise() else { return Ok(()) };
    // A socket to listen on, and the lock of the state.
    let each = if has_state { 2 } else { 1 };
    let needed = OWN + u64::from(simulators) * each;
    if limit < needed {
        bail!(
            "{simulators} simulators need {needed} open files and one more for each connection, and this process may open \
             {limit}: raise the limit with `ulimit -Hn` or `LimitNOFILE=`, or start fewer"
        );
    }
    let connections = limit - needed;
    if connections < u64::from(simulators) {
        remark(&format!(
            "warning: {connections} connections fit at once into the limit of {limit} open files; further ones wait"
        ));
        advise();
    }
    Ok(())
}

/// Says how to raise the limit.
pub(super) fn advise() {
    remark("help: the limit on open files can be raised with `ulimit -Hn` or `LimitNOFILE=`");
}

/// Raises the soft limit to the hard one, and returns what holds then; `None` without a limit.
#[cfg(unix)]
fn raise() -> Option<u64> {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    /// The most that macOS takes, whatever its hard limit says.
    const MOST_OF_MACOS: u64 = 10_240;
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let before = current?;
    for wanted in [maximum, Some(maximum.map_or(MOST_OF_MACOS, |it| it.min(MOST_OF_MACOS)))] {
        let raised = wanted.is_none_or(|it| it >= before)
            && setrlimit(Resource::Nofile, Rlimit { current: wanted, maximum }).is_ok();
        if raised {
            return wanted;
        }
    }
    Some(before)
}

#[cfg(not(unix))]
fn raise() -> Option<u64> {
    None
}
