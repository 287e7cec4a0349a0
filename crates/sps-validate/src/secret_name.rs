//! Names of members that hold secrets.

/// Whether the name of a key says that its value is a secret. Hiding too much is better than showing one.
///
/// ```
/// use sps_validate::is_secret_name;
/// assert!(is_secret_name("community") && is_secret_name("API_TOKEN"));
/// assert!(!is_secret_name("username"));
/// ```
pub fn is_secret_name(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    ["pass", "secret", "plain", "token", "private", "community"].iter().any(|it| key.contains(it))
}
