//! Questions about a type that nothing describes.

use sps_model::{strategy, validate::Context};

#[derive(Debug)]
struct Plain;

fn main() {
    let _ = strategy::near_miss::<Plain>();
    let _ = sps_model::accept::<Plain>("{}", &Context::default());
}
