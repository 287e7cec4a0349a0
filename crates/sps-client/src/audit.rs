//! Recorded sessions: searches, the parts of a session, and the download of a recording.

mod pages;
mod query;

use std::{fmt, path::Path, sync::Arc};

use sps_model::{
    AuditAlert, AuditChannel, AuditContent, AuditEvent, AuditIndexing, AuditSession,
    AuditSessionCount, AuditSnapshot, AuditTrailDownload, AuditUserScore, Endpoint,
};

use crate::{
    client::Client,
    error::Error,
    http::Call,
    path,
    received::{self, Received},
    session::Scope,
    transfer::Progress,
};

pub use self::{pages::Pages, query::SessionQuery};

/// The sessions that went through the appliance; made by [`Client::audit_sessions`].
///
/// ```
/// use sps_client::{Client, Error, SessionQuery};
///
/// async fn failed_logins(client: &Client) -> Result<(), Error> {
///     let query = SessionQuery::new()
///         .matching("verdict", "AUTH_FAIL")
///         .start("2024-05-06")
///         .sort_by_descending("start_time")
///         .fields(["start_time", "user.name"]);
///     let mut sessions = client.audit_sessions().list(&query).await?;
///     println!("{} sessions", sessions.match_count().unwrap_or_default());
///     while let Some(session) = sessions.next().await {
///         println!("{:?}", session?.body.start_time);
///     }
///     Ok(())
/// }
/// ```
pub struct AuditSessions<'a> {
    client: &'a Client,
}

impl fmt::Debug for AuditSessions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuditSessions").finish_non_exhaustive()
    }
}

impl Client {
    /// The sessions that went through the appliance. They are not the session of this client.
    pub fn audit_sessions(&self) -> AuditSessions<'_> {
        AuditSessions { client: self }
    }
}

impl AuditSessions<'_> {
    /// Searches sessions, and reads the first page; [`Pages::next`] reads the others when their turn comes.
    ///
    /// The appliance gives 10000 sessions at most, as [`Pages::is_cut_off`] shows; [`Self::snapshot`] gives all. What
    /// is recorded while the pages are read may move a session to another page.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument) for a page that does not exist,
    /// [`ErrorKind::InvalidQuery`](crate::ErrorKind::InvalidQuery) if the appliance does not understand the query, and
    /// the kinds that concern reading.
    pub async fn list(&self, query: &SessionQuery) -> Result<Pages<AuditSession>, Error> {
        self.pages(&query.path(AuditSession::PATH, None)?).await
    }

    /// Opens a snapshot and searches in it: all sessions of this moment, on as many pages as it takes.
    ///
    /// The appliance allows a few snapshots at once, so the client never repeats the request that opens one.
    ///
    /// # Errors
    /// [`ErrorKind::Unavailable`](crate::ErrorKind::Unavailable) with the status 429 if too many snapshots are open,
    /// and the errors of [`Self::list`].
    pub async fn snapshot(&self, query: &SessionQuery) -> Result<Pages<AuditSession>, Error> {
        // Checked before the snapshot is opened, of which there are only a few.
        query.path(AuditSession::PATH, None)?;
        let call = Call::get(AuditSnapshot::PATH);
        let response = self.client.shared.send_once(&call, &Scope::Any).await?.json(&call)?;
        let snapshot = received::read::<AuditSnapshot>(response, &call)?.body.snapshot;
        self.pages(&query.path(AuditSession::PATH, Some(&snapshot))?).await
    }

    /// Counts the sessions that a search finds, also beyond 10000. Ignores the order, the members and the pages.
    ///
    /// # Errors
    /// The errors of [`Self::list`].
    pub async fn count(&self, query: &SessionQuery) -> Result<u64, Error> {
        let path = query.count_path(AuditSessionCount::PATH)?;
        Ok(self.client.shared.get::<AuditSessionCount>(&path, &Scope::Any).await?.body.count)
    }

    /// Reads one session.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound), and the other kinds that concern reading.
    pub async fn get(&self, key: &str) -> Result<Received<AuditSession>, Error> {
        self.client.shared.get(&path::of_object(AuditSession::PATH, key)?, &Scope::Any).await
    }

    /// Lists the alerts of a session.
    ///
    /// # Errors
    /// The errors of [`Self::get`].
    pub async fn alerts(&self, key: &str) -> Result<Pages<AuditAlert>, Error> {
        self.part(key).await
    }

    /// Lists the channels of a session, in the form of 7.0 and later.
    ///
    /// # Errors
    /// The errors of [`Self::get`]. [`ErrorKind::UnexpectedResponse`](crate::ErrorKind::UnexpectedResponse) from an
    /// old appliance, which has another form: [`Client::get_raw`] reads it.
    pub async fn channels(&self, key: &str) -> Result<Pages<AuditChannel>, Error> {
        self.part(key).await
    }

    /// Lists the commands and other events of a session. Only an indexed session has some.
    ///
    /// # Errors
    /// The errors of [`Self::get`].
    pub async fn events(&self, key: &str) -> Result<Pages<AuditEvent>, Error> {
        self.part(key).await
    }

    /// Lists the runs of the indexer over a session.
    ///
    /// # Errors
    /// The errors of [`Self::get`].
    pub async fn indexing(&self, key: &str) -> Result<Pages<AuditIndexing>, Error> {
        self.part(key).await
    }

    /// Searches in the indexed content of a session. An empty query finds nothing.
    ///
    /// # Errors
    /// [`ErrorKind::InvalidQuery`](crate::ErrorKind::InvalidQuery) if the appliance does not understand the query, and
    /// the errors of [`Self::get`].
    pub async fn content(&self, key: &str, query: &str) -> Result<Pages<AuditContent>, Error> {
        let path = path::filled(AuditContent::PATH, &[key])?;
        self.pages(&format!("{path}?q={}", path::encoded(query))).await
    }

    /// Lists who downloaded the recording of a session.
    ///
    /// # Errors
    /// The errors of [`Self::get`].
    pub async fn trail_downloads(&self, key: &str) -> Result<Pages<AuditTrailDownload>, Error> {
        self.part(key).await
    }

    /// Downloads the recording of a session into a file, as [`Client::download_to_file`] does. The appliance lists the
    /// download.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound), also for a session without a recording, and
    /// [`ErrorKind::File`](crate::ErrorKind::File).
    pub async fn download_trail(
        &self,
        key: &str,
        target: impl AsRef<Path> + Send,
        progress: impl FnMut(Progress) + Send,
    ) -> Result<u64, Error> {
        let path = format!("{}/audit_trail", path::of_object(AuditSession::PATH, key)?);
        self.client.download_to_file(&path, target, progress).await
    }

    /// Lists the users of sessions, up to a number from 1 to 10000.
    ///
    /// # Errors
    /// The kinds of [`ErrorKind`](crate::ErrorKind) that concern reading.
    pub async fn users(&self, limit: u16) -> Result<Pages<AuditUserScore>, Error> {
        self.pages(&format!("{}?limit={limit}", AuditUserScore::PATH)).await
    }

    async fn part<E: Endpoint>(&self, key: &str) -> Result<Pages<E>, Error> {
        self.pages(&path::filled(E::PATH, &[key])?).await
    }

    async fn pages<E: Endpoint>(&self, path: &str) -> Result<Pages<E>, Error> {
        Pages::fetch(Arc::clone(&self.client.shared), path).await
    }
}
