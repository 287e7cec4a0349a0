//! Changing an object only if it is still what the caller read.

use serde_json::Value;
use sps_model::{Any, Difference, Endpoint, Exchange, Method, Side};
use sps_validate::UnknownKeys;

use super::{Transaction, check_path};
use crate::{
    body::{self, Outgoing},
    compare,
    error::{Error, ErrorKind},
    http::Call,
    path,
    received::Received,
};

impl Transaction {
    /// Reads a singleton as this transaction sees it, lets `change` change it, and replaces it.
    ///
    /// Gives what was changed, with secrets hidden. If that is nothing, nothing is sent. A lost response and a dropped
    /// future are as with [`Self::replace`].
    ///
    /// ```no_run
    /// # async fn example(client: sps_client::Client) -> Result<(), sps_client::Error> {
    /// use sps_model::management::SnmpTrap;
    ///
    /// let mut transaction = client.transaction().await?;
    /// for difference in transaction.edit::<SnmpTrap>(|trap| trap.enabled = true).await? {
    ///     println!("{difference}");
    /// }
    /// let report = transaction.commit().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Changed`] if the object changes while `change` runs; otherwise as [`Self::get`] and
    /// [`Self::replace`].
    pub async fn edit<E>(&mut self, change: impl FnOnce(&mut E)) -> Result<Vec<Difference>, Error>
    where
        E: Endpoint<Request = E> + Exchange<Response = <E as Endpoint>::Response>,
    {
        let read = self.get::<E>().await?;
        self.edit_at(E::PATH, read, change).await
    }

    /// Reads one object of a collection, lets `change` change it, and replaces it, as [`Self::edit`] does for a
    /// singleton.
    ///
    /// # Errors
    /// As [`Self::edit`].
    pub async fn edit_object<E>(
        &mut self,
        key: &str,
        change: impl FnOnce(&mut E),
    ) -> Result<Vec<Difference>, Error>
    where
        E: Endpoint<Request = E> + Exchange<Response = <E as Endpoint>::Response>,
    {
        let read = self.get_object::<E>(key).await?;
        self.edit_at(&path::of_object(E::PATH, key)?, read, change).await
    }

    async fn edit_at<E>(
        &mut self,
        path: &str,
        read: Received<E>,
        change: impl FnOnce(&mut E),
    ) -> Result<Vec<Difference>, Error>
    where
        E: Endpoint<Request = E> + Exchange<Response = <E as Endpoint>::Response>,
    {
        let mut request = read.into_request();
        let base = value::<E>(&request, path)?;
        change(&mut request);
        let after = value::<E>(&request, path)?;
        let body = body::typed::<E>(&request, Method::Put, &self.shared.settings)?;
        let differences =
            sps_model::differences(body.subject.body, &base.clone().into(), &after.into());
        if !differences.is_empty() {
            self.put_if_unchanged(path, body, &base).await?;
        }
        Ok(differences)
    }

    /// Replaces a singleton if it is still equal to `base`, which is the request that was made of what was read. It
    /// may have been read before the transaction was opened.
    ///
    /// The object is read as this transaction sees it. A secret of `base` that the response does not show is not
    /// compared. With one lock for all sessions, nothing can change between the comparison and the commit. Where
    /// transactions are parallel, a change of another session ends in [`ErrorKind::CommitConflict`].
    ///
    /// ```no_run
    /// # async fn example(client: sps_client::Client) -> Result<(), sps_client::Error> {
    /// use sps_model::management::SnmpTrap;
    ///
    /// let read = client.get::<SnmpTrap>().await?.into_request();
    /// let mut trap = read.clone();
    /// trap.enabled = true; // Perhaps after a long while.
    /// let mut transaction = client.transaction().await?;
    /// transaction.replace_if_unchanged(&trap, &read).await?;
    /// let report = transaction.commit().await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ErrorKind::Changed`] if the object differs, before the request is sent; otherwise as [`Self::replace`].
    pub async fn replace_if_unchanged<E>(&mut self, request: &E, base: &E) -> Result<(), Error>
    where
        E: Endpoint<Request = E>,
    {
        let body = body::typed::<E>(request, Method::Put, &self.shared.settings)?;
        self.put_if_unchanged(E::PATH, body, &value::<E>(base, E::PATH)?).await
    }

    /// Replaces one object of a collection if it is still equal to `base`, as [`Self::replace_if_unchanged`] does for a
    /// singleton.
    ///
    /// # Errors
    /// As [`Self::replace_if_unchanged`]. An object that was deleted has changed.
    pub async fn replace_object_if_unchanged<E>(
        &mut self,
        key: &str,
        request: &E,
        base: &E,
    ) -> Result<(), Error>
    where
        E: Endpoint<Request = E>,
    {
        let path = path::of_object(E::PATH, key)?;
        let body = body::typed::<E>(request, Method::Put, &self.shared.settings)?;
        self.put_if_unchanged(&path, body, &value::<E>(base, &path)?).await
    }

    /// Replaces the object at any path of the configuration if it is still equal to `base`; see
    /// [`Self::replace_raw`] and [`Self::replace_if_unchanged`].
    ///
    /// `base` is a response, or the body of a response or of a request.
    ///
    /// # Errors
    /// As [`Self::replace_if_unchanged`], and [`ErrorKind::InvalidArgument`] for an invalid path.
    pub async fn replace_raw_if_unchanged(
        &mut self,
        path: &str,
        body: &Any,
        unknown_keys: UnknownKeys,
        base: &Any,
    ) -> Result<(), Error> {
        check_path(path)?;
        let body = body::raw(body, Method::Put, path, unknown_keys, &self.shared.settings)?;
        let base = compare::request_form(&base.as_value().to_string(), &body.subject);
        // A text that is too deep to be read is no response of an appliance.
        self.put_if_unchanged(path, body, &base.unwrap_or_default()).await
    }

    async fn put_if_unchanged(
        &mut self,
        path: &str,
        body: Outgoing,
        base: &Value,
    ) -> Result<(), Error> {
        self.check_open(&body.call(Method::Put, path))?;
        let differences = match self.current(path, &body).await {
            Ok(current) => compare::changed(body.subject.body, base, &current),
            Err(error) if *error.kind() == ErrorKind::NotFound && self.is_object(path) => {
                vec![Difference::new("", Side::Hidden, Side::Absent)]
            }
            Err(error) => return Err(error),
        };
        if differences.is_empty() {
            return self.put(path, body).await;
        }
        Err(Error::new(ErrorKind::Changed { differences }).at(Method::Put, path))
    }

    /// Whether the path names an object of a collection, which can be deleted.
    fn is_object(&self, path: &str) -> bool {
        let endpoints = self.shared.settings.endpoints;
        sps_model::locate_in(endpoints, path).is_some_and(|it| it.key.is_some())
    }

    /// Reads the object that a body is for, in request form.
    async fn current(&mut self, path: &str, body: &Outgoing) -> Result<Value, Error> {
        let call = Call::get(path);
        let result = self.shared.send(&call, &self.scope()).await;
        let response = self.notice_end(result)?;
        compare::request_form(&response.text, &body.subject).ok_or_else(|| {
            Error::new(ErrorKind::UnexpectedResponse)
                .at(call.method, call.path)
                .note("the response cannot be read")
        })
    }
}

/// A typed request as JSON.
fn value<E: Endpoint>(request: &E::Request, path: &str) -> Result<Value, Error> {
    serde_json::to_value(request)
        .map_err(|error| Error::new(ErrorKind::InvalidBody).at(Method::Put, path).because(error))
}
