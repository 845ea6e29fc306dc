//! Operations and events on the page.

use super::schema::Way;
use super::text::{escape, prose, said};
use super::{code, list, resolve, schema};
use serde_json::Value;

/// The method, as a mark.
pub(super) fn badge(method: &str) -> String {
    let name = escape(method);
    let short = if method == "delete" {
        "del".to_owned()
    } else {
        name.clone()
    };
    format!("<b class=\"m {name}\">{short}</b>")
}

/// How a credential travels.
pub(super) fn carried(scheme: &Value) -> String {
    let name = scheme["name"].as_str().unwrap_or_default();
    match (scheme["type"].as_str(), scheme["in"].as_str()) {
        (Some("apiKey"), Some("query")) => format!("?{name}="),
        (Some("apiKey"), _) => format!("cookie {name}"),
        _ => "Authorization: Bearer".to_owned(),
    }
}

/// The problem codes of an operation.
pub(super) fn codes<'a>(
    document: &'a Value,
    operation: &'a Value,
) -> impl Iterator<Item = &'a String> {
    let responses = operation["responses"].as_object().into_iter().flatten();
    responses
        .filter_map(|(_, response)| {
            let content = &resolve(document, response)["content"]["application/problem+json"];
            content["examples"].as_object()
        })
        .flat_map(serde_json::Map::keys)
}

/// One operation.
pub(super) fn article(document: &Value, method: &str, path: &str, operation: &Value) -> String {
    let id = said(&operation["operationId"]);
    let mut words = format!(
        "<h3 id=\"{id}-h\"><a href=\"#{id}\">{}</a></h3><p class=\"path\">{}<code>{}</code></p>{}",
        said(&operation["summary"]),
        badge(method),
        escape(path).replace('/', "<wbr>/"),
        prose(&operation["description"])
    );
    let credentials: Vec<String> = list(&operation["security"])
        .filter_map(Value::as_object)
        .flat_map(serde_json::Map::keys)
        .map(|name| {
            let name = escape(name);
            format!("<a href=\"#credential-{name}\"><code>{name}</code></a>")
        })
        .collect();
    let credentials = if credentials.is_empty() {
        "none".to_owned()
    } else {
        credentials.join(" or ")
    };
    words.push_str(&format!(
        "<p class=\"credential\">Credential: {credentials}</p>"
    ));
    let parameters = list(&operation["parameters"]).map(|one| resolve(document, one));
    words.push_str(&self::parameters(parameters));
    if let Some((media, content)) = first(&operation["requestBody"]["content"]) {
        words.push_str(&format!(
            "<h4>Body <span class=\"chip\">{}</span></h4>{}",
            escape(media),
            schema::body(document, &content["schema"], Way::Sent, 0)
        ));
    }
    words.push_str(&responses(document, operation));
    format!(
        "<article class=\"op\" id=\"{id}\" aria-labelledby=\"{id}-h\"><div class=\"words\">{words}</div>\
         <div class=\"samples\">{}</div></article>",
        samples(document, method, path, operation)
    )
}

fn first(content: &Value) -> Option<(&String, &Value)> {
    content.as_object()?.iter().next()
}

fn parameters<'a>(parameters: impl Iterator<Item = &'a Value>) -> String {
    let rows: String = parameters
        .map(|parameter| {
            let need = if parameter["required"] == true {
                "<span class=\"need\">required</span>"
            } else {
                ""
            };
            let place = format!(
                "<span class=\"chip\">{}</span>{need}",
                said(&parameter["in"])
            );
            let name = parameter["name"].as_str().unwrap_or_default();
            schema::row(
                name,
                &parameter["schema"],
                &place,
                &parameter["description"],
                "",
            )
        })
        .collect();
    if rows.is_empty() {
        return rows;
    }
    format!("<h4>Parameters</h4><ul class=\"fields\">{rows}</ul>")
}

