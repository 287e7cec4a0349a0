//! Cost of checking a document, as ratios to skipping over it: `cargo xtask bench`.
//!
//! Every figure of a row is taken in turn, round after round, and compared with the floor of its own round, so that
//! a machine that slows down for a while slows both. The median of the rounds is printed.

#![expect(clippy::print_stdout, reason = "a bench prints its table")]
#![expect(clippy::unwrap_used, reason = "a bench stops at the first surprise")]
#![expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]

mod bulk;
mod by_hand;
#[path = "../../crates/sps-model/benches/instructions/documents.rs"]
mod documents;
mod peers;

use std::{
    hint::black_box,
    path::Path,
    time::{Duration, Instant},
};

use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Value, json};
use sps_codegen::SchemaForm;
use sps_model::{
    Describe, Email, Endpoint, HealthMonitoring, RdpChannelPolicy, SnmpTrap, TimePolicy, accept,
    explain, read,
};
use sps_spec::Spec;
use sps_validate::{Context, Form, Limits, json as scanner, pem};

use self::documents::Named;

/// Rounds of one row, and how long one figure of one round takes at least.
const ROUNDS: usize = 25;
const SLICE: Duration = Duration::from_millis(4);

/// The columns, in order; the first is the floor that the others are compared with.
const COLUMNS: [&str; 11] = [
    "skip",
    "accept",
    "types",
    "read",
    "tree",
    "explain",
    "value",
    "jsonschema",
    "macro",
    "boon",
    "garde",
];

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let at = |wanted: &str| args.iter().position(|arg| arg == wanted);
    let has = |wanted: &str| at(wanted).is_some();
    let spec = Spec::from_dir(Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../spec"))).unwrap();
    if let Some(at) = at("--bulk") {
        return bulk::bulk(&spec, &args[at + 1], Path::new(&args[at + 2]));
    }
    // `cargo test` runs benches too, to see that they work: one round does.
    let rounds = if has("--bench") { ROUNDS } else { 1 };
    let rows = documents(&spec).iter().map(|document| document.row(rounds)).collect::<Vec<_>>();
    if has("--json") {
        let rows = rows.iter().map(Row::to_json).collect::<Vec<_>>();
        println!("{:#}", json!({ "columns": COLUMNS, "unit": "times skip", "rows": rows }));
        return;
    }
    println!("| document | bytes | skip, ns | {} |", COLUMNS[1..].join(" | "));
    println!("|---|{}", "---:|".repeat(COLUMNS.len() + 1));
    for row in &rows {
        let word = |ratio: &Option<f64>| ratio.map_or("–".to_owned(), |it| format!("{it:.2}"));
        let ratios = row.ratios.iter().map(word).collect::<Vec<_>>();
        println!("| {} | {} | {:.0} | {} |", row.name, row.bytes, row.floor, ratios.join(" | "));
    }
    println!();
    println!("One certificate, parsed and checked: {:.1} µs.", parse_certificate(rounds) / 1000.0);
}

/// One thing that can be asked of a text.
type Way = Box<dyn Fn(&str) -> bool>;

/// What the macro of `jsonschema` makes of a schema.
type Validator = fn(&Value) -> bool;

/// A document and everything that can be asked about it.
struct Document {
    name: &'static str,
    text: String,
    /// One for each column, if there is one.
    ways: Vec<Option<Way>>,
}

struct Row {
    name: &'static str,
    bytes: usize,
    /// Nanoseconds.
    floor: f64,
    ratios: Vec<Option<f64>>,
}

impl Row {
    fn to_json(&self) -> Value {
        json!({ "document": self.name, "bytes": self.bytes, "skip_ns": self.floor, "ratios": self.ratios })
    }
}

