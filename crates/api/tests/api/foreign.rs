//! What is another tenant's, or nobody's, is not there: on every operation, for every parameter of its path.

use crate::described::{Described, World, operations};
use crate::harness::Shop;

/// A `PUT` at the shop's own id makes what is not there: there the id is anybody's.
fn makes(operation: &Described, parameter: &str) -> bool {
    let last = format!("{{{parameter}}}");
    // A checkout pays before the order is reported.
    if operation.path == "/v1/orders/{order_id}/wallet" && operation.method == "POST" {
        return true;
    }
    operation.method == "PUT" && operation.says(201) && operation.path.ends_with(&last)
}

/// Whether the parameter is a word of the API's own, the same for every tenant.
fn is_word(operation: &Described, parameter: &str) -> bool {
    let listed = operation.said["parameters"].as_array().unwrap();
    let schema = listed.iter().find(|one| one["name"] == parameter);
    let schema = schema.map(|one| &one["schema"]);
    schema.is_some_and(|schema| schema["enum"].is_array() || schema["oneOf"].is_array())
}

/// A number counts what is one's own: the other tenant's seven is one's own seven.
fn counts(operation: &Described, parameter: &str) -> bool {
    let listed = operation.said["parameters"].as_array().unwrap();
    let mut described = listed.iter().filter(|one| one["name"] == parameter);
    described.any(|one| one["schema"]["type"] == "integer")
}

#[tokio::test]
async fn a_foreign_or_unknown_id_is_not_found_and_changes_nothing() {
    let shop = Shop::open().await;
    let ours = World::of(&shop).await;
    let theirs = World::beside(&shop).await;
    let before = shop.dump(&ours.tenant).await;
    let others = shop.dump(&theirs.tenant).await;
    assert!(before.len() > 10 && others.len() > 10);
    let mut asked = 0;
    for operation in operations() {
        for (name, example) in operation.path_examples() {
            if makes(&operation, name) {
                continue;
            }
            let foreign = ours.real(example);
            let ids = match foreign.as_str() {
                Some(foreign) => [foreign, "no-such-thing"],
                None if counts(&operation, name) => ["999999", "4294967295"],
                None => panic!("{}: {name} is {foreign}", operation.name()),
            };
            // The words for insights and tables are everybody's.
            let words = [
                "/v1/insights/{name}",
                "/v1/insights/{name}/series",
                "/v1/exports/{table}",
            ];
            let of_nobody = words.contains(&operation.path);
            for id in ids.into_iter().skip(usize::from(of_nobody)) {
                if is_word(&operation, name) && foreign == id {
                    continue;
                }
                let path = theirs.path(&operation, Some((name, id)));
                for way in operation.credentials() {
                    let ask = theirs.ask_as(&operation, &path, Some(way));
                    let reply = theirs.whole(&operation, ask).send().await;
                    let place = format!("{} {name}={id} by {way}", operation.name());
                    assert_eq!(reply.status.as_u16(), 404, "{place}: {}", reply.body);
                    operation.fits(&reply);
                    reply.refused(404, "not_found");
                    asked += 1;
                }
            }
        }
    }
    assert!(asked >= 14, "{asked}");
    assert_eq!(shop.dump(&ours.tenant).await, before);
    assert_eq!(shop.dump(&theirs.tenant).await, others);
}

#[tokio::test]
async fn what_a_tenant_makes_by_its_own_ids_leaves_the_other_as_it_was() {
    let shop = Shop::open().await;
    let ours = World::of(&shop).await;
    let theirs = World::beside(&shop).await;
    let before = shop.dump(&ours.tenant).await;
    let mut made = 0;
    for operation in operations() {
        for (name, example) in operation.path_examples() {
            if !makes(&operation, name) {
                continue;
            }
            let id = ours.real(example);
            let path = theirs.path(&operation, id.as_str().map(|id| (name, id)));
            let ask = theirs.ask(&operation, &path);
            let reply = theirs.whole(&operation, ask).send().await;
            operation.fits(&reply);
            reply.expect(201);
            made += 1;
        }
    }
    assert!(made >= 2, "{made}");
    assert_eq!(shop.dump(&ours.tenant).await, before);
}
