//! The reference: complete, closed to hostile text, and whole in itself.

use super::*;
use crate::problem::CODES;

#[test]
fn everything_has_an_anchor_and_every_link_leads_to_one() {
    let document = toys().document();
    let html = page(&document);
    let mut anchors: Vec<String> = CODES
        .iter()
        .map(|(code, _)| format!("problem-{code}"))
        .collect();
    let paths = document["paths"].as_object().unwrap().values();
    let operations = paths.flat_map(|item| item.as_object().unwrap().values());
    anchors.extend(operations.map(|one| one["operationId"].as_str().unwrap().to_owned()));
    let types = document["components"]["schemas"]
        .as_object()
        .unwrap()
        .keys();
    anchors.extend(types.map(|name| format!("type-{name}")));
    anchors.push("event-points.earned".to_owned());
    for anchor in anchors {
        assert_eq!(
            html.matches(&format!("id=\"{anchor}\"")).count(),
            1,
            "{anchor}"
        );
    }
    let mut links = 0;
    for link in html.split("href=\"#").skip(1) {
        let target = link.split('"').next().unwrap();
        assert!(html.contains(&format!("id=\"{target}\"")), "{target}");
        links += 1;
    }
    assert!(links > 100, "{links}");
}

#[test]
fn an_operation_says_all_that_a_caller_needs() {
    let html = page(&toys().document());
    let from = html.find("id=\"takeReward\"").unwrap();
    let article = html[from..].split("</article>").next().unwrap();
    for told in [
        "Take a reward",
        "Spends points on a reward",
        "<a href=\"#credential-member_token\">",
        "Idempotency-Key",
        "<code>reward_id</code>",
        "curl -X POST &quot;https://loyalty.example/v1/me/redemptions&quot;",
        "Authorization: Bearer $MEMBER_TOKEN",
        "<span class=\"k\">&quot;redemption&quot;</span>",
        "<a href=\"#type-RedemptionReply\">",
        "href=\"/problems/not_eligible\"",
        "Idempotent-Replayed",
    ] {
        assert!(article.contains(told), "{told} is not in\n{article}");
    }
}

#[test]
fn a_field_says_what_matters_the_way_that_it_goes() {
    let html = page(&toys().document());
    let of = |name: &str| {
        let from = html.find(&format!("id=\"type-{name}\"")).unwrap();
        html[from..].split("</article>").next().unwrap()
    };
    assert!(of("OrderInput").contains(">required<") && of("OrderInput").contains("default 0"));
    assert!(of("OrderItem").contains(">required<"));
    assert!(!of("Snapshot").contains(">required<") && !of("Snapshot").contains("may be absent"));
    assert!(of("Member").contains("may be absent") && !of("Member").contains("default "));
}

#[test]
fn parameters_stand_in_the_sample_as_they_travel() {
    let html = page(&toys().document());
    for told in [
        "/v1/orders/A%201001/refunds/r%2F1&quot;",
        "/v1/programs/saffron?key=$PUBLISHABLE_KEY&quot;",
        "--cookie &quot;__Host-vafa=$STAFF_SESSION&quot;",
    ] {
        assert!(html.contains(told), "{told}");
    }
}

#[test]
fn hostile_text_stays_text() {
    const HOSTILE: &str = "</style><script>alert(1)</script>\"'`<img src=x onerror=y>`";
    let mut document = toys().document();
    poison(&mut document, HOSTILE);
    let html = page(&document);
    assert!(html.contains("&lt;script&gt;alert(1)"));
    for mark in ["<script", "<img", "onerror=y>"] {
        assert!(!html.contains(mark), "{mark}");
    }
    let code = problem(&document, "not_eligible").unwrap();
    assert!(!code.contains("<script"));
}

/// Puts the text where descriptions, summaries, titles, patterns and examples are.
fn poison(value: &mut Value, text: &str) {
    match value {
        Value::Object(fields) => {
            for (key, field) in fields {
                let words = [
                    "description",
                    "summary",
                    "title",
                    "pattern",
                    "version",
                    "name",
                    "const",
                ];
                if field.is_string() && words.contains(&key.as_str()) {
                    *field = json!(text);
                } else if key == "value" || key == "example" {
                    *field = json!({ text: text });
                } else {
                    poison(field, text);
                }
            }
        }
        Value::Array(parts) => parts.iter_mut().for_each(|part| poison(part, text)),
        _ => {}
    }
}

#[test]
fn nothing_is_fetched_from_anywhere() {
    let document = toys().document();
    for html in [page(&document), problem(&document, "not_found").unwrap()] {
        for mark in [
            "<link",
            "<script",
            "<img",
            "@import",
            "url(",
            " style=",
            "src=",
            "href=\"http",
            "<svg",
            " on",
        ] {
            let outside = html
                .replace("</style>", "<style>")
                .split("<style>")
                .step_by(2)
                .collect::<String>();
            let text = if mark == " on" {
                tags(&outside)
            } else {
                html.clone()
            };
            assert!(!text.contains(mark), "{mark}");
        }
    }
}

/// What stands between angle brackets.
fn tags(html: &str) -> String {
    html.split('<')
        .filter_map(|part| part.split('>').next())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn headings_go_down_one_level_at_a_time() {
    let html = page(&toys().document());
    let main = html.split("<main").nth(1).unwrap();
    let mut before = 0;
    for part in main.split("<h").skip(1) {
        let Some(level) = part.chars().next().and_then(|c| c.to_digit(10)) else {
            continue;
        };
        assert!(
            level <= before + 1,
            "h{level} after h{before}: {}",
            &part[..60.min(part.len())]
        );
        before = level;
    }
    assert_eq!(html.matches("<h1").count(), 1);
}

#[test]
fn tags_close() {
    let html = page(&toys().document());
    for name in [
        "section", "article", "div", "ul", "li", "details", "p", "dl", "pre", "code", "span", "a",
        "figure",
    ] {
        let opened =
            html.matches(&format!("<{name}>")).count() + html.matches(&format!("<{name} ")).count();
        assert_eq!(
            opened,
            html.matches(&format!("</{name}>")).count(),
            "{name}"
        );
        assert!(opened > 0, "{name}");
    }
}

#[test]
fn a_code_has_a_page_that_names_the_operations() {
    let document = toys().document();
    let html = problem(&document, "not_eligible").unwrap();
    assert!(html.contains("409 Conflict"));
    assert!(html.contains("href=\"/docs#takeReward\"") && !html.contains("/docs#readMe"));
    assert_eq!(problem(&document, "no_such_code"), None);
}
