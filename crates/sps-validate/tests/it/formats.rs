//! Accept and reject lists, one of each per format.

use proptest::prelude::*;
use sps_validate::format::{Format, FormatError, hex};

#[track_caller]
fn check(format: Format, accept: &[&str], reject: &[(&str, &str)]) {
    for value in accept {
        assert_eq!(format.check(value).map_err(FormatError::message), Ok(()), "{value:?}");
    }
    for (value, part) in reject {
        let reason = format.check(value).expect_err(value).message();
        assert!(reason.contains(part), "{value:?}: {reason}");
        assert!(!reason.starts_with(char::is_uppercase) && !reason.ends_with('.'), "{reason}");
    }
}

#[test]
fn writes_a_format_as_its_code_and_a_reason_as_its_text() {
    assert_eq!(Format::TimeOfDay.to_string(), "time-of-day");
    let error = Format::NoWhitespace.check("a b").expect_err("there is a space");
    assert_eq!(
        (error, error.to_string().as_str()),
        (FormatError::WhiteSpace, "contains white space")
    );
}

#[test]
fn email_address() {
    let long_domain = format!("a@{}.com", ["b"; 128].join("."));
    let long_user = format!("{}@corp.test", "a".repeat(64));
    // 63 are the most in a label: RFC 1034, section 3.5.
    let long_label = format!("ops@{}.test", "a".repeat(63));
    check(
        Format::EmailAddress,
        &[
            "ops@corp.test",
            "first.last+tag@mail.corp.test",
            "o'hara@corp.test",
            "!#$%&'*+/=?^_`{|}~-@corp.test",
            "a@b",
            "root@localhost",
            "1@2.x",
            "ops@xn--bcher-kva.test",
            "ops@[192.0.2.1]",
            "ops@[IPv6:2001:db8::1]",
            "ops@[ipv6:::1]",
            "o.p.s@corp.test",
            "\"ops\"@corp.test",
            "\"o p..s@x\"@corp.test",
            r#""o\"p\\s"@corp.test"#,
            "\"\"@corp.test",
            &long_user,
            &long_label,
        ],
        &[
            ("", "empty"),
            ("ops", "no @"),
            ("<admin-email>", "no @"),
            ("@corp.test", "nothing before the @"),
            ("ops@", "nothing after the @"),
            ("ops@@corp.test", "more than one @"),
            ("ops@corp@test", "more than one @"),
            ("ops @corp.test", "white space"),
            (" ops@corp.test", "white space around"),
            ("ops@corp.test ", "white space around"),
            ("ops@corp.test\n", "white space around"),
            ("ops@corp.\u{a0}test", "white space"),
            ("ops@corp.te\u{200b}st", "invisible"),
            ("ops@corp.test.", "a dot at the start or the end"),
            ("ops@.corp.test", "a dot at the start or the end"),
            ("ops@corp..test", "two dots in a row"),
            ("ops@-corp.test", "hyphen"),
            ("ops@corp_1.test", "underscore"),
            ("ops@corp!.test", "other than letters"),
            ("ops@b\u{fc}cher.test", "xn--"),
            ("\u{f6}ps@corp.test", "not ASCII"),
            (".ops@corp.test", "before the @, or two dots in a row"),
            ("ops.@corp.test", "before the @, or two dots in a row"),
            ("o..ps@corp.test", "before the @, or two dots in a row"),
            (".@corp.test", "before the @, or two dots in a row"),
            ("o(p)s@corp.test", "needs double quotes"),
            ("\"ops@corp.test", "not a quoted string"),
            ("\"ops\"x@corp.test", "not a quoted string"),
            ("\"o\"ps\"@corp.test", "not a quoted string"),
            ("\"\u{f6}ps\"@corp.test", "not a quoted string"),
            ("Ops <ops@corp.test>", "display name"),
            ("<ops@corp.test>", "angle brackets"),
            ("\"Ops, Team\" <ops@corp.test>", "display name"),
            ("a@corp.test,b@corp.test", "more than one name or address"),
            ("a@corp.test; b@corp.test", "more than one name or address"),
            ("a@corp.test b@corp.test", "more than one name or address"),
            ("mailto:ops@corp.test", "scheme"),
            ("ops@192.0.2.1", "without square brackets"),
            ("ops@corp.1", "a number"),
            ("1@2.3", "a number"),
            ("ops@[192.0.2.256]", "do not contain an IP address"),
            ("ops@[]", "do not contain an IP address"),
            ("ops@[192.0.2.1", "do not contain an IP address"),
            ("ops@[IPv6:192.0.2.1]", "do not contain an IP address"),
            ("ops@[tag:x]", "do not contain an IP address"),
            ("ops@[2001:db8::1]", "does not start with IPv6:"),
            (&format!("{}@corp.test", "a".repeat(65)), "64"),
            (&long_domain, "255"),
            (&format!("ops@{}.test", "a".repeat(64)), "63"),
        ],
    );
}

