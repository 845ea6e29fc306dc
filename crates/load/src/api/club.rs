//! The club, and what is asked of it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::{Method, Request};
use load::{Kind, Plan};
use serde_json::{Value, json};
use sha2::Sha256;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Rewards that each member can afford, once each.
pub(crate) const REWARDS: u64 = 20;

/// The document of a club whose members can take every reward once.
pub(crate) fn document() -> Value {
    let reward = |at| json!({"id": format!("rwd_{at}"), "title": {"en": "5 off"}, "kind": {"amount_off": 500}, "cost": 500});
    json!({
        "id": "club", "version": 1, "name": {"en": "Club"}, "languages": ["en"],
        "currency": {"code": "EUR"}, "zone": "Europe/Berlin", "calendar": "gregorian",
        "earning": {"purchase": {"id": "buy", "points": 1, "per": 100}},
        "expiry": {"per_lot": {"months": 12}},
        "tiers": {"measure": "spend", "window": "lifetime", "levels": [
            {"id": "base", "name": {"en": "Base"}, "enter": 0},
            {"id": "gold", "name": {"en": "Gold"}, "enter": 9_000_000, "multiplier": 20_000},
        ]},
        "rewards": (0..REWARDS).map(reward).collect::<Vec<_>>(),
    })
}

/// What `vafa seed` printed, and how far the members' rewards are taken.
pub(crate) struct Club {
    program: String,
    secret_key: String,
    kid: String,
    secret: Vec<u8>,
    members: u64,
    /// The next redemption's number, through all measurements.
    next: AtomicU64,
}

impl Club {
    /// Nothing when the keys are not what `seed` prints.
    pub(crate) fn new(keys: &Value, members: u64) -> Option<Self> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let signing = &keys["signing_key"];
        Some(Self {
            program: text(&keys["program"])?,
            secret_key: text(&keys["secret_key"])?,
            kid: text(&signing["kid"])?,
            secret: URL_SAFE_NO_PAD.decode(signing["secret"].as_str()?).ok()?,
            members,
            next: AtomicU64::new(0),
        })
    }

    /// A token of five minutes for a member, as a shop's server signs it.
    fn token(&self, member: u64) -> String {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()
            .as_secs();
        let head = json!({"alg": "HS256", "typ": "JWT", "kid": self.kid});
        let claims = json!({
            "iss": self.program, "aud": "vafa", "sub": format!("m{member}"), "iat": now, "exp": now + 300,
        });
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let text = format!("{}.{}", encode(&head), encode(&claims));
        #[allow(clippy::expect_used, reason = "HMAC takes keys of every length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.secret).expect("any length");
        mac.update(text.as_bytes());
        format!(
            "{text}.{}",
            URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
        )
    }
}

fn request(
    method: Method,
    path: &str,
    bearer: &str,
    key: Option<&str>,
    body: Option<&Value>,
) -> Request<Full<Bytes>> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("authorization", format!("Bearer {bearer}"));
    if let Some(key) = key {
        request = request.header("idempotency-key", key);
    }
    let body = body.map_or_else(Full::default, |body| Full::from(body.to_string()));
    #[allow(
        clippy::expect_used,
        reason = "every part is of plain ASCII letters, digits and signs"
    )]
    request
        .header("content-type", "application/json")
        .body(body)
        .expect("a request of plain parts")
}

fn only(name: &str) -> Vec<Kind> {
    vec![Kind {
        name: name.to_owned(),
        weight: 1,
    }]
}

/// Makes the members: the first half of the requests joins them, the second half pays an order for each.
pub(crate) struct Seeding(pub(crate) Arc<Club>);

impl Plan for Seeding {
    fn kinds(&self) -> Vec<Kind> {
        only("seed")
    }

    fn request(&self, _kind: usize, n: u64) -> Request<Full<Bytes>> {
        let club = &self.0;
        let member = n % club.members;
        if n < club.members {
            let path = format!("/v1/members/m{member}");
            return request(Method::PUT, &path, &club.secret_key, None, Some(&json!({})));
        }
        let order = json!({
            "member": format!("m{member}"), "status": "paid", "currency": "EUR",
            "items": [{"sku": "tea", "quantity": 1, "unit_price": 1_000_000}],
        });
        let path = format!("/v1/orders/o{n}");
        request(Method::PUT, &path, &club.secret_key, None, Some(&order))
    }
}

/// Redemptions, each one that its member can afford and has not taken; tokens are made beforehand.
pub(crate) struct Redemptions {
    club: Arc<Club>,
    tokens: Vec<String>,
}

impl Redemptions {
    pub(crate) fn new(club: Arc<Club>) -> Self {
        let tokens = (0..club.members).map(|member| club.token(member)).collect();
        Self { club, tokens }
    }
}

impl Plan for Redemptions {
    fn kinds(&self) -> Vec<Kind> {
        only("POST /v1/me/redemptions")
    }

    fn request(&self, _kind: usize, _n: u64) -> Request<Full<Bytes>> {
        let n = self.club.next.fetch_add(1, Ordering::Relaxed);
        let (member, reward) = (n % self.club.members, n / self.club.members % REWARDS);
        let token = usize::try_from(member)
            .ok()
            .and_then(|member| self.tokens.get(member));
        let body = json!({"reward_id": format!("rwd_{reward}")});
        let token = token.map_or("", String::as_str);
        request(
            Method::POST,
            "/v1/me/redemptions",
            token,
            Some(&format!("k{n}")),
            Some(&body),
        )
    }
}

/// Members who open their panel.
pub(crate) struct Reads {
    tokens: Vec<String>,
}

impl Reads {
    pub(crate) fn new(club: &Club) -> Self {
        Self {
            tokens: (0..club.members.min(500))
                .map(|member| club.token(member))
                .collect(),
        }
    }
}

impl Plan for Reads {
    fn kinds(&self) -> Vec<Kind> {
        only("GET /v1/me")
    }

    fn request(&self, _kind: usize, n: u64) -> Request<Full<Bytes>> {
        let at = usize::try_from(n).unwrap_or_default() % self.tokens.len().max(1);
        let token = self.tokens.get(at).map_or("", String::as_str);
        request(Method::GET, "/v1/me", token, None, None)
    }
}
