//! Forged and foreign member tokens: tables of what is refused, each for its reason.

use crate::harness::{Keys, Shop, program, publish};
use api::ids::{base64url, from_base64url};
use api::keys::{self, Fresh, New};
use api::tokens::{mint, mint_ed25519};
use ed25519_dalek::{Signer, SigningKey};
use hmac::{Hmac, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// A token from raw parts, signed with HMAC-SHA-256 whatever its header says.
pub(crate) fn raw(header: &str, claims: &str, secret: &[u8]) -> String {
    let signed = format!(
        "{}.{}",
        base64url(header.as_bytes()),
        base64url(claims.as_bytes())
    );
    let mac = Hmac::<Sha256>::new_from_slice(secret)
        .unwrap()
        .chain_update(&signed);
    format!("{signed}.{}", base64url(&mac.finalize().into_bytes()))
}

pub(crate) fn without(mut object: Value, name: &str) -> Value {
    object.as_object_mut().unwrap().remove(name);
    object
}

pub(crate) fn with(mut object: Value, name: &str, value: Value) -> Value {
    object[name] = value;
    object
}

pub(crate) struct Mint {
    keys: Keys,
    pub(crate) iat: i64,
}

impl Mint {
    pub(crate) fn of(shop: &Shop) -> Self {
        Self {
            keys: shop.keys.clone(),
            iat: shop.now().0 / 1_000,
        }
    }

    pub(crate) fn head(&self) -> Value {
        json!({"alg": "HS256", "typ": "JWT", "kid": self.keys.kid})
    }

    pub(crate) fn good(&self) -> Value {
        json!({"iss": "club", "aud": "vafa", "sub": "c1", "iat": self.iat, "exp": self.iat + 300})
    }

    pub(crate) fn token(&self, header: &Value, claims: &Value) -> String {
        raw(&header.to_string(), &claims.to_string(), &self.keys.signing)
    }

    fn header(&self, name: &str, value: impl Into<Value>) -> String {
        self.token(&with(self.head(), name, value.into()), &self.good())
    }

    pub(crate) fn claim(&self, name: &str, value: impl Into<Value>) -> String {
        self.token(&self.head(), &with(self.good(), name, value.into()))
    }

    pub(crate) fn times(&self, iat: i64, exp: i64) -> String {
        let claims = with(self.good(), "iat", json!(self.iat + iat));
        self.token(&self.head(), &with(claims, "exp", json!(self.iat + exp)))
    }

    /// One member of the claims as it is written, which JSON of our own making could not hold.
    pub(crate) fn written(&self, claims: &str) -> String {
        raw(&self.head().to_string(), claims, &self.keys.signing)
    }
}

pub(crate) async fn expect(shop: &Shop, what: &str, token: &str, reason: &str, place: &str) {
    let reply = shop
        .ask("GET", "/v1/me")
        .with("authorization", format!("Bearer {token}"))
        .send()
        .await
        .refused(401, "token_invalid");
    let faults = reply.body["errors"].as_array().unwrap();
    assert_eq!(faults.len(), 1, "{what}: {}", reply.body);
    assert_eq!(faults[0]["code"], reason, "{what}: {}", reply.body);
    assert_eq!(faults[0]["pointer"], place, "{what}: {}", reply.body);
}

pub(crate) async fn status(shop: &Shop, token: &str) -> (u16, String) {
    let reply = shop
        .ask("GET", "/v1/me")
        .with("authorization", format!("Bearer {token}"))
        .send()
        .await;
    let code = reply.body["code"].as_str().unwrap_or_default().to_owned();
    (reply.status.as_u16(), code)
}

#[tokio::test]
async fn a_token_of_another_shape_or_header_is_refused() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    let mint = Mint::of(&shop);
    let good = mint.token(&mint.head(), &mint.good());
    let parts: Vec<&str> = good.split('.').collect();
    let (head, claims, signature) = (parts[0], parts[1], parts[2]);
    let unsigned = base64url(br#"{"alg":"none"}"#);
    let twice = format!(
        r#"{{"alg":"HS256","alg":"HS256","kid":"{}"}}"#,
        shop.keys.kid
    );
    let jwk = json!({"kty": "oct", "k": base64url(b"mine"), "alg": "HS256"});
    let alg = ("algorithm_not_allowed", "/header/alg");
    let kid = ("kid_malformed", "/header/kid");
    let shape = ("not_a_jwt", "");
    let encoding = ("bad_encoding", "");
    let at = |code: &'static str, place: &'static str| (code, place);
    let cases: Vec<(&str, String, (&str, &str))> = vec![
        ("alg none", mint.header("alg", "none"), alg),
        ("no signature", format!("{unsigned}.{claims}."), alg),
        ("alg None", mint.header("alg", "None"), alg),
        ("alg HS512", mint.header("alg", "HS512"), alg),
        ("alg hs256", mint.header("alg", "hs256"), alg),
        ("alg RS256", mint.header("alg", "RS256"), alg),
        ("alg ES256", mint.header("alg", "ES256"), alg),
        ("alg of an HS256 key", mint.header("alg", "EdDSA"), alg),
        ("alg a list", mint.header("alg", json!(["HS256"])), alg),
        (
            "alg missing",
            mint.token(&without(mint.head(), "alg"), &mint.good()),
            alg,
        ),
        (
            "kid missing",
            mint.token(&without(mint.head(), "kid"), &mint.good()),
            at("kid_missing", "/header/kid"),
        ),
        (
            "kid unknown",
            mint.header("kid", "kid_unknown"),
            at("unknown_kid", "/header/kid"),
        ),
        (
            "kid of a page",
            mint.header("kid", shop.keys.page.clone()),
            at("unknown_kid", "/header/kid"),
        ),
        ("kid with SQL", mint.header("kid", "' OR 1=1 --"), kid),
        ("kid a path", mint.header("kid", "../../dev/null"), kid),
        ("kid in another script", mint.header("kid", "kіd_а"), kid),
        ("kid with U+0000", mint.header("kid", "kid\0"), kid),
        ("kid empty", mint.header("kid", ""), kid),
        ("kid endless", mint.header("kid", "k".repeat(65)), kid),
        (
            "kid a list",
            mint.header("kid", json!([shop.keys.kid])),
            kid,
        ),
        ("kid null", mint.header("kid", Value::Null), kid),
        (
            "jku",
            mint.header("jku", "https://evil.example/keys"),
            at("key_in_token", "/header/jku"),
        ),
        (
            "x5u",
            mint.header("x5u", "https://evil.example/cert"),
            at("key_in_token", "/header/x5u"),
        ),
        (
            "jwk",
            mint.header("jwk", jwk),
            at("key_in_token", "/header/jwk"),
        ),
        (
            "x5c",
            mint.header("x5c", json!(["MIIB"])),
            at("key_in_token", "/header/x5c"),
        ),
        (
            "x5t",
            mint.header("x5t", "AAAA"),
            at("key_in_token", "/header/x5t"),
        ),
        (
            "crit",
            mint.header("crit", json!(["exp"])),
            at("header_not_supported", "/header/crit"),
        ),
        (
            "b64",
            mint.header("b64", false),
            at("header_not_supported", "/header/b64"),
        ),
        (
            "zip",
            mint.header("zip", "DEF"),
            at("header_not_supported", "/header/zip"),
        ),
        (
            "typ of another kind",
            mint.header("typ", "at+jwt"),
            at("wrong_type", "/header/typ"),
        ),
        (
            "typ a number",
            mint.header("typ", 1),
            at("wrong_type", "/header/typ"),
        ),
        (
            "a JWT inside",
            mint.header("cty", "JWT"),
            at("nested_token", "/header/cty"),
        ),
        (
            "a JWT inside, unannounced",
            mint.written(&good),
            at("claims_malformed", "/claims"),
        ),
        (
            "a header twice",
            raw(&twice, &mint.good().to_string(), &mint.keys.signing),
            at("duplicate_header", "/header/alg"),
        ),
        (
            "header a list",
            raw("[]", "{}", b""),
            at("header_malformed", "/header"),
        ),
        (
            "header not JSON",
            raw("{", "{}", b""),
            at("header_malformed", "/header"),
        ),
        (
            "header empty",
            format!(".{claims}.{signature}"),
            at("header_malformed", "/header"),
        ),
        ("not a token", "abc".to_owned(), shape),
        ("signature missing", format!("{head}.{claims}"), shape),
        ("four parts", format!("{good}.{signature}"), shape),
        (
            "five parts",
            format!("{head}.{claims}.{claims}.{claims}.{signature}"),
            shape,
        ),
        ("padded", format!("{good}="), encoding),
        ("signature cut", good[..good.len() - 2].to_owned(), encoding),
        (
            "a space inside",
            format!("{head}. {claims}.{signature}"),
            encoding,
        ),
        ("a space before", format!(" {good}"), encoding),
        (
            "the other alphabet",
            format!("{head}+/.{claims}.{signature}"),
            encoding,
        ),
        (
            "10 KB",
            format!("{good}{}", "A".repeat(10_000)),
            at("too_long", ""),
        ),
        (
            "a secret key",
            shop.keys.secret.clone(),
            at("secret_key", ""),
        ),
    ];
    for (what, token, (reason, place)) in cases {
        expect(&shop, what, &token, reason, place).await;
    }
    for typ in ["jwt", "JWT"] {
        assert_eq!(status(&shop, &mint.header("typ", typ)).await.0, 200);
    }
    let bare = mint.token(&without(mint.head(), "typ"), &mint.good());
    assert_eq!(status(&shop, &bare).await.0, 200);
}

#[tokio::test]
async fn a_token_that_is_not_signed_by_its_key_is_refused() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    let other = publish(&shop.state.db, program("other"), shop.now()).await;
    let mint = Mint::of(&shop);
    let (head, claims) = (mint.head().to_string(), mint.good().to_string());
    let good = mint.token(&mint.head(), &mint.good());
    let parts: Vec<&str> = good.split('.').collect();
    let elsewhere = mint.claim("sub", "c2");
    let other_claims = elsewhere.split('.').nth(1).unwrap();
    let mut bytes = from_base64url(parts[2]).unwrap();
    bytes[0] ^= 1;
    let undecoded = base64url(&shop.keys.signing);
    let rewritten = with(mint.head(), "typ", json!("jwt")).to_string();
    let cases = [
        ("another key", raw(&head, &claims, b"guess")),
        ("the empty key", raw(&head, &claims, b"")),
        (
            "the undecoded key",
            raw(&head, &claims, undecoded.as_bytes()),
        ),
        (
            "the kid as key",
            raw(&head, &claims, shop.keys.kid.as_bytes()),
        ),
        (
            "another tenant's kid",
            mint.header("kid", other.kid.clone()),
        ),
        ("another tenant's key", raw(&head, &claims, &other.signing)),
        (
            "other claims",
            format!("{}.{other_claims}.{}", parts[0], parts[2]),
        ),
        (
            "another header",
            format!(
                "{}.{}.{}",
                base64url(rewritten.as_bytes()),
                parts[1],
                parts[2]
            ),
        ),
        (
            "a bit changed",
            format!("{}.{}.{}", parts[0], parts[1], base64url(&bytes)),
        ),
        (
            "cut",
            format!("{}.{}.{}", parts[0], parts[1], base64url(&bytes[..16])),
        ),
        ("nothing", format!("{}.{}.", parts[0], parts[1])),
    ];
    for (what, token) in cases {
        expect(&shop, what, &token, "bad_signature", "").await;
    }
    // The other merchant's own token speaks for their program, whatever it claims.
    let theirs = with(mint.head(), "kid", json!(other.kid)).to_string();
    let token = raw(&theirs, &claims, &other.signing);
    expect(
        &shop,
        "another tenant's token",
        &token,
        "wrong_issuer",
        "/claims/iss",
    )
    .await;
    let whole = shop.token_of(&other, "c1");
    assert_eq!(
        status(&shop, &whole).await,
        (404, "not_a_member".to_owned())
    );
    shop.sql("UPDATE keys SET revoked_at = 1 WHERE kind = 'signing'")
        .await
        .unwrap();
    expect(&shop, "a revoked key", &good, "revoked_kid", "/header/kid").await;
}

