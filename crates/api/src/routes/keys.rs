//! Keys of the shop's pages and servers.

use super::answer;
use crate::body::Json;
use crate::credentials::{Desk, Staff};
use crate::inputs::Path;
use crate::keys::{self, Alg, Fresh, Kind, New, SigningKey};
use crate::openapi::{Route, Tag, delete, get, post, put};
use crate::problem::{Error, Result};
use crate::scopes::{Scope, Scopes};
use crate::staff::Role;
use crate::state::State;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::response::Response;
use contract::installation::InstallationReply;
use contract::keys::KeysReply;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

const PATH: &str = "/v1/keys";

pub(super) fn routes() -> Vec<Route> {
    vec![
        get(PATH, list)
            .named("listKeys", "List the keys", "Oldest first, ended ones too, and never a secret. For owners.")
            .tagged(Tag::Staff)
            .replies::<KeysReply>(200, "The keys.", json!({ "keys": [example()] })),
        get("/v1/installation", installation)
            .named(
                "readInstallation",
                "See where the widget is",
                "The keys that stand in pages, and when a page of each origin last asked with one: when the panel was \
                 opened or a survey was due there, to the hour. A launcher that nobody opens asks nothing. A secret \
                 key needs the scope programs, a person any role.",
            )
            .tagged(Tag::Programs)
            .replies::<InstallationReply>(200, "The keys.", json!({ "keys": [{
                "id": "key_8x0w3k6m1q9r4t7v2yaz", "publishable_key": "pk_dGhpcyBpcyBhbiBleGFtcGxl",
                "origins": [{ "origin": "https://shop.example", "seen_at": "2026-11-22T08:30:00Z" }],
                "created_at": "2026-11-22T08:30:00Z",
            }] })),
        post(PATH, create)
            .named(
                "createKey",
                "Make a key",
                "What is secret of it is shown in this answer only. Two signing keys may be live at once, so that one \
                 can take over from the other. For owners.",
            )
            .tagged(Tag::Staff)
            .body("For the shop's server", json!({ "kind": "secret", "scopes": ["members", "orders"] }))
            .body("For pages", json!({ "kind": "publishable", "origins": ["https://shop.example"] }))
            .body("For member tokens", json!({ "kind": "signing", "alg": "HS256" }))
            .replies::<KeyReply>(201, "The key.", json!({ "key": {
                "id": "key_8x0w3k6m1q9r4t7v2yaz", "publishable_key": null, "secret_key": "sk_…", "signing_key": null,
            } }))
            .refuses(&["too_many_signing_keys"]),
        delete("/v1/keys/{key}", revoke)
            .named("revokeKey", "End a key", "At once; its row stays, for the audit. For owners.")
            .tagged(Tag::Staff)
            .empty(204, "The key is worth nothing from now on."),
        put("/v1/keys/{key}/origins", set_origins)
            .named(
                "setOrigins",
                "Say whose pages may use a key",
                "Replaces the whole list of a publishable key: exact origins, without a path and without wildcards. \
                 For owners.",
            )
            .tagged(Tag::Staff)
            .body("Two shops", json!({ "origins": ["https://shop.example", "https://www.shop.example"] }))
            .empty(204, "The list holds from now on."),
    ]
}

fn example() -> Value {
    json!({
        "id": "key_8x0w3k6m1q9r4t7v2yaz", "kind": "publishable", "name": "pk_dGhpcyBpcyBhbiBleGFtcGxl", "alg": null,
        "scopes": null, "origins": ["https://shop.example"], "created_at": "2026-11-22T08:30:00Z", "revoked_at": null,
    })
}

async fn list(Shared(state): Shared<State>, staff: Staff) -> Result<Response> {
    staff.needs(Role::Owner)?;
    let listed = state.read(staff.tenant(), (), |club, ()| {
        Box::pin(async move {
            let tenant = club.tenant().to_owned();
            keys::list(&mut club.tx, &tenant).await
        })
    });
    answer::ok(&KeysReply {
        keys: listed.await?,
    })
}

async fn installation(Shared(state): Shared<State>, desk: Desk) -> Result<Response> {
    desk.needs(Scope::Programs, Role::Viewer)?;
    let listed = desk.read(&state, (), |club, ()| {
        Box::pin(async move {
            let tenant = club.tenant().to_owned();
            keys::pages(&mut club.tx, &tenant).await
        })
    });
    answer::ok(&InstallationReply {
        keys: listed.await?,
    })
}

/// What key is made.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Create {
    /// What it is for.
    kind: Kind,
    /// For a publishable key: origins of the shop's pages.
    origins: Option<Vec<String>>,
    /// For a secret key: what it may do, each by its name, or `*`.
    scopes: Option<Vec<String>>,
    /// For a signing key: how tokens are signed; `HS256` when absent.
    alg: Option<Alg>,
    /// For an `EdDSA` signing key: the shop's public key (base64url, JWK or PEM).
    public_key: Option<String>,
}

