//! Forged, stale and foreign member tokens: a table of what is refused.

use crate::harness::{Keys, ORIGIN, Shop, program, publish};
use api::ids::base64url;
use api::tokens::mint;
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// A token from raw parts, signed with HMAC-SHA-256 whatever its header says.
fn raw(header: &Value, claims: &Value, secret: &[u8]) -> String {
    let signed = format!(
        "{}.{}",
        base64url(header.to_string().as_bytes()),
        base64url(claims.to_string().as_bytes())
    );
    let mac = Hmac::<Sha256>::new_from_slice(secret)
        .unwrap()
        .chain_update(&signed);
    format!("{signed}.{}", base64url(&mac.finalize().into_bytes()))
}

struct Mint {
    keys: Keys,
    iat: i64,
}

impl Mint {
    fn header(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut header = json!({"alg": "HS256", "typ": "JWT", "kid": self.keys.kid});
        change(&mut header);
        raw(&header, &self.good(), &self.keys.signing)
    }

    fn claims(&self, change: impl FnOnce(&mut Value)) -> String {
        let mut claims = self.good();
        change(&mut claims);
        raw(
            &json!({"alg": "HS256", "kid": self.keys.kid}),
            &claims,
            &self.keys.signing,
        )
    }

    fn without(&self, name: &str) -> String {
        self.claims(|claims| {
            claims.as_object_mut().unwrap().remove(name);
        })
    }

    fn with(&self, name: &str, value: Value) -> String {
        self.claims(|claims| claims[name] = value)
    }

    fn good(&self) -> Value {
        json!({"iss": "club", "aud": "vafa", "sub": "c1", "iat": self.iat, "exp": self.iat + 300})
    }
}

