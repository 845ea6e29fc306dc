//! What each of the API's extractors takes from a request and refuses.

use super::input::{Credential, Input, Operation};
use crate::body::Json;
use crate::credentials::{Desk, Page, Peer, SameSite, Shop, Shopper, Staff};
use crate::drafts::Expected;
use crate::idempotency;
use crate::inputs::{Key, Known, Path, Query};
use crate::large::Large;
use crate::partners::Codes;
use contract::partners::PartnerCodes;
use schemars::JsonSchema;
use serde_json::json;

impl Input for Page {
    fn describe(operation: &mut Operation<'_>) {
        operation.credential(Credential::Page);
    }
}

impl Input for Shopper {
    fn describe(operation: &mut Operation<'_>) {
        operation.credential(Credential::Shopper);
    }
}

impl Input for Shop {
    fn describe(operation: &mut Operation<'_>) {
        operation.credential(Credential::Shop);
        operation.problem("rate_limited");
    }
}

impl Input for Staff {
    fn describe(operation: &mut Operation<'_>) {
        operation.credential(Credential::Staff);
        operation.same_site();
    }
}

/// Either will do: two entries of `security` are alternatives.
impl Input for Desk {
    fn describe(operation: &mut Operation<'_>) {
        Shop::describe(operation);
        Staff::describe(operation);
    }
}

impl Input for SameSite {
    fn describe(operation: &mut Operation<'_>) {
        operation.same_site();
    }
}

/// Whoever takes the address of the caller counts by it.
impl Input for Peer {
    fn describe(operation: &mut Operation<'_>) {
        operation.problem("rate_limited");
    }
}

/// The server's own state comes from no request.
impl<S> Input for axum::extract::State<S> {
    fn describe(_: &mut Operation<'_>) {}
}

impl<T: JsonSchema> Input for Path<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.path::<T>();
    }
}

impl<T: JsonSchema> Input for Query<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.query::<T>();
    }
}

impl<T: JsonSchema> Input for Json<T> {
    fn describe(operation: &mut Operation<'_>) {
        operation.body::<T>(&["application/json"]);
        operation.problem("not_json");
    }
}

impl<T: JsonSchema> Input for Large<T> {
    fn describe(operation: &mut Operation<'_>) {
        Json::<T>::describe(operation);
    }
}

impl Input for Expected {
    fn describe(operation: &mut Operation<'_>) {
        operation.header(
            "If-Match",
            false,
            "The draft's tag, with its quotation marks, as it was read: 412 when somebody has saved it since.",
            &json!({ "type": "string", "examples": ["\"3\""] }),
        );
        operation.problem("draft_changed");
    }
}

/// Text by the line beside the list: a schema says nothing of a line.
impl Input for Codes {
    fn describe(operation: &mut Operation<'_>) {
        operation.body::<PartnerCodes>(&["application/json"]);
        let by_line = json!({ "type": "string" });
        for media in ["application/x-ndjson", "text/csv"] {
            operation.body_as(media, &by_line);
        }
        operation.problem("not_json");
    }
}

impl Input for Key {
    fn describe(operation: &mut Operation<'_>) {
        operation.header(
            "Idempotency-Key",
            true,
            "A fresh one for each intent, the same one for each retry of it: the answer to a retry is the first \
             answer, to the byte.",
            &json!({
                "type": "string", "minLength": 1, "maxLength": idempotency::KEY_MAX, "pattern": "^[!-~]+$",
                "examples": ["5d0c6c1e-6d5a-4f0e-9a53-3f0f2f6f2f11"],
            }),
        );
        for code in [
            "idempotency_key_missing",
            "idempotency_key_reused",
            "idempotency_key_in_flight",
            "idempotency_key_old",
        ] {
            operation.problem(code);
        }
        operation.answers_with("Idempotent-Replayed");
    }
}

impl Input for Known {
    fn describe(operation: &mut Operation<'_>) {
        operation.header(
            "If-None-Match",
            false,
            "The ETag of an earlier answer, with its quotation marks: 304 when it still holds.",
            &json!({ "type": "string" }),
        );
        operation.tagged();
    }
}
