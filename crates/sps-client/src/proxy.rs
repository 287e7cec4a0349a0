//! The HTTP proxy between the client and the appliance.

use std::fmt;

use hyper_util::client::proxy::matcher::Matcher;

use crate::error::{Argument, Error};

/// A proxy, and the hosts that are reached without it.
#[derive(Clone)]
pub(crate) struct Proxy {
    url: reqwest::Url,
    except: String,
}

impl Proxy {
    /// Takes the address of a proxy, with or without `http://`, and a list of hosts as `NO_PROXY` has it.
    pub(crate) fn new(address: &str, except: &str) -> Result<Self, Error> {
        // The error does not repeat the text, which may hold a password.
        let invalid = |reason| Error::argument(Argument::Proxy, reason);
        let full =
            if address.contains("://") { address.to_owned() } else { format!("http://{address}") };
        let url = reqwest::Url::parse(&full).map_err(|_| invalid("not a URL"))?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
            return Err(invalid("expected `http://HOST:PORT` or `https://HOST:PORT`"));
        }
        Ok(Self { url, except: except.to_owned() })
    }

    /// The proxy as the HTTP client takes it, unless the appliance is one of the exceptions.
    pub(crate) fn on_the_way_to(
        &self,
        appliance: &reqwest::Url,
    ) -> Result<Option<reqwest::Proxy>, Error> {
        let matcher = Matcher::builder().all(self.url.as_str()).no(self.except.as_str()).build();
        let is_used =
            appliance.as_str().parse().is_ok_and(|address| matcher.intercept(&address).is_some());
        if !is_used {
            return Ok(None);
        }
        reqwest::Proxy::all(self.url.as_str())
            .map(Some)
            .map_err(|error| Error::argument(Argument::Proxy, "not usable").because(error))
    }
}

/// The address without user and password.
impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.url.scheme(), self.url.host_str().unwrap_or_default())?;
        match self.url.port_or_known_default() {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_used_unless_the_host_is_an_exception() {
        let used = |except: &str, appliance: &str| {
            let proxy = Proxy::new("proxy.example:3128", except).unwrap();
            let appliance = reqwest::Url::parse(appliance).unwrap();
            proxy.on_the_way_to(&appliance).unwrap().is_some()
        };
        for (except, appliance, expected) in [
            ("", "https://sps.example.com", true),
            ("other.example", "https://sps.example.com", true),
            ("sps.example.com", "https://sps.example.com", false),
            (".example.com", "https://sps.example.com:8443", false),
            ("a.example, example.com", "https://sps.example.com", false),
            ("192.0.2.0/24", "https://192.0.2.7", false),
            ("192.0.2.0/24", "https://198.51.100.7", true),
            ("*", "https://sps.example.com", false),
        ] {
            assert_eq!(used(except, appliance), expected, "{except} {appliance}");
        }
    }

    #[test]
    fn shows_no_password() {
        let proxy = Proxy::new("http://alice:hunter22@proxy.example:3128/", "").unwrap();
        assert_eq!(proxy.to_string(), "http://proxy.example:3128");
        for wrong in ["socks5://alice:hunter22@proxy.example", "http://", "a b:hunter22"] {
            let error = Proxy::new(wrong, "").err().unwrap();
            assert!(!format!("{error} {error:?}").contains("hunter22"), "{error:?}");
        }
    }
}
