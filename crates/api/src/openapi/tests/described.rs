//! The document, held against the standard and against what the handlers take.

use super::*;
use jsonschema::{Draft, Validator};
use std::collections::BTreeSet;

/// What the OpenAPI Initiative publishes for 3.1.
const STANDARD: &str = include_str!("openapi-3.1.schema.json");

fn standard() -> Validator {
    let schema: Value = serde_json::from_str(STANDARD).unwrap();
    jsonschema::draft202012::new(&schema).unwrap()
}

fn operation<'a>(document: &'a Value, path: &str, method: &str) -> &'a Value {
    document["paths"][path].get(method).unwrap()
}

fn codes(document: &Value, operation: &Value) -> BTreeSet<String> {
    let responses = operation["responses"].as_object().unwrap();
    let references = responses
        .values()
        .filter_map(|response| response["$ref"].as_str());
    references
        .flat_map(|reference| {
            let response = document.pointer(&reference[1..]).unwrap();
            let content = &response["content"]["application/problem+json"];
            let listed = content["schema"]["properties"]["code"]["enum"]
                .as_array()
                .unwrap();
            listed
                .iter()
                .map(|code| code.as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        })
        .collect()
}

/// A schema of the document that stands on its own, with the formats held to.
fn alone(document: &Value, schema: &Value) -> Validator {
    let whole = json!({ "components": document["components"], "allOf": [schema] });
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .build(&whole)
        .unwrap()
}

#[test]
fn the_document_is_openapi() {
    let document = toys().document();
    let faults: Vec<String> = standard()
        .iter_errors(&document)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert_eq!(faults, Vec::<String>::new());
    let mut broken = document;
    broken["paths"]["/v1/me"]["get"]["parameters"][0]["in"] = json!("body");
    assert!(!standard().is_valid(&broken));
}

#[test]
fn every_schema_is_one_and_every_reference_leads_somewhere() {
    let document = toys().document();
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        assert!(jsonschema::draft202012::meta::is_valid(schema), "{name}");
    }
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(references.len() > 100);
    for reference in references {
        assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
    }
}

fn collect<'a>(value: &'a Value, references: &mut Vec<&'a str>) {
    match value {
        Value::Object(fields) => {
            references.extend(fields.get("$ref").and_then(Value::as_str));
            fields.values().for_each(|part| collect(part, references));
        }
        Value::Array(parts) => parts.iter().for_each(|part| collect(part, references)),
        _ => {}
    }
}

#[test]
fn every_example_fits_its_schema() {
    let document = toys().document();
    let mut checked = 0;
    let mut hold = |content: &Value| {
        for media in content.as_object().into_iter().flatten() {
            let validator = alone(&document, &media.1["schema"]);
            for example in media.1["examples"].as_object().unwrap().values() {
                let faults: Vec<String> = validator
                    .iter_errors(&example["value"])
                    .map(|error| error.to_string())
                    .collect();
                assert_eq!(faults, Vec::<String>::new(), "{}", example["value"]);
                checked += 1;
            }
        }
    };
    for item in document["paths"].as_object().unwrap().values() {
        for operation in item.as_object().unwrap().values() {
            hold(&operation["requestBody"]["content"]);
            for response in operation["responses"].as_object().unwrap().values() {
                hold(&response["content"]);
            }
        }
    }
    for response in document["components"]["responses"]
        .as_object()
        .unwrap()
        .values()
    {
        hold(&response["content"]);
    }
    hold(&document["webhooks"]["points.earned"]["post"]["requestBody"]["content"]);
    assert!(checked > 40, "{checked}");
}

#[test]
fn the_credential_is_the_handlers_own() {
    let document = toys().document();
    for (path, method, scheme) in [
        ("/v1/programs/{program}", "get", "publishable_key"),
        ("/v1/me", "get", "member_token"),
        ("/v1/orders/{order}", "put", "secret_key"),
        ("/v1/export", "delete", "staff_session"),
    ] {
        let security = &operation(&document, path, method)["security"];
        assert_eq!(security, &json!([{ scheme: [] }]), "{path}");
        assert!(
            document["components"]["securitySchemes"]
                .get(scheme)
                .is_some()
        );
    }
    assert_eq!(
        operation(&document, "/v1/bare", "get")["security"],
        json!([])
    );
}

