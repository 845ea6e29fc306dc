//! What importing and exporting are tested with: histories, and what a club has in its books.

use crate::harness::{NOON, Shop, order_of};
use rules::Timestamp;
use serde_json::{Value, json};

/// Something that happens in a club, `at` so many hours after the beginning.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Join {
        who: u8,
    },
    Order {
        who: u8,
        order: u8,
        status: &'static str,
        cents: i64,
    },
    Refund {
        order: u8,
        refund: u8,
        cents: Option<i64>,
    },
    Redeem {
        who: u8,
        reward: &'static str,
    },
}

/// The instant of the so-manieth hour.
pub(crate) fn hour(hours: i64) -> Timestamp {
    let noon = Timestamp::parse(NOON).unwrap();
    noon.plus_ms((hours - 5_000) * 3_600_000)
}

pub(crate) fn member(who: u8) -> String {
    format!("c{who}")
}

impl Deed {
    /// As a line of a history.
    pub(crate) fn line(&self, at: Timestamp) -> String {
        let line = match self {
            Self::Join { who } => {
                json!({"member": {"external_id": member(*who), "joined_at": at}})
            }
            Self::Order {
                who,
                order,
                status,
                cents,
            } => {
                let mut fields = order_of(&member(*who), status, *cents);
                fields["order_id"] = json!(format!("o{order}"));
                fields["at"] = json!(at);
                json!({ "order": fields })
            }
            Self::Refund {
                order,
                refund,
                cents,
            } => {
                let mut fields =
                    json!({"order_id": format!("o{order}"), "id": format!("r{refund}"), "at": at});
                if let Some(cents) = cents {
                    fields["amount"] = json!(cents);
                }
                json!({ "refund": fields })
            }
            Self::Redeem { who, reward } => {
                json!({"redemption": {"member": member(*who), "reward_id": reward, "at": at}})
            }
        };
        line.to_string()
    }

    /// As a request.
    pub(crate) async fn send(&self, shop: &Shop, key: &str) -> u16 {
        let reply = match self {
            Self::Join { who } => {
                let path = format!("/v1/members/{}", member(*who));
                let joined = json!({"joined_at": shop.now()});
                shop.server("PUT", &path).json(&joined).send().await
            }
            Self::Order {
                who,
                order,
                status,
                cents,
            } => {
                let body = order_of(&member(*who), status, *cents);
                shop.reports(&format!("o{order}"), &body).await
            }
            Self::Refund {
                order,
                refund,
                cents,
            } => {
                let mut body = json!({"id": format!("r{refund}")});
                if let Some(cents) = cents {
                    body["amount"] = json!(cents);
                }
                shop.refunds(&format!("o{order}"), &body).await
            }
            Self::Redeem { who, reward } => shop.redeems(&member(*who), reward, key).await,
        };
        reply.status.as_u16()
    }
}

/// Sends a file to the shop.
pub(crate) async fn upload(shop: &Shop, key: &str, query: &str, text: &str) -> Value {
    let path = format!("/v1/imports?{query}");
    let sent = shop.server("POST", &path).key(key).text(text).send().await;
    sent.expect(200).body["import"].clone()
}

/// All of a file that the shop gets.
pub(crate) async fn download(shop: &Shop, path: &str) -> String {
    let reply = shop.server("GET", path).send().await.expect(200);
    String::from_utf8(reply.bytes).unwrap()
}

/// What is in the books, by the shop's own ids; without ids of ours, which differ from club to club.
pub(crate) async fn books(shop: &Shop) -> Vec<String> {
    let mut all = Vec::new();
    for statement in [
        "SELECT 'member ' || external_id || ' ' || available || ' ' || pending || ' ' || debt || ' ' || wallet || ' '
            || entries || ' ' || points_given || ' ' || joined_at || ' ' || settled_at || ' ' || COALESCE(due_at, -1)
            || ' ' || COALESCE(last_active_at, -1) || ' ' || COALESCE(last_order_at, -1) || ' ' || COALESCE(tier, '-')
         FROM members ORDER BY external_id",
        "SELECT 'entry ' || m.external_id || ' ' || e.seq || ' ' || e.at || ' ' || e.why || ' ' || e.unit || ' '
            || COALESCE(e.rule, '-') || ' ' || e.net || ' ' || e.issued || ' ' || e.available || ' ' || e.pending || ' '
            || e.held || ' ' || e.redeemed || ' ' || e.expired || ' ' || e.debt || ' ' || COALESCE(e.corrects, -1)
            || ' ' || COALESCE(e.activates_at, -1) || ' ' || COALESCE(e.expires_at, -1)
         FROM entries e JOIN members m ON m.tenant = e.tenant AND m.member = e.member ORDER BY m.external_id, e.seq",
        "SELECT 'credit ' || m.external_id || ' ' || c.unit || ' ' || c.rule || ' ' || c.turn || ' '
            || COALESCE(c.seq, -1) || ' ' || c.why || ' ' || c.given || ' ' || c.remaining || ' ' || c.counted || ' '
            || c.ended || ' ' || c.earned || ' ' || c.active || ' ' || c.at || ' ' || c.activates_at
         FROM credits c JOIN members m ON m.tenant = c.tenant AND m.member = c.member
         ORDER BY m.external_id, c.rule, c.source, c.turn",
        "SELECT 'order ' || order_id || ' ' || status || ' ' || spend || ' ' || base || ' ' || remaining || ' '
            || earned || ' ' || gone || ' ' || items || ' ' || placed_at || ' ' || COALESCE(paid_at, -1) || ' '
            || COALESCE(fulfilled_at, -1)
         FROM orders ORDER BY order_id",
        "SELECT 'refund ' || order_id || ' ' || refund_id || ' ' || amount || ' ' || taken || ' ' || returned || ' ' || at
         FROM refunds ORDER BY order_id, refund_id",
        "SELECT 'redemption ' || m.external_id || ' ' || r.reward_id || ' ' || r.units || ' ' || r.points || ' '
            || r.at || ' ' || r.state || ' ' || r.expires_at || ' ' || r.takings
         FROM redemptions r JOIN members m ON m.tenant = r.tenant AND m.member = r.member
         ORDER BY m.external_id, r.at, r.reward_id",
    ] {
        all.extend(shop.rows::<String>(statement).await);
    }
    all
}
