//! Messages over standard input and output, each on a thread of its own.
//!
//! The threads of `lsp-server` end at the first message that is not JSON. This one answers it and reads on: an editor sends half
//! of a pair of surrogates when the user types into an emoji, and would lose the server for it.

use std::{
    io::{self, BufRead, ErrorKind, Read as _, Write, stdin, stdout},
    thread::{self, JoinHandle},
};

use crossbeam_channel::{Receiver, Sender, bounded};
use lsp_server::{Connection, ErrorCode, Message};
use lsp_types::notification::{Exit, Notification as _};
use serde::Serialize;
use serde_json::{Value, json};

use crate::ServeError;

/// The longest message that is read, in bytes. A longer one is a broken stream: editors send one file at a time.
const LONGEST: u64 = 256 << 20;
/// The longest line of a header that is read, in bytes.
const LONGEST_HEADER: u64 = 4096;

/// The threads that read and write.
#[derive(Debug)]
pub(crate) struct Threads {
    reader: JoinHandle<Result<(), ServeError>>,
    writer: JoinHandle<io::Result<()>>,
}

impl Threads {
    /// Waits until both have ended. The writer ends when the connection is dropped.
    pub(crate) fn join(self) -> Result<(), ServeError> {
        let panicked = |_| io::Error::other("a thread has panicked");
        let written = self.writer.join().map_err(panicked)?;
        let read = self.reader.join().map_err(panicked)?;
        read.and(Ok(written?))
    }
}

/// Connects to the editor that has started this process.
pub(crate) fn connect() -> io::Result<(Connection, Threads)> {
    let (received, receiver) = bounded(0);
    let (sender, sent) = bounded(0);
    let reader = thread::Builder::new()
        .name("reader".to_owned())
        .spawn(move || read_all(stdin().lock(), &received, |it| write(stdout().lock(), it)))?;
    let writer =
        thread::Builder::new().name("writer".to_owned()).spawn(move || write_all(&sent))?;
    Ok((Connection { sender, receiver }, Threads { reader, writer }))
}

/// Passes messages on, until the editor says that it ends, or the stream does.
fn read_all(
    mut input: impl BufRead,
    received: &Sender<Message>,
    refuse: impl Fn(&Value) -> io::Result<()>,
) -> Result<(), ServeError> {
    while let Some(body) = body(&mut input)? {
        match message(&body) {
            Ok(message) => {
                let is_exit =
                    matches!(&message, Message::Notification(it) if it.method == Exit::METHOD);
                if received.send(message).is_err() || is_exit {
                    break;
                }
            }
            Err(refusal) => refuse(&refusal)?,
        }
    }
    Ok(())
}

/// The body of the next message; `None` at the end of the stream.
fn body(input: &mut impl BufRead) -> Result<Option<Vec<u8>>, ServeError> {
    let mut length = None;
    loop {
        let mut line = Vec::new();
        input.take(LONGEST_HEADER).read_until(b'\n', &mut line)?;
        if line.is_empty() {
            return Ok(None);
        }
        let line = line.strip_suffix(b"\n").ok_or(ServeError::Malformed)?.trim_ascii_end();
        if line.is_empty() {
            break;
        }
        let line = str::from_utf8(line).map_err(|_| ServeError::Malformed)?;
        let (name, value) = line.split_once(':').ok_or(ServeError::Malformed)?;
        if name.eq_ignore_ascii_case("Content-Length") {
            length = value.trim().parse::<u64>().ok();
        }
    }
    let length = length.filter(|it| *it <= LONGEST).ok_or(ServeError::Malformed)?;
    let mut body = Vec::new();
    // Room for what comes, not for what the header says.
    input.take(length).read_to_end(&mut body)?;
    if (body.len() as u64) < length {
        return Err(io::Error::from(ErrorKind::UnexpectedEof).into());
    }
    Ok(Some(body))
}

