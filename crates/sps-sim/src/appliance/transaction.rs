//! Requests that open, commit and discard the transaction, and its lock.

use serde_json::{Value, json};
use sps_spec::Version;

use crate::{
    appliance::{Call, HandlerResult, State, read::semantic_error},
    body::Mode,
    configuration::Transaction,
    fault::FaultKind,
    http::{Failure, Response},
    session::Caller,
};

/// Path of the settings that decide whether a commit needs a message.
const ACCOUNTING: &str = "/api/configuration/management/accounting";

impl Call<'_> {
    /// Refuses a caller who may not change the configuration now.
    pub(crate) fn check_lock(&self, caller: &Caller) -> Result<(), Failure> {
        for fault in self.faults {
            if let FaultKind::ForeignLock(user) = fault {
                return Err(locked_by(user));
            }
        }
        let transactions = &self.state.transactions;
        match (transactions.blocking(&caller.token), transactions.of(&caller.token)) {
            (Some(other), _) => Err(locked_by(&other.user)),
            (None, None) if !self.appliance.opens_implicitly() => Err(no_transaction()),
            _ => Ok(()),
        }
    }

    /// Returns the transaction of the caller to write into, and opens it if necessary. Call
    /// [`check_lock`](Self::check_lock) before.
    pub(crate) fn write(&mut self, caller: &Caller) -> &mut Transaction {
        let transaction = self.open(caller);
        transaction.is_written = true;
        transaction
    }

    fn open(&mut self, caller: &Caller) -> &mut Transaction {
        let State { transactions, committed, .. } = &mut *self.state;
        transactions.open(&caller.token, &caller.user, committed)
    }

    pub(crate) fn transaction(&mut self, caller: &Caller) -> HandlerResult {
        match self.request.method.as_str() {
            "GET" => Ok(self.status()),
            "POST" => {
                if self.request.content_length.is_none() {
                    let message = "The request needs the header field Content-Length";
                    return Err(Failure::new(411, "LengthRequired", message));
                }
                let body = self.request.body.trim_ascii();
                let empty = body.is_empty()
                    || serde_json::from_slice::<Value>(body).is_ok_and(|it| it == json!({}));
                if !empty {
                    return Err(self.invalid_body("a transaction is opened with an empty body"));
                }
                match self.check_lock(caller) {
                    Err(conflict) if self.locked_elsewhere(caller) => return Err(conflict),
                    _ => {}
                }
                self.open(caller);
                Ok(self.status())
            }
            "PUT" => self.commit(caller),
            "DELETE" => {
                if self.locked_elsewhere(caller) {
                    self.check_lock(caller)?;
                }
                self.state.transactions.close(&caller.token);
                Ok(self.status())
            }
            _ => Err(Failure::method_not_allowed(&["GET", "POST", "PUT", "DELETE"])),
        }
    }

    fn locked_elsewhere(&self, caller: &Caller) -> bool {
        self.faults.iter().any(|it| matches!(it, FaultKind::ForeignLock(_)))
            || self.state.transactions.blocking(&caller.token).is_some()
    }

    fn commit(&mut self, caller: &Caller) -> HandlerResult {
        let body = self.commit_body()?;
        if self.locked_elsewhere(caller) {
            self.check_lock(caller)?;
        }
        let transactions = &self.state.transactions;
        let transaction = transactions.of(&caller.token).ok_or_else(no_transaction)?;
        if let Some(user) = transactions.overtaken_by(transaction) {
            return Err(overtaken_by(user));
        }
        let message = body.get("commit_message").and_then(Value::as_str).unwrap_or_default();
        if self.needs_message() && message.trim().is_empty() {
            let text = "a commit needs a message";
            return Err(semantic_error("missing-key", "/commit_message", text));
        }
        // Without a change, the other session's commit stays.
        let source =
            if transaction.is_written { &transaction.pending } else { &self.state.committed };
        let mut next = source.clone();
        if !transaction.changes.is_empty() {
            // A file may hold the largest number. The number only has to change.
            next.revision = next.revision.wrapping_add(1);
        }
        if let Some(file) = &self.appliance.file
            && let Err(error) = file.save(&self.appliance.target, &next)
        {
            return Err(Failure::new(500, "InternalError", error.to_string()));
        }
        self.state.origin.keep(&self.state.committed);
        self.state.committed = next;
        self.state.transactions.commit(&caller.token);
        Ok(self.status())
    }

    /// Reads the body of a commit. An empty one commits too, as scripts of the vendor's engineers send it.
    fn commit_body(&self) -> Result<Value, Failure> {
        if self.request.body.trim_ascii().is_empty() {
            return Ok(json!({}));
        }
        let body = self.read_members(&["status", "commit_message"])?;
        if body.get("status").and_then(Value::as_str) != Some("commit") {
            let message = "expected the status `commit`";
            return Err(semantic_error("not-in-enum", "/status", message));
        }
        let Some(message) = body.get("commit_message").filter(|_| self.is_strict()) else {
            return Ok(body);
        };
        if !self.has_message() {
            let text = "the target version does not have this key";
            return Err(semantic_error("not-in-version", "/commit_message", text));
        }
        if !message.is_string() {
            let text = "the message must be a string";
            return Err(semantic_error("wrong-type", "/commit_message", text));
        }
        Ok(body)
    }

    fn is_strict(&self) -> bool {
        self.appliance.mode == Mode::Strict
    }

    /// Whether a commit may have a message.
    fn has_message(&self) -> bool {
        self.appliance.target >= Version::new([8])
    }

    /// Whether a commit needs a message, by the committed settings.
    pub(crate) fn needs_message(&self) -> bool {
        let accounting = self.state.committed.singletons.get(ACCOUNTING);
        accounting.is_some_and(|it| it["require_commitlog"] == json!(true))
    }

    fn status(&self) -> Response {
        let path = "/api/transaction";
        let own = self.own_transaction();
        let status = if own.is_some() { "open" } else { "closed" };
        let mut meta = self.meta(self.view(), path);
        let target = &self.appliance.target;
        if *target < Version::new([7]) {
            // The guide has `transaction`. Clients of that time read `body` as well.
            let state = json!({"status": status});
            return Response::json(
                200,
                &json!({"body": state, "key": "transaction", "meta": meta, "transaction": state}),
            );
        }
        if own.is_some_and(|it| !it.changes.is_empty()) {
            meta["changes"] = json!("/api/transaction/changes");
        }
        let mut body = json!({"status": status});
        if self.has_message() {
            let need = if self.needs_message() { "required" } else { "optional" };
            body["commit_message"] = json!(need);
        }
        Response::json(200, &json!({"body": body, "key": "transaction", "meta": meta}))
    }

    pub(crate) fn changes(&self) -> Response {
        let own = self.own_transaction();
        let changes = own.map_or(&[][..], |it| &it.changes);
        let mut meta = self.meta(self.view(), self.path);
        meta["transaction"] = json!("/api/transaction");
        Response::json(200, &json!({"changes": changes, "meta": meta}))
    }
}

fn locked_by(user: &str) -> Failure {
    let message = format!("The configuration is locked by user {user}");
    Failure::new(409, "Conflict", message).details(json!({"user": user}))
}

/// Makes the response to a commit after that of another session. No source shows it.
fn overtaken_by(user: &str) -> Failure {
    let message = format!(
        "User {user} committed after this transaction was opened. Discard it and start again."
    );
    Failure::new(409, "Conflict", message).details(json!({"committed_by": user}))
}

fn no_transaction() -> Failure {
    let message = "No open Transaction is available. Open a transaction before using this request.";
    Failure::new(409, "Conflict", message)
}
