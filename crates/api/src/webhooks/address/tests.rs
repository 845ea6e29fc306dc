#![allow(
    clippy::unwrap_used,
    reason = "a test that panics is a test that fails"
)]

use super::*;
use std::collections::HashSet;

const OPEN: Guard = Guard {
    allow_private: true,
};
const STRICT: Guard = Guard {
    allow_private: false,
};

/// Allowed always, allowed in development, never allowed.
const PUBLIC: [bool; 2] = [true, true];
const DEVELOPMENT: [bool; 2] = [false, true];
const NEVER: [bool; 2] = [false, false];

/// Hosts as somebody may write them, and what becomes of `https://host/`.
const HOSTS: &[(&str, [bool; 2])] = &[
    ("1.1.1.1", PUBLIC),
    ("9.255.255.255", PUBLIC),
    ("11.0.0.0", PUBLIC),
    ("100.63.255.255", PUBLIC),
    ("100.128.0.0", PUBLIC),
    ("126.255.255.255", PUBLIC),
    ("128.0.0.0", PUBLIC),
    ("168.63.129.17", PUBLIC),
    ("169.253.255.255", PUBLIC),
    ("169.255.0.0", PUBLIC),
    ("172.15.255.255", PUBLIC),
    ("172.32.0.0", PUBLIC),
    ("192.0.1.0", PUBLIC),
    ("192.167.255.255", PUBLIC),
    ("192.169.0.0", PUBLIC),
    ("198.17.255.255", PUBLIC),
    ("198.20.0.0", PUBLIC),
    ("223.255.255.255", PUBLIC),
    ("[2606:4700:4700::1111]", PUBLIC),
    ("[2001:200::1]", PUBLIC),
    ("[2a01:4f8::1]", PUBLIC),
    ("[::ffff:1.1.1.1]", PUBLIC),
    ("[64:ff9b::1.1.1.1]", PUBLIC),
    // This machine, in every spelling.
    ("127.0.0.1", DEVELOPMENT),
    ("127.255.255.255", DEVELOPMENT),
    ("127.1", DEVELOPMENT),
    ("2130706433", DEVELOPMENT),
    ("0x7f000001", DEVELOPMENT),
    ("0x7f.0.0.1", DEVELOPMENT),
    ("0177.0.0.1", DEVELOPMENT),
    ("017700000001", DEVELOPMENT),
    ("127.0.0.1.", DEVELOPMENT),
    ("%31%32%37.0.0.1", DEVELOPMENT),
    ("１２７.０.０.１", DEVELOPMENT),
    ("127。0。0。1", DEVELOPMENT),
    ("[::1]", DEVELOPMENT),
    ("[::ffff:127.0.0.1]", DEVELOPMENT),
    ("[::ffff:7f00:1]", DEVELOPMENT),
    ("[64:ff9b::127.0.0.1]", DEVELOPMENT),
    // Private networks.
    ("10.0.0.0", DEVELOPMENT),
    ("10.255.255.255", DEVELOPMENT),
    ("172.16.0.0", DEVELOPMENT),
    ("172.31.255.255", DEVELOPMENT),
    ("192.168.0.0", DEVELOPMENT),
    ("192.168.255.255", DEVELOPMENT),
    ("100.64.0.0", DEVELOPMENT),
    ("100.127.255.255", DEVELOPMENT),
    ("[::ffff:10.0.0.1]", DEVELOPMENT),
    ("[64:ff9b::192.168.1.1]", DEVELOPMENT),
    ("[fc00::1]", DEVELOPMENT),
    ("[fdff:ffff::1]", DEVELOPMENT),
    // Metadata.
    ("169.254.169.254", NEVER),
    ("0xa9fea9fe", NEVER),
    ("2852039166", NEVER),
    ("100.100.100.200", NEVER),
    ("168.63.129.16", NEVER),
    ("192.0.0.192", NEVER),
    ("[fd00:ec2::254]", NEVER),
    ("[fd20:ce::254]", NEVER),
    ("[::ffff:169.254.169.254]", NEVER),
    ("[64:ff9b::a9fe:a9fe]", NEVER),
    // Unspecified, link-local, multicast, reserved, broadcast.
    ("0.0.0.0", NEVER),
    ("0", NEVER),
    ("0.255.255.255", NEVER),
    ("169.254.0.0", NEVER),
    ("169.254.255.255", NEVER),
    ("224.0.0.0", NEVER),
    ("239.255.255.255", NEVER),
    ("240.0.0.0", NEVER),
    ("255.255.255.255", NEVER),
    ("[::]", NEVER),
    ("[::ffff:0.0.0.0]", NEVER),
    ("[fe80::1]", NEVER),
    ("[febf::1]", NEVER),
    ("[fec0::1]", NEVER),
    ("[ff02::1]", NEVER),
    ("[4000::1]", NEVER),
    // IPv4 in retired forms of IPv6.
    ("[::127.0.0.1]", NEVER),
    ("[::1.1.1.1]", NEVER),
    ("[2002:7f00:1::]", NEVER),
    ("[2002:a9fe:a9fe::1]", NEVER),
    ("[2001:0:4136:e378:8000:63bf:80ff:fffe]", NEVER),
    ("[64:ff9b:1::1]", NEVER),
    // Documentation, benchmarks, assignments, discard.
    ("192.0.2.1", NEVER),
    ("198.51.100.255", NEVER),
    ("203.0.113.7", NEVER),
    ("192.88.99.1", NEVER),
    ("198.18.0.0", NEVER),
    ("198.19.255.255", NEVER),
    ("[2001:db8::1]", NEVER),
    ("[3fff:fff::1]", NEVER),
    ("[2001:2::1]", NEVER),
    ("[2001:1ff::1]", NEVER),
    ("[100::1]", NEVER),
    ("[5f00::1]", NEVER),
];

