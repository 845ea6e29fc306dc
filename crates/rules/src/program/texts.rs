//! A club's own sentences in the widget.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Sentences of one language by the keys of the widget's locale files; whatever is not here is said as it is built in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(extend("examples" = [{ "hello": "…" }]))]
pub struct Sentences(pub BTreeMap<String, String>);

/// [`Sentences`] by language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[schemars(extend("examples" = [{ "en": { "hello": "…" } }]))]
pub struct Texts(pub BTreeMap<String, Sentences>);

impl Texts {
    /// Whether nothing is said otherwise than it is built in.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
