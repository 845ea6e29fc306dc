//! A day that is chosen: by year, month and day of the language's own calendar, each from a list.

use crate::words::{self, Lang, digits, month, number, say, t};
use leptos::prelude::*;
use rules::calendar::{Calendar, Date};
use rules::{DAY_MS, Timestamp};

/// Years that can be chosen before and after this one.
const YEARS: (i32, i32) = (10, 5);

/// The calendar in which days are told in the language.
fn calendar() -> Calendar {
    match words::lang() {
        Lang::Fa => Calendar::Jalali,
        Lang::En => Calendar::Gregorian,
    }
}

/// A day. Days are counted from 1970-01-01.
#[component]
pub(super) fn Day(
    /// The key of its label.
    label: &'static str,
    /// The day.
    #[prop(into)]
    value: Signal<i64>,
    /// Another day was chosen.
    choose: Callback<i64>,
) -> impl IntoView {
    let date = move || calendar().date_of_day(value.get());
    let put = move |date: Date| {
        let calendar = calendar();
        let of = |day: u8| calendar.day_of(Date { day, ..date });
        // The month's last day, where it has no such day.
        let days = (1..=date.day)
            .rev()
            .map(|day| (day, of(day)))
            .find(|(day, at)| calendar.date_of_day(*at).day == *day);
        choose.run(days.map_or_else(|| of(1), |(_, at)| at));
    };
    let named = move |part: &'static str| {
        move || words::fill("day.part", &[("label", &say(label)), ("part", &say(part))])
    };
    let years = move || {
        let now = calendar().date_of_day(words::today()).year;
        let chosen = date().year;
        let mut years: Vec<i32> = (now - YEARS.0..=now + YEARS.1).collect();
        if !years.contains(&chosen) {
            years.push(chosen);
            years.sort_unstable();
        }
        let option = |year: i32| {
            view! {
                <option value=year.to_string() selected=year == chosen>
                    {digits(&year.to_string())}
                </option>
            }
        };
        years.into_iter().map(option).collect_view()
    };
    let months = move || {
        let chosen = date();
        let option = |one: u8| {
            let first = Date {
                month: one,
                day: 15,
                ..chosen
            };
            let at = Timestamp(calendar().day_of(first) * DAY_MS);
            view! {
                <option value=one.to_string() selected=one == chosen.month>
                    {month(at, calendar(), words::Length::Name)}
                </option>
            }
        };
        (1..=12).map(option).collect_view()
    };
    let days = move || {
        let chosen = date();
        let has = |day: &u8| {
            calendar().has(Date {
                day: *day,
                ..chosen
            })
        };
        let option = |day: u8| {
            view! {
                <option value=day.to_string() selected=day == chosen.day>
                    {number(day.into())}
                </option>
            }
        };
        (1..=31).filter(has).map(option).collect_view()
    };
    view! {
        <div class="day" role="group" aria-label=t(label)>
            <span aria-hidden="true">{t(label)}</span>
            <select
                aria-label=named("day.day")
                on:change:target=move |event| {
                    if let Ok(day) = event.target().value().parse() {
                        put(Date { day, ..untrack(date) });
                    }
                }
            >
                {days}
            </select>
            <select
                aria-label=named("day.month")
                on:change:target=move |event| {
                    if let Ok(month) = event.target().value().parse() {
                        put(Date { month, ..untrack(date) });
                    }
                }
            >
                {months}
            </select>
            <select
                aria-label=named("day.year")
                on:change:target=move |event| {
                    if let Ok(year) = event.target().value().parse() {
                        put(Date { year, ..untrack(date) });
                    }
                }
            >
                {years}
            </select>
        </div>
    }
}