/// A message, or the response to what cannot be read.
fn message(body: &[u8]) -> Result<Message, Value> {
    if let Ok(message) = serde_json::from_slice(body) {
        return Ok(message);
    }
    let text = whole_characters(&String::from_utf8_lossy(body));
    let Ok(value) = serde_json::from_str::<Value>(&text) else {
        return Err(refusal(&Value::Null, ErrorCode::ParseError, "the message is not JSON"));
    };
    let id = value.get("id").cloned().unwrap_or_default();
    serde_json::from_value(value).map_err(|_| {
        let message = "the message is no request, response or notification of the protocol";
        refusal(&id, ErrorCode::InvalidRequest, message)
    })
}

/// The response to a message that cannot be read. It repeats nothing of the message, which may hold a part of a file.
fn refusal(id: &Value, code: ErrorCode, message: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "error": {"code": code as i32, "message": message}})
}

/// JSON in which half a surrogate pair is U+FFFD, which is one UTF-16 unit as well: positions stay as they are.
fn whole_characters(json: &str) -> String {
    let mut whole = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find('\\') {
        whole.push_str(&rest[..at]);
        rest = &rest[at..];
        let length = match unit(rest) {
            Some(0xD800..=0xDBFF) if matches!(unit(&rest[6..]), Some(0xDC00..=0xDFFF)) => 12,
            Some(0xD800..=0xDFFF) => {
                whole.push('\u{FFFD}');
                rest = &rest[6..];
                continue;
            }
            Some(_) => 6,
            // The escaped character belongs to the backslash, and may be one itself.
            None => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
        };
        whole.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    whole + rest
}

/// The UTF-16 unit of the escape with which a text begins.
fn unit(text: &str) -> Option<u16> {
    u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
}

/// Writes messages, until nothing can send one.
fn write_all(sent: &Receiver<Message>) -> io::Result<()> {
    #[derive(Serialize)]
    struct Versioned<'m> {
        jsonrpc: &'static str,
        #[serde(flatten)]
        message: &'m Message,
    }
    for message in sent {
        write(stdout().lock(), &Versioned { jsonrpc: "2.0", message: &message })?;
    }
    Ok(())
}

fn write(mut output: impl Write, message: &impl Serialize) -> io::Result<()> {
    let body = serde_json::to_vec(message)?;
    write!(output, "Content-Length: {}\r\n\r\n", body.len())?;
    output.write_all(&body)?;
    output.flush()
}

#[cfg(test)]
mod tests {
    use std::{cell::RefCell, io::Cursor};

    use crossbeam_channel::unbounded;
    use proptest::prelude::*;

    use super::*;

    fn framed(bodies: &[&[u8]]) -> Vec<u8> {
        let mut stream = Vec::new();
        for body in bodies {
            stream.extend(format!("Content-Length: {}\r\n\r\n", body.len()).bytes());
            stream.extend(*body);
        }
        stream
    }

    /// The methods of the messages that are passed on, the responses to the others, and how reading ended.
    fn read(stream: Vec<u8>) -> (Vec<String>, Vec<Value>, Result<(), ServeError>) {
        let (received, receiver) = unbounded();
        let refusals = RefCell::new(Vec::new());
        let end = read_all(Cursor::new(stream), &received, |it| {
            refusals.borrow_mut().push(it.clone());
            Ok(())
        });
        drop(received);
        let methods = receiver.into_iter().map(|it| match it {
            Message::Request(it) => it.method,
            Message::Notification(it) => format!("{} {}", it.method, it.params),
            Message::Response(_) => "response".to_owned(),
        });
        (methods.collect(), refusals.into_inner(), end)
    }

