//! Exporting a table.

use crate::atoms::Problem;
use crate::download;
use crate::icons::{Icon, icon};
use crate::session;
use crate::words::t;
use contract::staff::Role;
use leptos::prelude::*;
use leptos::task::spawn_local;

/// What can be exported, and the words for it. The last is for owners, the one before it as lines of JSON alone.
const TABLES: [(&str, &str); 9] = [
    ("members", "kind.members"),
    ("orders", "kind.orders"),
    ("refunds", "kind.refunds"),
    ("redemptions", "kind.redemptions"),
    ("entries", "kind.entries"),
    ("responses", "kind.responses"),
    ("complaints", "inbox.title"),
    ("history", "kind.history"),
    ("audit", "kind.audit"),
];

#[component]
pub(super) fn Exports() -> impl IntoView {
    let table = RwSignal::new("members".to_owned());
    let as_csv = RwSignal::new(true);
    let failure = RwSignal::new(None);
    let owns = Memo::new(|_| session::may(Role::Owner));
    let lines_alone = move || table.get() == "history";
    let save = move |_| {
        let table = table.get_untracked();
        let csv = as_csv.get_untracked() && table != "history";
        let format = if csv { "csv" } else { "ndjson" };
        let path = format!("/v1/exports/{table}?format={format}");
        let name = format!("{table}.{format}");
        spawn_local(async move {
            failure.set(download::save(&path, &name).await.err());
        });
    };
    let options = move || {
        let tables = TABLES.into_iter();
        let tables = tables.filter(|(name, _)| *name != "audit" || owns.get());
        let option = |(name, word): (&'static str, &'static str)| {
            view! {
                <option value=name selected=move || table.get() == name>
                    {t(word)}
                </option>
            }
        };
        tables.map(option).collect_view()
    };
    let format = move |csv: bool, word: &'static str| {
        view! {
            <label class="check">
                <input
                    type="radio"
                    name="export-format"
                    prop:checked=move || (as_csv.get() && !lines_alone()) == csv
                    disabled=move || lines_alone() && csv
                    on:change=move |_| as_csv.set(csv)
                />
                <span>{t(word)}</span>
            </label>
        }
    };
    view! {
        <section class="card" aria-labelledby="export-title">
            <h2 id="export-title">{t("exports.title")}</h2>
            <p class="hint">{t("exports.how")}</p>
            <div class="form">
                <div class="field">
                    <label for="export-table">{t("exports.table")}</label>
                    <select
                        id="export-table"
                        prop:value=move || table.get()
                        on:change:target=move |event| table.set(event.target().value())
                    >
                        {options}
                    </select>
                </div>
                <fieldset class="ways">
                    <legend class="unseen">{t("exports.format")}</legend>
                    {format(true, "exports.csv")}
                    {format(false, "exports.ndjson")}
                </fieldset>
                <Problem failure=failure />
                <button type="button" class="button primary" on:click=save>
                    {icon(Icon::Download)}
                    {t("exports.save")}
                </button>
            </div>
        </section>
    }
}
