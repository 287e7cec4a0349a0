//! A simulator of the REST API of Safeguard for Privileged Sessions that knows nothing but the spec.
//!
//! It interprets [`sps_spec::Spec`] at run time and shares no code with the generated models or the validator: a
//! mistake of the generator shows up as a disagreement, instead of canceling out on both ends of the wire.
//!
//! [`body`] judges, keeps and shows the bodies of endpoints and objects.
//!
//! ```
//! use serde_json::{Value, json};
//! use sps_sim::body::{Bodies, Mode, World};
//! use sps_spec::Spec;
//!
//! /// An appliance without any objects.
//! struct Empty;
//!
//! impl World for Empty {
//!     fn object(&self, _: &str, _: &str) -> Option<Value> {
//!         None
//!     }
//!     fn referrers(&self, _: &str, _: &str) -> Vec<String> {
//!         Vec::new()
//!     }
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let spec = Spec::embedded();
//! let bodies = Bodies::new(&spec, None);
//! let path = "/api/configuration/management/disk_fillup_prevention";
//! let endpoint = spec.endpoint(path).ok_or("no such endpoint")?;
//! let text = br#"{"archiving_enabled": false, "enabled": true, "used_space_ratio_limit": 85, "typo": 1}"#;
//! // An appliance drops what it does not know; a strict reader refuses it.
//! let stored = bodies.read(endpoint, text, Mode::Lenient, &Empty, path).map_err(|_| "refused")?;
//! assert_eq!(stored, json!({"archiving_enabled": false, "enabled": true, "used_space_ratio_limit": 85}));
//! assert!(bodies.read(endpoint, text, Mode::Strict, &Empty, path).is_err());
//! # Ok(())
//! # }
//! ```

pub mod body;
