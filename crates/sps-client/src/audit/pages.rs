//! A long list, page by page.

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

/// The items of a long list. Each page is read when its turn comes.
///
/// It follows the links of the appliance from page to page, and stops with an error if one leads elsewhere or back.
pub struct Pages<E: Endpoint> {
    shared: Arc<Shared>,
    items: VecDeque<Value>,
    /// The path of the page that the items are from.
    current: String,
    next: Option<String>,
    offset: Option<u64>,
    match_count: Option<u64>,
    seen: u64,
    endpoint: PhantomData<fn() -> E>,
}

impl<E: Endpoint> Pages<E> {
    pub(super) async fn fetch(shared: Arc<Shared>, path: &str) -> Result<Self, Error> {
        let mut pages = Self {
            shared,
            items: VecDeque::new(),
            current: path.to_owned(),
            next: None,
            offset: None,
            match_count: None,
            seen: 0,
            endpoint: PhantomData,
        };
        pages.read_page(path.to_owned()).await?;
        Ok(pages)
    }

    /// The number of items that the search found, if the appliance says so.
    pub fn match_count(&self) -> Option<u64> {
        self.match_count
    }

    /// Whether the list ended before all items that the search found. This is known only at the end of the list.
    pub fn is_cut_off(&self) -> bool {
        let is_at_end = self.items.is_empty() && self.next.is_none();
        is_at_end && self.match_count.is_some_and(|it| it > self.seen)
    }

    /// Gives the next item; `None` after the last. After an error, it may be called again: it goes on with the same
    /// item or page.
    pub async fn next(&mut self) -> Option<Result<Received<E>, Error>> {
        while self.items.is_empty() {
            let next = self.next.clone()?;
            if let Err(error) = self.read_page(next).await {
                return Some(Err(error));
            }
        }
        let item = self.items.pop_front()?;
        self.seen += 1;
        let key = json::key_of(&item);
        let item = received::read::<E>(item, &Call::get(&self.current));
        Some(item.map(|mut item| {
            item.key = key;
            item
        }))
    }

    /// Turns the list into a stream, which can be combined with others.
    ///
    /// ```
    /// use futures_util::TryStreamExt as _;
    /// use sps_client::{Client, Error, SessionQuery};
    ///
    /// async fn keys(client: &Client) -> Result<Vec<Option<String>>, Error> {
    ///     let sessions = client.audit_sessions().list(&SessionQuery::new()).await?.into_stream();
    ///     sessions.map_ok(|session| session.key).try_collect().await
    /// }
    /// ```
    pub fn into_stream(self) -> impl Stream<Item = Result<Received<E>, Error>> + Send {
        stream::unfold(self, async |mut pages| pages.next().await.map(|item| (item, pages)))
    }

    /// Gives all items that are left.
    ///
    /// # Errors
    /// The first error of an item or a page.
    pub async fn all(mut self) -> Result<Vec<Received<E>>, Error> {
        let mut all = Vec::with_capacity(self.items.len());
        while let Some(item) = self.next().await {
            all.push(item?);
        }
        Ok(all)
    }

    async fn read_page(&mut self, path: String) -> Result<(), Error> {
        let call = Call::get(&path);
        let mut response = self.shared.read(&call, &Scope::Any).await?;
        let unexpected = |note: &str| {
            Err(Error::new(ErrorKind::UnexpectedResponse)
                .at(call.method, call.path)
                .note(note.to_owned()))
        };
        let Value::Array(items) = json::take(&mut response, "items") else {
            return unexpected("the response has no items");
        };
        let meta = json::take(&mut response, "meta");
        let offset = meta["offset"].as_u64();
        let moves = match (self.offset, offset) {
            // A page before this one, or this one again.
            (Some(before), Some(now)) => now > before,
            _ => true,
        };
        if !moves {
            return unexpected("the link to the next page leads back");
        }
        let next = meta["next"].as_str();
        if next.is_some_and(|it| !is_same_list(it, &path) || it == path) {
            return unexpected("the link to the next page leads elsewhere");
        }
        self.next = next.map(str::to_owned);
        self.match_count = meta["match_count"].as_u64().or(self.match_count);
        self.items = items.into();
        self.offset = offset;
        self.current = path;
        Ok(())
    }
}

/// Whether a link of the appliance leads to another page of the same list.
fn is_same_list(link: &str, path: &str) -> bool {
    let plain =
        |it: &str| it.split('?').next().unwrap_or_default().trim_end_matches('/').to_owned();
    path::check(link).is_ok() && plain(link) == plain(path)
}

impl<E: Endpoint> fmt::Debug for Pages<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("path", &E::PATH)
            .field("seen", &self.seen)
            .field("match_count", &self.match_count)
            .finish_non_exhaustive()
    }
}
