//! How a plan is made of a tree, and what can prevent it.

use std::{collections::BTreeSet, path::PathBuf};

use sps_client::Client;
use sps_model::validate::Version;

use super::{Inputs, Plan, Problems, Scope, Values, secret::visit_sources};
use crate::{
    CheckOptions, Found, Label, Object, SecretError, SecretSource, Secrets, Site, SiteReport,
    Snapshot, SnapshotError, State, Wanted, found::Appliance, place::plain,
};

/// How a plan is made.
#[derive(Clone, Default)]
#[non_exhaustive]
pub struct PlanOptions<'a> {
    /// Where the values of secrets come from. Without it, a plan that needs one is refused.
    pub secrets: Option<&'a dyn Secrets>,
    /// The result of checking the tree, if the caller has it. Without it, the tree is checked.
    pub report: Option<&'a SiteReport>,
    /// The folder of the [`State`]. Without it, nothing is known about secrets that were applied.
    pub state: Option<PathBuf>,
    /// The secrets that change in any case, each as label and pointer in one text.
    pub rotate: Vec<String>,
    /// Labels or endpoints: nothing else is planned. Empty for everything.
    pub only: Vec<String>,
}

impl std::fmt::Debug for PlanOptions<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PlanOptions")
            .field("state", &self.state)
            .field("rotate", &self.rotate)
            .field("only", &self.only)
            .finish_non_exhaustive()
    }
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// Files of the tree are invalid. Nothing was sent.
    #[error("the tree is invalid, and nothing was sent: {} errors", count(report))]
    Invalid {
        /// What is wrong.
        report: Box<SiteReport>,
    },
    /// Secrets cannot be read. Nothing was sent.
    #[error("secrets cannot be read, and nothing was sent: {}", list(errors))]
    Secrets {
        /// Why, for each.
        errors: Vec<SecretError>,
    },
    /// The tree does not fit the appliance.
    #[error("{0}")]
    Problems(Problems),
    /// The appliance could not be read. Nothing was changed.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

impl From<Problems> for PlanError {
    fn from(problems: Problems) -> Self {
        Self::Problems(problems)
    }
}

fn count(report: &SiteReport) -> usize {
    report.errors().count() + report.unreadable.len()
}

pub(super) fn list(errors: &[SecretError]) -> String {
    errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl Plan {
    /// Checks a tree, reads its secrets, reads what the appliance has of it, and compares the two. Nothing is changed.
    ///
    /// ```no_run
    /// # async fn example(client: sps_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use std::path::Path;
    ///
    /// use sps_site::{Plan, PlanOptions, Site, plan::Style};
    ///
    /// let site = Site::load(Path::new("examples/site"))?;
    /// let plan = Plan::new(&site, &client, &PlanOptions::default()).await?;
    /// println!("{}", plan.to_text(Style::Plain));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`PlanError`]. Files and secrets are read before the first request.
    pub async fn new(
        site: &Site,
        client: &Client,
        options: &PlanOptions<'_>,
    ) -> Result<Self, PlanError> {
        let prepared = Prepared::new(site, options)?;
        let appliance = Snapshot::appliance_of(client).await?;
        prepared.check_for(&appliance)?;
        let wanted = Wanted::Endpoints(prepared.endpoints());
        let snapshot = Snapshot::read_of(client, appliance, &wanted).await?;
        prepared.plan(client, &snapshot).await
    }
}

impl Scope {
    /// What the settings of a tree say, and these options.
    pub fn new(site: &Site, options: &PlanOptions<'_>) -> Self {
        let settings = site.settings();
        Self {
            owned: settings.owned.clone(),
            ignored: settings.ignored.clone(),
            moved: settings.moved.iter().map(|it| (it.from.clone(), it.to.clone())).collect(),
            only: options.only.iter().map(|it| plain(it).to_owned()).collect(),
        }
    }
}

impl Values {
    /// Reads the secrets of every object that the plan may touch. Call it before anything is sent.
    ///
    /// # Errors
    /// Every secret that cannot be read.
    pub fn read(
        objects: &[Object],
        scope: &Scope,
        secrets: Option<&dyn Secrets>,
    ) -> Result<Self, Vec<SecretError>> {
        let (mut values, mut errors) = (Self::default(), Vec::new());
        for object in objects.iter().filter(|it| !scope.is_ignored(&it.label)) {
            visit_sources(&object.body, &mut |pointer, text| {
                let (Some(source), Some(secrets)) = (SecretSource::parse(text), secrets) else {
                    return;
                };
                if source == SecretSource::Keep {
                    return;
                }
                match secrets.fetch(&source, &object.label, pointer) {
                    Ok(value) => values.insert(object.label.clone(), pointer, value),
                    Err(error) => errors.push(error),
                }
            });
        }
        if errors.is_empty() { Ok(values) } else { Err(errors) }
    }
}

/// A tree that was found valid, with the values of its secrets. Making it sends nothing.
#[derive(Debug)]
pub struct Prepared<'a> {
    site: &'a Site,
    scope: Scope,
    values: Values,
    options: PlanOptions<'a>,
}

