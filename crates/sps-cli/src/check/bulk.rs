//! Many documents on all cores, with their results in the order of the input and little in memory.
//!
//! One thread finds and reads, the pool checks a batch at a time, and whoever called writes the results. There are
//! never more than a few batches, however much there is to check.

use std::{
    path::PathBuf,
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
};

/// Enough for every core to have something to do, little enough for memory. Unit: bytes of text.
const BYTES: usize = 4 * 1024 * 1024;
/// The same for small documents.
const UNITS: usize = 4_096;
/// What a file that was not read yet is taken for. Unit: bytes.
const FILE: usize = 16 * 1024;
/// Batches that wait.
const WAITING: usize = 1;
/// How often one looks whether the user still wants it.
const LOOK: Duration = Duration::from_millis(50);

/// Checks every document below `paths`: `work` takes a unit apart on any thread and adds what comes of its documents to
/// the results of the unit, `done` gets those here and in order.
///
/// Ends early, without an error, when the user wants it; `work` may end so too, with an error that nobody sees.
///
/// # Errors
/// What `done` returns.
pub(crate) fn run<T: Send>(
    paths: &[PathBuf],
    limits: &Limits,
    work: impl Fn(Unit, &mut Vec<T>) -> Result<()> + Sync,
    mut done: impl FnMut(Vec<Vec<T>>) -> Result<()>,
) -> Result<()> {
    let batches = batches(paths.to_vec(), *limits);
    loop {
        match batches.recv_timeout(LOOK) {
            _ if interrupt::is_wanted() => return Ok(()),
            Ok(batch) => {
                let results = batch
                    .into_par_iter()
                    .map(|unit| {
                        let mut results = Vec::new();
                        work(unit, &mut results).ok().map(|()| results)
                    })
                    // All that was done before the user wanted no more.
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
fn batches(paths: Vec<PathBuf>, limits: Limits) -> mpsc::Receiver<Vec<Unit>> {
    let (sender, receiver) = mpsc::sync_channel(WAITING);
    thread::spawn(move || {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        let read = input::documents(&paths, &limits, &mut |unit| {
            bytes += if let Unit::File(_) = unit { FILE } else { unit.bytes() };
            batch.push(unit);
            if bytes >= BYTES || batch.len() >= UNITS {
                bytes = 0;
                sender.send(std::mem::take(&mut batch)).map_err(|_| anyhow!("nobody listens"))?;
            }
            Ok(())
        });
        if read.is_ok() && !batch.is_empty() {
            // If nobody listens, nobody misses it.
            let _ = sender.send(batch);
        }
    });
    receiver
}
