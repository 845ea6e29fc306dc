//! Which column of a file is which: by its name where that is known, by hand otherwise.

use super::columns;
use super::file::Head;
use crate::words::{fill, say, t};
use leptos::prelude::*;

/// What columns are often called in spreadsheets.
const KNOWN: &[(&str, &[&str])] = &[
    (
        "external_id",
        &[
            "id",
            "customer_id",
            "user_id",
            "شناسه",
            "کد مشتری",
            "شناسه مشتری",
        ],
    ),
    ("first_name", &["name", "firstname", "نام"]),
    (
        "phone",
        &["mobile", "tel", "telephone", "موبایل", "تلفن", "شماره تماس"],
    ),
    ("email", &["mail", "e-mail", "ایمیل"]),
    ("birthday", &["birth_date", "تولد", "تاریخ تولد"]),
    ("joined_at", &["created_at", "registered_at", "تاریخ عضویت"]),
    ("order_id", &["order", "شماره سفارش", "سفارش"]),
    (
        "member",
        &["customer_id", "user_id", "external_id", "مشتری", "کد مشتری"],
    ),
    ("status", &["state", "وضعیت"]),
    ("paid_at", &["date", "تاریخ پرداخت", "تاریخ"]),
    ("unit_price", &["price", "total", "قیمت", "مبلغ"]),
    ("quantity", &["qty", "count", "تعداد"]),
    ("points", &["balance", "امتیاز"]),
    ("reason", &["note", "دلیل"]),
];

/// A name as it is compared.
fn plain(name: &str) -> String {
    let name = name.trim_start_matches('\u{feff}').trim().to_lowercase();
    name.replace(['-', ' ', '\u{200c}'], "_")
}

/// For each column of a file the column that it is; empty for one that is left out.
pub(super) fn guessed(kind: &str, names: &[String]) -> Vec<String> {
    let mut taken: Vec<&str> = Vec::new();
    let known = columns::of(kind);
    let exact = |name: &str| known.clone().find(|one| *one == name);
    let alike = |name: &str, taken: &[&str]| {
        let mut free = known.clone().filter(|one| !taken.contains(one));
        free.find(|one| {
            let others = KNOWN.iter().find(|(of, _)| of == one);
            others.is_some_and(|(_, others)| others.iter().any(|other| plain(other) == name))
        })
    };
    let names: Vec<String> = names.iter().map(|name| plain(name)).collect();
    let mut found: Vec<Option<&str>> = Vec::new();
    for name in &names {
        let one = exact(name).filter(|one| !taken.contains(one));
        taken.extend(one);
        found.push(one);
    }
    for (name, one) in names.iter().zip(&mut found) {
        if one.is_none() {
            *one = alike(name, &taken);
            taken.extend(*one);
        }
    }
    found
        .into_iter()
        .map(|one| one.unwrap_or_default().to_owned())
        .collect()
}

/// Columns that every row needs and no column of the file is.
pub(super) fn missing(kind: &str, chosen: &[String]) -> Vec<&'static str> {
    columns::needed(kind)
        .filter(|needed| !chosen.iter().any(|one| one == needed))
        .collect()
}

/// The first rows with a choice above each column.
#[component]
pub(super) fn Mapping(
    /// What the file holds.
    kind: String,
    /// How it begins.
    head: Head,
    /// For each column what it is.
    chosen: RwSignal<Vec<String>>,
) -> impl IntoView {
    let Head { names, rows, .. } = head;
    let choices: Vec<&'static str> = columns::of(&kind).collect();
    let choice = move |(index, name): (usize, String)| {
        let is = move || chosen.with(|chosen| chosen.get(index).cloned().unwrap_or_default());
        let options = choices.clone().into_iter().map(|one| {
            view! {
                <option value=one selected=move || is() == one>
                    {one}
                </option>
            }
        });
        let spoken = name.clone();
        view! {
            <th scope="col">
                <bdi>{name}</bdi>
                <select
                    dir="ltr"
                    aria-label=move || fill("mapping.is", &[("name", &spoken)])
                    on:change:target=move |event| {
                        let value = event.target().value();
                        chosen
                            .update(|chosen| {
                                for one in chosen.iter_mut().filter(|one| **one == value) {
                                    one.clear();
                                }
                                if let Some(one) = chosen.get_mut(index) {
                                    *one = value;
                                }
                            });
                    }
                >
                    <option value="" selected=move || is().is_empty()>
                        {t("mapping.left_out")}
                    </option>
                    {options.collect_view()}
                </select>
            </th>
        }
    };
    let heads = names.into_iter().enumerate().map(choice).collect_view();
    let cells = |row: Vec<String>| {
        let cells = row
            .into_iter()
            .map(|cell| view! { <td dir="auto">{cell}</td> });
        view! { <tr>{cells.collect_view()}</tr> }
    };
    let lacks = move || {
        let missing = missing(&kind, &chosen.get());
        (!missing.is_empty()).then(|| {
            let names = format!("\u{2068}{}\u{2069}", missing.join("  "));
            view! { <p class="fault">{fill("mapping.missing", &[("names", &names)])}</p> }
        })
    };
    view! {
        <p class="hint">{t("mapping.how")}</p>
        <div class="wide-table" tabindex="0" role="region" aria-label=move || say("mapping.title")>
            <table>
                <caption class="unseen">{t("mapping.title")}</caption>
                <thead>
                    <tr>{heads}</tr>
                </thead>
                <tbody>{rows.into_iter().map(cells).collect_view()}</tbody>
            </table>
        </div>
        <div aria-live="polite">{lacks}</div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess(kind: &str, names: &[&str]) -> Vec<String> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        guessed(kind, &names)
    }

    #[test]
    fn columns_are_found_by_what_spreadsheets_call_them() {
        assert_eq!(
            guess("members", &["\u{feff}شناسه", "نام", "Mobile", "city"]),
            ["external_id", "first_name", "phone", ""]
        );
        // What is named outright goes first, and nothing is taken twice.
        assert_eq!(
            guess("members", &["id", "external_id"]),
            ["", "external_id"]
        );
        assert_eq!(
            guess("orders", &["Order-ID", "customer id"]),
            ["order_id", "member"]
        );
    }

    #[test]
    fn what_every_row_needs_is_missed() {
        let chosen = guess("adjustments", &["member", "note"]);
        assert_eq!(missing("adjustments", &chosen), ["id", "points"]);
        assert_eq!(
            missing("members", &guess("members", &["id"])),
            Vec::<&str>::new()
        );
        assert_eq!(missing("history", &[]), Vec::<&str>::new());
    }
}
