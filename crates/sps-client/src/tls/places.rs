//! Where the system keeps the certificates that it trusts.
//!
//! Only Linux and its relatives have them in files. Elsewhere the system itself decides.

/// The files and folders that the certificates were read from.
#[cfg(all(unix, not(target_vendor = "apple"), not(target_os = "android")))]
pub(super) fn read() -> Option<String> {
    let found = openssl_probe::probe();
    let mut places: Vec<_> =
        found.cert_file.iter().chain(&found.cert_dir).map(|it| it.display().to_string()).collect();
    places.dedup();
    if places.is_empty() { None } else { Some(places.join(", ")) }
}

/// Nothing: the system does not say it.
#[cfg(not(all(unix, not(target_vendor = "apple"), not(target_os = "android"))))]
pub(super) fn read() -> Option<String> {
    None
}

/// Note of an error: there is no certificate at all.
pub(super) fn without_certificates() -> String {
    match read() {
        Some(places) => format!("these hold no certificate that the system trusts: {places}"),
        None => "the system has no certificates that it trusts".to_owned(),
    }
}
