//! Who may be about to leave: how many, and each of them.

use super::pages::{self, ever};
use crate::club::Club;
use crate::ids;
use crate::problem::{Error, Result};
use contract::insights::{AtRisk, RiskPage};
use rules::Timestamp;
use rules::churn::{self, QuarterDays, Risk};
use rules::insights::{Figure, Ratio};
use std::sync::Arc;

/// Members of the insight itself.
pub(super) const NAMED: usize = 100;
/// Members on a page when nobody says how many.
pub const MEMBERS: u32 = 100;
/// Members on a page at most.
pub const MEMBERS_MAX: u32 = 500;

/// A member at risk: some dozens of bytes and the id.
type Late = (Box<str>, Risk);

/// Everybody who is at risk, as of an instant.
#[derive(Clone, Debug, Default)]
pub struct Risks {
    /// Members of whom it can be said.
    judged: u32,
    /// The most urgent first; of equals the first by id.
    late: Arc<Vec<Late>>,
}

impl Risks {
    /// Those at risk ÷ those of whom it can be said.
    pub(super) fn figure(&self) -> Option<Figure> {
        let late = u32::try_from(self.late.len()).unwrap_or(u32::MAX);
        Ratio::of(late, self.judged).and_then(Ratio::figure)
    }

    /// Members from a place on.
    #[must_use]
    pub fn from(&self, place: usize, limit: usize) -> Self {
        let rest = self.late.iter().skip(place).take(limit);
        Self {
            judged: self.judged,
            late: Arc::new(rest.cloned().collect()),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.late.len()
    }

    /// Nobody is at risk.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.late.is_empty()
    }
}

/// Judges every member by their own usual gap, or by the median of all members' gaps. One reading: who has no gap of
/// their own waits for that median with the last order alone.
///
/// # Errors
/// When the database fails.
pub async fn all(club: &mut Club, now: Timestamp) -> Result<Risks> {
    let now = club.now.min(now);
    let published = club.published();
    let zone = &published.zone;
    let mut gaps: Vec<QuarterDays> = Vec::new();
    let mut others: Vec<(Box<str>, Timestamp)> = Vec::new();
    let (mut judged, mut late): (u32, Vec<Late>) = (0, Vec::new());
    let mut judge = |member: &str, orders: &[Timestamp], cohort| {
        let Some(risk) = churn::risk(zone, orders, cohort, now) else {
            return;
        };
        judged = judged.saturating_add(1);
        if risk.at_risk {
            late.push((Box::from(member), risk));
        }
    };
    pages::each(club, ever(now), |page| {
        for one in page {
            let orders = one.instants();
            match churn::own_gap(zone, &orders) {
                Some(gap) => {
                    gaps.push(gap);
                    judge(&one.member, &orders, None);
                }
                None => {
                    let last = orders.iter().copied().max().unwrap_or(now);
                    others.push((Box::from(one.member.as_str()), last));
                }
            }
        }
    })
    .await?;
    if let Some(cohort) = churn::cohort_gap(gaps) {
        for (member, last) in &others {
            judge(member, &[*last], Some(cohort));
        }
    }
    late.sort_by(|(a, one), (b, two)| two.ratio_bp.cmp(&one.ratio_bp).then(a.cmp(b)));
    Ok(Risks {
        judged,
        late: Arc::new(late),
    })
}

/// The members by the shop's ids; those who were erased have none.
///
/// # Errors
/// When the database fails.
pub async fn named(club: &mut Club, risks: &Risks) -> Result<Vec<AtRisk>> {
    let mut named = Vec::with_capacity(risks.len());
    for (member, risk) in risks.late.iter() {
        let external: Option<String> = club
            .query(
                "SELECT external_id FROM members WHERE tenant = $1 AND member = $2 AND erased_at IS NULL",
            )
            .bind(&**member)
            .fetch_optional(&mut club.tx)
            .await?;
        let risk = *risk;
        named.extend(external.map(|member| AtRisk { member, risk }));
    }
    Ok(named)
}

/// A page of those at risk. A cursor is a member's place in the order, so that it stays good when others come or go.
///
/// # Errors
/// 400 for a cursor that is none of ours; when the database fails.
pub async fn page(
    club: &mut Club,
    to: Timestamp,
    limit: u32,
    cursor: Option<&str>,
) -> Result<RiskPage> {
    let after = cursor.map(|cursor| {
        read_cursor(cursor)
            .ok_or_else(|| Error::malformed("The cursor is not one that a page of this list gave."))
    });
    let after = after.transpose()?;
    let risks = all(club, to).await?;
    let place = after.map_or(0, |(ratio, member)| {
        risks.late.partition_point(|(id, risk)| {
            risk.ratio_bp > ratio || (risk.ratio_bp == ratio && **id <= *member)
        })
    });
    let limit = limit.clamp(1, MEMBERS_MAX) as usize;
    let here = risks.from(place, limit);
    let more = risks.len() > place + here.len();
    let last = here.late.last().filter(|_| more);
    let next_cursor =
        last.map(|(id, risk)| ids::base64url(format!("{} {id}", risk.ratio_bp).as_bytes()));
    Ok(RiskPage {
        members: named(club, &here).await?,
        next_cursor,
    })
}

fn read_cursor(cursor: &str) -> Option<(i64, String)> {
    let text = String::from_utf8(ids::from_base64url(cursor)?).ok()?;
    let (ratio, member) = text.split_once(' ')?;
    Some((ratio.parse().ok()?, member.to_owned()))
}
