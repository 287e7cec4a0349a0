//! The appliance: its state behind one lock, and the one way in.

mod info;
mod jobs;
mod login;
mod meta;
mod objects;
mod transaction;
mod uploads;

use std::{
    collections::BTreeSet,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use ring::digest::{SHA256, digest};
use serde_json::{Value, json};
use sps_spec::{Endpoint, Version};

use crate::{
    body::{Bodies, Mode, Refusal},
    clock::Clock,
    configuration::{
        CONFIGURATION, Configuration, Holder, Node, Place, StateFile, Transaction, Tree, has_token,
        targets,
    },
    fault::{FaultKind, Faults},
    http::{Answer, Failure, Log, Request, RequestRecord},
    jobs::{Jobs, Slots},
    random::Random,
    session::{Caller, Rights, Sessions, User},
};

/// Idle time of a session where the configuration says nothing: the value in the guide's samples.
const TIMEOUT_MINUTES: u64 = 10;

/// Where the time-out of sessions is set.
const WEB_INTERFACE: &str = "/api/configuration/management/webinterface";

/// What never changes, and the state.
#[derive(Debug)]
pub(crate) struct Appliance {
    pub(crate) bodies: Bodies<'static>,
    pub(crate) tree: Tree,
    pub(crate) target: Version,
    pub(crate) clock: Clock,
    pub(crate) mode: Mode,
    pub(crate) users: Vec<User>,
    pub(crate) logins: Logins,
    /// Whether cookies are marked as meant for HTTPS alone.
    pub(crate) secure: bool,
    pub(crate) file: Option<StateFile>,
    pub(crate) state: Mutex<State>,
}

/// Which ways there are to log in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Logins {
    pub(crate) password: bool,
    pub(crate) certificate: bool,
}

/// Everything that changes.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) committed: Configuration,
    pub(crate) sessions: Sessions,
    pub(crate) transaction: Option<Transaction>,
    pub(crate) jobs: Jobs,
    pub(crate) slots: Slots,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    pub(crate) random: Random,
}

/// One request on its way through the appliance.
pub(crate) struct Call<'a> {
    pub(crate) appliance: &'a Appliance,
    pub(crate) state: &'a mut State,
    pub(crate) request: &'a Request,
    pub(crate) path: &'a str,
    pub(crate) faults: &'a [FaultKind],
    pub(crate) caller: Option<Caller>,
}

pub(crate) type Outcome = Result<Answer, Failure>;

impl Appliance {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Faults that hit this request, judged before anything is read of its body.
    pub(crate) fn faults(&self, request: &Request) -> Vec<FaultKind> {
        let path = request.path.as_deref().unwrap_or(&request.raw_path);
        let state = &mut *self.lock();
        let needs_lock = needs_lock(request);
        let starts_job =
            request.method == "POST" && matches!(self.tree.node(path), Some(Node::Job(_)));
        let names_session = request.token.as_deref().is_some_and(|it| state.sessions.is_open(it));
        state.faults.hit(&request.method, path, &mut state.random, |kind| match kind {
            FaultKind::ForeignLock(_) => needs_lock,
            FaultKind::LoseKey(_) => needs_lock && request.method != "DELETE",
            FaultKind::FailJob => starts_job,
            FaultKind::ExpireSession => names_session,
            _ => true,
        })
    }

    /// Does what a request asks for, atomically, and says what is answered.
    pub(crate) fn handle(&self, request: &Request, faults: &[FaultKind]) -> Answer {
        let state = &mut *self.lock();
        self.expire(state);
        if let Some(token) = &request.token
            && faults.contains(&FaultKind::ExpireSession)
        {
            state.close(token);
        }
        let Some(path) = request.path.as_deref() else {
            return Failure::not_found(&request.raw_path).into_answer(&request.raw_path);
        };
        let mut call = Call { appliance: self, state, request, path, faults, caller: None };
        call.route().unwrap_or_else(|failure| failure.into_answer(path))
    }

    /// Writes the request into the log.
    pub(crate) fn record(&self, request: &Request, status: Option<u16>, user: Option<String>) {
        let at = self.clock.now();
        let state = &mut *self.lock();
        state.log.add(RequestRecord {
            at,
            method: request.method.clone(),
            path: request.raw_path.clone(),
            query: request.raw_query.clone(),
            status,
            session: user
                .as_ref()
                .and(request.token.as_ref())
                .map(|it| it.chars().take(4).collect()),
            user,
        });
    }

    /// The user whom a request comes from, before it may end the session.
    pub(crate) fn user_of(&self, request: &Request) -> Option<String> {
        let state = self.lock();
        state.sessions.user(request.token.as_deref()?).map(str::to_owned)
    }

    /// Ends what timed out.
    pub(crate) fn expire(&self, state: &mut State) {
        let now = self.clock.now();
        state.sessions.expire(now, timeout(&state.committed));
        let lives = |it: &Transaction| state.sessions.is_open(&it.token);
        if !state.transaction.as_ref().is_none_or(lives) {
            state.transaction = None;
        }
        state.jobs.expire(now);
    }

