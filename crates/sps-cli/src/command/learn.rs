//! `sps learn`: the draft of a page from responses.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, anyhow, bail};
use serde_json::{Value, json};
use sps_catalog::{LearnError, LearnedPage, Learner};
use sps_client::Client;
use sps_spec::Spec;
use sps_validate::Limits;

use crate::{
    check::read,
    connection::{self, runtime},
    file_name::is_stdin,
    output::{Stdout, count, one_line, print_json, remark},
    spec::{locate, spec},
    status::Status,
    usage::MissingArgument,
};

/// Most objects of a collection that are read from an appliance.
const MAX_OBJECTS: usize = 50;
/// Members without a type that are listed.
const MAX_UNTYPED: usize = 10;

/// Draft a page of the spec from responses
///
/// Finds out types, references and their targets, what may be null or missing, and the values of each `selection`. No
/// other value, name or address gets into the draft. A directory of --out is ready for --spec.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status:
  0  done
  2  nothing could be learned, or a file could not be read or written

Examples:
  sps learn --live management/email
  sps learn response.json --out overlay
  sps learn response.json --words /smtp_server/selection")]
pub(crate) struct Args {
    /// Endpoint [default: from `meta.href`], then files with responses, or `-` for standard input
    #[arg(value_name = "[ENDPOINT] FILE")]
    sources: Vec<String>,

    /// Read the endpoint, and the objects of a collection, from an appliance
    #[arg(long)]
    live: bool,

    /// Take the strings at this JSON Pointer of the body for values of an enum (repeatable); `*` is any element
    #[arg(long, value_name = "POINTER")]
    words: Vec<String>,

    /// Write the page into this directory, and what it needs besides
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,

    #[command(flatten)]
    connection: connection::Args,
}

/// Runs the command.
pub(crate) fn run(args: &Args, out: &mut Stdout) -> Result<Status> {
    let (endpoint, files) = args.split();
    let mut learner = Learner::new();
    for pointer in &args.words {
        if !pointer.starts_with('/') {
            bail!("`--words` takes a JSON Pointer, which starts with `/`");
        }
        learner = learner.words(pointer);
    }
    if let Some(path) = &endpoint {
        learner = learner.endpoint(path);
    }
    if files.is_empty() && !args.live {
        let message = "no responses: pass files, or `--live` with an endpoint";
        return Err(MissingArgument { command: "learn", message }.into());
    }
    for file in files {
        add_file(&mut learner, Path::new(file))?;
    }
    if !args.live {
        return finish(args, &learner, out);
    }
    let Some(path) = endpoint else { bail!("`--live` needs an endpoint") };
    runtime::with_appliance(&args.connection, async |client| {
        let mut learner = learner.clone();
        add_live(&mut learner, client, &path).await?;
        finish(args, &learner, out)
    })
}

impl Args {
    /// The endpoint as a full path, and the files.
    fn split(&self) -> (Option<String>, &[String]) {
        match self.sources.split_first() {
            Some((first, rest)) if self.live || is_endpoint(first) => (Some(full(first)), rest),
            _ => (None, &self.sources),
        }
    }
}

/// Whether an argument names an endpoint and not a file.
fn is_endpoint(name: &str) -> bool {
    let path = Path::new(name);
    // A file has an ending, and no name in a path of the API has one.
    !is_stdin(path)
        && !path.exists()
        && (name.starts_with("/api/") || locate(name).is_some() || !name.contains('.'))
}

fn full(name: &str) -> String {
    let name = name.trim_end_matches('/');
    match locate(name) {
        Some(located) if located.key.is_none() => located.endpoint.path.to_owned(),
        _ if name.starts_with("/api/") => name.to_owned(),
        _ => format!("/api/configuration/{name}"),
    }
}

