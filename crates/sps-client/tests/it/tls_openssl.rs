//! Servers of OpenSSL, for keys that no library here can sign with.
//!
//! Each test is skipped with a line on standard error where `openssl` cannot be run.

#![expect(clippy::print_stderr, reason = "a skipped test has to say so")]

use std::{
    fs,
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, Stdio},
};

use sps_client::{Argument, Error, ErrorKind};
use tempfile::TempDir;

use crate::{
    tls::{Trust, argument, connect},
    tls_server::{Identity, params},
};

/// A folder where OpenSSL works.
struct Folder(TempDir);

/// A running server.
struct Server {
    process: Child,
    port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Folder {
    /// `None` where OpenSSL 3 is missing.
    fn new() -> Option<Self> {
        let version = Command::new("openssl").arg("version").output().ok();
        let version = version.map(|it| String::from_utf8_lossy(&it.stdout).into_owned());
        if version.as_deref().is_some_and(|it| it.starts_with("OpenSSL 3.")) {
            return Some(Self(TempDir::new().unwrap()));
        }
        eprintln!("skipped: `openssl` cannot be run, or is not OpenSSL 3");
        None
    }

    fn command(&self, arguments: &str) -> Command {
        let mut command = Command::new("openssl");
        command.args(arguments.split_whitespace()).current_dir(self.0.path()).stdin(Stdio::null());
        command
    }

    fn run(&self, arguments: &str) {
        let output = self.command(arguments).output().unwrap();
        assert!(
            output.status.success(),
            "{arguments}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
    }

    fn read(&self, file: &str) -> Vec<u8> {
        fs::read(self.0.path().join(file)).unwrap()
    }

    /// A key, and the certificate that it signs itself.
    fn self_signed(&self, key: &str) {
        self.run(&format!("genpkey {key} -out own.key"));
        self.run("req -new -x509 -key own.key -out own.pem -days 3650 -subj /CN=127.0.0.1");
    }

    fn pin(&self, file: &str) -> String {
        let arguments = format!("x509 -in {file} -noout -fingerprint -sha256");
        let output = self.command(&arguments).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.trim().split_once('=').unwrap().1.to_owned()
    }

    fn start(&self, options: &str) -> Server {
        let arguments =
            format!("s_server -accept 127.0.0.1:0 -cert own.pem -key own.key -www {options}");
        let mut command = self.command(&arguments);
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        let port = loop {
            let mut line = String::new();
            assert_ne!(lines.read_line(&mut line).unwrap(), 0, "the server ended");
            if let Some(address) = line.strip_prefix("ACCEPT ") {
                break address.trim().rsplit(':').next().unwrap().parse().unwrap();
            }
        };
        // So that the server never waits for a reader.
        std::thread::spawn(move || lines.read_to_end(&mut Vec::new()));
        Server { process, port }
    }

    /// Every way to name the certificate of the server.
    fn ways(&self) -> [Trust; 3] {
        [Trust::File(self.read("own.pem")), Trust::Pin(self.pin("own.pem")), Trust::Any]
    }

    async fn accepts(&self, options: &str) {
        let server = self.start(options);
        for trust in self.ways() {
            let error = connect(server.port, &trust).await;
            // The page of the server is not a response of an appliance.
            let kind = error.kind();
            assert_eq!(*kind, ErrorKind::UnexpectedResponse, "{options} {trust:?}: {error:?}");
        }
        let stranger = Identity::of(&params("stranger"));
        let wrong = [Trust::Pin(stranger.pin()), Trust::File(stranger.pem().into_bytes())];
        for trust in wrong.into_iter().chain([Trust::System]) {
            let error = connect(server.port, &trust).await;
            self.is_refused(&error);
        }
    }

    fn is_refused(&self, error: &Error) {
        assert_eq!(*error.kind(), ErrorKind::Tls, "{error:?}");
        assert_eq!(error.server_fingerprint(), Some(self.pin("own.pem")), "{error:?}");
    }
}

#[tokio::test]
async fn accepts_version_1_as_openssl_makes_it() {
    let Some(folder) = Folder::new() else { return };
    folder.run("req -new -newkey rsa:2048 -nodes -keyout own.key -out own.csr -subj /CN=127.0.0.1");
    folder.run("x509 -req -in own.csr -signkey own.key -out own.pem -days 30");
    folder.accepts("-tls1_2").await;
    folder.accepts("-tls1_3").await;
}

#[tokio::test]
async fn accepts_authorities_with_the_usual_keys() {
    let Some(folder) = Folder::new() else { return };
    for key in [
        "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
        "-algorithm EC -pkeyopt ec_paramgen_curve:P-256",
        "-algorithm EC -pkeyopt ec_paramgen_curve:P-384",
        "-algorithm ED25519",
    ] {
        folder.self_signed(key);
        folder.accepts("-tls1_2").await;
        folder.accepts("-tls1_3").await;
    }
}

#[tokio::test]
async fn accepts_rsa_pss_with_tls_13() {
    let Some(folder) = Folder::new() else { return };
    let only = "-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -pkeyopt rsa_pss_keygen_md:sha256 \
                -pkeyopt rsa_pss_keygen_mgf1_md:sha256 -pkeyopt rsa_pss_keygen_saltlen:32";
    for (key, name) in [
        ("-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048", "RSA-PSS with 2048 bits"),
        (only, "RSA-PSS with 2048 bits"),
    ] {
        folder.self_signed(key);
        folder.accepts("-tls1_3").await;
        let server = folder.start("-tls1_2");
        for trust in folder.ways() {
            let error = connect(server.port, &trust).await;
            folder.is_refused(&error);
            let text = format!("{error:?}");
            assert!(text.contains(&format!("is {name}, which needs TLS 1.3")), "{text}");
        }
    }
}

#[tokio::test]
async fn names_a_key_that_it_cannot_verify() {
    let Some(folder) = Folder::new() else { return };
    for (key, options, name) in [
        ("-algorithm ED448", "-tls1_3", "Ed448"),
        ("-algorithm ED448", "-tls1_2", "Ed448"),
        (
            "-algorithm EC -pkeyopt ec_paramgen_curve:brainpoolP256r1",
            "-tls1_2",
            "ECDSA with brainpoolP256r1",
        ),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-521", "-tls1_2", "ECDSA with P-521"),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-521", "-tls1_3", "ECDSA with P-521"),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:secp256k1", "-tls1_2", "ECDSA with secp256k1"),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-224", "-tls1_2", "ECDSA with P-224"),
        (
            "-algorithm RSA -pkeyopt rsa_keygen_bits:1024",
            "-tls1_3 -cipher DEFAULT@SECLEVEL=0",
            "RSA with 1024 bits",
        ),
        (
            "-algorithm RSA -pkeyopt rsa_keygen_bits:1024",
            "-tls1_2 -cipher DEFAULT@SECLEVEL=0",
            "RSA with 1024 bits",
        ),
    ] {
        folder.self_signed(key);
        let server = folder.start(options);
        for trust in folder.ways() {
            let error = connect(server.port, &trust).await;
            folder.is_refused(&error);
            let text = format!("{error:?}");
            assert!(text.contains(&format!("is {name}; supported are")), "{options}: {text}");
            assert!(!error.is_pinnable(), "{options}: {error:?}");
        }
    }
}

