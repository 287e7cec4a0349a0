//! A small client: one connection for each request, and access to the whole response.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use serde_json::Value;
use sps_sim::Simulator;

/// A response.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) bytes: Vec<u8>,
    /// Length that the head announced.
    pub(crate) promised: usize,
}

impl Reply {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    /// Returns the values of a header field.
    pub(crate) fn fields(&self, name: &str) -> Vec<&str> {
        let lines = self.head.lines().filter_map(|it| it.split_once(": "));
        lines.filter(|it| it.0.eq_ignore_ascii_case(name)).map(|it| it.1).collect()
    }

    #[track_caller]
    pub(crate) fn error(&self) -> String {
        self.json()["error"]["type"].as_str().unwrap().to_owned()
    }

    /// Asserts the status code, and returns the body.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}{}", self.head, String::from_utf8_lossy(&self.bytes));
        self.json()
    }
}

/// Sends these bytes. Returns `None` if the connection ended without a response.
pub(crate) fn raw(sim: &Simulator, request: &[u8]) -> Option<Reply> {
    raw_within(sim, request, Duration::from_secs(20))
}

/// Sends these bytes, and waits this long at most.
pub(crate) fn raw_within(sim: &Simulator, request: &[u8], patience: Duration) -> Option<Reply> {
    let mut stream = TcpStream::connect(sim.addr()).unwrap();
    stream.set_read_timeout(Some(patience)).unwrap();
    // The other end may close before it has read everything.
    let _ = stream.write_all(request);
    let mut all = Vec::new();
    let _ = stream.read_to_end(&mut all);
    parse(&all)
}

/// Parses a response.
pub(crate) fn parse(all: &[u8]) -> Option<Reply> {
    let end = all.windows(4).position(|it| it == b"\r\n\r\n")?;
    let head = String::from_utf8(all[..end + 2].to_vec()).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let mut reply = Reply { status, head, bytes: all[end + 4..].to_vec(), promised: 0 };
    reply.promised = reply.fields("content-length").first().map_or(0, |it| it.parse().unwrap());
    Some(reply)
}

/// A client of a simulator, logged in or not.
pub(crate) struct Client<'s> {
    pub(crate) sim: &'s Simulator,
    pub(crate) token: Option<String>,
}

impl<'s> Client<'s> {
    pub(crate) fn anonymous(sim: &'s Simulator) -> Self {
        Self { sim, token: None }
    }

    /// Logs in as the first user.
    pub(crate) fn new(sim: &'s Simulator) -> Self {
        Self::login(sim, sim.user(), sim.password())
    }

    pub(crate) fn login(sim: &'s Simulator, user: &str, password: &str) -> Self {
        let reply = login(sim, user, password, "/api/authentication");
        assert_eq!(reply.status, 200, "{}", reply.head);
        Self { sim, token: Some(token(&reply)) }
    }

    pub(crate) fn send(&self, method: &str, path: &str, fields: &str, body: &str) -> Option<Reply> {
        let cookie = match &self.token {
            Some(token) => format!("Cookie: session_id={token}\r\n"),
            None => String::new(),
        };
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{cookie}{fields}\r\n{body}"
        );
        raw(self.sim, head.as_bytes())
    }

    pub(crate) fn get(&self, path: &str) -> Reply {
        self.send("GET", path, "", "").unwrap()
    }

    pub(crate) fn body(&self, method: &str, path: &str, body: &str) -> Reply {
        self.maybe(method, path, body).unwrap()
    }

    pub(crate) fn maybe(&self, method: &str, path: &str, body: &str) -> Option<Reply> {
        let length = body.len();
        let fields = format!("Content-Type: application/json\r\nContent-Length: {length}\r\n");
        self.send(method, path, &fields, body)
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Reply {
        self.body("PUT", path, &body.to_string())
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Reply {
        self.body("POST", path, &body.to_string())
    }

    pub(crate) fn delete(&self, path: &str) -> Reply {
        self.send("DELETE", path, "", "").unwrap()
    }

    pub(crate) fn open(&self) -> Reply {
        self.body("POST", "/api/transaction", "")
    }

    pub(crate) fn commit(&self) -> Reply {
        self.body("PUT", "/api/transaction", r#"{"status": "commit"}"#)
    }
}

/// Tries to log in.
pub(crate) fn login(sim: &Simulator, user: &str, password: &str, path: &str) -> Reply {
    let credentials = base64(format!("{user}:{password}").as_bytes());
    let fields = format!("Authorization: Basic {credentials}\r\n");
    Client::anonymous(sim).send("GET", path, &fields, "").unwrap()
}

/// Returns the token in the cookie of a response.
pub(crate) fn token(reply: &Reply) -> String {
    let cookie = reply.fields("set-cookie")[0];
    let value = cookie.split(';').next().unwrap();
    value.strip_prefix("session_id=").unwrap().to_owned()
}

/// Decodes what [`base64`] encodes.
#[cfg(feature = "page")]
pub(crate) fn unbase64(text: &str) -> Vec<u8> {
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for letter in text.bytes().filter(|it| *it != b'=') {
        let value = LETTERS.iter().position(|it| *it == letter).unwrap();
        bits = bits << 6 | u32::try_from(value).unwrap();
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xFF).unwrap());
        }
    }
    bytes
}

const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(crate) fn base64(bytes: &[u8]) -> String {
    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, it| bits << 8 | u32::from(*it));
        let bits = bits << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let letter = LETTERS[(bits >> (18 - 6 * at) & 63) as usize];
            text.push(if at <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}