fn responses(document: &Value, operation: &Value) -> String {
    let mut good = String::new();
    let mut bad = String::new();
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let response = resolve(document, response);
        let problems = &response["content"]["application/problem+json"]["examples"];
        if let Some(problems) = problems.as_object() {
            for (code, problem) in problems {
                let code = escape(code);
                bad.push_str(&format!(
                    "<li><span class=\"status bad\">{}</span><a href=\"/problems/{code}\"><code>{code}</code></a> \
                     <span>{}</span></li>",
                    escape(status),
                    said(&problem["summary"])
                ));
            }
            continue;
        }
        let content = first(&response["content"]);
        let kind = content.map_or_else(String::new, |(_, content)| {
            format!(
                "<span class=\"kind\">{}</span>",
                schema::kind(&content["schema"])
            )
        });
        let fields = content.map_or_else(String::new, |(_, content)| {
            format!(
                "<details><summary>Fields</summary>{}</details>",
                schema::body(document, &content["schema"], Way::Got, 0)
            )
        });
        good.push_str(&format!(
            "<li><p class=\"field\"><span class=\"status\">{}</span>{kind}{}</p>{}{fields}</li>",
            escape(status),
            headers(response),
            prose(&response["description"])
        ));
    }
    format!(
        "<h4>Responses</h4><ul class=\"fields\">{good}</ul><details class=\"problems\">\
         <summary>Problems</summary><ul class=\"codes\">{bad}</ul></details>"
    )
}

/// Names of the headers that an answer carries, except the one that all carry.
fn headers(response: &Value) -> String {
    response["headers"]
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(name, _)| *name != "X-Request-Id")
        .map(|(name, _)| format!("<span class=\"chip\">{}</span>", escape(name)))
        .collect()
}

fn samples(document: &Value, method: &str, path: &str, operation: &Value) -> String {
    let mut html = sample("Request", &code::curl(document, method, path, operation));
    for (status, response) in operation["responses"].as_object().into_iter().flatten() {
        let response = resolve(document, response);
        let Some((media, content)) = first(&response["content"]) else {
            continue;
        };
        if media == "application/problem+json" {
            continue;
        }
        for example in content["examples"].as_object().into_iter().flatten() {
            let value = &example.1["value"];
            let text = match value {
                Value::String(text) if media != "application/json" => escape(text),
                value => code::json(value),
            };
            html.push_str(&sample(&format!("Response {}", escape(status)), &text));
        }
    }
    html
}

fn sample(title: &str, code: &str) -> String {
    format!(
        "<figure><figcaption>{title}</figcaption><pre tabindex=\"0\"><code>{code}</code></pre></figure>"
    )
}

/// All events.
pub(super) fn webhooks(document: &Value) -> String {
    let Some(events) = document["webhooks"]
        .as_object()
        .filter(|events| !events.is_empty())
    else {
        return String::new();
    };
    let mut html = "<section id=\"webhooks\" class=\"tag\"><div class=\"words\"><h2>Webhooks</h2>\
        <p>Events are delivered as signed POST requests to the shop's endpoints, by the rules of Standard Webhooks: \
        check the signature and the timestamp, answer with any 2xx, and take an event that came twice once.</p></div>"
        .to_owned();
    for (event, item) in events {
        let operation = &item["post"];
        let content = &operation["requestBody"]["content"]["application/json"];
        let event = escape(event);
        let body = code::example(content).map(code::json).unwrap_or_default();
        html.push_str(&format!(
            "<article class=\"op\" id=\"event-{event}\"><div class=\"words\"><h3><a href=\"#event-{event}\">\
             <code>{event}</code></a></h3>{}{}<h4>Body</h4>{}</div><div class=\"samples\">{}</div></article>",
            prose(&operation["summary"]),
            parameters(list(&operation["parameters"])),
            schema::body(document, &content["schema"], Way::Got, 0),
            sample("Body", &body)
        ));
    }
    html.push_str("</section>");
    html
}
