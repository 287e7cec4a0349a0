//! `cargo xtask bench --fleet`: what fleets of simulators take, and what one controller does with 200 of them.
//!
//! It is here and not in the package `tests`, because it needs nothing but what the simulator is built with.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints, and one that cannot go on fails"
)]

use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
    task::JoinSet,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring::default_provider,
        pki_types::{CertificateDer, ServerName, pem::PemObject as _},
    },
};

/// Sizes of the fleets.
const SIZES: [usize; 3] = [1, 100, 1_000];
/// Requests of each session.
const REQUESTS: usize = 100;
/// Memory that the largest fleet may take. Unit: mebibytes.
const MEBIBYTES: f64 = 1024.0;
/// Appliances of the controller, and how many runs are at work at once.
const APPLIANCES: usize = 200;
const PARALLEL: [usize; 4] = [1, 2, 4, 8];
/// `admin:bench`.
const BASIC: &str = "YWRtaW46YmVuY2g=";
/// What the sessions read, in turns.
const PATHS: [&str; 4] = [
    "/api/configuration/management/email",
    "/api/configuration/policies/time_policies",
    "/api/configuration/ssh/channel_policies",
    "/api/transaction",
];

fn main() {
    let mut arguments = env::args().skip(1).filter(|it| !it.starts_with("--"));
    let (Some(sps), Some(root), Some(folder)) =
        (arguments.next(), arguments.next(), arguments.next())
    else {
        // `cargo bench` of the workspace runs every bench, this one without the binary that it needs.
        println!(
            "not run: `cargo xtask bench --fleet` passes the binary, the repository and a folder"
        );
        return;
    };
    let bench = Bench { sps: sps.into(), root: root.into(), folder: folder.into() };
    fs::write(bench.folder.join("password"), "bench").unwrap();
    println!("| simulators | start, s | idle, MiB | after, MiB | requests | requests per second |");
    println!("|---:|---:|---:|---:|---:|---:|");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    for size in SIZES {
        let after = runtime.block_on(bench.serve(size));
        assert!(
            after < MEBIBYTES,
            "{size} simulators took {after:.0} MiB, {MEBIBYTES} are allowed"
        );
    }
    println!();
    println!(
        "| {APPLIANCES} appliances | at once | wall, s | appliances per second | processor time of a run, s | peak of a run, MiB |"
    );
    println!("|---|---:|---:|---:|---:|---:|");
    bench.control();
}

struct Bench {
    sps: PathBuf,
    root: PathBuf,
    folder: PathBuf,
}

impl Bench {
    fn site(&self) -> PathBuf {
        self.root.join("examples/site")
    }

    /// Starts a fleet with the example, opens a TLS session with each simulator, and sends the requests in each.
    async fn serve(&self, size: usize) -> f64 {
        let fleet = Fleet::start(self, size, &["--site", self.site().to_str().unwrap()]);
        let idle = fleet.mebibytes();
        let mut sessions = JoinSet::new();
        for url in &fleet.urls {
            let (address, connector) = (address(url), fleet.connector.clone());
            sessions.spawn(async move { Session::open(address, &connector).await });
        }
        let sessions = sessions.join_all().await;
        let start = Instant::now();
        let mut served = JoinSet::new();
        for mut session in sessions {
            served.spawn(async move {
                for number in 0..REQUESTS {
                    session.get(PATHS[number % PATHS.len()]).await;
                }
                session
            });
        }
        let sessions = served.join_all().await;
        let seconds = start.elapsed().as_secs_f64();
        let after = fleet.mebibytes();
        drop(sessions);
        let requests = size * REQUESTS;
        println!(
            "| {size} | {:.2} | {idle:.0} | {after:.0} | {requests} | {:.0} |",
            fleet.start.as_secs_f64(),
            f64::from(u32::try_from(requests).unwrap()) / seconds
        );
        after
    }

    /// Applies the example to new appliances by runs of the binary, and plans again.
    fn control(&self) {
        for parallel in PARALLEL {
            let fleet = Fleet::start(self, APPLIANCES, &[]);
            for (what, arguments) in [
                ("`sps apply`, empty appliances", &["apply", "--yes"][..]),
                ("`sps plan`, nothing to change", &["plan"]),
            ] {
                self.run_all(&fleet, what, arguments, parallel);
            }
        }
    }

    fn run_all(&self, fleet: &Fleet, what: &str, arguments: &[&str], parallel: usize) {
        let before = seconds_of_children();
        let start = Instant::now();
        let mut waiting = fleet.urls.iter();
        let mut running: Vec<Child> = Vec::new();
        let mut peak = 0.0_f64;
        loop {
            while running.len() < parallel
                && let Some(url) = waiting.next()
            {
                running.push(self.command(fleet, url, arguments).spawn().unwrap());
            }
            if running.is_empty() {
                break;
            }
            for child in &mut running {
                peak = peak.max(mebibytes(child.id(), "VmHWM:"));
            }
            running.retain_mut(|child| {
                let Some(status) = child.try_wait().unwrap() else { return true };
                assert!(status.success(), "{what}: {status}");
                false
            });
            thread::sleep(Duration::from_millis(1));
        }
        let wall = start.elapsed().as_secs_f64();
        let count = f64::from(u32::try_from(APPLIANCES).unwrap());
        println!(
            "| {what} | {parallel} | {wall:.1} | {:.1} | {:.3} | {peak:.0} |",
            count / wall,
            (seconds_of_children() - before) / count
        );
    }

