//! Keys: what each is good for, and where.

use crate::harness::{Keys, ORIGIN, Shop};
use api::clock::Clock;
use api::ids::from_base64url;
use api::keys::{self, Fresh, Listed, New};
use api::problem::Result;
use api::scopes::Scopes;
use api::tokens::mint;
use std::sync::atomic::Ordering;

impl Shop {
    /// Time passes.
    pub(crate) fn pass(&self, ms: i64) {
        match &self.state.clock {
            Clock::Set(at) => at.fetch_add(ms, Ordering::SeqCst),
            Clock::System => panic!("the shop's clock is set by its tests"),
        };
    }

    /// An operator makes a key.
    pub(crate) async fn key(&self, new: New) -> Result<Fresh> {
        let input = (self.tenant().await, new, self.now());
        let made = self.state.db.write(input, |mut tx, (tenant, new, now)| {
            Box::pin(async move {
                let made = keys::create(&mut tx, tenant, new, "operator", *now).await;
                (tx, made)
            })
        });
        made.await
    }

    async fn signing_key(&self) -> Keys {
        match self.key(New::Signing).await.unwrap() {
            Fresh::SigningKey(key) => Keys {
                kid: key.kid,
                signing: from_base64url(&key.secret).unwrap(),
                ..self.keys.clone()
            },
            other => panic!("asked for a signing key, got {other:?}"),
        }
    }

    async fn ends_the_oldest(&self) -> Option<String> {
        let input = (self.tenant().await, self.now());
        let ended = self.state.db.write(input, |mut tx, (tenant, now)| {
            Box::pin(async move {
                let ended = keys::end_oldest_signing(&mut tx, tenant, "operator", *now).await;
                (tx, ended)
            })
        });
        ended.await.unwrap()
    }

    async fn revoke(&self, id: &str) -> Result<()> {
        let input = (self.tenant().await, id.to_owned(), self.now());
        let ended = self.state.db.write(input, |mut tx, (tenant, id, now)| {
            Box::pin(async move {
                let ended = keys::revoke(&mut tx, tenant, id, "operator", *now).await;
                (tx, ended)
            })
        });
        ended.await
    }

