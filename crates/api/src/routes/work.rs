//! How a credential has its work done: in its own tenant, under its own name.

use crate::club::Club;
use crate::credentials::{Desk, Shop, Shopper};
use crate::idempotency::{self, Intent};
use crate::members::{self, Row};
use crate::problem::Result;
use crate::state::{State, Work};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Serialize;

/// Who acts when a shopper does, in the audit.
const SHOPPER: &str = "shopper";

/// A write that is done once: the route and key that name it, and what it asks.
#[derive(Clone, Debug)]
pub(crate) struct Wish {
    /// Method and path pattern.
    pub(crate) route: &'static str,
    /// The `Idempotency-Key`.
    pub(crate) key: String,
    /// What is asked beside the route: body, and parameters of the path. The same key with other content is refused.
    pub(crate) content: String,
    /// The status when it goes well.
    pub(crate) status: StatusCode,
}

impl Shop {
    /// Reads the club of this shop.
    pub(crate) async fn read<I, T, F>(&self, state: &State, input: I, work: F) -> Result<T>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'a> Fn(&'a mut Club, &'a I) -> Work<'a, T> + Send + Sync + 'static,
    {
        state.read(&self.tenant, input, work).await
    }

    /// Changes the club of this shop, in the name of the key.
    pub(crate) async fn write<I, T, F>(&self, state: &State, input: I, work: F) -> Result<T>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'a> Fn(&'a mut Club, &'a I) -> Work<'a, T> + Send + Sync + 'static,
    {
        state.write(&self.tenant, &self.actor, input, work).await
    }
}

impl Desk {
    /// Changes the club once for each key, in the name of the secret key or the account.
    pub(crate) async fn once<I, T, F>(
        &self,
        state: &State,
        wish: Wish,
        input: I,
        work: F,
    ) -> Result<Response>
    where
        I: Send + Sync + 'static,
        T: Serialize + Send + 'static,
        F: for<'a> Fn(&'a mut Club, &'a I) -> Work<'a, T> + Send + Sync + 'static,
    {
        let intent = Intent {
            tenant: self.tenant().to_owned(),
            subject: self.actor().to_owned(),
            route: wish.route,
            key: wish.key,
        };
        let (content, status) = (&wish.content, wish.status);
        idempotency::once(state, intent, self.actor(), content, status, input, work).await
    }
}

impl Shopper {
    /// Reads as the member that the shopper is.
    pub(crate) async fn read<I, T, F>(self, state: &State, input: I, work: F) -> Result<T>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'a> Fn(&'a mut Club, &'a Row, &'a I) -> Work<'a, T> + Send + Sync + 'static,
    {
        let input = (self.0.external_id, input, work);
        state
            .read(&self.0.tenant, input, |club, (who, input, work)| {
                Box::pin(as_member(club, who, input, work))
            })
            .await
    }

    /// Writes as the member that the shopper is; for what does no harm when it is done again.
    pub(crate) async fn write<I, T, F>(self, state: &State, input: I, work: F) -> Result<T>
    where
        I: Send + Sync + 'static,
        T: Send + 'static,
        F: for<'a> Fn(&'a mut Club, &'a Row, &'a I) -> Work<'a, T> + Send + Sync + 'static,
    {
        let input = (self.0.external_id, input, work);
        state
            .write(
                &self.0.tenant,
                SHOPPER,
                input,
                |club, (who, input, work)| Box::pin(as_member(club, who, input, work)),
            )
            .await
    }

    /// Writes once for each key, as the member that the shopper is.
    pub(crate) async fn once<I, T, F>(
        self,
        state: &State,
        wish: Wish,
        input: I,
        work: F,
    ) -> Result<Response>
    where
        I: Send + Sync + 'static,
        T: Serialize + Send + 'static,
        F: for<'a> Fn(&'a mut Club, &'a Row, &'a I) -> Work<'a, T> + Send + Sync + 'static,
    {
        self.once_as_anybody(state, wish, (input, work), |club, who, (input, work)| {
            Box::pin(as_member(club, who, input, work))
        })
        .await
    }

    /// Writes once for each key, for a shopper who may not have joined: the work gets the shop's id of them.
    pub(crate) async fn once_as_anybody<I, T, F>(
        self,
        state: &State,
        wish: Wish,
        input: I,
        work: F,
    ) -> Result<Response>
    where
        I: Send + Sync + 'static,
        T: Serialize + Send + 'static,
        F: for<'a> Fn(&'a mut Club, &'a str, &'a I) -> Work<'a, T> + Send + Sync + 'static,
    {
        let who = self.0.external_id;
        let intent = Intent {
            tenant: self.0.tenant,
            subject: members::subject_key(&who),
            route: wish.route,
            key: wish.key,
        };
        let (content, status) = (&wish.content, wish.status);
        let input = (who, input, work);
        idempotency::once(
            state,
            intent,
            SHOPPER,
            content,
            status,
            input,
            |club, (who, input, work)| work(club, who, input),
        )
        .await
    }
}

async fn as_member<I, T, F>(club: &mut Club, who: &str, input: &I, work: &F) -> Result<T>
where
    F: for<'a> Fn(&'a mut Club, &'a Row, &'a I) -> Work<'a, T>,
{
    let member = members::of_shopper(club, who).await?;
    work(club, &member, input).await
}
