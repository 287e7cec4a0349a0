//! Bodies of requests, and the errors about them.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use sps_spec::{Endpoint, Version};

use crate::{
    appliance::{Appliance, Call},
    body::Refusal,
    configuration::targets,
    fault::FaultKind,
    http::Failure,
};

impl Call<'_> {
    /// Checks a body, and returns what is stored and the paths that it refers to.
    pub(crate) fn read(
        &self,
        endpoint: &'static Endpoint,
        text: &[u8],
        own: &str,
    ) -> Result<(Value, BTreeSet<String>), Failure> {
        let Appliance { bodies, mode, .. } = self.appliance;
        let read = bodies.read(endpoint, text, *mode, self.view(), own);
        let mut body = read.map_err(|it| self.refused(it))?;
        for fault in self.faults {
            if let FaultKind::LoseKey(name) = fault {
                lose_key(&mut body, name);
            }
        }
        let targets = targets(bodies, endpoint, &body);
        Ok((body, targets))
    }

    /// Reads the body of a request that no endpoint describes: an object with these members.
    pub(crate) fn read_members(&self, names: &[&str]) -> Result<Value, Failure> {
        let Appliance { bodies, mode, .. } = self.appliance;
        let read = bodies.read_members(names, &self.request.body, *mode, self.view());
        read.map_err(|it| self.refused(it))
    }

    /// Makes the error for a body that is not JSON. Its type depends on the version.
    pub(crate) fn invalid_body(&self, why: &str) -> Failure {
        let kind = if self.appliance.target >= Version::new([7, 0, 3, 1]) {
            "InvalidRequestBody"
        } else {
            "Bad Request"
        };
        Failure::new(400, kind, format!("The request body format is invalid: {why}"))
    }

    fn refused(&self, refusal: Refusal) -> Failure {
        match refusal {
            Refusal::NotJson(why) => self.invalid_body(&why),
            Refusal::Semantic(findings) => {
                let errors = findings.into_iter().map(
                    |it| json!({"code": it.code, "pointer": it.pointer, "message": it.message}),
                );
                Failure::semantic(errors.collect())
            }
        }
    }
}

/// Removes the members with this name, at any depth.
fn lose_key(value: &mut Value, name: &str) {
    match value {
        Value::Object(members) => {
            members.remove(name);
            members.values_mut().for_each(|it| lose_key(it, name));
        }
        Value::Array(elements) => elements.iter_mut().for_each(|it| lose_key(it, name)),
        _ => {}
    }
}

/// Makes a semantic error with one finding.
pub(crate) fn semantic_error(code: &str, pointer: &str, message: &str) -> Failure {
    Failure::semantic(vec![json!({"code": code, "pointer": pointer, "message": message})])
}
