//! The widget beside the form: the one that shops have, in a frame, with the draft for somebody who is made up.
//!
//! The frame's page is the server's own (`/studio/preview`), with an origin of its own. What it shows is asked of the
//! server, which reads the draft as it would read a published one.

use super::draft::Draft;
use super::faults::Faults;
use super::{edit, labels};
use crate::app::BASE;
use crate::atoms::{Problem, announce};
use crate::server::{self, Failure, Reply};
use crate::words::{self, Lang, fill, say, t};
use js_sys::{JSON, Object, Reflect};
use leptos::html::Iframe;
use leptos::leptos_dom::helpers::set_timeout_with_handle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::Deserialize;
use serde_json::{Value, json};
use std::time::Duration;
use wasm_bindgen::JsCast;
use web_sys::MessageEvent;

/// After the last change, before the preview follows.
const REST: Duration = Duration::from_millis(350);
/// From this width on it stands beside the form, in pixels.
const WIDE: f64 = 1_200.0;

/// Who sees the widget: a guest, a sample of the server's, or whoever is asked a survey.
#[derive(Clone, Debug, PartialEq)]
enum Who {
    Guest,
    Sample(&'static str),
    Asked(String),
}

/// The samples, with their names.
const SAMPLES: [(&str, &str); 3] = [
    ("near_tier", "customise.preview.near"),
    ("new", "customise.preview.new"),
    ("top_tier", "customise.preview.top"),
];

impl Who {
    fn name(&self) -> String {
        match self {
            Self::Guest => "guest".to_owned(),
            Self::Sample(name) => (*name).to_owned(),
            Self::Asked(survey) => format!("survey:{survey}"),
        }
    }

