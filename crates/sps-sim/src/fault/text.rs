//! The text form of a fault.

use std::{fmt, num::NonZero, str::FromStr, time::Duration};

use crate::{
    error::Error,
    fault::{Fault, FaultKind},
};

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
    type Err = Error;

    /// Reads `METHOD PATH KIND[=VALUE] [xTIMES] [pPROBABILITY]`.
    ///
    /// # Errors
    ///
    /// Returns an error if a part is missing, unknown or superfluous, or if a value is invalid.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let invalid = |why: String| Error::Fault { text: text.to_owned(), why };
        let mut parts = text.split_whitespace();
        let (Some(method), Some(path), Some(kind)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err(invalid("expected METHOD PATH KIND".to_owned()));
        };
        let mut fault = Self::new(parse_kind(kind).map_err(invalid)?);
        if method != "*" {
            fault = fault.method(method);
        }
        if !path.starts_with(['/', '*']) || path.contains('?') {
            let why = "expected a path from its first `/` or a `*`, without a query";
            return Err(invalid(format!("{why}, found `{path}`")));
        }
        if path != "*" {
            fault = fault.path(path);
        }
        for part in parts {
            if let Some(Ok(times)) = part.strip_prefix('x').map(str::parse::<NonZero<u32>>) {
                fault.times = Some(times.get());
            } else if let Some(Ok(probability)) = part.strip_prefix('p').map(str::parse::<f64>)
                && (0.0..=1.0).contains(&probability)
            {
                fault.probability = probability;
            } else {
                let why = format!(
                    "expected `xTIMES` from 1 or `pPROBABILITY` from 0 to 1, found `{part}`"
                );
                return Err(invalid(why));
            }
        }
        Ok(fault)
    }
}

fn parse_kind(kind: &str) -> Result<FaultKind, String> {
    let (name, value) = kind.split_once('=').map_or((kind, None), |(name, it)| (name, Some(it)));
    let text = || {
        let value = value.filter(|it| !it.is_empty());
        value.map(str::to_owned).ok_or_else(|| format!("missing value: expected `{name}=VALUE`"))
    };
    let duration = || -> Result<Duration, String> {
        let value = text()?;
        let (number, unit) = match value.strip_suffix("ms") {
            Some(number) => (number, 1),
            None => (value.strip_suffix('s').unwrap_or_default(), 1_000),
        };
        let number = number.parse::<u32>();
        let number = number.map_err(|_| {
            format!("invalid time `{value}`: expected a time such as `250ms` or `2s`")
        })?;
        Ok(Duration::from_millis(u64::from(number) * unit))
    };
    let kind = match name {
        "delay" => FaultKind::Delay(duration()?),
        "slow-body" => FaultKind::SlowBody(duration()?),
        "foreign-lock" => FaultKind::ForeignLock(text()?),
        "lose-key" => FaultKind::LoseKey(text()?),
        "status" => {
            let code = text()?.parse().ok().filter(|code| (200..=599).contains(code));
            FaultKind::Status(code.ok_or("expected a status code from 200 to 599")?)
        }
        _ if value.is_some() => return Err(format!("`{name}` takes no value")),
        "drop-before" => FaultKind::DropBefore,
        "drop-after" => FaultKind::DropAfter,
        "expire-session" => FaultKind::ExpireSession,
        "truncate-body" => FaultKind::TruncateBody,
        "fail-job" => FaultKind::FailJob,
        _ => return Err(format!("unknown kind `{name}`")),
    };
    Ok(kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_what_it_parses() {
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
    fn refuses_invalid_texts() {
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
            "GET /api drop-after x0",
            "GET api/info drop-after",
            "GET https://127.0.0.1/api drop-after",
            "GET /api/info?x=1 drop-after",
            "GET /api drop-after p2",
            "GET /api drop-after pNaN",
        ] {
            assert!(text.parse::<Fault>().is_err(), "{text}");
        }
    }

    #[test]
    fn says_what_it_expected() {
        let message = |text: &str| text.parse::<Fault>().unwrap_err().to_string();
        assert_eq!(message("PUT"), "invalid fault `PUT`: expected METHOD PATH KIND");
        assert_eq!(message("* * nothing"), "invalid fault `* * nothing`: unknown kind `nothing`");
        assert_eq!(
            message("* * delay"),
            "invalid fault `* * delay`: missing value: expected `delay=VALUE`"
        );
    }
}
