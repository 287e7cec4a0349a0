//! References as documents spell them.

use crate::json::Node;

/// The key inside a reference object of a response.
pub(crate) fn reference_key<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    node.get("key").and_then(Node::as_str)
}

/// Whether the appliance could have generated this key. Any other text may be a password in the wrong place.
pub fn is_like_a_key(key: &str) -> bool {
    key.len() <= MAX_KEY_BYTES
        && key.bytes().any(|byte| byte.is_ascii_digit())
        && key.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// The longest text that counts as a generated key; a UUID has 36 bytes.
const MAX_KEY_BYTES: usize = 64;
