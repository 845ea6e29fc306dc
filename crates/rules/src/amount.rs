//! Points, money and ratios: integers that cannot be mixed up.

use serde::{Deserialize, Serialize};
use std::fmt;

/// What lots can hold: [`Points`], or [`Money`] in a wallet.
pub trait Amount: Copy + Default + Ord {
    /// The sum, held at the ends of `i64` rather than wrapping.
    #[must_use]
    fn and(self, other: Self) -> Self;
    /// The difference, held at the ends of `i64` rather than wrapping.
    #[must_use]
    fn less(self, other: Self) -> Self;
}

macro_rules! amount {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);

            /// The sum, held at the ends of `i64` rather than wrapping.
            #[must_use]
            pub const fn plus(self, other: Self) -> Self {
                Self(self.0.saturating_add(other.0))
            }

            /// The difference, held at the ends of `i64` rather than wrapping.
            #[must_use]
            pub const fn minus(self, other: Self) -> Self {
                Self(self.0.saturating_sub(other.0))
            }

            /// What is left above zero.
            #[must_use]
            pub fn or_zero(self) -> Self {
                self.max(Self::ZERO)
            }

            /// Greater than zero.
            pub const fn is_positive(self) -> bool {
                self.0 > 0
            }
        }

        impl Amount for $name {
            fn and(self, other: Self) -> Self {
                self.plus(other)
            }

            fn less(self, other: Self) -> Self {
                self.minus(other)
            }
        }

        impl std::iter::Sum for $name {
            fn sum<I: Iterator<Item = Self>>(items: I) -> Self {
                items.fold(Self::ZERO, Self::plus)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

amount! {
    /// Loyalty points. Whole: there is no part of a point.
    Points
}

amount! {
    /// Money in minor units of the program's currency (ISO 4217); for IRR one unit is one Rial.
    Money
}

/// A ratio in basis points: 10,000 is the whole, 15,000 is 1.5 times.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "document", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Bp(pub u32);

impl Bp {
    /// One time, or 100 %.
    pub const ONE: Self = Self(10_000);
}

impl Default for Bp {
    fn default() -> Self {
        Self::ONE
    }
}
