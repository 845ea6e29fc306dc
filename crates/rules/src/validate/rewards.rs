//! What points can be spent on.

use super::Code;
use super::check::{Check, limits};
use crate::Bp;
use crate::program::{Products, Reward, RewardKind, Units};

impl Check<'_> {
    pub(super) fn rewards(&mut self) {
        let rewards = &self.program.rewards;
        let ids = rewards.iter().map(|reward| reward.id.as_str());
        if self.ids("/rewards", limits::MANY, ids) {
            for (index, reward) in rewards.iter().enumerate() {
                self.reward(&format!("/rewards/{index}"), reward);
            }
        }
    }

    fn reward(&mut self, path: &str, reward: &Reward) {
        let at = |field: &str| format!("{path}/{field}");
        self.text(&reward.title, &at("title"));
        self.text_or_default(&reward.terms, &at("terms"));
        // Members may get a partner's coupon for nothing; whatever else is given is bought with points.
        let partners = matches!(reward.kind, RewardKind::PartnerCoupon { .. });
        let least = i64::from(!partners);
        self.range(reward.cost.0, least, limits::AMOUNT, &at("cost"));
        self.kind(&reward.kind, &at("kind"));
        if let Some(units) = reward.units {
            self.units(units, &reward.kind, &at("units"));
        }
        if let Some(minimum) = reward.minimum_order {
            self.amount(minimum.0, &at("minimum_order"));
        }
        if let Some(tier) = &reward.tier {
            self.tier(tier, &at("tier"));
        }
        self.segments(&reward.segments, &at("segments"));
        self.products(&reward.excluded, &at("excluded"));
        if let Some(consent) = &reward.consent {
            self.name(consent, &at("consent"));
        }
        self.times(path, reward.starts_at, reward.ends_at);
        self.per_member(path, reward.per_member, reward.period);
        self.range(reward.coupon_days, 1, limits::DAYS, &at("coupon_days"));
    }

    fn kind(&mut self, kind: &RewardKind, at: &str) {
        let at = |field: &str| format!("{at}/{field}");
        match kind {
            RewardKind::AmountOff(amount) => self.amount(amount.0, &at("amount_off")),
            RewardKind::PercentOff { rate, ceiling } => {
                self.range(rate.0, 1, Bp::ONE.0.into(), &at("percent_off/rate"));
                if let Some(ceiling) = ceiling {
                    self.amount(ceiling.0, &at("percent_off/ceiling"));
                }
            }
            RewardKind::FreeShipping => {}
            RewardKind::FreeProduct(sku) => self.name(sku, &at("free_product")),
            RewardKind::Donation(cause) => self.name(cause, &at("donation")),
            RewardKind::WalletCredit(amount) => self.amount(amount.0, &at("wallet_credit")),
            RewardKind::LotteryTicket(draw) => self.name(draw, &at("lottery_ticket")),
            RewardKind::VipService(service) => self.name(service, &at("vip_service")),
            RewardKind::PartnerCoupon { partner, .. } => {
                let partners = self.program.partners.iter().map(|one| one.id.as_str());
                let at = at("partner_coupon/partner");
                self.known(partner, partners, Code::UnknownPartner, "partner", &at);
            }
        }
    }

    fn units(&mut self, units: Units, kind: &RewardKind, at: &str) {
        let counted = matches!(
            kind,
            RewardKind::AmountOff(_)
                | RewardKind::WalletCredit(_)
                | RewardKind::Donation(_)
                | RewardKind::LotteryTicket(_)
        );
        self.must(
            counted,
            at,
            Code::UnitsOutOfPlace,
            "Only `amount_off`, `wallet_credit`, `donation` and `lottery_ticket` come in units; remove this.",
        );
        self.range(units.min, 1, limits::TIMES, &format!("{at}/min"));
        let least = i64::from(units.min).clamp(1, limits::TIMES);
        self.range(units.max, least, limits::TIMES, &format!("{at}/max"));
    }

    pub(super) fn tier(&mut self, tier: &str, at: &str) {
        let levels = self.program.tiers.iter().flat_map(|tiers| &tiers.levels);
        let levels = levels.map(|level| level.id.as_str());
        self.known(tier, levels, Code::UnknownTier, "tier", at);
    }

    pub(super) fn products(&mut self, products: &Products, at: &str) {
        self.names(&products.categories, &format!("{at}/categories"));
        self.names(&products.skus, &format!("{at}/skus"));
    }
}
