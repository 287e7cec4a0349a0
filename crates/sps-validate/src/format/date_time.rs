//! `date-time`.

use crate::format::FormatError;

/// Accepts `YYYY-MM-DDThh:mm:ss[.fraction](Z|±hh:mm)`: RFC 3339, section 5.6, in the vendor guide's
/// spelling.
pub(super) fn check(value: &str) -> Result<(), FormatError> {
    let bytes = value.as_bytes();
    let Some((head, mut rest)) = bytes.split_at_checked(19) else {
        return Err(FormatError::NotDateTime);
    };
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2, b'T', h1, h2, b':', n1, n2, b':', s1, s2] =
        *head
    else {
        return Err(FormatError::NotDateTime);
    };
    let year = number(y1, y2)? * 100 + number(y3, y4)?;
    let (month, day) = (number(m1, m2)?, number(d1, d2)?);
    let (hour, minute, second) = (number(h1, h2)?, number(n1, n2)?, number(s1, s2)?);

    if let Some(fraction) = rest.strip_prefix(b".") {
        let digits = fraction.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if digits == 0 {
            return Err(FormatError::Fraction);
        }
        rest = &fraction[digits..];
    }
    let offset = offset_minutes(rest)?;

    if !(1..=12).contains(&month) {
        return Err(FormatError::Month);
    }
    if day == 0 || day > days_in(year, month) {
        return Err(FormatError::Day);
    }
    if hour > 23 {
        return Err(FormatError::Hour);
    }
    if minute > 59 {
        return Err(FormatError::Minute);
    }
    let last_minute_in_utc = (hour * 60 + minute - offset).rem_euclid(24 * 60) == 24 * 60 - 1;
    if second > 60 || (second == 60 && !last_minute_in_utc) {
        return Err(FormatError::Second);
    }
    Ok(())
}

fn number(tens: u8, ones: u8) -> Result<i32, FormatError> {
    if tens.is_ascii_digit() && ones.is_ascii_digit() {
        Ok(i32::from(tens - b'0') * 10 + i32::from(ones - b'0'))
    } else {
        Err(FormatError::NotDateTime)
    }
}

fn days_in(year: i32, month: i32) -> i32 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

fn offset_minutes(text: &[u8]) -> Result<i32, FormatError> {
    let [sign, h1, h2, b':', m1, m2] = *text else {
        return if text == b"Z" { Ok(0) } else { Err(FormatError::NoOffset) };
    };
    let sign = match sign {
        b'+' => 1,
        b'-' => -1,
        _ => return Err(FormatError::NoOffset),
    };
    let hours = number(h1, h2).map_err(|_| FormatError::NoOffset)?;
    let minutes = number(m1, m2).map_err(|_| FormatError::NoOffset)?;
    if hours > 23 || minutes > 59 {
        return Err(FormatError::Offset);
    }
    Ok(sign * (hours * 60 + minutes))
}