    async fn listed(&self) -> Vec<Listed> {
        let tenant = self.tenant().await;
        let listed = self.state.db.look(tenant, |mut tx, tenant| {
            Box::pin(async move {
                let listed = keys::list(&mut tx, tenant).await;
                (tx, listed)
            })
        });
        listed.await.unwrap()
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
    shop.pass_days(1);
    let second = shop.signing_key().await;
    assert_eq!((reads(&shop.keys).await, reads(&second).await), (200, 200));
    // A third is refused with the name of the one to revoke first.
    let full = shop.key(New::Signing).await.unwrap_err();
    assert_eq!(full.code(), "too_many_signing_keys");
    let mine = |key: &&Listed| key.name.as_deref() == Some(shop.keys.kid.as_str());
    let listed = shop.listed().await;
    let oldest = listed.iter().find(mine).unwrap().id.clone();
    assert!(full.detail().contains(&oldest), "{}", full.detail());
    shop.revoke(&oldest).await.unwrap();
    assert_eq!((reads(&shop.keys).await, reads(&second).await), (401, 200));
    assert_eq!(shop.revoke(&oldest).await.unwrap_err().code(), "not_found");
    assert_eq!(shop.ends_the_oldest().await, None, "there is room");
    shop.pass_days(1);
    let third = shop.signing_key().await;
    assert_eq!((reads(&second).await, reads(&third).await), (200, 200));
    assert!(shop.ends_the_oldest().await.is_some());
    assert_eq!((reads(&second).await, reads(&third).await), (401, 200));
    shop.signing_key().await;
    let live = "SELECT COUNT(*) FROM keys WHERE kind = 'signing' AND revoked_at IS NULL";
    assert_eq!(shop.count(live).await, 2);
}

#[tokio::test]
async fn two_at_once_do_not_both_find_room_for_a_signing_key() {
    let shop = Shop::open().await;
    let (one, two) = tokio::join!(shop.key(New::Signing), shop.key(New::Signing));
    assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
}

#[tokio::test]
async fn a_secret_key_does_what_its_scopes_say() {
    let shop = Shop::open().await;
    shop.member("c1").await;
    let of = async |scopes: &str| {
        let new = New::Secret(Scopes::read(scopes).unwrap());
        match shop.key(new).await.unwrap() {
            Fresh::SecretKey(key) => key,
            other => panic!("asked for a secret key, got {other:?}"),
        }
    };
    let reads = async |key: String| {
        shop.ask("GET", "/v1/members/c1")
            .with("authorization", format!("Bearer {key}"))
            .send()
            .await
    };
    for scopes in ["members", "orders members", "*"] {
        reads(of(scopes).await).await.expect(200);
    }
    for scopes in ["orders", "coupons programs webhooks insights exports"] {
        let refused = reads(of(scopes).await).await.refused(403, "scope_missing");
        let detail = refused.body["detail"].as_str().unwrap();
        assert!(detail.contains("the scope members"), "{detail}");
    }
}

#[tokio::test]
async fn who_made_and_ended_a_key_is_written_down() {
    let shop = Shop::open().await;
    shop.key(New::Publishable(vec!["https://b.example".to_owned()]))
        .await
        .unwrap();
    let made = shop.listed().await.pop().unwrap();
    shop.revoke(&made.id).await.unwrap();
    let noted = "SELECT COUNT(*) FROM audit
         JOIN keys ON keys.id = audit.object AND keys.revoked_at = audit.at
         WHERE audit.action = 'key.revoked' AND audit.actor = 'operator'";
    assert_eq!(shop.count(noted).await, 1);
    let noted = "SELECT COUNT(*) FROM keys WHERE NOT EXISTS (
             SELECT 1 FROM audit WHERE object = keys.id AND action = 'key.created')";
    assert_eq!(shop.count(noted).await, 0);
    let wrong = shop.key(New::Publishable(vec!["shop.example".to_owned()]));
    let fault = wrong.await.unwrap_err().faults()[0].clone();
    assert_eq!(
        (fault.pointer.as_str(), fault.code.as_str()),
        ("/origins/0", "bad_origin")
    );
    assert_eq!(
        shop.listed().await.last().unwrap().id,
        made.id,
        "nothing is left of it"
    );
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
    for odd in ["%00", "pk_%D8%A7", "pk_'--"] {
        let path = format!("/v1/programs/club?key={odd}");
        shop.ask("GET", &path)
            .send()
            .await
            .refused(401, "unauthorized");
    }
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
    for (name, value) in [
        ("origin", ORIGIN),
        ("sec-fetch-site", "same-origin"),
        ("sec-fetch-site", "none"),
    ] {
        let in_page = shop.server("GET", "/v1/members/c1").with(name, value);
        in_page.send().await.refused(403, "origin_not_allowed");
    }
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
    // The origins of a revoked key are nobody's.
    shop.shopper("c1", "GET", "/v1/me")
        .send()
        .await
        .refused(403, "origin_not_allowed");
}

#[tokio::test]
async fn a_secret_is_not_in_the_database() {
    let shop = Shop::open().await;
    let stored: Vec<String> = shop
        .rows("SELECT lookup FROM keys WHERE kind = 'secret'")
        .await;
    assert_eq!(stored, [api::ids::digest(shop.keys.secret.as_bytes())]);
    let kept = "SELECT COUNT(*) FROM keys WHERE secret IS NOT NULL AND kind <> 'signing'";
    assert_eq!(shop.count(kept).await, 0);
    let shown = format!("{:?}", shop.listed().await);
    assert!(!shown.contains(&stored[0]), "{shown}");
}