#[test]
fn ip_network() {
    check(
        Format::IpNetwork,
        &[
            "0.0.0.0/0",
            "192.0.2.0/24",
            // The address of an interface with its network.
            "192.0.2.25/24",
            "255.255.255.255/32",
            "::/0",
            "2001:db8::/32",
            "2001:db8::1/128",
        ],
        &[
            ("", "empty"),
            ("192.0.2.0", "no prefix length"),
            ("192.0.2.0/", "up to 32"),
            ("192.0.2.0/33", "up to 32"),
            ("2001:db8::/129", "128 for IPv6"),
            ("192.0.2.0/-1", "up to 32"),
            ("192.0.2.0/+1", "up to 32"),
            ("192.0.2.0/024", "up to 32"),
            ("192.0.2.0/00", "up to 32"),
            ("192.0.2.0/24/8", "up to 32"),
            ("192.0.2.0/255.255.255.0", "up to 32"),
            ("192.0.2/24", "four numbers"),
            ("192.0.2.256/24", "four numbers"),
            ("net.corp.test/24", "neither"),
            ("/24", "empty"),
        ],
    );
}

#[test]
fn url() {
    check(
        Format::Url,
        &[
            "https://server.corp.test",
            "https://server.corp.test:8443/path?a=b#c",
            "http://192.0.2.1/",
            "ldaps://[2001:db8::1]:636/dc=corp",
            "a1+.-b://x",
            "HTTPS://SERVER",
        ],
        &[
            ("", "empty"),
            ("server.corp.test", "no scheme"),
            ("//server.corp.test", "no scheme"),
            ("/path", "no scheme"),
            ("://server", "no scheme"),
            ("1a://server", "no scheme"),
            ("ht_tp://server", "no scheme"),
            ("mailto:ops@corp.test", "no scheme"),
            ("https://", "no host"),
            ("https:///path", "no host"),
            ("https://?a", "no host"),
            ("https://#a", "no host"),
            ("https://server/a b", "white space"),
            (" https://server", "white space around"),
            ("https://server\n", "white space around"),
            ("https://ser\u{200b}ver", "invisible"),
            ("https://server/\u{7}", "invisible"),
        ],
    );
}

#[test]
fn uuid() {
    check(
        Format::Uuid,
        &[
            "11111111-aaaa-4bbb-8ccc-000000000001",
            "00000000-0000-0000-0000-000000000000",
            "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6",
        ],
        &[
            ("", "empty"),
            ("node-1", "groups of 8"),
            ("11111111aaaa4bbb8ccc000000000001", "groups of 8"),
            ("1111111-1aaaa-4bbb-8ccc-000000000001", "groups of 8"),
            ("11111111-aaaa-4bbb-8ccc-00000000001", "groups of 8"),
            ("11111111-aaaa-4bbb-8ccc-0000000000012", "groups of 8"),
            ("11111111-aaaa-4bbb-8ccc-000000000001-", "groups of 8"),
            ("g1111111-aaaa-4bbb-8ccc-000000000001", "groups of 8"),
            ("{11111111-aaaa-4bbb-8ccc-000000000001}", "groups of 8"),
            (" 11111111-aaaa-4bbb-8ccc-000000000001", "white space around"),
        ],
    );
}

