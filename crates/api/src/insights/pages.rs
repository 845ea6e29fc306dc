//! Orders and actions, members in pages: each page is counted by the rules, and the counts are added up.

use crate::books::Item;
use crate::club::Club;
use crate::problem::Result;
use rules::insights::{Action, Counts, Sale, Window, count as count_page};
use rules::program::Activity;
use rules::{Money, Timestamp};
use std::collections::BTreeSet;

/// Members of a page.
const PAGE: i64 = 500;

/// Members with ids above `after` up to and with `upto`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Page {
    /// Their ids, in order.
    pub(super) members: Vec<String>,
    after: String,
    upto: String,
}

/// The page after these members; none when there are no more.
pub(super) async fn next(club: &mut Club, after: &str) -> Result<Option<Page>> {
    let members: Vec<String> = club
        .query(
            "SELECT member FROM members WHERE tenant = $1 AND member > $2 ORDER BY member LIMIT $3",
        )
        .bind(after)
        .bind(PAGE)
        .fetch_all(&mut club.tx)
        .await?;
    let upto = members.last().cloned();
    Ok(upto.map(|upto| Page {
        members,
        after: after.to_owned(),
        upto,
    }))
}

impl Page {
    /// Where the next page begins.
    pub(super) fn end(&self) -> &str {
        &self.upto
    }
}

/// A paid order of which something is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bought {
    pub(super) member: String,
    pub(super) paid_at: Timestamp,
    revenue: Money,
    products: u32,
}

impl Bought {
    pub(super) fn sale(&self) -> Sale<'_> {
        Sale {
            member: &self.member,
            paid_at: self.paid_at,
            revenue: self.revenue,
            products: self.products,
            refunded_whole: false,
        }
    }
}

/// Orders of the page that were paid in the window, without those that were refunded whole or cancelled.
pub(super) async fn orders(club: &mut Club, page: &Page, window: Window) -> Result<Vec<Bought>> {
    let rows: Vec<(String, i64, i64, String)> = club
        .query(
            "SELECT member, paid_at, spend, items FROM orders
             WHERE tenant = $1 AND member > $2 AND member <= $3 AND paid_at >= $4 AND paid_at < $5 AND gone = 0",
        )
        .bind(&page.after)
        .bind(&page.upto)
        .bind(window.from.0)
        .bind(window.to.0)
        .fetch_all(&mut club.tx)
        .await?;
    let bought = |(member, paid_at, spend, items): (String, i64, i64, String)| {
        let items: Vec<Item> = serde_json::from_str(&items)?;
        let products: BTreeSet<&str> = items.iter().map(|item| item.0.as_str()).collect();
        Ok(Bought {
            member,
            paid_at: Timestamp(paid_at),
            revenue: Money(spend),
            products: u32::try_from(products.len()).unwrap_or(u32::MAX),
        })
    };
    rows.into_iter().map(bought).collect()
}

/// Members of the page who acted in the club within the window: redeemed, had their code used, answered, did what a
/// rule pays for, or opened the panel.
async fn acted(club: &mut Club, page: &Page, window: Window) -> Result<BTreeSet<String>> {
    let mut acted = BTreeSet::new();
    for statement in [
        "SELECT DISTINCT member FROM redemptions
         WHERE tenant = $1 AND member > $2 AND member <= $3 AND at >= $4 AND at < $5",
        "SELECT DISTINCT advocate FROM claims
         WHERE tenant = $1 AND advocate > $2 AND advocate <= $3 AND created_at >= $4 AND created_at < $5",
        "SELECT DISTINCT member FROM responses
         WHERE tenant = $1 AND member > $2 AND member <= $3 AND created_at >= $4 AND created_at < $5",
        "SELECT DISTINCT member FROM events
         WHERE tenant = $1 AND member > $2 AND member <= $3 AND at >= $4 AND at < $5 AND kind = 'panel_opened'",
    ] {
        let members: Vec<String> = club
            .query(statement)
            .bind(&page.after)
            .bind(&page.upto)
            .bind(window.from.0)
            .bind(window.to.0)
            .fetch_all(&mut club.tx)
            .await?;
        acted.extend(members);
    }
    let paid_for: Vec<(String, Option<String>)> = club
        .query(
            "SELECT DISTINCT member, rule FROM entries
             WHERE tenant = $1 AND member > $2 AND member <= $3 AND at >= $4 AND at < $5 AND why = 'activity'",
        )
        .bind(&page.after)
        .bind(&page.upto)
        .bind(window.from.0)
        .bind(window.to.0)
        .fetch_all(&mut club.tx)
        .await?;
    // Joining and having a birthday are no actions of the member's in the club.
    let activities = &club.program().earning.activities;
    let happens = |rule: &str| {
        let known = activities.iter().find(|activity| activity.id == rule);
        known.is_some_and(|activity| matches!(activity.kind, Activity::Join | Activity::Birthday))
    };
    let did = paid_for
        .into_iter()
        .filter(|(_, rule)| !rule.as_deref().is_some_and(happens));
    acted.extend(did.map(|(member, _)| member));
    Ok(acted)
}

/// Counts a window; retention and churn look back to `before`, which ends where it begins.
pub(super) async fn count(club: &mut Club, window: Window, before: Window) -> Result<Counts> {
    let both = Window {
        from: before.from,
        to: window.to,
    };
    let mut sum = Counts::default();
    let mut after = String::new();
    while let Some(page) = next(club, &after).await? {
        let bought = orders(club, &page, both).await?;
        let sales: Vec<Sale<'_>> = bought.iter().map(Bought::sale).collect();
        let acted = acted(club, &page, window).await?;
        let at = window.from;
        let actions: Vec<Action<'_>> = acted.iter().map(|member| Action { member, at }).collect();
        add(&mut sum, &count_page(&sales, &actions, window, before));
        after = page.upto;
    }
    Ok(sum)
}

/// Counts of other members join: no member is on two pages.
fn add(sum: &mut Counts, page: &Counts) {
    for (all, one) in [
        (&mut sum.buyers_before, page.buyers_before),
        (&mut sum.stayed, page.stayed),
        (&mut sum.buyers, page.buyers),
        (&mut sum.repeat_buyers, page.repeat_buyers),
        (&mut sum.orders, page.orders),
        (&mut sum.mixed_orders, page.mixed_orders),
        (&mut sum.active_members, page.active_members),
        (&mut sum.engaged_members, page.engaged_members),
    ] {
        *all = all.saturating_add(one);
    }
    sum.revenue = Money(sum.revenue.0.saturating_add(page.revenue.0));
}
