//! The machine under the appliance: a boot replaces the appliance, perhaps by one of another version.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use crate::{
    appliance::Appliance,
    configuration::{Locks, Transactions, restore},
    session::{Sessions, User},
};

/// The machine. It always runs one appliance.
#[derive(Debug)]
pub(crate) struct Machine {
    appliance: Mutex<Arc<Appliance>>,
    /// Number of transactions, if it does not follow from the version.
    pub(crate) locks: Option<Locks>,
    /// Why the last connection could not be taken.
    accept_error: Mutex<Option<String>>,
}

impl Machine {
    pub(crate) fn new(appliance: Appliance, locks: Option<Locks>) -> Self {
        Self { appliance: Mutex::new(Arc::new(appliance)), locks, accept_error: Mutex::default() }
    }

    /// Returns the appliance, after a boot whose time has come.
    pub(crate) fn appliance(&self) -> Arc<Appliance> {
        let mut appliance = self.lock();
        let now = appliance.clock.now();
        let is_due = appliance.lock().device.boot.as_ref().is_some_and(|it| now >= it.at);
        if is_due {
            self.replace(&mut appliance);
        }
        Arc::clone(&appliance)
    }

    /// Boots now.
    pub(crate) fn reboot(&self) {
        self.replace(&mut self.lock());
    }

    /// Notes that a connection could not be taken.
    pub(crate) fn refuse(&self, error: &io::Error) {
        *self.accept_error.lock().unwrap_or_else(PoisonError::into_inner) = Some(error.to_string());
    }

    /// Returns why the last connection could not be taken.
    pub(crate) fn accept_error(&self) -> Option<String> {
        self.accept_error.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn lock(&self) -> MutexGuard<'_, Arc<Appliance>> {
        self.appliance.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the appliance by the one that boots: in the version of the chosen slot, without sessions and
    /// transactions. A configuration that does not fit that version keeps the old one running.
    fn replace(&self, appliance: &mut Arc<Appliance>) {
        let old = Arc::clone(appliance);
        // A request that still holds the old appliance finds its session ended.
        let state = &mut *old.lock();
        let device = &mut state.device;
        let admin = device.boot.take().and_then(|it| it.admin);
        let version = device.slots.version(device.slots.next()).and_then(|it| it.parse().ok());
        let mut target = version.unwrap_or_else(|| old.target.clone());
        let (mut tree, mut bodies) = old.parts(&target);
        if target != old.target {
            let configuration = state.committed.clone();
            match restore(configuration, &old.target, old.spec, &target, &tree, &bodies) {
                Ok(restored) => {
                    state.origin.keep(&state.committed);
                    state.committed = restored.configuration;
                    if let Some(file) = &old.file {
                        file.keep(old.target.clone());
                    }
                }
                Err(_) => {
                    device.slots.stay();
                    target = old.target.clone();
                    (tree, bodies) = old.parts(&target);
                }
            }
        }
        device.slots.boot();
        state.sessions = Sessions::default();
        state.transactions = Transactions::new(self.locks.unwrap_or_else(|| Locks::of(&target)));
        *appliance = Arc::new(Appliance {
            spec: old.spec,
            bodies,
            tree,
            target,
            clock: old.clock.clone(),
            mode: old.mode,
            users: users(&old.users, admin),
            logins: old.logins,
            max_sessions: old.max_sessions,
            secure: old.secure,
            address: old.address,
            name: old.name.clone(),
            file: old.file.clone(),
            state: Arc::clone(&old.state),
        });
    }
}

/// Returns the users, with the administrator of the wizard in place of another user of this name.
fn users(old: &[User], admin: Option<User>) -> Vec<User> {
    let others = old.iter().filter(|it| admin.as_ref().is_none_or(|admin| admin.name != it.name));
    let others = others.cloned().collect::<Vec<_>>();
    admin.into_iter().chain(others).collect()
}
