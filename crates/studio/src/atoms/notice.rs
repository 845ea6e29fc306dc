//! What is said about how something went: faults, what is not there yet, and news for screen readers.

use crate::icons::{Icon, icon};
use crate::server::Failure;
use crate::words::{count, number, say, t};
use leptos::prelude::*;

thread_local! {
    static SAID: ArcRwSignal<String> = ArcRwSignal::new(String::new());
}

/// Says something to whoever does not see the page.
pub(crate) fn announce(sentence: String) {
    SAID.with(|said| said.set(sentence));
}

/// Where [`announce`] is heard; there from the start.
pub(crate) fn live_region() -> impl IntoView {
    let said = SAID.with(Clone::clone);
    view! {
        <p class="unseen" role="status" aria-live="polite">
            {move || said.get()}
        </p>
    }
}

/// A failure in words.
pub(crate) fn told(failure: &Failure) -> String {
    match failure {
        Failure::Offline => say("failure.offline"),
        Failure::Odd => say("failure.odd"),
        Failure::Refused(problem, wait) => match (problem.code.as_str(), wait) {
            ("rate_limited", Some(seconds)) => wait_of(*seconds),
            ("login_failed", _) => say("failure.login_failed"),
            ("role_missing", _) => say("failure.role_missing"),
            ("not_found", _) => say("failure.not_found"),
            ("cross_site", _) => say("failure.cross_site"),
            ("setup_code_wrong", _) => say("failure.setup_code_wrong"),
            ("already_set_up", _) => say("failure.already_set_up"),
            ("complaint_not_now", _) => say("failure.complaint_not_now"),
            ("draft_changed", _) => say("failure.draft_changed"),
            ("too_many_schedules", _) => say("failure.too_many_schedules"),
            ("schedule_over", _) => say("failure.schedule_over"),
            ("claim_stands", _) => say("failure.claim_stands"),
            ("too_many_signing_keys", _) => say("failure.too_many_signing_keys"),
            ("endpoint_disabled", _) => say("failure.endpoint_disabled"),
            ("idempotency_key_reused", _) => say("failure.another_file"),
            ("not_enough_points", _) => say("failure.not_enough_points"),
            ("unavailable" | "ledger_broken", _) => say("failure.unavailable"),
            // The server's own words, which are English, are better than none.
            _ => problem.detail.clone(),
        },
    }
}

fn wait_of(seconds: u32) -> String {
    let minutes = i64::from(seconds.div_ceil(60));
    count("failure.rate_limited", minutes, &[("n", &number(minutes))])
}

/// A failure, where it happened.
#[component]
pub(crate) fn Problem(
    /// Which; nothing is shown where there is none.
    #[prop(into)]
    failure: Signal<Option<Failure>>,
) -> impl IntoView {
    // The alert is there before its words, so that they are read out.
    view! {
        <div role="alert">
            {move || {
                failure
                    .get()
                    .map(|failure| {
                        view! {
                            <p class="notice bad">
                                {icon(Icon::Alert)} <span>{move || told(&failure)}</span>
                            </p>
                        }
                    })
            }}
        </div>
    }
}

/// A failure to read something, with a way to try again.
#[component]
pub(crate) fn Retry(
    /// Which.
    failure: Failure,
    /// Tries again.
    again: Callback<()>,
) -> impl IntoView {
    view! {
        <div class="notice bad" role="alert">
            {icon(Icon::Alert)} <span>{move || told(&failure)}</span>
            <button type="button" class="button" on:click=move |_| again.run(())>
                {t("again")}
            </button>
        </div>
    }
}

/// What stands in the place of something that is being read. It is still until that takes a while.
#[component]
pub(crate) fn Skeleton(
    /// How many lines it stands for.
    #[prop(default = 3)]
    lines: usize,
) -> impl IntoView {
    view! {
        <div class="skeleton" role="status" aria-label=t("loading")>
            {(0..lines).map(|_| view! { <span class=move || "line"></span> }).collect_view()}
        </div>
    }
}
