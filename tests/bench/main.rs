//! What judging a document costs, as ratios to skipping over it: `cargo xtask bench`.
//!
//! Every figure of a row is taken in turn, round after round, and compared with the floor of its own round, so that
//! a machine that slows down for a while slows both. The median of the rounds is printed.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(clippy::unwrap_used, reason = "a bench stops at the first surprise")]
#![expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]

use std::hint::black_box;
use std::time::Duration;
use std::time::Instant;

use serde::de::DeserializeOwned;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::json;
use sps_codegen::SchemaForm;
use sps_model::Describe;
use sps_model::Email;
use sps_model::Endpoint;
use sps_model::HealthMonitoring;
use sps_model::RdpChannelPolicy;
use sps_model::SnmpTrap;
use sps_model::TimePolicy;
use sps_model::accept;
use sps_model::explain;
use sps_model::read;
use sps_spec::Spec;
use sps_validate::Context;
use sps_validate::Form;
use sps_validate::Limits;
use sps_validate::json as scanner;
use sps_validate::pem;

/// Rounds of one row, and how long one figure of one round takes at least.
const ROUNDS: usize = 25;
const SLICE: Duration = Duration::from_millis(4);

/// The columns, in order; the first is the floor that the others are compared with.
const COLUMNS: [&str; 9] =
    ["skip", "accept", "types", "read", "tree", "explain", "value", "jsonschema", "boon"];

