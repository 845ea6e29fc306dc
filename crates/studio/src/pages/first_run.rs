//! The first run of a server: its first club from a template, and the owner's account.

use super::{beside_fields, empty_fields, fault_at, to_the_first_fault};
use crate::atoms::{Field, Kind, Page, Problem, announce, busy_button};
use crate::icons::{Icon, icon};
use crate::server;
use crate::session;
use crate::shell::preferences;
use crate::words::{self, say, t};
use contract::staff::{SessionReply, Template};
use gloo_net::http::Method;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;

/// A template's name, what it is, and for whom.
const fn words_of(template: Template) -> (&'static str, &'static str, &'static str, Icon) {
    match template {
        Template::Points => (
            "template.points",
            "template.points.what",
            "template.points.whom",
            Icon::Points,
        ),
        Template::Spending => (
            "template.spending",
            "template.spending.what",
            "template.spending.whom",
            Icon::Wallet,
        ),
        Template::Tiers => (
            "template.tiers",
            "template.tiers.what",
            "template.tiers.whom",
            Icon::Tiers,
        ),
        Template::Coalition => (
            "template.coalition",
            "template.coalition.what",
            "template.coalition.whom",
            Icon::Partners,
        ),
    }
}

/// Asks for what the first club needs, makes it, and goes inside.
#[component]
pub(crate) fn FirstRun() -> impl IntoView {
    let chosen = RwSignal::new(Template::Points);
    let text = || RwSignal::new(String::new());
    let (name, email, password, code) = (text(), text(), text(), text());
    let program = RwSignal::new("club".to_owned());
    let (failure, busy) = (RwSignal::new(None), RwSignal::new(false));
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        if busy.get_untracked() {
            return;
        }
        failure.set(empty_fields(&[
            ("/name", name),
            ("/program", program),
            ("/email", email),
            ("/password", password),
            ("/code", code),
        ]));
        if failure.with_untracked(Option::is_some) {
            to_the_first_fault();
            return;
        }
        busy.set(true);
        let body = json!({
            "code": code.get_untracked(),
            "template": chosen.get_untracked(),
            "program": program.get_untracked().trim(),
            "name": name.get_untracked(),
            "language": untrack(words::lang).tag(),
            "email": email.get_untracked(),
            "password": password.get_untracked(),
        });
        spawn_local(async move {
            let made = server::bare::<SessionReply>(Method::POST, "/v1/setup", Some(&body)).await;
            match made {
                Ok(reply) => {
                    announce(untrack(|| say("first.done")));
                    session::enter(reply.session);
                }
                Err(refused) => {
                    failure.set(Some(refused));
                    busy.set(false);
                    to_the_first_fault();
                }
            }
        });
    };
    view! {
        <main class="alone wide">
            <Page title="first.title">
                <p class="lead">{t("first.lead")}</p>
                <form class="form" novalidate=true on:submit=send>
                    <fieldset class="templates">
                        <legend>{t("first.template")}</legend>
                        {Template::ALL.map(|template| card(template, chosen)).into_iter().collect_view()}
                    </fieldset>
                    <fieldset class="card">
                        <legend>{t("first.club")}</legend>
                        <Field
                            name="name"
                            label="first.name"
                            hint="first.name.hint"
                            kind=Kind::Text
                            value=name
                            fault=fault_at(failure, "/name")
                        />
                        <Field
                            name="program"
                            label="first.program"
                            hint="first.program.hint"
                            kind=Kind::Code
                            value=program
                            fault=fault_at(failure, "/program")
                        />
                    </fieldset>
                    <fieldset class="card">
                        <legend>{t("first.owner")}</legend>
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
                            hint="password.hint"
                            kind=Kind::NewPassword
                            value=password
                            fault=fault_at(failure, "/password")
                        />
                        <Field
                            name="code"
                            label="first.code"
                            hint="first.code.hint"
                            kind=Kind::Code
                            value=code
                            fault=fault_at(failure, "/code")
                        />
                    </fieldset>
                    <Problem failure=beside_fields(failure) />
                    {busy_button("first.send", busy)}
                </form>
            </Page>
            {preferences()}
        </main>
    }
}

/// A template to choose, explained.
fn card(template: Template, chosen: RwSignal<Template>) -> impl IntoView {
    let (name, what, whom, picture) = words_of(template);
    view! {
        <label class="template">
            <input
                type="radio"
                name="template"
                value=name
                prop:checked=move || chosen.get() == template
                on:change=move |_| chosen.set(template)
            />
            <span class="picture">{icon(picture)}</span>
            <span class="name">{t(name)}</span>
            <span class="what">{t(what)}</span>
            <span class="whom">{t(whom)}</span>
        </label>
    }
}
