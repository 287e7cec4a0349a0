//! The other side of a connection in errors.

/// Names the other side in an error of a request.
pub(super) fn named(error: anyhow::Error, peer: &str) -> anyhow::Error {
    let is_request =
        error.downcast_ref::<sps_client::Error>().is_some_and(|it| it.request().is_some());
    if is_request { error.context(peer.to_owned()) } else { error }
}
