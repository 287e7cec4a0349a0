//! `time-of-day`.

/// `h:mm` or `hh:mm` from 0:00 to 23:59: samples of the vendor guide, time policies.
pub(super) fn check(value: &str) -> Result<(), &'static str> {
    match value.as_bytes() {
        [b'0'..=b'9', b':', b'0'..=b'5', b'0'..=b'9']
        | [b'0' | b'1', b'0'..=b'9', b':', b'0'..=b'5', b'0'..=b'9']
        | [b'2', b'0'..=b'3', b':', b'0'..=b'5', b'0'..=b'9'] => Ok(()),
        _ => Err(reason(value)),
    }
}

/// What is wrong with a value that is no time of the day.
fn reason(value: &str) -> &'static str {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match value.split_once(':') {
        // Digits of one length compare as the numbers do.
        Some((hours, minutes)) if is_number(hours) && is_number(minutes) => {
            if hours.len() > 2 || (hours.len() == 2 && hours > "23") {
                "the hours are not from 0 to 23"
            } else if minutes.len() != 2 {
                "the minutes do not have two digits"
            } else {
                "the minutes are not from 00 to 59"
            }
        }
        _ => "expected hours, a colon and minutes, such as 8:00 or 23:59",
    }
}
