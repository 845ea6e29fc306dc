//! The description of the API (OpenAPI 3.1), made from the handlers, and the reference that people read.
//!
//! A route is declared once, beside its handler. The router and the description both come from that declaration, and
//! what a handler asks of a request is read off its argument types, so that neither can say what the other does not.
//!
//! # How to declare a route
//! ```ignore
//! pub(crate) fn routes() -> Vec<Route> {
//!     vec![
//!         post("/v1/me/redemptions", redeem)
//!             .named("takeReward", "Take a reward", "Spends points on a reward and gives its coupon. …")
//!             .tagged(Tag::Shopper)
//!             .body("A discount", json!({"reward_id": "rwd_50k"}))
//!             .replies::<RedemptionReply>(201, "The reward is taken.", json!({"redemption": {…}}))
//!             .refuses(&["not_a_member", "not_eligible"]),
//!     ]
//! }
//!
//! async fn redeem(
//!     Shared(state): Shared<State>,
//!     Shopper(subject): Shopper,      // the credential, 401, 403
//!     Key(key): Key,                  // the Idempotency-Key, its problems, Idempotent-Replayed
//!     body: Json<Redeem>,             // the body's schema, 400, 413, 415, 422
//! ) -> Result<Response> { … }
//! ```
//! - Say in `refuses` only what the handler's own work refuses; every argument brings its own problems, and 408, 500
//!   and 503 are everywhere. A code needs its sentence in [`crate::problem::CODES`], and its status
//!   in `problems.rs` when that is not 409.
//! - Path and query: [`crate::inputs::Path`] and [`crate::inputs::Query`] of a struct that derives `Deserialize` and
//!   `JsonSchema`. The doc comment of a field describes it; a path parameter needs `#[schemars(example = &"…")]`.
//!   A lone path parameter may be a newtype instead. Axum's own extractors, and the header map, are not taken.
//! - [`crate::inputs::Known`] stands for `If-None-Match`: it adds the 304 and the tag.
//! - A request's type derives `Deserialize` and `JsonSchema`, a reply's `Serialize` and `JsonSchema`.
//! - `body` and `replies` may be repeated for more examples. A reply without a body is `empty(204, …)`.
//! - An extractor of your own implements [`Input`].
//!
//! [`Routes::faults`] lists what is missing or wrong in the declarations; a test asks for an empty list. It checks
//! names, words and codes; that the examples fit their schemas is checked by a test with an independent validator.
//!
//! Own thin layer over schemars: the published stable release of aide (0.15) is built on schemars 0.9 while the rules'
//! types use 1, and it knows neither stable problem codes per operation nor a different schema for what is read and
//! what is written.

mod document;
mod extractors;
mod faults;
mod input;
mod page;
mod problems;
mod route;
mod schemas;
mod serve;
#[cfg(test)]
mod tests;
mod webhooks;

pub use document::Routes;
pub use input::{Arguments, Credential, Input, Operation};
pub use page::{page, problem};
pub use problems::status;
pub use route::{Route, Tag, delete, get, patch, post, put};
pub use schemas::Schemas;
pub use serve::pages;
pub use webhooks::{EVENTS, Webhook};
