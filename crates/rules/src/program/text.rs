//! Words in several languages.

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use std::fmt;

/// A sentence in each of the program's languages, by BCP 47 tag (`fa`, `en`).
///
/// A list in the order of the tags: with two or three languages that is quicker than a tree, and a tree's code
/// would be the largest of its kind in the shopper's download.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text(Vec<(String, String)>);

impl Text {
    /// Nothing in any language.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// The words in this language.
    pub fn get(&self, language: &str) -> Option<&String> {
        let mut all = self.0.iter();
        all.find(|(tag, _)| tag == language).map(|(_, words)| words)
    }

    /// Whether there are words in this language.
    pub fn contains_key(&self, language: &str) -> bool {
        self.get(language).is_some()
    }

    /// Whether there are no words at all.
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The languages.
    pub fn keys(&self) -> impl Iterator<Item = &String> {
        self.0.iter().map(|(tag, _)| tag)
    }

    /// The words, without their languages.
    pub fn values(&self) -> impl Iterator<Item = &String> {
        self.0.iter().map(|(_, words)| words)
    }

    /// Languages with their words.
    pub fn iter(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter().map(|(tag, words)| (tag, words))
    }

    /// Says it in this language; what was there is replaced.
    pub fn insert(&mut self, language: String, words: String) {
        let place = self.0.iter().position(|(tag, _)| *tag >= language);
        let place = place.unwrap_or(self.0.len());
        match self.0.get_mut(place) {
            Some(known) if known.0 == language => known.1 = words,
            _ => self.0.insert(place, (language, words)),
        }
    }
}

impl<const N: usize> From<[(String, String); N]> for Text {
    fn from(all: [(String, String); N]) -> Self {
        all.into_iter().collect()
    }
}

impl FromIterator<(String, String)> for Text {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(all: I) -> Self {
        let mut text = Self::new();
        for (language, words) in all {
            text.insert(language, words);
        }
        text
    }
}

impl Serialize for Text {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("words by language, like {\"en\": \"…\"}")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Text, A::Error> {
                let mut text = Text::new();
                while let Some((language, words)) = entries.next_entry()? {
                    text.insert(language, words);
                }
                Ok(text)
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

#[cfg(feature = "document")]
impl schemars::JsonSchema for Text {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "object",
            "additionalProperties": { "type": "string" }
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn it_is_read_written_and_changed_as_a_map_is() {
        let json = r#"{"fa":"سلام","en":"hello","ckb":"سڵاو","en":"hi"}"#;
        let mut text: Text = serde_json::from_str(json).unwrap();
        let mut map: BTreeMap<String, String> = serde_json::from_str(json).unwrap();
        assert_eq!(
            serde_json::to_string(&text).unwrap(),
            serde_json::to_string(&map).unwrap()
        );
        for (language, words) in [("de", "hallo"), ("fa", "درود"), ("a", "x")] {
            text.insert(language.to_owned(), words.to_owned());
            map.insert(language.to_owned(), words.to_owned());
            assert_eq!(
                serde_json::to_string(&text).unwrap(),
                serde_json::to_string(&map).unwrap()
            );
        }
        assert_eq!(text.get("fa").map(String::as_str), Some("درود"));
        assert_eq!(text.get("ar"), None);
        assert!(text.keys().eq(map.keys()) && text.values().eq(map.values()));
    }
}
