//! A document as a value: read and changed at JSON pointers, compared, and merged when two people have changed it.
//!
//! What a form does not know stays as it was: nothing is read into types and written back.

use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeSet;

/// One step of a path, as a pointer writes it.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn read_step(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

/// The pointer of something in a place.
pub(super) fn below(pointer: &str, name: &str) -> String {
    format!("{pointer}/{}", escaped(name))
}

/// The steps of a pointer.
pub(super) fn steps(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(read_step).collect()
}

/// What stands there; null where nothing does.
pub(super) fn at(document: &Value, pointer: &str) -> Value {
    document.pointer(pointer).cloned().unwrap_or_default()
}

/// Puts a value in its place, and makes the objects around it where there are none. Null takes the field away.
pub(super) fn put(document: &mut Value, pointer: &str, value: Value) {
    let all = steps(pointer);
    let Some((last, around)) = all.split_last() else {
        *document = value;
        return;
    };
    let mut place = document;
    for step in around {
        place = match place {
            Value::Array(items) => {
                let Some(item) = step.parse().ok().and_then(|n: usize| items.get_mut(n)) else {
                    return;
                };
                item
            }
            other => {
                if !other.is_object() {
                    *other = Value::Object(Map::new());
                }
                let Value::Object(fields) = other else { return };
                fields.entry(step.clone()).or_insert(Value::Null)
            }
        };
    }
    match place {
        Value::Array(items) => {
            if let Some(item) = last.parse().ok().and_then(|n: usize| items.get_mut(n)) {
                *item = value;
            }
        }
        other => {
            if !other.is_object() {
                *other = Value::Object(Map::new());
            }
            let Value::Object(fields) = other else { return };
            if value.is_null() {
                fields.remove(last);
            } else {
                fields.insert(last.clone(), value);
            }
        }
    }
}

/// Takes a field away, and the objects around it that have nothing else.
pub(super) fn take(document: &mut Value, pointer: &str) {
    let mut pointer = pointer;
    put(document, pointer, Value::Null);
    while let Some((around, _)) = pointer.rsplit_once('/') {
        let empty = document.pointer(around).and_then(Value::as_object);
        if around.is_empty() || !empty.is_some_and(Map::is_empty) {
            return;
        }
        put(document, around, Value::Null);
        pointer = around;
    }
}

/// The items of a list; none where there is no list.
pub(super) fn items(document: &Value, pointer: &str) -> Vec<Value> {
    let found = document.pointer(pointer).and_then(Value::as_array);
    found.cloned().unwrap_or_default()
}

/// How an item of a list is known when its place changes: by its id.
fn id_of(item: &Value) -> Option<&str> {
    item.get("id").and_then(Value::as_str)
}

/// The ids of a list in which every item has one of its own.
fn ids(items: &[Value]) -> Option<Vec<&str>> {
    let ids: Option<Vec<&str>> = items.iter().map(id_of).collect();
    ids.filter(|ids| ids.iter().collect::<BTreeSet<_>>().len() == ids.len())
}

fn by_id<'v>(items: &'v [Value], id: &str) -> Option<&'v Value> {
    items.iter().find(|item| id_of(item) == Some(id))
}

/// A place at which two documents differ. Items of lists are named by their ids.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Difference {
    /// The way to it.
    pub(crate) path: Vec<String>,
    /// What stood there.
    pub(crate) was: Value,
    /// What stands there.
    pub(crate) is: Value,
}

/// Where `is` differs from `was`, from the top down.
pub(crate) fn differences(was: &Value, is: &Value) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(was, is, &mut Vec::new(), &mut found);
    found
}

/// The field with the widget's sentences.
pub(super) const TEXTS: &str = "texts";

/// The fields of a place. Sentences of the widget that nobody has changed are none: each is a place of its own also
/// where it is the first.
fn fields<'v>(value: &'v Value, path: &[String]) -> Option<Cow<'v, Map<String, Value>>> {
    match value {
        Value::Object(fields) => Some(Cow::Borrowed(fields)),
        Value::Null if path.first().is_some_and(|first| first == TEXTS) => {
            Some(Cow::Owned(Map::new()))
        }
        _ => None,
    }
}

