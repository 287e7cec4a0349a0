//! The log as a stream of server-sent events.
//!
//! A stream keeps the number of the last request that it has sent, and looks into the log again when its client has taken
//! that. So a client that reads nothing costs nothing.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use axum::body::{Body, Bytes};
use futures_util::stream;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::{http::RequestRecord, machine::Machine, page::text};

/// How often a stream looks into the log.
const LOOK: Duration = Duration::from_millis(250);

/// Time after which a stream sends something, so that the end of a client is noticed.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Most requests of one event. A client that falls behind learns how many it has missed.
pub(super) const MAX_LINES: u64 = 200;

/// Most streams at once. A browser opens six connections to one address, and pages need some as well.
const MAX_STREAMS: usize = 4;

/// The open streams, by number.
#[derive(Debug, Default)]
pub(super) struct Streams(Mutex<Open>);

#[derive(Debug, Default)]
struct Open {
    last: u64,
    numbers: BTreeSet<u64>,
}

impl Streams {
    /// Opens a stream. If there are too many, the oldest one ends.
    fn open(self: &Arc<Self>) -> Ticket {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.last += 1;
        let number = open.last;
        open.numbers.insert(number);
        if open.numbers.len() > MAX_STREAMS {
            open.numbers.pop_first();
        }
        Ticket { streams: Arc::clone(self), number }
    }
}

/// The place of a stream among the open ones.
struct Ticket {
    streams: Arc<Streams>,
    number: u64,
}

impl Ticket {
    fn is_valid(&self) -> bool {
        let open = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.numbers.contains(&self.number)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut open = self.streams.0.lock().unwrap_or_else(PoisonError::into_inner);
        open.numbers.remove(&self.number);
    }
}

/// A stream in progress.
struct Feed {
    machine: Arc<Machine>,
    /// The run of the simulator, so that a client notices another one.
    run: String,
    ticket: Ticket,
    /// Number of the last request that was sent.
    after: u64,
    sent: Instant,
    has_ended: bool,
}

/// Makes the body of a response that never ends by itself: requests after this number, as they come.
pub(super) fn body(
    machine: Arc<Machine>,
    streams: &Arc<Streams>,
    run: &str,
    of_run: Option<&str>,
    after: u64,
) -> Body {
    if of_run.is_some_and(|it| it != run) {
        return Body::from(event("restarted", None, &json!({})));
    }
    let feed = Feed {
        machine,
        run: run.to_owned(),
        ticket: streams.open(),
        after,
        sent: Instant::now(),
        has_ended: false,
    };
    let hello = stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"retry: 2000\n: open\n\n"))]);
    let events = stream::unfold(feed, |mut feed| async move {
        let event = feed.next().await?;
        Some((Ok(Bytes::from(event)), feed))
    });
    Body::from_stream(stream::StreamExt::chain(hello, events))
}

impl Feed {
    /// Waits for the next event.
    async fn next(&mut self) -> Option<String> {
        loop {
            if self.has_ended {
                return None;
            }
            if !self.ticket.is_valid() {
                self.has_ended = true;
                return Some(event("moved", None, &json!({})));
            }
            if let Some(event) = self.new_requests() {
                self.sent = Instant::now();
                return Some(event);
            }
            if self.sent.elapsed() >= KEEP_ALIVE {
                self.sent = Instant::now();
                return Some(":\n\n".to_owned());
            }
            sleep(LOOK).await;
        }
    }

    fn new_requests(&mut self) -> Option<String> {
        let appliance = self.machine.appliance();
        let state = appliance.lock();
        let last = state.log.count();
        if last < self.after {
            // The log has begun again.
            self.after = 0;
        }
        if last == self.after {
            return None;
        }
        let first = (self.after + 1).max((last + 1).saturating_sub(MAX_LINES));
        let lines: Vec<Value> =
            state.log.range(first, last).map(|(number, it)| line(number, it)).collect();
        drop(state);
        let skipped = (last - self.after).saturating_sub(lines.len() as u64);
        self.after = last;
        let data = json!({"count": last, "skipped": skipped, "lines": lines});
        Some(event("requests", Some(&format!("{}-{last}", self.run)), &data))
    }
}

/// A line of the log, as text.
pub(super) fn line(number: u64, record: &RequestRecord) -> Value {
    let RequestRecord { at, method, path, query, status, session, user } = record;
    let query = query.as_ref().map(|it| format!("?{it}")).unwrap_or_default();
    json!({
        "number": number,
        "at": text::time(*at),
        "method": text::visible(method),
        "path": text::visible(&format!("{path}{query}")),
        "status": text::status(*status),
        "user": user.as_deref().map(text::visible),
        "session": session.as_deref().map(text::visible),
    })
}

/// Writes an event. The data is one line, because JSON escapes line feeds.
fn event(name: &str, id: Option<&str>, data: &Value) -> String {
    let id = id.map(|it| format!("id: {it}\n")).unwrap_or_default();
    format!("event: {name}\n{id}data: {data}\n\n")
}

/// Reads the field `Last-Event-ID`, or the parameter of a URL: the run, and the number of the last request.
pub(super) fn place(text: &str) -> Option<(&str, u64)> {
    let (run, number) = text.split_once('-')?;
    Some((run, number.parse().ok()?))
}
