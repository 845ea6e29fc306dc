//! What is typed, ticked or chosen: one value of the draft each, with its label, its hint and what is wrong with it.

use super::draft::Draft;
use super::faults::Faults;
use super::labels;
use super::quantity::Quantity;
use crate::words::{fill, moment, say, t};
use leptos::prelude::*;
use rules::Timestamp;
use serde_json::{Value, json};

/// What a control works on.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) draft: Draft,
    pub(super) faults: Faults,
    /// Where it is in the document.
    pub(super) pointer: String,
    /// What it is called.
    pub(super) label: Signal<String>,
    /// What is said below it.
    pub(super) hint: Signal<Option<String>>,
    /// What the document goes by where it says nothing.
    pub(super) default: Option<Value>,
    /// It may be absent.
    pub(super) optional: bool,
}

impl Place {
    /// Its id in the page.
    pub(super) fn id(&self) -> String {
        id_of(&self.pointer)
    }

    fn put(&self) -> impl Fn(Value) + Clone + use<> {
        let (draft, pointer) = (self.draft, self.pointer.clone());
        move |value| draft.put(&pointer, value)
    }

    fn value(&self) -> Memo<Value> {
        self.draft.memo(self.pointer.clone())
    }
}

/// The id of the control for a place.
pub(super) fn id_of(pointer: &str) -> String {
    format!("at{}", pointer.replace(['/', '~', ' '], "."))
}

/// What stands around a control: its label above, its hint and its fault below. `control` gets the ids of both.
fn around<V: IntoView + 'static>(
    place: &Place,
    id: &str,
    label: Signal<String>,
    fault: Signal<String>,
    control: impl FnOnce(Signal<Option<String>>) -> V,
) -> AnyView {
    let (hint, hint_id, fault_id) = (place.hint, format!("{id}-hint"), format!("{id}-fault"));
    let described = {
        let (hint_id, fault_id) = (hint_id.clone(), fault_id.clone());
        Signal::derive(move || {
            let fault = (!fault.get().is_empty()).then_some(fault_id.as_str());
            let hint = hint.with(Option::is_some).then_some(hint_id.as_str());
            let all: Vec<&str> = fault.into_iter().chain(hint).collect();
            (!all.is_empty()).then(|| all.join(" "))
        })
    };
    view! {
        <div class="field">
            <label for=id.to_owned()>{move || label.get()}</label>
            {control(described)}
            {told(fault_id, fault)}
            {move || {
                hint.get().map(|hint| view! { <p class="hint" id=hint_id.clone()>{hint}</p> })
            }}
        </div>
    }
    .into_any()
}

/// A fault below its control.
fn told(id: String, fault: Signal<String>) -> impl IntoView {
    move || {
        let said = fault.get();
        (!said.is_empty()).then(|| view! { <p class="fault" id=id.clone()>{said}</p> })
    }
}

/// A line of text.
pub(super) fn line(place: &Place, latin: bool) -> impl IntoView + use<> {
    let (id, value, put) = (place.id(), place.value(), place.put());
    let optional = place.optional;
    let fault = place.faults.at(place.pointer.clone());
    let shown = move || value.get().as_str().unwrap_or_default().to_owned();
    let own = id.clone();
    around(place, &id, place.label, fault, move |described| {
        view! {
            <input
                id=own
                type="text"
                dir=if latin { "ltr" } else { "auto" }
                autocomplete="off"
                spellcheck=latin.then_some("false")
                readonly=!untrack(Draft::writes)
                aria-invalid=move || (!fault.get().is_empty()).then_some("true")
                aria-describedby=move || described.get()
                prop:value=shown
                on:input:target=move |event| {
                    let typed = event.target().value();
                    put(if optional && typed.is_empty() { Value::Null } else { json!(typed) });
                }
            />
        }
    })
}

/// A sentence in each language of the program.
pub(super) fn sentences(place: &Place, long: bool) -> impl IntoView + use<> {
    let languages = place.draft.memo("/languages".to_owned());
    let place = place.clone();
    let (id, label) = (place.id(), place.label);
    let all = move || {
        let tags = languages.get();
        let tags: Vec<String> = serde_json::from_value(tags).unwrap_or_default();
        tags.into_iter()
            .map(|tag| sentence(&place, tag, long))
            .collect_view()
    };
    view! {
        <div class="sentences" id=id tabindex="-1" role="group" aria-label=move || label.get()>
            {all}
        </div>
    }
}

