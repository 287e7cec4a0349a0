//! Runtime of the commands that connect to an appliance, and what Ctrl-C does to them.

use std::{
    future::Future,
    pin::Pin,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
#[cfg(unix)]
use std::{future::poll_fn, task::Poll};

use anyhow::{Context as _, Result};
use sps_client::{Client, ErrorKind};

use crate::{
    connection::{
        options::{Args, Configure},
        peer::named,
        seed::{self, ReadSeed},
    },
    failure,
    output::complain,
    status::Status,
};

/// Runs a future to its end on this thread.
pub(crate) fn run<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?
        .block_on(work)
}

/// Runs a future to its end, and what it spawns on all cores.
pub(crate) fn run_on_all_cores<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start the runtime")?
        .block_on(work)
}

/// How far a change has come, so that an interruption can say what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Nothing is being changed.
    Reading,
    /// A transaction is open, or about to be.
    Changing,
    /// A commit is under way.
    Committing,
    /// The commit is done, and is being read back.
    Committed,
}

static STAGE: Mutex<Stage> = Mutex::new(Stage::Reading);

/// Says how far the change has come.
pub(crate) fn set_stage(stage: Stage) {
    *STAGE.lock().unwrap_or_else(PoisonError::into_inner) = stage;
}

fn stage() -> Stage {
    *STAGE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs a commit. It cannot be undone once it has begun, so the first Ctrl-C waits for its end.
pub(crate) async fn committing<T>(commit: impl Future<Output = T>) -> T {
    set_stage(Stage::Committing);
    let result = commit.await;
    set_stage(Stage::Reading);
    result
}

/// Whether another program, such as an editor, has the terminal.
static AWAY: AtomicBool = AtomicBool::new(false);

/// Runs work that has the terminal to itself, on a thread of its own: a Ctrl-C there is meant for it.
pub(crate) async fn undisturbed<T: Send + 'static>(
    work: impl FnOnce() -> Result<T> + Send + 'static,
) -> Result<T> {
    AWAY.store(true, Ordering::Relaxed);
    let result = tokio::task::spawn_blocking(work).await;
    AWAY.store(false, Ordering::Relaxed);
    result.context("the work ended without a result")?
}

/// Waits for Ctrl-C, or another signal that ends a process.
pub(crate) async fn interrupted() {
    Signals::listen().next().await;
}

/// Signals that end a process. While this listens, they do not end it by themselves.
#[derive(Debug)]
struct Signals {
    #[cfg(unix)]
    signals: Vec<(tokio::signal::unix::Signal, Status)>,
}

#[cfg(unix)]
impl Signals {
    /// A signal that cannot be listened to still ends the process by itself.
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

/// Whether the process was started to outlive its terminal, as with `nohup`. Known on Linux only.
#[cfg(unix)]
fn is_hangup_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|it| it.strip_prefix("SigIgn:"));
    // One bit for each signal; the first is the hangup.
    ignored.and_then(|it| u64::from_str_radix(it.trim(), 16).ok()).is_some_and(|it| it & 1 == 1)
}

/// Connects and runs `work`. On Ctrl-C the work is dropped, and an open transaction is canceled; a commit that has
/// begun is finished. A second Ctrl-C does not wait for either.
pub(crate) fn with_appliance(
    connection: &Args,
    work: impl AsyncFnOnce(&Client) -> Result<Status>,
) -> Result<Status> {
    with_configured(connection, &|builder| builder, work)
}

/// As [`with_appliance`], with further settings of the client.
pub(crate) fn with_configured(
    connection: &Args,
    configure: &Configure<'_>,
    work: impl AsyncFnOnce(&Client) -> Result<Status>,
) -> Result<Status> {
    with_all(connection, configure, &seed::read, work)
}

/// As [`with_appliance`], where a tree for the built-in simulator is read in this way.
pub(crate) fn with_seeds(
    connection: &Args,
    read_seed: &ReadSeed<'_>,
    work: impl AsyncFnOnce(&Client) -> Result<Status>,
) -> Result<Status> {
    with_all(connection, &|builder| builder, read_seed, work)
}