/// The key as it is asked for.
fn wanted(asked: Create) -> Result<New> {
    let Create {
        kind,
        origins,
        scopes,
        alg,
        public_key,
    } = asked;
    let out_of_place = [
        ("origins", origins.is_some() && kind != Kind::Publishable),
        ("scopes", scopes.is_some() && kind != Kind::Secret),
        ("alg", alg.is_some() && kind != Kind::Signing),
        (
            "public_key",
            public_key.is_some() && alg != Some(Alg::EdDsa),
        ),
    ];
    if let Some((field, _)) = out_of_place.into_iter().find(|(_, wrong)| *wrong) {
        let detail = format!("{field} does not go with this kind of key.");
        return Err(Error::invalid(format!("/{field}"), "out_of_place", detail));
    }
    let missing =
        |field: &str, detail: &str| Error::invalid(format!("/{field}"), "missing_field", detail);
    match kind {
        Kind::Publishable => {
            let origins = origins.filter(|origins| !origins.is_empty());
            let origins = origins
                .ok_or_else(|| missing("origins", "Name the origins of the shop's pages."))?;
            if origins.len() > keys::ORIGINS_MAX {
                let detail = format!("A key has {} origins at most.", keys::ORIGINS_MAX);
                return Err(Error::invalid("/origins", "too_many", detail));
            }
            Ok(New::Publishable(origins))
        }
        Kind::Secret => {
            let scopes =
                scopes.ok_or_else(|| missing("scopes", "Name what the key may do, or *."))?;
            Scopes::read(&scopes.join(" ")).map(New::Secret)
        }
        Kind::Signing => match (alg.unwrap_or_default(), public_key) {
            (Alg::Hs256, _) => Ok(New::Signing),
            (Alg::EdDsa, Some(public_key)) => Ok(New::SigningBy(public_key)),
            (Alg::EdDsa, None) => Err(missing(
                "public_key",
                "An EdDSA key is the shop's own: send its public half.",
            )),
        },
    }
}

/// A fresh key; what is null is of another kind.
#[derive(Serialize, JsonSchema)]
struct FreshKey {
    /// `key_…`, by which it is ended.
    id: String,
    /// `pk_…`.
    publishable_key: Option<String>,
    /// `sk_…`, shown this once.
    secret_key: Option<String>,
    /// For member tokens; its secret is shown this once.
    signing_key: Option<SigningKey>,
}

/// The one member of the reply.
#[derive(Serialize, JsonSchema)]
struct KeyReply {
    /// The key.
    key: FreshKey,
}

async fn create(
    Shared(state): Shared<State>,
    staff: Staff,
    Json { value, .. }: Json<Create>,
) -> Result<Response> {
    staff.needs(Role::Owner)?;
    let made = staff.write(&state, wanted(value)?, |club, new| {
        Box::pin(async move {
            let (tenant, actor, now) =
                (club.tenant().to_owned(), club.actor().to_owned(), club.now);
            keys::create_named(&mut club.tx, &tenant, new, &actor, now).await
        })
    });
    let (id, fresh) = made.await?;
    let mut key = FreshKey {
        id,
        publishable_key: None,
        secret_key: None,
        signing_key: None,
    };
    match fresh {
        Fresh::PublishableKey(text) => key.publishable_key = Some(text),
        Fresh::SecretKey(text) => key.secret_key = Some(text),
        Fresh::SigningKey(signing) => key.signing_key = Some(signing),
    }
    answer::json(StatusCode::CREATED, &KeyReply { key })
}

/// The key's id.
#[derive(Deserialize, JsonSchema)]
#[schemars(example = &"key_8x0w3k6m1q9r4t7v2yaz")]
struct KeyId(String);

async fn revoke(
    Shared(state): Shared<State>,
    staff: Staff,
    Path(KeyId(id)): Path<KeyId>,
) -> Result<Response> {
    staff.needs(Role::Owner)?;
    let ended = staff.write(&state, id, |club, id| {
        Box::pin(async move {
            let (tenant, actor, now) =
                (club.tenant().to_owned(), club.actor().to_owned(), club.now);
            keys::revoke(&mut club.tx, &tenant, id, &actor, now).await
        })
    });
    ended.await?;
    Ok(answer::nothing())
}

/// Whose pages may use a key.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Origins {
    /// A hundred at most, each as `https://shop.example`.
    origins: Vec<String>,
}

async fn set_origins(
    Shared(state): Shared<State>,
    staff: Staff,
    Path(KeyId(id)): Path<KeyId>,
    Json { value, .. }: Json<Origins>,
) -> Result<Response> {
    staff.needs(Role::Owner)?;
    let set = staff.write(&state, (id, value.origins), |club, (id, origins)| {
        Box::pin(async move {
            let (tenant, actor, now) =
                (club.tenant().to_owned(), club.actor().to_owned(), club.now);
            keys::set_origins(&mut club.tx, &tenant, id, origins, &actor, now).await
        })
    });
    set.await?;
    Ok(answer::nothing())
}