#[test]
fn every_kind_of_argument_brings_its_problems() {
    let document = toys().document();
    let everywhere = ["internal_error", "request_timeout", "unavailable"];
    let page = ["unauthorized", "origin_not_allowed"];
    let shop = [
        "unauthorized",
        "origin_not_allowed",
        "scope_missing",
        "rate_limited",
    ];
    let writes = ["ledger_broken"];
    let staff = ["unauthorized", "role_missing"];
    let shopper = [
        "unauthorized",
        "token_expired",
        "token_invalid",
        "origin_not_allowed",
    ];
    let key = [
        "idempotency_key_missing",
        "idempotency_key_reused",
        "idempotency_key_old",
        "idempotency_key_in_flight",
    ];
    let body = [
        "malformed_request",
        "body_too_large",
        "not_json",
        "validation_failed",
    ];
    let cases: [(&str, &str, Vec<&[&str]>); 7] = [
        ("/v1/bare", "get", vec![]),
        ("/v1/export", "get", vec![&staff]),
        ("/v1/export", "delete", vec![&staff, &["cross_site"]]),
        (
            "/v1/programs/{program}",
            "get",
            vec![&page, &["rate_limited", "not_found"]],
        ),
        (
            "/v1/me/entries",
            "get",
            vec![&shopper, &["malformed_request"]],
        ),
        (
            "/v1/me/redemptions",
            "post",
            vec![&shopper, &key, &body, &["not_a_member", "not_eligible"]],
        ),
        (
            "/v1/orders/{order}",
            "put",
            vec![&shop, &body, &["not_found", "order_of_another_member"]],
        ),
    ];
    for (path, method, brought) in cases {
        let only = if method == "get" { &[][..] } else { &writes };
        let expected = brought.into_iter().flatten().chain(&everywhere).chain(only);
        let expected: BTreeSet<String> = expected.map(|code| (*code).to_owned()).collect();
        assert_eq!(
            codes(&document, operation(&document, path, method)),
            expected,
            "{path}"
        );
    }
}

#[test]
fn a_key_is_a_header_that_is_needed_and_an_answer_says_when_it_is_old() {
    let document = toys().document();
    let redeem = operation(&document, "/v1/me/redemptions", "post");
    let header = &redeem["parameters"][0];
    assert_eq!(
        (&header["name"], &header["required"]),
        (&json!("Idempotency-Key"), &json!(true))
    );
    let key = alone(&document, &header["schema"]);
    for (text, good) in [("a", true), ("", false), ("a b", false), ("ü", false)] {
        assert_eq!(key.is_valid(&json!(text)), good, "{text}");
    }
    assert!(
        redeem["responses"]["201"]["headers"]
            .get("Idempotent-Replayed")
            .is_some()
    );
    let me = operation(&document, "/v1/me", "get");
    assert!(
        me["responses"]["200"]["headers"]
            .get("Idempotent-Replayed")
            .is_none()
    );
}

#[test]
fn a_tag_brings_its_304() {
    let document = toys().document();
    let me = operation(&document, "/v1/me", "get");
    assert!(me["responses"].get("304").is_some());
    assert!(me["responses"]["200"]["headers"].get("ETag").is_some());
    let entries = operation(&document, "/v1/me/entries", "get");
    assert!(entries["responses"].get("304").is_none());
}

