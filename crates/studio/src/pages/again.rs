//! Logging in again in the middle of work. The page stays as it is below.

use crate::atoms::{Field, Kind, Problem, busy_button};
use crate::server::Failure;
use crate::session::{self, Stage};
use crate::words::{fill, t};
use contract::staff::SessionView;
use leptos::ev::{Event, SubmitEvent};
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;

fn ended() -> Option<SessionView> {
    match session::stage() {
        Stage::Ended(session) => Some(session),
        _ => None,
    }
}

/// Asks for the password when the session has ended, and then lets go on what had to wait.
#[component]
pub(crate) fn Again() -> impl IntoView {
    view! { {move || ended().map(|session| view! { <Ask session /> })} }
}

#[component]
fn Ask(
    /// The session that has ended.
    session: SessionView,
) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let (password, busy) = (RwSignal::new(String::new()), RwSignal::new(false));
    let failure = RwSignal::new(None::<Failure>);
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            // Once it is in the page, where it can be opened.
            request_animation_frame(move || {
                let _ = dialog.show_modal();
            });
        }
    });
    let email = session.email.clone();
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let (session, typed) = (session.clone(), password.get_untracked());
        spawn_local(async move {
            match session::log_in(&session.program, &session.email, &typed).await {
                Ok(session) => session::enter(session),
                Err(refused) => {
                    failure.set(Some(refused));
                    busy.set(false);
                }
            }
        });
    };
    view! {
        <dialog
            class="question"
            node_ref=dialog
            aria-labelledby="again-title"
            // Without a session there is nothing to go back to.
            on:cancel=|event: Event| event.prevent_default()
        >
            <h2 id="again-title">{t("again.title")}</h2>
            <p>
                {move || {
                    let email = format!("\u{2068}{email}\u{2069}");
                    fill("again.text", &[("email", &email)])
                }}
            </p>
            <form class="form" novalidate=true on:submit=send>
                <Problem failure=failure />
                <Field
                    name="again-password"
                    label="password"
                    kind=Kind::Password
                    value=password
                    fault=Signal::stored(String::new())
                />
                <div class="buttons">
                    {busy_button("login.send", busy)}
                    <button type="button" class="button" on:click=|_| session::leave()>
                        {t("again.another")}
                    </button>
                </div>
            </form>
        </dialog>
    }
}
