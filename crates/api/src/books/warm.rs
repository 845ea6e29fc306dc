//! Books that stay open between the lines of an import.
//!
//! Whoever plays many events of one member in one transaction would read the member's history again for each of
//! them. What the last one left is kept here instead, until another member comes or something is undone. Only the
//! history is kept: the member's own row is locked and read every time.

use rules::journal::Kept;

/// See the module. Off until somebody turns it on, who then answers for calling [`Warm::forget`] after a rollback.
#[derive(Debug, Default)]
pub(crate) struct Warm {
    on: bool,
    kept: Option<Kept>,
}

impl Warm {
    /// Keeps from now on.
    pub(crate) const fn keep(&mut self) {
        self.on = true;
    }

    /// What was written was undone: nothing that is kept holds any more.
    pub(crate) fn forget(&mut self) {
        self.kept = None;
    }

    /// The history of this member, if it is kept. Whoever takes it puts back what comes of it.
    pub(super) fn take(&mut self, member: &str) -> Option<Kept> {
        self.kept.take().filter(|kept| kept.member.id == member)
    }

    /// What the books were closed with.
    pub(super) fn put(&mut self, mut kept: Kept) {
        if self.on {
            kept.orders.clear();
            kept.payments.clear();
            self.kept = Some(kept);
        }
    }
}

/// Fresh facts of the member's row, with the history of the kept ones.
pub(super) fn with_history(fresh: &mut Kept, warm: Kept) {
    let (now, then) = (&mut fresh.member, warm.member);
    now.lots = then.lots;
    now.wallet = then.wallet;
    now.earned = then.earned;
    now.credits = then.credits;
    now.purchases = then.purchases;
    now.bought = then.bought;
    now.redeemed = then.redeemed;
    now.offers = then.offers;
    fresh.pending = warm.pending;
    fresh.origins = warm.origins;
    fresh.redemptions = warm.redemptions;
}
