//! No error, `Debug` output or event contains a secret.

use std::{
    fmt::{self, Write as _},
    sync::{Arc, Mutex},
};

use serde_json::json;
use tracing::{
    Event, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

use crate::fake::{PASSWORD, SESSION, appliance, error, password};

/// Records all spans and events of every level.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<String>>);

struct Text<'a>(&'a mut String);

impl Visit for Text<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        write!(self.0, "{field}={value:?} ").unwrap();
    }
}

impl Subscriber for Listener {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, attributes: &span::Attributes<'_>) -> span::Id {
        let mut text = self.0.lock().unwrap();
        writeln!(text, "span {}", attributes.metadata().name()).unwrap();
        attributes.record(&mut Text(&mut text));
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, values: &span::Record<'_>) {
        values.record(&mut Text(&mut self.0.lock().unwrap()));
    }

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut text = self.0.lock().unwrap();
        writeln!(text, "{}", event.metadata().level()).unwrap();
        event.record(&mut Text(&mut text));
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

#[tokio::test]
async fn shows_no_secret() {
    const PLAIN: &str = "hunter2hunter2";
    let listener = Listener::default();
    // Global: a subscriber of this thread alone would miss callsites that another thread reaches first. It therefore
    // records the other tests too, which show no secret either.
    tracing::subscriber::set_global_default(listener.clone()).unwrap();
    let (fake, _) = appliance(|_, line, request| {
        line.starts_with("POST /api/configuration").then(|| {
            // An appliance that repeats everything it received.
            let text = format!("{} {} {PASSWORD}", request.head, request.body);
            error(400, "SemanticError", json!({"echo": text, "list": [PLAIN]}))
        })
    })
    .await;
    let client = fake.client().await;
    let mut transaction = client.transaction().await.unwrap();
    let error = transaction.create(&password(PLAIN)).await.unwrap_err();
    let details = error.details().unwrap().as_value().to_string();
    assert!(details.contains("***"), "{details}");
    let mut text = format!("{error} {error:?} {details} {client:?} {transaction:?}");
    text += &format!("{:?}", fake.builder());
    // A body that the client refuses.
    let invalid = transaction.create(&password(&PLAIN.repeat(20))).await;
    let invalid = invalid.unwrap_err();
    text += &format!("{invalid} {invalid:?}");
    let error = client.get_raw("/api/nowhere?token=sesame").await.unwrap_err();
    text += &format!("{error} {error:?}");
    drop(transaction);
    client.clean_up().await.unwrap();
    let recorded = listener.0.lock().unwrap().clone();
    assert!(recorded.contains("path=\"/api/configuration/passwords\""), "{recorded}");
    text += &recorded;
    // The last one is the header of basic authentication.
    for secret in [PLAIN, SESSION, PASSWORD, "sesame", "Basic "] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}
