//! The pages over HTTP, and the router that comes from the same declarations.

use super::*;
use axum::body::Body;
use axum::http::{Request, Response, StatusCode, header};
use axum::response::IntoResponse;
use base64::Engine as _;
use http_body_util::BodyExt;
use sha2::{Digest, Sha256};
use tower::ServiceExt;

fn routes() -> Routes<()> {
    async fn hello(Path(ProgramId(name)): Path<ProgramId>) -> String {
        format!("hello {name}")
    }
    async fn store(Key(key): Key, Query(paging): Query<Paging>) -> String {
        format!("{key} {:?}", paging.limit)
    }
    async fn seen(known: Known) -> axum::response::Response {
        if known.has("\"a\"") {
            StatusCode::NOT_MODIFIED
        } else {
            StatusCode::OK
        }
        .into_response()
    }
    Routes::default().with([
        get("/v1/things/{name}", hello),
        post("/v1/things/{name}", store),
        get("/v1/seen", seen),
    ])
}

async fn ask(request: axum::http::request::Builder) -> (Response<()>, String) {
    let routes = routes();
    let document = Box::leak(Box::new(toys().document()));
    let router = routes.router().merge(pages(document));
    let response = router
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let (parts, body) = response.into_parts();
    let text = String::from_utf8(body.collect().await.unwrap().to_bytes().into()).unwrap();
    (Response::from_parts(parts, ()), text)
}

fn header_of(response: &Response<()>, name: header::HeaderName) -> String {
    response
        .headers()
        .get(name)
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned()
}

#[tokio::test]
async fn the_document_is_served_with_its_tag() {
    let (response, text) = ask(Request::get("/openapi.json")).await;
    assert_eq!(
        header_of(&response, header::CONTENT_TYPE),
        "application/json"
    );
    assert_eq!(
        serde_json::from_str::<Value>(&text).unwrap(),
        toys().document()
    );
    let tag = header_of(&response, header::ETAG);
    let again = Request::get("/openapi.json").header(header::IF_NONE_MATCH, &tag);
    let (response, text) = ask(again).await;
    assert_eq!(
        (response.status(), text.as_str()),
        (StatusCode::NOT_MODIFIED, "")
    );
    assert_eq!(header_of(&response, header::ETAG), tag);
}

#[tokio::test]
async fn the_pages_allow_their_own_style_and_nothing_else() {
    for path in ["/docs", "/problems/not_found"] {
        let (response, html) = ask(Request::get(path)).await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(
            header_of(&response, header::CONTENT_TYPE),
            "text/html; charset=utf-8"
        );
        let style = html
            .split("<style>")
            .nth(1)
            .unwrap()
            .split("</style>")
            .next()
            .unwrap();
        let hash = base64::engine::general_purpose::STANDARD.encode(Sha256::digest(style));
        let policy = header_of(&response, header::CONTENT_SECURITY_POLICY);
        assert!(policy.starts_with("default-src 'none';"), "{policy}");
        assert!(
            policy.contains(&format!("style-src 'sha256-{hash}';")),
            "{policy}"
        );
    }
    let (response, _) = ask(Request::get("/problems/no_such_code")).await;
    assert_eq!(response.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn one_declaration_gives_the_route_too() {
    let (_, text) = ask(Request::get("/v1/things/tea")).await;
    assert_eq!(text, "hello tea");
    let stored = Request::post("/v1/things/tea?limit=5").header("Idempotency-Key", "k1");
    assert_eq!(ask(stored).await.1, "k1 Some(5)");
    let (response, _) = ask(Request::put("/v1/things/tea")).await;
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    let seen = Request::get("/v1/seen").header(header::IF_NONE_MATCH, "\"b\", W/\"a\"");
    assert_eq!(ask(seen).await.0.status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn what_cannot_be_read_is_a_problem_with_a_code() {
    let keyless = Request::post("/v1/things/tea");
    let unreadable = Request::post("/v1/things/tea?limit=many").header("Idempotency-Key", "k1");
    let no_text = Request::get("/v1/things/%ff");
    for (request, code) in [
        (keyless, "idempotency_key_missing"),
        (unreadable, "malformed_request"),
        (no_text, "not_found"),
    ] {
        let (response, text) = ask(request).await;
        assert_eq!(
            header_of(&response, header::CONTENT_TYPE),
            "application/problem+json"
        );
        let body: contract::problem::Problem = serde_json::from_str(&text).unwrap();
        assert_eq!((body.code.as_str(), body.status), (code, status(code)));
    }
}
