//! What differs between two documents, as a list of places.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// One place that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Change {
    /// JSON pointer (RFC 6901): into the newer document, or into the older one for what was removed.
    pub pointer: String,
    /// What happened there.
    pub kind: Kind,
    /// What stood there; null for what was added.
    pub was: Value,
    /// What stands there; null for what was removed.
    pub is: Value,
}

/// What happened at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else.
    Changed,
}

/// All places that differ, from the top down. Fields come by name; entries of a list that have an `id` are the same
/// by it wherever they stand, and others by their place, so that a new entry in the middle is one change. A list
/// whose entries have only changed places is one change of the list.
#[must_use]
pub fn between(was: &Value, is: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    look(("", was), ("", is), &mut changes);
    changes
}

type Place<'a> = (&'a str, &'a Value);

fn look((from, was): Place<'_>, (to, is): Place<'_>, changes: &mut Vec<Change>) {
    match (was, is) {
        (Value::Object(before), Value::Object(after)) => {
            let names = before
                .keys()
                .chain(after.keys().filter(|name| !before.contains_key(*name)));
            let mut names: Vec<&String> = names.collect();
            names.sort();
            for name in names {
                let (from, to) = (below(from, name), below(to, name));
                pair((&from, before.get(name)), (&to, after.get(name)), changes);
            }
        }
        (Value::Array(before), Value::Array(after)) => match (ids(before), ids(after)) {
            (Some(old), Some(new)) => by_id((from, before, &old), (to, after, &new), changes),
            _ => {
                for at in 0..before.len().max(after.len()) {
                    let (from, to) = (below(from, at), below(to, at));
                    pair((&from, before.get(at)), (&to, after.get(at)), changes);
                }
            }
        },
        _ if was == is => {}
        _ => changes.push(Change {
            pointer: to.to_owned(),
            kind: Kind::Changed,
            was: was.clone(),
            is: is.clone(),
        }),
    }
}

fn pair(
    (from, was): (&str, Option<&Value>),
    (to, is): (&str, Option<&Value>),
    changes: &mut Vec<Change>,
) {
    match (was, is) {
        (Some(was), Some(is)) => look((from, was), (to, is), changes),
        (Some(was), None) => changes.push(Change {
            pointer: from.to_owned(),
            kind: Kind::Removed,
            was: was.clone(),
            is: Value::Null,
        }),
        (None, Some(is)) => changes.push(Change {
            pointer: to.to_owned(),
            kind: Kind::Added,
            was: Value::Null,
            is: is.clone(),
        }),
        (None, None) => {}
    }
}

type List<'a> = (&'a str, &'a [Value], &'a [&'a str]);

fn by_id((from, before, old): List<'_>, (to, after, new): List<'_>, changes: &mut Vec<Change>) {
    let kept = |ids: &[&str], others: &[&str]| -> Vec<String> {
        let kept = ids.iter().filter(|id| others.contains(id));
        kept.map(|id| (*id).to_owned()).collect()
    };
    if kept(old, new) != kept(new, old) {
        changes.push(Change {
            pointer: to.to_owned(),
            kind: Kind::Changed,
            was: old.into(),
            is: new.into(),
        });
    }
    for (at, (id, was)) in old.iter().zip(before).enumerate() {
        let then = new.iter().position(|known| known == id);
        let from = below(from, at);
        let place = then.map(|then| below(to, then)).unwrap_or_default();
        pair(
            (&from, Some(was)),
            (&place, then.and_then(|then| after.get(then))),
            changes,
        );
    }
    for (at, (id, is)) in new.iter().zip(after).enumerate() {
        if !old.contains(id) {
            pair(("", None), (&below(to, at), Some(is)), changes);
        }
    }
}

/// The ids of a list's entries, when all have one and no two the same.
fn ids(list: &[Value]) -> Option<Vec<&str>> {
    let ids: Option<Vec<&str>> = list.iter().map(|entry| entry.get("id")?.as_str()).collect();
    let ids = ids?;
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    sorted.dedup();
    (sorted.len() == ids.len()).then_some(ids)
}

fn below(pointer: &str, name: impl ToString) -> String {
    let name = name.to_string().replace('~', "~0").replace('/', "~1");
    format!("{pointer}/{name}")
}

#[cfg(test)]
mod tests {
    #![allow(
        clippy::unwrap_used,
        reason = "a test that panics is a test that fails"
    )]
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn told(was: &Value, is: &Value) -> Vec<String> {
        let line = |change: &Change| {
            format!(
                "{:?} {} {} {}",
                change.kind, change.pointer, change.was, change.is
            )
        };
        between(was, is).iter().map(line).collect()
    }

    #[test]
    fn a_list_of_things_with_ids_is_compared_by_them() {
        let was = json!({"rewards": [{"id": "a", "cost": 1}, {"id": "b", "cost": 2}], "x": 1});
        let is = json!({"rewards": [{"id": "c"}, {"id": "b", "cost": 3}], "y/z": 2});
        assert_eq!(
            told(&was, &is),
            [
                r#"Removed /rewards/0 {"cost":1,"id":"a"} null"#,
                "Changed /rewards/1/cost 2 3",
                r#"Added /rewards/0 null {"id":"c"}"#,
                "Removed /x 1 null",
                "Added /y~1z null 2",
            ]
        );
    }

    #[test]
    fn another_order_is_a_change_of_the_list() {
        let was = json!([{"id": "a"}, {"id": "b"}]);
        let is = json!([{"id": "b"}, {"id": "a"}]);
        assert_eq!(told(&was, &is), [r#"Changed  ["a","b"] ["b","a"]"#]);
    }

    #[test]
    fn other_lists_are_compared_place_by_place() {
        let changes = told(&json!([1, 2, 3]), &json!([1, 4]));
        assert_eq!(changes, ["Changed /1 2 4", "Removed /2 3 null"]);
    }

    fn documents() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0..3_i64).prop_map(Value::from),
            "[a-c]".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::hash_map("id|[a-c/~]", inner, 0..4)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn nothing_differs_only_between_equals_and_every_place_says_what_it_holds(
            was in documents(), is in documents(),
        ) {
            let changes = between(&was, &is);
            prop_assert_eq!(changes.is_empty(), was == is);
            for change in changes {
                match change.kind {
                    Kind::Removed => prop_assert_eq!(was.pointer(&change.pointer), Some(&change.was)),
                    Kind::Added => prop_assert_eq!(is.pointer(&change.pointer), Some(&change.is)),
                    Kind::Changed => prop_assert!(is.pointer(&change.pointer).is_some()),
                }
            }
        }
    }
}
