//! The way from a socket to the appliance and back: TLS, HTTP, bodies, and the faults that cut it.

mod tls;

use std::{
    collections::VecDeque,
    future::poll_fn,
    io,
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use axum::{Router, body::Body, response::Response};
use hyper::{
    body::{Body as _, Bytes, Frame, Incoming, SizeHint},
    server::conn::http1,
    service::{Service as _, service_fn},
};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpListener,
    sync::oneshot,
    task::JoinSet,
    time::{Sleep, sleep, timeout},
};

use crate::{
    appliance::Appliance,
    fault::FaultKind,
    http::{Answer, Authorization, Failure, Request},
};

pub(crate) use self::tls::{Identity, Tls};

/// The longest body that is read.
const BODY_LENGTH: u64 = 10 << 20;

/// How much of a body that is too long is read all the same, so that the client hears why it is refused.
const DRAINED: u64 = 64 << 20;

/// The largest firmware, of which nothing but the length is kept.
const FIRMWARE_LENGTH: u64 = 4 << 30;

/// How long a client may take for the handshake, for the head and for the body of a request.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long half an answer has to leave before the connection is cut.
const FLUSH: Duration = Duration::from_millis(20);

/// Takes connections until it is aborted; all of them end with it.
pub(crate) async fn run(listener: TcpListener, tls: Option<Tls>, appliance: Arc<Appliance>) {
    let late = Late::default();
    let router = Router::new().fallback(move |request: axum::extract::Request| {
        let (appliance, late) = (Arc::clone(&appliance), late.clone());
        async move { serve(appliance, late, request).await }
    });
    let mut connections = JoinSet::new();
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file handles, most likely: others have to end first.
            sleep(Duration::from_millis(10)).await;
            continue;
        };
        while connections.try_join_next().is_some() {}
        let (router, tls) = (router.clone(), tls.clone());
        connections.spawn(async move {
            // Answers are small, and a client waits for each of them.
            let _ = stream.set_nodelay(true);
            match tls {
                None => connection(stream, router, None).await,
                Some(tls) => {
                    let accepted = timeout(PATIENCE, tls.accept(stream)).await;
                    if let Ok(Ok((stream, name))) = accepted {
                        connection(stream, router, name).await;
                    }
                }
            }
        });
    }
}

/// The name in the certificate of a connection's client.
#[derive(Debug, Clone)]
struct ClientName(String);

/// Marks an answer that must not be given: the connection ends instead.
#[derive(Debug, Clone)]
struct Dropped;

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: Router,
    name: Option<String>,
) {
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        if let Some(name) = &name {
            request.extensions_mut().insert(ClientName(name.clone()));
        }
        let answer = TowerToHyperService::new(router.clone()).call(request);
        async move {
            let answer: Response = answer.await.unwrap_or_else(|never| match never {});
            if answer.extensions().get::<Dropped>().is_some() {
                return Err(io::Error::from(io::ErrorKind::ConnectionAborted));
            }
            Ok(answer)
        }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    // A broken connection is the client's business, or a fault that somebody asked for.
    let _ = http.serve_connection(TokioIo::new(stream), service).await;
}

/// Requests that are carried out later, whether or not somebody still waits for the answer. They end with the server.
#[derive(Clone, Default)]
struct Late(Arc<Mutex<JoinSet<()>>>);

impl Late {
    /// Answers after a while; nothing if the server ends before.
    async fn answer(
        &self,
        by: Duration,
        answer: impl FnOnce() -> Response + Send + 'static,
    ) -> Option<Response> {
        let (sender, receiver) = oneshot::channel();
        let task = async move {
            sleep(by).await;
            // Nobody may wait any more.
            let _ = sender.send(answer());
        };
        {
            let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            while tasks.try_join_next().is_some() {}
            tasks.spawn(task);
        }
        receiver.await.ok()
    }
}

/// One request, from its head to its answer.
async fn serve(appliance: Arc<Appliance>, late: Late, request: axum::extract::Request) -> Response {
    let (head, mut body) = request.into_parts();
    let (method, uri) = (head.method.as_str(), &head.uri);
    let mut request = Request::new(method, uri.path(), uri.query(), &head.headers);
    // HTTP/1.0 does not know the field: it is to be ignored there, RFC 9110, section 10.1.1.
    request.expect &= head.version > hyper::Version::HTTP_10;
    request.certificate = head.extensions.get::<ClientName>().map(|it| it.0.clone());
    let early = early_answer(&mut request, &mut body).await;
    let faults = appliance.faults(&request);
    let delays = faults.iter().filter_map(|it| match it {
        FaultKind::Delay(by) => Some(*by),
        _ => None,
    });
    let delay: Duration = delays.sum();
    let answer = move || carry_out(&appliance, &request, early, &faults);
    if delay.is_zero() {
        return answer();
    }
    late.answer(delay, answer).await.unwrap_or_else(dropped)
}