    pub(crate) fn holder(&self) -> Option<Holder> {
        let state = &mut *self.lock();
        self.expire(state);
        let transaction = state.transaction.as_ref()?;
        Some(Holder { user: transaction.user.clone(), changes: transaction.changes.len() })
    }

    /// Whether the first change opens a transaction by itself.
    pub(crate) fn opens_implicitly(&self) -> bool {
        self.target >= Version::new([6, 9])
    }
}

impl State {
    /// Ends a session and gives up its transaction.
    fn close(&mut self, token: &str) {
        self.sessions.close(token);
        if self.transaction.as_ref().is_some_and(|it| it.token == token) {
            self.transaction = None;
        }
    }
}

/// Whether a request changes what the lock protects.
fn needs_lock(request: &Request) -> bool {
    let Some(path) = request.path.as_deref() else { return false };
    request.changes()
        && (matches!(path, "/api/transaction" | "/api/upload/plugins")
            || path.starts_with(CONFIGURATION))
}

/// How long a session may be idle.
pub(crate) fn timeout(committed: &Configuration) -> Duration {
    let minutes = committed.singletons.get(WEB_INTERFACE).and_then(|it| it["timeout"].as_u64());
    Duration::from_secs(minutes.unwrap_or(TIMEOUT_MINUTES).clamp(1, 1_000_000) * 60)
}

/// Hash of a configuration, in the form of the samples.
pub(crate) fn config_hash(configuration: &Configuration) -> String {
    let text = serde_json::to_vec(configuration).unwrap_or_default();
    crate::random::hex(&digest(&SHA256, &text).as_ref()[..16])
}