#[test]
fn parameters_are_those_of_the_path_in_its_order() {
    let document = toys().document();
    let told = |path: &str, method: &str| -> Vec<(String, bool, String)> {
        let listed = operation(&document, path, method)["parameters"]
            .as_array()
            .unwrap();
        let told = listed.iter().map(|one| {
            let word = |key: &str| one[key].as_str().unwrap().to_owned();
            (word("name"), one["required"] == true, word("in"))
        });
        told.collect()
    };
    let owned =
        |name: &str, required: bool, place: &str| (name.to_owned(), required, place.to_owned());
    assert_eq!(
        told("/v1/orders/{order_id}/refunds/{refund}", "put"),
        [
            owned("order_id", true, "path"),
            owned("refund", true, "path")
        ]
    );
    assert_eq!(
        told("/v1/orders/{order}", "put"),
        [owned("order", true, "path")]
    );
    let mut entries = told("/v1/me/entries", "get");
    entries.sort();
    assert_eq!(
        entries,
        [
            owned("cursor", false, "query"),
            owned("limit", false, "query")
        ]
    );
}

#[test]
fn a_parameter_that_may_be_left_out_is_never_null() {
    let document = toys().document();
    let listed = operation(&document, "/v1/me/entries", "get")["parameters"].clone();
    for (name, good) in [("limit", json!(5)), ("cursor", json!("c"))] {
        let parameter = listed
            .as_array()
            .unwrap()
            .iter()
            .find(|one| one["name"] == name);
        let schema = alone(&document, &parameter.unwrap()["schema"]);
        assert!(
            schema.is_valid(&good) && !schema.is_valid(&Value::Null),
            "{name}"
        );
    }
}

#[test]
fn a_request_is_held_to_the_servers_own_limits() {
    let document = toys().document();
    let fits = |name: &str, value: &Value| {
        let schema = json!({ "$ref": format!("#/components/schemas/{name}") });
        alone(&document, &schema).is_valid(value)
    };
    let order = |key: &str, value: Value| {
        let mut order = json!({
            "member": "c1", "status": "paid", "currency": "IRR",
            "items": [{ "sku": "a", "quantity": 1, "unit_price": 1 }],
        });
        order[key] = value;
        order
    };
    let item = json!({ "sku": "a", "quantity": 1, "unit_price": 1 });
    let mut none = item.clone();
    none["quantity"] = json!(0);
    let mut owing = item.clone();
    owing["unit_price"] = json!(-1);
    let mut unknown = item.clone();
    unknown["colour"] = json!("red");
    for (key, value, good) in [
        ("tax", json!(0), true),
        ("tax", json!(-1), false),
        ("tax", json!(1_000_000_000_000_001_i64), false),
        ("currency", json!("irr"), false),
        ("paid_at", json!("2026-11-22T04:10:00Z"), true),
        ("paid_at", json!("yesterday"), false),
        ("items", json!(vec![item.clone(); 500]), true),
        ("items", json!(vec![item; 501]), false),
        ("items", json!([none]), false),
        ("items", json!([owing]), false),
        ("items", json!([unknown]), false),
        ("coupons", json!(vec!["a"; 11]), false),
    ] {
        let order = order(key, value);
        assert_eq!(fits("OrderInput", &order), good, "{key} of {order}");
    }
    for (name, good) in [
        ("سارا".to_owned(), true),
        ("a\nb".to_owned(), false),
        ("a".repeat(101), false),
    ] {
        assert_eq!(
            fits("MemberInput", &json!({ "first_name": name })),
            good,
            "{name}"
        );
    }
    let answer = |id: &str| json!({ "id": id, "survey_id": "s", "score": 1, "completed": true });
    for (id, good) in [("rsp_1-a", true), ("", false), ("a b", false)] {
        assert_eq!(fits("SurveyResponse", &answer(id)), good, "{id}");
    }
    assert!(!fits("RefundInput", &json!({ "id": "" })));
}

