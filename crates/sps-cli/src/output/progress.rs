//! Progress bar of a long check, shown only on a terminal.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A check that ends sooner needs no bar.
const SHOW_AFTER: Duration = Duration::from_millis(500);

/// A bar that appears after a moment.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    start: Instant,
    is_shown: bool,
}

impl Progress {
    /// Starts with this many bytes to go.
    pub(crate) fn new(bytes: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::hidden());
        let template = "{bar:30} {percent:>3}% {bytes}/{total_bytes} {bytes_per_sec} {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar, start: Instant::now(), is_shown: false }
    }

    /// Advances by this many bytes.
    pub(crate) fn advance(&mut self, bytes: u64) {
        if !self.is_shown && self.start.elapsed() > SHOW_AFTER {
            self.is_shown = true;
            // Hides itself when standard error is not a terminal.
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.inc(bytes);
    }

    /// Whether it may be visible.
    pub(crate) fn is_shown(&self) -> bool {
        self.is_shown
    }

    /// Hides the bar while `write` runs.
    pub(crate) fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// Removes the bar.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
