//! The reference as a page: made from the document alone, without scripts and without anything from elsewhere.

mod code;
mod operation;
mod schema;
mod text;

use super::problems;
use crate::problem::CODES;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schema::Way;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use text::{escape, prose, said};

const STYLE: &str = include_str!("style.css");

/// Methods in the order in which a path lists them.
const METHODS: [&str; 5] = ["get", "put", "post", "patch", "delete"];

/// The style sheet's hash, as a Content-Security-Policy names it.
#[must_use]
pub(super) fn style_hash() -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(STYLE)))
}

/// What the document lists under one tag: method, path and operation.
fn of_tag<'a>(
    document: &'a Value,
    tag: &'a str,
) -> impl Iterator<Item = (&'static str, &'a str, &'a Value)> {
    let paths = document["paths"].as_object().into_iter().flatten();
    paths.flat_map(move |(path, item)| {
        METHODS.into_iter().filter_map(move |method| {
            let operation = item.get(method)?;
            let tags = operation["tags"].as_array()?;
            tags.iter()
                .any(|known| known == tag)
                .then_some((method, path.as_str(), operation))
        })
    })
}

/// The reference of an OpenAPI document.
///
/// Anchors: `#{operationId}`, `#problem-{code}`, `#event-{name}` and `#type-{name}`.
#[must_use]
pub fn page(document: &Value) -> String {
    let info = &document["info"];
    let title = said(&info["title"]);
    let mut main = format!(
        "<section id=\"overview\" class=\"intro\"><h1>{title}</h1>\
         <p class=\"lead\">Version {}. The same as a document for machines: \
         <a href=\"/openapi.json\">openapi.json</a>.</p>{}</section>",
        said(&info["version"]),
        prose(&info["description"])
    );
    main.push_str(&credentials(document));
    for tag in list(&document["tags"]) {
        let name = tag["name"].as_str().unwrap_or_default();
        main.push_str(&format!(
            "<section class=\"tag\" id=\"tag-{}\" aria-labelledby=\"tag-{}-h\"><div class=\"words\">\
             <h2 id=\"tag-{}-h\">{}</h2>{}</div>",
            slug(name),
            slug(name),
            slug(name),
            escape(name),
            prose(&tag["description"])
        ));
        for (method, path, operation) in of_tag(document, name) {
            main.push_str(&operation::article(document, method, path, operation));
        }
        main.push_str("</section>");
    }
    main.push_str(&operation::webhooks(document));
    main.push_str(&all_problems());
    main.push_str(&types(document));
    frame(&title, &contents(document), &main)
}

/// The page of one code, and the operations that answer with it. Nothing when there is no such code.
#[must_use]
pub fn problem(document: &Value, code: &str) -> Option<String> {
    let meaning = problems::meaning(code)?;
    let status = problems::status(code);
    let name = escape(code);
    let mut main = format!(
        "<section class=\"intro\"><p class=\"crumb\"><a href=\"/docs#problem-{name}\">Problems</a></p>\
         <h1><code>{name}</code></h1><p class=\"lead\">{}</p>\
         <dl class=\"facts\"><dt>Status</dt><dd>{status} {}</dd><dt>Type</dt>\
         <dd><code>/problems/{name}</code></dd></dl>",
        escape(meaning),
        escape(problems::reason(status)),
    );
    let answering: Vec<String> = list(&document["tags"])
        .filter_map(|tag| tag["name"].as_str())
        .flat_map(|tag| of_tag(document, tag))
        .filter(|(_, _, operation)| {
            operation::codes(document, operation).any(|known| known == code)
        })
        .map(|(method, path, operation)| {
            format!(
                "<li><a href=\"/docs#{}\">{}<span>{}</span> <code>{}</code></a></li>",
                said(&operation["operationId"]),
                operation::badge(method),
                said(&operation["summary"]),
                escape(path)
            )
        })
        .collect();
    if !answering.is_empty() {
        main.push_str(&format!(
            "<h2>Operations that answer with it</h2><ul class=\"index\">{}</ul>",
            answering.concat()
        ));
    }
    main.push_str("</section>");
    let codes: String = CODES
        .iter()
        .map(|(code, _)| format!("<li><a href=\"/problems/{code}\"><code>{code}</code></a></li>"))
        .collect();
    let nav = format!("<p><a href=\"/docs\">Reference</a></p><h2>Problems</h2><ul>{codes}</ul>");
    Some(frame(
        &format!("{name} · {}", said(&document["info"]["title"])),
        &nav,
        &main,
    ))
}

fn frame(title: &str, nav: &str, main: &str) -> String {
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{title}</title>\
         <style>{STYLE}</style></head><body><a class=\"skip\" href=\"#main\">To the content</a>\
         <nav aria-label=\"Contents\" tabindex=\"0\"><a class=\"brand\" href=\"/docs\">Vafa <span>API</span></a>{nav}</nav>\
         <main id=\"main\">{main}</main></body></html>\n"
    )
}

