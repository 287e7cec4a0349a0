//! The server: connections, TLS and HTTP around the appliance, and the faults that affect them.

mod paced_body;
mod tls;

use std::{
    io,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use axum::{Router, body::Body, response};
use hyper::{
    body::Incoming,
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
    time::{sleep, timeout},
};

use crate::{
    appliance::Appliance,
    fault::FaultKind,
    http::{CLIENT_TIMEOUT, Request, Response, receive},
    machine::Machine,
    page,
};

use self::paced_body::PacedBody;
pub(crate) use self::tls::{Identity, Tls};

/// Accepts connections until it is aborted. All of them end with it.
pub(crate) async fn run(
    listener: TcpListener,
    tls: Option<Tls>,
    machine: Arc<Machine>,
    page: Option<Arc<page::Server>>,
) {
    let delayed = DelayedRequests::default();
    let served = Arc::clone(&machine);
    let router = Router::new().fallback(move |request: axum::extract::Request| {
        let (machine, delayed, page) = (Arc::clone(&served), delayed.clone(), page.clone());
        async move {
            match page.filter(|_| page::takes(&request)) {
                Some(page) => page.serve(&machine, request).await,
                None => serve(machine, delayed, request).await,
            }
        }
    });
    let mut connections = JoinSet::new();
    loop {
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Probably out of file handles: other connections must end first.
                machine.refuse(&error);
                sleep(Duration::from_millis(10)).await;
                continue;
            }
        };
        while connections.try_join_next().is_some() {}
        let (router, tls, machine) = (router.clone(), tls.clone(), Arc::clone(&machine));
        connections.spawn(async move {
            // Responses are small, and a client waits for each of them.
            let _ = stream.set_nodelay(true);
            let Some(tls) = tls else { return connection(stream, router, peer, None).await };
            match timeout(CLIENT_TIMEOUT, tls.accept(stream)).await {
                Ok(Ok((stream, name))) => connection(stream, router, peer, name).await,
                Ok(Err(error)) => machine.appliance().record_handshake(error.to_string()),
                Err(_) => machine.appliance().record_handshake("no handshake in time".to_owned()),
            }
        });
    }
}

/// Common name of the client's certificate of a connection.
#[derive(Debug, Clone)]
struct ClientName(String);

/// Address of the client of a connection.
#[derive(Debug, Clone, Copy)]
struct ClientAddress(IpAddr);

/// Marks a response that must not be sent: the connection ends instead.
#[derive(Debug, Clone)]
struct Dropped;

async fn connection(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: Router,
    peer: SocketAddr,
    name: Option<String>,
) {
    let service = service_fn(move |mut request: hyper::Request<Incoming>| {
        request.extensions_mut().insert(ClientAddress(peer.ip()));
        if let Some(name) = &name {
            request.extensions_mut().insert(ClientName(name.clone()));
        }
        let response = TowerToHyperService::new(router.clone()).call(request);
        async move {
            let response: response::Response =
                response.await.unwrap_or_else(|never| match never {});
            if response.extensions().get::<Dropped>().is_some() {
                return Err(io::Error::from(io::ErrorKind::ConnectionAborted));
            }
            Ok(response)
        }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(CLIENT_TIMEOUT);
    // The client broke the connection, or a fault did.
    let _ = http.serve_connection(TokioIo::new(stream), service).await;
}

/// Requests that are carried out later, even if the client has hung up by then. They end with the server.
#[derive(Clone, Default)]
struct DelayedRequests(Arc<Mutex<JoinSet<()>>>);

impl DelayedRequests {
    /// Carries out a request after a delay. Returns `None` if the server ends before.
    async fn carry_out(
        &self,
        delay: Duration,
        request: impl FnOnce() -> response::Response + Send + 'static,
    ) -> Option<response::Response> {
        let (sender, receiver) = oneshot::channel();
        let task = async move {
            sleep(delay).await;
            // The client may have hung up.
            let _ = sender.send(request());
        };
        {
            let mut tasks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            while tasks.try_join_next().is_some() {}
            tasks.spawn(task);
        }
        receiver.await.ok()
    }
}

/// Handles one request, from its head to its response.
async fn serve(
    machine: Arc<Machine>,
    delayed: DelayedRequests,
    request: axum::extract::Request,
) -> response::Response {
    let (head, mut body) = request.into_parts();
    let (method, uri) = (head.method.as_str(), &head.uri);
    let mut request = Request::new(method, uri.path(), uri.query(), &head.headers);
    // HTTP/1.0 does not know the field, and ignores it: RFC 9110, section 10.1.1.
    request.expect &= head.version > hyper::Version::HTTP_10;
    request.certificate = head.extensions.get::<ClientName>().map(|it| it.0.clone());
    request.peer = head.extensions.get::<ClientAddress>().map(|it| it.0);
    let refusal = receive(&mut request, &mut body).await;
    let faults = machine.appliance().faults(&request);
    let delays = faults.iter().filter_map(|it| match it {
        FaultKind::Delay(by) => Some(*by),
        _ => None,
    });
    let delay: Duration = delays.sum();
    let handle = move || handle(&machine.appliance(), &request, refusal, &faults);
    if delay.is_zero() {
        return handle();
    }
    delayed.carry_out(delay, handle).await.unwrap_or_else(dropped)
}

/// Carries out a request, unless it is refused already or a fault prevents it.
fn handle(
    appliance: &Appliance,
    request: &Request,
    refusal: Option<Response>,
    faults: &[FaultKind],
) -> response::Response {
    let session_user = appliance.user_of(request);
    let has_session = session_user.is_some();
    // `Some(None)` drops the connection.
    let fault = faults.iter().find_map(|it| match it {
        FaultKind::DropBefore => Some(None),
        FaultKind::Status(429) => {
            Some(Some(Response::page(429).with_header("retry-after", "1".to_owned())))
        }
        FaultKind::Status(code) => Some(Some(Response::page(*code))),
        _ => None,
    });
    let (response, user) = match (fault, refusal) {
        (Some(response), _) => (response, None),
        (None, Some(refusal)) => (Some(refusal), None),
        (None, None) => {
            let (response, user) = appliance.handle(request, faults);
            (Some(response), user)
        }
    };
    let response = response.filter(|_| !faults.contains(&FaultKind::DropAfter));
    let status = response.as_ref().map(|it| it.status);
    appliance.record(request, status, has_session, user.or(session_user));
    response.map_or_else(dropped, |it| to_http(it, faults, request.is_head))
}

/// Makes a response that is not sent: the connection ends instead.
fn dropped() -> response::Response {
    let mut response = response::Response::new(Body::empty());
    response.extensions_mut().insert(Dropped);
    response
}

fn to_http(response: Response, faults: &[FaultKind], is_head: bool) -> response::Response {
    let mut builder = response::Response::builder()
        .status(response.status)
        .header("content-type", response.content_type);
    for (name, value) in response.headers {
        builder = builder.header(name, value);
    }
    if response.status == 413 || response.status == 417 {
        builder = builder.header("connection", "close");
    }
    let mut body = response.body;
    if is_head {
        builder = builder.header("content-length", body.len());
        body.clear();
    }
    // Fails only for an invalid header field of ours.
    builder.body(Body::new(PacedBody::new(body, faults))).unwrap_or_else(|_| {
        let mut response = response::Response::new(Body::empty());
        *response.status_mut() = hyper::StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}
