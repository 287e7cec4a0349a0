//! Uploads and downloads in pieces, with progress.

use std::{
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use reqwest::header;
use sps_model::Method;
use tempfile::NamedTempFile;
use tokio::io::{AsyncRead, ReadBuf};

use crate::{
    client::Client,
    error::{Error, ErrorKind},
    http::{self, Call, Response},
    journal::folder_of,
    path,
    received::{self, RawResponse},
    session::{Scope, Shared},
    transaction::Transaction,
};

const PIECE_BYTES: usize = 64 << 10;

/// The progress of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// The number of bytes so far.
    pub bytes: u64,
    /// The number of all bytes, if known.
    pub total: Option<u64>,
}

/// The content of an upload.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Source {
    /// The content of this file.
    File(PathBuf),
    /// These bytes.
    Bytes(Vec<u8>),
}

impl Client {
    /// Uploads a file that needs no transaction, such as a firmware, with POST.
    ///
    /// The client does not repeat it. A dropped future may leave a part of the file on the appliance.
    ///
    /// # Errors
    /// [`ErrorKind::NotOpen`] if the path needs a transaction: use [`Transaction::upload`]. [`ErrorKind::File`], and the
    /// errors of the appliance.
    pub async fn upload(
        &self,
        path: &str,
        content_type: &str,
        source: &Source,
        progress: impl FnMut(Progress) + Clone + Send + 'static,
    ) -> Result<RawResponse, Error> {
        path::check(path)?;
        if path::needs_transaction(path) || path::is_transaction(path) {
            return Err(Error::new(ErrorKind::NotOpen).at(Method::Post, path));
        }
        upload(&self.shared, &Scope::Any, path, content_type, source, progress).await
    }

