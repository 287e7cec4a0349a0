//! A renamed dependency, and a mistake that ends the reading early: still one message.

use sps_model as appliance;

#[derive(Debug, Clone, PartialEq, appliance::Resource)]
#[resource(crate = appliance)]
struct Body(u8);

fn main() {}
