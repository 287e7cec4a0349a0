//! The end of a session.

use std::thread;

use lsp_server::{Connection, Message, Notification, Request};
use serde_json::{Value, json};
use sps_lsp::{Settings, serve};

/// Neovim asks twice if it quits before the answer, and editors tell of files that they close.
#[test]
fn what_comes_between_shutdown_and_exit_does_no_harm() {
    let (client, server) = Connection::memory();
    let server = thread::spawn(move || serve(&server, Settings::default()).is_ok());
    let ask = |id: i32, method: &str, params: Value| {
        let request = Request { id: id.into(), method: method.to_owned(), params };
        client.sender.send(request.into()).unwrap();
        loop {
            if let Message::Response(it) = client.receiver.recv().unwrap() {
                assert_eq!(it.id, id.into());
                return it.response_result;
            }
        }
    };
    let tell = |method: &str, params: Value| {
        let notification = Notification { method: method.to_owned(), params };
        client.sender.send(notification.into()).unwrap();
    };
    ask(1, "initialize", json!({"capabilities": {}})).unwrap();
    tell("initialized", json!({}));
    ask(2, "shutdown", Value::Null).unwrap();
    tell("textDocument/didClose", json!({"textDocument": {"uri": "file:///a.json"}}));
    let refused = ask(3, "shutdown", Value::Null).unwrap_err();
    assert_eq!(refused.code, lsp_server::ErrorCode::InvalidRequest as i32);
    tell("exit", Value::Null);
    assert!(server.join().unwrap(), "the server ended in peace");
}
