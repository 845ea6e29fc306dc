//! A shop that asks a server of its own process over sockets.

use crate::harness::Keys;
use crate::server::ask;
use api::ids;
use api::tokens::mint;
use rules::Timestamp;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

pub(crate) struct Remote {
    pub(crate) keys: Keys,
}

impl Remote {
    /// With the keys that `vafa seed` printed.
    pub(crate) fn new(keys: &Value) -> Self {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let signing = &keys["signing_key"];
        let keys = Keys {
            program: text(&keys["program"]),
            page: text(&keys["publishable_key"]),
            secret: text(&keys["secret_key"]),
            kid: text(&signing["kid"]),
            signing: ids::from_base64url(signing["secret"].as_str().unwrap()).unwrap(),
        };
        Self { keys }
    }

    /// The shop's server asks; `None` when the answer did not arrive whole.
    pub(crate) fn server(
        &self,
        at: SocketAddr,
        method: &str,
        path: &str,
        body: &Value,
    ) -> Option<(u16, Value)> {
        let bearer = format!("Bearer {}", self.keys.secret);
        ask(
            at,
            method,
            path,
            &[("authorization", &bearer)],
            &body.to_string(),
        )
    }

    pub(crate) fn member(&self, at: SocketAddr, sub: &str) {
        let path = format!("/v1/members/{sub}");
        let (status, body) = self.server(at, "PUT", &path, &json!({})).unwrap();
        assert!([200, 201].contains(&status), "{body}");
    }

    pub(crate) fn redeem(
        &self,
        at: SocketAddr,
        sub: &str,
        reward: &str,
        key: &str,
    ) -> Option<(u16, Value)> {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap()
            .as_millis();
        let claims = self.keys.claims(sub, Timestamp(now.try_into().unwrap()));
        let token = mint(&self.keys.kid, &self.keys.signing, &claims).unwrap();
        let headers = [
            ("authorization", &*format!("Bearer {token}")),
            ("idempotency-key", key),
        ];
        let body = json!({"reward_id": reward}).to_string();
        ask(at, "POST", "/v1/me/redemptions", &headers, &body)
    }

    /// Uses a redemption's coupon on an order that is named after it.
    pub(crate) fn uses(&self, at: SocketAddr, redemption: &Value) -> Option<(u16, Value)> {
        let text = |name: &str| redemption["redemption"][name].as_str().unwrap().to_owned();
        let body = json!({"action": "use", "order_id": text("id")});
        self.server(at, "POST", &format!("/v1/coupons/{}", text("code")), &body)
    }

    pub(crate) fn available(&self, at: SocketAddr, sub: &str) -> i64 {
        let (status, body) = self
            .server(at, "GET", &format!("/v1/members/{sub}"), &json!({}))
            .unwrap();
        assert_eq!(status, 200, "{body}");
        body["member"]["balances"]["available"].as_i64().unwrap()
    }
}