#[tokio::test]
async fn names_the_key_of_an_authority_that_it_cannot_verify() {
    let Some(folder) = Folder::new() else { return };
    fs::write(folder.0.path().join("extensions"), "subjectAltName=IP:127.0.0.1\n").unwrap();
    for (key, options, name) in [
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-521", "-sha256", "ECDSA with P-521"),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-521", "-sha512", "SHA-512 with ECDSA"),
        ("-algorithm ED448", "", "Ed448"),
    ] {
        folder.self_signed(key);
        folder.run("x509 -in own.pem -out authority.pem");
        folder.run("pkey -in own.key -out authority.key");
        folder
            .run("req -new -newkey rsa:2048 -nodes -keyout own.key -out own.csr -subj /CN=server");
        folder.run(&format!(
            "x509 -req -in own.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 30 \
             -extfile extensions -out own.pem {options}"
        ));
        let server = folder.start("");
        let error = connect(server.port, &Trust::File(folder.read("authority.pem"))).await;
        folder.is_refused(&error);
        let text = format!("{error:?}");
        assert!(text.contains(&format!("signs by {name}; supported are")), "{text}");
        assert!(error.is_pinnable(), "{error:?}");
        let error = connect(server.port, &Trust::Pin(folder.pin("own.pem"))).await;
        assert_eq!(*error.kind(), ErrorKind::UnexpectedResponse, "{error:?}");
    }
}

