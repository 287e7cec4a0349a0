//! Who may see the page: the fields Host and Origin, and the token.

use std::net::{IpAddr, SocketAddr};

use hyper::{HeaderMap, Method, header, http::request::Parts};

/// What a request has to show.
#[derive(Debug)]
pub(super) struct Access {
    address: SocketAddr,
    /// More names that `Host` may have, in lower case.
    hosts: Vec<String>,
    /// Token in the URL; absent while only this machine can reach the simulator.
    token: Option<String>,
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Denied {
    /// Its `Host`, or where it comes from.
    Elsewhere,
    /// The token is missing or wrong.
    Token,
}

impl Access {
    pub(super) fn new(address: SocketAddr, hosts: Vec<String>, token: String) -> Self {
        let token = (!address.ip().is_loopback()).then_some(token);
        Self { address, hosts, token }
    }

    pub(super) fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    pub(super) fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// Returns the name of the cookie that holds the token. Cookies are the same for all ports of a host.
    pub(super) fn cookie(&self) -> String {
        format!("sps_page_{}", self.address.port())
    }

    /// Checks where a request comes from. A DNS name that leads here is not enough: its owner may have changed it.
    pub(super) fn check_origin(&self, head: &Parts) -> Result<(), Denied> {
        let host = self.host(head).ok_or(Denied::Elsewhere)?;
        let site = field(&head.headers, "sec-fetch-site").unwrap_or("none");
        let is_link = head.method == Method::GET
            && field(&head.headers, "sec-fetch-mode") == Some("navigate")
            && field(&head.headers, "sec-fetch-dest").is_none_or(|it| it == "document");
        let is_ours = matches!(site, "same-origin" | "none") || is_link;
        let origin = head.headers.get_all(header::ORIGIN).iter().collect::<Vec<_>>();
        let has_own_origin = match origin[..] {
            // Every browser sends it with a POST.
            [] => head.method != Method::POST,
            [one] => one.to_str().is_ok_and(|it| {
                let it = it.strip_prefix("https://").or_else(|| it.strip_prefix("http://"));
                it.is_some_and(|it| it.eq_ignore_ascii_case(host))
            }),
            _ => false,
        };
        if is_ours && has_own_origin { Ok(()) } else { Err(Denied::Elsewhere) }
    }

    /// Checks the token in the cookie.
    pub(super) fn check_token(&self, headers: &HeaderMap) -> Result<(), Denied> {
        let Some(token) = &self.token else { return Ok(()) };
        let name = self.cookie();
        let cookies = headers.get_all(header::COOKIE).iter();
        let mut cookies = cookies.flat_map(|it| it.as_bytes().split(|byte| *byte == b';'));
        let has_token = cookies.any(|cookie| {
            let value = cookie.trim_ascii().strip_prefix(name.as_bytes());
            value.and_then(|it| it.strip_prefix(b"=")).is_some_and(|it| same(it, token.as_bytes()))
        });
        if has_token { Ok(()) } else { Err(Denied::Token) }
    }

    /// Whether this is the token of the URL.
    pub(super) fn is_token(&self, text: &str) -> bool {
        self.token.as_ref().is_some_and(|it| same(it.as_bytes(), text.as_bytes()))
    }

    /// Returns the `Host` of a request, if it is one of ours.
    fn host<'h>(&self, head: &'h Parts) -> Option<&'h str> {
        let mut hosts = head.headers.get_all(header::HOST).iter();
        let host = hosts.next()?.to_str().ok()?;
        let authority = head.uri.authority().map(hyper::http::uri::Authority::as_str);
        let is_ours = hosts.next().is_none()
            && self.is_ours(host)
            && authority.is_none_or(|it| self.is_ours(it));
        is_ours.then_some(host)
    }

    fn is_ours(&self, host: &str) -> bool {
        let Some(name) = without_port(host) else { return false };
        let address = match name.strip_prefix('[') {
            Some(rest) => rest.strip_suffix(']').and_then(|it| it.parse().ok()).map(IpAddr::V6),
            None => name.parse().ok().map(IpAddr::V4),
        };
        if let Some(address) = address {
            let address = address.to_canonical();
            // Behind an address there is no name that could change. From elsewhere, the token is asked for.
            return address.is_loopback() || !self.address.ip().is_loopback();
        }
        let name = name.strip_suffix('.').unwrap_or(name).to_ascii_lowercase();
        name == "localhost" || self.hosts.contains(&name)
    }
}

/// Brings a name of an option into the form in which it is compared.
pub(super) fn normal(host: &str) -> String {
    host.strip_suffix('.').unwrap_or(host).to_ascii_lowercase()
}

/// Returns the host without its port.
fn without_port(host: &str) -> Option<&str> {
    let end = host.find(']').map_or(0, |it| it + 1);
    match host[end..].find(':') {
        Some(at) => {
            let (name, port) = host.split_at(end + at);
            let port = &port[1..];
            let is_port = port.bytes().all(|it| it.is_ascii_digit()) && port.len() <= 5;
            is_port.then_some(name)
        }
        None => Some(host),
    }
}

fn field<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|it| it.to_str().ok())
}

