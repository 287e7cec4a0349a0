//! The objects of a collection, one by one.

use std::{collections::VecDeque, fmt, marker::PhantomData, sync::Arc};

use futures_core::Stream;
use futures_util::stream;
use serde_json::Value;
use sps_model::Endpoint;

use crate::{
    error::{Error, ErrorKind},
    http::Call,
    json, path,
    received::{self, Received},
    session::{Scope, Shared},
};

/// The objects of a collection; made by [`Client::list`](crate::Client::list).
///
/// From 6.1.0 on, the appliance sends all of them at once. Before, each object is read when its turn comes; one that
/// was deleted meanwhile is an error of kind [`ErrorKind::NotFound`].
pub struct List<E: Endpoint> {
    shared: Arc<Shared>,
    scope: Scope,
    path: String,
    items: VecDeque<Value>,
    endpoint: PhantomData<fn() -> E>,
}

impl<E: Endpoint> List<E> {
    pub(crate) async fn fetch(
        shared: Arc<Shared>,
        scope: Scope,
        path: String,
    ) -> Result<Self, Error> {
        let call = Call::get(&path);
        let mut response = shared.read(&call, &scope).await?;
        let Value::Array(items) = json::take(&mut response, "items") else {
            return Err(Error::new(ErrorKind::UnexpectedResponse)
                .at(call.method, call.path)
                .note("the response has no items"));
        };
        let items = items.into();
        Ok(Self { shared, scope, path, items, endpoint: PhantomData })
    }

    /// The number of objects that are left.
    pub fn remaining(&self) -> usize {
        self.items.len()
    }

    /// Gives the next object; `None` after the last. It may be called again after an error.
    pub async fn next(&mut self) -> Option<Result<Received<E>, Error>> {
        let item = self.items.pop_front()?;
        Some(self.read(item).await)
    }

    /// Turns the list into a stream, which can be combined with others.
    ///
    /// ```
    /// use futures_util::TryStreamExt as _;
    /// use sps_client::{Client, Error};
    /// use sps_model::policies::TimePolicy;
    ///
    /// async fn names(client: &Client) -> Result<Vec<String>, Error> {
    ///     let policies = client.list::<TimePolicy>().await?.into_stream();
    ///     policies.map_ok(|policy| policy.body.name).try_collect().await
    /// }
    /// ```
    pub fn into_stream(self) -> impl Stream<Item = Result<Received<E>, Error>> + Send {
        stream::unfold(self, async |mut list| list.next().await.map(|item| (item, list)))
    }

    /// Gives all objects that are left.
    ///
    /// # Errors
    /// The error of the first object that cannot be read.
    pub async fn all(mut self) -> Result<Vec<Received<E>>, Error> {
        let mut all = Vec::with_capacity(self.items.len());
        while let Some(item) = self.next().await {
            all.push(item?);
        }
        Ok(all)
    }

    async fn read(&self, item: Value) -> Result<Received<E>, Error> {
        let call = Call::get(&self.path);
        let key = json::key_of(&item);
        // Without a wrapper, an item is either the object or nothing but a link.
        let is_whole = E::WRAPPERS.is_empty()
            && item
                .as_object()
                .is_some_and(|it| it.keys().any(|key| key != "key" && key != "meta"));
        if is_whole
            || E::WRAPPERS.iter().any(|it| item.get(*it).is_some_and(|body| !body.is_null()))
        {
            let mut object = received::read::<E>(item, &call)?;
            object.key = key;
            return Ok(object);
        }
        let key = key.ok_or_else(|| {
            Error::new(ErrorKind::UnexpectedResponse)
                .at(call.method, call.path)
                .note("an item has neither a key nor a link")
        })?;
        let path = path::of_object(&self.path, &key)?;
        let call = Call::get(&path);
        received::read::<E>(self.shared.read(&call, &self.scope).await?, &call)
    }
}

impl<E: Endpoint> fmt::Debug for List<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("List")
            .field("path", &self.path)
            .field("remaining", &self.items.len())
            .finish_non_exhaustive()
    }
}