#[tokio::test]
async fn forged_stale_and_foreign_tokens_are_refused() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    let now = shop.now();
    let other = publish(&shop.state.db, program("other"), now).await;
    let mint = Mint {
        keys: shop.keys.clone(),
        iat: now.0 / 1_000,
    };
    let iat = mint.iat;
    let good = mint.header(|_| {});
    let parts: Vec<&str> = good.split('.').collect();
    let elsewhere = mint.with("sub", json!("c2"));
    let other_claims = elsewhere.split('.').nth(1).unwrap();
    let jwk = json!({"kty": "oct", "k": base64url(b"mine"), "alg": "HS256"});

    let invalid = "token_invalid";
    let expired = "token_expired";
    let cases: Vec<(&str, String, &str)> = vec![
        (
            "alg none",
            mint.header(|h| h["alg"] = json!("none")),
            invalid,
        ),
        (
            "alg none, no signature",
            format!("{}.{}.", base64url(br#"{"alg":"none"}"#), parts[1]),
            invalid,
        ),
        (
            "alg None",
            mint.header(|h| h["alg"] = json!("None")),
            invalid,
        ),
        (
            "alg HS512 of the same key",
            mint.header(|h| h["alg"] = json!("HS512")),
            invalid,
        ),
        (
            "alg EdDSA signed by HMAC",
            mint.header(|h| h["alg"] = json!("EdDSA")),
            invalid,
        ),
        (
            "alg RS256 signed by HMAC",
            mint.header(|h| h["alg"] = json!("RS256")),
            invalid,
        ),
        (
            "alg missing",
            mint.header(|h| drop(h.as_object_mut().unwrap().remove("alg"))),
            invalid,
        ),
        (
            "kid missing",
            mint.header(|h| drop(h.as_object_mut().unwrap().remove("kid"))),
            invalid,
        ),
        (
            "kid unknown",
            mint.header(|h| h["kid"] = json!("kid_unknown")),
            invalid,
        ),
        (
            "kid with SQL",
            mint.header(|h| h["kid"] = json!("' OR 1=1 --")),
            invalid,
        ),
        (
            "kid as a path",
            mint.header(|h| h["kid"] = json!("../../dev/null")),
            invalid,
        ),
        (
            "kid of a publishable key",
            mint.header(|h| h["kid"] = json!(shop.keys.page)),
            invalid,
        ),
        (
            "kid wrong-typed",
            mint.header(|h| h["kid"] = json!(["a"])),
            invalid,
        ),
        (
            "kid of another tenant",
            mint.header(|h| h["kid"] = json!(other.kid)),
            invalid,
        ),
        (
            "jku",
            mint.header(|h| h["jku"] = json!("https://evil.example/keys")),
            invalid,
        ),
        (
            "x5u",
            mint.header(|h| h["x5u"] = json!("https://evil.example/cert")),
            invalid,
        ),
        ("jwk", mint.header(|h| h["jwk"] = jwk.clone()), invalid),
        ("crit", mint.header(|h| h["crit"] = json!(["exp"])), invalid),
        (
            "another key",
            raw(
                &json!({"alg": "HS256", "kid": shop.keys.kid}),
                &mint.good(),
                b"guess",
            ),
            invalid,
        ),
        (
            "the empty key",
            raw(
                &json!({"alg": "HS256", "kid": shop.keys.kid}),
                &mint.good(),
                b"",
            ),
            invalid,
        ),
        (
            "the undecoded key",
            raw(
                &json!({"alg": "HS256", "kid": shop.keys.kid}),
                &mint.good(),
                base64url(&shop.keys.signing).as_bytes(),
            ),
            invalid,
        ),
        (
            "claims swapped",
            format!("{}.{other_claims}.{}", parts[0], parts[2]),
            invalid,
        ),
        ("signature cut", good[..good.len() - 4].to_owned(), invalid),
        (
            "signature missing",
            format!("{}.{}", parts[0], parts[1]),
            invalid,
        ),
        ("iss missing", mint.without("iss"), invalid),
        (
            "iss another program",
            mint.with("iss", json!("other")),
            invalid,
        ),
        (
            "iss wrong-typed",
            mint.with("iss", json!(["club"])),
            invalid,
        ),
        ("aud missing", mint.without("aud"), invalid),
        ("aud another", mint.with("aud", json!("shop")), invalid),
        ("sub missing", mint.without("sub"), invalid),
        ("sub empty", mint.with("sub", json!("")), invalid),
        ("sub a number", mint.with("sub", json!(1)), invalid),
        ("iat missing", mint.without("iat"), invalid),
        ("exp missing", mint.without("exp"), invalid),
        (
            "exp a text",
            mint.with("exp", json!((iat + 300).to_string())),
            invalid,
        ),
        ("exp null", mint.with("exp", Value::Null), invalid),
        ("exp a fraction", mint.with("exp", json!(1e300)), invalid),
        ("life of 601 s", mint.with("exp", json!(iat + 601)), invalid),
        ("life backwards", mint.with("exp", json!(iat - 1)), invalid),
        (
            "iat ahead by 31 s",
            mint.claims(|c| {
                c["iat"] = json!(iat + 31);
                c["exp"] = json!(iat + 60);
            }),
            invalid,
        ),
        ("nbf ahead", mint.with("nbf", json!(iat + 60)), invalid),
        (
            "ended 30 s ago",
            mint.claims(|c| {
                c["iat"] = json!(iat - 330);
                c["exp"] = json!(iat - 30);
            }),
            expired,
        ),
        (
            "another tenant's whole token",
            shop.token_of(&other, "c1"),
            "not_a_member",
        ),
        ("a secret key", shop.keys.secret.clone(), invalid),
        ("not a token", "abc".to_owned(), invalid),
        (
            "far too long",
            format!("{good}{}", "A".repeat(10_000)),
            invalid,
        ),
    ];
    for (what, token, code) in cases {
        let reply = shop
            .ask("GET", "/v1/me")
            .with("authorization", format!("Bearer {token}"))
            .send()
            .await;
        assert_eq!(reply.body["code"], code, "{what}: {}", reply.body);
        let status = if code == "not_a_member" { 404 } else { 401 };
        assert_eq!(reply.status, status, "{what}");
    }
    let accepted = [
        ("good", good.clone()),
        (
            "ended 29 s ago",
            mint.claims(|c| {
                c["iat"] = json!(iat - 329);
                c["exp"] = json!(iat - 29);
            }),
        ),
        (
            "iat ahead by 30 s",
            mint.claims(|c| {
                c["iat"] = json!(iat + 30);
                c["exp"] = json!(iat + 60);
            }),
        ),
        ("life of 600 s", mint.with("exp", json!(iat + 600))),
    ];
    for (what, token) in accepted {
        let reply = shop
            .ask("GET", "/v1/me")
            .with("authorization", format!("Bearer {token}"))
            .send()
            .await;
        assert_eq!(reply.status, 200, "{what}: {}", reply.body);
    }
}

#[tokio::test]
async fn two_signing_keys_live_at_once_and_a_revoked_one_ends_at_once() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    let reads = async |keys: &Keys| {
        let token = mint(&keys.kid, &keys.signing, &keys.claims("c1", shop.now())).unwrap();
        let reply = shop
            .ask("GET", "/v1/me")
            .with("authorization", format!("Bearer {token}"))
            .send()
            .await;
        reply.status.as_u16()
    };
    let second = publish(&shop.state.db, program("club"), shop.now()).await;
    assert_eq!((reads(&shop.keys).await, reads(&second).await), (200, 200));
    shop.pass_days(1);
    let third = publish(&shop.state.db, program("club"), shop.now()).await;
    assert_eq!(reads(&third).await, 200);
    let live = shop
        .count("SELECT COUNT(*) FROM keys WHERE kind = 'signing' AND revoked_at IS NULL")
        .await;
    assert_eq!(live, 2);
    shop.sql("UPDATE keys SET revoked_at = 1 WHERE kind = 'signing'")
        .await
        .unwrap();
    assert_eq!(reads(&third).await, 401);
}

