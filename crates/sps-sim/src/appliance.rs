//! The appliance: its state behind one lock, and the requests that read and change it.

mod audit;
mod cluster;
mod firmware;
mod health;
mod info;
mod jobs;
mod login;
mod meta;
mod objects;
mod paging;
mod read;
mod route;
mod services;
mod setup;
mod transaction;
mod uploads;
mod user;

pub(crate) use self::info::{NAMING, firmware_version};

use std::{
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use ring::digest::{SHA256, digest};
use sps_spec::{Spec, Version};

use crate::{
    audit::Audit,
    body::{Bodies, Mode},
    clock::Clock,
    configuration::{
        CONFIGURATION, Configuration, Holder, Node, Origin, StateFile, Transaction, Transactions,
        Tree, parts,
    },
    device::{Boot, Device},
    fault::{FaultKind, Faults},
    http::{FailedHandshake, Failure, Log, Request, RequestRecord, Response},
    jobs::Jobs,
    random::Random,
    session::{Caller, Sessions, User},
};

/// Idle time after which a session ends, if the configuration does not set one. The guide's samples have this value.
const IDLE_MINUTES: u64 = 10;

/// Path of the settings that hold the idle time.
const WEB_INTERFACE: &str = "/api/configuration/management/webinterface";

/// Settings, which never change, and the state.
#[derive(Debug)]
pub(crate) struct Appliance {
    pub(crate) spec: &'static Spec,
    pub(crate) bodies: Bodies<'static>,
    /// Shared with twins of the same version.
    pub(crate) tree: Arc<Tree>,
    pub(crate) target: Version,
    pub(crate) clock: Clock,
    pub(crate) mode: Mode,
    pub(crate) users: Vec<User>,
    pub(crate) logins: Logins,
    /// How many sessions may be open at once.
    pub(crate) max_sessions: Option<usize>,
    /// Whether cookies are marked as `Secure`.
    pub(crate) secure: bool,
    /// Address that the simulator listens on.
    pub(crate) address: IpAddr,
    /// Host name until the configuration has one.
    pub(crate) name: Option<String>,
    pub(crate) file: Option<Arc<StateFile>>,
    /// The state, which a boot passes on to the next appliance.
    pub(crate) state: Arc<Mutex<State>>,
}

/// Available ways to log in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Logins {
    pub(crate) password: bool,
    pub(crate) certificate: bool,
}

/// Everything that changes.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) committed: Configuration,
    pub(crate) origin: Origin,
    pub(crate) sessions: Sessions,
    pub(crate) transactions: Transactions,
    pub(crate) jobs: Jobs,
    pub(crate) device: Device,
    pub(crate) audit: Audit,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    pub(crate) random: Random,
}

/// One request in progress. It holds the lock, so that it takes effect as a whole.
pub(crate) struct Call<'a> {
    pub(crate) appliance: &'a Appliance,
    pub(crate) state: &'a mut State,
    pub(crate) request: &'a Request,
    pub(crate) path: &'a str,
    pub(crate) faults: &'a [FaultKind],
    pub(crate) caller: Option<Caller>,
}

/// The result of a request.
pub(crate) type HandlerResult = Result<Response, Failure>;

impl Appliance {
    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the faults that hit this request. They are chosen before its body is checked.
    pub(crate) fn faults(&self, request: &Request) -> Vec<FaultKind> {
        let path = request.path.as_deref().unwrap_or(&request.raw_path);
        let state = &mut *self.lock();
        let needs_lock = needs_lock(request);
        let starts_job = request.method == "POST"
            && (matches!(self.tree.node(path), Some(Node::Job(_)))
                || path.starts_with("/api/firmware/"));
        let has_session = request.token.as_deref().is_some_and(|it| state.sessions.is_open(it));
        state.faults.hit(request.sent_method(), path, &mut state.random, |kind| match kind {
            FaultKind::ForeignLock(_) => needs_lock,
            FaultKind::LoseKey(_) => needs_lock && request.method != "DELETE",
            FaultKind::FailJob => starts_job,
            FaultKind::ExpireSession => has_session,
            _ => true,
        })
    }

    /// Carries out a request atomically, and returns the response and the user.
    pub(crate) fn handle(
        &self,
        request: &Request,
        faults: &[FaultKind],
    ) -> (Response, Option<String>) {
        let state = &mut *self.lock();
        self.expire(state);
        if let Some(token) = &request.token
            && faults.contains(&FaultKind::ExpireSession)
        {
            state.close(token);
        }
        let Some(path) = request.path.as_deref() else {
            let failure = Failure::not_found(&request.raw_path);
            return (failure.into_response(&request.raw_path), None);
        };
        let mut call = Call { appliance: self, state, request, path, faults, caller: None };
        let response = call.route().unwrap_or_else(|failure| failure.into_response(path));
        (response, call.caller.map(|it| it.user))
    }