    #[test]
    fn a_message_that_is_none_is_answered_and_the_next_one_is_read() {
        let next: &[u8] = br#"{"id":2,"method":"next"}"#;
        for (body, id, code) in [
            ("", json!(null), -32_700),
            ("{", json!(null), -32_700),
            ("null", json!(null), -32_600),
            ("[]", json!(null), -32_600),
            (r#"{"id":"a"}"#, json!("a"), -32_600),
            (r#"{"id":{},"method":7}"#, json!({}), -32_600),
            (r#"{"id":1,"method":7}"#, json!(1), -32_600),
        ] {
            let (methods, refusals, end) = read(framed(&[body.as_bytes(), next]));
            assert_eq!(methods, ["next"], "{body}");
            assert_eq!(refusals.len(), 1, "{body}");
            assert_eq!((&refusals[0]["id"], &refusals[0]["error"]["code"]), (&id, &json!(code)));
            assert!(end.is_ok(), "{end:?}");
        }
    }

    #[test]
    fn half_a_surrogate_pair_and_broken_utf8_are_replacement_characters() {
        for (text, read_as) in [
            (&br"\ud83d"[..], "\u{FFFD}"),
            (br"\ude00", "\u{FFFD}"),
            (br"\ud83d\ude00\ud83d", "\u{1F600}\u{FFFD}"),
            (br"\ud83d\ud83d\ude00", "\u{FFFD}\u{1F600}"),
            (br"\\ud83d \ud83d", "\\ud83d \u{FFFD}"),
            (br"\uD83D\n\u00e4\ud83", ""),
        ] {
            let mut body = br#"{"method":"m","params":[""#.to_vec();
            body.extend(text);
            body.extend(br#""]}"#);
            let (methods, refusals, _) = read(framed(&[&body]));
            if read_as.is_empty() {
                // Four digits, or it is not JSON.
                assert_eq!((methods.len(), refusals.len()), (0, 1));
            } else {
                assert_eq!(methods, [format!("m {}", json!([read_as]))]);
            }
        }
        let (methods, ..) = read(framed(&[b"{\"method\":\"m\",\"params\":[\"a\xff\"]}"]));
        assert_eq!(methods, ["m [\"a\u{FFFD}\"]"]);
    }

    #[test]
    fn a_stream_without_lengths_ends() {
        for header in [
            "{}\r\n\r\n",
            "Content-Type: x\r\n\r\n{}",
            "Content-Length: -1\r\n\r\n{}",
            "Content-Length: 268435457\r\n\r\n{}",
            "Content-Length: 99999999999999999999\r\n\r\n{}",
            &"x".repeat(10_000),
        ] {
            let (methods, refusals, end) = read(header.as_bytes().to_vec());
            assert!(matches!(end, Err(ServeError::Malformed)), "{header}: {end:?}");
            assert_eq!((methods.len(), refusals.len()), (0, 0));
        }
        // A length that no stream keeps takes no room.
        let (.., end) = read(b"Content-Length: 268435456\r\n\r\n{}".to_vec());
        assert!(matches!(end, Err(ServeError::Io(_))), "{end:?}");
        // What other clients write.
        let stream = b"content-length:14\nX: y\n\n{\"method\":\"m\"}".to_vec();
        let (methods, _, end) = read(stream);
        assert_eq!(methods, ["m null"]);
        assert!(end.is_ok());
    }

    #[test]
    fn nothing_is_read_after_the_exit() {
        let (methods, ..) = read(framed(&[br#"{"method":"exit"}"#, br#"{"method":"late"}"#]));
        assert_eq!(methods, ["exit null"]);
    }

    proptest! {
        #[test]
        fn json_stays_as_it_is(text in "(\\\\[\"\\\\nu]|\\\\u[0-9a-f]{4}|[a-z\u{e4}\u{1F600}])*") {
            let json = format!("\"{text}\"");
            if serde_json::from_str::<String>(&json).is_ok() {
                prop_assert_eq!(whole_characters(&json), json);
            }
        }

        #[test]
        fn no_stream_panics(stream in "(Content-Length: [0-9]{1,2}\r\n|\r\n|[{}\"\\\\ud8]{1,9})*") {
            let _ = read(stream.into_bytes());
        }
    }
}
