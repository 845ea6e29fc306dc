//! All routes together: the router, and the document that describes it.

use super::input::{Credential, Operation};
use super::problems;
use super::route::{Route, Tag};
use super::schemas::Schemas;
use super::webhooks::{self, Webhook};
use crate::state::State;
use axum::Router;
use axum::http::Method;
use contract::problem::Problem;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The routes of the API.
#[derive(Debug)]
pub struct Routes<S = State> {
    pub(super) routes: Vec<Route<S>>,
    pub(super) webhooks: Vec<Webhook>,
}

impl<S> Default for Routes<S> {
    fn default() -> Self {
        Self {
            routes: Vec::new(),
            webhooks: Vec::new(),
        }
    }
}

const ABOUT: &str = "A loyalty club for a shop: points, tiers, rewards, referrals and surveys.\n\n\
    Requests and replies are JSON in `snake_case`. Instants are RFC 3339 in UTC. Money is an integer of the currency's \
    minor unit, and points are integers; both are written without a fraction. Ids of ours have a prefix (`mem_`, `rdm_`); ids of the shop are the shop's \
    own words.\n\n\
    Lists come in pages: `limit` says how many, and `next_cursor` of one page is the `cursor` of the next.\n\n\
    A write that carries an `Idempotency-Key` is done once, however often it is sent; reports of the shop's server are \
    done once by their own ids. An error is `application/problem+json` with a stable `code`, a `detail` for the \
    developer, and `errors` with a JSON pointer to each fault of the body. Members that a client does not know may \
    appear in any reply.";

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// Adds routes.
    #[must_use]
    pub fn with(mut self, routes: impl IntoIterator<Item = Route<S>>) -> Self {
        self.routes.extend(routes);
        self
    }

    /// Adds events that are delivered to the shop.
    #[must_use]
    pub fn delivering(mut self, webhooks: impl IntoIterator<Item = Webhook>) -> Self {
        self.webhooks.extend(webhooks);
        self
    }

    /// The router of all routes.
    pub fn router(&self) -> Router<S> {
        self.routes.iter().fold(Router::new(), |router, route| {
            router.route(route.path, route.handler.clone())
        })
    }

    /// The OpenAPI 3.1 document.
    #[must_use]
    pub fn document(&self) -> Value {
        let mut schemas = Schemas::default();
        let problem = schemas.written::<Problem>();
        let mut responses = Map::new();
        let mut paths = Map::new();
        let mut credentials = BTreeSet::new();
        let mut tags = BTreeSet::new();
        for route in &self.routes {
            let mut operation =
                Operation::new(route.path, route.method != Method::GET, &mut schemas);
            (route.arguments)(&mut operation);
            credentials.extend(operation.credentials.iter().copied());
            tags.extend(route.tag);
            let described = describe(route, operation, &problem, &mut responses);
            let item = paths
                .entry(route.path)
                .or_insert_with(|| Value::Object(Map::new()));
            item[route.method.as_str().to_lowercase()] = described;
        }
        let webhooks = webhooks::items(&self.webhooks, &mut schemas);
        let security: Map<String, Value> = Credential::ALL
            .into_iter()
            .filter(|credential| credentials.contains(credential))
            .map(|credential| (credential.scheme().to_owned(), credential.security()))
            .collect();
        let tags: Vec<Value> = Tag::ALL
            .into_iter()
            .filter(|tag| tags.contains(tag))
            .map(|tag| json!({ "name": tag.words().0, "description": tag.words().1 }))
            .collect();
        let mut document = json!({
            "openapi": "3.1.0",
            "info": {
                "title": "Vafa API",
                "version": env!("CARGO_PKG_VERSION"),
                "description": ABOUT,
                "license": { "name": "MIT or Apache-2.0", "identifier": "MIT OR Apache-2.0" },
            },
            "servers": [{ "url": "/", "description": "The server that hands out this document." }],
            "tags": tags,
            "paths": paths,
            "webhooks": webhooks,
            "components": { "responses": responses, "headers": headers(), "securitySchemes": security },
        });
        let all = schemas.settle(&mut document);
        document["components"]["schemas"] = Value::Object(all);
        document
    }
}

/// One operation of the document.
fn describe<S>(
    route: &Route<S>,
    operation: Operation<'_>,
    problem: &Value,
    shared: &mut Map<String, Value>,
) -> Value {
    let Operation {
        schemas,
        parameters,
        mut body,
        credentials,
        problems: mut codes,
        headers,
        not_modified,
        ..
    } = operation;
    codes.extend(&route.refusals);
    let mut responses = problems::responses(&codes, problem, shared);
    for reply in &route.replies {
        let response = responses
            .entry(reply.status.to_string())
            .or_insert_with(|| {
                let headers: Map<String, Value> = headers
                    .iter()
                    .map(|name| {
                        let reference = format!("#/components/headers/{name}");
                        ((*name).to_owned(), json!({ "$ref": reference }))
                    })
                    .collect();
                json!({ "description": reply.description, "headers": headers })
            });
        if let Some(schema) = reply.schema {
            let content = &mut response["content"][reply.media];
            content["schema"] = schema(schemas);
            if let Some(example) = &reply.example {
                example_of(content, reply.description, example);
            }
        }
    }
    if not_modified {
        responses.insert(
            "304".to_owned(),
            json!({
                "description": "The tag still holds; there is no body.",
                "headers": { "ETag": { "$ref": "#/components/headers/ETag" } },
            }),
        );
    }
    if let Some(content) = body
        .as_mut()
        .and_then(|body| body["content"].as_object_mut())
    {
        let as_json = |media: &&mut Value| media["schema"]["type"] != "string";
        for media in content.values_mut().filter(as_json) {
            for (name, example) in &route.bodies {
                example_of(media, name, example);
            }
        }
    }
    let mut described = json!({
        "operationId": route.id,
        "summary": route.summary,
        "description": route.description,
        "tags": route.tag.map(|tag| tag.words().0).into_iter().collect::<Vec<_>>(),
        "security": credentials.iter().map(|one| json!({ one.scheme(): [] })).collect::<Vec<_>>(),
        "parameters": parameters,
        "responses": responses,
    });
    if let Some(body) = body {
        described["requestBody"] = body;
    }
    described
}

/// Adds an example to a media type under the next free name.
fn example_of(media: &mut Value, summary: &str, value: &Value) {
    let known = media
        .get("examples")
        .and_then(Value::as_object)
        .map_or(0, Map::len);
    let name = format!("example{}", known + 1);
    media["examples"][name] = json!({ "summary": summary, "value": value });
}

/// Headers of answers.
fn headers() -> Value {
    let header =
        |description: &str, schema: Value| json!({ "description": description, "schema": schema });
    json!({
        "ETag": header("The strong tag of this content, for If-None-Match.", json!({ "type": "string" })),
        "Idempotent-Replayed": header(
            "Present when this is the stored answer to an earlier request with the same key.",
            json!({ "const": "true" }),
        ),
        "Retry-After": header("Whole seconds to wait.", json!({ "type": "integer", "minimum": 1 })),
        "WWW-Authenticate": header("How to send the credential.", json!({ "type": "string" })),
        "X-Request-Id": header("The request's id, which the server's log names.", json!({ "type": "string" })),
    })
}