    /// A run of the binary without the settings of the user of this machine.
    fn command(&self, fleet: &Fleet, url: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.sps);
        command.arg(arguments[0]).arg(self.site()).args(&arguments[1..]);
        command.args(["--quiet", "--host", url, "--user", "admin", "--pin-sha256", &fleet.pin]);
        command.env_clear().env("SPS_PASSWORD", "bench").env("HOME", self.folder.join("home"));
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command
    }
}

/// `sps sim --fleet` in a process of its own.
struct Fleet {
    child: Child,
    urls: Vec<String>,
    pin: String,
    connector: TlsConnector,
    start: Duration,
}

impl Fleet {
    fn start(bench: &Bench, size: usize, arguments: &[&str]) -> Self {
        let start = Instant::now();
        let mut child = Command::new(&bench.sps)
            .args(["sim", "--fleet", &size.to_string(), "--format", "json", "--quiet"])
            .arg("--password-file")
            .arg(bench.folder.join("password"))
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut text = String::new();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        while output.read_line(&mut text).unwrap() > 0 && !text.ends_with("\n}\n") {}
        let start = start.elapsed();
        let said: Value = serde_json::from_str(&text).unwrap();
        let urls = said["simulators"].as_array().unwrap().iter();
        let urls = urls.map(|it| it["url"].as_str().unwrap().to_owned()).collect();
        let pem = said["certificate"].as_str().unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let connector = TlsConnector::from(Arc::new(config));
        let pin = said["sha256"].as_str().unwrap().to_owned();
        Self { child, urls, pin, connector, start }
    }

    fn mebibytes(&self) -> f64 {
        mebibytes(self.child.id(), "VmRSS:")
    }
}

impl Drop for Fleet {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn address(url: &str) -> SocketAddr {
    url.strip_prefix("https://").unwrap().parse().unwrap()
}

/// A session over one connection, which stays open.
struct Session {
    stream: TlsStream<TcpStream>,
    login: String,
    buffer: Vec<u8>,
}

impl Session {
    async fn open(address: SocketAddr, connector: &TlsConnector) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let name = ServerName::IpAddress(address.ip().into());
        let stream = connector.connect(name, stream).await.unwrap();
        let login = format!("Authorization: Basic {BASIC}\r\n");
        let mut session = Self { stream, login, buffer: Vec::new() };
        let head = session.get("/api/authentication").await;
        let cookie = head.lines().find_map(|it| it.strip_prefix("set-cookie: ")).unwrap();
        session.login = format!("Cookie: {}\r\n", cookie.split(';').next().unwrap());
        session
    }

    /// Sends a GET, reads its whole response, and returns the head.
    async fn get(&mut self, path: &str) -> String {
        let request = format!("GET {path} HTTP/1.1\r\nHost: sps\r\n{}\r\n", self.login);
        self.stream.write_all(request.as_bytes()).await.unwrap();
        self.buffer.clear();
        let end = loop {
            assert_ne!(self.stream.read_buf(&mut self.buffer).await.unwrap(), 0, "{path}");
            let end = self.buffer.windows(4).position(|it| it == b"\r\n\r\n");
            if let Some(end) = end {
                break end + 4;
            }
        };
        let head = String::from_utf8(self.buffer[..end].to_vec()).unwrap();
        assert!(head.starts_with("HTTP/1.1 200"), "{path}: {head}");
        let length = head.lines().find_map(|it| it.strip_prefix("content-length: ")).unwrap();
        let length: usize = length.parse().unwrap();
        while self.buffer.len() < end + length {
            assert_ne!(self.stream.read_buf(&mut self.buffer).await.unwrap(), 0, "{path}");
        }
        head
    }
}

/// A figure of the memory of a process, as Linux has it.
fn mebibytes(id: u32, name: &str) -> f64 {
    let status = fs::read_to_string(Path::new("/proc").join(id.to_string()).join("status"));
    let status = status.unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kibibytes = line.and_then(|it| it.split_whitespace().next()?.parse().ok()).unwrap_or(0.0);
    kibibytes / 1024.0
}

/// What all children that have ended spent, in user and in system mode; Linux counts it in hundredths of a second.
fn seconds_of_children() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program, in parentheses, may hold spaces.
    let fields = text.rsplit_once(") ").map(|(_, it)| it.split(' ').skip(13).take(2));
    let ticks = fields.into_iter().flatten().filter_map(|it| it.parse::<f64>().ok());
    ticks.sum::<f64>() / 100.0
}
