//! What a handler's arguments say about its operation.

use super::schemas::Schemas;
use crate::credentials::COOKIE;
use schemars::JsonSchema;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// An argument of a handler that says what it takes from a request and what it may refuse.
pub trait Input {
    /// Adds what this argument takes and refuses.
    fn describe(operation: &mut Operation<'_>);
}

/// The arguments of a handler, as axum's `Handler` names them.
pub trait Arguments {
    /// Adds what all arguments take and refuse, in their order.
    fn describe(operation: &mut Operation<'_>);
}

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Credential {
    /// Anyone on a shop's page, by a publishable key in the query.
    Page,
    /// A logged-in shopper, by a member token.
    Shopper,
    /// The shop's server, by a secret key.
    Shop,
    /// A person of the shop, by the cookie of a login.
    Staff,
}

impl Credential {
    /// All of them.
    pub(super) const ALL: [Self; 4] = [Self::Page, Self::Shopper, Self::Shop, Self::Staff];

    /// Its name among the security schemes.
    #[must_use]
    pub const fn scheme(self) -> &'static str {
        match self {
            Self::Page => "publishable_key",
            Self::Shopper => "member_token",
            Self::Shop => "secret_key",
            Self::Staff => "staff_session",
        }
    }

    /// The security scheme.
    pub(super) fn security(self) -> Value {
        match self {
            Self::Page => json!({
                "type": "apiKey", "in": "query", "name": "key",
                "description": "A publishable key, `pk_…`. It may stand in a page: it reads the public program and \
                    lets guests in, from the origins on its list alone.",
            }),
            Self::Shopper => json!({
                "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                "description": "A member token: a JWT (HS256 or EdDSA) that the shop's server signs for a logged-in \
                    shopper. `iss` is the program, `aud` is `vafa`, `sub` the shop's id of the member; `iat` and \
                    `exp` are at most ten minutes apart, and `kid` names the signing key.",
            }),
            Self::Shop => json!({
                "type": "http", "scheme": "bearer",
                "description": "A secret key, `sk_…`. It belongs on the shop's server; a request that comes from a \
                    page is refused.",
            }),
            Self::Staff => json!({
                "type": "apiKey", "in": "cookie", "name": COOKIE,
                "description": "The cookie of a login. What changes something is taken from pages of this server \
                    alone: with `Sec-Fetch-Site: same-origin`, or with its own host as the `Origin`.",
            }),
        }
    }

    const fn problems(self) -> &'static [&'static str] {
        match self {
            Self::Page => &["unauthorized", "origin_not_allowed"],
            Self::Shopper => &[
                "unauthorized",
                "token_invalid",
                "token_expired",
                "origin_not_allowed",
            ],
            Self::Shop => &["unauthorized", "origin_not_allowed", "scope_missing"],
            Self::Staff => &["unauthorized", "role_missing"],
        }
    }
}

/// An operation as its arguments describe it.
#[derive(Debug)]
pub struct Operation<'a> {
    pub(super) schemas: &'a mut Schemas,
    pub(super) path: &'static str,
    pub(super) writes: bool,
    pub(super) parameters: Vec<Value>,
    pub(super) body: Option<Value>,
    pub(super) credentials: BTreeSet<Credential>,
    pub(super) problems: BTreeSet<&'static str>,
    pub(super) headers: BTreeSet<&'static str>,
    pub(super) not_modified: bool,
}

impl<'a> Operation<'a> {
    pub(super) fn new(path: &'static str, writes: bool, schemas: &'a mut Schemas) -> Self {
        let mut problems = BTreeSet::from(["request_timeout", "internal_error", "unavailable"]);
        if writes {
            problems.insert("ledger_broken");
        }
        Self {
            schemas,
            path,
            writes,
            parameters: Vec::new(),
            body: None,
            credentials: BTreeSet::new(),
            problems,
            headers: BTreeSet::from(["X-Request-Id"]),
            not_modified: false,
        }
    }

    /// This credential is needed; of several, one is enough.
    pub fn credential(&mut self, credential: Credential) {
        self.credentials.insert(credential);
        self.problems.extend(credential.problems());
    }

    /// This code may be the answer.
    pub fn problem(&mut self, code: &'static str) {
        self.problems.insert(code);
    }

    /// What changes something is taken from pages of this server alone.
    pub fn same_site(&mut self) {
        if self.writes {
            self.problem("cross_site");
        }
    }

    /// A header that is read.
    pub fn header(&mut self, name: &str, required: bool, description: &str, schema: &Value) {
        self.parameters.push(json!({
            "name": name, "in": "header", "required": required, "description": description, "schema": schema,
        }));
    }

    /// A header of the answer, by its name among the document's headers.
    pub fn answers_with(&mut self, header: &'static str) {
        self.headers.insert(header);
    }

    /// The answer carries a tag, and a caller who has that content is told so.
    pub fn tagged(&mut self) {
        self.not_modified = true;
        self.headers.insert("ETag");
    }

