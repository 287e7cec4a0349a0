//! What takes the place of the page while the feature `page` is off: there are no such values.

use std::{net::SocketAddr, sync::Arc, time::SystemTime};

use axum::{extract::Request, response::Response};

use crate::{error::Error, machine::Machine};

/// Settings of the page.
#[derive(Debug, Clone)]
pub(crate) enum Page {}

/// What serves the page.
#[derive(Debug)]
pub(crate) enum Server {}

/// Whether a request is one for the page.
pub(crate) fn takes(_: &Request) -> bool {
    false
}

impl Server {
    pub(crate) fn new(
        settings: &Page,
        _: SocketAddr,
        _: Option<String>,
        _: bool,
        _: SystemTime,
    ) -> Result<Self, Error> {
        match *settings {}
    }

    pub(crate) fn settings(&self) -> Page {
        match *self {}
    }

    #[expect(clippy::unused_async, reason = "the page is async")]
    pub(crate) async fn serve(&self, _: &Arc<Machine>, _: Request) -> Response {
        match *self {}
    }
}
