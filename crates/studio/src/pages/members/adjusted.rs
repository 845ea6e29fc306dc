//! What was given to a member or taken from them by hand, with its reason.

use crate::icons::Icon;
use crate::paged::{Paged, nothing};
use crate::words::{moment, say, signed, t};
use contract::members::{Adjustment, AdjustmentPage};
use leptos::prelude::*;

/// The adjustments, newest first. The member never reads their reasons.
#[component]
pub(super) fn Adjusted(
    /// The member's address at the server.
    path: String,
    /// Goes up when something was changed here.
    changed: Signal<u32>,
) -> impl IntoView {
    let path = Signal::stored(format!("{path}/adjustments"));
    let adjustments = Paged::new(path, |page: AdjustmentPage| {
        (page.adjustments, page.next_cursor)
    });
    Effect::new(move |before: Option<u32>| {
        let times = changed.get();
        if before.is_some_and(|before| before != times) {
            adjustments.again();
        }
        times
    });
    let empty = || nothing(Icon::Note, "adjusted.none", "adjusted.none.text");
    view! {
        <section class="card" aria-labelledby="adjusted-title">
            <h2 id="adjusted-title">{t("adjusted.title")}</h2>
            {adjustments.view("adjusted", "adjusted.title", row, empty)}
        </section>
    }
}

fn row(adjustment: Adjustment) -> impl IntoView {
    let Adjustment {
        points,
        reason,
        by,
        at,
        ..
    } = adjustment;
    let class = if points.0 < 0 {
        "change less"
    } else {
        "change"
    };
    view! {
        <div class="row">
            <span class="topic">
                <bdi>{move || reason.clone().unwrap_or_else(|| say("adjusted.no_reason"))}</bdi>
            </span>
            <span class=class>{move || signed(points.0)}</span>
            <span class="who">
                {move || moment(at)} " · " <bdi class="code">{by}</bdi>
            </span>
        </div>
    }
}
