//! What a client may be told about time and patience.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBuilder};
use sps_validate::Version;

use crate::error::{Error, ErrorKind};

/// Time-outs, retries and waits of one client.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) connect_timeout: Duration,
    pub(crate) timeout: Duration,
    pub(crate) retries: usize,
    pub(crate) retry_delay: Duration,
    pub(crate) lock_wait: Duration,
    pub(crate) poll: Duration,
    pub(crate) job_timeout: Duration,
    pub(crate) target: Option<Version>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            timeout: Duration::from_secs(60),
            retries: 3,
            retry_delay: Duration::from_millis(300),
            lock_wait: Duration::from_secs(30),
            poll: Duration::from_secs(3),
            job_timeout: Duration::from_secs(3600),
            target: None,
        }
    }
}

impl Settings {
    /// Waits for repeating what is safe to repeat.
    pub(crate) fn backoff(&self) -> ExponentialBuilder {
        ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(self.retry_delay)
            .with_max_delay(Duration::from_secs(10))
            .with_max_times(self.retries)
    }

    /// Waits for a foreign lock, without end: the limit is a time and not a number.
    pub(crate) fn lock_backoff(&self) -> ExponentialBuilder {
        self.backoff().with_max_delay(Duration::from_secs(5)).without_max_times()
    }

    /// Waits between looks for what came of a request whose response was lost, at least so many. What was only not
    /// answered in time may still be on its way: one looks for it as long again as a response may take.
    pub(crate) fn looks(
        &self,
        lost: &Error,
        at_least: usize,
    ) -> impl Iterator<Item = Duration> + use<> {
        let is_on_its_way = *lost.kind() == ErrorKind::Timeout;
        let patience = if is_on_its_way { self.timeout } else { Duration::ZERO };
        let (mut waited, mut count) = (Duration::ZERO, 0);
        self.lock_backoff().build().take_while(move |delay| {
            let is_due = count < at_least || waited < patience;
            (waited, count) = (waited + *delay, count + 1);
            is_due
        })
    }
}
