//! Member tokens: JWTs that the shop's server mints, HS256 and nothing else.
//!
//! The algorithm is the key record's, not the token's; the key comes from our own table by `kid`, never
//! from anything that the token brings along. The only cryptography linked in is HMAC-SHA-256, so there is
//! no other algorithm to be confused into.

use crate::ids;
use crate::keys;
use crate::problem::{Error, Result};
use hmac::{Hmac, Mac};
use jsonwebtoken::crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::ErrorKind;
use jsonwebtoken::signature::{Error as SignatureError, Signer, Verifier};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey, EncodingKey, Header, Validation};
use rules::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use sqlx::SqliteConnection;
use std::sync::Once;

/// What `aud` must be.
pub const AUDIENCE: &str = "vafa";
const LIFE_S_MAX: i64 = 600;
const LEEWAY_S: i64 = 30;
const TOKEN_BYTES_MAX: usize = 4_096;

/// Who a token speaks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The tenant whose key signed it.
    pub tenant: String,
    /// The shop's id of the shopper.
    pub external_id: String,
}

/// The claims, all required.
#[derive(Clone, Debug, Serialize, Deserialize)]
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nbf: Option<i64>,
}

/// Reads a member token.
///
/// # Errors
/// 401 `token_expired` for one that was good, `token_invalid` for any other.
pub async fn verify(
    connection: &mut SqliteConnection,
    token: &str,
    now: Timestamp,
) -> Result<Subject> {
    install();
    if token.len() > TOKEN_BYTES_MAX {
        return Err(invalid("it is too long"));
    }
    let header = jsonwebtoken::decode_header(token).map_err(|_| invalid("it is not a JWT"))?;
    if header.alg != Algorithm::HS256 {
        return Err(invalid("its key signs with HS256"));
    }
    if header.jku.is_some()
        || header.jwk.is_some()
        || header.x5u.is_some()
        || header.x5c.is_some()
        || header.crit.is_some()
    {
        return Err(invalid("a token does not bring its own key or rules"));
    }
    let kid = header.kid.ok_or_else(|| invalid("its header has no kid"))?;
    let key = keys::signing(connection, &kid)
        .await?
        .ok_or_else(|| invalid("no live signing key has this kid"))?;
    let secret = ids::from_base64url(&key.secret)
        .ok_or_else(|| Error::internal("a stored signing key is not base64url"))?;
    let mut validation = Validation::new(Algorithm::HS256);
    validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
    validation.set_issuer(&[&key.program]);
    validation.set_audience(&[AUDIENCE]);
    // Times are judged below, by the server's one clock.
    validation.validate_exp = false;
    validation.validate_nbf = false;
    let claims =
        jsonwebtoken::decode::<Claims>(token, &DecodingKey::from_secret(&secret), &validation)
            .map_err(|error| invalid(fault(&error)))?
            .claims;
    judge_times(&claims, now.0.div_euclid(1_000))?;
    if claims.sub.is_empty() || claims.sub.len() > 128 {
        return Err(invalid(
            "sub is the shop's id of the shopper, 1 to 128 bytes",
        ));
    }
    Ok(Subject {
        tenant: key.tenant,
        external_id: claims.sub,
    })
}

fn judge_times(claims: &Claims, now_s: i64) -> Result<()> {
    let life_s = claims.exp.saturating_sub(claims.iat);
    if !(1..=LIFE_S_MAX).contains(&life_s) {
        return Err(invalid("a token lives 10 minutes at most (exp - iat)"));
    }
    if claims.iat > now_s + LEEWAY_S || claims.nbf.is_some_and(|nbf| nbf > now_s + LEEWAY_S) {
        return Err(invalid(
            "it is from the future; check the clock of the shop's server",
        ));
    }
    if now_s >= claims.exp.saturating_add(LEEWAY_S) {
        return Err(Error::token_expired());
    }
    Ok(())
}

fn fault(error: &jsonwebtoken::errors::Error) -> &'static str {
    match error.kind() {
        ErrorKind::InvalidSignature => "its signature does not hold",
        ErrorKind::InvalidIssuer => "iss must be the program's id",
        ErrorKind::InvalidAudience => "aud must be \"vafa\"",
        ErrorKind::MissingRequiredClaim(_) | ErrorKind::Json(_) => {
            "iss, aud, sub, iat and exp are all required"
        }
        _ => "it cannot be read",
    }
}

fn invalid(why: &str) -> Error {
    Error::token_invalid(format!("The member token is refused: {why}."))
}

/// Mints a token as a shop's server does; for tests and for trying things out.
///
/// # Errors
/// When the claims cannot be written.
pub fn mint(kid: &str, secret: &[u8], claims: &impl Serialize) -> Result<String> {
    install();
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some(kid.to_owned());
    jsonwebtoken::encode(&header, claims, &EncodingKey::from_secret(secret))
        .map_err(Error::internal)
}

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| {
        if (*algorithm, key.family()) != (Algorithm::HS256, AlgorithmFamily::Hmac) {
            return Err(ErrorKind::InvalidAlgorithm.into());
        }
        Ok(Box::new(Hs256(mac(key.as_bytes())?)))
    },
    verifier_factory: |algorithm, key| {
        if (*algorithm, key.family()) != (Algorithm::HS256, AlgorithmFamily::Hmac) {
            return Err(ErrorKind::InvalidAlgorithm.into());
        }
        Ok(Box::new(Hs256(mac(key.try_get_as_bytes()?)?)))
    },
    key_utils: KeyUtils::new_unimplemented(),
};

fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Only this crate installs one; a second installation would be the same value.
        let _ = PROVIDER.install_default();
    });
}

struct Hs256(Hmac<Sha256>);

fn mac(secret: &[u8]) -> jsonwebtoken::errors::Result<Hmac<Sha256>> {
    Hmac::new_from_slice(secret).map_err(|_| ErrorKind::InvalidKeyFormat.into())
}

impl Signer<Vec<u8>> for Hs256 {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, SignatureError> {
        Ok(self
            .0
            .clone()
            .chain_update(message)
            .finalize()
            .into_bytes()
            .to_vec())
    }
}

impl JwtSigner for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl Verifier<Vec<u8>> for Hs256 {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), SignatureError> {
        // Compares in constant time.
        self.0
            .clone()
            .chain_update(message)
            .verify_slice(signature)
            .map_err(SignatureError::from_source)
    }
}

impl JwtVerifier for Hs256 {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}
