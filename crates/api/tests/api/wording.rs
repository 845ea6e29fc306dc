//! What a widget says in the club's own words: drafted, judged, published, and read by the shop's pages.

use crate::harness::{Shop, program};
use serde_json::{Value, json};

fn saying(texts: &Value) -> Value {
    let mut program = program("club");
    program["texts"] = texts.clone();
    program
}

#[tokio::test]
async fn sentences_of_the_club_reach_its_pages_as_they_were_written() {
    let shop = Shop::open().await;
    let public = async || {
        let path = format!("/v1/programs/club?key={}", shop.keys.page);
        let view = shop.ask("GET", &path).send().await.expect(200).body;
        view["program"]["texts"].clone()
    };
    assert_eq!(public().await, Value::Null);
    let save = async |texts: &Value| {
        let put = shop.server("PUT", "/v1/programs/club/draft");
        let saved = put.json(&saying(texts)).send().await.expect(200).body;
        saved["draft"]["faults"].clone()
    };
    let publish = || {
        let path = "/v1/programs/club/publish";
        shop.server("POST", path).json(&json!({}))
    };
    let faults = save(&json!({"en": {"hello.name": "Hi, {nane}"}, "fa": {}})).await;
    let told: Vec<_> = ["pointer", "code", "detail"]
        .map(|name| faults[0][name].as_str().unwrap().to_owned())
        .into();
    assert_eq!(
        told,
        [
            "/texts/en/hello.name",
            "unknown_placeholder",
            "“{nane}” is not filled in here; there are {name}."
        ]
    );
    assert_eq!(faults[1]["pointer"], "/texts/fa");
    publish().send().await.refused(422, "validation_failed");
    assert_eq!(public().await, Value::Null);

    // A key of no sentence of ours is kept for a widget that has it.
    let own = json!({"en": {"hello.name": "<b>Hi</b>, {name} \u{1f33f}", "of.another.age": "{x}"}});
    assert_eq!(save(&own).await, json!([]));
    let path = "/v1/programs/club/preview";
    let preview = shop.server("POST", path).json(&json!({}));
    let preview = preview.send().await.expect(200).body;
    assert_eq!(preview["preview"]["view"]["program"]["texts"], own);
    let draft = json!({"document": saying(&own)});
    let preview = shop.server("POST", path).json(&draft).send().await;
    let preview = preview.expect(200).body;
    assert_eq!(preview["preview"]["view"]["program"]["texts"], own);
    publish().send().await.expect(201);
    assert_eq!(public().await, own);
    let path = "/v1/programs/club/versions/2/diff";
    let diff = shop.server("GET", path).send().await.expect(200).body;
    let change = json!({"pointer": "/texts", "kind": "added", "was": null, "is": own});
    let changes = diff["changes"].as_array().unwrap();
    assert!(changes.contains(&change), "{changes:?}");

    assert_eq!(save(&json!({})).await, json!([]));
    publish().send().await.expect(201);
    assert_eq!(public().await, Value::Null);
}
