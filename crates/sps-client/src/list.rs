//! The objects of a collection, one after the other.

use std::{collections::VecDeque, fmt, marker::PhantomData, sync::Arc};

use futures_core::Stream;
use futures_util::stream;
use serde_json::Value;
use sps_model::Endpoint;

use crate::{
    client::{Scope, Shared},
    error::{Error, ErrorKind},
    http::Call,
    path,
    received::{self, Received},
};

/// The objects of a collection; made by [`Client::list`](crate::Client::list).
///
/// From 6.1.0 on the appliance sends all of them at once; before that each is asked for when its turn
/// comes, so one that was deleted meanwhile is an error of kind [`ErrorKind::NotFound`].
pub struct List<E: Endpoint> {
    shared: Arc<Shared>,
    scope: Scope,
    items: VecDeque<Value>,
    endpoint: PhantomData<fn() -> E>,
}

impl<E: Endpoint> List<E> {
    pub(crate) async fn fetch(shared: Arc<Shared>, scope: Scope) -> Result<Self, Error> {
        let call = Call::get(E::PATH);
        let mut response = shared.read(&call, &scope).await?;
        let Value::Array(items) = received::take(&mut response, "items") else {
            return Err(Error::new(ErrorKind::UnexpectedResponse)
                .at(call.method, call.path)
                .note("it has no items"));
        };
        Ok(Self { shared, scope, items: items.into(), endpoint: PhantomData })
    }

    /// How many are still to come.
    pub fn remaining(&self) -> usize {
        self.items.len()
    }

    /// The next object; `None` after the last. May be called again after an error.
    pub async fn next(&mut self) -> Option<Result<Received<E>, Error>> {
        let item = self.items.pop_front()?;
        Some(self.resolve(item).await)
    }

    /// The same as a stream, for whoever wants to combine it with others.
    ///
    /// ```
    /// use futures_util::TryStreamExt as _;
    /// use sps_client::{Client, Error};
    /// use sps_model::TimePolicy;
    ///
    /// async fn names(client: &Client) -> Result<Vec<String>, Error> {
    ///     let policies = client.list::<TimePolicy>().await?.into_stream();
    ///     policies.map_ok(|policy| policy.body.name).try_collect().await
    /// }
    /// ```
    pub fn into_stream(self) -> impl Stream<Item = Result<Received<E>, Error>> + Send {
        stream::unfold(self, async |mut list| list.next().await.map(|item| (item, list)))
    }

    /// All that are still to come.
    ///
    /// # Errors
    /// The first one that cannot be read.
    pub async fn all(mut self) -> Result<Vec<Received<E>>, Error> {
        let mut all = Vec::with_capacity(self.items.len());
        while let Some(item) = self.next().await {
            all.push(item?);
        }
        Ok(all)
    }

    async fn resolve(&self, item: Value) -> Result<Received<E>, Error> {
        let call = Call::get(E::PATH);
        let key = received::key_of(&item);
        if E::WRAPPERS.iter().any(|it| item.get(*it).is_some_and(|body| !body.is_null())) {
            let mut object = received::read::<E>(item, &call)?;
            object.key = key;
            return Ok(object);
        }
        let key = key.ok_or_else(|| {
            Error::new(ErrorKind::UnexpectedResponse)
                .at(call.method, call.path)
                .note("an item has neither key nor address")
        })?;
        let path = path::of_object(E::PATH, &key)?;
        let call = Call::get(&path);
        received::read::<E>(self.shared.read(&call, &self.scope).await?, &call)
    }
}

impl<E: Endpoint> fmt::Debug for List<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List")
            .field("path", &E::PATH)
            .field("remaining", &self.items.len())
            .finish_non_exhaustive()
    }
}
