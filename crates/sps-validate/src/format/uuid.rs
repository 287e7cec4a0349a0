//! `uuid`.

use crate::format::FormatError;

/// Lengths of the groups of digits.
const GROUPS: [usize; 5] = [8, 4, 4, 4, 12];

/// Accepts hexadecimal digits in five groups with hyphens between.
pub(super) fn check(value: &str) -> Result<(), FormatError> {
    let mut groups = value.split('-');
    let fits = GROUPS.iter().all(|length| {
        groups.next().is_some_and(|group| {
            group.len() == *length && group.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    });
    match (fits && groups.next().is_none(), value) {
        (true, _) => Ok(()),
        (false, "") => Err(FormatError::Empty),
        (false, value) if value.trim() != value && check(value.trim()).is_ok() => {
            Err(FormatError::OuterWhiteSpace)
        }
        (false, _) => Err(FormatError::NotUuid),
    }
}
