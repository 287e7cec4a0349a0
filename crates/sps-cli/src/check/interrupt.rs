//! What Ctrl-C does while documents are checked: the run ends early, and says what it found.

use std::sync::atomic::{AtomicBool, Ordering};

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// From now on Ctrl-C is a wish; the second one is a command.
pub(crate) fn watch() {
    // If there is no way to watch, Ctrl-C simply ends the process.
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::Relaxed) {
            #[expect(clippy::exit, reason = "asked twice, it must not wait for anything")]
            std::process::exit(130);
        }
    });
}

/// Whether the user wants it to end.
pub(crate) fn is_wanted() -> bool {
    INTERRUPTED.load(Ordering::Relaxed)
}