fn main() {
    // `cargo test` runs benches too, to see that they work: one round does.
    let rounds = if std::env::args().any(|argument| argument == "--bench") { ROUNDS } else { 1 };
    let as_json = std::env::args().any(|argument| argument == "--json");
    let spec =
        Spec::from_dir(std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../spec")))
            .unwrap();
    let rows = documents(&spec).iter().map(|document| document.row(rounds)).collect::<Vec<_>>();
    if as_json {
        let rows = rows.iter().map(Row::to_json).collect::<Vec<_>>();
        println!("{:#}", json!({ "columns": COLUMNS, "unit": "times skip", "rows": rows }));
        return;
    }
    println!("| document | bytes | skip, ns | {} |", COLUMNS[1..].join(" | "));
    println!("|---|{}", "---:|".repeat(COLUMNS.len() + 1));
    for row in &rows {
        let ratios = row.ratios.iter().map(|ratio| format!("{ratio:.2}")).collect::<Vec<_>>();
        println!("| {} | {} | {:.0} | {} |", row.name, row.bytes, row.floor, ratios.join(" | "));
    }
    println!();
    println!("One certificate, parsed and judged: {:.1} µs.", certificate(rounds) / 1000.0);
}

/// One thing that can be asked of a text.
type Way = Box<dyn Fn(&str) -> bool>;

/// A document and everything that can be asked about it.
struct Document {
    name: &'static str,
    text: String,
    ways: Vec<Way>,
}

struct Row {
    name: &'static str,
    bytes: usize,
    /// Nanoseconds.
    floor: f64,
    ratios: Vec<f64>,
}

impl Row {
    fn to_json(&self) -> Value {
        json!({ "document": self.name, "bytes": self.bytes, "skip_ns": self.floor, "ratios": self.ratios })
    }
}

impl Document {
    fn new<T>(name: &'static str, spec: &Spec, body: &Value) -> Self
    where
        T: Describe + Endpoint + DeserializeOwned + 'static,
    {
        let text = body.to_string();
        let endpoint = spec.endpoint(T::PATH).unwrap();
        let schema: Value = serde_json::from_str(
            &sps_codegen::schema(spec, endpoint, SchemaForm::Request).unwrap(),
        )
        .unwrap();
        let validator = jsonschema::options().should_validate_formats(true).build(&schema).unwrap();
        let (mut schemas, mut compiler) = (boon::Schemas::new(), boon::Compiler::new());
        compiler.enable_format_assertions();
        compiler.add_resource("https://sps.invalid/bench", schema).unwrap();
        let compiled = compiler.compile("https://sps.invalid/bench", &mut schemas).unwrap();
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let ways: Vec<Way> = vec![
            Box::new(|text| serde_json::from_str::<IgnoredAny>(text).is_ok()),
            Box::new(|text| accept::<T>(text, &Context::default())),
            Box::new(|text| serde_json::from_str::<T>(text).is_ok()),
            Box::new(|text| read::<T>(text, &Context::default()).is_ok()),
            Box::new(|text| scanner::scan(text, &Limits::default()).is_ok()),
            Box::new(|text| explain::<T>(text, Form::Request, &Context::default()).is_valid()),
            Box::new(move |text| black_box(parse(text)).is_object()),
            Box::new(move |text| validator.is_valid(&parse(text))),
            Box::new(move |text| schemas.validate(&parse(text), compiled).is_ok()),
        ];
        for (way, column) in ways.iter().zip(COLUMNS) {
            assert!(way(&text), "{column} refuses {name}");
        }
        Self { name, text, ways }
    }

    fn row(&self, rounds: usize) -> Row {
        let mut floors = Vec::new();
        let mut ratios = vec![Vec::new(); COLUMNS.len() - 1];
        for _ in 0..rounds {
            let floor = nanoseconds(|| (self.ways[0])(black_box(&self.text)));
            floors.push(floor);
            for (way, ratios) in self.ways[1..].iter().zip(&mut ratios) {
                // The floor is taken again beside each figure: half a round apart is too far on a shared machine.
                let floor = nanoseconds(|| (self.ways[0])(black_box(&self.text)));
                let figure = nanoseconds(|| way(black_box(&self.text)));
                let again = nanoseconds(|| (self.ways[0])(black_box(&self.text)));
                ratios.push(figure / f64::midpoint(floor, again));
            }
        }
        let ratios = ratios.into_iter().map(median).collect();
        Row { name: self.name, bytes: self.text.len(), floor: median(floors), ratios }
    }
}

/// The time of one call, over a slice of time.
fn nanoseconds(call: impl Fn() -> bool) -> f64 {
    let (start, mut calls) = (Instant::now(), 0_u32);
    loop {
        for _ in 0..64 {
            black_box(call());
        }
        calls += 64;
        let elapsed = start.elapsed();
        if elapsed >= SLICE {
            return elapsed.as_nanos() as f64 / f64::from(calls);
        }
    }
}

fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

fn certificate(rounds: usize) -> f64 {
    let text = pem_text();
    median(
        (0..rounds).map(|_| nanoseconds(|| pem::certificate(black_box(&text)).is_ok())).collect(),
    )
}

/// The certificate of the guide, as one string.
fn pem_text() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/data/guide/certificate.pem"))
        .unwrap()
}

fn documents(spec: &Spec) -> Vec<Document> {
    let host = json!({ "selection": "ip", "value": "192.0.2.25" });
    let health = json!({
        "maximum_disk_utilization_ratio": 80, "maximum_load1": null, "maximum_load15": null, "maximum_load5": null,
        "maximum_swap_utilization_ratio": 70,
    });
    let v2c = json!({ "enabled": true, "version": { "selection": "2c", "value": { "community": "n0c-ro", "server": host } } });
    let v3 = json!({ "enabled": true, "version": { "selection": "3", "value": {
        "auth_method": "sha", "auth_password": "aaaaaaaa-0000-4000-8000-000000000003", "encryption_method": "aes",
        "encryption_password": "aaaaaaaa-0000-4000-8000-000000000004", "engine_id": "0x0123456789ABCDEF",
        "server": host, "username": "trapper",
    } } });
    let email = json!({
        "admin_address": "ops@corp.test", "alerting_address": "alert@corp.test", "reporting_address": "rep@corp.test",
        "sender_address": null, "smtp_auth": { "enabled": true, "password": "aaaaaaaa-0000-4000-8000-000000000001", "username": "relay" },
        "smtp_encryption": {
            "client_authentication": { "enabled": true, "x509_identity": "aaaaaaaa-0000-4000-8000-000000000002" },
            "selection": "starttls", "server_certificate_check": { "enabled": false },
        },
        "smtp_server": host,
    });
    let mut verified = email.clone();
    verified["smtp_encryption"]["server_certificate_check"] =
        json!({ "enabled": true, "server_certificate_ca": pem_text() });
    let rule = json!({
        "actions": { "audit": true, "content_policy": null, "four_eyes": false, "ids": false },
        "allowed_for": { "clients": ["10.0.0.0/8"], "gateway_groups": [], "remote_groups": [], "servers": [], "time_policy": "-100" },
        "channel": "#drawing",
    });
    let channels = json!({ "name": "drawing-only", "rules": vec![rule; 9] });
    let day = json!([["8:00", "12:00"], ["13:00", "17:30"]]);
    let times = json!({ "Fri": day, "Mon": day, "Sat": [], "Sun": [], "Thu": day, "Tue": day, "Wed": day, "name": "office" });
    vec![
        Document::new::<HealthMonitoring>("health monitoring", spec, &health),
        Document::new::<SnmpTrap>("SNMPv2c trap", spec, &v2c),
        Document::new::<SnmpTrap>("SNMPv3 trap", spec, &v3),
        Document::new::<TimePolicy>("time policy", spec, &times),
        Document::new::<Email>("mail, no certificate", spec, &email),
        Document::new::<RdpChannelPolicy>("channel policy, 9 rules", spec, &channels),
        Document::new::<Email>("mail, one certificate", spec, &verified),
    ]
}
