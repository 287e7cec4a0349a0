//! Bodies of responses, which faults slow down or cut off.

use std::{
    collections::VecDeque,
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use hyper::body::{Bytes, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::fault::FaultKind;

/// Time in which half of a body leaves, before the connection is cut.
const FLUSH_TIME: Duration = Duration::from_millis(20);

/// The body of a response: in one piece, in slow pieces, or cut off.
pub(super) struct PacedBody {
    pieces: VecDeque<Bytes>,
    pause: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
    /// Announced length, of which the pieces may hold less.
    announced_bytes: u64,
    is_cut: bool,
}

impl PacedBody {
    pub(super) fn new(body: Vec<u8>, faults: &[FaultKind]) -> Self {
        let announced_bytes = body.len() as u64;
        let mut body = Bytes::from(body);
        let is_cut = faults.contains(&FaultKind::TruncateBody);
        if is_cut {
            body.truncate(body.len() / 2);
        }
        let takes = faults.iter().find_map(|it| match it {
            FaultKind::SlowBody(takes) => Some(*takes),
            _ => None,
        });
        let size = if takes.is_some() { body.len().div_ceil(8).max(1) } else { body.len().max(1) };
        let pieces: VecDeque<_> = (0..body.len())
            .step_by(size)
            .map(|at| body.slice(at..(at + size).min(body.len())))
            .collect();
        let count = u32::try_from(pieces.len()).unwrap_or(1).max(1);
        let pause = takes.unwrap_or_default() / count;
        Self { pieces, pause, sleep: None, announced_bytes, is_cut }
    }
}

impl hyper::body::Body for PacedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.pieces.is_empty() && !self.is_cut {
            return Poll::Ready(None);
        }
        // What was sent must leave before the connection ends: hyper writes while a body waits.
        let pause = if self.pieces.is_empty() { FLUSH_TIME } else { self.pause };
        if !pause.is_zero() {
            let pausing = self.sleep.get_or_insert_with(|| Box::pin(sleep(pause)));
            if pausing.as_mut().poll(context).is_pending() {
                return Poll::Pending;
            }
            self.sleep = None;
        }
        Poll::Ready(Some(match self.pieces.pop_front() {
            Some(piece) => Ok(Frame::data(piece)),
            None => Err(io::ErrorKind::ConnectionAborted.into()),
        }))
    }

    fn is_end_stream(&self) -> bool {
        self.pieces.is_empty() && !self.is_cut
    }

    fn size_hint(&self) -> SizeHint {
        let left: u64 = self.pieces.iter().map(|it| it.len() as u64).sum();
        SizeHint::with_exact(if self.is_cut { self.announced_bytes } else { left })
    }
}