    /// The body, in any of these media types.
    pub fn body<T: JsonSchema>(&mut self, media: &[&str]) {
        let schema = self.schemas.read::<T>();
        let content: Map<String, Value> = media
            .iter()
            .map(|media| ((*media).to_owned(), json!({ "schema": schema })))
            .collect();
        self.body = Some(json!({ "required": true, "content": content }));
        for code in ["malformed_request", "body_too_large", "validation_failed"] {
            self.problem(code);
        }
    }

    /// The same body in another media type, with a schema of its own. Examples are given for JSON alone.
    pub fn body_as(&mut self, media: &str, schema: &Value) {
        if let Some(body) = &mut self.body {
            body["content"][media] = json!({ "schema": schema });
        }
    }

    /// A body of text that is read as it comes, in any of these media types.
    pub fn upload(&mut self, media: &[&str]) {
        let content: Map<String, Value> = media
            .iter()
            .map(|media| {
                let text = json!({ "schema": { "type": "string" } });
                ((*media).to_owned(), text)
            })
            .collect();
        self.body = Some(json!({ "required": true, "content": content }));
        for code in ["malformed_request", "validation_failed"] {
            self.problem(code);
        }
    }

    /// Parameters of the path: the fields of a struct, the parts of a tuple, or the only one.
    pub fn path<T: JsonSchema>(&mut self) {
        let schema = self.schemas.read_inline::<T>();
        let names = names(self.path);
        if schema.get("properties").is_some() {
            self.fields(&schema, "path");
        } else if let Some(parts) = schema.get("prefixItems").and_then(Value::as_array) {
            for (name, part) in names.iter().zip(parts) {
                self.parameter(name, "path", true, part);
            }
        } else if let Some(name) = names.first() {
            self.parameter(name, "path", true, &schema);
        }
        self.problem("not_found");
    }

    /// Parameters of the query: the fields of a struct.
    pub fn query<T: JsonSchema>(&mut self) {
        let schema = self.schemas.read_inline::<T>();
        self.fields(&schema, "query");
        self.problem("malformed_request");
    }

    fn fields(&mut self, schema: &Value, place: &str) {
        let required = schema.get("required").and_then(Value::as_array);
        let fields = schema.get("properties").and_then(Value::as_object);
        let mut named: Vec<_> = fields.into_iter().flatten().collect();
        // In the order of the path, which a reader has before them.
        named.sort_by_key(|(name, _)| self.path.find(&format!("{{{name}}}")));
        for (name, field) in named {
            let is_required = place == "path"
                || required
                    .is_some_and(|names| names.iter().any(|known| known.as_str() == Some(name)));
            self.parameter(name, place, is_required, field);
        }
    }

    fn parameter(&mut self, name: &str, place: &str, required: bool, schema: &Value) {
        let mut schema = schema.clone();
        let mut parameter = json!({ "name": name, "in": place, "required": required });
        if let Some(fields) = schema.as_object_mut() {
            if let Some(description) = fields.remove("description") {
                parameter["description"] = description;
            }
            if let Some(Value::Array(examples)) = fields.remove("examples")
                && let Some(example) = examples.into_iter().next()
            {
                parameter["example"] = example;
            }
            if fields.get("default") == Some(&Value::Null) {
                fields.remove("default");
            }
            fields.remove("title");
            absent_not_null(fields);
        }
        parameter["schema"] = schema;
        self.parameters.push(parameter);
    }
}

/// A parameter that may be left out is never null: there is no way to write that in an address.
fn absent_not_null(fields: &mut Map<String, Value>) {
    if let Some(Value::Array(kinds)) = fields.get_mut("type") {
        kinds.retain(|kind| kind != "null");
        if let [one] = kinds.as_slice() {
            let one = one.clone();
            fields.insert("type".to_owned(), one);
        }
    }
    if let Some(Value::Array(ways)) = fields.get_mut("anyOf") {
        ways.retain(|way| way.get("type").is_none_or(|kind| kind != "null"));
        if let [Value::Object(one)] = ways.as_slice() {
            let one = one.clone();
            fields.remove("anyOf");
            fields.extend(one);
        }
    }
}

/// Names in braces, in the order of the path.
pub(super) fn names(path: &str) -> Vec<&str> {
    path.split('/')
        .filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
        .collect()
}

macro_rules! arguments {
    ($($argument:ident)*) => {
        impl<M, $($argument: Input),*> Arguments for (M, $($argument,)*) {
            fn describe(operation: &mut Operation<'_>) {
                let _ = &operation;
                $($argument::describe(operation);)*
            }
        }
    };
}

arguments!();
arguments!(A);
arguments!(A B);
arguments!(A B C);
arguments!(A B C D);
arguments!(A B C D E);
arguments!(A B C D E F);
arguments!(A B C D E F G);
arguments!(A B C D E F G H);