fn add_file(learner: &mut Learner, file: &Path) -> Result<()> {
    let document = read::body(file, &Limits::default())
        .map_err(|it| anyhow!("{}: {}", one_line(&it.source), it.reason))?;
    let source = one_line(&document.source);
    // The error of the parser may quote the text.
    let response: Value = serde_json::from_str(&document.text)
        .map_err(|error| anyhow!("{source}:{}:{}: invalid JSON", error.line(), error.column()))?;
    learner.add(&response).map_err(|error| anyhow!("{source}: {error}"))
}

async fn add_live(learner: &mut Learner, client: &Client, path: &str) -> Result<()> {
    let response = client.get_raw(path).await?;
    let content = response.content.as_value();
    let Some(items) = content.get("items").and_then(Value::as_array) else {
        return learner.add(content).map_err(|error| anyhow!("{path}: {error}"));
    };
    match learner.add(content) {
        Err(LearnError::NoBody) => {}
        result => return result.map_err(|error| anyhow!("{path}: {error}")),
    }
    if items.is_empty() {
        bail!("{path} has no objects to learn from");
    }
    let hrefs = items.iter().filter_map(|item| item.pointer("/meta/href")?.as_str());
    for href in hrefs.take(MAX_OBJECTS) {
        let object = client.get_raw(href).await?;
        learner.add(object.content.as_value()).map_err(|error| match error {
            LearnError::NoBody | LearnError::OtherEndpoint { .. } => {
                anyhow!("{path} only holds other endpoints; learn those")
            }
            error => anyhow!("{}: {error}", one_line(href)),
        })?;
    }
    if items.len() > MAX_OBJECTS {
        remark(&format!(
            "note: the first {MAX_OBJECTS} of {} were read",
            count(items.len(), "object")
        ));
    }
    Ok(())
}

fn finish(args: &Args, learner: &Learner, out: &mut Stdout) -> Result<Status> {
    let page = learner.page(spec())?;
    if let Some(dir) = &args.out {
        try_out(&page)?;
        for file in &page.files {
            write(&dir.join(&file.name), &file.text)?;
        }
    }
    if out.is_json() {
        let files = page.files.iter().map(|it| json!({"name": it.name, "text": it.text}));
        let files: Vec<Value> = files.collect();
        print_json(out, &json!({"files": files, "untyped": page.untyped}))?;
    } else if args.out.is_none() {
        print(&page, out)?;
    }
    for pointer in page.untyped.iter().take(MAX_UNTYPED) {
        remark(&format!("note: no response shows the type of {}", one_line(pointer)));
    }
    if page.untyped.len() > MAX_UNTYPED {
        remark(&format!("note: nor that of {} more", page.untyped.len() - MAX_UNTYPED));
    }
    Ok(Status::Done)
}

/// Makes sure that the files can be used with `--spec`.
fn try_out(page: &LearnedPage) -> Result<()> {
    let dir = tempfile::tempdir().context("cannot create a temporary folder")?;
    for file in &page.files {
        let path = dir.path().join(&file.name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, &file.text)?;
    }
    match Spec::embedded_with_overlay(dir.path()) {
        Ok(_) => Ok(()),
        Err(errors) => bail!(
            "the draft does not fit the other pages, so nothing was written; without `--out`, it is printed\n{errors}"
        ),
    }
}

/// Prints the page alone.
fn print(page: &LearnedPage, out: &mut Stdout) -> Result<()> {
    for file in page.files.iter().take(1) {
        out.write_all(file.text.as_bytes())?;
    }
    out.flush()?;
    for file in page.files.iter().skip(1) {
        remark(&format!("note: the page needs {} too; `--out DIR` writes it", file.name));
    }
    Ok(())
}

/// Writes a file, but never over another text.
fn write(path: &Path, text: &str) -> Result<()> {
    let name = path.display();
    match fs::read_to_string(path) {
        Ok(old) if old == text => return Ok(()),
        Ok(_) => bail!("{name} exists; remove it, or pass another directory"),
        Err(_) => {}
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
    }
    fs::write(path, text).with_context(|| format!("cannot write {name}"))?;
    remark(&format!("wrote {name}"));
    Ok(())
}
