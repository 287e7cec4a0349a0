//! A plain password has no `Debug`, and so has no type that derives it around one.

use sps_model::{Resource, Secret};

#[derive(Debug, Clone, PartialEq, Resource)]
struct Body {
    plain: Secret,
}

fn main() {
    let secret = Secret::new("correct horse");
    println!("{secret:?} {secret}");
}
