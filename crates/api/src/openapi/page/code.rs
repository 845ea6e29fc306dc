//! Samples: JSON with its parts told apart, and requests as curl commands.

use super::text::escape;
use super::{list, resolve};
use serde_json::Value;

/// The address in samples.
const HOST: &str = "https://loyalty.example";

/// JSON over several lines, its keys, strings and other values marked.
pub(super) fn json(value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut html = String::new();
    let mut rest = text.as_str();
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => string(rest),
            c if c.is_ascii_alphanumeric() || c == '-' => rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || "+-.".contains(c)))
                .unwrap_or(rest.len()),
            c => c.len_utf8(),
        };
        let (part, after) = rest.split_at(length);
        let class = match first {
            '"' if after.starts_with(':') => "k",
            '"' => "s",
            c if c.is_ascii_alphanumeric() || c == '-' => "n",
            _ => "",
        };
        if class.is_empty() {
            html.push_str(&escape(part));
        } else {
            html.push_str(&format!("<span class=\"{class}\">{}</span>", escape(part)));
        }
        rest = after;
    }
    html
}

/// Bytes of the JSON string at the beginning of a text.
fn string(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// A request as a command. Credentials are shell variables with the scheme's name in capitals.
pub(super) fn curl(document: &Value, method: &str, path: &str, operation: &Value) -> String {
    let mut address = format!("{HOST}{path}");
    let mut query = Vec::new();
    let mut lines = Vec::new();
    let schemes = list(&operation["security"])
        .next()
        .and_then(Value::as_object);
    for (name, _) in schemes.into_iter().flatten() {
        let scheme = &document["components"]["securitySchemes"][name];
        let variable = format!("${}", name.to_uppercase());
        let field = scheme["name"].as_str().unwrap_or_default();
        match (scheme["type"].as_str(), scheme["in"].as_str()) {
            (Some("apiKey"), Some("query")) => query.push(format!("{field}={variable}")),
            (Some("apiKey"), Some("cookie")) => {
                lines.push(format!("--cookie \"{field}={variable}\""));
            }
            _ => lines.push(format!("-H \"Authorization: Bearer {variable}\"")),
        }
    }
    for parameter in list(&operation["parameters"]) {
        let parameter = resolve(document, parameter);
        let name = parameter["name"].as_str().unwrap_or_default();
        let example = parameter
            .get("example")
            .or_else(|| parameter["schema"]["examples"].get(0));
        let Some(example) = example else {
            continue;
        };
        let example = example
            .as_str()
            .map_or_else(|| example.to_string(), str::to_owned);
        match parameter["in"].as_str() {
            Some("path") => address = address.replace(&format!("{{{name}}}"), &segment(&example)),
            Some("query") => query.push(format!("{name}={}", segment(&example))),
            Some("header") => lines.push(format!("-H \"{name}: {example}\"")),
            _ => {}
        }
    }
    if !query.is_empty() {
        address = format!("{address}?{}", query.join("&"));
    }
    let content = operation["requestBody"]["content"].as_object();
    if let Some((media, content)) = content.and_then(|content| content.iter().next()) {
        lines.push(format!("-H \"Content-Type: {media}\""));
        if let Some(example) = example(content) {
            let body = serde_json::to_string_pretty(example).unwrap_or_default();
            lines.push(format!("-d '{}'", body.replace('\'', "'\\''")));
        }
    }
    let verb = match method {
        "get" => String::new(),
        other => format!("-X {} ", other.to_uppercase()),
    };
    let mut command = format!("curl {verb}\"{address}\"");
    for line in lines {
        command.push_str(&format!(" \\\n  {line}"));
    }
    escape(&command)
}

/// The first example of a media type.
pub(super) fn example(content: &Value) -> Option<&Value> {
    content["examples"]
        .as_object()?
        .values()
        .next()?
        .get("value")
}

/// A value inside an address: everything but unreserved characters (RFC 3986) as its bytes.
fn segment(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                char::from(byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}
