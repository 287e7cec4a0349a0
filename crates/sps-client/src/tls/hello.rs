//! The certificate of a server of TLS 1.2, which sends it before any encryption.
//!
//! rustls ends a handshake before the certificate if it shares no curve or algorithm with the server. This handshake claims
//! to know all of them and ends with the certificate.

use ring::rand::{SecureRandom as _, SystemRandom};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

/// More than a chain of certificates needs.
const MAX_BYTES: usize = 256 << 10;

const RECORD_HANDSHAKE: u8 = 22;
const CLIENT_HELLO: u8 = 1;
const CERTIFICATE: u8 = 11;
const SERVER_HELLO_DONE: u8 = 14;

/// Those of elliptic curves, of RSA, and of Diffie-Hellman with RSA and DSS.
const CIPHER_SUITES: [u16; 22] = [
    0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8, 0xc009, 0xc013, 0xc00a, 0xc014, 0x009c, 0x009d,
    0x002f, 0x0035, 0x003c, 0x003d, 0x009e, 0x009f, 0x0033, 0x0039, 0x00a2, 0x0032,
];
/// X25519, P-256, P-384, P-521, X448, P-224, secp256k1, the curves of Brainpool, and the groups of RFC 7919.
const GROUPS: [u16; 13] = [29, 23, 24, 25, 30, 21, 22, 26, 27, 28, 256, 257, 258];
/// Every scheme of RFC 8446 and RFC 5246.
const SCHEMES: [u16; 25] = [
    0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080a, 0x080b, 0x081a,
    0x081b, 0x081c, 0x0401, 0x0501, 0x0601, 0x0303, 0x0301, 0x0402, 0x0502, 0x0602, 0x0203, 0x0201,
    0x0202,
];

/// Connects and reads the server's certificate in DER.
pub(super) async fn certificate(host: &str, port: u16) -> Option<Vec<u8>> {
    // An IPv6 address of a URL has brackets.
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let mut stream = TcpStream::connect((bare, port)).await.ok()?;
    stream.write_all(&client_hello(bare)?).await.ok()?;
    let mut messages = Vec::new();
    while messages.len() < MAX_BYTES {
        let mut header = [0; 5];
        stream.read_exact(&mut header).await.ok()?;
        let [kind, _, _, high, low] = header;
        let mut record = vec![0; usize::from(u16::from_be_bytes([high, low]))];
        stream.read_exact(&mut record).await.ok()?;
        if kind != RECORD_HANDSHAKE {
            return None;
        }
        messages.extend(record);
        match in_messages(&messages) {
            Found::Certificate(certificate) => return Some(certificate),
            Found::Nothing => return None,
            Found::NotYet => {}
        }
    }
    None
}

/// What the messages so far contain.
#[derive(Debug, PartialEq, Eq)]
enum Found {
    Certificate(Vec<u8>),
    Nothing,
    NotYet,
}

fn in_messages(mut messages: &[u8]) -> Found {
    while let Some((&kind, rest)) = messages.split_first() {
        let Some((body, rest)) = split_long(rest) else { return Found::NotYet };
        if kind == CERTIFICATE {
            let first = split_long(body).and_then(|(list, _)| split_long(list));
            return match first {
                Some((certificate, _)) => Found::Certificate(certificate.to_vec()),
                None => Found::Nothing,
            };
        }
        if kind == SERVER_HELLO_DONE {
            return Found::Nothing;
        }
        messages = rest;
    }
    Found::NotYet
}

/// Splits bytes off whose length is in the first three.
fn split_long(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<3>()?;
    let [high, middle, low] = *length;
    let length = u32::from_be_bytes([0, high, middle, low]);
    rest.split_at_checked(usize::try_from(length).ok()?)
}

fn client_hello(host: &str) -> Option<Vec<u8>> {
    let mut random = [0; 32];
    SystemRandom::new().fill(&mut random).ok()?;
    let words = |list: &[u16]| list.iter().flat_map(|it| it.to_be_bytes()).collect::<Vec<_>>();
    let mut extensions = Vec::new();
    if host.parse::<std::net::IpAddr>().is_err() {
        let name = [&[0][..], &with_length(host.as_bytes())?].concat();
        extensions.extend(extension(0, &with_length(&name)?)?);
    }
    extensions.extend(extension(10, &with_length(&words(&GROUPS))?)?);
    // Points without compression.
    extensions.extend(extension(11, &[1, 0])?);
    extensions.extend(extension(13, &with_length(&words(&SCHEMES))?)?);

    let mut body = vec![3, 3];
    body.extend(random);
    // No session to resume.
    body.push(0);
    body.extend(with_length(&words(&CIPHER_SUITES))?);
    // No compression.
    body.extend([1, 0]);
    body.extend(with_length(&extensions)?);
    let message = [&[CLIENT_HELLO, 0][..], &with_length(&body)?].concat();
    Some([&[RECORD_HANDSHAKE, 3, 1][..], &with_length(&message)?].concat())
}

fn extension(number: u16, content: &[u8]) -> Option<Vec<u8>> {
    Some([&number.to_be_bytes()[..], &with_length(content)?].concat())
}

/// The bytes after their length, which has two bytes.
fn with_length(bytes: &[u8]) -> Option<Vec<u8>> {
    let length = u16::try_from(bytes.len()).ok()?;
    Some([&length.to_be_bytes()[..], bytes].concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_certificate_among_the_messages() {
        let hello = [2, 0, 0, 2, 3, 3];
        let certificate = [11, 0, 0, 8, 0, 0, 5, 0, 0, 2, 0x30, 0];
        let both = [&hello[..], &certificate].concat();
        assert_eq!(in_messages(&both), Found::Certificate(vec![0x30, 0]));
        for end in 0..both.len() {
            assert_eq!(in_messages(&both[..end]), Found::NotYet, "{end}");
        }
        assert_eq!(in_messages(&[11, 0, 0, 3, 0, 0, 0]), Found::Nothing);
        assert_eq!(in_messages(&[11, 0, 0, 3, 0, 0, 9]), Found::Nothing);
        assert_eq!(in_messages(&[14, 0, 0, 0]), Found::Nothing);
    }
}