impl Document {
    fn new<T>(spec: &Spec, (name, body): Named, compiled: Validator) -> Self
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
        let boon = compiler.compile("https://sps.invalid/bench", &mut schemas).unwrap();
        let parse = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let ways: [Way; COLUMNS.len() - 1] = [
            Box::new(|text| serde_json::from_str::<IgnoredAny>(text).is_ok()),
            Box::new(|text| accept::<T>(text, &Context::default())),
            Box::new(|text| serde_json::from_str::<T>(text).is_ok()),
            Box::new(|text| read::<T>(text, &Context::default()).is_ok()),
            Box::new(|text| scanner::scan(text, &Limits::default()).is_ok()),
            Box::new(|text| explain::<T>(text, Form::Request, &Context::default()).is_valid()),
            Box::new(move |text| black_box(parse(text)).is_object()),
            Box::new(move |text| validator.is_valid(&parse(text))),
            Box::new(move |text| compiled(&parse(text))),
            Box::new(move |text| schemas.validate(&parse(text), boon).is_ok()),
        ];
        let ways = ways.into_iter().map(Some).chain([None]).collect();
        Self { name, text, ways }.checked()
    }

    /// Adds the type written by hand.
    fn by_hand<T>(mut self) -> Self
    where
        T: DeserializeOwned + garde::Validate<Context = ()>,
    {
        self.ways[COLUMNS.len() - 1] = Some(Box::new(|text| {
            serde_json::from_str::<T>(text).is_ok_and(|body| body.validate().is_ok())
        }));
        self.checked()
    }

    fn checked(self) -> Self {
        for (way, column) in self.ways.iter().zip(COLUMNS) {
            assert!(
                way.as_ref().is_none_or(|way| way(&self.text)),
                "{column} refuses {}",
                self.name
            );
        }
        self
    }

    /// How to ask what a column asks.
    fn way(&self, column: &str) -> Option<&Way> {
        COLUMNS.iter().position(|it| *it == column).and_then(|at| self.ways[at].as_ref())
    }

    fn row(&self, rounds: usize) -> Row {
        let time = |way: &Way| nanoseconds(|| way(black_box(&self.text)));
        let skip = self.way("skip").unwrap();
        let mut floors = Vec::new();
        let mut ratios = vec![Vec::new(); COLUMNS.len() - 1];
        for _ in 0..rounds {
            floors.push(time(skip));
            for (way, ratios) in self.ways[1..].iter().zip(&mut ratios) {
                let Some(way) = way else { continue };
                // The floor is taken again beside each figure: half a round apart is too far on a shared machine.
                let (floor, figure, again) = (time(skip), time(way), time(skip));
                ratios.push(figure / f64::midpoint(floor, again));
            }
        }
        let ratios = ratios.into_iter().map(|it| (!it.is_empty()).then(|| median(it))).collect();
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

fn parse_certificate(rounds: usize) -> f64 {
    let text = certificate();
    median(
        (0..rounds).map(|_| nanoseconds(|| pem::certificate(black_box(&text)).is_ok())).collect(),
    )
}

/// The certificate of the guide, as one string.
fn certificate() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/data/guide/certificate.pem"))
        .unwrap()
}

fn documents(spec: &Spec) -> Vec<Document> {
    use documents as body;
    use peers as by;
    vec![
        Document::new::<HealthMonitoring>(spec, body::health_monitoring(), by::Health::is_valid),
        Document::new::<SnmpTrap>(spec, body::trap_v2c(), by::Trap::is_valid)
            .by_hand::<by_hand::Trap>(),
        Document::new::<SnmpTrap>(spec, body::trap_v3(), by::Trap::is_valid)
            .by_hand::<by_hand::Trap>(),
        Document::new::<TimePolicy>(spec, body::time_policy(), by::TimePolicy::is_valid),
        Document::new::<Email>(spec, body::mail(), by::Mail::is_valid),
        Document::new::<RdpChannelPolicy>(
            spec,
            body::channel_policy(),
            by::ChannelPolicy::is_valid,
        ),
        Document::new::<Email>(
            spec,
            body::mail_with_certificate(&certificate()),
            by::Mail::is_valid,
        ),
    ]
}
