//! `sps diff`: two states of an object.

use std::{borrow::Cow, path::Path};

use anyhow::{Result, anyhow, bail};
use serde_json::{Value, json};
use sps_client::Client;
use sps_model::Difference;
use sps_validate::Limits;

use crate::{
    check::{document::Document, read},
    command::object::{change::version, target::Target},
    connection::{self, runtime},
    endpoint,
    file_name::is_stdin,
    output::{self, Stdout, count, difference_line, one_line, print, print_json, remark},
    status::Status,
};

/// Compare two states of an object, or two configurations
///
/// Each side is a file with a response or the body of a request, `-` for standard input, `live` for the object on the
/// appliance, or an endpoint or object there. References, enum spellings and null members are compared by meaning.
/// Secrets are never shown.
///
/// Whole configurations are compared object by object where one side is the folder of a tree or `profile:NAME`, the
/// appliance of a profile. `live` is the appliance of the connection options. Beside a tree, an appliance is compared at the
/// endpoints of the tree.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status:
  0    no differences
  1    a document is not JSON
  2    it could not be read
  3    there are differences
  130  interrupted

Examples:
  sps diff email.json live -e management/email
  sps diff management/email email.json
  sps diff before.json after.json -e management/snmp/trap --format json
  sps diff config/ live
  sps diff profile:test profile:production")]
pub(crate) struct DiffArgs {
    /// The state before
    #[arg(value_name = "A")]
    before: String,

    /// The state after
    #[arg(value_name = "B")]
    after: String,

    /// Endpoint or object [default: from the other side, from `meta.href` or the path of a file]
    #[arg(long, short, value_name = "ENDPOINT")]
    endpoint: Option<String>,

    #[command(flatten)]
    connection: connection::Args,
}

impl DiffArgs {
    /// Both sides and the connection, if they may be whole configurations.
    pub(crate) fn sides(&self) -> Option<(&str, &str, &connection::Args)> {
        self.endpoint.is_none().then_some((&self.before, &self.after, &self.connection))
    }
}

/// One side of the comparison.
enum Source {
    Document(Document),
    /// The object on the appliance that the other side or `--endpoint` names.
    Live,
    /// This object on the appliance.
    Object(Target),
}

/// Runs `sps diff` of two states of an object.
pub(crate) fn diff(args: &DiffArgs, out: &mut Stdout) -> Result<Status> {
    if is_stdin(Path::new(&args.before)) && is_stdin(Path::new(&args.after)) {
        bail!("standard input can be only one side");
    }
    let sources = [Source::parse(&args.before)?, Source::parse(&args.after)?];
    let reads_stdin = [&args.before, &args.after].iter().any(|it| is_stdin(Path::new(it)));
    let is_live = sources.iter().any(|it| !matches!(it, Source::Document(_)));
    if is_live && reads_stdin && args.connection.takes_stdin() {
        bail!("standard input cannot hold both a document and the password; set SPS_PASSWORD");
    }
    let target = target(args.endpoint.as_deref(), &sources)?;
    target.known("diff")?;
    if !is_live {
        let [before, after] = sources.map(|it| it.body(&target));
        return show(out, &target, &target.differences(&before?, &after?));
    }
    runtime::with_appliance(&args.connection, async |client| {
        target.require_version(version(client).await?)?;
        let [before, after] = &sources;
        let before = before.read(client, &target).await?;
        let after = after.read(client, &target).await?;
        show(out, &target, &target.differences(&before, &after))
    })
}

impl Source {
    fn parse(name: &str) -> Result<Self> {
        let path = Path::new(name);
        if is_stdin(path) || path.is_file() {
            return match read::body(path, &Limits::default()) {
                Ok(mut document) => {
                    let json = document.json(&Limits::default()).map(Cow::into_owned);
                    document.text =
                        json.map_err(|reason| anyhow!("{}:{reason}", one_line(&document.source)))?;
                    Ok(Self::Document(document))
                }
                Err(it) => bail!("{}: {}", one_line(&it.source), it.reason),
            };
        }
        if name == "live" {
            return Ok(Self::Live);
        }
        Target::named(name)
            .map(Self::Object)
            .map_err(|error| anyhow!("{}: no such file; {error}", one_line(name)))
    }

    /// The object that it is about, if it tells.
    fn target(&self) -> Option<Target> {
        let document = match self {
            Self::Live => return None,
            Self::Object(target) => return Some(target.clone()),
            Self::Document(document) => document,
        };
        let path = match endpoint::path_in_href(&document.text) {
            Some(path) => path,
            None => document.endpoint()?.path.to_owned(),
        };
        Target::named(&path).ok()
    }

    /// The body of a document.
    fn body(&self, target: &Target) -> Result<Value> {
        let Self::Document(document) = self else { bail!("the other side is not a document") };
        target
            .body(&document.text)
            .map_err(|reason| anyhow!("{}: {reason}", one_line(&document.source)))
    }

    async fn read(&self, client: &Client, target: &Target) -> Result<Value> {
        let object = match self {
            Self::Document(_) => return self.body(target),
            Self::Live => target,
            Self::Object(object) => object,
        };
        object.current(&client.get_raw(&object.path).await?)
    }
}

/// The object that both sides are about.
fn target(named: Option<&str>, sources: &[Source; 2]) -> Result<Target> {
    if let Some(name) = named {
        let target = Target::named(name)?;
        for source in sources {
            let other = source.target();
            let endpoint = |it: &Target| it.endpoint.map(|endpoint| endpoint.path);
            if let Some(other) = other.filter(|it| endpoint(it) != endpoint(&target)) {
                bail!(
                    "one side is about {}, not about {}",
                    endpoint::short(&other.path),
                    endpoint::short(&target.path)
                );
            }
        }
        return Ok(target);
    }
    let [before, after] = sources.each_ref().map(Source::target);
    let path = |it: &Target| it.endpoint.map(|endpoint| endpoint.path);
    match (before, after) {
        (Some(before), Some(after)) if path(&before) != path(&after) => bail!(
            "the two sides belong to different endpoints: {} and {}; pass `--endpoint`",
            endpoint::short(&before.path),
            endpoint::short(&after.path)
        ),
        (Some(target), _) | (None, Some(target)) => Ok(target),
        (None, None) => bail!(
            "cannot tell which endpoint this is for; pass `--endpoint` (`sps endpoints` lists all)"
        ),
    }
}

fn show(out: &mut Stdout, target: &Target, differences: &[Difference]) -> Result<Status> {
    let status = if differences.is_empty() { Status::Done } else { Status::Different };
    if out.is_json() {
        let list = output::differences(differences);
        let report = json!({"schema_version": 1, "path": target.path, "differences": list});
        print_json(out, &report)?;
        return Ok(status);
    }
    for difference in differences {
        print(out, &difference_line(difference))?;
    }
    match differences.len() {
        0 => remark("no differences"),
        many => remark(&count(many, "difference")),
    }
    Ok(status)
}
