//! Things that go wrong on demand.

use std::{fmt, str::FromStr, time::Duration};

use crate::random::Random;

/// One thing that goes wrong, and for which requests.
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

/// What goes wrong.
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
    /// What the request asks for is done late, and answered late; done also if the client has hung up by then.
    pub fn delay(by: Duration) -> Self {
        Self::new(FaultKind::Delay(by))
    }

    /// The connection ends without an answer, and nothing was done.
    pub fn drop_before() -> Self {
        Self::new(FaultKind::DropBefore)
    }

    /// The connection ends without an answer, but what was asked for was done.
    pub fn drop_after() -> Self {
        Self::new(FaultKind::DropAfter)
    }

    /// The answer is this status code with a page of HTML, as from a proxy, and nothing was done.
    ///
    /// A code that HTTP does not know becomes 500.
    pub fn status(code: u16) -> Self {
        Self::new(FaultKind::Status(if (200..=599).contains(&code) { code } else { 500 }))
    }

    /// The session of the request ends just before it, with its transaction.
    pub fn expire_session() -> Self {
        Self::new(FaultKind::ExpireSession)
    }

    /// A request that needs the lock is told that this user holds it.
    pub fn foreign_lock(user: impl Into<String>) -> Self {
        Self::new(FaultKind::ForeignLock(user.into()))
    }

    /// The body of the answer takes so long to arrive.
    pub fn slow_body(takes: Duration) -> Self {
        Self::new(FaultKind::SlowBody(takes))
    }

    /// The connection ends in the middle of the answer's body; what was asked for was done.
    pub fn truncate_body() -> Self {
        Self::new(FaultKind::TruncateBody)
    }

    /// The members with this name are dropped from what a request sends, without a word.
    pub fn lose_key(name: impl Into<String>) -> Self {
        Self::new(FaultKind::LoseKey(name.into()))
    }

    /// The job that the request starts will fail.
    pub fn fail_job() -> Self {
        Self::new(FaultKind::FailJob)
    }

    fn new(kind: FaultKind) -> Self {
        Self { kind, method: None, path: None, times: None, probability: 1.0 }
    }

    /// Only requests with this method.
    #[must_use]
    pub fn method(mut self, method: impl Into<String>) -> Self {
        self.method = Some(method.into().to_ascii_uppercase());
        self
    }

    /// Only requests to this path, in which each `*` stands for any text.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// Only so often.
    #[must_use]
    pub const fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Only with this probability, from 0 to 1, drawn from the seed of the simulator.
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

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let method = self.method.as_deref().unwrap_or("*");
        write!(f, "{method} {} ", self.path.as_deref().unwrap_or("*"))?;
        match &self.kind {
            FaultKind::Delay(by) => write!(f, "delay={}ms", by.as_millis())?,
            FaultKind::DropBefore => f.write_str("drop-before")?,
            FaultKind::DropAfter => f.write_str("drop-after")?,
            FaultKind::Status(code) => write!(f, "status={code}")?,
            FaultKind::ExpireSession => f.write_str("expire-session")?,
            FaultKind::ForeignLock(user) => write!(f, "foreign-lock={user}")?,
            FaultKind::SlowBody(takes) => write!(f, "slow-body={}ms", takes.as_millis())?,
            FaultKind::TruncateBody => f.write_str("truncate-body")?,
            FaultKind::LoseKey(name) => write!(f, "lose-key={name}")?,
            FaultKind::FailJob => f.write_str("fail-job")?,
        }
        if let Some(times) = self.times {
            write!(f, " x{times}")?;
        }
        if self.probability < 1.0 {
            write!(f, " p{}", self.probability)?;
        }
        Ok(())
    }
}

impl FromStr for Fault {
    type Err = crate::Error;

    /// Reads `METHOD PATH KIND[=VALUE] [xTIMES] [pPROBABILITY]`.
    ///
    /// # Errors
    ///
    /// When a word is missing, unknown or too many, or a value does not fit.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |why: String| crate::Error::Fault { text: text.to_owned(), why };
        let mut words = text.split_whitespace();
        let (Some(method), Some(path), Some(kind)) = (words.next(), words.next(), words.next())
        else {
            return Err(wrong("it needs a method, a path and a kind".to_owned()));
        };
        let mut fault = Self::new(kind_of(kind).map_err(wrong)?);
        if method != "*" {
            fault = fault.method(method);
        }
        if path != "*" {
            fault = fault.path(path);
        }
        for word in words {
            if let Some(Ok(times)) = word.strip_prefix('x').map(str::parse) {
                fault.times = Some(times);
            } else if let Some(Ok(probability)) = word.strip_prefix('p').map(str::parse::<f64>)
                && (0.0..=1.0).contains(&probability)
            {
                fault.probability = probability;
            } else {
                return Err(wrong(format!("`{word}` is neither `xTIMES` nor `pPROBABILITY`")));
            }
        }
        Ok(fault)
    }
}