fn sentence(place: &Place, tag: String, long: bool) -> impl IntoView + use<> {
    let pointer = super::edit::below(&place.pointer, &tag);
    let one = Place {
        pointer,
        ..place.clone()
    };
    let (own, whole) = (
        one.faults.at(one.pointer.clone()),
        one.faults.at(place.pointer.clone()),
    );
    let fault = Signal::derive(move || {
        let own = own.get();
        if own.is_empty() { whole.get() } else { own }
    });
    let (label, named) = (place.label, tag.clone());
    let label = Signal::derive(move || format!("{} · {}", label.get(), labels::language(&named)));
    let (id, value, put) = (one.id(), one.value(), one.put());
    let shown = move || value.get().as_str().unwrap_or_default().to_owned();
    let took = move |typed: String| {
        put(if typed.is_empty() {
            Value::Null
        } else {
            json!(typed)
        });
    };
    let dir = if tag == "fa" { "rtl" } else { "auto" };
    let own = id.clone();
    around(&one, &id, label, fault, move |described| {
        let wrong = move || (!fault.get().is_empty()).then_some("true");
        let reads = !untrack(Draft::writes);
        if long {
            let typed = took.clone();
            view! {
                <textarea
                    id=own
                    lang=tag
                    dir=dir
                    rows="2"
                    readonly=reads
                    aria-invalid=wrong
                    aria-describedby=move || described.get()
                    prop:value=shown
                    on:input:target=move |event| typed(event.target().value())
                ></textarea>
            }
            .into_any()
        } else {
            view! {
                <input
                    id=own
                    type="text"
                    lang=tag
                    dir=dir
                    autocomplete="off"
                    readonly=reads
                    aria-invalid=wrong
                    aria-describedby=move || described.get()
                    prop:value=shown
                    on:input:target=move |event| took(event.target().value())
                />
            }
            .into_any()
        }
    })
}

/// A number, in the unit and with the digits that people write it in.
pub(super) fn number(place: &Place, quantity: Memo<Quantity>) -> impl IntoView + use<> {
    let (id, value, put) = (place.id(), place.value(), place.put());
    let default = place.default.clone();
    let fault = place.faults.at(place.pointer.clone());
    let raw = RwSignal::new(String::new());
    // What is being typed stands as long as it means the same: a point at its end is no fault.
    let shown = move || {
        let (raw, value, quantity) = (raw.get(), value.get(), quantity.get());
        if quantity.read(&raw) == value {
            raw
        } else {
            quantity.write(&value)
        }
    };
    let unit = move || quantity.get().unit();
    let assumed = move || {
        default
            .as_ref()
            .map(|default| quantity.get().write(default))
            .unwrap_or_default()
    };
    let own = id.clone();
    around(place, &id, place.label, fault, move |described| {
        view! {
            <div class="box measured">
                <input
                    id=own
                    type="text"
                    inputmode="decimal"
                    autocomplete="off"
                    readonly=!untrack(Draft::writes)
                    placeholder=assumed
                    aria-invalid=move || (!fault.get().is_empty()).then_some("true")
                    aria-describedby=move || described.get()
                    prop:value=shown
                    on:input:target=move |event| {
                        let typed = event.target().value();
                        put(quantity.get_untracked().read(&typed));
                        raw.set(typed);
                    }
                />
                {move || unit().map(|unit| view! { <span class="unit">{unit}</span> })}
            </div>
        }
    })
}

/// An instant, in the club's zone; below it how the language writes it.
pub(super) fn instant(place: &Place) -> impl IntoView + use<> {
    let (id, value, put) = (place.id(), place.value(), place.put());
    let fault = place.faults.at(place.pointer.clone());
    let read = move || value.get().as_str().and_then(Timestamp::parse);
    let shown = move || read().map(crate::words::wall).unwrap_or_default();
    let told = Signal::derive(move || read().map(moment));
    let hint = place.hint;
    let place = Place {
        hint: Signal::derive(move || {
            let said = told
                .get()
                .map(|at| fill("customise.in_zone", &[("at", &at)]));
            said.or_else(|| hint.get())
        }),
        ..place.clone()
    };
    let own = id.clone();
    around(&place, &id, place.label, fault, move |described| {
        view! {
            <input
                id=own
                type="datetime-local"
                dir="ltr"
                readonly=!untrack(Draft::writes)
                aria-invalid=move || (!fault.get().is_empty()).then_some("true")
                aria-describedby=move || described.get()
                prop:value=shown
                on:change:target=move |event| {
                    let at = crate::words::from_wall(&event.target().value());
                    put(at.map_or(Value::Null, |at| json!(at)));
                }
            />
        }
    })
}