impl Call<'_> {
    fn route(&mut self) -> Outcome {
        let reads = self.request.method == "GET";
        match self.path {
            "/api/authentication" if reads => return self.log_in(),
            "/api/authentication/types" if reads && !self.has_login_methods() => {
                return Ok(self.login_types());
            }
            "/api/authentication/login_methods" if reads && self.has_login_methods() => {
                return Ok(self.login_methods());
            }
            _ => {}
        }
        if let Some(token) = &self.request.token {
            let (now, timeout) = (self.appliance.clock.now(), timeout(&self.state.committed));
            self.caller = self.state.sessions.touch(token, now, timeout);
        }
        if self.path == "/api/info" && reads {
            return Ok(self.info());
        }
        let Some(caller) = self.caller.clone() else {
            return Err(Failure::unauthenticated(self.path));
        };
        if self.path == "/api/authentication" && self.request.method == "DELETE" {
            self.state.close(&caller.token);
            return Ok(Answer::json(200, &json!({"meta": {"href": self.path, "parent": "/api"}})));
        }
        if caller.rights == Rights::None
            || (caller.rights == Rights::Read && self.request.changes())
        {
            return Err(Failure::unauthorized(self.path));
        }
        if self.request.browser
            && self.request.changes()
            && has_token(&self.appliance.target)
            && self.request.x_token.as_deref() != Some(&caller.x_token)
        {
            return Err(Failure::unauthorized(self.path));
        }
        if self.appliance.mode == Mode::Strict
            && matches!(self.request.method.as_str(), "POST" | "PUT")
            && !self.request.body.is_empty()
            && !self.path.starts_with("/api/upload/")
            && self.request.content_type.as_deref() != Some("application/json")
        {
            let message = "The body has to be declared as application/json";
            return Err(Failure::new(415, "UnsupportedMediaType", message));
        }
        match self.path {
            "/api/transaction" => return self.transaction(&caller),
            "/api/transaction/changes" if reads => return Ok(self.changes()),
            "/api/user/info" if reads && has_token(&self.appliance.target) => {
                let body = json!({"name": caller.user, "token": caller.x_token});
                let meta = self.meta(self.view(), self.path);
                return Ok(Answer::json(200, &json!({"key": "info", "body": body, "meta": meta})));
            }
            "/api/upload/plugins" if !reads => return self.upload_plugin(&caller),
            "/api/upload/firmware" if !reads => return self.upload_firmware(),
            "/api/firmware/slots" if reads => return Ok(self.slots()),
            _ => {}
        }
        if let Some(key) = self.path.strip_prefix("/api/firmware/slots/").filter(|_| reads) {
            return self.show_slot(key);
        }
        self.resource(&caller)
    }

    /// Everything whose form the tree knows.
    fn resource(&mut self, caller: &Caller) -> Outcome {
        let appliance = self.appliance;
        let Some(place) = appliance.tree.place(self.path) else {
            let (known, rest) = appliance.tree.nearest(self.path);
            return Err(Failure::resource_not_found(known, rest));
        };
        match place {
            Place::Node(node) => {
                self.allow(&node.methods())?;
                match (node, self.request.method.as_str()) {
                    (Node::Container, _) => Ok(self.container()),
                    (Node::Status(endpoint), "GET") => Ok(self.show_status(endpoint)),
                    (Node::Singleton(endpoint), "GET") => Ok(self.show_singleton(endpoint)),
                    (Node::Singleton(endpoint), "PUT") => {
                        self.put_singleton(caller, endpoint, &self.request.body)
                    }
                    (Node::Singleton(endpoint), "POST") => self.append(caller, endpoint),
                    (Node::Collection(endpoint), "POST") => self.create(caller, endpoint),
                    (Node::Collection(_), "PUT") => self.reorder(caller),
                    (Node::Collection(_) | Node::Plugins, "GET") => Ok(self.list(node)),
                    (Node::Job(_), "POST") => Ok(self.start_job()),
                    (Node::Job(_), "GET") => Ok(self.list_jobs()),
                    _ => Err(Failure::method_not_allowed(&node.methods())),
                }
            }
            Place::Object(collection, node, key) => {
                if matches!(node, Node::Job(_)) {
                    self.allow(&node.object_methods(&appliance.target))?;
                    return self.job(collection, key);
                }
                let methods = node.object_methods(&appliance.target);
                if self.view().find(collection, key).is_none() {
                    return Err(Failure::not_found(self.path));
                }
                self.allow(&methods)?;
                match (node, self.request.method.as_str()) {
                    (_, "GET") => self.show_object(node, collection, key),
                    (Node::Collection(endpoint), "PUT") => {
                        self.put_object(caller, endpoint, collection, key)
                    }
                    (_, "DELETE") => self.delete(caller, node, collection, key),
                    _ => Err(Failure::method_not_allowed(&methods)),
                }
            }
            Place::Part(collection, endpoint, key, name) => {
                let target = &appliance.target;
                let mut parts = endpoint.parts.iter().filter(|it| it.versions.contains(target));
                if let Some(part) = parts.find(|it| it.name == name) {
                    let methods: Vec<_> = part.methods.iter().map(|it| it.name()).collect();
                    self.allow(&methods)?;
                }
                self.job_part(collection, key, name)
            }
        }
    }

    pub(crate) fn allow(&self, methods: &[&str]) -> Result<(), Failure> {
        if methods.contains(&self.request.method.as_str()) {
            return Ok(());
        }
        Err(Failure::method_not_allowed(methods))
    }

    /// The configuration as the caller sees it: with what waits in a transaction of his own.
    pub(crate) fn view(&self) -> &Configuration {
        match (&self.state.transaction, &self.caller) {
            (Some(transaction), Some(caller)) if transaction.token == caller.token => {
                &transaction.pending
            }
            _ => &self.state.committed,
        }
    }

    /// The error for a body that is no JSON; its name changed with the versions.
    pub(crate) fn invalid_body(&self, why: &str) -> Failure {
        let kind = if self.appliance.target >= Version::new([7, 0, 3, 1]) {
            "InvalidRequestBody"
        } else {
            "Bad Request"
        };
        Failure::new(400, kind, format!("The request body format is invalid: {why}"))
    }

    /// A body that was judged, ready to be stored, with the paths that it refers to.
    pub(crate) fn read(
        &self,
        endpoint: &'static Endpoint,
        text: &[u8],
        own: &str,
    ) -> Result<(Value, BTreeSet<String>), Failure> {
        let Appliance { bodies, mode, .. } = self.appliance;
        let read = bodies.read(endpoint, text, *mode, self.view(), own);
        let mut body = read.map_err(|it| self.refused(it))?;
        for fault in self.faults {
            if let FaultKind::LoseKey(name) = fault {
                lose_key(&mut body, name);
            }
        }
        let targets = targets(bodies, endpoint, &body);
        Ok((body, targets))
    }

    /// The body of the request, where no endpoint describes it: an object with these members.
    pub(crate) fn read_members(&self, names: &[&str]) -> Result<Value, Failure> {
        let Appliance { bodies, mode, .. } = self.appliance;
        let read = bodies.read_members(names, &self.request.body, *mode, self.view());
        read.map_err(|it| self.refused(it))
    }

    fn refused(&self, refusal: Refusal) -> Failure {
        match refusal {
            Refusal::NotJson(why) => self.invalid_body(&why),
            Refusal::Semantic(findings) => {
                let errors = findings.into_iter().map(
                    |it| json!({"code": it.code, "pointer": it.pointer, "message": it.message}),
                );
                Failure::semantic(errors.collect())
            }
        }
    }
}

fn lose_key(value: &mut Value, name: &str) {
    match value {
        Value::Object(members) => {
            members.remove(name);
            members.values_mut().for_each(|it| lose_key(it, name));
        }
        Value::Array(elements) => elements.iter_mut().for_each(|it| lose_key(it, name)),
        _ => {}
    }
}

/// A semantic error with one finding.
pub(crate) fn finding(code: &str, pointer: &str, message: &str) -> Failure {
    Failure::semantic(vec![json!({"code": code, "pointer": pointer, "message": message})])
}
