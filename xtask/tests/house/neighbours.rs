//! Who may use whom, by the manifests and by the imports.

use crate::sources::{printed, sources, top};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::sync::LazyLock;

/// Every crate of ours with its folder and the crates of ours that it may use.
const HOUSE: [(&str, &str, &[&str]); 10] = [
    ("rules", "crates/rules/", &[]),
    ("contract", "crates/contract/", &["rules"]),
    ("store", "crates/store/", &[]),
    ("api", "crates/api/", &["contract", "rules", "store"]),
    ("golden", "crates/golden/", &["rules"]),
    ("fuzz", "crates/fuzz/", &["golden", "rules"]),
    ("load", "crates/load/", &[]),
    ("vafa", "src/", &["contract", "rules"]),
    ("studio", "crates/studio/", &["contract", "rules"]),
    ("xtask", "xtask/", &[]),
];

static METADATA: LazyLock<Value> = LazyLock::new(|| {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let metadata = printed(&cargo, &["metadata", "--no-deps", "--format-version", "1"]);
    serde_json::from_str(&metadata).unwrap()
});

fn packages() -> BTreeMap<&'static str, &'static Value> {
    let packages = METADATA["packages"].as_array().unwrap().iter();
    packages
        .map(|package| (package["name"].as_str().unwrap(), package))
        .collect()
}

/// `(name, requirement, kind)` of all that a crate of ours names in its manifest.
fn dependencies(name: &str) -> Vec<(&'static str, &'static str, Option<&'static str>)> {
    let listed = packages()[name]["dependencies"].as_array().unwrap().iter();
    listed
        .map(|d| {
            (
                d["name"].as_str().unwrap(),
                d["req"].as_str().unwrap(),
                d["kind"].as_str(),
            )
        })
        .collect()
}

fn optional(name: &str, used: &str) -> bool {
    let mut listed = packages()[name]["dependencies"].as_array().unwrap().iter();
    listed.any(|d| d["name"] == used && d["optional"] == true)
}

#[test]
fn every_crate_has_its_place_in_the_house() {
    let known: Vec<&str> = HOUSE.iter().map(|(name, ..)| *name).collect();
    for name in packages().keys() {
        assert!(
            known.contains(name),
            "say in HOUSE whom the new crate `{name}` may use"
        );
    }
}

#[test]
fn manifests_name_only_those_whom_they_may_use() {
    for (name, _, allowed) in HOUSE {
        for (used, ..) in dependencies(name) {
            let ours = HOUSE.iter().any(|(known, ..)| *known == used);
            assert!(
                !ours || allowed.contains(&used),
                "`{name}` must not depend on `{used}`"
            );
        }
    }
}

#[test]
fn sources_import_only_those_whom_they_may_use() {
    for (name, folder, allowed) in HOUSE {
        for source in sources(&[folder], &[".rs"]) {
            for (other, ..) in HOUSE {
                // The house's own tests tell of everybody.
                if other == name || allowed.contains(&other) || name == "xtask" {
                    continue;
                }
                assert!(
                    !imports(&source.text, other),
                    "{} uses `{other}`, which `{name}` must not",
                    source.path
                );
            }
            assert!(
                !source.text.lines().any(|line| line.starts_with("#[path")),
                "{} takes a module from elsewhere by #[path]",
                source.path
            );
        }
    }
}

/// Whether code (not prose) names a crate as the root of a path. A module of that name in the same
/// file is what its paths mean then.
fn imports(text: &str, name: &str) -> bool {
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    let module = format!("mod {name};");
    if code
        .clone()
        .any(|line| line.trim_start_matches("pub ") == module)
    {
        return false;
    }
    let (root, bare) = (format!("{name}::"), format!("use {name};"));
    let mut found = code.flat_map(|line| line.match_indices(&root).map(move |(at, _)| &line[..at]));
    let starts_a_path =
        |before: &str| !before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':');
    found.any(starts_a_path) || text.contains(&bare)
}

