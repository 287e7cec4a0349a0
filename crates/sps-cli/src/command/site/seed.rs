//! A simulator that starts with the configuration of a tree.

use std::path::Path;

use anyhow::{Context as _, Result, anyhow};
use sps_client::{Client, Login};
use sps_model::Method;
use sps_sim::Simulator;
use sps_site::{
    ApplyOptions, CheckOptions, LoadOptions, MadeUpSecrets, Object, Plan, PlanOptions, Secrets,
    Site, Snapshot, State, Wanted,
    plan::{Inputs, Scope, Style, Values},
};

use crate::{
    check::validate::now,
    command::site::{
        error::{not_applied, not_planned, not_read},
        report,
        secrets::SecretSources,
    },
    failure::Reported,
    output::{complain, count, one_line, remark},
    spec::endpoints,
    status::Status,
};

/// A tree that was found valid, for a simulator to start with.
pub(crate) struct Seed {
    site: Site,
    objects: Vec<Object>,
    secrets: Box<dyn Secrets>,
}

impl Seed {
    /// Reads and checks a tree, for this version or else for the one that the tree names. Without sources of secrets, all
    /// are made up. Prints what is wrong with the tree.
    ///
    /// # Errors
    /// The tree is invalid, or a secret cannot be read.
    pub(crate) fn read(
        root: &Path,
        secrets: Option<&SecretSources>,
        target: Option<&sps_spec::Version>,
    ) -> Result<Self> {
        let options = LoadOptions::default().with_endpoints(endpoints().iter().copied());
        let site = Site::load_with(root, &options)?;
        let (objects, secrets): (_, Box<dyn Secrets>) = match secrets {
            None => (MadeUpSecrets.objects(&site), Box::new(MadeUpSecrets)),
            Some(sources) => (site.objects().to_vec(), Box::new(sources.reader(root))),
        };
        let seed = Self { site, objects, secrets };
        let mut options = CheckOptions::default().with_secrets(&*seed.secrets);
        options.now = now();
        options.target = target.map(|it| it.to_string().parse()).transpose()?;
        match report::print(root, &seed.site.check(&options))? {
            Some(status) => Err(Reported(status).into()),
            None => Ok(seed),
        }
    }

    /// The version that the tree is for.
    pub(crate) fn target(&self) -> Option<sps_spec::Version> {
        self.site.settings().target?.to_string().parse().ok()
    }

    /// Applies the tree to the simulator, as `sps apply` does, and ends the session.
    ///
    /// # Errors
    /// The tree does not fit the simulator, or the simulator did not take everything.
    pub(crate) async fn plant(&self, simulator: &Simulator) -> Result<()> {
        let client = client(simulator).await?;
        let planted = self.apply(&client).await;
        // What it did is done. A session that stays open ends by itself.
        let _ = client.send_raw(Method::Delete, "/api/authentication", None).await;
        if let Some(status) = planted? {
            return Err(Reported(status).into());
        }
        let root = self.site.root().display().to_string();
        let objects = count(self.objects.len(), "object");
        remark(&format!("simulator  starts with {}: {objects}", one_line(&root)));
        Ok(())
    }

    /// Plans and applies. The status is that of a failure that was printed.
    async fn apply(&self, client: &Client) -> Result<Option<Status>> {
        let scope = Scope::new(&self.site, &PlanOptions::default());
        let values = match Values::read(&self.objects, &scope, Some(&*self.secrets)) {
            Ok(values) => values,
            Err(errors) => return not_planned(sps_site::PlanError::Secrets { errors }).map(Some),
        };
        let wanted = Wanted::Endpoints(Plan::endpoints_of(&self.objects, &scope));
        let snapshot = Snapshot::read(client, &wanted).await.map_err(not_read)?;
        let mut state = State::in_memory();
        let appliance = snapshot.appliance.clone();
        let mut inputs = Inputs::new(appliance, &self.objects, snapshot.objects(), &state);
        inputs.scope = scope;
        inputs.values = values;
        let plan = match Plan::compare(inputs) {
            Ok(plan) => plan,
            Err(problems) => return not_planned(problems.into()).map(Some),
        };
        let mut options = ApplyOptions::default();
        // Only a simulator with a state has objects that could be deleted, and the tree says what is to be there.
        options.delete_all = plan.emptied().map(|(collection, _)| collection.to_owned()).collect();
        let applied = match plan.apply(client, &mut state, &options, &mut ()).await {
            Ok(applied) => applied,
            Err(error) => return Ok(Some(not_applied(&error))),
        };
        match applied.left {
            Some(left) if left.is_empty() => Ok(None),
            Some(left) => {
                complain("error: the simulator did not take everything; this is left to change:");
                complain(left.to_text(Style::Plain).trim_end());
                Ok(Some(Status::Invalid))
            }
            None => {
                Err(anyhow!("the simulator could not be read back: {}", applied.notes.join("; ")))
            }
        }
    }
}

/// Logs in to a simulator of this process.
async fn client(simulator: &Simulator) -> Result<Client> {
    let builder = Client::builder(&simulator.url())?
        .login(Login::password(simulator.user(), simulator.password()))
        .endpoints(endpoints());
    let builder = match simulator.sha256_fingerprint() {
        Some(fingerprint) => builder.pin_sha256(fingerprint)?,
        // Nothing leaves this machine.
        None => builder.danger_allow_http(),
    };
    builder.connect().await.context("cannot log in to the simulator")
}