fn compare(was: &Value, is: &Value, path: &mut Vec<String>, found: &mut Vec<Difference>) {
    if was == is {
        return;
    }
    let mut each = |name: &str, was: &Value, is: &Value, path: &mut Vec<String>| {
        path.push(name.to_owned());
        compare(was, is, path, found);
        path.pop();
    };
    if let (Some(before), Some(after)) = (fields(was, path), fields(is, path)) {
        for name in names(&[&*before, &*after]) {
            let (was, is) = (before.get(&name), after.get(&name));
            let none = &Value::Null;
            each(&name, was.unwrap_or(none), is.unwrap_or(none), path);
        }
        return;
    }
    match (was, is) {
        (Value::Array(before), Value::Array(after)) => {
            let (Some(old), Some(new)) = (ids(before), ids(after)) else {
                found.push(Difference {
                    path: path.clone(),
                    was: was.clone(),
                    is: is.clone(),
                });
                return;
            };
            for id in &new {
                let (was, is) = (by_id(before, id), by_id(after, id));
                each(
                    id,
                    was.unwrap_or(&Value::Null),
                    is.unwrap_or(&Value::Null),
                    path,
                );
            }
            for id in old.iter().filter(|id| !new.contains(id)) {
                each(
                    id,
                    by_id(before, id).unwrap_or(&Value::Null),
                    &Value::Null,
                    path,
                );
            }
            let (stay, stood): (Vec<_>, Vec<_>) = (
                new.iter().filter(|id| old.contains(id)).collect(),
                old.iter().filter(|id| new.contains(id)).collect(),
            );
            if stay != stood {
                found.push(Difference {
                    path: path.clone(),
                    was: was.clone(),
                    is: is.clone(),
                });
            }
        }
        _ => found.push(Difference {
            path: path.clone(),
            was: was.clone(),
            is: is.clone(),
        }),
    }
}

fn names(all: &[&Map<String, Value>]) -> BTreeSet<String> {
    all.iter()
        .flat_map(|fields| fields.keys().cloned())
        .collect()
}

/// Two people's changes of one document in one. Where both have changed the same place differently, `mine` stands, and
/// the place is among `clashes`.
pub(super) fn merged(base: &Value, mine: &Value, theirs: &Value) -> (Value, Vec<Vec<String>>) {
    let mut clashes = Vec::new();
    let merged = merge(base, mine, theirs, &mut Vec::new(), &mut clashes);
    (merged, clashes)
}

