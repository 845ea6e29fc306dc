//! Asking the server.
//!
//! Every request goes by here. One that is refused because the session has ended waits until somebody has logged in
//! again, and is then asked again: whoever asked notices nothing.

use crate::session;
use contract::problem::Problem;
use gloo_net::http::{Method, Request, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Failure {
    /// The server was not reached.
    Offline,
    /// It said no. With the seconds to wait, when it says so.
    Refused(Problem, Option<u32>),
    /// It said something that this page does not understand: another version, or something in between.
    Odd,
}

impl Failure {
    /// The problem's stable code; empty for other failures.
    pub(crate) fn code(&self) -> &str {
        match self {
            Self::Refused(problem, _) => &problem.code,
            Self::Offline | Self::Odd => "",
        }
    }
}

/// What the server gives.
pub(crate) type Reply<T> = Result<T, Failure>;

/// What a request says beside its address and body.
#[derive(Clone, Copy, Debug)]
enum Besides<'a> {
    Nothing,
    /// It is done only while what it changes is still of this revision.
    Revision(i64),
    /// It is done once for this key, however often it is sent.
    Key(&'a str),
}

/// Reads.
pub(crate) async fn get<T: DeserializeOwned>(path: &str) -> Reply<T> {
    read(&ask(Method::GET, path, None, Besides::Nothing).await?).await
}

/// Asks for a change, and reads what came of it.
pub(crate) async fn post<T: DeserializeOwned>(path: &str, body: &Value) -> Reply<T> {
    read(&ask(Method::POST, path, Some(body), Besides::Nothing).await?).await
}

/// As [`post`], if what it is about is still of this revision.
pub(crate) async fn post_upon<T: DeserializeOwned>(
    path: &str,
    body: &Value,
    revision: i64,
) -> Reply<T> {
    let besides = Besides::Revision(revision);
    read(&ask(Method::POST, path, Some(body), besides).await?).await
}

/// As [`post`], once for this key.
pub(crate) async fn post_once<T: DeserializeOwned>(
    path: &str,
    body: &Value,
    key: &str,
) -> Reply<T> {
    read(&ask(Method::POST, path, Some(body), Besides::Key(key)).await?).await
}

/// Asks for a change that has no body.
pub(crate) async fn act<T: DeserializeOwned>(path: &str) -> Reply<T> {
    read(&ask(Method::POST, path, None, Besides::Nothing).await?).await
}

/// Puts something in its place. The answer has no body.
pub(crate) async fn put(path: &str, body: &Value) -> Reply<()> {
    let answer = ask(Method::PUT, path, Some(body), Besides::Nothing).await;
    answer.map(drop)
}

/// Puts something in its place, if what stands there is still of this revision, and reads what came of it.
pub(crate) async fn put_upon<T: DeserializeOwned>(
    path: &str,
    body: &Value,
    revision: i64,
) -> Reply<T> {
    let besides = Besides::Revision(revision);
    read(&ask(Method::PUT, path, Some(body), besides).await?).await
}

/// Sends a file, which the browser reads as it goes, once for this key.
pub(crate) async fn upload<T: DeserializeOwned>(
    path: &str,
    kind: &str,
    file: &web_sys::Blob,
    key: &str,
) -> Reply<T> {
    loop {
        let request = Request::post(path)
            .header("content-type", kind)
            .header("idempotency-key", key)
            .body(file.clone())
            .map_err(|_| Failure::Odd)?;
        match answered(request).await {
            Err(failure) if failure.code() == "unauthorized" => session::again().await,
            Err(failure) => return Err(failure),
            Ok(response) => return read(&response).await,
        }
    }
}

/// Reads text.
pub(crate) async fn text(path: &str) -> Reply<String> {
    let response = ask(Method::GET, path, None, Besides::Nothing).await?;
    response.text().await.map_err(|_| Failure::Offline)
}

/// Changes a part of something, and reads what came of it.
pub(crate) async fn patch<T: DeserializeOwned>(path: &str, body: &Value) -> Reply<T> {
    read(&ask(Method::PATCH, path, Some(body), Besides::Nothing).await?).await
}

/// Takes something away.
pub(crate) async fn delete(path: &str) -> Reply<()> {
    let answer = ask(Method::DELETE, path, None, Besides::Nothing).await;
    answer.map(drop)
}

/// Takes something away, if it is still of this revision.
pub(crate) async fn delete_upon(path: &str, revision: i64) -> Reply<()> {
    let besides = Besides::Revision(revision);
    ask(Method::DELETE, path, None, besides).await.map(drop)
}

/// Asks without a session, or for one: nobody is asked to log in first.
pub(crate) async fn bare<T: DeserializeOwned>(
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Reply<T> {
    read(&once(method, path, body, Besides::Nothing).await?).await
}

/// Ends the session.
pub(crate) async fn log_out() -> Reply<()> {
    let answer = once(Method::DELETE, "/v1/sessions", None, Besides::Nothing).await;
    answer.map(drop)
}

async fn ask(
    method: Method,
    path: &str,
    body: Option<&Value>,
    besides: Besides<'_>,
) -> Reply<Response> {
    loop {
        match once(method.clone(), path, body, besides).await {
            Err(failure) if failure.code() == "unauthorized" => session::again().await,
            answer => return answer,
        }
    }
}

async fn once(
    method: Method,
    path: &str,
    body: Option<&Value>,
    besides: Besides<'_>,
) -> Reply<Response> {
    let mut builder = Request::get(path).method(method);
    builder = match besides {
        Besides::Nothing => builder,
        Besides::Revision(revision) => builder.header("If-Match", &format!("\"{revision}\"")),
        Besides::Key(key) => builder.header("Idempotency-Key", key),
    };
    let request = match body {
        Some(body) => builder.json(body),
        None => builder.build(),
    };
    answered(request.map_err(|_| Failure::Odd)?).await
}

async fn answered(request: Request) -> Reply<Response> {
    let response = request.send().await.map_err(|_| Failure::Offline)?;
    if response.ok() {
        return Ok(response);
    }
    let wait = response.headers().get("retry-after");
    let wait = wait.and_then(|seconds| seconds.parse().ok());
    match response.json::<Problem>().await {
        Ok(problem) => Err(Failure::Refused(problem, wait)),
        Err(_) => Err(Failure::Odd),
    }
}

/// A fresh id that begins so, for what is sent twice and done once.
pub(crate) fn fresh_id(prefix: &str) -> String {
    let mut bytes = [0_u8; 16];
    if let Ok(crypto) = leptos::prelude::window().crypto() {
        // It fills any array of this size.
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    bytes
        .iter()
        .fold(prefix.to_owned(), |id, byte| format!("{id}{byte:02x}"))
}

/// A part of an address as it is written there.
pub(crate) fn escaped(part: &str) -> String {
    js_sys::encode_uri_component(part).into()
}

async fn read<T: DeserializeOwned>(response: &Response) -> Reply<T> {
    response.json().await.map_err(|_| Failure::Odd)
}
