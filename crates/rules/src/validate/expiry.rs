//! When points and wallet credit end, and the terms of inviting friends.

use super::Code;
use super::check::{Check, limits};
use crate::calendar::Calendar;
use crate::program::Expiry;

impl Check<'_> {
    pub(super) fn expiry(&mut self) {
        let program = self.program;
        if let Some((months, cashback)) = program
            .cashback
            .as_ref()
            .and_then(|cashback| Some((cashback.months?, cashback)))
        {
            self.pending(cashback.pending_days, months, "/cashback/pending_days");
        }
        let (months, warn_days, at) = match program.expiry {
            Expiry::None => return,
            Expiry::PerLot {
                months, warn_days, ..
            } => (months, warn_days, "/expiry/per_lot"),
            Expiry::Inactivity { months, warn_days } => (months, warn_days, "/expiry/inactivity"),
        };
        self.range(months, 1, limits::MONTHS, &format!("{at}/months"));
        self.range(warn_days, 0, limits::DAYS, &format!("{at}/warn_days"));
        if let Some(rule) = &program.earning.purchase {
            let at = "/earning/purchase/pending_days";
            self.pending(rule.pending_days, months, at);
        }
        if let Some(referral) = &program.referral {
            self.pending(referral.pending_days, months, "/referral/pending_days");
        }
    }

    /// What ends at the instant at which it would become active is lost: expiry goes first.
    fn pending(&mut self, days: u32, months: u32, at: &str) {
        let least = shortest(self.program.calendar, months);
        if months > 0 && u64::from(days) >= least {
            let detail = format!(
                "What is pending for {days} days could end before it is active; let it be pending for \
                 less, or last for more months than {months}."
            );
            self.fault(at, Code::ExpiresWhilePending, detail);
        }
    }

    pub(super) fn referral(&mut self) {
        let Some(referral) = &self.program.referral else {
            return;
        };
        let at = |field: &str| format!("/referral/{field}");
        let amounts = [
            ("advocate_points", referral.advocate_points.0),
            ("friend_points", referral.friend_points.0),
            ("minimum_order", referral.minimum_order.0),
        ];
        for (field, amount) in amounts {
            self.range(amount, 0, limits::AMOUNT, &at(field));
        }
        self.range(referral.claim_days, 1, 365, &at("claim_days"));
        let most = limits::PENDING_DAYS;
        self.range(referral.pending_days, 0, most, &at("pending_days"));
        for (field, most) in [("cap", referral.cap), ("per_address", referral.per_address)] {
            if let Some(most) = most {
                self.range(most, 1, limits::TIMES, &at(field));
            }
        }
    }
}

/// Days that so many months last at least: February is in them, or Esfand. Beyond three months a lower
/// bound that no pending reaches.
fn shortest(calendar: Calendar, months: u32) -> u64 {
    match (months, calendar) {
        (1, Calendar::Gregorian) => 28,
        (1, Calendar::Jalali) => 29,
        (2, _) => 59,
        (3, _) => 89,
        _ => u64::from(months).saturating_mul(29),
    }
}

#[cfg(test)]
mod tests;
