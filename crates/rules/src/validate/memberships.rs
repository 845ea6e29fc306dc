//! Paid plans, and partners of a coalition.

use super::check::{Check, limits};

impl Check<'_> {
    pub(super) fn memberships(&mut self) {
        let program = self.program;
        let ids = program.memberships.iter().map(|plan| plan.id.as_str());
        if self.ids("/memberships", limits::FEW, ids) {
            for (index, plan) in program.memberships.iter().enumerate() {
                let at = |field: &str| format!("/memberships/{index}/{field}");
                self.text(&plan.name, &at("name"));
                // A plan may be given away.
                self.range(plan.price.0, 0, limits::AMOUNT, &at("price"));
                self.range(plan.months, 1, limits::MONTHS, &at("months"));
                self.multiplier(plan.multiplier, 1, &at("multiplier"));
                self.perks(&plan.perks, &at("perks"));
                if let Some(buy) = &plan.buy {
                    self.link(buy, &at("buy"));
                }
                self.range(plan.notice_days, 0, 365, &at("notice_days"));
            }
        }
        let ids = program.partners.iter().map(|partner| partner.id.as_str());
        if self.ids("/partners", limits::MANY, ids) {
            for (index, partner) in program.partners.iter().enumerate() {
                let at = |field: &str| format!("/partners/{index}/{field}");
                self.text(&partner.name, &at("name"));
                if let Some(link) = &partner.link {
                    self.link(link, &at("link"));
                }
            }
        }
    }
}
