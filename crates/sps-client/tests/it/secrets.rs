//! No secret in an error, a `Debug` or an event.

use std::{
    fmt::{self, Write as _},
    sync::{Arc, Mutex},
};

use serde_json::json;
use sps_model::Password;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use crate::fake::{PASSWORD, SESSION, appliance, error, password};

/// Writes down everything that is said, at every level.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<String>>);

struct Words<'a>(&'a mut String);

impl Visit for Words<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, "{field}={value:?} ").unwrap();
    }
}

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        let mut words = self.0.lock().unwrap();
        writeln!(words, "span {}", attributes.metadata().name()).unwrap();
        attributes.record(&mut Words(&mut words));
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut Words(&mut self.0.lock().unwrap()));
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut words = self.0.lock().unwrap();
        writeln!(words, "{}", event.metadata().level()).unwrap();
        event.record(&mut Words(&mut words));
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[tokio::test]
async fn no_secret_is_ever_told() {
    const PLAIN: &str = "hunter2hunter2";
    let listener = Listener::default();
    // For the whole process: with one for this thread alone, what the other threads meet first stays mute.
    // So it hears the other tests too, which have no secret to tell either.
    tracing::subscriber::set_global_default(listener.clone()).unwrap();
    let (fake, _) = appliance(|_, line, request| {
        line.starts_with("POST /api/configuration").then(|| {
            // An appliance that repeats everything it got.
            let words = format!("{} {} {PASSWORD}", request.head, request.body);
            error(400, "SemanticError", json!({"echo": words, "list": [PLAIN]}))
        })
    })
    .await;
    let client = fake.client().await;
    let mut transaction = client.transaction().await.unwrap();
    let error = transaction.create::<Password>(&password(PLAIN)).await.unwrap_err();
    let details = error.details().unwrap().as_value().to_string();
    assert!(details.contains("***"), "{details}");
    let mut words = format!("{error} {error:?} {details} {client:?} {transaction:?}");
    words += &format!("{:?}", fake.builder());
    // A body that we refuse ourselves.
    let invalid = transaction.create::<Password>(&password(&PLAIN.repeat(20))).await;
    let invalid = invalid.unwrap_err();
    words += &format!("{invalid} {invalid:?}");
    let error = client.get_raw("/api/nowhere?token=sesame").await.unwrap_err();
    words += &format!("{error} {error:?}");
    drop(transaction);
    client.settle().await.unwrap();
    let heard = listener.0.lock().unwrap().clone();
    assert!(heard.contains("path=\"/api/configuration/passwords\""), "{heard}");
    words += &heard;
    // The last is the head of basic authentication.
    for secret in [PLAIN, SESSION, PASSWORD, "sesame", "Basic "] {
        assert!(!words.contains(secret), "{secret} in {words}");
    }
}
