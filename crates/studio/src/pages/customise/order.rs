//! In which order the fields of a type are asked, and which of them hardly anybody changes. What a type has besides
//! comes after these.

/// The fields that are always shown, and those behind "more settings".
type Order = (&'static [&'static str], &'static [&'static str]);

/// What publishing writes, and what a form has no business with.
pub(super) const HIDDEN: [&str; 4] = ["former", "entry_since", "version", "$schema"];

/// Sentences that take more than a line.
pub(super) const LONG: [&str; 9] = [
    "terms", "question", "low", "mid", "high", "open", "ending", "taken", "body",
];

/// What is Latin.
pub(super) const LATIN: [&str; 13] = [
    "id",
    "zone",
    "code",
    "login",
    "join",
    "club",
    "invite",
    "link",
    "buy",
    "experiment",
    "arm",
    "free_product",
    "consent",
];

/// The order of a type's fields.
pub(super) fn of(kind: &str) -> Order {
    match kind {
        // The program itself.
        "" => (
            &["name", "tiers", "rewards", "offers", "surveys", "earning"],
            &["memberships", "partners", "tips"],
        ),
        "Earning" => (&["purchase", "activities"], &[]),
        "PurchaseRule" => (
            &["points", "per", "pending_days"],
            &["rounding", "base", "multiplier_max", "caps", "id"],
        ),
        "Base" => (
            &["tax", "shipping", "gift_cards", "excluded_categories"],
            &[],
        ),
        "Cap" => (&["per", "times", "points"], &[]),
        "ActivityRule" => (&["kind", "points", "title"], &["caps", "claimable", "id"]),
        "Campaign" => (
            &["title", "multiplier", "starts_at", "ends_at"],
            &["minimum_order", "audience", "id"],
        ),
        "Audience" => (&["tiers", "orders_min", "member_days_min", "segments"], &[]),
        "Cashback" => (
            &["brackets", "pending_days", "months"],
            &[
                "scale",
                "minimum_order",
                "ceiling",
                "rounding",
                "base",
                "id",
            ],
        ),
        "Bracket" => (&["from", "rate"], &[]),
        "Ladder" => (
            &["measure", "window", "levels"],
            &["downgrade", "grace_days", "notice_days"],
        ),
        "Tier" => (
            &["name", "enter", "multiplier", "perks"],
            &["retain", "entry", "id"],
        ),
        "Reward" => (
            &["title", "kind", "cost", "terms"],
            &[
                "tier",
                "minimum_order",
                "stock",
                "per_member",
                "period",
                "coupon_days",
                "starts_at",
                "ends_at",
                "units",
                "excluded",
                "segments",
                "consent",
                "id",
            ],
        ),
        "Survey" => (
            &[
                "enabled",
                "kind",
                "question",
                "trigger",
                "scope",
                "follow_up",
            ],
            &[
                "rate",
                "answered_wait_days",
                "dismissed_wait_days",
                "global_wait_days",
                "max_displays",
                "pages",
                "audience",
                "starts_at",
                "ends_at",
                "priority",
                "arm",
                "id",
            ],
        ),
        "FollowUp" => (&["low", "mid", "high"], &[]),
        "Pages" => (&["only", "except", "devices"], &[]),
        "Offer" => (
            &["title", "trigger", "benefit", "valid_hours", "messages"],
            &[
                "audience",
                "starts_at",
                "ends_at",
                "per_member",
                "period",
                "stock",
                "priority",
                "arm",
                "id",
            ],
        ),
        "Messages" => (&["open", "ending", "taken"], &[]),
        "Plan" => (
            &["name", "price", "months", "multiplier", "perks", "buy"],
            &["notice_days", "id"],
        ),
        "Partner" => (&["name", "link"], &["id"]),
        "Tip" => (&["title", "body", "link"], &["products", "id"]),
        "Experiment" => (&["arms", "starts_at", "ends_at"], &["id"]),
        "ArmWeight" => (&["id", "weight"], &[]),
        "Arm" => (&["experiment", "arm"], &[]),
        "Referral" => (
            &["advocate_points", "friend_points", "minimum_order"],
            &["claim_days", "pending_days", "cap", "per_address"],
        ),
        "Currency" => (&["code", "display"], &[]),
        "Links" => (&["login", "join", "club", "invite"], &[]),
        "PointValue" => (&["points", "money"], &[]),
        "Units" => (&["min", "max"], &[]),
        "Products" => (&["categories", "skus"], &[]),
        _ => (&[], &[]),
    }
}

/// How the ids of a type begin.
pub(super) fn prefix(kind: &str) -> &'static str {
    match kind {
        "Reward" => "rwd_",
        "Survey" => "srv_",
        "Offer" => "off_",
        "Experiment" => "exp_",
        "Tier" => "tier_",
        "Plan" => "plan_",
        "Partner" => "par_",
        "Tip" => "tip_",
        "Campaign" => "cmp_",
        "ActivityRule" => "earn_",
        _ => "arm_",
    }
}
