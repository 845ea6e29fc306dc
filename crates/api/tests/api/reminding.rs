//! Complaints at the shop's desk: lists, reminders, what is left of an erased member's.

use crate::complaining::{desk, does, files, open, tea};
use api::complaints::remind_due;
use serde_json::{Value, json};

#[tokio::test]
async fn the_desk_is_paged_and_filtered() {
    let shop = open().await;
    for at in 1..=5 {
        files(&shop, "c1", &format!("k{at}"), &tea())
            .await
            .expect(201);
    }
    let second = rules::complaints::number(2);
    desk(&shop, &second, "resolve", &json!({}))
        .await
        .expect(200);
    let list = async |query: &str| {
        let reply = shop
            .server("GET", &format!("/v1/complaints?{query}"))
            .send()
            .await
            .expect(200);
        let all = reply.body["complaints"].as_array().unwrap().clone();
        let numbers = all
            .iter()
            .map(|one| one["complaint"]["number"].as_str().unwrap().to_owned());
        (
            numbers.collect::<Vec<_>>(),
            reply.body["next_cursor"].as_str().map(str::to_owned),
        )
    };
    let number = rules::complaints::number;
    let (first, cursor) = list("state=open&limit=3").await;
    assert_eq!(first, [number(5), number(4), number(3)]);
    let (rest, end) = list(&format!("state=open&limit=3&cursor={}", cursor.unwrap())).await;
    assert_eq!((rest, end), (vec![number(1)], None));
    assert_eq!(list("state=resolved").await.0, [second]);
    assert_eq!(list("overdue=true").await.0.len(), 0);
    shop.pass_days(1);
    assert_eq!(list("overdue=true").await.0.len(), 4);
    shop.server("GET", "/v1/complaints?cursor=x")
        .send()
        .await
        .refused(400, "malformed_request");
    shop.server("GET", "/v1/complaints?state=lost")
        .send()
        .await
        .refused(400, "malformed_request");
    let mine = shop
        .shopper("c1", "GET", "/v1/me/complaints?limit=2")
        .send()
        .await
        .expect(200);
    assert_eq!(mine.body["complaints"].as_array().unwrap().len(), 2);
    let hers = shop
        .shopper("c2", "GET", "/v1/me/complaints")
        .send()
        .await
        .expect(200);
    assert_eq!(hers.body, json!({"complaints": [], "next_cursor": null}));
}

#[tokio::test]
async fn the_shop_is_reminded_once_for_each_turn_and_told_of_everything() {
    let shop = open().await;
    shop.sql(
        "INSERT INTO endpoints (tenant, endpoint, url, kinds, secrets, created_at)
         SELECT tenant, 'ep', 'https://shop.example/hook', '[]', '[]', 0 FROM tenants",
    )
    .await
    .unwrap();
    let number = rules::complaints::number(1);
    files(&shop, "c1", "k1", &tea()).await.expect(201);
    shop.pass(24 * 3_600_000 - 1);
    assert_eq!(remind_due(&shop.state).await.unwrap(), 0);
    // A second message does not make the first wait less long.
    does(&shop, "c1", &number, "messages", &json!({"text": "Hello?"}))
        .await
        .expect(201);
    shop.pass(1);
    assert_eq!(remind_due(&shop.state).await.unwrap(), 1);
    shop.pass(60_000);
    assert_eq!(remind_due(&shop.state).await.unwrap(), 0);
    desk(&shop, &number, "messages", &json!({"text": "Yes."}))
        .await
        .expect(201);
    shop.pass_days(3);
    assert_eq!(remind_due(&shop.state).await.unwrap(), 0);
    does(&shop, "c1", &number, "messages", &json!({"text": "And?"}))
        .await
        .expect(201);
    shop.pass_days(1);
    assert_eq!(remind_due(&shop.state).await.unwrap(), 1);
    desk(&shop, &number, "resolve", &json!({}))
        .await
        .expect(200);
    does(
        &shop,
        "c1",
        &number,
        "judgement",
        &json!({"satisfied": false}),
    )
    .await
    .expect(200);
    does(&shop, "c1", &number, "close", &json!({}))
        .await
        .expect(200);
    let told: Vec<(String, String)> = shop
        .rows("SELECT kind, body FROM messages WHERE kind LIKE 'complaint.%' ORDER BY kind, at")
        .await;
    let kinds: Vec<&str> = told.iter().map(|one| one.0.as_str()).collect();
    let expected = [
        "complaint.answered",
        "complaint.closed",
        "complaint.filed",
        "complaint.overdue",
        "complaint.overdue",
        "complaint.reopened",
        "complaint.resolved",
        "complaint.written",
        "complaint.written",
    ];
    assert_eq!(kinds, expected);
    for (kind, body) in &told {
        let body: Value = serde_json::from_str(body).unwrap();
        assert_eq!(
            (&body["type"], &body["data"]["number"]),
            (&json!(kind), &json!(number))
        );
        assert_eq!(body["data"]["external_id"], "c1");
        assert!(!body.to_string().contains("tea"), "{body}");
    }
}

#[tokio::test]
async fn an_erased_members_words_are_gone() {
    let shop = open().await;
    files(&shop, "c1", "k1", &tea()).await.expect(201);
    let number = rules::complaints::number(1);
    desk(&shop, &number, "messages", &json!({"text": "Dear Sara."}))
        .await
        .expect(201);
    shop.server("DELETE", "/v1/members/c1")
        .send()
        .await
        .expect(204);
    let seen = shop
        .server("GET", &format!("/v1/complaints/{number}"))
        .send()
        .await
        .expect(200)
        .body;
    assert_eq!(seen["complaint"]["member"], Value::Null);
    assert_eq!(seen["messages"][0]["message"]["text"], Value::Null);
    assert_eq!(
        shop.count("SELECT COUNT(*) FROM complaint_notes WHERE body IS NOT NULL")
            .await,
        0
    );
    shop.pass_days(2);
    assert_eq!(remind_due(&shop.state).await.unwrap(), 0);
}

/// One that cannot be reminded of is told of in the figures, stays due, and keeps no other one waiting.
#[tokio::test]
async fn a_reminder_that_fails_keeps_no_other_waiting() {
    let shop = open().await;
    for at in 1..=3 {
        files(&shop, "c1", &format!("k{at}"), &tea())
            .await
            .expect(201);
    }
    shop.sql("UPDATE complaints SET state = 'of no kind' WHERE number = 1")
        .await
        .unwrap();
    shop.pass_days(2);
    assert_eq!(remind_due(&shop.state).await.unwrap(), 2);
    assert!(api::jobs::run(&shop.state).await.unwrap().failures > 0);
    shop.sql("UPDATE complaints SET state = 'open' WHERE number = 1")
        .await
        .unwrap();
    assert_eq!(remind_due(&shop.state).await.unwrap(), 1);
}
