//! Member tokens: JWTs that the shop's server mints, signed by HS256 or Ed25519.
//!
//! The algorithm is the key record's, not the token's; the key comes from our own table by `kid`, never
//! from anything that the token brings along. A token is read in two steps: [`Unverified::read`] looks at its
//! shape and header without any key, [`Unverified::verify`] proves the signature and judges the claims.
//!
//! A refusal has one fault: its `code` says why in a word that stays, its `pointer` says where, in the object
//! `{"header": …, "claims": …}`, and its `detail` says how the shop's server mends it.

mod claims;

pub use claims::{AUDIENCE, LEEWAY_S, LIFE_S_MAX, SUBJECT_BYTES_MAX};

use crate::ids;
use crate::keys::{Alg, Signing};
use crate::problem::{Error, Result, fault};
use crate::signatures;
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use rules::Timestamp;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};
use std::fmt;

/// Bytes of a token at most.
pub const TOKEN_BYTES_MAX: usize = 4_096;
const KID_BYTES_MAX: usize = 64;

/// Who a token speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The tenant whose key signed it.
    pub tenant: String,
    /// The shop's id of the shopper.
    pub external_id: String,
}

/// The claims of a token, as a shop's server writes them. All but `nbf` are required.
#[derive(Clone, Debug, Serialize)]
pub struct Claims {
    /// The program.
    pub iss: String,
    /// [`AUDIENCE`].
    pub aud: String,
    /// The shop's id of the shopper.
    pub sub: String,
    /// Seconds since 1970 at which it was made.
    pub iat: i64,
    /// Seconds since 1970 at which it ends.
    pub exp: i64,
    /// Seconds since 1970 before which it does not count.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
}

/// A token whose shape and header are in order. Nothing that it says is proven yet.
#[derive(Clone)]
pub struct Unverified {
    token: String,
    alg: Alg,
    kid: String,
}

impl fmt::Debug for Unverified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unverified")
            .field("alg", &self.alg)
            .field("kid", &self.kid)
            .finish_non_exhaustive()
    }
}

impl Unverified {
    /// Looks at the shape and the header.
    ///
    /// # Errors
    /// 401 `token_invalid` with the reason.
    pub fn read(token: &str) -> Result<Self> {
        if token.starts_with("sk_") {
            return Err(refused(
                "",
                "secret_key",
                "this is a secret key, not a member token; if it was in a page, revoke it now",
            ));
        }
        if token.len() > TOKEN_BYTES_MAX {
            return Err(refused("", "too_long", "it has more than 4096 bytes"));
        }
        let parts: Vec<&str> = token.split('.').collect();
        let [header, claims, signature] = parts.as_slice() else {
            return Err(refused(
                "",
                "not_a_jwt",
                "a JWT has three parts with a dot between each",
            ));
        };
        for part in [claims, signature] {
            if ids::from_base64url(part).is_none() {
                return Err(bad_encoding());
            }
        }
        let header = ids::from_base64url(header).ok_or_else(bad_encoding)?;
        let header = read_header(&header)?;
        Ok(Self {
            token: token.to_owned(),
            alg: alg_of(&header)?,
            kid: kid_of(&header)?,
        })
    }

    /// What the header says is the signing key's id: 1 to 64 letters, digits, `-` and `_`.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// Proves the signature by the key that [`Unverified::kid`] led to, and judges the claims at `now`.
    ///
    /// # Errors
    /// 401 `token_expired` for one that was good, `token_invalid` with the reason for any other.
    pub fn verify(&self, key: Option<&Signing>, now: Timestamp) -> Result<Subject> {
        let key = key.ok_or_else(|| {
            refused(
                "/header/kid",
                "unknown_kid",
                "no signing key has this kid; use the kid that came with the key",
            )
        })?;
        if key.revoked {
            return Err(refused(
                "/header/kid",
                "revoked_kid",
                "its signing key is revoked; sign with a live one",
            ));
        }
        if key.alg != self.alg {
            return Err(refused(
                "/header/alg",
                "algorithm_not_allowed",
                &format!("its key signs with {}", key.alg.name()),
            ));
        }
        let claims = self.prove(key)?;
        claims::judge(&claims.all, key, now)
    }

    fn prove(&self, key: &Signing) -> Result<Members> {
        signatures::install();
        let bytes = ids::from_base64url(&key.secret)
            .ok_or_else(|| Error::internal("a stored signing key is not base64url"))?;
        let (algorithm, decoding) = match key.alg {
            Alg::Hs256 => (Algorithm::HS256, DecodingKey::from_secret(&bytes)),
            Alg::EdDsa => (Algorithm::EdDSA, DecodingKey::from_ed_der(&bytes)),
        };
        let mut validation = Validation::new(algorithm);
        // The library proves the signature. It is lenient about claims (lists, fractions, absences), and it
        // asks the machine for the time: claims are judged here, by the server's one clock.
        validation.required_spec_claims = HashSet::new();
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.validate_aud = false;
        let decoded = jsonwebtoken::decode::<Members>(&self.token, &decoding, &validation);
        let claims = match decoded {
            Ok(data) => data.claims,
            Err(error) => match error.kind() {
                ErrorKind::InvalidSignature => {
                    return Err(refused(
                        "",
                        "bad_signature",
                        "its signature does not hold; sign with the decoded bytes of the key",
                    ));
                }
                // Proven by then, since the library reads the claims last.
                ErrorKind::Json(_) => self.unreadable_claims(),
                _ => return Err(refused("", "not_a_jwt", "it cannot be read")),
            },
        };
        match claims.twice {
            Some(name) => Err(refused(
                &format!("/claims/{}", escaped(&name)),
                "duplicate_claim",
                "a claim stands twice in it",
            )),
            None if claims.object => Ok(claims),
            None => Err(refused(
                "/claims",
                "claims_malformed",
                "its claims are not a JSON object",
            )),
        }
    }

