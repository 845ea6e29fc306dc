//! A route, as it is declared beside its handler.

use super::input::{Arguments, Operation};
use super::schemas::Schemas;
use crate::state::State;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::{MethodFilter, MethodRouter, on};
use schemars::JsonSchema;
use serde_json::Value;

/// Where an operation stands in the reference; in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tag {
    /// What any page of the shop may ask.
    Guests,
    /// What a logged-in shopper's page asks.
    Shopper,
    /// Members, as the shop's server keeps them.
    Members,
    /// Orders and their refunds.
    Orders,
    /// Coupons at the checkout.
    Coupons,
    /// The program document and its versions.
    Programs,
    /// Complaints and their answers.
    Complaints,
    /// How the club is doing.
    Insights,
    /// Exports and imports.
    Transfers,
    /// Where events are delivered.
    Webhooks,
    /// People of the shop, and their logins.
    Staff,
    /// The server itself.
    Server,
}

impl Tag {
    /// All of them, in order.
    pub(super) const ALL: [Self; 12] = [
        Self::Guests,
        Self::Shopper,
        Self::Members,
        Self::Orders,
        Self::Coupons,
        Self::Programs,
        Self::Complaints,
        Self::Insights,
        Self::Transfers,
        Self::Webhooks,
        Self::Staff,
        Self::Server,
    ];

    /// Its name and what it is about.
    pub(super) const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Guests => (
                "Guests",
                "What a page of the shop may ask before anybody has logged in: the public program, and the claim on \
                 an invitation.",
            ),
            Self::Shopper => (
                "Shopper",
                "What the page of a logged-in shopper asks, with the member token that the shop's server signed.",
            ),
            Self::Members => ("Members", "The people in the club, by the shop's own ids."),
            Self::Orders => (
                "Orders",
                "Orders and refunds as the shop's server reports them. Reports may be repeated and may come in any \
                 order.",
            ),
            Self::Coupons => (
                "Coupons",
                "Coupons that members took: checked, used and released at the checkout.",
            ),
            Self::Programs => (
                "Programs",
                "The document in which the merchant says how the club works: drafts, checks, versions.",
            ),
            Self::Complaints => (
                "Complaints",
                "What members complain about, and the answers.",
            ),
            Self::Insights => ("Insights", "How the club is doing, in figures."),
            Self::Transfers => (
                "Exports and imports",
                "Everything in and out as CSV or NDJSON, as a stream.",
            ),
            Self::Webhooks => (
                "Webhook endpoints",
                "Where events are delivered, and what became of each delivery.",
            ),
            Self::Staff => ("Staff", "The people of the shop, their roles and logins."),
            Self::Server => ("Server", "How the server itself is."),
        }
    }
}

/// A reply that goes well.
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) description: &'static str,
    pub(super) schema: Option<fn(&mut Schemas) -> Value>,
    pub(super) media: &'static str,
    pub(super) example: Option<Value>,
}

/// A declared route: the handler, and what is said of it.
pub struct Route<S = State> {
    pub(super) method: Method,
    pub(super) path: &'static str,
    pub(super) handler: MethodRouter<S>,
    pub(super) arguments: fn(&mut Operation<'_>),
    pub(super) id: &'static str,
    pub(super) summary: &'static str,
    pub(super) description: &'static str,
    pub(super) tag: Option<Tag>,
    pub(super) bodies: Vec<(&'static str, Value)>,
    pub(super) replies: Vec<Reply>,
    pub(super) refusals: Vec<&'static str>,
}

impl<S> std::fmt::Debug for Route<S> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

macro_rules! method {
    ($name:ident, $method:ident) => {
        #[doc = concat!("A route for `", stringify!($method), "`. The path is written as axum and OpenAPI both write it.")]
        pub fn $name<H, T, S>(path: &'static str, handler: H) -> Route<S>
        where
            H: Handler<T, S>,
            T: Arguments + 'static,
            S: Clone + Send + Sync + 'static,
        {
            Route {
                method: Method::$method,
                path,
                handler: on(MethodFilter::$method, handler),
                arguments: T::describe,
                id: "",
                summary: "",
                description: "",
                tag: None,
                bodies: Vec::new(),
                replies: Vec::new(),
                refusals: Vec::new(),
            }
        }
    };
}

method!(get, GET);
method!(put, PUT);
method!(post, POST);
method!(patch, PATCH);
method!(delete, DELETE);

impl<S> Route<S> {
    /// Its stable name in camel case, which is what a generated client calls it; what it does, in a few words
    /// without a full stop; and the same in sentences.
    #[must_use]
    pub fn named(
        mut self,
        id: &'static str,
        summary: &'static str,
        description: &'static str,
    ) -> Self {
        (self.id, self.summary, self.description) = (id, summary, description);
        self
    }

    /// Where it stands in the reference.
    #[must_use]
    pub const fn tagged(mut self, tag: Tag) -> Self {
        self.tag = Some(tag);
        self
    }

    /// An example of a body, with its name.
    #[must_use]
    pub fn body(mut self, name: &'static str, example: Value) -> Self {
        self.bodies.push((name, example));
        self
    }

    /// A JSON reply with this status, when it is given, and an example of it.
    #[must_use]
    pub fn replies<T: JsonSchema>(
        self,
        status: u16,
        description: &'static str,
        example: Value,
    ) -> Self {
        self.reply(
            status,
            description,
            Some(Schemas::written::<T>),
            "application/json",
            Some(example),
        )
    }

    /// A reply of text in another media type, such as `text/csv`, and an example of it.
    #[must_use]
    pub fn streams(
        self,
        status: u16,
        media: &'static str,
        description: &'static str,
        example: &'static str,
    ) -> Self {
        let schema = |_: &mut Schemas| serde_json::json!({ "type": "string" });
        self.reply(
            status,
            description,
            Some(schema),
            media,
            Some(example.into()),
        )
    }

    /// A reply without a body.
    #[must_use]
    pub fn empty(self, status: u16, description: &'static str) -> Self {
        self.reply(status, description, None, "", None)
    }

    fn reply(
        mut self,
        status: u16,
        description: &'static str,
        schema: Option<fn(&mut Schemas) -> Value>,
        media: &'static str,
        example: Option<Value>,
    ) -> Self {
        self.replies.push(Reply {
            status,
            description,
            schema,
            media,
            example,
        });
        self
    }

    /// Codes that its own work answers with, besides those that its arguments bring.
    #[must_use]
    pub fn refuses(mut self, codes: &[&'static str]) -> Self {
        self.refusals.extend(codes);
        self
    }
}