fn merge(
    base: &Value,
    mine: &Value,
    theirs: &Value,
    path: &mut Vec<String>,
    clashes: &mut Vec<Vec<String>>,
) -> Value {
    if mine == base || mine == theirs {
        return theirs.clone();
    }
    if theirs == base {
        return mine.clone();
    }
    let none = Value::Null;
    let all = (fields(base, path), fields(mine, path), fields(theirs, path));
    if let (Some(before), Some(mine), Some(theirs)) = all {
        let mut all = Map::new();
        for name in names(&[&*before, &*mine, &*theirs]) {
            let of = |fields: &Map<String, Value>| fields.get(&name).cloned().unwrap_or_default();
            path.push(name.clone());
            let one = merge(&of(&before), &of(&mine), &of(&theirs), path, clashes);
            path.pop();
            if !one.is_null() {
                all.insert(name, one);
            }
        }
        return Value::Object(all);
    }
    match (base, mine, theirs) {
        (Value::Array(before), Value::Array(ours), Value::Array(others)) => {
            let (Some(old), Some(my), Some(their)) = (ids(before), ids(ours), ids(others)) else {
                clashes.push(path.clone());
                return mine.clone();
            };
            // Whoever has moved something decides on the order; what only the other one has comes after it.
            let kept = |list: &[&str]| -> Vec<String> {
                let stay = list.iter().filter(|id| old.contains(id));
                stay.map(|id| (*id).to_owned()).collect()
            };
            let stayed: Vec<String> = old
                .iter()
                .filter(|id| my.contains(id))
                .map(|id| (*id).to_owned())
                .collect();
            let (first, second) = if kept(&my) == stayed {
                (&their, &my)
            } else {
                (&my, &their)
            };
            let order = first
                .iter()
                .chain(second.iter().filter(|id| !first.contains(id)));
            let mut all = Vec::new();
            for id in order {
                let of = |items: &[Value]| by_id(items, id).cloned().unwrap_or_default();
                path.push((*id).to_owned());
                let one = merge(&of(before), &of(ours), &of(others), path, clashes);
                path.pop();
                if one != none {
                    all.push(one);
                }
            }
            Value::Array(all)
        }
        _ => {
            clashes.push(path.clone());
            mine.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_value_is_put_in_its_place_and_nothing_else_changes() {
        let mut document =
            json!({ "look": { "odd": 1 }, "rewards": [{ "id": "a" }, { "id": "b" }] });
        put(&mut document, "/look/accent", json!("#112233"));
        put(&mut document, "/rewards/1/cost", json!(5));
        put(&mut document, "/links/club", json!("/club"));
        put(&mut document, "/rewards/7/cost", json!(5));
        let expected = json!({
            "look": { "odd": 1, "accent": "#112233" }, "links": { "club": "/club" },
            "rewards": [{ "id": "a" }, { "id": "b", "cost": 5 }],
        });
        assert_eq!(document, expected);
        put(&mut document, "/look/accent", Value::Null);
        assert_eq!(at(&document, "/look"), json!({ "odd": 1 }));
        put(&mut document, &below("/name", "a/b~c"), json!("x"));
        assert_eq!(document["name"]["a/b~c"], "x");
    }

    #[test]
    fn changes_of_different_places_are_both_kept() {
        let base =
            json!({ "a": 1, "list": [{ "id": "x", "n": 1, "m": 1 }, { "id": "y", "n": 1 }] });
        let mine = json!({ "a": 2, "list": [{ "id": "x", "n": 2, "m": 1 }, { "id": "y", "n": 1 }, { "id": "z" }] });
        let theirs = json!({ "a": 1, "b": 1, "list": [{ "id": "y", "n": 1 }, { "id": "x", "n": 1, "m": 3 }, { "id": "w" }] });
        let (all, clashes) = merged(&base, &mine, &theirs);
        let expected = json!({
            "a": 2, "b": 1,
            "list": [{ "id": "y", "n": 1 }, { "id": "x", "n": 2, "m": 3 }, { "id": "w" }, { "id": "z" }],
        });
        assert_eq!(all, expected);
        assert_eq!(clashes, Vec::<Vec<String>>::new());
    }

    #[test]
    fn where_both_changed_the_same_mine_stands_and_it_is_told() {
        let base = json!({ "a": 1, "list": [{ "id": "x", "n": 1 }, { "id": "y", "n": 1 }] });
        let mine = json!({ "a": 2, "list": [{ "id": "x", "n": 2 }] });
        let theirs = json!({ "a": 3, "list": [{ "id": "y", "n": 3 }] });
        let (all, clashes) = merged(&base, &mine, &theirs);
        assert_eq!(all, json!({ "a": 2, "list": [{ "id": "x", "n": 2 }] }));
        let told: Vec<String> = clashes.iter().map(|path| path.join("/")).collect();
        assert_eq!(told, ["a", "list/y", "list/x"]);
    }

    #[test]
    fn differences_name_items_by_their_ids() {
        let was = json!({ "list": [{ "id": "x", "n": 1 }, { "id": "y" }] });
        let is = json!({ "list": [{ "id": "y" }, { "id": "x", "n": 2 }] });
        let found = differences(&was, &is);
        let told: Vec<String> = found.iter().map(|one| one.path.join("/")).collect();
        assert_eq!(told, ["list/x/n", "list"]);
        assert_eq!((&found[0].was, &found[0].is), (&json!(1), &json!(2)));
    }

    #[test]
    fn each_sentence_of_the_widget_is_a_place_also_where_it_is_the_first() {
        let mut mine = json!({});
        put(&mut mine, "/texts/fa/hello_name", json!("a"));
        let theirs = json!({ "texts": { "fa": { "hello": "b" }, "en": { "hello": "c" } } });
        let paths = |found: Vec<Difference>| -> Vec<String> {
            found.iter().map(|one| one.path.join("/")).collect()
        };
        assert_eq!(
            paths(differences(&json!({}), &theirs)),
            ["texts/en/hello", "texts/fa/hello"]
        );
        assert_eq!(
            paths(differences(&mine, &json!({}))),
            ["texts/fa/hello_name"]
        );
        let (all, clashes) = merged(&json!({}), &mine, &theirs);
        let expected = json!({ "texts": { "fa": { "hello": "b", "hello_name": "a" }, "en": { "hello": "c" } } });
        assert_eq!((all, clashes), (expected, Vec::new()));
        take(&mut mine, "/texts/fa/hello_name");
        assert_eq!(mine, json!({}));
        let mut more = theirs.clone();
        take(&mut more, "/texts/en/hello");
        assert_eq!(more, json!({ "texts": { "fa": { "hello": "b" } } }));
    }
}
