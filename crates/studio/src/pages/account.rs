//! One's own account: who one is, and another password.

use super::{beside_fields, empty_fields, fault_at, to_the_first_fault};
use crate::atoms::{Field, Kind, Page, Problem, announce, busy_button};
use crate::icons::{Icon, icon};
use crate::server::{self, Failure};
use crate::session;
use crate::words::{moment, say, t};
use contract::staff::{Role, SessionView};
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;

/// The key of a role's word.
const fn word_of(role: Role) -> &'static str {
    match role {
        Role::Viewer => "role.viewer",
        Role::Editor => "role.editor",
        Role::Owner => "role.owner",
    }
}

/// Who is logged in, and their password.
#[component]
pub(crate) fn Account() -> impl IntoView {
    view! {
        <Page title="account.title">
            {move || session::who().map(facts)} <section class="card" aria-labelledby="password-title">
                <h2 id="password-title">{t("account.password")}</h2>
                <NewPassword />
            </section>
        </Page>
    }
}

fn facts(session: SessionView) -> impl IntoView {
    view! {
        <dl class="facts card">
            <div>
                <dt>{t("email")}</dt>
                <dd>
                    <bdi>{session.email}</bdi>
                </dd>
            </div>
            <div>
                <dt>{t("account.role")}</dt>
                <dd>{t(word_of(session.role))}</dd>
            </div>
            <div>
                <dt>{t("account.until")}</dt>
                <dd>{move || moment(session.expires_at)}</dd>
            </div>
        </dl>
    }
}

/// Sets the password, which ends every session, and begins a new one.
async fn change(current: &str, password: &str) -> Result<(), Failure> {
    let body = json!({ "current": current, "password": password });
    server::put("/v1/sessions/password", &body).await?;
    let Some(who) = untrack(session::who) else {
        return Ok(());
    };
    let session = session::log_in(&who.program, &who.email, password).await?;
    session::enter(session);
    Ok(())
}

#[component]
fn NewPassword() -> impl IntoView {
    let (current, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (failure, busy) = (RwSignal::new(None), RwSignal::new(false));
    let done = RwSignal::new(false);
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        done.set(false);
        failure.set(empty_fields(&[
            ("/current", current),
            ("/password", password),
        ]));
        if failure.with_untracked(Option::is_some) {
            to_the_first_fault();
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let changed = change(&current.get_untracked(), &password.get_untracked()).await;
            busy.set(false);
            match changed {
                Ok(()) => {
                    current.set(String::new());
                    password.set(String::new());
                    done.set(true);
                    announce(untrack(|| say("account.changed")));
                }
                Err(refused) => {
                    failure.set(Some(refused));
                    to_the_first_fault();
                }
            }
        });
    };
    view! {
        <form class="form" novalidate=true on:submit=send>
            <Problem failure=beside_fields(failure) />
            {move || {
                done.get()
                    .then(|| {
                        view! {
                            <p class="notice good">
                                {icon(Icon::Check)} <span>{t("account.changed")}</span>
                            </p>
                        }
                    })
            }}
            <Field
                name="current"
                label="account.current"
                kind=Kind::Password
                value=current
                fault=fault_at(failure, "/current")
            />
            <Field
                name="new"
                label="account.new"
                hint="password.hint"
                kind=Kind::NewPassword
                value=password
                fault=fault_at(failure, "/password")
            />
            {busy_button("account.send", busy)}
        </form>
    }
}