#[test]
fn ip_address() {
    check(
        Format::IpAddress,
        &[
            "192.0.2.25",
            "0.0.0.0",
            "255.255.255.255",
            "127.0.0.1",
            "::",
            "::1",
            "2001:db8::1",
            "2001:DB8::1",
            "2001:0db8:0000:0000:0000:0000:0000:0001",
            "::ffff:192.0.2.1",
            "fe80::1",
        ],
        &[
            ("", "empty"),
            ("mail.corp.test", "neither"),
            ("<smtp-server-ip>", "neither"),
            ("192.0.2", "four numbers"),
            ("192.0.2.", "four numbers"),
            ("192.0.2.25.1", "four numbers"),
            ("192.0.2.256", "four numbers"),
            ("192.0.2.025", "starts with a zero"),
            ("00.0.0.0", "starts with a zero"),
            ("3221226009", "four numbers"),
            ("0xC0000219", "neither"),
            (" 192.0.2.25", "white space"),
            ("192.0.2.25\n", "white space"),
            ("192.0.2.0/24", "prefix length"),
            ("2001:db8::/32", "prefix length"),
            ("192.0.2.25:25", "port"),
            ("fe80::1%eth0", "zone"),
            ("[2001:db8::1]", "square brackets"),
            ("[2001:db8::1]:25", "port"),
            ("mail.corp.test:25", "port"),
            ("http://192.0.2.25", "scheme"),
            ("192.0.2.25, 192.0.2.26", "more than one"),
            ("192.0.2 .25", "white space"),
            ("2001:db8::1::2", "IPv6"),
            ("2001:db8::12345", "IPv6"),
            ("2001:db8::g", "IPv6"),
            ("1:2:3:4:5:6:7", "IPv6"),
            ("1:2:3:4:5:6:7:8:9", "IPv6"),
            (":", "IPv6"),
            ("１92.0.2.25", "neither"),
        ],
    );
}

#[test]
fn fqdn() {
    let label = "a".repeat(63);
    let long = [label.as_str(), &label, &label, &"b".repeat(61)].join(".");
    assert_eq!(long.len(), 253);
    check(
        Format::Fqdn,
        &[
            "mail.corp.test",
            "a.b",
            "MAIL.Corp.Test",
            "mail.corp.test.",
            "1.corp.test",
            "3com.com",
            "a-b.corp.test",
            "a--b.corp.test",
            "xn--bcher-kva.test",
            "corp.xn--p1ai",
            "192.0.2.25.corp.test",
            "192.0.2.a",
            &format!("{label}.test"),
            &long,
            &format!("{long}."),
        ],
        &[
            ("", "empty"),
            (".", "empty"),
            ("..", "two dots"),
            ("localhost", "one label"),
            ("localhost.", "one label"),
            ("192.0.2.25", "a number"),
            ("192.0.2.25.", "a number"),
            ("corp.123", "a number"),
            ("123", "a number"),
            ("2001:db8::1", "other than"),
            (".corp.test", "two dots in a row"),
            ("mail..test", "two dots in a row"),
            ("mail.test..", "two dots in a row"),
            ("mail_1.test", "underscore"),
            ("*.corp.test", "other than"),
            ("mail.corp.test:25", "port"),
            ("mail:25", "port"),
            ("192.0.2.25:25", "port"),
            ("mail.corp.test:smtp", "other than"),
            ("mail corp.test", "white space"),
            ("mail.corp.test mx2", "more than one"),
            ("mail, mx2", "more than one"),
            ("mail. corp.test", "white space"),
            ("a.corp.test,b.corp.test", "more than one"),
            ("a.corp.test; 192.0.2.1", "more than one"),
            (" mail.corp.test", "white space around"),
            ("mail.corp.test\n", "white space around"),
            ("mail.corp.test\u{200b}", "invisible"),
            ("\u{a0}mail.corp.test", "white space around"),
            ("smtp://mail.corp.test", "scheme"),
            ("https://mail.corp.test:443/x", "scheme"),
            ("<server>", "other than"),
            ("bücher.test", "xn--"),
            ("mail。test", "xn--"),
            ("-mail.test", "hyphen"),
            ("mail-.test", "hyphen"),
            ("mail.-", "hyphen"),
            (&format!("{label}a.test"), "63"),
            (&format!("{long}b"), "253"),
            (&format!("{long}b."), "253"),
        ],
    );
}

