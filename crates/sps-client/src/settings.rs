//! Time limits, retries and waits.

use std::{fmt, sync::Arc, time::Duration};

use backon::{BackoffBuilder as _, ExponentialBuilder};
use sps_model::EndpointInfo;
use sps_validate::Version;

use crate::error::{Error, ErrorKind};

/// Time limits, retries and waits of one client.
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
    /// The endpoints whose bodies are checked when they are sent without a type.
    pub(crate) endpoints: &'static [&'static EndpointInfo],
    /// Codes of rules that bodies may break.
    pub(crate) waived: Vec<String>,
    /// The name of the proxy, if the appliance is reached through one.
    pub(crate) proxy: Option<String>,
    pub(crate) on_lock_wait: Option<OnLockWait>,
    pub(crate) on_retry: Option<OnRetry>,
}

/// The longest time that a response may ask to wait.
const MAX_RETRY_AFTER: Duration = Duration::from_secs(60);

/// A request failed and is sent again; given to [`ClientBuilder::on_retry`](crate::ClientBuilder::on_retry).
#[derive(Debug)]
#[non_exhaustive]
pub struct Retry<'e> {
    /// Why it failed.
    pub error: &'e Error,
    /// The time until it is sent again.
    pub delay: Duration,
}

/// What the caller wants to be called with.
#[derive(Clone)]
pub(crate) struct OnRetry(pub(crate) Arc<dyn Fn(&Retry<'_>) + Send + Sync>);

impl fmt::Debug for OnRetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnRetry")
    }
}

/// The wait before a request is sent again: what the response asks for, within a limit, if that is longer than ours.
pub(crate) fn wait(error: &Error, delay: Option<Duration>) -> Option<Duration> {
    let asked = error.retry_after().unwrap_or_default().min(MAX_RETRY_AFTER);
    delay.map(|delay| delay.max(asked))
}

/// A transaction waits for the lock of another session; given to
/// [`ClientBuilder::on_lock_wait`](crate::ClientBuilder::on_lock_wait).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LockWait {
    /// The user who holds the lock, if the appliance names them.
    pub holder: Option<String>,
    /// The longest time that the client waits.
    pub limit: Duration,
}

/// What the caller wants to be called with.
#[derive(Clone)]
pub(crate) struct OnLockWait(pub(crate) Arc<dyn Fn(&LockWait) + Send + Sync>);

impl fmt::Debug for OnLockWait {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OnLockWait")
    }
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
            endpoints: sps_model::ENDPOINTS,
            waived: Vec::new(),
            proxy: None,
            on_lock_wait: None,
            on_retry: None,
        }
    }
}

impl Settings {
    /// The waits before a request is repeated that may be repeated safely.
    pub(crate) fn backoff(&self) -> ExponentialBuilder {
        ExponentialBuilder::default()
            .with_jitter()
            .with_min_delay(self.retry_delay)
            .with_max_delay(Duration::from_secs(10))
            .with_max_times(self.retries)
    }

    /// Reports that a request is sent again.
    pub(crate) fn report_retry(&self, error: &Error, delay: Duration) {
        tracing::debug!(%error, ?delay, "repeating");
        if let Some(OnRetry(report)) = &self.on_retry {
            report(&Retry { error, delay });
        }
    }

    /// The waits for the lock of another session. They never end: the limit is a time and not a number.
    pub(crate) fn lock_backoff(&self) -> ExponentialBuilder {
        self.backoff().with_max_delay(Duration::from_secs(5)).without_max_times()
    }

    /// The waits between checks for a request whose response was lost, at least `at_least` of them. After a time-out
    /// the request may still arrive, so the checks go on for as long as a response may take.
    pub(crate) fn check_delays(
        &self,
        lost: &Error,
        at_least: usize,
    ) -> impl Iterator<Item = Duration> + use<> {
        let may_arrive = *lost.kind() == ErrorKind::Timeout;
        let patience = if may_arrive { self.timeout } else { Duration::ZERO };
        let (mut waited, mut count) = (Duration::ZERO, 0);
        self.lock_backoff().build().take_while(move |delay| {
            let is_due = count < at_least || waited < patience;
            (waited, count) = (waited + *delay, count + 1);
            is_due
        })
    }
}

/// A duration as text: seconds, or milliseconds below one second.
pub(crate) fn in_words(duration: Duration) -> String {
    let (number, unit) = match duration.as_secs() {
        0 if !duration.is_zero() => (u64::from(duration.subsec_millis()), "millisecond"),
        seconds => (seconds, "second"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_one_second_in_the_singular() {
        for (milliseconds, text) in [
            (0, "0 seconds"),
            (1, "1 millisecond"),
            (300, "300 milliseconds"),
            (1_000, "1 second"),
            (30_000, "30 seconds"),
        ] {
            assert_eq!(in_words(Duration::from_millis(milliseconds)), text);
        }
    }
}