impl<'a> Prepared<'a> {
    /// Checks a tree, and reads the values of its secrets. Sends nothing.
    ///
    /// # Errors
    /// [`PlanError::Invalid`], [`PlanError::Secrets`], and [`PlanError::Problems`] if the tree has nothing at a place of
    /// [`PlanOptions::only`].
    pub fn new(site: &'a Site, options: &PlanOptions<'a>) -> Result<Self, PlanError> {
        let checked;
        let report = match options.report {
            Some(report) => report,
            None => {
                checked = site.check(&CheckOptions::default());
                &checked
            }
        };
        if !report.is_valid() {
            return Err(PlanError::Invalid { report: Box::new(report.clone()) });
        }
        let scope = Scope::new(site, options);
        let missing = scope.missing(site.objects());
        if !missing.is_empty() {
            return Err(Problems::new(missing).into());
        }
        let values = Values::read(site.objects(), &scope, options.secrets);
        let values = values.map_err(|errors| PlanError::Secrets { errors })?;
        Ok(Self { site, scope, values, options: options.clone() })
    }

    /// Checks the tree for the version of the appliance, if that is another one than the files are written for: what that
    /// version does not have cannot be read either.
    ///
    /// # Errors
    /// [`PlanError::Invalid`].
    pub fn check_for(&self, appliance: &Appliance) -> Result<(), PlanError> {
        let is_other = |it: &Version| self.site.settings().target != Some(*it);
        let Some(version) = appliance.release().filter(is_other) else { return Ok(()) };
        let options = CheckOptions::default().with_target(version);
        let options = match self.options.secrets {
            Some(secrets) => options.with_secrets(secrets),
            None => options,
        };
        let report = self.site.check(&options);
        if report.is_valid() {
            Ok(())
        } else {
            Err(PlanError::Invalid { report: Box::new(report) })
        }
    }

    /// The endpoints that have to be read; see [`Plan::endpoints_of`].
    pub fn endpoints(&self) -> BTreeSet<String> {
        Plan::endpoints_of(self.site.objects(), &self.scope)
    }

    /// Compares the tree with what an appliance has. If something is deleted, reads the endpoints as well that may refer
    /// to it, which the tree need not name; see [`Plan::referrers`].
    ///
    /// # Errors
    /// [`PlanError::Problems`], [`PlanError::Snapshot`].
    pub async fn plan(&self, client: &Client, snapshot: &Snapshot) -> Result<Plan, PlanError> {
        let appliance = || snapshot.appliance.clone();
        let plan = self.compare(appliance(), snapshot.objects())?;
        let referrers = plan.read_referrers(client, &self.endpoints()).await?;
        if referrers.is_empty() {
            return Ok(plan);
        }
        let found: Vec<_> = snapshot.objects().iter().cloned().chain(referrers).collect();
        self.compare(appliance(), &found)
    }

    /// Compares the tree with what an appliance has.
    ///
    /// # Errors
    /// [`PlanError::Problems`].
    pub fn compare(&self, appliance: Appliance, found: &[Found]) -> Result<Plan, PlanError> {
        let state = match &self.options.state {
            Some(folder) => State::open(folder, &appliance),
            None => State::in_memory(),
        };
        let target = self.site.settings().target;
        let version = appliance.version.clone();
        let mut inputs = Inputs::new(appliance, self.site.objects(), found, &state);
        inputs.scope = self.scope.clone();
        inputs.values = self.values.clone();
        inputs.rotate.clone_from(&self.options.rotate);
        inputs.shared = Some(self.site.shared_objects());
        let mut plan = Plan::compare(inputs)?;
        self.site.root().clone_into(&mut plan.root);
        for note in state.notes() {
            plan.add_note(note);
        }
        for it in &self.site.settings().moved {
            let is_described =
                |label: &Label| self.site.objects().iter().any(|it| it.label == *label);
            let is_passed_on = self.site.settings().moved.iter().any(|next| next.from == it.to);
            let is_found = found.iter().any(|found| found.label == it.from);
            if is_found && !is_passed_on && !is_described(&it.from) && !is_described(&it.to) {
                plan.add_note(format!(
                    "[[moved]] does not rename {}: no file describes {}",
                    it.from, it.to
                ));
            }
        }
        // The last parts of a version are corrections of errors.
        let release = |version: &str| -> Vec<String> {
            version.split('.').take(2).map(str::to_owned).collect()
        };
        let target = target.map(|it| it.to_string()).filter(|_| !version.is_empty());
        if let Some(target) = target.filter(|it| release(it) != release(&version)) {
            let target = target.strip_suffix(".0").unwrap_or(&target);
            plan.add_note(format!(
                "the files are written for version {target}, and the appliance has {version}"
            ));
        }
        Ok(plan)
    }
}
