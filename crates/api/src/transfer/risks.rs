//! Members at risk as rows of CSV.

use super::cells::{guarded, row};
use contract::insights::AtRisk;
use std::borrow::Cow;

/// The row of a member at risk; the row of names without one.
#[must_use]
pub fn risk_row(one: Option<&AtRisk>) -> Vec<u8> {
    let Some(AtRisk { member, risk }) = one else {
        let names = [
            "member",
            "days_since",
            "usual_gap_days",
            "usual_gap_of",
            "ratio",
        ];
        return row(names.into_iter().map(Cow::Borrowed));
    };
    let cells = [
        guarded(member),
        risk.days_since.to_string(),
        // Quarters of a day, and ten-thousandths.
        format!("{}.{:02}", risk.usual_gap.0 / 4, risk.usual_gap.0 % 4 * 25),
        crate::club::word(risk.by),
        format!("{}.{:04}", risk.ratio_bp / 10_000, risk.ratio_bp % 10_000),
    ];
    row(cells.into_iter().map(Cow::Owned))
}