    /// Downloads into a writer and gives the number of bytes. After an error, the writer may hold a part of the file.
    ///
    /// # Errors
    /// [`ErrorKind::File`] if the writer fails, and the errors of the appliance.
    pub async fn download(
        &self,
        path: &str,
        writer: &mut (impl Write + Send),
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<u64, Error> {
        download(&self.shared, path, writer, &mut progress).await
    }

    /// Downloads into a file that only its owner may read, and gives the number of bytes.
    ///
    /// The file appears as a whole or not at all, and replaces an existing one. A dropped future leaves nothing behind.
    ///
    /// # Errors
    /// [`ErrorKind::File`], also if the target is a folder or a device, and the errors of the appliance.
    pub async fn download_to_file(
        &self,
        path: &str,
        target: impl AsRef<Path> + Send,
        mut progress: impl FnMut(Progress) + Send,
    ) -> Result<u64, Error> {
        let target = target.as_ref();
        let failed = |error| file_error(target, error).at(Method::Get, path);
        // A symbolic link stays one, and a device is not replaced.
        let target = &match fs::canonicalize(target) {
            Ok(real) if real.is_file() => real,
            Ok(_) => return Err(failed(io::Error::other("not a file"))),
            Err(_) => target.to_owned(),
        };
        let mut file = NamedTempFile::new_in(folder_of(target)).map_err(failed)?;
        let bytes = download(&self.shared, path, &mut file, &mut progress).await?;
        file.as_file().sync_all().map_err(failed)?;
        file.persist(target).map_err(|error| failed(error.error))?;
        Ok(bytes)
    }
}

impl Transaction {
    /// Uploads a file that takes effect with the commit, such as a plugin.
    ///
    /// The client does not repeat it. After an error, check [`Transaction::review`] or cancel.
    ///
    /// # Errors
    /// [`ErrorKind::File`], [`ErrorKind::SessionEnded`], and the errors of the appliance.
    pub async fn upload(
        &mut self,
        path: &str,
        content_type: &str,
        source: &Source,
        progress: impl FnMut(Progress) + Clone + Send + 'static,
    ) -> Result<RawResponse, Error> {
        path::check(path)?;
        self.check_open(&Call::new(Method::Post, path))?;
        let shared = Arc::clone(self.shared());
        self.is_waiting = true;
        let result = upload(&shared, &self.scope(), path, content_type, source, progress).await;
        self.is_waiting = false;
        let response = self.notice_end(result)?;
        self.record_upload(&response);
        Ok(response)
    }
}

async fn upload(
    shared: &Shared,
    scope: &Scope,
    path: &str,
    content_type: &str,
    source: &Source,
    progress: impl FnMut(Progress) + Clone + Send + 'static,
) -> Result<RawResponse, Error> {
    let call = Call::new(Method::Post, path);
    let mut first = true;
    loop {
        let session = shared.session_of(scope).await?;
        let authentication = shared.authentication(&session);
        let (pieces, length, counter) =
            pieces(source, progress.clone()).await.map_err(|error| match source {
                Source::File(file) => file_error(file, error).at(Method::Post, path),
                Source::Bytes(_) => Error::new(ErrorKind::File).because(error),
            })?;
        let request =
            http::request(&shared.http, &shared.base, Method::Post, path, &authentication)?
                .header(header::CONTENT_TYPE, content_type)
                .header(header::CONTENT_LENGTH, length)
                .body(reqwest::Body::wrap_stream(pieces));
        let request = match disposition(source) {
            Some(value) => request.header(header::CONTENT_DISPOSITION, value),
            None => request,
        };
        let sending = async {
            let response = request
                .send()
                .await
                .map_err(|error| shared.name_proxy(http::transport(error, &call)))?;
            let status = response.status().as_u16();
            let text = http::read_text(response, &call).await?;
            match status {
                200..=299 => Ok(Response { text, cookie: None }),
                _ => Err(http::failure(status, &text, &call, &authentication)),
            }
        };
        let result = while_moving(sending, &counter, shared, &call).await;
        match result {
            // The session had ended, so the appliance did not accept the upload.
            Err(error) if *error.kind() == ErrorKind::Unauthenticated => {
                let error = shared.notice_end(&session, scope, error);
                if first && *error.kind() == ErrorKind::Unauthenticated {
                    first = false;
                    continue;
                }
                return Err(error);
            }
            result => return received::read_raw(&result?, &call),
        }
    }
}

/// Waits as long as the transfer makes progress.
async fn while_moving<T>(
    work: impl Future<Output = Result<T, Error>>,
    counter: &AtomicU64,
    shared: &Shared,
    call: &Call<'_>,
) -> Result<T, Error> {
    let mut work = std::pin::pin!(work);
    let mut before = counter.load(Ordering::Relaxed);
    loop {
        match tokio::time::timeout(shared.settings.timeout, &mut work).await {
            Ok(result) => return result,
            Err(_) => {
                let now = counter.load(Ordering::Relaxed);
                if now == before {
                    return Err(Error::new(ErrorKind::Timeout).at(call.method, call.path));
                }
                before = now;
            }
        }
    }
}

async fn download(
    shared: &Shared,
    path: &str,
    writer: &mut (impl Write + Send),
    progress: &mut (impl FnMut(Progress) + Send),
) -> Result<u64, Error> {
    path::check(path)?;
    let call = Call::get(path);
    let mut response = start(shared, &call).await?;
    let content_type = response.headers().get(header::CONTENT_TYPE);
    if content_type.is_some_and(|it| it.as_bytes().starts_with(b"text/html")) {
        return Err(Error::new(ErrorKind::UnexpectedResponse)
            .at(call.method, call.path)
            .note("the response is a web page"));
    }
    let total = response.content_length();
    let mut bytes = 0;
    progress(Progress { bytes, total });
    loop {
        let piece = tokio::time::timeout(shared.settings.timeout, response.chunk())
            .await
            .map_err(|_| Error::new(ErrorKind::Timeout).at(call.method, call.path))?
            .map_err(|error| http::transport(error, &call))?;
        let Some(piece) = piece else { return Ok(bytes) };
        writer.write_all(&piece).map_err(|error| {
            Error::new(ErrorKind::File).at(call.method, call.path).because(error)
        })?;
        bytes += piece.len() as u64;
        progress(Progress { bytes, total });
    }
}

/// Requests a file. The body of the response is its content.
async fn start(shared: &Shared, call: &Call<'_>) -> Result<reqwest::Response, Error> {
    let mut first = true;
    loop {
        let session = shared.session_of(&Scope::Any).await?;
        let authentication = shared.authentication(&session);
        let request =
            http::request(&shared.http, &shared.base, call.method, call.path, &authentication)?;
        let response = tokio::time::timeout(shared.settings.timeout, request.send())
            .await
            .map_err(|_| Error::new(ErrorKind::Timeout).at(call.method, call.path))?
            .map_err(|error| shared.name_proxy(http::transport(error, call)))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status().as_u16();
        let text = tokio::time::timeout(shared.settings.timeout, http::read_text(response, call))
            .await
            .map_err(|_| Error::new(ErrorKind::Timeout).at(call.method, call.path))??;
        let error = http::failure(status, &text, call, &authentication);
        let error = match error.kind() {
            ErrorKind::Unauthenticated => shared.notice_end(&session, &Scope::Any, error),
            _ => return Err(error),
        };
        if !first || *error.kind() != ErrorKind::Unauthenticated {
            return Err(error);
        }
        first = false;
    }
}

/// The header field that names the file, if its name needs no escapes.
fn disposition(source: &Source) -> Option<String> {
    let Source::File(path) = source else { return None };
    let name = path.file_name()?.to_str()?;
    let is_plain = |it: u8| (it.is_ascii_graphic() || it == b' ') && !matches!(it, b'"' | b'\\');
    name.bytes().all(is_plain).then(|| format!("attachment; filename=\"{name}\""))
}

fn file_error(path: &Path, error: io::Error) -> Error {
    Error::new(ErrorKind::File).note(format!("`{}`", path.display())).because(error)
}

async fn pieces(
    source: &Source,
    progress: impl FnMut(Progress) + Send + 'static,
) -> io::Result<(Pieces, u64, Arc<AtomicU64>)> {
    let (content, length) = match source {
        Source::Bytes(bytes) => {
            (Content::Bytes(io::Cursor::new(bytes.clone())), bytes.len() as u64)
        }
        Source::File(path) => {
            let file = tokio::fs::File::open(path).await?;
            let length = file.metadata().await?.len();
            (Content::File(file), length)
        }
    };
    let sent = Arc::new(AtomicU64::new(0));
    let pieces = Pieces { content, length, sent: Arc::clone(&sent), progress: Box::new(progress) };
    Ok((pieces, length, sent))
}

enum Content {
    File(tokio::fs::File),
    Bytes(io::Cursor<Vec<u8>>),
}

/// The content in pieces, as the connection requests them.
struct Pieces {
    content: Content,
    length: u64,
    sent: Arc<AtomicU64>,
    progress: Box<dyn FnMut(Progress) + Send>,
}

impl Stream for Pieces {
    type Item = io::Result<Vec<u8>>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let mut piece = vec![0; PIECE_BYTES];
        let mut buffer = ReadBuf::new(&mut piece);
        let read = match &mut self.content {
            Content::File(file) => Pin::new(file).poll_read(cx, &mut buffer),
            Content::Bytes(bytes) => Pin::new(bytes).poll_read(cx, &mut buffer),
        };
        if let Err(error) = ready!(read) {
            return Poll::Ready(Some(Err(error)));
        }
        let length = buffer.filled().len();
        if length == 0 {
            return Poll::Ready(None);
        }
        piece.truncate(length);
        let bytes = self.sent.fetch_add(length as u64, Ordering::Relaxed) + length as u64;
        let total = Some(self.length);
        (self.progress)(Progress { bytes, total });
        Poll::Ready(Some(Ok(piece)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_the_file_of_an_upload() {
        for (source, expected) in [
            (
                Source::File("images/sps 8.0.iso".into()),
                Some("attachment; filename=\"sps 8.0.iso\""),
            ),
            (Source::File("a\"b.iso".into()), None),
            (Source::File("ä.iso".into()), None),
            (Source::Bytes(Vec::new()), None),
        ] {
            assert_eq!(disposition(&source).as_deref(), expected);
        }
    }
}