fn kind_of(word: &str) -> Result<FaultKind, String> {
    let (name, value) = word.split_once('=').map_or((word, None), |(name, it)| (name, Some(it)));
    let text = || {
        let value = value.filter(|it| !it.is_empty());
        value.map(str::to_owned).ok_or_else(|| format!("`{name}` needs a value: `{name}=VALUE`"))
    };
    let duration = || -> Result<Duration, String> {
        let value = text()?;
        let (number, unit) = match value.strip_suffix("ms") {
            Some(number) => (number, 1),
            None => (value.strip_suffix('s').unwrap_or_default(), 1_000),
        };
        let number = number.parse::<u32>();
        let number = number.map_err(|_| format!("`{value}` is no time such as `250ms` or `2s`"))?;
        Ok(Duration::from_millis(u64::from(number) * unit))
    };
    let kind = match name {
        "delay" => FaultKind::Delay(duration()?),
        "slow-body" => FaultKind::SlowBody(duration()?),
        "foreign-lock" => FaultKind::ForeignLock(text()?),
        "lose-key" => FaultKind::LoseKey(text()?),
        "status" => {
            let code = text()?.parse().ok().filter(|code| (200..=599).contains(code));
            FaultKind::Status(code.ok_or("a status code lies between 200 and 599")?)
        }
        _ if value.is_some() => return Err(format!("`{name}` takes no value")),
        "drop-before" => FaultKind::DropBefore,
        "drop-after" => FaultKind::DropAfter,
        "expire-session" => FaultKind::ExpireSession,
        "truncate-body" => FaultKind::TruncateBody,
        "fail-job" => FaultKind::FailJob,
        _ => return Err(format!("no fault is called `{name}`")),
    };
    Ok(kind)
}

/// Whether the text has the form of the pattern, in which each `*` stands for any text.
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

/// The faults that wait for their requests.
#[derive(Debug, Default)]
pub(crate) struct Faults(Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// The faults that hit this request, in the order in which they were added; each is counted.
    ///
    /// `applies` says whether a kind can show at all: a lock does not hit a request that needs none.
    pub(crate) fn hit(
        &mut self,
        method: &str,
        path: &str,
        random: &mut Random,
        applies: impl Fn(&FaultKind) -> bool,
    ) -> Vec<FaultKind> {
        let mut hit = Vec::new();
        for fault in &mut self.0 {
            if fault.matches(method, path)
                && applies(&fault.kind)
                && (fault.probability >= 1.0 || random.fraction() < fault.probability)
            {
                fault.times = fault.times.map(|it| it - 1);
                hit.push(fault.kind.clone());
            }
        }
        self.0.retain(|fault| fault.times != Some(0));
        hit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_fault_are_the_same() {
        for text in [
            "* * delay=250ms",
            "GET /api/info drop-before x2",
            "PUT /api/transaction drop-after x1 p0.5",
            "* /api/configuration/* status=503",
            "POST * expire-session",
            "PUT * foreign-lock=alice",
            "GET * slow-body=2000ms",
            "GET * truncate-body",
            "PUT * lose-key=name",
            "POST * fail-job",
        ] {
            assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
        }
        assert_eq!("* * delay=2s".parse::<Fault>().unwrap(), Fault::delay(Duration::from_secs(2)));
    }

    #[test]
    fn refuses_what_it_does_not_understand() {
        for text in [
            "",
            "GET",
            "GET /api",
            "GET /api nothing",
            "GET /api delay",
            "GET /api delay=soon",
            "GET /api status=99",
            "GET /api status",
            "GET /api drop-after=1",
            "GET /api lose-key=",
            "GET /api drop-after twice",
            "GET /api drop-after p2",
            "GET /api drop-after pNaN",
        ] {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }

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
