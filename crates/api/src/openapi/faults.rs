//! What is missing or wrong in the declarations.

use super::document::Routes;
use super::input::names;
use super::problems::meaning;
use super::webhooks::EVENTS;
use serde_json::Value;
use std::collections::BTreeSet;

impl<S: Clone + Send + Sync + 'static> Routes<S> {
    /// Everything that a declaration lacks or gets wrong, one sentence each, with the route that it is about. Empty
    /// when the declarations are in order.
    #[must_use]
    pub fn faults(&self) -> Vec<String> {
        let document = self.document();
        let mut faults = Vec::new();
        let mut ids = BTreeSet::new();
        for route in &self.routes {
            let method = route.method.as_str().to_lowercase();
            let operation = &document["paths"][route.path][method.as_str()];
            let mut say = |words: String| faults.push(format!("{route:?}: {words}"));
            if route.id.is_empty() || route.summary.is_empty() || route.description.is_empty() {
                say("name it with `named`".to_owned());
            }
            if !route.id.is_empty() && !ids.insert(route.id) {
                say(format!("another operation is called {}", route.id));
            }
            if route.summary.ends_with('.') {
                say("a summary has no full stop".to_owned());
            }
            if route.tag.is_none() {
                say("say with `tagged` where it stands in the reference".to_owned());
            }
            if route.replies.is_empty() {
                say("say with `replies` or `empty` how it goes well".to_owned());
            }
            let has_body = operation.get("requestBody").is_some();
            if has_body && route.bodies.is_empty() {
                say("give an example with `body`".to_owned());
            }
            if !has_body && !route.bodies.is_empty() {
                say("it has an example of a body, and its handler reads none".to_owned());
            }
            for code in route.refusals.iter().filter(|code| meaning(code).is_none()) {
                say(format!("the code {code} has no meaning in CODES"));
            }
            if route.path.contains("{*") {
                say("a wildcard cannot be described".to_owned());
            }
            for words in parameters(operation, route.path) {
                say(words);
            }
        }
        for webhook in &self.webhooks {
            if !EVENTS.iter().any(|(event, _)| *event == webhook.event) {
                faults.push(format!("the event {} is not in EVENTS", webhook.event));
            }
        }
        faults
    }
}

/// Parameters without a description or an example, and a path that its handler does not read as it is.
fn parameters(operation: &Value, path: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut read = BTreeSet::new();
    let listed = operation["parameters"].as_array();
    for parameter in listed.into_iter().flatten() {
        let name = parameter["name"].as_str().unwrap_or_default();
        if parameter.get("description").is_none() {
            faults.push(format!("the parameter {name} has no description"));
        }
        if parameter["in"] == "path" {
            read.insert(name);
            if parameter.get("example").is_none() {
                faults.push(format!("the parameter {name} has no example"));
            }
        }
    }
    let named: BTreeSet<&str> = names(path).into_iter().collect();
    for name in named.symmetric_difference(&read) {
        faults.push(format!(
            "the path and its handler do not agree on the parameter {name}"
        ));
    }
    faults
}
