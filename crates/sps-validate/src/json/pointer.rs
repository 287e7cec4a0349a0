//! JSON pointers.

use std::borrow::Cow;

/// Escapes one reference token of a JSON pointer: `~` becomes `~0` and `/` becomes `~1`.
///
/// Every text has an escaped form, the empty one too. Source: RFC 6901, section 3.
///
/// # Example
///
/// ```
/// use sps_validate::json::escape_pointer_segment;
///
/// assert_eq!(escape_pointer_segment("a/b~c"), "a~1b~0c");
/// assert_eq!(escape_pointer_segment("enabled"), "enabled");
/// ```
pub fn escape_pointer_segment(segment: &str) -> Cow<'_, str> {
    if segment.contains(['~', '/']) {
        // The tilde first, or the tildes of the second step would be escaped again.
        Cow::Owned(segment.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(segment)
    }
}

/// Reverses [`escape_pointer_segment`]. An escape that RFC 6901 does not know stays as it is.
///
/// # Example
///
/// ```
/// use sps_validate::json::unescape_pointer_segment;
///
/// assert_eq!(unescape_pointer_segment("a~1b~0c"), "a/b~c");
/// ```
pub fn unescape_pointer_segment(segment: &str) -> Cow<'_, str> {
    if segment.contains('~') {
        // The tilde last, or `~01` would become a slash.
        Cow::Owned(segment.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(segment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_as_the_table_of_rfc_6901() {
        for (segment, escaped) in [
            ("", ""),
            ("foo", "foo"),
            ("a/b", "a~1b"),
            ("c%d", "c%d"),
            ("m~n", "m~0n"),
            ("~1", "~01"),
            ("/~/", "~1~0~1"),
            (" ", " "),
            ("é", "é"),
        ] {
            assert_eq!(escape_pointer_segment(segment), escaped);
            assert_eq!(unescape_pointer_segment(escaped), segment);
        }
    }
}