#[test]
fn what_is_read_otherwise_than_written_has_two_names() {
    #[derive(serde::Serialize, Deserialize, JsonSchema)]
    struct Leaf {
        #[serde(default)]
        size: u32,
    }
    #[derive(serde::Serialize, Deserialize, JsonSchema)]
    struct Twig {
        leaf: Leaf,
    }
    #[derive(serde::Serialize, Deserialize, JsonSchema)]
    struct Stone {
        weight: u32,
    }
    async fn grow(_: Json<Twig>) {}
    async fn roll(_: Json<Stone>) {}
    let document = Routes::<()>::default()
        .with([
            post("/twig", grow).replies::<Twig>(200, "", json!({})),
            post("/stone", roll).replies::<Stone>(200, "", json!({})),
        ])
        .document();
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["Leaf"]["required"], json!(["size"]));
    assert_eq!(schemas["LeafInput"].get("required"), None);
    assert_eq!(
        schemas["TwigInput"]["properties"]["leaf"]["$ref"],
        "#/components/schemas/LeafInput"
    );
    assert_eq!(
        schemas["Twig"]["properties"]["leaf"]["$ref"],
        "#/components/schemas/Leaf"
    );
    assert!(schemas.get("Stone").is_some() && schemas.get("StoneInput").is_none());
    let body = &document["paths"]["/twig"]["post"]["requestBody"]["content"]["application/json"];
    assert_eq!(body["schema"]["$ref"], "#/components/schemas/TwigInput");
}

#[test]
fn a_declaration_in_order_has_no_faults() {
    assert_eq!(toys().faults(), Vec::<String>::new());
}

#[test]
fn what_a_declaration_lacks_is_told() {
    let plain = || post("/v1/things/{thing}", redeem);
    let named = || {
        plain()
            .named("thing", "A thing.", "A thing.")
            .tagged(Tag::Shopper)
    };
    let faults = Routes::default()
        .with([
            plain(),
            named().empty(204, ""),
            named().refuses(&["no_such_code"]),
        ])
        .with([
            get("/v1/pairs/{a}/{b}", pair),
            get("/v1/x", bare).body("", json!({})),
        ])
        .delivering([Webhook::new::<Done>("points.lost", json!({}))])
        .faults()
        .join("\n");
    for told in [
        "POST /v1/things/{thing}: name it",
        "say with `tagged`",
        "say with `replies`",
        "give an example with `body`",
        "another operation is called thing",
        "no full stop",
        "the code no_such_code has no meaning",
        "do not agree on the parameter thing",
        "GET /v1/pairs/{a}/{b}: the parameter a has no description",
        "the parameter b has no example",
        "GET /v1/x: it has an example of a body",
        "the event points.lost is not in EVENTS",
    ] {
        assert!(faults.contains(told), "{told} is not in\n{faults}");
    }
}

#[test]
fn a_code_has_the_status_that_its_error_has() {
    for error in [
        Error::malformed(""),
        Error::key_missing(),
        Error::key_reused(),
        Error::key_in_flight(),
        Error::unauthorized(""),
        Error::token_expired(),
        Error::token_invalid(""),
        Error::origin_not_allowed(""),
        Error::forbidden("scope_missing", ""),
        Error::forbidden("role_missing", ""),
        Error::forbidden("cross_site", ""),
        Error::login_failed(),
        Error::not_a_member(),
        Error::not_found(""),
        Error::method_not_allowed(),
        Error::timeout(),
        Error::too_large(),
        Error::not_json(),
        Error::validation(vec![]),
        Error::refused("coupon_used", ""),
        Error::rate_limited(1),
        Error::unavailable(),
        Error::internal(""),
        Error::cannot_start(""),
    ] {
        assert_eq!(
            status(error.code()),
            error.status().as_u16(),
            "{}",
            error.code()
        );
    }
}

#[test]
fn events_have_their_envelope_and_their_signature() {
    let document = toys().document();
    let event = &document["webhooks"]["points.earned"]["post"];
    let names: Vec<&str> = event["parameters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["name"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        ["webhook-id", "webhook-timestamp", "webhook-signature"]
    );
    let schema = &event["requestBody"]["content"]["application/json"]["schema"];
    let data = &schema["properties"]["data"]["$ref"];
    assert_eq!(data, "#/components/schemas/Done");
}
