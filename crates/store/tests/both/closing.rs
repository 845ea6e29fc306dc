//! The end of a database's use.

use crate::{Held, Place, pot, pots, until_waiting};
use store::Error;

#[tokio::test(flavor = "multi_thread")]
async fn close_waits_for_what_is_under_way_and_takes_nothing_more() {
    for place in Place::all().await {
        let db = place
            .open_with(store::Options {
                pool: 1,
                ..Default::default()
            })
            .await;
        let held = Held::take(&db).await;
        let waiting = tokio::spawn({
            let db = db.clone();
            async move { pot(&db, "waited", 1).await }
        });
        until_waiting(&db, 1).await;
        let closing = tokio::spawn({
            let db = db.clone();
            async move { db.close().await }
        });
        loop {
            match pot(&db, "late", 1).await_or_pending().await {
                Some(Err(Error::Unavailable(_))) => break,
                _ => tokio::task::yield_now().await,
            }
        }
        assert!(!closing.is_finished(), "it waits for the write that holds");
        held.let_go().await;
        closing.await.unwrap();
        waiting.await.unwrap().unwrap();
        db.close().await;
        let db = place.open().await;
        assert!(pots(&db).await >= 1);
    }
}

/// Polls a future once.
trait AwaitOrPending: Future + Sized {
    async fn await_or_pending(self) -> Option<Self::Output> {
        tokio::select! {
            biased;
            output = self => Some(output),
            () = std::future::ready(()) => None,
        }
    }
}

impl<F: Future> AwaitOrPending for F {}
