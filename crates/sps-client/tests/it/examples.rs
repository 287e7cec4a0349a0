//! The examples run and succeed.

#[path = "../../examples/change_object.rs"]
mod change_object;
#[path = "../../examples/create_object.rs"]
mod create_object;
#[path = "../../examples/handle_errors.rs"]
mod handle_errors;
#[path = "../../examples/metrics.rs"]
mod metrics;

use axum::{body::Body, http::Request};
use sps_sim::Simulator;
use tower::ServiceExt as _;

#[test]
fn changes_an_object() {
    change_object::main().unwrap();
}

#[test]
fn creates_an_object() {
    create_object::main().unwrap();
}

#[test]
fn handles_errors() {
    handle_errors::main().unwrap();
}

#[test]
fn prints_metrics_of_a_simulator() {
    metrics::main().unwrap();
}

#[tokio::test]
async fn exports_metrics_also_of_an_appliance_that_does_not_answer() {
    let simulator = Simulator::builder().start().await.unwrap();
    let exporter = metrics::exporter(metrics::connect(&simulator).await.unwrap());
    let scrape = || async {
        let request = Request::get("/metrics").body(Body::empty()).unwrap();
        let response = exporter.clone().oneshot(request).await.unwrap();
        assert_eq!(response.headers()["content-type"], "text/plain; version=0.0.4; charset=utf-8");
        let body = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    };
    let text = scrape().await;
    for line in ["sps_up 1", "# TYPE sps_sessions gauge", "sps_tainted_files{firmware=\"core\"} 0"]
    {
        assert!(text.lines().any(|it| it == line), "{line} is not in\n{text}");
    }
    // Every line is a comment or `name{labels} number`, and no sample appears twice.
    let samples: Vec<_> = text.lines().filter(|it| !it.starts_with("# ")).collect();
    for sample in &samples {
        let (name, value) = sample.rsplit_once(' ').unwrap();
        assert!(name.starts_with("sps_") && value.parse::<f64>().is_ok(), "{sample}");
        assert_eq!(samples.iter().filter(|it| it.starts_with(name)).count(), 1, "{sample}");
    }
    assert_eq!(samples.len(), 17);

    simulator.stop().await;
    let text = scrape().await;
    assert!(text.contains("\nsps_up 0\n") && !text.contains("sps_load"), "{text}");
}
