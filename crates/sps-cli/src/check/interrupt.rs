//! Ctrl-C during a check: the run ends early and prints its results so far.

use std::sync::atomic::{AtomicBool, Ordering};

static IS_REQUESTED: AtomicBool = AtomicBool::new(false);

/// Makes the first Ctrl-C a request to end; the second one ends the process.
pub(crate) fn watch() {
    // If there is no way to watch, Ctrl-C simply ends the process.
    let _ = ctrlc::set_handler(|| {
        if IS_REQUESTED.swap(true, Ordering::Relaxed) {
            #[expect(clippy::exit, reason = "after a second request nothing may delay the end")]
            std::process::exit(130);
        }
    });
}

/// Whether the user pressed Ctrl-C.
pub(crate) fn is_requested() -> bool {
    IS_REQUESTED.load(Ordering::Relaxed)
}
