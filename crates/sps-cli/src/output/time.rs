//! Times as people read them.

use sps_validate::Timestamp;

const SECONDS_OF_DAY: u64 = 86_400;

/// A time in UTC, as `2026-03-01 09:30 UTC`.
pub(crate) fn date_time(time: Timestamp) -> String {
    let seconds = time.0 % SECONDS_OF_DAY;
    let (hour, minute) = (seconds / 3600, seconds / 60 % 60);
    format!("{} {hour:02}:{minute:02} UTC", date(time))
}

/// A day in UTC, as `2026-03-01`.
pub(crate) fn date(time: Timestamp) -> String {
    let mut days = time.0 / SECONDS_OF_DAY;
    let mut year = 1970;
    while days >= days_of_year(year) {
        days -= days_of_year(year);
        year += 1;
    }
    let february = if days_of_year(year) == 366 { 29 } else { 28 };
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!("{year:04}-{month:02}-{:02}", days + 1)
}

const fn days_of_year(year: u64) -> u64 {
    let is_leap = (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400);
    if is_leap { 366 } else { 365 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From `date -u -d @SECONDS`.
    #[test]
    fn a_time_has_its_day() {
        for (seconds, text) in [
            (0, "1970-01-01 00:00 UTC"),
            (951_782_399, "2000-02-28 23:59 UTC"),
            (951_782_400, "2000-02-29 00:00 UTC"),
            (1_709_251_199, "2024-02-29 23:59 UTC"),
            (1_772_357_400, "2026-03-01 09:30 UTC"),
            (4_102_444_799, "2099-12-31 23:59 UTC"),
        ] {
            assert_eq!(date_time(Timestamp(seconds)), text);
        }
    }
}