/// Yes or no.
pub(super) fn flag(place: &Place) -> impl IntoView + use<> {
    let (id, value, put, label) = (place.id(), place.value(), place.put(), place.label);
    let default = place
        .default
        .clone()
        .and_then(|default| default.as_bool())
        .unwrap_or_default();
    let fault = place.faults.at(place.pointer.clone());
    let fault_id = format!("{id}-fault");
    view! {
        <div class="field">
            <label class="check">
                <input
                    id=id
                    type="checkbox"
                    disabled=!untrack(Draft::writes)
                    prop:checked=move || value.get().as_bool().unwrap_or(default)
                    on:change:target=move |event| put(json!(event.target().checked()))
                />
                <span>{move || label.get()}</span>
            </label>
            {told(fault_id, fault)}
        </div>
    }
}

/// One of several by its name; the first of them may stand for nothing.
pub(super) fn choose(
    place: &Place,
    options: Signal<Vec<(String, String)>>,
    chosen: Signal<String>,
    choose: Callback<String>,
) -> impl IntoView + use<> {
    let id = place.id();
    let fault = place.faults.at(place.pointer.clone());
    let own = id.clone();
    around(place, &id, place.label, fault, move |described| {
        let all = move || {
            let chosen = chosen.get();
            let mut options = options.get();
            // What is not there any more is shown as what it is.
            if !options.iter().any(|(name, _)| *name == chosen) {
                options.push((chosen.clone(), chosen.clone()));
            }
            let all = options.into_iter().map(|(name, said)| {
                let selected = name == chosen;
                view! {
                    <option value=name selected=selected>
                        {said}
                    </option>
                }
            });
            all.collect_view()
        };
        view! {
            <select
                id=own
                disabled=!untrack(Draft::writes)
                aria-invalid=move || (!fault.get().is_empty()).then_some("true")
                aria-describedby=move || described.get()
                prop:value=move || chosen.get()
                on:change:target=move |event| choose.run(event.target().value())
            >
                {all}
            </select>
        }
    })
}

/// Several of a few, each ticked or not.
pub(super) fn ticks(
    place: &Place,
    options: Signal<Vec<(String, String)>>,
) -> impl IntoView + use<> {
    let (id, value, put, label) = (place.id(), place.value(), place.put(), place.label);
    let chosen = move || -> Vec<String> { serde_json::from_value(value.get()).unwrap_or_default() };
    let all = move || {
        let each = options.get().into_iter().map(|(name, said)| {
            let put = put.clone();
            let own = name.clone();
            let ticked = move || chosen().contains(&own);
            view! {
                <label class="check">
                    <input
                        type="checkbox"
                        disabled=!untrack(Draft::writes)
                        prop:checked=ticked
                        on:change:target=move |event| {
                            let mut names = untrack(chosen);
                            names.retain(|known| *known != name);
                            if event.target().checked() {
                                names.push(name.clone());
                            }
                            put(json!(names));
                        }
                    />
                    <span>{said}</span>
                </label>
            }
        });
        each.collect_view()
    };
    view! {
        <fieldset class="field ticks" id=id tabindex="-1">
            <legend>{move || label.get()}</legend>
            <div class="checks">{all}</div>
            <p class="hint">{t("customise.everything")}</p>
        </fieldset>
    }
}

/// Any number of lines, each an entry of a list.
pub(super) fn lines(place: &Place) -> impl IntoView + use<> {
    let (id, value, put) = (place.id(), place.value(), place.put());
    let fault = place.faults.at(place.pointer.clone());
    let raw = RwSignal::new(String::new());
    let read = |typed: &str| -> Vec<String> {
        let lines = typed.lines().map(str::trim).filter(|line| !line.is_empty());
        lines.map(ToOwned::to_owned).collect()
    };
    let shown = move || {
        let lines: Vec<String> = serde_json::from_value(value.get()).unwrap_or_default();
        let raw = raw.get();
        if read(&raw) == lines {
            raw
        } else {
            lines.join("\n")
        }
    };
    let place = Place {
        hint: Signal::derive(|| Some(say("customise.lines.hint"))),
        ..place.clone()
    };
    let own = id.clone();
    around(&place, &id, place.label, fault, move |described| {
        view! {
            <textarea
                id=own
                rows="2"
                dir="auto"
                readonly=!untrack(Draft::writes)
                aria-invalid=move || (!fault.get().is_empty()).then_some("true")
                aria-describedby=move || described.get()
                prop:value=shown
                on:input:target=move |event| {
                    let typed = event.target().value();
                    put(json!(read(&typed)));
                    raw.set(typed);
                }
            ></textarea>
        }
    })
}