#[test]
fn time_of_day() {
    check(
        Format::TimeOfDay,
        &["0:00", "00:00", "8:00", "08:00", "9:59", "19:30", "20:00", "23:59"],
        &[
            ("", "such as"),
            (":", "such as"),
            ("8", "such as"),
            ("0800", "such as"),
            ("8.00", "such as"),
            ("8:", "such as"),
            (":30", "such as"),
            ("8:00 am", "such as"),
            (" 8:00", "such as"),
            ("8:00 ", "such as"),
            ("8:00:00", "such as"),
            ("-8:00", "such as"),
            ("+8:00", "such as"),
            ("8:-1", "such as"),
            ("٨:00", "such as"),
            ("24:00", "hours"),
            ("25:00", "hours"),
            ("99:00", "hours"),
            ("008:00", "hours"),
            ("8:0", "two digits"),
            ("8:000", "two digits"),
            ("8:60", "00 to 59"),
            ("23:99", "00 to 59"),
        ],
    );
}

#[test]
fn date_time() {
    check(
        Format::DateTime,
        &[
            // The guide's sample.
            "2022-03-30T12:00:01+00:00",
            // The samples of RFC 3339, section 5.8.
            "1985-04-12T23:20:50.52Z",
            "1996-12-19T16:39:57-08:00",
            "1990-12-31T23:59:60Z",
            "1990-12-31T15:59:60-08:00",
            "1937-01-01T12:00:27.87+00:20",
            "0000-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "2022-03-30T12:00:01-00:00",
            "2022-03-30T12:00:01+23:59",
            "2022-03-30T12:00:01.123456789012+00:00",
            "2024-02-29T00:00:00Z",
            "2000-02-29T00:00:00Z",
            "1904-02-29T00:00:00Z",
            "2022-04-30T00:00:00Z",
            "2022-01-01T05:29:60+05:30",
        ],
        &[
            ("", "such as"),
            ("2022-03-30", "such as"),
            ("2022-03-30T12:00", "such as"),
            ("2022-03-30T12:00Z and later", "such as"),
            ("2022-03-30 12:00:01+00:00", "such as"),
            ("2022-03-30t12:00:01+00:00", "such as"),
            ("2022/03/30T12:00:01+00:00", "such as"),
            ("22-03-30T12:00:01+00:00", "such as"),
            ("20220330T120001Z", "such as"),
            ("+2022-03-30T12:00:01Z", "such as"),
            ("２022-03-30T12:00:01Z", "such as"),
            ("2022-03-30T12:00:01é", "offset such as"),
            ("2022-03-30T12:00:0é+00:00", "such as"),
            ("2022-03-30T12:00:01", "offset such as"),
            ("2022-03-30T12:00:01z", "offset such as"),
            ("2022-03-30T12:00:01ZZ", "offset such as"),
            ("2022-03-30T12:00:01+0000", "offset such as"),
            ("2022-03-30T12:00:01+00", "offset such as"),
            ("2022-03-30T12:00:01+00:00 ", "offset such as"),
            ("2022-03-30T12:00:01+a0:00", "offset such as"),
            ("2022-03-30T12:00:01 00:00", "offset such as"),
            ("2022-03-30T12:00:01,5Z", "offset such as"),
            ("2022-03-30T12:00:01.Z", "decimal point"),
            ("2022-03-30T12:00:01.", "decimal point"),
            ("2022-03-30T12:00:01+24:00", "+23:59"),
            ("2022-03-30T12:00:01+00:60", "+23:59"),
            ("2022-00-30T12:00:01Z", "month is not"),
            ("2022-13-30T12:00:01Z", "month is not"),
            ("2022-03-00T12:00:01Z", "this day"),
            ("2022-03-32T12:00:01Z", "this day"),
            ("2022-04-31T12:00:01Z", "this day"),
            ("2022-02-29T12:00:01Z", "this day"),
            ("1900-02-29T12:00:01Z", "this day"),
            ("2024-02-30T12:00:01Z", "this day"),
            ("2022-03-30T24:00:00Z", "hour"),
            ("2022-03-30T12:60:00Z", "minute"),
            ("2022-03-30T12:00:60Z", "second"),
            ("2022-03-30T23:59:61Z", "second"),
            ("2022-03-30T23:59:60-08:00", "second"),
        ],
    );
}

