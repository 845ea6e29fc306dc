//! Stroke icons on a 24-unit grid, drawn with the text's colour.

use rules::program::{Activity, RewardKind};

/// A gift.
pub(super) const GIFT: &str =
    "M4 11h16v9H4zM3 7h18v4H3zM12 7v13M12 7c-2-5-7-4-5 0M12 7c2-5 7-4 5 0";
/// A check mark.
pub(super) const CHECK: &str = "M5 12.5l4.5 4.5L19 7.5";
/// A cross.
pub(super) const CROSS: &str = "M6 6l12 12M18 6L6 18";
/// A lock.
pub(super) const LOCK: &str = "M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3";

/// To where one came from; it points left.
pub(super) const BACK: &str = "M14.5 5.5L8 12l6.5 6.5";
/// On to somewhere; it points right.
pub(super) const ON: &str = "M9.5 5.5L16 12l-6.5 6.5";

const OFFER: &str = "M12 3.5l2.4 5.3 5.8.6-4.3 3.9 1.2 5.7-5.1-2.9L6.9 19l1.2-5.7-4.3-3.9 5.8-.6z";
const CARD: &str = "M3.5 6h17v12h-17zM3.5 10h17M7 14.5h4";
const PARTNERS: &str = "M4 10h16M5 10v9.5h14V10M4 10l1.5-5.5h13L20 10M10 19.5V14h4v5.5";
const CHAT: &str = "M4 5h16v11H11l-4.5 3.5V16H4zM8 9h8M8 12h5";
const QUESTION: &str = "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM9.6 9.7a2.4 2.4 0 1 1 3.5 2.1c-.8.4-1.1.9-1.1 1.7M12 16.5v.01";
/// A wallet.
pub(super) const WALLET: &str = "M4 7.5h16v12H4zM4 7.5l11-4v4M20 11.5h-5v4h5";
/// Somebody.
pub(super) const PERSON: &str =
    "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20c0-4 3-6.5 7.5-6.5s7.5 2.5 7.5 6.5";

const TICKET: &str = "M4 7h16v3a2 2 0 0 0 0 4v3H4v-3a2 2 0 0 0 0-4zM14 7v2M14 11v2M14 15v2";
const CROWN: &str = "M4 18h16M4 15L3 7l5 4 4-6 4 6 5-4-1 8z";
const STAR: &str = "M12 3.5l2.6 5.4 5.9.8-4.3 4.1 1 5.9-5.2-2.8-5.2 2.8 1-5.9-4.3-4.1 5.9-.8z";
const CAKE: &str = "M5 12h14v8H5zM5 16c2.3 1.5 4.7-1.5 7 0s4.7-1.5 7 0M12 12V8M12 5v.01";
const SUN: &str = "M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4";
const HOME: &str = "M4 11l8-7 8 7v9h-5v-5H9v5H4z";
const EARN: &str = "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 8v8M8 12h8";
const REFER: &str = "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-4 2.5-6 6-6s6 2 6 6M16 5a3 3 0 0 1 0 6M17.5 14.5c2.3.8 3.5 2.6 3.5 5.5";
const HISTORY: &str = "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2";
const TAG: &str = "M4 12V4h8l8.5 8.5-8 8zM8 8h.01";
const PERCENT: &str =
    "M6 18L18 6M7.5 9.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM16.5 18.5a2 2 0 1 0 0-4 2 2 0 0 0 0 4z";
const TRUCK: &str = "M3 6h11v10H3zM14 10h4l3 3v3h-7zM7 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4zM17.5 19a2 2 0 1 0 0-4 2 2 0 0 0 0 4z";
const HEART: &str =
    "M12 20C5 15 3.5 11.5 4 9c.7-3.5 5.5-4.5 8-1 2.5-3.5 7.3-2.5 8 1 .5 2.5-1 6-8 11z";

/// The icon of a place in the bar.
pub(super) const fn place(view: crate::store::View) -> &'static str {
    use crate::store::View;
    match view {
        View::Home => HOME,
        View::Earn => EARN,
        View::Rewards => GIFT,
        View::Refer => REFER,
        View::History => HISTORY,
        View::Offers => OFFER,
        View::Membership => CARD,
        View::Partners => PARTNERS,
        View::Complaints => CHAT,
        View::Tiers => CROWN,
        View::Help => QUESTION,
    }
}

/// The icon of a kind of reward.
pub(super) const fn reward(kind: &RewardKind) -> &'static str {
    match kind {
        RewardKind::AmountOff(_) => TAG,
        RewardKind::PercentOff { .. } => PERCENT,
        RewardKind::FreeShipping => TRUCK,
        RewardKind::Donation(_) => HEART,
        RewardKind::WalletCredit(_) => WALLET,
        RewardKind::LotteryTicket(_) => TICKET,
        RewardKind::VipService(_) => CROWN,
        RewardKind::PartnerCoupon { .. } => PARTNERS,
        RewardKind::FreeProduct(_) => GIFT,
    }
}

/// The icon of a kind of activity.
pub(super) const fn activity(kind: &Activity) -> &'static str {
    match kind {
        Activity::Birthday => CAKE,
        Activity::Review | Activity::Survey(_) => STAR,
        Activity::DailyVisit => SUN,
        Activity::SocialFollow(_) => HEART,
        Activity::Profile => PERSON,
        _ => GIFT,
    }
}