#[tokio::test]
async fn a_credential_is_good_for_what_it_is_and_where_it_is() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    let path = format!("/v1/programs/club?key={}", shop.keys.page);
    shop.ask("GET", &path)
        .with("origin", ORIGIN)
        .send()
        .await
        .expect(200);
    shop.ask("GET", &path).send().await.expect(200);
    for origin in [
        "https://evil.example",
        "http://shop.example",
        "https://shop.example:8443",
        "null",
    ] {
        shop.ask("GET", &path)
            .with("origin", origin)
            .send()
            .await
            .refused(403, "origin_not_allowed");
    }
    shop.ask("GET", "/v1/programs/club")
        .send()
        .await
        .refused(401, "unauthorized");
    shop.ask("GET", "/v1/programs/club?key=pk_none")
        .send()
        .await
        .refused(401, "unauthorized");
    let secret = format!("/v1/programs/club?key={}", shop.keys.secret);
    shop.ask("GET", &secret)
        .send()
        .await
        .refused(401, "unauthorized");
    let stolen = shop
        .ask("GET", "/v1/me")
        .with("authorization", format!("Bearer {}", shop.token("c1")));
    stolen
        .with("origin", "https://evil.example")
        .send()
        .await
        .refused(403, "origin_not_allowed");
    let in_page = shop
        .server("GET", "/v1/members/c1")
        .with("origin", ORIGIN)
        .send()
        .await;
    in_page.refused(403, "origin_not_allowed");
    let token = format!("Bearer {}", shop.token("c1"));
    shop.ask("GET", "/v1/members/c1")
        .with("authorization", token)
        .send()
        .await
        .refused(401, "unauthorized");
    for broken in ["sk_", &shop.keys.secret[..40], "Basic abc"] {
        let ask = shop
            .ask("GET", "/v1/members/c1")
            .with("authorization", format!("Bearer {broken}"));
        ask.send().await.refused(401, "unauthorized");
    }
    shop.sql("UPDATE keys SET revoked_at = 1 WHERE kind <> 'signing'")
        .await
        .unwrap();
    shop.server("GET", "/v1/members/c1")
        .send()
        .await
        .refused(401, "unauthorized");
    shop.ask("GET", &path)
        .send()
        .await
        .refused(401, "unauthorized");
}

#[tokio::test]
async fn a_secret_is_not_in_the_database() {
    let shop = Shop::open().await;
    let stored: Vec<String> = sqlx::query_scalar("SELECT lookup FROM keys WHERE kind = 'secret'")
        .fetch_all(shop.state.db.readers())
        .await
        .unwrap();
    assert_eq!(stored, [api::ids::digest(shop.keys.secret.as_bytes())]);
    assert_eq!(
        shop.count("SELECT COUNT(*) FROM keys WHERE secret IS NOT NULL AND kind <> 'signing'")
            .await,
        0
    );
}