    fn unreadable_claims(&self) -> Members {
        let payload = self.token.split('.').nth(1).and_then(ids::from_base64url);
        payload
            .and_then(|payload| serde_json::from_slice(&payload).ok())
            .unwrap_or_default()
    }
}

fn bad_encoding() -> Error {
    refused(
        "",
        "bad_encoding",
        "each part is base64url without padding and without spaces",
    )
}

/// A JSON object's members, and a name that stands twice among them: two readers could see two values.
#[derive(Debug, Default)]
struct Members {
    all: BTreeMap<String, Value>,
    twice: Option<String>,
    object: bool,
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Members {
                    object: true,
                    ..Members::default()
                };
                while let Some((name, value)) = map.next_entry::<String, Value>()? {
                    if members.all.insert(name.clone(), value).is_some() {
                        members.twice = Some(name);
                    }
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

fn read_header(bytes: &[u8]) -> Result<BTreeMap<String, Value>> {
    let header: Members = serde_json::from_slice(bytes).map_err(|_| {
        refused(
            "/header",
            "header_malformed",
            "its header is not a JSON object",
        )
    })?;
    let at = |name: &str| format!("/header/{}", escaped(name));
    if let Some(name) = header.twice {
        return Err(refused(
            &at(&name),
            "duplicate_header",
            "a header stands twice in it",
        ));
    }
    let header = header.all;
    for (name, value) in &header {
        match name.as_str() {
            "jku" | "jwk" | "x5u" | "x5c" | "x5t" | "x5t#S256" => {
                return Err(refused(
                    &at(name),
                    "key_in_token",
                    "a token does not bring its own key; the kid alone names it",
                ));
            }
            "crit" | "b64" | "enc" | "zip" => {
                return Err(refused(
                    &at(name),
                    "header_not_supported",
                    "a token does not bring its own rules; leave this header out",
                ));
            }
            "cty" => {
                return Err(refused(
                    &at(name),
                    "nested_token",
                    "it holds another token; send the claims themselves",
                ));
            }
            "typ"
                if !value
                    .as_str()
                    .is_some_and(|typ| typ.eq_ignore_ascii_case("JWT")) =>
            {
                return Err(refused(
                    &at(name),
                    "wrong_type",
                    "typ is JWT, or left out; tokens of other kinds are not for us",
                ));
            }
            _ => {}
        }
    }
    Ok(header)
}

fn alg_of(header: &BTreeMap<String, Value>) -> Result<Alg> {
    header
        .get("alg")
        .and_then(Value::as_str)
        .and_then(Alg::from_name)
        .ok_or_else(|| {
            refused(
                "/header/alg",
                "algorithm_not_allowed",
                "alg is HS256 or EdDSA, as the signing key was made for",
            )
        })
}

fn kid_of(header: &BTreeMap<String, Value>) -> Result<String> {
    let at = "/header/kid";
    let kid = header.get("kid").ok_or_else(|| {
        refused(
            at,
            "kid_missing",
            "its header has no kid; send the kid that came with the key",
        )
    })?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    match kid.as_str() {
        Some(kid) if (1..=KID_BYTES_MAX).contains(&kid.len()) && kid.bytes().all(plain) => {
            Ok(kid.to_owned())
        }
        _ => Err(refused(
            at,
            "kid_malformed",
            "its kid is not one of ours; send the kid that came with the key",
        )),
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn refused(pointer: &str, code: &str, why: &str) -> Error {
    let detail = format!("The member token is refused: {why}.");
    let fault = fault(pointer, code, detail.clone());
    Error::token_invalid(detail).with_errors(vec![fault])
}

/// Mints a token as a shop's server does with an HS256 key; for tests and for trying things out.
///
/// # Errors
/// When the claims cannot be written.
pub fn mint(kid: &str, secret: &[u8], claims: &impl Serialize) -> Result<String> {
    encode(
        Algorithm::HS256,
        kid,
        &EncodingKey::from_secret(secret),
        claims,
    )
}

/// Mints a token as a shop's server does with an Ed25519 pair, by the private half's 32 bytes (the seed of
/// RFC 8032); for tests and for trying things out.
///
/// # Errors
/// When the claims cannot be written.
pub fn mint_ed25519(kid: &str, seed: &[u8; 32], claims: &impl Serialize) -> Result<String> {
    encode(
        Algorithm::EdDSA,
        kid,
        &EncodingKey::from_ed_der(seed),
        claims,
    )
}

fn encode(
    algorithm: Algorithm,
    kid: &str,
    key: &EncodingKey,
    claims: &impl Serialize,
) -> Result<String> {
    signatures::install();
    let mut header = Header::new(algorithm);
    header.kid = Some(kid.to_owned());
    jsonwebtoken::encode(&header, claims, key).map_err(Error::internal)
}