    fn of(name: &str) -> Self {
        if let Some(survey) = name.strip_prefix("survey:") {
            return Self::Asked(survey.to_owned());
        }
        let sample = SAMPLES.iter().find(|(known, _)| *known == name);
        sample.map_or(Self::Guest, |(name, _)| Self::Sample(name))
    }
}

/// What has to be the same for the frame to go on: another of these begins it anew.
#[derive(Clone, Debug, PartialEq)]
struct Setting {
    who: Who,
    lang: Lang,
    dark: bool,
}

#[derive(Deserialize)]
struct PreviewReply {
    preview: Told,
}

#[derive(Deserialize)]
struct Told {
    view: Value,
    snapshot: Value,
}

#[derive(Deserialize)]
struct VersionReply {
    document: Value,
}

async fn ask(program: &str, document: &Value, who: &Who) -> Reply<Told> {
    let sample = match who {
        Who::Guest => Value::Null,
        Who::Sample(name) => json!(name),
        Who::Asked(_) => json!("near_tier"),
    };
    let body = json!({ "document": document, "sample": sample });
    let path = format!("/v1/programs/{program}/preview");
    let reply: PreviewReply = server::post(&path, &body).await?;
    Ok(reply.preview)
}

/// What the frame is sent. A survey that is to be seen is due: for everybody, now, and whenever the page asks.
fn message(told: Told, setting: &Setting) -> Value {
    let Told {
        mut view,
        mut snapshot,
    } = told;
    let mut asked = Value::Null;
    if let Who::Asked(id) = &setting.who {
        let surveys = edit::items(&view, "/program/surveys");
        let found = surveys
            .into_iter()
            .find(|survey| survey.get("id").is_some_and(|it| it == id));
        if let Some(mut survey) = found {
            let due = json!({
                "enabled": true, "trigger": "manual", "scope": "once", "rate": 10_000, "starts_at": null, "ends_at": null,
                "arm": null, "global_wait_days": 0, "pages": { "only": [], "except": [], "devices": [] },
                "audience": { "orders_min": 0, "tiers": [], "segments": [] },
            });
            for (name, value) in due.as_object().into_iter().flatten() {
                edit::put(&mut survey, &edit::below("", name), value.clone());
            }
            edit::put(&mut view, "/program/surveys", json!([survey]));
            let prompt = json!([{ "id": "prm_sample", "survey_id": id, "scope": "" }]);
            edit::put(&mut snapshot, "/prompts", prompt);
            asked = json!(id);
        }
    }
    if !snapshot.is_null() {
        edit::put(
            &mut snapshot,
            "/first_name",
            json!(untrack(|| say("customise.preview.name"))),
        );
    }
    json!({
        "view": view, "snapshot": snapshot, "survey": asked, "lang": setting.lang.tag(), "dark": setting.dark,
    })
}

fn wide() -> bool {
    let width = window().inner_width().ok();
    width
        .and_then(|width| width.as_f64())
        .is_none_or(|width| width >= WIDE)
}

/// The frame, and how it is looked at.
#[component]
pub(super) fn Preview(
    /// The club's id.
    program: String,
    /// The version that runs.
    running: i64,
    /// The draft.
    draft: Draft,
    /// Its faults: with any, it shows the last draft without.
    faults: Faults,
) -> impl IntoView {
    let (open, beside) = (RwSignal::new(false), RwSignal::new(wide()));
    let resized = window_event_listener(leptos::ev::resize, move |_| {
        let now = wide();
        if beside.get_untracked() != now {
            beside.set(now);
        }
    });
    on_cleanup(move || resized.remove());
    let shown = Memo::new(move |_| beside.get() || open.get());
    // What can be shown: the draft, while it has faults the last one without any, and else what runs.
    let sound = RwSignal::new(None::<Value>);
    Effect::new(move |_| {
        if faults.none() {
            sound.set(Some(draft.document.get()));
        }
    });
    if !untrack(|| faults.none()) {
        let path = format!("/v1/programs/{program}/versions/{running}");
        spawn_local(async move {
            // Without it there is nothing to show before the faults are mended.
            if let Ok(VersionReply { document }) = server::get(&path).await
                && sound.try_get_untracked() == Some(None)
            {
                sound.set(Some(document));
            }
        });
    }
    view! {
        <section class="preview" aria-labelledby="preview-title" data-open=move || open.get().then_some("")>
            <h2 id="preview-title" class="unseen">{t("customise.preview")}</h2>
            <button
                type="button"
                class="button only-narrow"
                aria-expanded=move || if open.get() { "true" } else { "false" }
                aria-controls="preview-body"
                on:click=move |_| open.update(|open| *open = !*open)
            >
                {move || {
                    say(if open.get() { "customise.preview.hide" } else { "customise.preview.show" })
                }}
            </button>
            <div id="preview-body">
                {move || {
                    shown.get().then(|| view! { <Body program=program.clone() draft faults sound=sound.into() /> })
                }}
            </div>
        </section>
    }
}

#[component]
fn Body(
    /// The club's id.
    program: String,
    /// The draft.
    draft: Draft,
    /// Its faults.
    faults: Faults,
    /// The document that is shown.
    sound: Signal<Option<Value>>,
) -> impl IntoView {
    let phone = RwSignal::new(true);
    let setting = RwSignal::new(Setting {
        who: Who::Sample("near_tier"),
        lang: untrack(words::lang),
        dark: false,
    });
    let told = RwSignal::new(None::<(Setting, Value)>);
    let failure = RwSignal::new(None::<Failure>);
    let wanted = Memo::new(move |_| sound.get().map(|document| (document, setting.get())));
    let latest = StoredValue::new(0_u32);
    Effect::new(move |_| {
        let Some((document, setting)) = wanted.get() else {
            return;
        };
        let this = latest.get_value().wrapping_add(1);
        latest.set_value(this);
        let program = program.clone();
        let begin = move || {
            spawn_local(async move {
                if latest.try_get_value() != Some(this) {
                    return;
                }
                let answer = ask(&program, &document, &setting.who).await;
                if latest.try_get_value() != Some(this) {
                    return;
                }
                match answer {
                    Ok(answer) => {
                        failure.set(None);
                        told.set(Some((setting.clone(), message(answer, &setting))));
                    }
                    Err(refused) => failure.set(Some(refused)),
                }
            });
        };
        let rest = if this == 1 { Duration::ZERO } else { REST };
        // A page that cannot wait shows it at the next change.
        let _ = set_timeout_with_handle(begin, rest);
    });
    // Another setting is another frame. So is another word of a survey: it is asked once.
    let frame = Memo::new(
        move |last: Option<&Option<(u32, Setting, Option<Value>)>>| {
            let last = last.and_then(Option::as_ref);
            told.with(|told| {
                let (setting, message) = told.as_ref()?;
                let asked = matches!(setting.who, Who::Asked(_)).then(|| message.clone());
                Some(match last {
                    Some(same) if same.1 == *setting && same.2 == asked => same.clone(),
                    Some((n, ..)) => (n.wrapping_add(1), setting.clone(), asked),
                    None => (0, setting.clone(), asked),
                })
            })
        },
    );
    let node = NodeRef::<Iframe>::new();
    let send = move || {
        let window = node
            .get_untracked()
            .and_then(|frame| frame.content_window());
        let text =
            told.with_untracked(|told| told.as_ref().map(|(_, message)| message.to_string()));
        if let (Some(window), Some(Ok(message))) = (window, text.map(|text| JSON::parse(&text))) {
            // The frame has no origin that could be named; it is ours, for the page's policy lets no other in.
            let _ = window.post_message(&message, "*");
        }
    };
    Effect::new(move |_| {
        told.track();
        send();
    });
    let heard = window_event_listener_untyped("message", move |event| {
        let Some(event) = event.dyn_ref::<MessageEvent>() else {
            return;
        };
        let window = node
            .get_untracked()
            .and_then(|frame| frame.content_window());
        let ours = window
            .zip(event.source())
            .is_some_and(|(window, from)| Object::is(&window, &from));
        if !ours {
            return;
        }
        let said = Reflect::get(&event.data(), &"preview".into())
            .ok()
            .and_then(|it| it.as_string());
        match said.as_deref() {
            Some("ready") => send(),
            Some("tried") => announce(untrack(|| say("customise.preview.tried"))),
            _ => {}
        }
    });
    on_cleanup(move || heard.remove());
    view! {
        <Controls draft setting phone />
        <Problem failure=failure />
        {move || {
            (!faults.none()).then(|| view! { <p class="notice">{t("customise.preview.stale")}</p> })
        }}
        <div class="screen" data-device=move || if phone.get() { "phone" } else { "desktop" }>
            <For each=move || frame.get() key=|frame| frame.0 let:_>
                <iframe
                    node_ref=node
                    src=format!("{BASE}/preview")
                    title=t("customise.preview.frame")
                    sandbox="allow-scripts"
                ></iframe>
            </For>
        </div>
        <p class="hint">{t("customise.preview.note")}</p>
    }
}

/// Who, in which language and light, on which device.
#[component]
fn Controls(
    /// The draft.
    draft: Draft,
    /// What the frame is set to.
    setting: RwSignal<Setting>,
    /// Whether it is as wide as a phone.
    phone: RwSignal<bool>,
) -> impl IntoView {
    let surveys = draft.memo("/surveys".to_owned());
    let people = move || {
        let now = setting.with(|setting| setting.who.name());
        let samples = SAMPLES.map(|(name, key)| (name.to_owned(), say(key)));
        let guest = [("guest".to_owned(), say("customise.preview.guest"))];
        let surveys = surveys.get();
        let surveys = surveys
            .as_array()
            .into_iter()
            .flatten()
            .enumerate()
            .filter_map(|(index, survey)| {
                let id = survey.get("id").and_then(Value::as_str)?;
                let name = labels::item(survey, index);
                Some((
                    format!("survey:{id}"),
                    fill("customise.preview.survey", &[("name", &name)]),
                ))
            });
        let all = samples.into_iter().chain(guest).chain(surveys);
        all.map(|(name, said)| {
            let selected = name == now;
            view! { <option value=name selected=selected>{said}</option> }
        })
        .collect_view()
    };
    let choice = |key: &'static str, pressed: Signal<bool>, press: Callback<()>| {
        view! {
            <button
                type="button"
                class="choice"
                aria-pressed=move || if pressed.get() { "true" } else { "false" }
                on:click=move |_| press.run(())
            >
                {t(key)}
            </button>
        }
    };
    let device = |key, is: bool| {
        choice(
            key,
            Signal::derive(move || phone.get() == is),
            Callback::new(move |()| phone.set(is)),
        )
    };
    let light = |key, dark: bool| {
        let pressed = Signal::derive(move || setting.with(|setting| setting.dark == dark));
        choice(
            key,
            pressed,
            Callback::new(move |()| setting.update(|setting| setting.dark = dark)),
        )
    };
    let lang = |key, lang: Lang| {
        let pressed = Signal::derive(move || setting.with(|setting| setting.lang == lang));
        choice(
            key,
            pressed,
            Callback::new(move |()| setting.update(|setting| setting.lang = lang)),
        )
    };
    view! {
        <div class="field">
            <label for="preview-who">{t("customise.preview.who")}</label>
            <select
                id="preview-who"
                on:change:target=move |event| {
                    let who = Who::of(&event.target().value());
                    setting.update(|setting| setting.who = who);
                }
            >
                {people}
            </select>
        </div>
        <div class="buttons views">
            <div class="choices" role="group" aria-label=t("customise.preview.device")>
                {device("customise.preview.phone", true)}
                {device("customise.preview.desktop", false)}
            </div>
            <div class="choices" role="group" aria-label=t("language")>
                {lang("lang.fa", Lang::Fa)}
                {lang("lang.en", Lang::En)}
            </div>
            <div class="choices" role="group" aria-label=t("light")>
                {light("light.light", false)}
                {light("light.dark", true)}
            </div>
        </div>
    }
}
