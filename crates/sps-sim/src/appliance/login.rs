//! Logging in, with a password or a certificate, and what there is to log in with.

use serde_json::json;
use sps_spec::Version;

use crate::{
    appliance::{Call, Logins, Outcome, timeout},
    http::{Answer, Authorization, Failure},
    session::User,
};

impl Call<'_> {
    pub(crate) fn log_in(&mut self) -> Outcome {
        let methods = ["local"];
        let method = self.request.parameter("login_method");
        let kind = self.request.parameter("type");
        let user = if kind.as_deref() == Some("x509") {
            if !self.appliance.logins.certificate {
                return Err(Failure::authentication());
            }
            // Which name of the certificate counts, no page says: the common name of its subject.
            let name = self.request.certificate.as_ref().ok_or_else(Failure::authentication)?;
            self.appliance.users.iter().find(|it| it.name == *name)
        } else {
            match &self.request.authorization {
                Authorization::None => {
                    return match self.request.token.clone() {
                        Some(token) => self.still_logged_in(&token),
                        None => Err(Failure::unauthenticated(self.path)),
                    };
                }
                Authorization::Unusable => return Err(Failure::authentication()),
                Authorization::Basic(name, password) => {
                    let right = |it: &&User| it.name == *name && it.has_password(password);
                    let users = self.appliance.users.iter();
                    let known = method.is_none_or(|it| methods.contains(&it.as_str()));
                    let may = self.appliance.logins.password && known;
                    users.filter(|_| may).find(right)
                }
            }
        };
        let user = user.ok_or_else(Failure::authentication)?;
        let (token, x_token) = (self.state.random.hex(40), self.state.random.hex(40));
        let (now, timeout) = (self.appliance.clock.now(), timeout(&self.state.committed));
        self.state.sessions.open(token.clone(), user, x_token, now);
        self.caller = self.state.sessions.touch(&token, now, timeout);
        let expires = crate::clock::http_date(now.checked_add(timeout).unwrap_or(now));
        let secure = if self.appliance.secure { "; Secure" } else { "" };
        let cookie = format!(
            "session_id={token}; expires={expires}; HttpOnly; Max-Age={}; Path=/{secure}",
            timeout.as_secs()
        );
        let meta = self.meta(self.view(), self.path);
        Ok(Answer::json(200, &json!({"meta": meta})).with("set-cookie", cookie))
    }

    fn still_logged_in(&mut self, token: &str) -> Outcome {
        let (now, timeout) = (self.appliance.clock.now(), timeout(&self.state.committed));
        self.caller = self.state.sessions.touch(token, now, timeout);
        if self.caller.is_none() {
            return Err(Failure::unauthenticated(self.path));
        }
        let meta = self.meta(self.view(), self.path);
        Ok(Answer::json(200, &json!({"meta": meta})))
    }

    pub(crate) fn has_login_methods(&self) -> bool {
        self.appliance.target >= Version::new([7])
    }

    pub(crate) fn login_types(&self) -> Answer {
        let Logins { password, certificate } = self.appliance.logins;
        let types = [("basic", password), ("x509", certificate)];
        let types: Vec<_> = types.iter().filter(|it| it.1).map(|it| it.0).collect();
        let meta = self.meta(self.view(), self.path);
        Answer::json(200, &json!({"types": types, "meta": meta}))
    }

    pub(crate) fn login_methods(&self) -> Answer {
        let Logins { password, certificate } = self.appliance.logins;
        let methods = [("local", password), ("x509", certificate)];
        let methods: Vec<_> = methods.iter().filter(|it| it.1).map(|it| it.0).collect();
        let meta = self.meta(self.view(), self.path);
        Answer::json(200, &json!({"login_methods": methods, "meta": meta}))
    }
}
