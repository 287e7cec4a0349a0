//! Date and time with an offset, RFC 3339, section 5.6, with capital letters.

/// Whether a text is an existing date and time, such as `2024-05-06T07:08:09+00:00`.
pub(super) fn is_date_time(text: &str) -> bool {
    moment(text).is_some()
}

/// Reads the whole text, or returns `None` at the first mismatch.
fn moment(text: &str) -> Option<()> {
    let (date, rest) = text.split_once('T')?;
    let [year, month, day] = parts(date, '-', [4, 2, 2])?;
    let (clock, rest) = rest.split_at_checked(8)?;
    let [hour, minute, second] = parts(clock, ':', [2, 2, 2])?;
    let offset = offset_minutes(after_fraction(rest)?)?;

    let leap_year = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 if leap_year => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    let in_utc = (hour * 60 + minute - offset).rem_euclid(24 * 60);
    let leap_second = second == 60 && in_utc == 23 * 60 + 59;
    ((1..=days).contains(&day) && hour < 24 && minute < 60 && (second < 60 || leap_second))
        .then_some(())
}

/// Reads numbers of these widths, with a separator between them.
fn parts<const N: usize>(text: &str, separator: char, widths: [usize; N]) -> Option<[i32; N]> {
    let mut numbers = [0; N];
    let mut parts = text.split(separator);
    for (number, width) in numbers.iter_mut().zip(widths) {
        let part = parts.next()?;
        if part.len() != width || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        *number = part.parse().ok()?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Returns the rest of the text after an optional fraction of a second.
fn after_fraction(text: &str) -> Option<&str> {
    let Some(fraction) = text.strip_prefix('.') else { return Some(text) };
    let rest = fraction.trim_start_matches(|digit: char| digit.is_ascii_digit());
    (rest.len() < fraction.len()).then_some(rest)
}

/// Reads an offset, and returns it in minutes ahead of UTC.
fn offset_minutes(text: &str) -> Option<i32> {
    if text == "Z" {
        return Some(0);
    }
    let (sign, rest) = match text.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, text.strip_prefix('-')?),
    };
    let [hours, minutes] = parts(rest, ':', [2, 2])?;
    (hours < 24 && minutes < 60).then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_dates_and_times() {
        for text in [
            "2024-05-06T07:08:09+00:00",
            "2024-02-29T00:00:00Z",
            "2000-02-29T00:00:00Z",
            "2024-05-06T07:08:09.5-23:59",
            "2016-12-31T23:59:60Z",
            // Half past five in India is midnight in UTC.
            "2017-01-01T05:29:60+05:30",
        ] {
            assert!(is_date_time(text), "{text}");
        }
        for text in [
            "",
            "T",
            "2024-05-06",
            "2024-05-06 07:08:09Z",
            "2024-05-06t07:08:09z",
            "2024-05-06T07:08:09",
            "2024-05-06T07:08:09.Z",
            "2024-05-06T07:08:09+0000",
            "2024-05-06T07:08:09+24:00",
            "2024-05-06T07:08:09Zé",
            "2024-05-06T24:00:00Z",
            "2024-05-06T07:60:00Z",
            "2024-02-30T12:00:00Z",
            "2023-02-29T12:00:00Z",
            "1900-02-29T12:00:00Z",
            "2024-04-31T12:00:00Z",
            "2024-13-01T12:00:00Z",
            "2024-00-01T12:00:00Z",
            "2024-01-00T12:00:00Z",
            "2016-12-31T23:58:60Z",
            "2016-12-31T23:59:61Z",
            "24-05-06T07:08:09Z",
            "2024-05-06T07:08:0éZ",
        ] {
            assert!(!is_date_time(text), "{text}");
        }
    }
}
