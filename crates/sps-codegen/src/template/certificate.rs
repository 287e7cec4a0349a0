//! The certificate that is where a body wants one.

/// A self-signed authority for examples: P-256, SHA-256, valid from 2020 to the end of 2048. No one has its key.
pub(super) const CERTIFICATE: &str = "\
-----BEGIN CERTIFICATE-----\n\
MIIBPTCB5aADAgECAhRjL7pz4IDwC8J1xl6HvhNBXmIOijAKBggqhkjOPQQDAjAV\n\
MRMwEQYDVQQDDApFeGFtcGxlIENBMB4XDTIwMDEwMTAwMDAwMFoXDTQ5MDEwMTAw\n\
MDAwMFowFTETMBEGA1UEAwwKRXhhbXBsZSBDQTBZMBMGByqGSM49AgEGCCqGSM49\n\
AwEHA0IABE+BkdXFxQYoqdqdU7PNn9aMMHmuKU/Od+qVBJbBzdyxgH7Qfx9a8lgc\n\
XFqI48ZlAD/58nWsf5A/y5BJznaT7fOjEzARMA8GA1UdEwEB/wQFMAMBAf8wCgYI\n\
KoZIzj0EAwIDRwAwRAIgeW5eaJvM4J+0xCDY4tVhOcGdPXdZR5sqZH3vyorqEVMC\n\
IDeasepSzllprbtz9W/MBDg0g4j6x164sxVEBQO7CgwW\n\
-----END CERTIFICATE-----\n\
";
