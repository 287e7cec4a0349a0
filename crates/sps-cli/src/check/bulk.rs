//! Many documents on all cores, with their results in the order of the input and little in memory.
//!
//! One thread finds and reads, the pool checks a batch at a time, and the caller writes the results. There are
//! never more than a few batches, however much there is to check.

use std::{
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

use anyhow::{Result, anyhow};
use rayon::prelude::*;
use sps_validate::Limits;

use crate::check::{
    input::{self, Unit},
    interrupt,
    selection::Selection,
};

/// Enough text to keep every core busy, little enough for memory.
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// The same limit for small documents.
const BATCH_UNITS: usize = 4_096;
/// Assumed size of a file that was not read yet.
const UNREAD_FILE_BYTES: usize = 16 * 1024;
/// How many batches may wait.
const QUEUED_BATCHES: usize = 1;
/// How often the run looks for Ctrl-C.
const POLL_INTERVAL: Duration = Duration::from_millis(50);

/// Checks every document of a selection: `work` checks the documents of a unit on any thread and adds their results to
/// those of the unit, `done` gets all results here and in order.
///
/// Ends early, without an error, on Ctrl-C; `work` may end so too, with an error that is dropped.
///
/// # Errors
/// What `done` returns.
pub(crate) fn run<T: Send>(
    selection: &Selection,
    limits: &Limits,
    work: impl Fn(Unit, &mut Vec<T>) -> Result<()> + Sync,
    mut done: impl FnMut(Vec<Vec<T>>) -> Result<()>,
) -> Result<()> {
    let batches = batches(selection.clone(), *limits);
    loop {
        match batches.recv_timeout(POLL_INTERVAL) {
            _ if interrupt::is_requested() => return Ok(()),
            Ok(batch) => {
                let results = batch
                    .into_par_iter()
                    .map(|unit| {
                        let mut results = Vec::new();
                        work(unit, &mut results).ok().map(|()| results)
                    })
                    // Keeps the results from before Ctrl-C.
                    .while_some()
                    .collect();
                done(results)?;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
}

/// Reads in the background. The thread is not waited for: it may hang on standard input.
fn batches(selection: Selection, limits: Limits) -> mpsc::Receiver<Vec<Unit>> {
    let (sender, receiver) = mpsc::sync_channel(QUEUED_BATCHES);
    thread::spawn(move || {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        let read = input::documents(&selection, &limits, &mut |unit| {
            bytes +=
                if let Unit::File { .. } = unit { UNREAD_FILE_BYTES } else { unit.byte_count() };
            batch.push(unit);
            if bytes >= BATCH_BYTES || batch.len() >= BATCH_UNITS {
                bytes = 0;
                sender
                    .send(std::mem::take(&mut batch))
                    .map_err(|_| anyhow!("the receiver is gone"))?;
            }
            Ok(())
        });
        if read.is_ok() && !batch.is_empty() {
            // Fails only if the receiver is gone.
            let _ = sender.send(batch);
        }
    });
    receiver
}
