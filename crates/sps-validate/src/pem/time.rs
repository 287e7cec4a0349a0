//! Dates of certificates, in the forms of today and of old writers.

use super::der::{Element, tag};

/// A date and whether its form is the one of today.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Time {
    /// Seconds since 1970-01-01 00:00:00 UTC.
    pub(super) seconds: i64,
    /// Whether it has seconds, no fraction of them, and ends with `Z`.
    pub(super) is_regular: bool,
}

/// Reads an element that is a date.
///
/// RFC 5280 wants seconds and `Z`. ITU-T X.680 also allows dates without seconds, with fractions of them, and with an
/// offset such as `+0200`. A date without any zone counts as UTC.
pub(super) fn read(element: &Element<'_>) -> Option<Time> {
    let mut digits = Digits { rest: element.content };
    let is_utc_time = element.tag == tag::UTC_TIME;
    let year = if is_utc_time {
        let year = digits.pair()?;
        // RFC 5280, section 4.1.2.5.1.
        if year < 50 { 2000 + year } else { 1900 + year }
    } else {
        digits.pair()? * 100 + digits.pair()?
    };
    let (month, day, hour) = (digits.pair()?, digits.pair()?, digits.pair()?);
    let minute = digits.optional_pair()?;
    let second = if minute.is_some() { digits.optional_pair()? } else { None };
    let has_fraction = !is_utc_time && second.is_some() && digits.fraction()?;
    let (offset, is_zulu) = digits.zone()?;
    let is_regular = second.is_some() && !has_fraction && is_zulu;
    let (minute, second) = (minute.unwrap_or(0), second.unwrap_or(0));
    let is_date = (1..=12).contains(&month) && (1..=days(year, month)).contains(&day);
    // A leap second is a second.
    if !is_date || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let seconds = days_since_1970(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
    Some(Time { seconds: seconds - offset, is_regular })
}

/// The digits of a date that are not read yet.
struct Digits<'a> {
    rest: &'a [u8],
}

impl Digits<'_> {
    fn pair(&mut self) -> Option<i64> {
        self.optional_pair()?
    }

    /// Two digits, if a digit comes next.
    #[expect(clippy::option_option, reason = "absent is not broken")]
    fn optional_pair(&mut self) -> Option<Option<i64>> {
        match self.rest {
            [high @ b'0'..=b'9', low @ b'0'..=b'9', rest @ ..] => {
                self.rest = rest;
                Some(Some(i64::from(high - b'0') * 10 + i64::from(low - b'0')))
            }
            [b'0'..=b'9', ..] => None,
            _ => Some(None),
        }
    }

    /// Whether a fraction was there.
    fn fraction(&mut self) -> Option<bool> {
        let [b'.' | b',', rest @ ..] = self.rest else { return Some(false) };
        let end = rest.iter().position(|it| !it.is_ascii_digit()).unwrap_or(rest.len());
        self.rest = rest.get(end..)?;
        (end > 0).then_some(true)
    }

    /// The offset in seconds, and whether it is written as `Z`.
    fn zone(&mut self) -> Option<(i64, bool)> {
        let (sign, rest) = match self.rest {
            [b'Z'] => return Some((0, true)),
            [] => return Some((0, false)),
            [b'+', rest @ ..] => (1, rest),
            [b'-', rest @ ..] => (-1, rest),
            _ => return None,
        };
        self.rest = rest;
        let (hours, minutes) = (self.pair()?, self.optional_pair()?.unwrap_or(0));
        (self.rest.is_empty() && hours < 24 && minutes < 60)
            .then_some((sign * (hours * 3600 + minutes * 60), false))
    }
}

fn days(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of the Gregorian calendar; a year begins in March, so that the leap day is its last.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(tag: u8, text: &str) -> Option<Time> {
        let content = text.as_bytes();
        read(&Element { tag, content, whole: content, is_der: true })
    }

    #[test]
    fn reads_the_forms_of_today_and_of_old_writers() {
        // `date -u -d … +%s`.
        for (tag, text, seconds, is_regular) in [
            (tag::UTC_TIME, "700101000000Z", 0, true),
            (tag::UTC_TIME, "990629160000+0200", 930_664_800, false),
            (tag::UTC_TIME, "9906291400Z", 930_664_800, false),
            (tag::UTC_TIME, "9906291000-0400", 930_664_800, false),
            (tag::UTC_TIME, "990629140000", 930_664_800, false),
            (tag::UTC_TIME, "491231235959Z", 2_524_607_999, true),
            (tag::UTC_TIME, "500101000000Z", -631_152_000, true),
            (tag::GENERALIZED_TIME, "19990629140000Z", 930_664_800, true),
            (tag::GENERALIZED_TIME, "19990629140000.5Z", 930_664_800, false),
            (tag::GENERALIZED_TIME, "1999062914", 930_664_800, false),
            (tag::GENERALIZED_TIME, "19990629160000+02", 930_664_800, false),
            (tag::GENERALIZED_TIME, "99991231235959Z", 253_402_300_799, true),
            (tag::GENERALIZED_TIME, "20000229000000Z", 951_782_400, true),
            (tag::GENERALIZED_TIME, "00000101000000Z", -62_167_219_200, true),
        ] {
            assert_eq!(time(tag, text), Some(Time { seconds, is_regular }), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_not_a_date() {
        for text in [
            "",
            "Z",
            "9902290000Z",
            "9913010000Z",
            "9900010000Z",
            "9901010000z",
            "9901012400Z",
            "9901010060Z",
            "990101000000Z ",
            "99010100000Z",
            "990101000000+2400",
            "990101000000+020",
            "990101000000.5Z",
        ] {
            assert_eq!(time(tag::UTC_TIME, text), None, "{text}");
        }
        assert_eq!(time(tag::GENERALIZED_TIME, "19990629140000.Z"), None);
        assert_eq!(time(tag::GENERALIZED_TIME, "19000229000000Z"), None);
    }
}
