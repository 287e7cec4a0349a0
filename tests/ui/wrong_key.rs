//! The key of a password does not fit where a certificate belongs.

use sps_model::{Key, Optional, Password, Reference, Resource, X509};

#[derive(Debug, Clone, PartialEq, Resource)]
#[resource(builder)]
struct Body {
    certificate: Key<X509>,
    #[resource(default)]
    other: Optional<Key<X509>>,
}

fn main() {
    let password = Key::<Password>::new("aaaaaaaa-0000-4000-8000-000000000001");
    let body = Body::new("certificate").with_certificate(password);
    let other = Optional::Present(Key::<Password>::new("aaaaaaaa-0000-4000-8000-000000000002"));
    let body = Body { other, ..body };
    // Nor does what a response shows fit into a request.
    let certificate = Reference::new(Key::<X509>::new("certificate"));
    let body = Body { certificate, ..body };
}