fn carry_out(
    appliance: &Appliance,
    request: &Request,
    early: Option<Answer>,
    faults: &[FaultKind],
) -> Response {
    let mut user = appliance.user_of(request);
    let in_the_way = faults.iter().find_map(|it| match it {
        FaultKind::DropBefore => Some(None),
        FaultKind::Status(code) => Some(Some(Answer::page(*code))),
        _ => None,
    });
    let answer = match (in_the_way, early) {
        (Some(answer), _) => answer,
        (None, Some(early)) => Some(early),
        (None, None) => Some(appliance.handle(request, faults)),
    };
    if let (
        Authorization::Basic(name, _),
        Some("/api/authentication"),
        Some(Answer { status: 200, .. }),
    ) = (&request.authorization, request.path.as_deref(), &answer)
    {
        user = Some(name.clone());
    }
    let answer = answer.filter(|_| !faults.contains(&FaultKind::DropAfter));
    appliance.record(request, answer.as_ref().map(|it| it.status), user);
    answer.map_or_else(dropped, |answer| respond(answer, faults, request.method == "HEAD"))
}

/// An answer that is not given: the connection ends.
fn dropped() -> Response {
    let mut response = Response::new(Body::empty());
    response.extensions_mut().insert(Dropped);
    response
}

/// Reads the body; says what is answered when it is not even looked at.
async fn early_answer(request: &mut Request, body: &mut Body) -> Option<Answer> {
    if request.expect {
        // Nothing of the body may be asked for.
        let message = "The header field Expect is not understood";
        let failure = Failure::new(417, "ExpectationFailed", message);
        return Some(failure.into_answer(&request.raw_path));
    }
    let keeps = request.path.as_deref() != Some("/api/upload/firmware");
    let limit = if keeps { BODY_LENGTH } else { FIRMWARE_LENGTH };
    let too_long = || {
        let message = format!("The body is longer than {limit} bytes");
        Some(Failure::new(413, "ContentTooLarge", message).into_answer(&request.raw_path))
    };
    if request.content_length.is_some_and(|it| it > limit.max(DRAINED)) {
        return too_long();
    }
    let (mut content, mut length) = (Vec::new(), 0_u64);
    let read = timeout(PATIENCE, async {
        while let Some(frame) = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await {
            let Ok(frame) = frame else { return false };
            let Some(data) = frame.data_ref() else { continue };
            length = length.saturating_add(data.len() as u64);
            if length > limit.max(DRAINED) {
                return true;
            }
            if keeps && length <= limit {
                content.extend_from_slice(data);
            }
        }
        true
    });
    match read.await {
        Ok(true) if length > limit => too_long(),
        Ok(true) => {
            request.body = content;
            request.body_length = length;
            None
        }
        // Most likely the client is gone.
        Ok(false) => {
            let failure = Failure::new(400, "BadRequest", "The body ended too early");
            Some(failure.into_answer(&request.raw_path))
        }
        Err(_) => {
            let failure = Failure::new(408, "RequestTimeout", "The body did not arrive in time");
            Some(failure.into_answer(&request.raw_path))
        }
    }
}

fn respond(answer: Answer, faults: &[FaultKind], is_head: bool) -> Response {
    let mut builder =
        Response::builder().status(answer.status).header("content-type", answer.content_type);
    for (name, value) in answer.headers {
        builder = builder.header(name, value);
    }
    if answer.status == 413 || answer.status == 417 {
        builder = builder.header("connection", "close");
    }
    let body = if is_head { Vec::new() } else { answer.body };
    // Only what we wrote ourselves can be wrong here.
    builder.body(Body::new(Content::new(body, faults))).unwrap_or_else(|_| {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}

/// The body of an answer: in one piece, in slow ones, or cut off.
struct Content {
    pieces: VecDeque<Bytes>,
    pause: Duration,
    sleep: Option<Pin<Box<Sleep>>>,
    /// Bytes that are promised, of which the pieces may hold fewer.
    promised: u64,
    cut: bool,
}

impl Content {
    fn new(body: Vec<u8>, faults: &[FaultKind]) -> Self {
        let promised = body.len() as u64;
        let mut body = Bytes::from(body);
        let cut = faults.contains(&FaultKind::TruncateBody);
        if cut {
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
        Self { pieces, pause, sleep: None, promised, cut }
    }
}

impl hyper::body::Body for Content {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        if self.pieces.is_empty() && !self.cut {
            return Poll::Ready(None);
        }
        // What was sent has to leave before the connection ends: hyper writes while a body waits.
        let pause = if self.pieces.is_empty() { FLUSH } else { self.pause };
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
        self.pieces.is_empty() && !self.cut
    }

    fn size_hint(&self) -> SizeHint {
        let left: u64 = self.pieces.iter().map(|it| it.len() as u64).sum();
        SizeHint::with_exact(if self.cut { self.promised } else { left })
    }
}
