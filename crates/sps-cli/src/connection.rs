//! Connection to an appliance: its options, the login, and the runtime that drives it.

mod login;
mod options;
pub(crate) mod password;
mod peer;
mod profile;
mod proxy;
pub(crate) mod runtime;
mod seed;
mod tls_files;
mod variable;

pub(crate) use crate::connection::{
    options::{Args, usual_login_files},
    profile::{names as profile_names, state as state_folder},
    seed::{Seed, seed_with},
};
