//! The page for a browser: what the simulator holds, and its faults.
//!
//! It answers `GET /` where HTML is asked for, and what lies below `/page/`. Its requests are not in the log, and no fault
//! hits them.

mod access;
mod difference;
mod form;
mod html;
mod settings;
mod shown;
mod stream;
mod text;
mod view;

use std::{
    collections::VecDeque,
    fmt,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::SystemTime,
};

use axum::{body::Body, extract::Request, response::Response};
use hyper::{HeaderMap, Method, StatusCode, header, http::request::Parts};
use maud::Markup;

use crate::{
    appliance::State,
    error::Error,
    http::{Request as Received, receive},
    machine::Machine,
    random::Random,
};

pub use self::settings::Page;
use self::{
    access::{Access, Denied, names_html, same},
    form::{Form, MAX_BYTES},
    html::{FaultsPage, Frame, Secrets},
    stream::Streams,
    view::View,
};

/// Scripts, styles and pictures come from here alone; nothing may show the page in a frame.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; \
     img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// How many sent forms are remembered.
const MAX_FORMS: usize = 1_000;

/// Most faults that forms can arm: each request is compared with each of them.
const MAX_FAULTS: usize = 100;

/// What serves the page.
pub(crate) struct Server {
    access: Access,
    /// Proof in every form that it comes from a page of this run.
    proof: String,
    /// Name of this run of the simulator.
    run: String,
    /// Name of the appliance.
    name: Option<String>,
    shows_secrets: bool,
    is_secure: bool,
    address: SocketAddr,
    start: SystemTime,
    random: Mutex<Random>,
    /// The last forms that were sent. A second click must not arm a second fault.
    forms: Mutex<VecDeque<String>>,
    streams: Arc<Streams>,
}

impl fmt::Debug for Server {
    /// Leaves out the tokens.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Server {
    /// Creates the page of a simulator that listens on this address.
    pub(crate) fn new(
        settings: &Page,
        address: SocketAddr,
        name: Option<String>,
        is_secure: bool,
        start: SystemTime,
    ) -> Result<Self, Error> {
        // Not from the seed of the simulator: that is no secret.
        let mut random = Random::new(None, None).ok_or(Error::Random)?;
        let token = settings.token.clone().unwrap_or_else(|| random.hex(32));
        Ok(Self {
            access: Access::new(address, settings.hosts.clone(), token),
            proof: random.hex(32),
            run: random.hex(8),
            name,
            shows_secrets: settings.shows_secrets,
            is_secure,
            address,
            start,
            random: Mutex::new(random),
            forms: Mutex::default(),
            streams: Arc::default(),
        })
    }

    /// Returns the token of the URL, if the page asks for one.
    pub(crate) fn token(&self) -> Option<&str> {
        self.access.token()
    }

    /// Returns the settings for a twin: who knows the token of the one can see the other.
    pub(crate) fn settings(&self) -> Page {
        Page {
            hosts: self.access.hosts().to_vec(),
            shows_secrets: self.shows_secrets,
            token: self.token().map(str::to_owned),
        }
    }

    /// Responds to a request for the page.
    pub(crate) async fn serve(&self, machine: &Arc<Machine>, request: Request) -> Response {
        let (head, body) = request.into_parts();
        if self.access.check_origin(&head).is_err() {
            return empty(StatusCode::FORBIDDEN);
        }
        let reads = matches!(head.method, Method::GET | Method::HEAD);
        if let Some(asset) = asset(head.uri.path()).filter(|_| reads) {
            return asset;
        }
        let query = Form::read(head.uri.query().unwrap_or_default());
        if self.access.is_token(query.get("token")) && head.method != Method::POST {
            return self.remember_token(head.uri.path());
        }
        if self.access.check_token(&head.headers) == Err(Denied::Token) {
            let text = "Open the address with the token that the simulator printed at its start.";
            return self.message(machine, StatusCode::FORBIDDEN, "Token needed", text);
        }
        match head.method {
            Method::GET | Method::HEAD => self.read(machine, &head, &query),
            Method::POST => self.change(machine, &head, body).await,
            _ => method_not_allowed("GET, HEAD, POST"),
        }
    }