fn with_all(
    args: &Args,
    configure: &Configure<'_>,
    read_seed: &ReadSeed<'_>,
    work: impl AsyncFnOnce(&Client) -> Result<Status>,
) -> Result<Status> {
    run(async {
        // Holds the built-in simulator too, which must live as long as the work.
        let connection = args.connect(configure, read_seed).await?;
        let client = &connection.client;
        let result = unless_interrupted(client, Box::pin(work(client)), args.logs_out()?).await;
        result.map_err(|error| named(error, args.peer(client)))
    })
}

/// Ends the session, so that many runs do not fill the appliance with idle ones. A failure has no consequence: the session
/// ends after its idle time.
async fn log_out(client: &Client, result: &Result<Status>, always: bool) {
    let is_cut_off = result.as_ref().is_err_and(|error| {
        let error = error.chain().find_map(|it| it.downcast_ref::<sps_client::Error>());
        error.is_some_and(|it| it.is_timeout() || *it.kind() == ErrorKind::Connect)
    });
    // A late request needs the session that the journal has.
    if (always || client.has_written()) && !is_cut_off && !client.has_late_requests() {
        let _ = client.log_out().await;
    }
}

async fn unless_interrupted(
    client: &Client,
    mut work: Pin<Box<dyn Future<Output = Result<Status>> + '_>>,
    logs_out: bool,
) -> Result<Status> {
    let mut signals = Signals::listen();
    let mut stage_at_end = Stage::Reading;
    let result = tokio::select! {
        result = &mut work => result,
        status = next_unless_away(&mut signals) => {
            if stage() == Stage::Committing {
                complain(
                    "interrupted; waiting for the commit, which cannot be undone; press Ctrl-C again to exit immediately",
                );
                tokio::select! {
                    result = &mut work => Ok(signal_status(result, status)),
                    status = signals.next() => {
                        complain(
                            "exited immediately; the commit may have taken effect, so check the objects",
                        );
                        return Ok(status);
                    }
                }
            } else {
                complain("interrupted; cleaning up; press Ctrl-C again to exit immediately");
                stage_at_end = stage();
                Ok(status)
            }
        }
    };
    drop(work);
    let clean_up = async {
        let settled = client.clean_up().await;
        log_out(client, &result, logs_out).await;
        settled
    };
    let settled = tokio::select! {
        settled = clean_up => Ok(settled),
        status = signals.next() => Err(status),
    };
    match settled {
        Ok(settled) => {
            if client.has_late_requests() {
                complain(
                    "note: an abandoned request may still open a transaction; the next command that connects from this \
                     machine closes it, such as `sps transaction cancel`",
                );
            }
            match (settled, result) {
                (Err(error), Ok(status)) if status.is_interrupted() => {
                    Ok(signal_status(Err(error.into()), status))
                }
                (settled, result) => {
                    settled?;
                    if result.as_ref().is_ok_and(|it| it.is_interrupted()) {
                        complain_of_end(stage_at_end);
                    }
                    result
                }
            }
        }
        Err(status) => {
            complain(
                "exited immediately; a transaction may still be open; `sps transaction cancel` closes it",
            );
            Ok(signal_status(result, status))
        }
    }
}

/// Says what became of a change that was interrupted, once nothing is open any more.
fn complain_of_end(stage: Stage) {
    match stage {
        Stage::Changing => complain("canceled; nothing was applied"),
        Stage::Committed => complain("everything was applied, but it was not read back"),
        // A commit is waited for, and says itself what became of it.
        Stage::Reading | Stage::Committing => {}
    }
}

/// Waits for a signal that is meant for this program.
async fn next_unless_away(signals: &mut Signals) -> Status {
    loop {
        let status = signals.next().await;
        // Only Ctrl-C goes to every program of the terminal.
        if status != Status::Interrupted || !AWAY.load(Ordering::Relaxed) {
            return status;
        }
    }
}

/// The status of a signal replaces that of the result, but an error is still printed.
fn signal_status(result: Result<Status>, status: Status) -> Status {
    if let Err(error) = result {
        failure::complain_of(&error);
    }
    status
}
