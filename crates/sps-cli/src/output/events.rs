//! Events of the client and of the language server on standard error, for `--verbose`.

use std::io;

use tracing_subscriber::{
    Layer as _,
    filter::{LevelFilter, Targets},
    fmt,
    layer::SubscriberExt as _,
    util::SubscriberInitExt as _,
};

/// The libraries whose events are printed. Those of others may hold what ours keep secret.
const LIBRARIES: [&str; 2] = ["sps_client", "sps_lsp"];

/// Prints events from here on: requests and retries, or with a greater `verbose` everything.
pub(super) fn print(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let lines = fmt::layer()
        .without_time()
        .with_target(false)
        // Colors would bring one more crate.
        .with_ansi(false)
        .with_writer(io::stderr)
        .with_filter(Targets::new().with_targets(LIBRARIES.map(|it| (it, level))));
    // Fails only if a subscriber is there already, which then prints the events.
    let _ = tracing_subscriber::registry().with(lines).try_init();
}
