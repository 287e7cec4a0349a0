//! Logins with a password or a certificate, and the discovery of login methods.

use serde_json::json;
use sps_spec::Version;

use crate::{
    appliance::{Call, HandlerResult, Logins, idle_time},
    clock::http_date,
    http::{Authorization, Failure, Response},
    session::{Caller, Credential, User},
};

impl<'a> Call<'a> {
    pub(crate) fn log_in(&mut self) -> HandlerResult {
        let uses_certificate = self.request.parameter("type").as_deref() == Some("x509");
        let user = match &self.request.authorization {
            _ if uses_certificate => self.certificate_user()?,
            Authorization::Basic(name, password) => self.password_user(name, password)?,
            Authorization::Unusable => return Err(Failure::authentication()),
            Authorization::None => {
                return match self.request.token.clone() {
                    Some(token) => self.still_logged_in(&token),
                    None => Err(Failure::unauthenticated(self.path)),
                };
            }
        };
        self.require_free_session()?;
        let credential =
            if uses_certificate { Credential::Certificate } else { Credential::Password };
        let token = self.open_session(user, credential);
        let cookie = self.cookie(&token);
        let meta = self.meta(self.view(), self.path);
        Ok(Response::json(200, &json!({"meta": meta})).with_header("set-cookie", cookie))
    }

    /// Refuses a login while as many sessions are open as the appliance allows.
    fn require_free_session(&self) -> Result<(), Failure> {
        let Some(quota) = self.appliance.max_sessions else { return Ok(()) };
        if self.state.sessions.count() < quota {
            return Ok(());
        }
        Err(Failure::too_many_sessions())
    }

    /// Finds the session of the request: that of its cookie, or else that of its password.
    ///
    /// A client that sends no cookie has one session as well, or its transaction would end with each request.
    pub(crate) fn identify(&mut self) -> Result<(), Failure> {
        self.caller = self.request.token.as_deref().and_then(|it| self.touch(it));
        if self.caller.is_some() {
            return Ok(());
        }
        let Authorization::Basic(name, password) = &self.request.authorization else {
            return Ok(());
        };
        let Ok(user) = self.password_user(name, password) else { return Ok(()) };
        match self.state.sessions.token_without_cookie(name) {
            Some(token) => self.caller = self.touch(&token),
            None => {
                self.require_free_session()?;
                let token = self.open_session(user, Credential::Password);
                self.state.sessions.keep_without_cookie(name, token);
            }
        }
        Ok(())
    }

    /// Opens a session for the request, and returns its token.
    fn open_session(&mut self, user: &User, credential: Credential) -> String {
        let (token, x_token) = (self.state.random.hex(40), self.state.random.hex(40));
        let now = self.appliance.clock.now();
        self.state.sessions.open(token.clone(), user, credential, x_token, now);
        self.caller = self.touch(&token);
        token
    }

    /// Returns the caller of an open session, and restarts its idle time.
    fn touch(&mut self, token: &str) -> Option<Caller> {
        let (now, timeout) = (self.appliance.clock.now(), idle_time(&self.state.committed));
        self.state.sessions.touch(token, now, timeout)
    }

    /// Returns the cookie of a new session.
    fn cookie(&self, token: &str) -> String {
        let (now, timeout) = (self.appliance.clock.now(), idle_time(&self.state.committed));
        let expires = http_date(now.checked_add(timeout).unwrap_or(now));
        let secure = if self.appliance.secure { "; Secure" } else { "" };
        format!(
            "session_id={token}; expires={expires}; HttpOnly; Max-Age={}; Path=/{secure}",
            timeout.as_secs()
        )
    }

    /// Returns the user whom the client's certificate names. The guide does not say where; we use the common name.
    fn certificate_user(&self) -> Result<&'a User, Failure> {
        let name = self.request.certificate.as_ref().filter(|_| self.appliance.logins.certificate);
        let name = name.ok_or_else(Failure::authentication)?;
        let user = self.appliance.users.iter().find(|it| it.name == *name);
        user.ok_or_else(Failure::authentication)
    }

    /// Returns the user with this password, if the login method has it.
    fn password_user(&self, name: &str, password: &str) -> Result<&'a User, Failure> {
        let method = self.request.parameter("login_method");
        let is_known = method.is_none_or(|it| it == "local");
        let matches = |it: &&User| it.name == name && it.has_password(password);
        let user = self.appliance.users.iter().find(matches);
        user.filter(|_| self.appliance.logins.password && is_known)
            .ok_or_else(Failure::authentication)
    }

    fn still_logged_in(&mut self, token: &str) -> HandlerResult {
        self.caller = self.touch(token);
        if self.caller.is_none() {
            return Err(Failure::unauthenticated(self.path));
        }
        let meta = self.meta(self.view(), self.path);
        Ok(Response::json(200, &json!({"meta": meta})))
    }

    pub(crate) fn has_login_methods(&self) -> bool {
        self.appliance.target >= Version::new([7])
    }

    pub(crate) fn login_types(&self) -> Response {
        let Logins { password, certificate } = self.appliance.logins;
        let types = [("basic", password), ("x509", certificate)];
        let types: Vec<_> = types.iter().filter(|it| it.1).map(|it| it.0).collect();
        let meta = self.meta(self.view(), self.path);
        Response::json(200, &json!({"types": types, "meta": meta}))
    }

    pub(crate) fn login_methods(&self) -> Response {
        let Logins { password, certificate } = self.appliance.logins;
        let methods = [("local", password), ("x509", certificate)];
        let methods: Vec<_> = methods.iter().filter(|it| it.1).map(|it| it.0).collect();
        let meta = self.meta(self.view(), self.path);
        Response::json(200, &json!({"login_methods": methods, "meta": meta}))
    }
}
