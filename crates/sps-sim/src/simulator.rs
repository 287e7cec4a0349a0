//! The handle on a running simulator.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    path::Path,
    sync::Arc,
};

use serde_json::{Value, json};
use sps_spec::ORDER;
use tokio::task::JoinHandle;

use crate::{
    appliance::{Appliance, State},
    audit::RecordedSession,
    clock::Clock,
    configuration::Holder,
    error::Error,
    fault::Fault,
    http::{FailedHandshake, LogFile, RequestRecord},
    machine::Machine,
    page,
    server::{Identity, Tls},
    session::User,
};

/// A running simulator. It stops when it is dropped.
pub struct Simulator {
    pub(crate) machine: Arc<Machine>,
    pub(crate) clock: Clock,
    pub(crate) address: SocketAddr,
    pub(crate) identity: Option<Identity>,
    pub(crate) user: User,
    pub(crate) name: Option<String>,
    pub(crate) seed: Option<u64>,
    pub(crate) tls: Option<Tls>,
    pub(crate) left_out: Vec<String>,
    pub(crate) page: Option<Arc<page::Server>>,
    pub(crate) task: JoinHandle<()>,
}

impl Simulator {
    /// Returns the running appliance.
    pub(crate) fn appliance(&self) -> Arc<Appliance> {
        self.machine.appliance()
    }

    /// Adds a fault. Several faults can hit one request.
    pub fn add_fault(&self, fault: Fault) {
        self.appliance().lock().faults.add(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.appliance().lock().faults.clear();
    }

    /// Boots the slot that is chosen for the next boot. Sessions end, and pending changes are discarded.
    ///
    /// An upgrade boots by itself, some seconds later.
    pub fn reboot(&self) {
        self.machine.reboot();
    }

    /// Returns the version that runs. An upgrade changes it.
    pub fn version(&self) -> String {
        self.appliance().target.to_string()
    }

    /// Records a session, and returns its key. One with the same key is replaced. Open snapshots do not show it.
    pub fn record_session(&self, session: RecordedSession) -> String {
        let appliance = self.appliance();
        let State { audit, random, .. } = &mut *appliance.lock();
        audit.add(session, random)
    }

    /// Stops the simulator. When this returns, the port is closed; open connections end.
    pub async fn stop(mut self) {
        self.task.abort();
        // The task was aborted, so its result is of no interest.
        let _ = (&mut self.task).await;
    }

    /// Returns the URL without a slash at the end: `https://127.0.0.1:34567`.
    pub fn url(&self) -> String {
        let scheme = if self.identity.is_some() { "https" } else { "http" };
        let mut address = self.address;
        match address.ip() {
            IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
            IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
            _ => {}
        }
        format!("{scheme}://{address}")
    }

    /// Returns the address of the page for a browser, if [`Builder::page`](crate::Builder::page) turned it on.
    ///
    /// It holds the token of the page if other machines can reach the simulator: then it is a secret.
    #[cfg(feature = "page")]
    pub fn page_url(&self) -> Option<String> {
        let url = self.url();
        Some(match self.page.as_ref()?.token() {
            Some(token) => format!("{url}/?token={token}"),
            None => format!("{url}/"),
        })
    }

    /// Returns the name that [`Builder::name`](crate::Builder::name) gave.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// Returns why the simulator could not take a connection, if that happened: above all, too many files are open.
    ///
    /// It tries again, so clients wait.
    pub fn accept_error(&self) -> Option<String> {
        self.machine.accept_error()
    }

    /// Returns the address that the simulator listens on.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// Returns the name of the first user.
    pub fn user(&self) -> &str {
        &self.user.name
    }

    /// Returns the password of the first user.
    pub fn password(&self) -> &str {
        &self.user.password
    }

    /// Returns the certificate, which a client must trust; `None` without TLS.
    pub fn certificate_pem(&self) -> Option<&str> {
        self.identity.as_ref().map(|it| it.pem.as_str())
    }

    /// Returns the SHA-256 of the certificate in lower-case hexadecimal digits; `None` without TLS.
    pub fn sha256_fingerprint(&self) -> Option<&str> {
        self.identity.as_ref().map(|it| it.fingerprint.as_str())
    }

    /// Returns what the state file has and the target version lacks: paths of endpoints, and of members behind them.
    ///
    /// If anything is left out or the file is of another version, the first commit keeps the old file as
    /// `FILE.VERSION.bak`.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// Returns the last requests, oldest first. The simulator keeps ten thousand, or as many as
    /// [`Builder::kept_requests`](crate::Builder::kept_requests) says.
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.appliance().lock().log.requests()
    }

    /// Returns the last TLS handshakes that failed, oldest first. The simulator keeps as many as of requests.
    ///
    /// A client whose certificate is refused sees a TLS alert only. The reason is here.
    pub fn failed_handshakes(&self) -> Vec<FailedHandshake> {
        self.appliance().lock().log.handshakes()
    }

    /// Begins the log again: forgets what arrived so far, and from now on appends each request to this file, if there is one,
    /// as [`Builder::log_file`](crate::Builder::log_file) does.
    ///
    /// What prepares a simulator thus does not count among the requests of a test. What the page shows as changes since the
    /// start begins again, too.
    ///
    /// # Errors
    ///
    /// Returns an error if the file cannot be opened. The log then stays as it is.
    pub fn restart_log(&self, file: Option<&Path>) -> Result<(), Error> {
        let file = file.map(LogFile::open).transpose()?;
        self.begin_again(file);
        Ok(())
    }

    /// Begins the log again, as [`restart_log`](Self::restart_log) does, in the file of another simulator, if that has one.
    /// Each line then names its simulator, if that has a name.
    pub fn share_log(&self, of: &Self) {
        let file = of.appliance().lock().log.file();
        self.begin_again(file);
    }

    fn begin_again(&self, file: Option<Arc<LogFile>>) {
        let appliance = self.appliance();
        let State { log, origin, .. } = &mut *appliance.lock();
        log.restart(file);
        origin.restart();
    }

    /// Returns the error that ended the log file. Without one, the file has every request.
    pub fn log_error(&self) -> Option<String> {
        self.appliance().lock().log.error()
    }

    /// Returns the holder of the open transaction: of the oldest one, if there are several.
    pub fn open_transaction(&self) -> Option<Holder> {
        self.open_transactions().into_iter().next()
    }

    /// Returns the holders of all open transactions, in the order in which they were opened.
    pub fn open_transactions(&self) -> Vec<Holder> {
        self.appliance().holders()
    }

    /// Returns the committed configuration: bodies by path, and for a collection an object with its `@order` and with
    /// bodies by key.
    ///
    /// References are bare keys, and secrets are in plain text.
    pub fn configuration(&self) -> Value {
        let appliance = self.appliance();
        let committed = &appliance.lock().committed;
        let mut all = json!({});
        for (path, body) in &committed.singletons {
            all[path] = body.clone();
        }
        for (path, objects) in &committed.collections {
            let keys: Vec<_> = objects.iter().map(|it| &it.key).collect();
            all[path] = json!({ORDER: keys});
            for object in objects {
                all[path][&object.key] = object.body.clone();
            }
        }
        all
    }

    /// Returns the clock of the simulator.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let target = self.appliance().target.to_string();
        let mut it = f.debug_struct("Simulator");
        it.field("url", &self.url()).field("target", &target).finish_non_exhaustive()
    }
}

impl Drop for Simulator {
    fn drop(&mut self) {
        self.task.abort();
        // The runtime drops the aborted task later, and the next simulator may start before.
        if let Some(file) = &self.appliance().file {
            file.release();
        }
    }
}