/// Compares two secrets. It takes the same time for a wrong one.
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// Whether a response may be HTML: `Accept` names it.
pub(super) fn names_html(headers: &HeaderMap) -> bool {
    let fields = headers.get_all(header::ACCEPT).iter().filter_map(|it| it.to_str().ok());
    fields.flat_map(|it| it.split(',')).any(|range| {
        let mut parts = range.split(';').map(str::trim);
        let is_html = parts.next().is_some_and(|it| it.eq_ignore_ascii_case("text/html"));
        let quality = parts.find_map(|it| it.strip_prefix("q=").or_else(|| it.strip_prefix("Q=")));
        is_html && quality.is_none_or(|it| it.parse::<f32>().is_ok_and(|it| it > 0.0))
    })
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    fn access(address: &str) -> Access {
        let hosts = vec![normal("SPS.Example.")];
        Access::new(address.parse().unwrap(), hosts, "secret".to_owned())
    }

    fn is_allowed(address: &str, method: &str, fields: &[(&str, &str)]) -> bool {
        let mut request = Request::builder().method(method).uri("/");
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        access(address).check_origin(&request.body(()).unwrap().into_parts().0).is_ok()
    }

    #[test]
    fn p115_takes_names_of_this_machine_alone() {
        let local = "127.0.0.1:8443";
        for host in [
            "localhost",
            "localhost:8443",
            "LOCALHOST:1",
            "localhost.",
            "localhost.:8443",
            "127.0.0.1:8443",
            "127.9.9.9",
            "[::1]:8443",
            "[::1]",
            "[::ffff:127.0.0.1]:8443",
            "sps.example:8443",
            "sps.example.",
        ] {
            assert!(is_allowed(local, "GET", &[("host", host)]), "{host}");
        }
        for host in [
            "evil.example:8443",
            "",
            ":8443",
            "localhost.evil.example",
            "evil.localhost",
            "localhost..",
            "localhost:8443:1",
            "localhost:x",
            "localhost@evil.example",
            "127.0.0.1.evil.example",
            "127.1",
            "0.0.0.0:8443",
            "192.0.2.1:8443",
            "[::1",
            "[::1]x",
            "[::2]:8443",
            "::1",
            "localhost, evil.example",
            "localhost/",
            " localhost",
        ] {
            assert!(!is_allowed(local, "GET", &[("host", host)]), "{host}");
        }
        assert!(!is_allowed(local, "GET", &[]));
        assert!(!is_allowed(local, "GET", &[("host", "localhost"), ("host", "localhost")]));
        // From elsewhere, the token is asked for.
        assert!(is_allowed("0.0.0.0:8443", "GET", &[("host", "192.0.2.1:8443")]));
        assert!(!is_allowed("0.0.0.0:8443", "GET", &[("host", "evil.example:8443")]));
    }

    #[test]
    fn p115_takes_no_request_of_another_page() {
        let host = ("host", "localhost:8443");
        let own = ("origin", "http://localhost:8443");
        for (method, fields, expected) in [
            ("POST", &[own][..], true),
            ("POST", &[("origin", "https://LOCALHOST:8443")], true),
            ("POST", &[], false),
            ("POST", &[("origin", "null")], false),
            ("POST", &[("origin", "http://localhost:8444")], false),
            ("POST", &[("origin", "http://evil.example")], false),
            ("POST", &[own, own], false),
            ("POST", &[own, ("sec-fetch-site", "cross-site")], false),
            ("GET", &[own], true),
            ("GET", &[("origin", "http://evil.example")], false),
            ("GET", &[("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "cors")], true),
            ("GET", &[("sec-fetch-site", "same-site"), ("sec-fetch-mode", "no-cors")], false),
            ("GET", &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "cors")], false),
            (
                "GET",
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("sec-fetch-mode", "navigate"),
                    ("sec-fetch-dest", "document"),
                ],
                true,
            ),
            (
                "GET",
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("sec-fetch-mode", "navigate"),
                    ("sec-fetch-dest", "iframe"),
                ],
                false,
            ),
        ] {
            let all = [&[host], fields].concat();
            assert_eq!(is_allowed("127.0.0.1:8443", method, &all), expected, "{method} {fields:?}");
        }
    }

    #[test]
    fn asks_for_the_token_where_others_can_come() {
        let cookie = |text: &str| HeaderMap::from_iter([(header::COOKIE, text.parse().unwrap())]);
        let open = access("0.0.0.0:8443");
        for (text, expected) in [
            ("sps_page_8443=secret", true),
            ("a=b; sps_page_8443=secret", true),
            ("sps_page_8443=secrets", false),
            ("sps_page_8444=secret", false),
            ("session_id=secret", false),
        ] {
            assert_eq!(open.check_token(&cookie(text)).is_ok(), expected, "{text}");
        }
        assert_eq!(open.check_token(&HeaderMap::new()), Err(Denied::Token));
        assert!(open.is_token("secret") && !open.is_token(""));
        let local = access("[::1]:8443");
        assert!(local.check_token(&HeaderMap::new()).is_ok() && !local.is_token("secret"));
    }

    #[test]
    fn p127_takes_html_only_where_it_is_named() {
        for (accept, expected) in [
            ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", true),
            ("application/json, Text/HTML;q=0.1", true),
            ("text/html;q=0", false),
            ("text/html;q=0.0, */*", false),
            ("*/*", false),
            ("text/*", false),
            ("application/json", false),
            ("text/htmlx", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::ACCEPT, accept.parse().unwrap())]);
            assert_eq!(names_html(&headers), expected, "{accept}");
        }
        assert!(!names_html(&HeaderMap::new()));
    }
}
