use super::*;
use crate::samples::{at, member, program};

fn tip(id: &str, sku: Option<&str>) -> Tip {
    Tip {
        id: id.to_owned(),
        products: Products {
            skus: sku.map(str::to_owned).into_iter().collect(),
            ..Products::default()
        },
        ..Tip::default()
    }
}

fn bought(sku: &str, when: &str) -> Bought {
    Bought {
        sku: sku.to_owned(),
        category: None,
        at: at(when),
    }
}

#[test]
fn tips_for_things_bought_together_keep_the_programs_order() {
    let program = Program {
        tips: vec![
            tip("all", None),
            tip("cup", Some("cup")),
            tip("kettle", Some("kettle")),
            tip("pot", Some("pot")),
        ],
        ..program()
    };
    let member = Member {
        bought: vec![
            bought("kettle", "2025-01-01T00:00:00Z"),
            bought("cup", "2025-01-01T00:00:00Z"),
            bought("pot", "2025-01-02T00:00:00Z"),
        ],
        ..member()
    };
    let ids: Vec<_> = choose(&program, Some(&member))
        .into_iter()
        .map(|tip| tip.id.as_str())
        .collect();
    assert_eq!(ids, ["pot", "cup", "kettle", "all"]);
}

#[test]
fn nothing_is_among_no_products_and_no_category_is_no_category() {
    let cup = bought("cup", "2025-01-01T00:00:00Z");
    assert!(!among(&Products::default(), &cup));
    let empty = Products {
        categories: vec![String::new()],
        skus: Vec::new(),
    };
    assert!(!among(&empty, &cup));
}
