//! `time-of-day`.

/// `h:mm` or `hh:mm` from 0:00 to 23:59: samples of the vendor guide, time policies.
pub(super) fn check(value: &str) -> Result<(), &'static str> {
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let (hours, minutes) = match value.split_once(':') {
        Some((hours, minutes)) if is_number(hours) && is_number(minutes) => (hours, minutes),
        _ => return Err("expected hours, a colon and minutes, such as 8:00 or 23:59"),
    };
    // Digits of one length compare as the numbers do.
    if hours.len() > 2 || (hours.len() == 2 && hours > "23") {
        return Err("the hours are not from 0 to 23");
    }
    if minutes.len() != 2 {
        return Err("the minutes do not have two digits");
    }
    if minutes > "59" {
        return Err("the minutes are not from 00 to 59");
    }
    Ok(())
}
