//! `time-of-day`.

use crate::format::FormatError;

/// Accepts `h:mm` or `hh:mm` from 0:00 to 23:59: samples of the vendor guide, time policies.
pub(super) fn check(value: &str) -> Result<(), FormatError> {
    match value.as_bytes() {
        [b'0'..=b'9', b':', b'0'..=b'5', b'0'..=b'9']
        | [b'0' | b'1', b'0'..=b'9', b':', b'0'..=b'5', b'0'..=b'9']
        | [b'2', b'0'..=b'3', b':', b'0'..=b'5', b'0'..=b'9'] => Ok(()),
        _ => Err(reason(value)),
    }
}

/// The minutes of the day until this time; `None` for any other text.
pub(crate) fn minutes(value: &str) -> Option<u16> {
    check(value).ok()?;
    let (hours, minutes) = value.split_once(':')?;
    Some(hours.parse::<u16>().ok()? * 60 + minutes.parse::<u16>().ok()?)
}

/// Why a value is not a time of day.
fn reason(value: &str) -> FormatError {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match value.split_once(':') {
        // Digits of one length compare as the numbers do.
        Some((hours, minutes)) if is_number(hours) && is_number(minutes) => {
            if hours.len() > 2 || (hours.len() == 2 && hours > "23") {
                FormatError::Hours
            } else if minutes.len() != 2 {
                FormatError::MinuteDigits
            } else {
                FormatError::Minutes
            }
        }
        _ => FormatError::NotTime,
    }
}
