//! The bar that shows how far a long check is. Nobody sees it but people at a terminal.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// A check that is over sooner needs no bar.
const SILENT: Duration = Duration::from_millis(500);

/// The bar, or nothing yet.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
    start: Instant,
    is_shown: bool,
}

impl Progress {
    /// Begins with so many bytes to go.
    pub(crate) fn new(bytes: u64) -> Self {
        let bar = ProgressBar::with_draw_target(Some(bytes), ProgressDrawTarget::hidden());
        let template = "{bar:30} {percent:>3}% {bytes}/{total_bytes} {bytes_per_sec} {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar, start: Instant::now(), is_shown: false }
    }

    /// Moves on by so many bytes.
    pub(crate) fn advance(&mut self, bytes: u64) {
        if !self.is_shown && self.start.elapsed() > SILENT {
            self.is_shown = true;
            // Hides itself when standard error is no terminal.
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        self.bar.inc(bytes);
    }

    /// Whether somebody may see it.
    pub(crate) fn is_shown(&self) -> bool {
        self.is_shown
    }

    /// Writes something without the bar in between.
    pub(crate) fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.bar.suspend(write)
    }

    /// Takes the bar away.
    pub(crate) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
