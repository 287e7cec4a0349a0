//! `sps plan`: what would change.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};
use clap::ValueEnum;
use sps_site::{
    Plan,
    plan::{MarkdownOptions, SavedPlan, Style},
};

use crate::{
    check::validate::now,
    command::site::{
        error::not_taken,
        secrets::SecretArgs,
        seed::seeds,
        tree::{Tree, TreeArgs},
    },
    connection::{self, runtime},
    output::{
        Stdout, date_time,
        graph::{self, Graph as Drawing},
        html::plan::{PlanFacts, plan_page},
        is_stdout_colored, print, print_result, remark,
    },
    status::Status,
};

/// Show what has to change so that an appliance has what a tree of files describes
///
/// Checks every file of the tree and reads its secrets before it connects. Then it reads what the appliance has of the
/// tree, compares, and prints the changes of each member; secrets are shown by where they come from. It changes nothing.
///
/// With --out, saves the plan for `sps apply`, which carries it out if neither the appliance nor a secret has changed
/// since. The file has no secret, but it has the rest of the configuration, so only its owner can read it.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Exit status:
  0    the appliance is as the tree describes it
  1    the tree is invalid, or does not fit the appliance
  2    it could not be done, such as reading a secret
  3    there are changes
  130  interrupted

Examples:
  sps plan config/
  sps plan config/ --out change.plan
  sps plan --show change.plan --format markdown
  sps plan config/ --format html
  sps plan config/ --only policies/time_policies --format json
  sps plan examples/site --sim")]
pub(crate) struct PlanArgs {
    /// Root of the tree
    #[arg(value_name = "DIR", required_unless_present = "show")]
    dir: Option<PathBuf>,

    #[command(flatten)]
    tree: TreeArgs,

    /// Save the plan to this file
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,

    /// Print a saved plan instead, without a connection
    #[arg(long, value_name = "FILE", conflicts_with_all = ["dir", "only", "rotate", "out"])]
    show: Option<PathBuf>,

    /// Print the requests of the plan as a graph instead: what has to come before what
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with = "format")]
    graph: Option<Graph>,

    /// Output format
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = PlanFormat::Human)]
    format: PlanFormat,

    #[command(flatten)]
    secrets: SecretArgs,

    #[command(flatten)]
    connection: connection::Args,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Graph {
    /// The language of Graphviz
    Dot,
    /// A picture, drawn without Graphviz
    Svg,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PlanFormat {
    /// For people
    Human,
    /// One JSON object
    Json,
    /// For a comment on a merge request; less than 60 kB
    Markdown,
    /// A page in one file, with a graph of the references
    Html,
}

/// Runs `sps plan`.
pub(crate) fn plan(args: &PlanArgs, out: &mut Stdout) -> Result<Status> {
    if let Some(file) = &args.show {
        let saved = match SavedPlan::load(file) {
            Ok(saved) => saved,
            Err(error) => return not_taken(error),
        };
        remark(&format!("a plan of {} for {}", saved.made_at, saved.plan.appliance().describe()));
        let facts = PlanFacts {
            made_at: saved.made_at.clone(),
            unchecked: vec![UNCHECKED_WHEN_SAVED.to_owned()],
            all: args.all(),
        };
        args.print(&saved.plan, &facts, out)?;
        return Ok(status(&saved.plan));
    }
    let Some(dir) = &args.dir else { bail!("no tree: pass a folder") };
    let tree = match Tree::read(dir, &args.tree, &args.secrets, &args.connection)? {
        Ok(tree) => tree,
        Err(status) => return Ok(status),
    };
    runtime::with_seeds(&args.connection, &seeds(&args.secrets), async |client| {
        let plan = match tree.plan(client, &args.connection).await? {
            Ok(plan) => plan,
            Err(status) => return Ok(status),
        };
        if let Some(file) = &args.out {
            save(&plan, file)?;
        }
        let made_at = now().map(date_time).unwrap_or_default();
        let facts = PlanFacts { made_at, unchecked: tree.unchecked(), all: args.all() };
        args.print(&plan, &facts, out)?;
        Ok(status(&plan))
    })
}

/// What a saved plan does not tell.
const UNCHECKED_WHEN_SAVED: &str = "A saved plan does not tell which rules the check of its tree left open; `sps check` lists them.";

fn status(plan: &Plan) -> Status {
    if plan.is_empty() { Status::Done } else { Status::Different }
}

fn save(plan: &Plan, file: &Path) -> Result<()> {
    let made_at = now().map(date_time).unwrap_or_default();
    plan.save(file, &made_at)?;
    remark(&format!("saved      {}", file.display()));
    Ok(())
}

impl PlanArgs {
    /// The command that shows all of the plan.
    fn all(&self) -> String {
        match self.out.as_ref().or(self.show.as_ref()) {
            Some(file) => format!("sps plan --show {}", file.display()),
            None => "sps plan --format json".to_owned(),
        }
    }

    fn print(&self, plan: &Plan, facts: &PlanFacts, out: &mut Stdout) -> Result<()> {
        match (self.graph, self.format) {
            (Some(Graph::Dot), _) => print(out, &plan.to_dot()),
            (Some(Graph::Svg), _) => {
                let title = format!("Requests of the plan for {}", plan.appliance().url);
                print(out, &graph::file(&Drawing::of_steps(plan), &title, "comes after"))
            }
            (None, PlanFormat::Html) => print(out, &plan_page(plan, facts)),
            (None, PlanFormat::Human) => print_plan(plan, out),
            (None, PlanFormat::Json) => print_result(out, plan.to_json(), status(plan)),
            (None, PlanFormat::Markdown) => {
                let mut options = MarkdownOptions::default();
                if self.out.is_some() || self.show.is_some() {
                    options.rest = Some(format!("`{}` shows all.", self.all()));
                }
                print(out, &plan.to_markdown(&options))
            }
        }
    }
}

/// Prints a plan for people.
pub(super) fn print_plan(plan: &Plan, out: &mut Stdout) -> Result<()> {
    if is_stdout_colored() {
        // Its control characters are visible already, but for those of the colors.
        writeln!(out, "{}", plan.to_text(Style::Color).trim_end())?;
        return Ok(out.flush()?);
    }
    print(out, &plan.to_text(Style::Plain))
}
