//! Where the commands that talk to an appliance run, and what Ctrl-C does to them.

use std::future::Future;
#[cfg(unix)]
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, Ordering};
#[cfg(unix)]
use std::task::Poll;

use anyhow::{Context as _, Result};
use sps_client::Client;

use crate::{connection, failure, output, status::Status};

/// Runs a future to its end on this thread.
pub(crate) fn run<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start")?
        .block_on(work)
}

/// Whether a commit is under way.
static COMMITTING: AtomicBool = AtomicBool::new(false);

/// Runs a commit. It cannot be taken back once it has begun, so the first Ctrl-C waits for its end.
pub(crate) async fn committing<T>(commit: impl Future<Output = T>) -> T {
    COMMITTING.store(true, Ordering::Relaxed);
    let result = commit.await;
    COMMITTING.store(false, Ordering::Relaxed);
    result
}

/// Waits for Ctrl-C, or another signal that asks for the end.
pub(crate) async fn interrupted() {
    Signals::listen().next().await;
}

/// The signals that ask for the end. While somebody listens they do not end the process by themselves.
#[derive(Debug)]
struct Signals {
    #[cfg(unix)]
    signals: Vec<(tokio::signal::unix::Signal, Status)>,
}

#[cfg(unix)]
impl Signals {
    /// Where nobody can be asked, the signal ends the process by itself.
    fn listen() -> Self {
        use tokio::signal::unix::{SignalKind, signal};
        let mut kinds = vec![
            (SignalKind::interrupt(), Status::Interrupted),
            (SignalKind::terminate(), Status::Terminated),
        ];
        if !is_hangup_ignored() {
            kinds.push((SignalKind::hangup(), Status::HungUp));
        }
        let listen = |(kind, status)| Some((signal(kind).ok()?, status));
        Self { signals: kinds.into_iter().filter_map(listen).collect() }
    }

    async fn next(&mut self) -> Status {
        poll_fn(|cx| {
            for (signal, status) in &mut self.signals {
                if signal.poll_recv(cx) == Poll::Ready(Some(())) {
                    return Poll::Ready(*status);
                }
            }
            Poll::Pending
        })
        .await
    }
}

#[cfg(not(unix))]
impl Signals {
    fn listen() -> Self {
        Self {}
    }

    async fn next(&mut self) -> Status {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        Status::Interrupted
    }
}

/// Whether it was started to outlive its terminal, as `nohup` does it. Only Linux tells.
#[cfg(unix)]
fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|it| it.strip_prefix("SigIgn:"));
    // One bit for each signal, and hanging up is the first.
    ignored.and_then(|it| u64::from_str_radix(it.trim(), 16).ok()).is_some_and(|it| it & 1 == 1)
}

/// Connects, and runs what talks to the appliance. On Ctrl-C that is dropped where it stands, and with it an open
/// transaction, whose cancellation is waited for; only a commit is waited for. A second Ctrl-C does not wait.
pub(crate) fn with_appliance(
    connection: &connection::Args,
    work: impl AsyncFnOnce(&Client) -> Result<Status>,
) -> Result<Status> {
    run(async {
        // Holds the embedded simulator too, which has to live as long as the work.
        let connection = connection.connect().await?;
        unless_interrupted(&connection.client, work(&connection.client)).await
    })
}

async fn unless_interrupted(
    client: &Client,
    work: impl Future<Output = Result<Status>>,
) -> Result<Status> {
    let mut signals = Signals::listen();
    let mut work = Box::pin(work);
    let result = tokio::select! {
        result = &mut work => result,
        status = signals.next() => {
            if COMMITTING.load(Ordering::Relaxed) {
                output::complain(
                    "interrupted: a commit is under way and cannot be taken back; waiting for its result; press Ctrl-C \
                     again to leave at once",
                );
                tokio::select! {
                    result = &mut work => Ok(in_spite_of(result, status)),
                    status = signals.next() => {
                        output::complain(
                            "left at once: the commit may have taken effect or not; look at the objects",
                        );
                        return Ok(status);
                    }
                }
            } else {
                output::complain("interrupted: clearing up; press Ctrl-C again to leave at once");
                Ok(status)
            }
        }
    };
    drop(work);
    tokio::select! {
        settled = client.settle() => {
            if client.has_strays() {
                output::complain(
                    "note: a request that was given up may still arrive and open a transaction; the next command of \
                     `sps` here ends it, such as `sps transaction cancel`",
                );
            }
            match (settled, result) {
                (Err(error), Ok(status)) if status.is_interrupted() => {
                    Ok(in_spite_of(Err(error.into()), status))
                }
                (settled, result) => {
                    settled?;
                    result
                }
            }
        }
        status = signals.next() => {
            output::complain(
                "left at once: a transaction may still be open; `sps transaction cancel` ends it",
            );
            Ok(in_spite_of(result, status))
        }
    }
}

/// What a signal says goes before the result, but an error is not lost.
fn in_spite_of(result: Result<Status>, status: Status) -> Status {
    if let Err(error) = result {
        failure::complain_of(&error);
    }
    status
}