fn contents(document: &Value) -> String {
    let mut nav = "<ul><li><a href=\"#overview\">Overview</a></li>\
        <li><a href=\"#credentials\">Credentials</a></li></ul>"
        .to_owned();
    for tag in list(&document["tags"]) {
        let name = tag["name"].as_str().unwrap_or_default();
        let links: String = of_tag(document, name)
            .map(|(method, _, operation)| {
                format!(
                    "<li><a href=\"#{}\">{}<span>{}</span></a></li>",
                    said(&operation["operationId"]),
                    operation::badge(method),
                    said(&operation["summary"])
                )
            })
            .collect();
        nav.push_str(&format!(
            "<h2><a href=\"#tag-{}\">{}</a></h2><ul>{links}</ul>",
            slug(name),
            escape(name)
        ));
    }
    let events: String = document["webhooks"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(event, _)| {
            let event = escape(event);
            format!("<li><a href=\"#event-{event}\"><code>{event}</code></a></li>")
        })
        .collect();
    if !events.is_empty() {
        nav.push_str(&format!(
            "<h2><a href=\"#webhooks\">Webhooks</a></h2><ul>{events}</ul>"
        ));
    }
    nav.push_str(
        "<h2>Appendix</h2><ul><li><a href=\"#problems\">Problems</a></li>\
         <li><a href=\"#types\">Types</a></li></ul>",
    );
    nav
}

fn credentials(document: &Value) -> String {
    let schemes = document["components"]["securitySchemes"].as_object();
    let rows: String = schemes
        .into_iter()
        .flatten()
        .map(|(name, scheme)| {
            format!(
                "<dt id=\"credential-{}\"><code>{}</code><span class=\"chip\">{}</span></dt><dd>{}</dd>",
                escape(name),
                escape(name),
                escape(&operation::carried(scheme)),
                prose(&scheme["description"])
            )
        })
        .collect();
    format!(
        "<section id=\"credentials\" class=\"intro\"><h2>Credentials</h2>\
         <p>Whose club a request is about follows from its credential alone. What belongs to another shop is \
         answered like what does not exist: 404.</p><dl class=\"facts wide\">{rows}</dl></section>"
    )
}

fn all_problems() -> String {
    let rows: String = CODES
        .iter()
        .map(|(code, meaning)| {
            format!(
                "<dt id=\"problem-{code}\"><a href=\"/problems/{code}\"><code>{code}</code></a>\
                 <span class=\"chip\">{}</span></dt><dd>{}</dd>",
                problems::status(code),
                escape(meaning)
            )
        })
        .collect();
    format!(
        "<section id=\"problems\" class=\"intro\"><h2>Problems</h2><p>Every error is \
         <code>application/problem+json</code> (RFC 9457). Its <code>code</code> is stable and for programs; its \
         <code>detail</code> is for the developer and may change. <code>errors</code> names each fault of a body by a \
         JSON pointer.</p><dl class=\"facts wide\">{rows}</dl></section>"
    )
}

fn types(document: &Value) -> String {
    let mut section = "<section id=\"types\" class=\"intro\"><h2>Types</h2>".to_owned();
    let schemas = document["components"]["schemas"].as_object();
    let mut sent = BTreeSet::new();
    for item in document["paths"].as_object().into_iter().flatten() {
        for method in METHODS {
            let body = item.1.get(method).and_then(|one| one.get("requestBody"));
            body.into_iter()
                .for_each(|body| mentioned(document, body, &mut sent));
        }
    }
    for (name, described) in schemas.into_iter().flatten() {
        let way = if sent.contains(name.as_str()) {
            Way::Sent
        } else {
            Way::Got
        };
        let name = escape(name);
        section.push_str(&format!(
            "<article class=\"type\" id=\"type-{name}\"><h3>{name}</h3>{}{}</article>",
            prose(&described["description"]),
            schema::body(document, described, way, 1)
        ));
    }
    section.push_str("</section>");
    section
}

/// Names of the types that a part of the document is made of, in any depth.
fn mentioned<'a>(document: &'a Value, part: &'a Value, names: &mut BTreeSet<&'a str>) {
    match part {
        Value::Object(fields) => {
            let reference = fields.get("$ref").and_then(Value::as_str);
            let name = reference.and_then(|it| it.strip_prefix("#/components/schemas/"));
            if let Some(name) = name.filter(|name| !names.contains(name)) {
                names.insert(name);
                mentioned(document, &document["components"]["schemas"][name], names);
            }
            for field in fields.values() {
                mentioned(document, field, names);
            }
        }
        Value::Array(parts) => parts.iter().for_each(|one| mentioned(document, one, names)),
        _ => {}
    }
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// A name as an anchor: lower case, with dashes.
fn slug(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric());
    let words: Vec<String> = words
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("-")
}

/// What a `$ref` leads to, or the value itself.
fn resolve<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    value
        .get("$ref")
        .and_then(Value::as_str)
        .and_then(|reference| document.pointer(reference.strip_prefix('#')?))
        .unwrap_or(value)
}
