//! An Ed25519 public key as shops hand it in: raw base64url, JWK (RFC 8037) or PEM (RFC 8410).

use crate::problem::{Error, Result};
use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use ed25519_dalek::VerifyingKey;
use serde_json::Value;

/// What stands before the 32 bytes in a SubjectPublicKeyInfo: RFC 8410 leaves one way to write it.
const SPKI_PREFIX: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];
const PEM_BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const PEM_END: &str = "-----END PUBLIC KEY-----";

const ANY_PADDING: GeneralPurposeConfig =
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, ANY_PADDING);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, ANY_PADDING);

/// Reads a public key: 43 characters of base64 or base64url, a JWK with `kty` `OKP` and `crv` `Ed25519`, or
/// the PEM that `openssl pkey -pubout` writes.
///
/// # Errors
/// 422 at `/public_key`: not such a key, a weak one, or (never sent anywhere) a private one.
pub fn read(text: &str) -> Result<[u8; 32]> {
    let text = text.trim();
    let bytes = if text.starts_with("-----") {
        from_pem(text)?
    } else if text.starts_with('{') {
        from_jwk(text)?
    } else {
        raw(text)?
    };
    match VerifyingKey::from_bytes(&bytes) {
        Ok(key) if !key.is_weak() => Ok(bytes),
        _ => Err(refused(
            "bad_public_key",
            "These 32 bytes are no point that an Ed25519 key may be.",
        )),
    }
}

fn refused(code: &str, detail: &str) -> Error {
    Error::invalid("/public_key", code, detail)
}

fn raw(text: &str) -> Result<[u8; 32]> {
    let bytes = URL_SAFE.decode(text).or_else(|_| STANDARD.decode(text));
    bytes
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(|| {
            refused(
                "bad_public_key",
                "Give the Ed25519 public key as 32 bytes in base64url, as JWK, or as PEM \
                 (openssl pkey -in private.pem -pubout).",
            )
        })
}

fn private() -> Error {
    refused(
        "private_key",
        "This is a private key. It stays on the shop's server; give the public one \
         (openssl pkey -in private.pem -pubout).",
    )
}

fn from_jwk(text: &str) -> Result<[u8; 32]> {
    let jwk: Value = serde_json::from_str(text)
        .map_err(|_| refused("bad_public_key", "It begins like a JWK and is not JSON."))?;
    if jwk.get("d").is_some() {
        return Err(private());
    }
    if jwk["kty"] != "OKP" || jwk["crv"] != "Ed25519" {
        return Err(refused(
            "bad_public_key",
            "The JWK is of another kind: kty must be OKP and crv Ed25519.",
        ));
    }
    raw(jwk["x"].as_str().unwrap_or_default())
}

fn from_pem(text: &str) -> Result<[u8; 32]> {
    if text.contains("PRIVATE KEY") {
        return Err(private());
    }
    text.strip_prefix(PEM_BEGIN)
        .and_then(|rest| rest.strip_suffix(PEM_END))
        .and_then(|body| {
            let body: String = body.split_ascii_whitespace().collect();
            STANDARD.decode(body).ok()
        })
        .and_then(|der| der.strip_prefix(&SPKI_PREFIX)?.try_into().ok())
        .ok_or_else(|| {
            refused(
                "bad_public_key",
                "The PEM is not the public key of an Ed25519 pair (BEGIN PUBLIC KEY).",
            )
        })
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "a test that panics is a test that fails"
    )]
    use super::*;

    /// The key of RFC 8037, appendix A.2.
    const X: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    const BYTES: [u8; 32] = [
        0xd7, 0x5a, 0x98, 0x01, 0x82, 0xb1, 0x0a, 0xb7, 0xd5, 0x4b, 0xfe, 0xd3, 0xc9, 0x64, 0x07,
        0x3a, 0x0e, 0xe1, 0x72, 0xf3, 0xda, 0xa6, 0x23, 0x25, 0xaf, 0x02, 0x1a, 0x68, 0xf7, 0x07,
        0x51, 0x1a,
    ];

    fn code(text: &str) -> String {
        read(text).unwrap_err().faults()[0].code.clone()
    }

    #[test]
    fn each_way_to_write_a_key_gives_the_same_key() {
        let standard = X.replace('_', "/");
        let ways = [
            X.to_owned(),
            format!("  {X}\n"),
            format!("{X}="),
            format!("{standard}="),
            format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{X}","use":"sig"}}"#),
            format!("{PEM_BEGIN}\nMCowBQYDK2VwAyEA{standard}=\n{PEM_END}\n"),
            format!("{PEM_BEGIN}\r\nMCowBQYDK2VwAyEA{standard}=\r\n{PEM_END}\r\n"),
        ];
        for way in ways {
            assert_eq!(read(&way).unwrap(), BYTES, "{way}");
        }
    }

    #[test]
    fn a_private_key_is_named_and_refused() {
        let pem =
            "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----";
        assert_eq!(code(pem), "private_key");
        let jwk = format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{X}","d":"{X}"}}"#);
        assert_eq!(code(&jwk), "private_key");
    }

    #[test]
    fn what_is_no_such_key_is_refused() {
        let weak = URL_SAFE.encode([0; 32]);
        let identity = URL_SAFE.encode({
            let mut point = [0; 32];
            point[0] = 1;
            point
        });
        let standard = X.replace('_', "/");
        let cases = [
            "",
            "abc",
            &X[1..],
            &format!("{X}AA"),
            weak.trim_end_matches('='),
            identity.trim_end_matches('='),
            "{",
            "{}",
            &format!(r#"{{"kty":"OKP","crv":"X25519","x":"{X}"}}"#),
            &format!(r#"{{"kty":"EC","crv":"P-256","x":"{X}"}}"#),
            r#"{"kty":"OKP","crv":"Ed25519","x":7}"#,
            &format!("{PEM_BEGIN}\nMCowBQYDK2VuAyEA{standard}=\n{PEM_END}"),
            &format!("{PEM_BEGIN}\nMCowBQYDK2VwAyEA{standard}="),
            "-----BEGIN RSA PUBLIC KEY-----\nAAAA\n-----END RSA PUBLIC KEY-----",
        ];
        for case in cases {
            assert_eq!(code(case), "bad_public_key", "{case}");
        }
    }
}
