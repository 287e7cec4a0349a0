//! The log of the page, as a stream of events.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use sps_sim::Simulator;

use crate::{
    client::{Client, raw},
    page::{builder, text},
};

/// Opens the stream of events after the request with this number of this run.
fn stream(sim: &Simulator, from: &str) -> TcpStream {
    let mut stream = TcpStream::connect(sim.addr()).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let head = format!("GET /page/events?from={from} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

/// Reads until the text arrives.
#[track_caller]
fn read_until(stream: &mut TcpStream, text: &str) -> String {
    let mut all = Vec::new();
    let mut piece = [0; 8_192];
    let start = Instant::now();
    loop {
        assert!(start.elapsed() < Duration::from_secs(20), "{text} does not come");
        let count = stream.read(&mut piece).unwrap();
        assert!(count > 0, "ended without {text}: {}", String::from_utf8_lossy(&all));
        all.extend_from_slice(&piece[..count]);
        let read = String::from_utf8_lossy(&all);
        if read.contains(text) {
            return read.into_owned();
        }
    }
}

/// Returns the name of the run, as the page of the requests has it.
fn run(sim: &Simulator) -> String {
    let page = text(sim, "/page/requests");
    let (_, rest) = page.split_once("data-from=\"").unwrap();
    rest.split('-').next().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_grows_as_events() {
    let sim = builder().start().await.unwrap();
    let client = Client::anonymous(&sim);
    client.get("/api/info");
    let run = run(&sim);
    let mut events = stream(&sim, &format!("{run}-0"));
    let head = read_until(&mut events, "\"number\":1");
    assert!(head.contains("content-type: text/event-stream") && head.contains("/api/info"));
    client.get("/api/<b>\u{7}");
    raw(&sim, b"GET /api/%0Adata:x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    let event = read_until(&mut events, "\"number\":2");
    assert!(event.contains(&format!("id: {run}-2")), "{event}");
    // After a restart, the browser has to begin again.
    let mut events = stream(&sim, "0000-7");
    read_until(&mut events, "event: restarted");
    let mut events = stream(&sim, "x");
    read_until(&mut events, ": open");
    client.get("/api/last");
    read_until(&mut events, "/api/last");
}

#[tokio::test(flavor = "multi_thread")]
async fn p125_few_streams_are_open_and_a_stopped_simulator_ends_them() {
    let sim = builder().start().await.unwrap();
    let run = run(&sim);
    // One after the other, so that the first one is the oldest.
    let open = |_| {
        let mut stream = stream(&sim, &format!("{run}-0"));
        read_until(&mut stream, ": open");
        stream
    };
    let mut streams: Vec<_> = (0..4).map(open).collect();
    let mut fifth = stream(&sim, &format!("{run}-0"));
    read_until(&mut fifth, ": open");
    read_until(&mut streams[0], "event: moved");
    Client::anonymous(&sim).get("/api/info");
    read_until(&mut streams[1], "/api/info");
    // A HEAD takes no place.
    raw(&sim, b"HEAD /page/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    Client::anonymous(&sim).get("/api/info");
    read_until(&mut streams[1], "\"number\":2");
    // One that is closed makes place for another.
    drop(fifth);
    drop(streams.remove(0));
    sim.stop().await;
    let mut rest = Vec::new();
    let start = Instant::now();
    let _ = streams[1].read_to_end(&mut rest);
    assert!(start.elapsed() < Duration::from_secs(5), "the stream ends with the simulator");
}

/// A client that reads nothing gets the last requests later, and how many it has missed.
#[tokio::test(flavor = "multi_thread")]
async fn p123_a_stream_that_is_not_read_keeps_nothing() {
    let sim = builder().kept_requests(1_000).start().await.unwrap();
    let mut events = stream(&sim, &format!("{}-0", run(&sim)));
    read_until(&mut events, ": open");
    let path = format!("/api/{}", "x".repeat(400));
    let one = format!("HEAD {path} HTTP/1.1\r\nHost: x\r\n");
    // The last request of each connection ends it.
    let many = format!("{one}\r\n").repeat(99) + &format!("{one}Connection: close\r\n\r\n");
    for _ in 0..300 {
        raw(&sim, many.as_bytes()).unwrap();
    }
    let sent = 30_000;
    assert_eq!(sim.requests().len(), 1_000);
    let read = read_until(&mut events, &format!("\"number\":{sent}"));
    let skipped: u64 = read
        .split("\"skipped\":")
        .skip(1)
        .map(|it| it.split('}').next().unwrap().parse::<u64>().unwrap())
        .sum();
    let lines = read.matches("\"number\":").count() as u64;
    assert_eq!(skipped + lines, sent, "each is shown or counted");
    assert!(skipped > sent / 2, "the stream did not keep them: {skipped}");
    assert!(text(&sim, "/page/requests").contains("keeps the last 1000 requests"));
}