#[test]
fn no_whitespace() {
    check(
        Format::NoWhitespace,
        &["", "a", "SSH_policy-1", "é", "\u{200b}", "\0", "a\u{feff}b"],
        &[
            (" ", "white space"),
            ("a b", "white space"),
            ("a\t", "white space"),
            ("\na", "white space"),
            ("a\rb", "white space"),
            ("a\u{a0}b", "white space"),
            ("a\u{2028}b", "white space"),
            ("a\u{3000}b", "white space"),
        ],
    );
}

#[test]
fn pem_certificate() {
    let guide = include_str!("../data/certificates/guide.pem");
    check(
        Format::PemCertificate,
        &[guide, guide.trim_end()],
        &[
            ("", "not a PEM block"),
            (&format!("{guide}{guide}"), "more than one"),
            (&guide.replace('\n', "\r\n"), "carriage return"),
        ],
    );
}

#[test]
fn hexadecimal_digits() {
    for (value, digits) in [
        ("", Some("")),
        ("0x", Some("")),
        ("0X", Some("")),
        ("0", Some("0")),
        ("0x0", Some("0")),
        ("0123456789abcdefABCDEF", Some("0123456789abcdefABCDEF")),
        ("0X0123", Some("0123")),
        ("00x1", None),
        ("0x0x1", None),
        ("x1", None),
        ("0xg", None),
        ("0x 1", None),
        (" 0x1", None),
        ("0x1\n", None),
        ("-0x1", None),
        ("0x１", None),
        ("01:23", None),
    ] {
        assert_eq!(hex::digits(value), digits, "{value:?}");
    }
}

#[test]
fn codes_are_permanent() {
    let codes: Vec<_> = Format::ALL.iter().map(|format| format.code()).collect();
    assert_eq!(
        codes,
        [
            "email-address",
            "ip-address",
            "ip-network",
            "url",
            "uuid",
            "fqdn",
            "time-of-day",
            "date-time",
            "no-whitespace",
            "pem-certificate",
        ]
    );
}

proptest! {
    #[test]
    fn no_format_panics(value in any::<String>()) {
        for format in Format::ALL {
            let _ = format.check(&value);
        }
        let _ = hex::digits(&value);
    }

    #[test]
    fn no_format_panics_on_near_misses(value in "[0-9:.TZ+@a-fé\\[\\]/% -]{0,30}") {
        for format in Format::ALL {
            let _ = format.check(&value);
        }
    }

    #[test]
    fn accepts_every_address(v4 in any::<std::net::Ipv4Addr>(), v6 in any::<std::net::Ipv6Addr>()) {
        prop_assert!(Format::IpAddress.check(&v4.to_string()).is_ok());
        prop_assert!(Format::IpAddress.check(&v6.to_string()).is_ok());
        prop_assert!(Format::Fqdn.check(&v4.to_string()).is_err());
        prop_assert!(Format::Fqdn.check(&v6.to_string()).is_err());
    }

    #[test]
    fn accepts_every_time(hours in 0_u8..24, minutes in 0_u8..60) {
        let short = format!("{hours}:{minutes:02}");
        let long = format!("{hours:02}:{minutes:02}");
        prop_assert!(Format::TimeOfDay.check(&short).is_ok());
        prop_assert!(Format::TimeOfDay.check(&long).is_ok());
    }
}