#[tokio::test]
async fn an_ed25519_token_is_proven_by_the_shops_public_key() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    let pair = SigningKey::from_bytes(&[7; 32]);
    let public = pair.verifying_key().to_bytes();
    let now = shop.now();
    let fresh = shop.key(New::SigningBy(base64url(&public))).await.unwrap();
    let Fresh::SigningKey(key) = fresh else {
        panic!("asked for a signing key");
    };
    assert_eq!((key.alg, key.secret.as_str()), (keys::Alg::EdDsa, ""));
    let claims = shop.keys.claims("c1", now);
    let good = mint_ed25519(&key.kid, &[7; 32], &claims).unwrap();
    assert_eq!(status(&shop, &good).await.0, 200);

    let parts: Vec<&str> = good.split('.').collect();
    let signed = format!("{}.{}", parts[0], parts[1]);
    let mut flipped = from_base64url(parts[2]).unwrap();
    flipped[63] ^= 0x40;
    let stranger = SigningKey::from_bytes(&[8; 32]).sign(signed.as_bytes());
    let other_claims = mint_ed25519(&key.kid, &[7; 32], &shop.keys.claims("c2", now)).unwrap();
    let forged = [
        ("a stranger's", base64url(&stranger.to_bytes())),
        ("a bit changed", base64url(&flipped)),
        ("all zero", base64url(&[0; 64])),
        ("cut", base64url(&flipped[..32])),
        (
            "of other claims",
            other_claims.split('.').nth(2).unwrap().to_owned(),
        ),
        ("none", String::new()),
    ];
    for (what, signature) in forged {
        expect(
            &shop,
            what,
            &format!("{signed}.{signature}"),
            "bad_signature",
            "",
        )
        .await;
    }
    // The public key is no secret: as one of HMAC it must be worth nothing, however the token is headed.
    let at = "/header/alg";
    let confused = mint(&key.kid, &public, &claims).unwrap();
    expect(
        &shop,
        "HS256 by the public key",
        &confused,
        "algorithm_not_allowed",
        at,
    )
    .await;
    let headed = format!(r#"{{"alg":"EdDSA","kid":"{}"}}"#, key.kid);
    let token = raw(&headed, &serde_json::to_string(&claims).unwrap(), &public);
    expect(&shop, "EdDSA by HMAC", &token, "bad_signature", "").await;
    let token = mint_ed25519(&shop.keys.kid, &[7; 32], &claims).unwrap();
    expect(
        &shop,
        "EdDSA on an HS256 key",
        &token,
        "algorithm_not_allowed",
        at,
    )
    .await;
}
