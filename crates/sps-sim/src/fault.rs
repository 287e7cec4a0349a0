//! Faults: what goes wrong on demand, and for which requests.

mod text;

use std::time::Duration;

use crate::random::Random;

/// One fault, and the requests that it hits.
///
/// Without [`method`](Self::method), [`path`](Self::path), [`times`](Self::times) and
/// [`probability`](Self::probability) it hits every request. Its text form, which `--fault` takes, is
/// `METHOD PATH KIND[=VALUE] [xTIMES] [pPROBABILITY]`, with `*` for any method and any part of a path:
///
/// ```
/// use sps_sim::Fault;
///
/// let fault: Fault = "PUT /api/transaction drop-after x1 p0.5".parse()?;
/// assert_eq!(fault, Fault::drop_after().method("PUT").path("/api/transaction").times(1).probability(0.5));
/// assert!("PUT /api/transaction drop-it".parse::<Fault>().is_err());
/// # Ok::<(), sps_sim::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    pub(crate) kind: FaultKind,
    method: Option<String>,
    path: Option<String>,
    times: Option<u32>,
    probability: f64,
}

/// The kind of a fault, with its value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum FaultKind {
    Delay(Duration),
    DropBefore,
    DropAfter,
    Status(u16),
    ExpireSession,
    ForeignLock(String),
    SlowBody(Duration),
    TruncateBody,
    LoseKey(String),
    FailJob,
}

impl Fault {
    /// Delays the request and its response. The request takes effect even if the client has hung up by then.
    pub fn delay(by: Duration) -> Self {
        Self::new(FaultKind::Delay(by))
    }

    /// Ends the connection without a response. The request has no effect.
    pub fn drop_before() -> Self {
        Self::new(FaultKind::DropBefore)
    }

    /// Ends the connection without a response. The request takes effect.
    pub fn drop_after() -> Self {
        Self::new(FaultKind::DropAfter)
    }

    /// Responds with this status code and a page of HTML, as a proxy does. The request has no effect.
    /// With 429, the response asks to wait for a second.
    ///
    /// A code outside of 200 to 599 becomes 500.
    pub fn status(code: u16) -> Self {
        Self::new(FaultKind::Status(if (200..=599).contains(&code) { code } else { 500 }))
    }

    /// Ends the session of the request just before it, with its transaction.
    pub fn expire_session() -> Self {
        Self::new(FaultKind::ExpireSession)
    }

    /// Refuses a request that needs the lock, as if this user held it.
    pub fn foreign_lock(user: impl Into<String>) -> Self {
        Self::new(FaultKind::ForeignLock(user.into()))
    }

    /// Sends the body of the response over this time.
    pub fn slow_body(takes: Duration) -> Self {
        Self::new(FaultKind::SlowBody(takes))
    }

    /// Ends the connection in the middle of the response's body. The request takes effect.
    pub fn truncate_body() -> Self {
        Self::new(FaultKind::TruncateBody)
    }

    /// Silently drops the members with this name from the body of the request.
    pub fn lose_key(name: impl Into<String>) -> Self {
        Self::new(FaultKind::LoseKey(name.into()))
    }

    /// Lets the job that the request starts fail.
    pub fn fail_job() -> Self {
        Self::new(FaultKind::FailJob)
    }

    fn new(kind: FaultKind) -> Self {
        Self { kind, method: None, path: None, times: None, probability: 1.0 }
    }

    /// Hits only requests with this method.
    #[must_use]
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into().to_ascii_uppercase());
        self
    }

    /// Hits only requests to this path, in which each `*` matches any text.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Hits only this number of requests.
    #[must_use]
    pub const fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Hits only with this probability, from 0 to 1. The seed of the simulator decides.
    #[must_use]
    pub const fn probability(mut self, probability: f64) -> Self {
        self.probability = probability;
        self
    }

    fn matches(&self, method: &str, path: &str) -> bool {
        self.times != Some(0)
            && self.method.as_deref().is_none_or(|it| it == method)
            && self.path.as_deref().is_none_or(|pattern| glob(pattern, path))
    }
}

/// Whether the text matches the pattern, in which each `*` matches any text.
fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    let Some(last) = pattern.rfind('*').map(|at| &pattern[at + 1..]) else {
        return rest.is_empty();
    };
    let middle = pattern.matches('*').count() - 1;
    for part in parts.take(middle) {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// All active faults.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    armed: Vec<Armed>,
    /// Number of faults so far, which is the id of the last one.
    count: u64,
}

/// An active fault.
#[derive(Debug)]
pub(crate) struct Armed {
    /// Number that no other fault of the run has.
    #[cfg_attr(
        not(feature = "page"),
        expect(dead_code, reason = "the page alone removes one fault")
    )]
    pub(crate) id: u64,
    pub(crate) fault: Fault,
    /// Number of requests that it has hit.
    pub(crate) hits: u64,
}

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.count += 1;
        self.armed.push(Armed { id: self.count, fault, hits: 0 });
    }

    pub(crate) fn clear(&mut self) {
        self.armed.clear();
    }

    /// Returns the faults that hit this request, in the order in which they were added, and counts them.
    ///
    /// `applies` says whether a kind can affect the request: a lock does not hit a request that needs none.
    pub(crate) fn hit(
        &mut self,
        method: &str,
        path: &str,
        random: &mut Random,
        applies: impl Fn(&FaultKind) -> bool,
    ) -> Vec<FaultKind> {
        let mut hit = Vec::new();
        for Armed { fault, hits, .. } in &mut self.armed {
            if fault.matches(method, path)
                && applies(&fault.kind)
                && (fault.probability >= 1.0 || random.fraction() < fault.probability)
            {
                fault.times = fault.times.map(|it| it - 1);
                hit.push(fault.kind.clone());
                *hits += 1;
            }
        }
        self.armed.retain(|it| it.fault.times != Some(0));
        hit
    }
}

#[cfg(feature = "page")]
impl Faults {
    /// Removes one fault, and returns whether it was active.
    pub(crate) fn remove(&mut self, id: u64) -> bool {
        let before = self.armed.len();
        self.armed.retain(|it| it.id != id);
        self.armed.len() < before
    }

    pub(crate) fn armed(&self) -> &[Armed] {
        &self.armed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_paths() {
        for (pattern, text, matches) in [
            ("/api", "/api", true),
            ("/api", "/api/info", false),
            ("/api/*", "/api/info", true),
            ("*", "", true),
            ("*/download", "/a/b/download", true),
            ("/a/*/c/*", "/a/b/c/d", true),
            ("/a/*/c/*/e", "/a/b/c/d", false),
            ("/ab*ba", "/aba", false),
        ] {
            assert_eq!(glob(pattern, text), matches, "{pattern} {text}");
        }
    }
}
