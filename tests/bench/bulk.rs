//! Many documents at once: `sps check` against two validators of JSON Schema on the same files, and a long JSON Lines
//! file: `cargo xtask bench --bulk`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    io::{BufWriter, ErrorKind, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value;
use sps_codegen::SchemaForm;
use sps_model::{Email, Endpoint, SnmpTrap};
use sps_spec::Spec;

use crate::{certificate, documents};

/// A site has two files, and one in ten of each kind is broken.
const SITES: usize = 5_000;
const BROKEN: usize = 10;
/// How often one core and all of them are measured.
const RUNS: usize = 5;
/// Size of the JSON Lines file. Unit: bytes.
const LINES: usize = 512 * 1024 * 1024;

/// What breaks a body: a name, and a text that is replaced. A body without that text cannot be broken so.
const MISTAKES: [(&str, &str, &str); 13] = [
    ("a key is mistyped", r#""admin_address""#, r#""admin_adress""#),
    ("a key is missing", r#""sender_address":null,"#, ""),
    ("a word for a switch", r#""enabled":true"#, r#""enabled":"yes""#),
    ("an address without @", "rep@", "rep."),
    ("an unknown enum value", r#""starttls""#, r#""start-tls""#),
    (
        "a duplicate key",
        r#""sender_address":null"#,
        r#""sender_address":null,"sender_address":null"#,
    ),
    ("a certificate with a wrong letter", "MII", "MIJ"),
    ("a certificate without its end", "-----END CERTIFICATE-----", ""),
    ("an unknown version", r#""selection":"2c""#, r#""selection":"2""#),
    ("an address of five numbers", "192.0.2.25", "192.0.2.25.1"),
    ("an engine id with a letter", "0x0123", "0x01z3"),
    ("an engine id too short", "0x0123456789ABCDEF", "0x0123"),
    ("a password for no encryption", r#""aes""#, r#""none""#),
];

/// One file: its text, and which mistake it has.
struct Body {
    text: String,
    mistake: Option<&'static str>,
}

/// The `index`-th variation of a body.
fn vary(body: &Value, index: usize, is_broken: bool) -> Body {
    let mut text = body.to_string();
    let fitting: Vec<_> = MISTAKES.iter().filter(|(_, from, _)| text.contains(from)).collect();
    let mistake = is_broken.then(|| fitting[index / BROKEN % fitting.len()]);
    if let Some((_, from, to)) = mistake {
        text = text.replacen(from, to, 1);
    }
    // No two are equal, so that no validator can reuse a result.
    text = text.replace("corp.test", &format!("corp{index}.test"));
    text = text.replace("trapper", &format!("trapper{index}"));
    text = text.replace("n0c-ro", &format!("n0c-ro{index}"));
    Body { text, mistake: mistake.map(|(name, _, _)| *name) }
}

/// Prints three tables: the cost of each validator, its findings, and the gain from more cores.
pub(crate) fn bulk(spec: &Spec, sps: &str, folder: &Path) {
    let sites = folder.join("sites");
    let mut mistakes = BTreeMap::new();
    let mails =
        [documents::mail(), documents::mail_with_certificate(&certificate())].map(|(_, body)| body);
    let traps = [documents::trap_v2c(), documents::trap_v3()].map(|(_, body)| body);
    for index in 0..SITES {
        for (bodies, place) in [(&mails, short::<Email>()), (&traps, short::<SnmpTrap>())] {
            let body = vary(&bodies[index % 2], index / 2, index / 2 % BROKEN == BROKEN - 1);
            let path = sites.join(format!("{index:04}/{place}.json"));
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(&path, body.text).unwrap();
            mistakes.insert(path, body.mistake.unwrap_or("none"));
        }
    }
    println!("| {} files | wall, s | user, s | peak, MiB | wall to the first |", mistakes.len());
    println!("|---|{}", "---:|".repeat(4));
    let mut verdicts = Vec::new();
    let mut floor = None;
    for validator in Validator::all(spec, sps, folder, &sites, &mistakes) {
        let name = validator.name;
        let Some((cost, invalid)) = validator.run(&folder.join("output")) else {
            println!("| {name} is not installed | | | | |");
            continue;
        };
        let (wall, user, peak) = cost.figures();
        let ratio = wall / *floor.get_or_insert(wall);
        println!("| {name} | {wall:.2} | {user:.2} | {peak:.0} | {ratio:.1} |");
        verdicts.push((name, invalid));
    }
    compare(&mistakes, &verdicts);
    let heads = ["documents", "one core, s", "all cores, s", "documents per second", "peak, MiB"];
    println!("\n| `sps check` of | {} | of cores x one core |", heads.join(" | "));
    println!("|---|{}", "---:|".repeat(heads.len() + 1));
    scale(sps, "the files", &sites, mistakes.len());
    for (name, is_broken) in [("512 MiB of JSON Lines", false), ("one line in ten broken", true)] {
        let (path, count) = lines(&folder.join("lines"), &traps, is_broken);
        scale(sps, name, &path, count);
        fs::remove_file(path).unwrap();
    }
}

/// Prints what one core takes and what all of them take: in turns, and the best of each, for other work on the
/// machine only ever slows down.
fn scale(sps: &str, name: &str, path: &Path, documents: usize) {
    let cost = |mut command: Command| Cost::of(command.stdout(Stdio::null())).unwrap().figures();
    let (mut one, mut all, mut peak) = (f64::MAX, f64::MAX, 0_f64);
    for _ in 0..RUNS {
        one = one.min(cost(on_one_core(&ours(sps, path))).0);
        let (wall, _, mebibytes) = cost(ours(sps, path));
        (all, peak) = (all.min(wall), peak.max(mebibytes));
    }
    let cores = std::thread::available_parallelism().unwrap().get() as f64;
    println!(
        "| {name} | {documents} | {one:.2} | {all:.2} | {:.0} | {peak:.0} | {:.0} % |",
        documents as f64 / all,
        100.0 * one / all / cores
    );
}

/// The command that is measured.
fn ours(sps: &str, path: &Path) -> Command {
    let mut command = Command::new(sps);
    command.args(["check", "--quiet"]).arg(path);
    command
}

/// Runs with reading and checking on one core. A pool of one thread does not do: one more thread reads.
fn on_one_core(command: &Command) -> Command {
    let mut pinned = Command::new("taskset");
    pinned.args(["--cpu-list", "0"]).arg(command.get_program()).args(command.get_args());
    pinned.env("RAYON_NUM_THREADS", "1");
    pinned
}

/// How many files each validator refuses, by mistake.
fn compare(mistakes: &BTreeMap<PathBuf, &str>, verdicts: &[(&str, BTreeSet<PathBuf>)]) {
    let names: String = verdicts.iter().fold(String::new(), |mut text, (name, _)| {
        write!(text, " {name} |").unwrap();
        text
    });
    println!("\n| mistake | files |{names}\n|---|---:|{}", "---:|".repeat(verdicts.len()));
    let order = MISTAKES.iter().map(|(name, _, _)| *name);
    for wanted in ["none"].into_iter().chain(order) {
        let files: Vec<_> = mistakes.iter().filter(|it| *it.1 == wanted).map(|it| it.0).collect();
        print!("| {wanted} | {} |", files.len());
        for (_, invalid) in verdicts {
            print!(" {} |", files.iter().filter(|path| invalid.contains(**path)).count());
        }
        println!();
    }
    print!("| refused in all | {} |", mistakes.len());
    for (_, invalid) in verdicts {
        print!(" {} |", invalid.len());
    }
    println!();
}

/// The path of an endpoint, taken from the path of a file.
fn short<T: Endpoint>() -> &'static str {
    T::PATH.trim_start_matches("/api/configuration/")
}

/// A JSON Lines file and how many documents it has.
fn lines(folder: &Path, bodies: &[Value], is_broken: bool) -> (PathBuf, usize) {
    let path = folder.join(format!("{}.jsonl", short::<SnmpTrap>()));
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    let mut file = BufWriter::new(fs::File::create(&path).unwrap());
    let (mut bytes, mut count) = (0, 0);
    while bytes < LINES {
        let turn = count / bodies.len();
        let broken = is_broken && turn % BROKEN == BROKEN - 1;
        let body = vary(&bodies[count % bodies.len()], turn, broken);
        writeln!(file, "{}", body.text).unwrap();
        bytes += body.text.len() + 1;
        count += 1;
    }
    file.flush().unwrap();
    (path, count)
}

/// Something that says which files are invalid.
struct Validator {
    name: &'static str,
    /// All of them together check all files.
    commands: Vec<Command>,
    /// The file that a line of the output calls invalid.
    find: fn(&str) -> Option<&str>,
}

impl Validator {
    fn all(
        spec: &Spec,
        sps: &str,
        folder: &Path,
        sites: &Path,
        files: &BTreeMap<PathBuf, &str>,
    ) -> Vec<Self> {
        let (mut python, mut ajv) = (Vec::new(), Vec::new());
        for endpoint in [Email::PATH, SnmpTrap::PATH] {
            let endpoint = spec.endpoint(endpoint).unwrap();
            let schema = folder.join(format!("{}.schema.json", endpoint.object));
            let text = sps_codegen::schema(spec, endpoint, SchemaForm::Request).unwrap();
            fs::write(&schema, text).unwrap();
            let place = format!("{}.json", endpoint.short_path());
            let mut command = Command::new("check-jsonschema");
            command.arg("--schemafile").arg(&schema);
            python.push(command);
            python.last_mut().unwrap().args(files.keys().filter(|path| path.ends_with(&place)));
            let mut command = Command::new("ajv");
            command.args(["validate", "--spec=draft2020", "--strict=false", "-c", "ajv-formats"]);
            command.arg("-s").arg(&schema).arg("-d").arg(sites.join("*").join(&place));
            ajv.push(command);
        }
        let find_ours: fn(&str) -> Option<&str> = |line| {
            let (place, _) = line.split_once(": error[")?;
            place.rsplitn(3, ':').last()
        };
        vec![
            Self { name: "`sps`", commands: vec![ours(sps, sites)], find: find_ours },
            Self {
                name: "`check-jsonschema`",
                commands: python,
                find: |line| line.trim_start().split_once("::$").map(|(file, _)| file),
            },
            Self { name: "`ajv-cli`", commands: ajv, find: |line| line.strip_suffix(" invalid") },
        ]
    }

    /// What it costs, and the files that it calls invalid. Nothing if it is not installed.
    fn run(mut self, output: &Path) -> Option<(Cost, BTreeSet<PathBuf>)> {
        let mut cost = Cost::default();
        let mut invalid = BTreeSet::new();
        for command in &mut self.commands {
            let file = fs::File::create(output).unwrap();
            command.stderr(file.try_clone().unwrap()).stdout(file);
            cost.add(&Cost::of(command)?);
            let text = fs::read_to_string(output).unwrap();
            invalid.extend(text.lines().filter_map(self.find).map(PathBuf::from));
        }
        Some((cost, invalid))
    }
}

/// What a process took.
#[derive(Debug, Clone, Copy, Default)]
struct Cost {
    wall: Duration,
    user: Duration,
    /// Kibibytes.
    peak: u64,
}

impl Cost {
    /// Runs a command to its end. Nothing if there is no such program.
    fn of(command: &mut Command) -> Option<Self> {
        let (before, start) = (user_of_children(), Instant::now());
        let mut child = match command.stdin(Stdio::null()).spawn() {
            Err(error) if error.kind() == ErrorKind::NotFound => return None,
            child => child.unwrap(),
        };
        let status = format!("/proc/{}/status", child.id());
        let mut peak = 0;
        // The system keeps the peak until the process ends, so nothing but the last moment can be missed.
        while child.try_wait().unwrap().is_none() {
            peak = number(&fs::read_to_string(&status).unwrap_or_default(), "VmHWM:").max(peak);
            std::thread::sleep(Duration::from_millis(1));
        }
        Some(Self { wall: start.elapsed(), user: user_of_children().saturating_sub(before), peak })
    }

    /// One after the other.
    fn add(&mut self, other: &Self) {
        self.wall += other.wall;
        self.user += other.user;
        self.peak = self.peak.max(other.peak);
    }

    /// Wall and user time in seconds, peak in mebibytes.
    fn figures(&self) -> (f64, f64, f64) {
        (self.wall.as_secs_f64(), self.user.as_secs_f64(), self.peak as f64 / 1024.0)
    }
}

/// The first number behind a word at the start of a line.
fn number(text: &str, word: &str) -> u64 {
    let rest = text.lines().find_map(|line| line.strip_prefix(word)).unwrap_or_default();
    rest.split_whitespace().next().map_or(0, |number| number.parse().unwrap())
}

/// What all children that have ended spent in user mode; Linux counts it in hundredths of a second.
fn user_of_children() -> Duration {
    let text = fs::read_to_string("/proc/self/stat").unwrap();
    // The name of the program, in parentheses, may hold spaces.
    let (_, fields) = text.rsplit_once(") ").unwrap();
    let ticks: u64 = fields.split(' ').nth(13).unwrap().parse().unwrap();
    Duration::from_millis(ticks * 10)
}
