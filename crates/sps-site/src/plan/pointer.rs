//! Steps down an RFC 6901 pointer.

use std::fmt::Write as _;

use sps_model::validate::json::escape_pointer_segment;

/// Goes down to a member of an object.
pub(crate) fn push_member(pointer: &mut String, key: &str) {
    pointer.push('/');
    pointer.push_str(&escape_pointer_segment(key));
}

/// Goes down to an element of a list.
pub(crate) fn push_index(pointer: &mut String, index: usize) {
    // Writing into a text cannot fail.
    let _ = write!(pointer, "/{index}");
}
