//! Words on the page.

use serde_json::Value;

/// Text that cannot be markup.
pub(super) fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            c => safe.push(c),
        }
    }
    safe
}

/// A string of the document, as text; other values have none.
pub(super) fn said(value: &Value) -> String {
    escape(value.as_str().unwrap_or_default())
}

/// A value of the document as a reader writes it, without the quotation marks of a string.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => escape(text),
        other => escape(&other.to_string()),
    }
}

/// A description: paragraphs, lists with dashes, and code between backticks.
pub(super) fn prose(value: &Value) -> String {
    let text = value.as_str().unwrap_or_default();
    let mut html = String::new();
    let mut in_list = false;
    for block in text.split("\n\n").flat_map(|block| {
        let is_list = block.trim_start().starts_with("- ");
        if is_list {
            block.lines().map(str::to_owned).collect()
        } else {
            vec![block.replace('\n', " ")]
        }
    }) {
        let block = block.trim();
        let item = block.strip_prefix("- ");
        if item.is_some() != in_list {
            html.push_str(if in_list { "</ul>" } else { "<ul>" });
            in_list = item.is_some();
        }
        match item {
            Some(item) => html.push_str(&format!("<li>{}</li>", inline(item))),
            None if block.is_empty() => {}
            None => html.push_str(&format!("<p>{}</p>", inline(block))),
        }
    }
    if in_list {
        html.push_str("</ul>");
    }
    html
}

/// One line: code between backticks. A backtick without its fellow is itself.
pub(super) fn inline(text: &str) -> String {
    let mut html = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('`') {
        let Some((code, after)) = after.split_once('`') else {
            break;
        };
        html.push_str(&format!("{}<code>{}</code>", escape(before), escape(code)));
        rest = after;
    }
    html.push_str(&escape(rest));
    html
}