#[test]
fn an_import_is_told_from_prose_and_from_a_longer_name() {
    assert!(imports("use api::ledger;", "api"));
    assert!(imports("    let x = api::new();", "api"));
    assert!(!imports("// see api::ledger", "api"));
    assert!(!imports("mod api;\nuse api::ledger;", "api"));
    assert!(imports("// mod api;\nuse api::ledger;", "api"));
    assert!(!imports("use crate::api::x; use my_api::y;", "api"));
}

#[test]
fn what_reaches_the_browser_needs_serde_and_nothing_else() {
    for (name, allowed) in [("rules", &["serde"][..]), ("contract", &["serde", "rules"])] {
        for (used, _, kind) in dependencies(name) {
            // What is optional is for the server, which asks for it by a feature.
            let optional = optional(name, used);
            assert!(
                kind.is_some() || optional || allowed.contains(&used),
                "`{name}` is in every shopper's download: it must not depend on `{used}`"
            );
        }
    }
}

#[test]
fn the_demo_shop_uses_vafa_as_any_shop_would() {
    for source in sources(&["demo/"], &[".mjs", ".js"]) {
        for line in source
            .text
            .lines()
            .filter(|line| line.contains(" from '") || line.contains("import("))
        {
            let outside = [
                "../www",
                "../src",
                "../crates",
                "../pkg",
                "../xtask",
                "node_modules",
            ];
            assert!(
                !outside.iter().any(|place| line.contains(place)),
                "{} takes something from our house: {line}",
                source.path
            );
        }
    }
}

#[test]
fn the_bindings_are_made_by_the_version_that_the_code_is_compiled_with() {
    let version = |name: &str, used: &str| {
        let found = dependencies(name).into_iter().find(|(n, ..)| *n == used);
        found.map(|(_, requirement, _)| requirement)
    };
    let tool = version("xtask", "wasm-bindgen-cli-support");
    assert!(tool.is_some_and(|requirement| requirement.starts_with('=')));
    assert_eq!(version("vafa", "wasm-bindgen"), tool);
    assert_eq!(version("golden", "wasm-bindgen"), tool);
    assert_eq!(version("studio", "wasm-bindgen"), tool);
}

#[test]
fn every_crate_takes_the_lints_of_the_workspace() {
    for (name, package) in packages() {
        let manifest = fs::read_to_string(package["manifest_path"].as_str().unwrap()).unwrap();
        let taken = manifest.contains("[lints]\nworkspace = true");
        assert!(taken, "`{name}` has no `[lints] workspace = true`");
    }
    let manifest = fs::read_to_string(top().join("Cargo.toml")).unwrap();
    assert!(manifest.contains("unsafe_code = \"deny\""));
}

#[test]
fn every_dependency_has_its_reason_written_down() {
    let page = fs::read_to_string(top().join("docs/ARCHITECTURE.md")).unwrap();
    let (_, reasons) = page.split_once("\n## Dependencies\n").unwrap();
    let told = |name: &str| {
        let part = |c: char| c.is_alphanumeric() || "-_./@".contains(c);
        reasons
            .split(|c: char| !part(c))
            .any(|word| word.trim_end_matches('.') == name)
    };
    assert!(told("serde") && !told("serd"), "the search works");
    let ours = HOUSE.map(|(name, ..)| name);
    for name in ours {
        for (used, ..) in dependencies(name) {
            assert!(
                ours.contains(&used) || told(used),
                "why does `{name}` need `{used}`?"
            );
        }
    }
    for folder in ["www", "pkg-tests", "pkg-tests/apps"] {
        let manifest = fs::read_to_string(top().join(folder).join("package.json")).unwrap();
        let manifest: Value = serde_json::from_str(&manifest).unwrap();
        assert!(
            manifest["dependencies"].is_null(),
            "{folder} builds and tests, it ships nothing"
        );
        for used in manifest["devDependencies"].as_object().unwrap().keys() {
            assert!(told(used), "why does {folder} need `{used}`?");
        }
    }
}