#[tokio::test]
async fn every_host_is_judged_by_the_address_it_means() {
    let mut seen = HashSet::new();
    for &(host, allowed) in HOSTS {
        assert!(seen.insert(host), "{host} is in the table twice");
        let text = format!("https://{host}/hooks");
        let url = Url::parse(&text).unwrap();
        for (guard, allowed) in [STRICT, OPEN].into_iter().zip(allowed) {
            let addresses = guard.resolve(&url).await;
            if allowed {
                let [address] = addresses.unwrap()[..] else {
                    unreachable!("{host} is one address")
                };
                assert_eq!(address.port(), 443, "{host}");
                assert_eq!(guard.read(&text), Ok(url.clone()), "{host}");
            } else {
                assert_eq!(addresses, Err(Refused::Address), "{host} {guard:?}");
                assert_eq!(guard.read(&text), Err(Refused::Address), "{host}");
            }
        }
    }
}

#[test]
fn the_form_of_a_url_is_checked_before_any_look_up() {
    use Refused::{NotUrl, Port, Scheme, TooLong, UserInfo};
    let long = format!("https://shop.example/{}", "ا".repeat(400));
    type Judged = Result<(), Refused>;
    let cases: &[(&str, Judged, Judged)] = &[
        ("https://shop.example/hooks?of=vafa", Ok(()), Ok(())),
        ("https://فروشگاه.example/hooks", Ok(()), Ok(())),
        ("https://shop.example:443/", Ok(()), Ok(())),
        ("https://shop.example:1024/", Ok(()), Ok(())),
        ("https://shop.example:8443/", Ok(()), Ok(())),
        ("https://@shop.example/", Ok(()), Ok(())),
        ("http://shop.example/", Err(Scheme), Ok(())),
        ("https://shop.example:80/", Err(Port(80)), Ok(())),
        ("https://shop.example:22/", Err(Port(22)), Ok(())),
        ("https://shop.example:1023/", Err(Port(1_023)), Ok(())),
        ("https://shop.example:0/", Err(Port(0)), Err(Port(0))),
        ("https://shop.example:65536/", Err(NotUrl), Err(NotUrl)),
        ("https://me@shop.example/", Err(UserInfo), Err(UserInfo)),
        ("https://:pw@shop.example/", Err(UserInfo), Err(UserInfo)),
        (
            "https://shop.example@1.1.1.1/",
            Err(UserInfo),
            Err(UserInfo),
        ),
        ("ftp://shop.example/", Err(Scheme), Err(Scheme)),
        ("file:///etc/passwd", Err(Scheme), Err(Scheme)),
        ("gopher://shop.example:25/", Err(Scheme), Err(Scheme)),
        ("data:text/plain,hi", Err(Scheme), Err(Scheme)),
        ("shop.example/hooks", Err(NotUrl), Err(NotUrl)),
        ("//shop.example/hooks", Err(NotUrl), Err(NotUrl)),
        ("https://", Err(NotUrl), Err(NotUrl)),
        ("https://256.1.1.1/", Err(NotUrl), Err(NotUrl)),
        ("https://[fe80::1%25eth0]/", Err(NotUrl), Err(NotUrl)),
        ("", Err(NotUrl), Err(NotUrl)),
        (&long, Err(TooLong), Err(TooLong)),
    ];
    for (text, strict, open) in cases {
        assert_eq!(STRICT.read(text).map(drop), *strict, "{text}");
        assert_eq!(OPEN.read(text).map(drop), *open, "{text}");
    }
}

#[test]
fn an_address_is_hidden_neither_by_a_backslash_nor_by_a_line_break() {
    for text in [
        r"https://127.0.0.1\@shop.example/",
        "https://127.0.\n0.1/",
        "https:127.0.0.1",
        r"https:\\127.0.0.1\",
    ] {
        assert_eq!(STRICT.read(text), Err(Refused::Address), "{text}");
    }
}

#[tokio::test]
async fn a_name_is_judged_by_all_its_addresses() {
    for text in ["https://localhost/", "https://LOCALHOST/"] {
        let url = STRICT.read(text).unwrap();
        assert_eq!(STRICT.resolve(&url).await, Err(Refused::Address), "{text}");
    }
    let url = OPEN.read("http://localhost:7700/").unwrap();
    let addresses = OPEN.resolve(&url).await.unwrap();
    assert!(!addresses.is_empty());
    for address in addresses {
        assert!(address.ip().is_loopback() && address.port() == 7_700);
    }
    let url = STRICT.read("https://nobody.invalid/").unwrap();
    assert_eq!(STRICT.resolve(&url).await, Err(Refused::Unresolved));
}

#[test]
fn one_inner_address_among_public_ones_is_enough_to_refuse() {
    let of = |ips: &[[u8; 4]]| {
        let addresses = ips.iter().map(|ip| SocketAddr::from((*ip, 443)));
        STRICT.permit_all(addresses).map(|all| all.len())
    };
    let (one, other, inner) = ([1, 1, 1, 1], [9, 9, 9, 9], [10, 0, 0, 1]);
    assert_eq!(of(&[one, other, one]), Ok(2));
    for mixed in [[one, other, inner], [inner, one, other]] {
        assert_eq!(of(&mixed), Err(Refused::Address));
    }
    assert_eq!(of(&[]), Err(Refused::Unresolved));
}

#[test]
fn the_answer_is_the_same_for_an_inner_name_and_an_unknown_one() {
    assert_eq!(
        Refused::Address.to_string(),
        Refused::Unresolved.to_string()
    );
}
