//! The first setup of an appliance, which has no user yet.

use sps_model::{
    Endpoint as _, Method,
    setup::{Request, Setup},
};

use crate::{
    body,
    builder::ClientBuilder,
    error::Error,
    http::{self, Authentication, Call, Response},
    received,
};

impl ClientBuilder {
    /// Reads whether the appliance is set up. It needs no login.
    ///
    /// # Errors
    /// The kinds of [`ErrorKind`](crate::ErrorKind) that concern the connection and reading.
    pub async fn setup_status(&self) -> Result<Setup, Error> {
        let call = Call::get(Setup::PATH);
        let response = self.exchange(&call).await?.json(&call)?;
        Ok(received::read::<Setup>(response, &call)?.body)
    }

    /// Sets up a new appliance, as its welcome wizard does. It needs no login.
    ///
    /// The client does not repeat it. If the request changes the address of the appliance, no response arrives: the error
    /// is then of kind [`ErrorKind::Timeout`](crate::ErrorKind::Timeout) or
    /// [`ErrorKind::ConnectionLost`](crate::ErrorKind::ConnectionLost), and [`Self::setup_status`] of a client of the
    /// new address says whether it took effect.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`](crate::ErrorKind::Invalid) before anything is sent, the kinds that concern the connection,
    /// and the errors of the appliance.
    pub async fn set_up(&self, request: &Request) -> Result<(), Error> {
        let body = body::typed::<Setup>(request, Method::Post, self.settings())?;
        match self.exchange(&body.call(Method::Post, Setup::PATH)).await {
            // The appliance redirects to its web interface.
            Err(error) if error.status() == Some(303) => Ok(()),
            result => result.map(drop),
        }
    }
    /// Sends a request without a login.
    async fn exchange(&self, call: &Call<'_>) -> Result<Response, Error> {
        let (http, base) = self.transport(None)?;
        let timeout = self.settings().timeout;
        let response = http::exchange(&http, &base, call, &Authentication::None, timeout).await;
        self.explained(response).await
    }
}