    /// Responds to a GET.
    fn read(&self, machine: &Arc<Machine>, head: &Parts, query: &Form) -> Response {
        let path = head.uri.path();
        match path {
            // A HEAD takes no place of a window that follows the log.
            "/page/events" if head.method == Method::HEAD => event_stream(Body::empty()),
            "/page/events" => self.events(machine, &head.headers, query),
            "/page/" => redirect("/"),
            // The address that stays in a browser after a form that was refused.
            "/page/faults/remove" | "/page/faults/clear" => redirect("/page/faults"),
            "/" => {
                let overview = view(machine, |view, _| view.overview());
                let frame = self.frame(machine, "/");
                page(StatusCode::OK, &html::overview(&frame, &overview, &self.facts(machine)))
            }
            "/page/changes" => {
                let view = view(machine, |view, _| view.differences(query.page()));
                let frame = self.frame(machine, "/page/changes");
                page(StatusCode::OK, &html::differences(&frame, &view))
            }
            "/page/sessions" => {
                let (sessions, transactions) =
                    view(machine, |view, _| (view.sessions(), view.transactions()));
                let frame = self.frame(machine, "/page/sessions");
                page(StatusCode::OK, &html::sessions(&frame, &sessions, &transactions))
            }
            "/page/jobs" => {
                let (jobs, boot) = view(machine, |view, now| {
                    let boot = view.state.device.boot.as_ref().map(|it| text::time(it.at));
                    (view.jobs(now), boot)
                });
                let frame = self.frame(machine, "/page/jobs");
                page(StatusCode::OK, &html::jobs(&frame, &jobs.shown, jobs.more, boot.as_deref()))
            }
            "/page/faults" => {
                let done = done(query.get("done"));
                self.faults(machine, StatusCode::OK, done, None, &Form::default())
            }
            "/page/requests" => {
                let before = query.get("before").parse().ok();
                let view = view(machine, |view, _| view.log(before));
                let frame = self.frame(machine, "/page/requests");
                let is_live = before.is_none();
                page(StatusCode::OK, &html::requests(&frame, &view, &self.run, is_live))
            }
            _ => self.configuration(machine, head, query),
        }
    }

    /// Responds to a GET of a path of the configuration.
    fn configuration(&self, machine: &Arc<Machine>, head: &Parts, query: &Form) -> Response {
        let request = Received::new("GET", head.uri.path(), None, &HeaderMap::new());
        let path = request.path.as_deref().and_then(|it| it.strip_prefix("/page"));
        let path = path.map(|it| format!("/api{it}"));
        let place = path.and_then(|path| view(machine, |view, _| view.place(&path, query.page())));
        let frame = self.frame(machine, "/page/configuration");
        let secrets = match query.get("secrets") {
            _ if !self.shows_secrets => Secrets::Never,
            "shown" => Secrets::Shown,
            _ => Secrets::Hidden,
        };
        match place {
            Some(place) => page(StatusCode::OK, &html::place(&frame, &place, secrets)),
            None => {
                let text = "There is no such page. An object that was deleted has none either.";
                self.message(machine, StatusCode::NOT_FOUND, "Not found", text)
            }
        }
    }

    fn events(&self, machine: &Arc<Machine>, headers: &HeaderMap, query: &Form) -> Response {
        // The browser remembers the last event after it has lost the connection.
        let last = headers.get("last-event-id").and_then(|it| it.to_str().ok());
        let place = last.and_then(stream::place).or_else(|| stream::place(query.get("from")));
        let (run, after) = match place {
            Some((run, after)) => (Some(run), after),
            None => (None, view(machine, |view, _| view.state.log.count())),
        };
        let body = stream::body(Arc::clone(machine), &self.streams, &self.run, run, after);
        event_stream(body)
    }

