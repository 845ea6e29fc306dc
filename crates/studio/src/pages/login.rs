//! Logging in.

use super::{beside_fields, empty_fields, fault_at, to_the_first_fault};
use crate::atoms::{Field, Kind, Page, Problem, busy_button};
use crate::look;
use crate::session::{self, Stage};
use crate::shell::preferences;
use crate::words::t;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// Asks who it is. The page's address stays, so that whoever has logged in is where they wanted to be.
#[component]
pub(crate) fn LogIn() -> impl IntoView {
    let only = match session::stage() {
        Stage::Out(setup) => setup.program,
        _ => None,
    };
    let several = only.is_none();
    let program = RwSignal::new(only.unwrap_or_else(look::last_program));
    let (email, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let (failure, busy) = (RwSignal::new(None), RwSignal::new(false));
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        failure.set(empty_fields(&[
            ("/program", program),
            ("/email", email),
            ("/password", password),
        ]));
        if failure.with_untracked(Option::is_some) {
            to_the_first_fault();
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let (program, email, password) = (
                program.get_untracked(),
                email.get_untracked(),
                password.get_untracked(),
            );
            match session::log_in(program.trim(), &email, &password).await {
                Ok(session) => session::enter(session),
                Err(refused) => {
                    failure.set(Some(refused));
                    busy.set(false);
                    to_the_first_fault();
                }
            }
        });
    };
    view! {
        <main class="alone">
            <Page title="login.title">
                <p class="lead">{t("login.lead")}</p>
                <form class="form card" novalidate=true on:submit=send>
                    <Problem failure=beside_fields(failure) />
                    {several
                        .then(|| {
                            view! {
                                <Field
                                    name="program"
                                    label="login.program"
                                    hint="login.program.hint"
                                    kind=Kind::Code
                                    value=program
                                    fault=fault_at(failure, "/program")
                                />
                            }
                        })}
                    <Field
                        name="email"
                        label="email"
                        kind=Kind::Email
                        value=email
                        fault=fault_at(failure, "/email")
                    />
                    <Field
                        name="password"
                        label="password"
                        kind=Kind::Password
                        value=password
                        fault=fault_at(failure, "/password")
                    />
                    {busy_button("login.send", busy)}
                </form>
                <p class="hint">{t("login.forgot")}</p>
            </Page>
            {preferences()}
        </main>
    }
}
