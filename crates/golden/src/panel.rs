//! What an opened panel asks, for a browser that measures how long the answer takes.

use rules::load::{Club, Order, Shape};
use wasm_bindgen::prelude::wasm_bindgen;

/// A club with fifty rewards, and a member who has done much.
#[wasm_bindgen]
pub struct Panel(Club);

#[wasm_bindgen]
impl Panel {
    /// A member with so many lots, purchases and redemptions. Made once, asked often.
    #[wasm_bindgen(constructor)]
    pub fn new(entries: u32) -> Self {
        Self(Club::of(Shape::Ordinary, Order::Sorted, entries as usize))
    }

    /// The standing, every reward and the due survey. The number is the same each time.
    pub fn answer(&self) -> u32 {
        self.0.answer() as u32
    }
}