    /// Responds to a form.
    async fn change(&self, machine: &Arc<Machine>, head: &Parts, mut body: Body) -> Response {
        let path = head.uri.path();
        if !matches!(path, "/page/faults" | "/page/faults/remove" | "/page/faults/clear") {
            return method_not_allowed("GET, HEAD");
        }
        let mut request = Received::new("POST", path, None, &head.headers);
        if receive(&mut request, &mut body).await.is_some() || request.body.len() > MAX_BYTES {
            return empty(StatusCode::PAYLOAD_TOO_LARGE);
        }
        if request.content_type.as_deref() != Some("application/x-www-form-urlencoded") {
            return empty(StatusCode::UNSUPPORTED_MEDIA_TYPE);
        }
        let form = Form::read(&String::from_utf8_lossy(&request.body));
        if !same(form.get("proof").as_bytes(), self.proof.as_bytes()) {
            let why =
                "the form is from an earlier run of the simulator. If it still fits, send it again";
            return self.faults(machine, StatusCode::FORBIDDEN, None, Some(why), &form);
        }
        let result = self.once(form.get("form"), || carry_out(machine, path, &form));
        match result {
            Ok(to) => redirect(to),
            Err(why) => {
                self.faults(machine, StatusCode::UNPROCESSABLE_ENTITY, None, Some(&why), &form)
            }
        }
    }

    /// Carries out a form, unless that was done already. One that was refused can come again.
    fn once(
        &self,
        id: &str,
        carry_out: impl FnOnce() -> Result<&'static str, String>,
    ) -> Result<&'static str, String> {
        let mut forms = self.forms.lock().unwrap_or_else(PoisonError::into_inner);
        // Ids of ours are short.
        let id: String = id.chars().take(64).collect();
        if forms.contains(&id) {
            return Ok("/page/faults?done=again");
        }
        let result = carry_out()?;
        if forms.len() >= MAX_FORMS {
            forms.pop_front();
        }
        forms.push_back(id);
        Ok(result)
    }

    fn faults(
        &self,
        machine: &Arc<Machine>,
        status: StatusCode,
        done: Option<&str>,
        error: Option<&str>,
        form: &Form,
    ) -> Response {
        let faults = view(machine, |view, _| view.faults());
        let id = self.random.lock().unwrap_or_else(PoisonError::into_inner).hex(16);
        let content =
            FaultsPage { faults: &faults, done, error, form, proof: &self.proof, id: &id };
        page(status, &html::faults(&self.frame(machine, "/page/faults"), &content))
    }

    /// Moves the token from the URL to a cookie: an address is seen and kept in more places.
    fn remember_token(&self, path: &str) -> Response {
        let token = self.token().unwrap_or_default();
        let secure = if self.is_secure { "; Secure" } else { "" };
        let name = self.access.cookie();
        let cookie = format!("{name}={token}; HttpOnly; Path=/; SameSite=Lax{secure}");
        let to = if path.starts_with("/page/") { path } else { "/" };
        let fields = [("location", to), ("set-cookie", &cookie)];
        respond(StatusCode::SEE_OTHER, &fields, Body::empty())
    }

    fn message(
        &self,
        machine: &Arc<Machine>,
        status: StatusCode,
        title: &str,
        text: &str,
    ) -> Response {
        page(status, &html::message(&self.frame(machine, ""), title, text))
    }

    fn frame(&self, machine: &Arc<Machine>, current: &'static str) -> Frame<'_> {
        Frame { server: self, version: machine.appliance().target.to_string(), current }
    }

    /// Says how to reach the simulator.
    fn facts(&self, machine: &Arc<Machine>) -> Vec<(&'static str, String)> {
        let appliance = machine.appliance();
        let up = appliance.clock.now().duration_since(self.start).unwrap_or_default();
        let users: Vec<_> = appliance.users.iter().map(|it| it.name.clone()).collect();
        vec![
            ("Listens on", self.address.to_string()),
            ("Protocol", if self.is_secure { "HTTPS" } else { "HTTP" }.to_owned()),
            ("Users", users.join(", ")),
            ("Started", format!("{} ({} ago)", text::time(self.start), text::duration(up))),
        ]
    }
}