    /// Writes a request to the log.
    pub(crate) fn record(
        &self,
        request: &Request,
        status: Option<u16>,
        has_session: bool,
        user: Option<String>,
    ) {
        let at = self.clock.now();
        let state = &mut *self.lock();
        state.log.add(RequestRecord {
            at,
            method: request.sent_method().to_owned(),
            path: request.raw_path.clone(),
            query: request.raw_query.clone(),
            status,
            session: request
                .token
                .as_ref()
                .filter(|_| has_session)
                .map(|it| it.chars().take(4).collect()),
            user,
        });
    }

    /// Writes a failed TLS handshake to the log.
    pub(crate) fn record_handshake(&self, reason: String) {
        let at = self.clock.now();
        self.lock().log.add_handshake(FailedHandshake { at, reason });
    }

    /// Returns the user of the cookie of a request. Call this before the request, which may end the session.
    pub(crate) fn user_of(&self, request: &Request) -> Option<String> {
        let state = self.lock();
        state.sessions.user(request.token.as_deref()?).map(str::to_owned)
    }

    /// Ends sessions that timed out, with their transaction, and removes old jobs.
    pub(crate) fn expire(&self, state: &mut State) {
        let now = self.clock.now();
        state.sessions.expire(now, idle_time(&state.committed));
        state.transactions.retain(|token| state.sessions.is_open(token));
        state.jobs.expire(now);
        state.device.settle(now);
        state.audit.expire(now);
    }

    /// Returns the paths of a version, and how its bodies are read.
    pub(crate) fn parts(&self, target: &Version) -> (Arc<Tree>, Bodies<'static>) {
        if *target == self.target {
            return (Arc::clone(&self.tree), self.bodies.clone());
        }
        let (tree, bodies) = parts(self.spec, target);
        (Arc::new(tree), bodies)
    }

    /// Returns the holders of all transactions.
    pub(crate) fn holders(&self) -> Vec<Holder> {
        let state = &mut *self.lock();
        self.expire(state);
        let holder = |it: &Transaction| Holder { user: it.user.clone(), changes: it.changes.len() };
        state.transactions.all().iter().map(holder).collect()
    }

    /// Whether the first change opens a transaction by itself.
    pub(crate) fn opens_implicitly(&self) -> bool {
        self.target >= Version::new([6, 9])
    }
}

impl State {
    /// Ends a session and discards its transaction.
    fn close(&mut self, token: &str) {
        self.sessions.close(token);
        self.transactions.close(token);
    }
}

impl Call<'_> {
    /// Refuses a method that is not in the list.
    pub(crate) fn allow(&self, methods: &[&str]) -> Result<(), Failure> {
        if methods.contains(&self.request.method.as_str()) {
            return Ok(());
        }
        Err(Failure::method_not_allowed(methods))
    }

    /// Returns the configuration as the caller sees it: with the pending changes of the caller's own transaction.
    pub(crate) fn view(&self) -> &Configuration {
        self.own_transaction().map_or(&self.state.committed, |it| &it.pending)
    }

    /// Returns the transaction of the caller.
    pub(crate) fn own_transaction(&self) -> Option<&Transaction> {
        self.state.transactions.of(&self.caller.as_ref()?.token)
    }
}

/// Whether a request needs the lock of the configuration.
fn needs_lock(request: &Request) -> bool {
    let Some(path) = request.path.as_deref() else { return false };
    request.changes()
        && (matches!(path, "/api/transaction" | "/api/upload/plugins")
            || path.starts_with(CONFIGURATION)
            || is_cluster_change(path))
}

/// Whether changes at this path are part of a transaction although they lie outside of the configuration.
fn is_cluster_change(path: &str) -> bool {
    path.starts_with(cluster::NODES)
        || matches!(path, cluster::PROMOTE | cluster::JOIN | cluster::SYNC_PLUGIN)
}

/// Returns the idle time after which a session ends.
pub(crate) fn idle_time(committed: &Configuration) -> Duration {
    let minutes = committed.singletons.get(WEB_INTERFACE).and_then(|it| it["timeout"].as_u64());
    Duration::from_secs(minutes.unwrap_or(IDLE_MINUTES).clamp(1, 1_000_000) * 60)
}

/// Returns the hash of a configuration, in the form of the guide's samples.
pub(crate) fn config_hash(configuration: &Configuration) -> String {
    let text = serde_json::to_vec(configuration).unwrap_or_default();
    crate::random::hex(&digest(&SHA256, &text).as_ref()[..16])
}
