//! One call of each question for each document, for callgrind to count: `cargo xtask bench --instructions`.
//!
//! It lies here and not beside the bench of times because this crate builds in a moment: CI counts too.

#![expect(clippy::print_stdout, reason = "a bench prints what it did")]
#![expect(clippy::unwrap_used, reason = "a bench stops at the first surprise")]

mod documents;

use std::hint::black_box;

use serde::de::IgnoredAny;
use sps_model::{
    Describe, Email, HealthMonitoring, RdpChannelPolicy, SnmpTrap, TimePolicy, accept, explain,
    validate::{Context, Form},
};

use self::documents::Named;

fn main() {
    // Read when it runs: the guide's messages are no part of this crate.
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/data/guide/certificate.pem");
    let certificate = std::fs::read_to_string(path).unwrap();
    count::<HealthMonitoring>(&documents::health_monitoring());
    count::<SnmpTrap>(&documents::trap_v2c());
    count::<SnmpTrap>(&documents::trap_v3());
    count::<TimePolicy>(&documents::time_policy());
    count::<Email>(&documents::mail());
    count::<RdpChannelPolicy>(&documents::channel_policy());
    count::<Email>(&documents::mail_with_certificate(&certificate));
}

/// How many calls are counted together: maps whose order is drawn anew for each process differ a little.
const CALLS: u32 = 16;

/// One thing that can be asked of a text.
type Ask = fn(&str) -> bool;

/// Asks all there is to ask, and says in which order and how often.
fn count<T: Describe>((name, body): &Named) {
    let text = body.to_string();
    let questions: [(&str, Ask); 3] = [
        ("skip", |text| serde_json::from_str::<IgnoredAny>(text).is_ok()),
        ("accept", |text| accept::<T>(text, &Context::default())),
        ("explain", |text| explain::<T>(text, Form::Request, &Context::default()).is_valid()),
    ];
    for (column, ask) in questions {
        // Once before: what is made at the first call and kept is no part of a call.
        assert!(ask(&text), "{column} refuses {name}");
        counted_by_callgrind(ask, &text);
        println!("{name}\t{column}\t{CALLS}");
    }
}

/// The command tells callgrind this name.
#[inline(never)]
fn counted_by_callgrind(ask: Ask, text: &str) {
    for _ in 0..CALLS {
        black_box(ask(black_box(text)));
    }
}