#[tokio::test]
async fn authorities_with_other_keys_sign_servers() {
    let Some(folder) = Folder::new() else { return };
    fs::write(folder.0.path().join("extensions"), "subjectAltName=IP:127.0.0.1\n").unwrap();
    for (key, options) in [
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-384", "-sha384"),
        ("-algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048", "-sha256 -sigopt rsa_pss_saltlen:32"),
    ] {
        folder.self_signed(key);
        folder.run("x509 -in own.pem -out authority.pem");
        folder.run("pkey -in own.key -out authority.key");
        folder
            .run("req -new -newkey rsa:2048 -nodes -keyout own.key -out own.csr -subj /CN=server");
        folder.run(&format!(
            "x509 -req -in own.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 30 \
             -extfile extensions -out own.pem {options}"
        ));
        let server = folder.start("");
        let trust = Trust::File(folder.read("authority.pem"));
        let error = connect(server.port, &trust).await;
        assert_eq!(*error.kind(), ErrorKind::UnexpectedResponse, "{key} {options}: {error:?}");
        // Another authority with the same name.
        folder.run(&format!("genpkey {key} -out other.key"));
        folder.run("req -new -x509 -key other.key -out other.pem -days 9 -subj /CN=127.0.0.1");
        let error = connect(server.port, &Trust::File(folder.read("other.pem"))).await;
        folder.is_refused(&error);
    }
}

#[tokio::test]
async fn every_failed_handshake_has_the_fingerprint() {
    let Some(folder) = Folder::new() else { return };
    folder.self_signed("-algorithm RSA -pkeyopt rsa_keygen_bits:2048");
    // No common cipher suite, and a client certificate that is required.
    for (options, note) in [
        ("-tls1_2 -cipher AES128-SHA", "no common algorithm"),
        ("-tls1_2 -Verify 1 -verify_return_error", "received fatal alert"),
    ] {
        let server = folder.start(options);
        let error = connect(server.port, &Trust::Any).await;
        assert_eq!(*error.kind(), ErrorKind::Tls, "{error:?}");
        assert!(format!("{error} {error:?}").contains(note), "{options}: {error:?}");
        folder.is_refused(&error);
    }
}

#[tokio::test]
async fn the_trust_settings_of_openssl_count() {
    let Some(folder) = Folder::new() else { return };
    folder.self_signed("-algorithm EC -pkeyopt ec_paramgen_curve:P-256");
    let server = folder.start("");
    for (options, is_trusted) in [
        ("-setalias a", true),
        ("-addtrust serverAuth", true),
        ("-addtrust anyExtendedKeyUsage", true),
        ("-addtrust emailProtection -addtrust serverAuth", true),
        ("-addreject emailProtection", true),
        ("-addtrust emailProtection", false),
        ("-addreject serverAuth", false),
        ("-addreject anyExtendedKeyUsage", false),
        ("-addtrust serverAuth -addreject serverAuth", false),
    ] {
        folder.run(&format!("x509 -in own.pem -trustout {options} -out trusted.pem"));
        let trusted = folder.read("trusted.pem");
        assert!(trusted.starts_with(b"-----BEGIN TRUSTED"), "{options}");
        let error = connect(server.port, &Trust::File(trusted.clone())).await;
        if is_trusted {
            assert_eq!(*error.kind(), ErrorKind::UnexpectedResponse, "{options}: {error:?}");
            continue;
        }
        assert_eq!(argument(&error), Some(Argument::Authority), "{options}: {error:?}");
        // Beside another certificate.
        let stranger = Identity::of(&params("stranger")).pem();
        let bundle = [stranger.as_bytes(), &trusted].concat();
        folder.is_refused(&connect(server.port, &Trust::File(bundle)).await);
    }
}

#[tokio::test]
async fn old_versions_and_algorithms_of_tls_are_refused_in_every_way() {
    let Some(folder) = Folder::new() else { return };
    folder.self_signed("-algorithm RSA -pkeyopt rsa_keygen_bits:2048");
    for options in [
        "-tls1 -cipher DEFAULT@SECLEVEL=0",
        "-tls1_1 -cipher DEFAULT@SECLEVEL=0",
        "-tls1_2 -sigalgs RSA+SHA1 -cipher DEFAULT@SECLEVEL=0",
        // Without forward secrecy, or without encryption.
        "-tls1_2 -cipher AES256-SHA256",
        "-tls1_2 -cipher NULL-SHA256@SECLEVEL=0",
        "-tls1_2 -cipher AECDH-AES256-SHA@SECLEVEL=0",
    ] {
        let server = folder.start(options);
        for trust in folder.ways() {
            let error = connect(server.port, &trust).await;
            assert_eq!(*error.kind(), ErrorKind::Tls, "{options} {trust:?}: {error:?}");
        }
    }
}
