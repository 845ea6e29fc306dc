//! Asking the server.
//!
//! Every request goes by here. One that is refused because the session has ended waits until somebody has logged in
//! again, and is then asked again: whoever asked notices nothing.

use crate::session;
use contract::problem::Problem;
use gloo_net::http::{Method, Request, RequestBuilder, Response};
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

/// Reads.
pub(crate) async fn get<T: DeserializeOwned>(path: &str) -> Reply<T> {
    read(&ask(Method::GET, path, None).await?).await
}

/// Asks for a change, and reads what came of it.
pub(crate) async fn post<T: DeserializeOwned>(path: &str, body: &Value) -> Reply<T> {
    read(&ask(Method::POST, path, Some(body)).await?).await
}

/// Asks for a change that has no body.
pub(crate) async fn act<T: DeserializeOwned>(path: &str) -> Reply<T> {
    read(&ask(Method::POST, path, None).await?).await
}

/// Puts something in its place. The answer has no body.
pub(crate) async fn put(path: &str, body: &Value) -> Reply<()> {
    ask(Method::PUT, path, Some(body)).await.map(drop)
}

/// Puts something in its place, if what stands there is still of this revision, and reads what came of it.
pub(crate) async fn put_upon<T: DeserializeOwned>(
    path: &str,
    body: &Value,
    revision: i64,
) -> Reply<T> {
    loop {
        let builder = Request::put(path).header("If-Match", &format!("\"{revision}\""));
        match sent(builder, Some(body)).await {
            Err(failure) if failure.code() == "unauthorized" => session::again().await,
            answer => return read(&answer?).await,
        }
    }
}

/// Asks without a session, or for one: nobody is asked to log in first.
pub(crate) async fn bare<T: DeserializeOwned>(
    method: Method,
    path: &str,
    body: Option<&Value>,
) -> Reply<T> {
    read(&once(method, path, body).await?).await
}

/// Ends the session.
pub(crate) async fn log_out() -> Reply<()> {
    once(Method::DELETE, "/v1/sessions", None).await.map(drop)
}

async fn ask(method: Method, path: &str, body: Option<&Value>) -> Reply<Response> {
    loop {
        match once(method.clone(), path, body).await {
            Err(failure) if failure.code() == "unauthorized" => session::again().await,
            answer => return answer,
        }
    }
}

async fn once(method: Method, path: &str, body: Option<&Value>) -> Reply<Response> {
    sent(Request::get(path).method(method), body).await
}

async fn sent(builder: RequestBuilder, body: Option<&Value>) -> Reply<Response> {
    let request = match body {
        Some(body) => builder.json(body),
        None => builder.build(),
    };
    let request = request.map_err(|_| Failure::Odd)?;
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

async fn read<T: DeserializeOwned>(response: &Response) -> Reply<T> {
    response.json().await.map_err(|_| Failure::Odd)
}
