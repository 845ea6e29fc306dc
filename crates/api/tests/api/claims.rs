//! What a member token may claim: a table of what is refused, each for its reason, and of what is taken.

use crate::harness::Shop;
use crate::tokens::{Mint, expect, status, with, without};
use serde_json::json;

#[tokio::test]
async fn a_token_that_claims_what_it_may_not_is_refused() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    let mint = Mint::of(&shop);
    let iat = mint.iat;
    for name in ["iss", "aud", "sub", "iat", "exp"] {
        let token = mint.token(&mint.head(), &without(mint.good(), name));
        expect(
            &shop,
            name,
            &token,
            "claim_missing",
            &format!("/claims/{name}"),
        )
        .await;
    }
    let mistyped = [
        json!("1795336200"),
        json!(1.795_336_2e9),
        json!(1e300),
        json!(-1),
        json!(iat * 1_000),
        json!(u64::MAX),
        json!(null),
        json!(true),
        json!([iat]),
    ];
    for name in ["iat", "exp", "nbf"] {
        for value in &mistyped {
            let token = mint.claim(name, value.clone());
            let place = format!("/claims/{name}");
            expect(&shop, &value.to_string(), &token, "claim_mistyped", &place).await;
        }
    }
    for name in ["iss", "sub"] {
        for value in [json!(1), json!(null), json!(["c1"]), json!({})] {
            let token = mint.claim(name, value);
            expect(
                &shop,
                name,
                &token,
                "claim_mistyped",
                &format!("/claims/{name}"),
            )
            .await;
        }
    }
    let good = mint.good().to_string();
    let twice = good.replace(r#""sub":"c1""#, r#""sub":"c2","sub":"c1""#);
    let own_twice = good.replace('{', r#"{"a/b":1,"a/b":2,"#);
    let audience = "/claims/aud";
    let subject = ("subject_invalid", "/claims/sub");
    let future = ("issued_in_future", "/claims/iat");
    let life = ("lifetime_too_long", "/claims/exp");
    let backwards = ("ends_before_it_begins", "/claims/exp");
    let cases: Vec<(&str, String, (&str, &str))> = vec![
        (
            "iss another",
            mint.claim("iss", "other"),
            ("wrong_issuer", "/claims/iss"),
        ),
        (
            "aud another",
            mint.claim("aud", "shop"),
            ("wrong_audience", audience),
        ),
        (
            "aud with others",
            mint.claim("aud", json!(["vafa", "shop"])),
            ("wrong_audience", audience),
        ),
        (
            "aud nobody",
            mint.claim("aud", json!([])),
            ("wrong_audience", audience),
        ),
        (
            "aud a number",
            mint.claim("aud", 1),
            ("claim_mistyped", audience),
        ),
        ("sub empty", mint.claim("sub", ""), subject),
        ("sub long", mint.claim("sub", "c".repeat(129)), subject),
        ("sub with a line", mint.claim("sub", "c1\nc2"), subject),
        ("sub with U+0000", mint.claim("sub", "c1\0"), subject),
        ("life of 601 s", mint.times(0, 601), life),
        ("life for ever", mint.times(0, 9_000_000), life),
        ("no life", mint.times(0, 0), backwards),
        ("life backwards", mint.times(0, -1), backwards),
        ("iat ahead by 31 s", mint.times(31, 60), future),
        (
            "nbf ahead by 31 s",
            mint.claim("nbf", iat + 31),
            ("not_yet_valid", "/claims/nbf"),
        ),
        (
            "sub twice",
            mint.written(&twice),
            ("duplicate_claim", "/claims/sub"),
        ),
        (
            "a claim of theirs twice",
            mint.written(&own_twice),
            ("duplicate_claim", "/claims/a~1b"),
        ),
        (
            "claims a list",
            mint.written("[]"),
            ("claims_malformed", "/claims"),
        ),
        (
            "claims a text",
            mint.written(r#""c1""#),
            ("claims_malformed", "/claims"),
        ),
        (
            "claims not JSON",
            mint.written("{"),
            ("claims_malformed", "/claims"),
        ),
        (
            "claims empty",
            mint.written(""),
            ("claims_malformed", "/claims"),
        ),
        (
            "claims twice",
            mint.written(&format!("{good}{good}")),
            ("claims_malformed", "/claims"),
        ),
    ];
    for (what, token, (reason, place)) in cases {
        expect(&shop, what, &token, reason, place).await;
    }
    let ended = (401, "token_expired".to_owned());
    assert_eq!(status(&shop, &mint.times(-330, -30)).await, ended);
    let old = mint.token(
        &mint.head(),
        &with(with(mint.good(), "iat", json!(0)), "exp", json!(1)),
    );
    assert_eq!(status(&shop, &old).await, ended);
}

#[tokio::test]
async fn a_good_token_is_taken_to_the_second() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    let mint = Mint::of(&shop);
    let accepted = [
        ("good", mint.times(0, 300)),
        ("ended 29 s ago", mint.times(-329, -29)),
        ("iat ahead by 30 s", mint.times(30, 60)),
        ("life of 600 s", mint.times(0, 600)),
        ("nbf ahead by 30 s", mint.claim("nbf", mint.iat + 30)),
        ("a list of us alone", mint.claim("aud", json!(["vafa"]))),
        ("a claim of theirs", mint.claim("jti", "x")),
    ];
    for (what, token) in accepted {
        assert_eq!(status(&shop, &token).await.0, 200, "{what}");
    }
    let long = "c".repeat(128);
    let persian = "مشتری-۱";
    for sub in [long.as_str(), persian] {
        let token = mint.claim("sub", sub);
        assert_eq!(
            status(&shop, &token).await,
            (404, "not_a_member".to_owned())
        );
    }
}
