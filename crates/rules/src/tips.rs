//! Which guides and tips a member gets.

use crate::member::{Bought, Member};
use crate::program::{Products, Tip};
use crate::{Program, Timestamp};

/// The tips for what the member bought, the latest bought first; then those for everybody. Equal ones keep
/// the program's order. A guest gets those for everybody.
pub fn choose<'a>(program: &'a Program, member: Option<&Member>) -> Vec<&'a Tip> {
    let bought = member.map_or(&[][..], |member| &member.bought);
    let mut chosen: Vec<(Timestamp, &Tip)> = Vec::new();
    let special = program.tips.iter().filter(|tip| !for_all(tip));
    for tip in special {
        let mine = bought.iter().filter(|bought| among(&tip.products, bought));
        let Some(at) = mine.map(|bought| bought.at).max() else {
            continue;
        };
        let older = chosen.iter().position(|(other, _)| *other < at);
        chosen.insert(older.unwrap_or(chosen.len()), (at, tip));
    }
    let general = program.tips.iter().filter(|tip| for_all(tip));
    chosen
        .into_iter()
        .map(|(_, tip)| tip)
        .chain(general)
        .collect()
}

fn for_all(tip: &Tip) -> bool {
    tip.products.categories.is_empty() && tip.products.skus.is_empty()
}

/// Whether what was bought is one of these products, by SKU or by category. Nothing is among none.
pub(crate) fn among(products: &Products, bought: &Bought) -> bool {
    let category = bought.category.as_ref();
    products.skus.contains(&bought.sku) || category.is_some_and(|c| products.categories.contains(c))
}

#[cfg(test)]
mod tests;