/// Whether a request is one for the page.
pub(crate) fn takes(request: &Request) -> bool {
    let reads = matches!(*request.method(), Method::GET | Method::HEAD);
    match request.uri().path() {
        "/" => reads && names_html(request.headers()),
        path => path.starts_with("/page/"),
    }
}

/// Does what a form asks for, and returns where to go then.
fn carry_out(machine: &Machine, path: &str, form: &Form) -> Result<&'static str, String> {
    let appliance = machine.appliance();
    match path {
        "/page/faults" => {
            let fault = form.fault()?;
            let faults = &mut appliance.lock().faults;
            if faults.armed().len() >= MAX_FAULTS {
                return Err(format!("{MAX_FAULTS} faults are armed; remove one of them"));
            }
            faults.add(fault);
            Ok("/page/faults?done=armed")
        }
        "/page/faults/clear" => {
            appliance.lock().faults.clear();
            Ok("/page/faults?done=cleared")
        }
        _ => {
            let id = form.get("fault").parse().unwrap_or_default();
            let was_armed = appliance.lock().faults.remove(id);
            Ok(if was_armed { "/page/faults?done=removed" } else { "/page/faults?done=gone" })
        }
    }
}

/// Reads the state, after what has timed out has ended.
fn view<T>(machine: &Arc<Machine>, read: impl FnOnce(&View<'_>, SystemTime) -> T) -> T {
    let appliance = machine.appliance();
    let state: &mut State = &mut appliance.lock();
    appliance.expire(state);
    read(&View { appliance: &appliance, state }, appliance.clock.now())
}

/// What was done, by the word in the URL after a form.
fn done(word: &str) -> Option<&'static str> {
    Some(match word {
        "armed" => "The fault is armed.",
        "removed" => "The fault is removed.",
        "gone" => "This fault was no longer armed.",
        "cleared" => "All faults are removed.",
        "again" => "The form was sent twice. It was carried out once.",
        _ => return None,
    })
}

fn page(status: StatusCode, markup: &Markup) -> Response {
    let fields = [("content-type", "text/html; charset=utf-8"), ("vary", "Accept")];
    respond(status, &fields, Body::from(markup.0.clone()))
}

fn event_stream(body: Body) -> Response {
    respond(StatusCode::OK, &[("content-type", "text/event-stream")], body)
}

/// Returns a file that is the same for everyone. It needs no token, so that the page which asks for one has its style.
fn asset(path: &str) -> Option<Response> {
    let (content_type, text) = match path {
        "/page/style.css" => ("text/css; charset=utf-8", include_str!("page/style.css")),
        "/page/script.js" => ("text/javascript; charset=utf-8", include_str!("page/script.js")),
        "/page/icon.svg" => ("image/svg+xml", include_str!("page/icon.svg")),
        _ => return None,
    };
    Some(respond(StatusCode::OK, &[("content-type", content_type)], Body::from(text)))
}

fn empty(status: StatusCode) -> Response {
    respond(status, &[], Body::empty())
}

fn redirect(to: &str) -> Response {
    respond(StatusCode::SEE_OTHER, &[("location", to)], Body::empty())
}

fn method_not_allowed(methods: &str) -> Response {
    respond(StatusCode::METHOD_NOT_ALLOWED, &[("allow", methods)], Body::empty())
}

/// Makes a response with the fields that keep others away from the page.
fn respond(status: StatusCode, fields: &[(&str, &str)], body: Body) -> Response {
    let mut response = Response::builder()
        .status(status)
        .header(header::CACHE_CONTROL, "no-store")
        .header(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY)
        .header(header::X_CONTENT_TYPE_OPTIONS, "nosniff")
        .header(header::X_FRAME_OPTIONS, "DENY")
        // With `no-referrer`, a browser would hide the origin of its own forms.
        .header(header::REFERRER_POLICY, "same-origin")
        .header("cross-origin-opener-policy", "same-origin")
        .header("cross-origin-resource-policy", "same-origin");
    for (name, value) in fields {
        response = response.header(*name, *value);
    }
    // Fails only for an invalid header field of ours.
    response.body(body).unwrap_or_else(|_| {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        response
    })
}
