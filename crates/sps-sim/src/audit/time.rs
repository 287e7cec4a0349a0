//! Dates and times in a search.

/// Reads a date, `2024-05-06` or `2024.5.6`, perhaps with a time, `T10:00`, `T10:00:09.5` or `T10:00:09+02:00`.
///
/// Returns the seconds since the beginning of 1970. A time without a zone is in UTC.
pub(crate) fn instant(text: &str) -> Option<f64> {
    let (date, time) = text.split_once(['T', ' ']).map_or((text, None), |it| (it.0, Some(it.1)));
    let separator = if date.contains('-') { '-' } else { '.' };
    let mut parts = date.split(separator).map(number);
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    let in_month = match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        1..=12 => 31,
        _ => return None,
    };
    let is_date =
        parts.next().is_none() && (1..=9999).contains(&year) && (1..=in_month).contains(&day);
    if !is_date {
        return None;
    }
    let midnight = f64::from(days(year, month, day)) * 86_400.0;
    time.map_or(Some(midnight), |it| Some(midnight + seconds(it)?))
}

/// Reads a time of day with an optional zone, as seconds since midnight in UTC.
fn seconds(text: &str) -> Option<f64> {
    let (time, offset) = match text.strip_suffix('Z') {
        Some(time) => (time, 0),
        None => match text.rfind(['+', '-']) {
            Some(at) => (&text[..at], zone(&text[at..])?),
            None => (text, 0),
        },
    };
    let mut parts = time.split(':');
    let (hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
    let second = match parts.next() {
        Some(text) if text.bytes().all(|it| it.is_ascii_digit() || it == b'.') => {
            text.parse().ok()?
        }
        Some(_) => return None,
        None => 0.0,
    };
    if parts.next().is_some() || hour > 23 || minute > 59 || second >= 61.0 {
        return None;
    }
    Some(f64::from((hour * 60 + minute - offset) * 60) + second)
}

/// Reads a zone such as `+02:00`, as minutes.
fn zone(text: &str) -> Option<i32> {
    let (hours, minutes) = text[1..].split_once(':')?;
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    let sign = if text.starts_with('-') { -1 } else { 1 };
    (hours <= 23 && minutes <= 59).then_some(sign * (hours * 60 + minutes))
}

fn number(text: &str) -> Option<i32> {
    let is_number = (1..=4).contains(&text.len()) && text.bytes().all(|it| it.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

/// Counts the days from the beginning of 1970.
fn days(year: i32, month: i32, day: i32) -> i32 {
    // Years begin in March here, so that the leap day is the last one.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let of_year = (153 * month + 2) / 5 + day - 1;
    year * 365 + year / 4 - year / 100 + year / 400 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_dates_and_times() {
        // Expected values from `date -u -d TEXT +%s`.
        for (text, expected) in [
            ("1970-01-01", Some(0.0)),
            ("2024-05-06", Some(1_714_953_600.0)),
            ("2024.5.6", Some(1_714_953_600.0)),
            ("2000-02-29T12:09:14Z", Some(951_826_154.0)),
            ("2017-01-25T10:00", Some(1_485_338_400.0)),
            ("2017-01-25T10:00:00.5", Some(1_485_338_400.5)),
            ("2017-01-25T10:00:00+02:00", Some(1_485_331_200.0)),
            ("2017-01-25T10:00-01:30", Some(1_485_343_800.0)),
            ("2023-02-29", None),
            ("2024-13-01", None),
            ("2024-5", None),
            ("2024-05-06T24:00", None),
            ("2024-05-06T1", None),
            ("yesterday", None),
            ("", None),
        ] {
            assert_eq!(instant(text), expected, "{text}");
        }
    }
}
