//! The clock of the simulator: that of the machine, or one that a test sets.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// The clock of a simulator.
///
/// Clones share one time. Sessions, jobs and the log use it. Delays of faults wait in real time.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    /// Start of a manual clock.
    start: Option<SystemTime>,
    advanced: Mutex<Duration>,
}

impl Clock {
    /// Creates a clock that follows the clock of this machine.
    pub fn system() -> Self {
        Self(Arc::new(Inner { start: None, advanced: Mutex::default() }))
    }

    /// Creates a clock that only [`advance`](Self::advance) moves.
    pub fn manual(start: SystemTime) -> Self {
        Self(Arc::new(Inner { start: Some(start), advanced: Mutex::default() }))
    }

    /// Moves the clock forward. Works on a clock of the machine too.
    pub fn advance(&self, by: Duration) {
        let mut advanced = self.0.advanced.lock().unwrap_or_else(PoisonError::into_inner);
        *advanced = advanced.saturating_add(by);
    }

    /// Returns the current time. A clock that was moved beyond the last representable time stops.
    pub fn now(&self) -> SystemTime {
        let advanced = *self.0.advanced.lock().unwrap_or_else(PoisonError::into_inner);
        let now = self.0.start.unwrap_or_else(SystemTime::now);
        now.checked_add(advanced).unwrap_or(now)
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

/// Date and time in UTC.
struct Civil {
    year: u64,
    month: u64,
    day: u64,
    weekday: u64,
    hour: u64,
    minute: u64,
    second: u64,
}

impl Civil {
    fn of(time: SystemTime) -> Self {
        // The formats below can hold no later year than 9999.
        let seconds =
            time.duration_since(UNIX_EPOCH).map_or(0, |it| it.as_secs()).min(253_402_300_799);
        let (days, rest) = (seconds / 86_400, seconds % 86_400);
        // Years begin in March here, so that the leap day is the last one.
        let shifted = days + 719_468;
        let (era, of_era) = (shifted / 146_097, shifted % 146_097);
        let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year + year / 4 - year / 100);
        let march = (5 * of_year + 2) / 153;
        let month = if march < 10 { march + 3 } else { march - 9 };
        Self {
            year: era * 400 + year + u64::from(month <= 2),
            month,
            day: of_year - (153 * march + 2) / 5 + 1,
            weekday: (days + 4) % 7,
            hour: rest / 3_600,
            minute: rest / 60 % 60,
            second: rest % 60,
        }
    }
}

/// Formats a time as the guide does: `2022-03-30T12:00:01+00:00`.
pub(crate) fn date_time(time: SystemTime) -> String {
    let Civil { year, month, day, hour, minute, second, .. } = Civil::of(time);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}+00:00")
}

/// Formats a time in UTC with milliseconds: `2022-03-30T12:00:01.000Z`.
pub(crate) fn utc(time: SystemTime) -> String {
    let milliseconds = time.duration_since(UNIX_EPOCH).map_or(0, |it| it.subsec_millis());
    format!("{}.{milliseconds:03}Z", date_time(time).trim_end_matches("+00:00"))
}

/// Formats a time for a cookie: `Wed, 30 Mar 2022 12:00:01 GMT`.
pub(crate) fn http_date(time: SystemTime) -> String {
    const DAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let Civil { year, month, day, weekday, hour, minute, second } = Civil::of(time);
    let weekday = usize::try_from(weekday).ok().and_then(|at| DAYS.get(at)).unwrap_or(&"Thu");
    let month = usize::try_from(month).ok().and_then(|at| MONTHS.get(at - 1)).unwrap_or(&"Jan");
    format!("{weekday}, {day:02} {month} {year:04} {hour:02}:{minute:02}:{second:02} GMT")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_times() {
        // Expected values from `date -u -d @N`.
        for (seconds, rfc3339, http) in [
            (0, "1970-01-01T00:00:00+00:00", "Thu, 01 Jan 1970 00:00:00 GMT"),
            (951_826_154, "2000-02-29T12:09:14+00:00", "Tue, 29 Feb 2000 12:09:14 GMT"),
            (1_648_641_601, "2022-03-30T12:00:01+00:00", "Wed, 30 Mar 2022 12:00:01 GMT"),
            (4_107_542_400, "2100-03-01T00:00:00+00:00", "Mon, 01 Mar 2100 00:00:00 GMT"),
        ] {
            let time = UNIX_EPOCH + Duration::from_secs(seconds);
            assert_eq!(date_time(time), rfc3339);
            assert_eq!(http_date(time), http);
        }
    }

    #[test]
    fn formats_times_in_utc() {
        let time = UNIX_EPOCH + Duration::from_millis(1_648_641_601_042);
        assert_eq!(utc(time), "2022-03-30T12:00:01.042Z");
    }

    #[test]
    fn a_manual_clock_moves_only_on_request() {
        let clock = Clock::manual(UNIX_EPOCH);
        let same = clock.clone();
        same.advance(Duration::from_secs(5));
        assert_eq!(clock.now(), UNIX_EPOCH + Duration::from_secs(5));
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), UNIX_EPOCH);
    }
}
