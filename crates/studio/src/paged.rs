//! A list that the server gives in pages: what has come so far, and a button for more.

use crate::atoms::{Problem, Retry, Skeleton, announce};
use crate::icons::{Icon, icon};
use crate::remote::Remote;
use crate::server::{self, Failure};
use crate::words::{count, say, t};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

/// Rows, and the cursor of those that come after them.
pub(crate) type Rows<T> = (Vec<T>, Option<String>);

/// A list in pages. A copy is the same list.
pub(crate) struct Paged<T: Send + Sync + 'static> {
    rows: Remote<Rows<T>>,
    more: Callback<&'static str>,
    busy: RwSignal<bool>,
    failure: RwSignal<Option<Failure>>,
}

impl<T: Send + Sync> Clone for Paged<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync> Copy for Paged<T> {}

impl<T: Clone + Send + Sync> Paged<T> {
    /// Asks at an address, and again whenever it changes; `take` finds the rows in what is answered.
    pub(crate) fn new<R: DeserializeOwned + 'static>(
        path: Signal<String>,
        take: fn(R) -> Rows<T>,
    ) -> Self {
        let rows = Remote::new(move || {
            let path = path.get();
            async move { server::get::<R>(&path).await.map(take) }
        });
        let (busy, failure) = (RwSignal::new(false), RwSignal::new(None));
        let more = Callback::new(move |list: &'static str| {
            let Some((before, Some(cursor))) = untrack(move || rows.get()) else {
                return;
            };
            if busy.get_untracked() {
                return;
            }
            busy.set(true);
            let first = path.get_untracked();
            let mark = if first.contains('?') { '&' } else { '?' };
            let next = format!("{first}{mark}cursor={cursor}");
            spawn_local(async move {
                let answer = server::get::<R>(&next).await.map(take);
                // The view may be gone by now, or show another list.
                if busy.try_set(false).is_some() || path.get_untracked() != first {
                    return;
                }
                match answer {
                    Ok((new, cursor)) => {
                        let fresh = i64::try_from(new.len()).unwrap_or(0);
                        announce(untrack(|| count("list.more.done", fresh, &[])));
                        let shown = before.len();
                        failure.set(None);
                        rows.put(([before, new].concat(), cursor));
                        to_row(list, shown);
                    }
                    Err(refused) => failure.set(Some(refused)),
                }
            });
        });
        Self {
            rows,
            more,
            busy,
            failure,
        }
    }

    /// Asks for the first page again.
    pub(crate) fn again(self) {
        self.rows.again();
    }

    /// The list as it is drawn: its id in the page, the key of its name, a row, and what stands there when it is empty.
    pub(crate) fn view<V>(
        self,
        id: &'static str,
        name: &'static str,
        row: impl Fn(T) -> V + Copy + Send + Sync + 'static,
        empty: impl Fn() -> AnyView + Copy + Send + Sync + 'static,
    ) -> impl IntoView
    where
        V: IntoView + 'static,
    {
        let Self {
            rows,
            more,
            busy,
            failure,
        } = self;
        let shown = move |(all, cursor): Rows<T>| {
            if all.is_empty() {
                return empty();
            }
            let all = all.into_iter().map(row);
            let all = all.map(|one| view! { <li tabindex="-1">{one}</li> });
            view! {
                <ul class="rows" id=id aria-label=t(name)>
                    {all.collect_view()}
                </ul>
                <Problem failure=failure />
                {cursor
                    .is_some()
                    .then(|| {
                        view! {
                            <button
                                type="button"
                                class="button"
                                aria-disabled=move || busy.get().then_some("true")
                                on:click=move |_| more.run(id)
                            >
                                {move || say(if busy.get() { "busy" } else { "list.more" })}
                            </button>
                        }
                    })}
            }
            .into_any()
        };
        move || match (rows.get(), rows.failure()) {
            (_, Some(failure)) => {
                view! { <Retry failure again=Callback::new(move |()| rows.again()) /> }.into_any()
            }
            (Some(page), None) => shown(page),
            (None, None) => view! { <Skeleton lines=5 /> }.into_any(),
        }
    }
}

/// Leads to a row, once it is drawn: the button that brought it may be gone.
fn to_row(list: &str, index: usize) {
    let nth = format!("#{list} > li:nth-child({})", index + 1);
    request_animation_frame(move || {
        let found = document().query_selector(&nth).ok().flatten();
        if let Some(row) = found.and_then(|row| row.dyn_into::<HtmlElement>().ok()) {
            // Nothing is lost where it cannot take the focus.
            let _ = row.focus();
        }
    });
}

/// What stands in the place of a list that has nothing: a picture, a heading and a sentence.
pub(crate) fn nothing(picture: Icon, title: &'static str, text: &'static str) -> AnyView {
    view! {
        <div class="empty">
            <span class="picture">{icon(picture)}</span>
            <h2>{t(title)}</h2>
            <p>{t(text)}</p>
        </div>
    }
    .into_any()
}
