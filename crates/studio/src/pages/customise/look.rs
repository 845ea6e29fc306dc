//! How the widget looks: a style to begin with, and one colour.

use super::controls::{Place, id_of, line};
use super::draft::Draft;
use super::form::Scope;
use super::labels;
use crate::words::{digits, fill, lang, say, t};
use leptos::prelude::*;
use rules::program::{Look as Looks, Preset};
use serde_json::{Value, json};

const ACCENT: &str = "/look/accent";
const PRESET: &str = "/look/preset";
/// The widget's own, where neither style nor club says another.
const OWN: &str = "#6552c4";

/// The styles, with what each is like.
const PRESETS: [(&str, &str, Preset); 3] = [
    ("quiet", "customise.look.preset.quiet.what", Preset::Quiet),
    ("soft", "customise.look.preset.soft.what", Preset::Soft),
    ("sharp", "customise.look.preset.sharp.what", Preset::Sharp),
];

/// Style, colour, and how well text reads on it.
#[component]
pub(super) fn Look(
    /// The form.
    scope: Scope,
) -> impl IntoView {
    let preset = scope.draft.memo(PRESET.to_owned());
    let chosen = move || preset.get().as_str().unwrap_or("quiet").to_owned();
    let styles = PRESETS.map(|(name, what, _)| {
        view! {
            <label class="template">
                <input
                    type="radio"
                    name="preset"
                    value=name
                    disabled=!untrack(Draft::writes)
                    prop:checked=move || chosen() == name
                    on:change=move |_| scope.draft.put(PRESET, json!(name))
                />
                <span class=format!("swatch {name}") aria-hidden="true"></span>
                <span class="name">{move || labels::pick("", name)}</span>
                <span class="what">{t(what)}</span>
            </label>
        }
    });
    view! {
        <fieldset class="templates looks" id=id_of(PRESET) tabindex="-1">
            <legend>{t("customise.look.preset")}</legend>
            {styles.into_iter().collect_view()}
        </fieldset>
        <Accent scope />
        <p class="hint">{t("customise.look.more")}</p>
    }
}

#[component]
fn Accent(
    /// The form.
    scope: Scope,
) -> impl IntoView {
    let value = scope.draft.memo(ACCENT.to_owned());
    let preset = scope.draft.memo(PRESET.to_owned());
    // What is seen while nothing is said.
    let assumed = move || {
        let name = preset.get();
        let preset = PRESETS
            .iter()
            .find(|(known, ..)| name == *known)
            .map(|(.., it)| *it);
        let look = Looks {
            accent: None,
            preset: preset.unwrap_or_default(),
        };
        look.completed().accent.unwrap_or_else(|| OWN.to_owned())
    };
    let seen = Memo::new(move |_| {
        let said = value.get();
        let said = said.as_str().filter(|colour| rgb(colour).is_some());
        said.map_or_else(assumed, ToOwned::to_owned)
    });
    let place = Place {
        draft: scope.draft,
        faults: scope.faults,
        pointer: ACCENT.to_owned(),
        label: Signal::derive(|| say("customise.look.accent")),
        hint: Signal::derive(|| Some(say("customise.look.accent.hint"))),
        default: None,
        optional: true,
    };
    view! {
        <div class="accent">
            <input
                type="color"
                aria-label=t("customise.look.accent.pick")
                disabled=!untrack(Draft::writes)
                prop:value=move || seen.get()
                on:input:target=move |event| scope.draft.put(ACCENT, json!(event.target().value()))
            />
            {line(&place, true)}
            <button
                type="button"
                class="button"
                aria-disabled=move || value.with(Value::is_null).then_some("true")
                on:click=move |_| scope.draft.put(ACCENT, Value::Null)
            >
                {t("customise.look.accent.none")}
            </button>
        </div>
        {move || rgb(&seen.get()).map(contrast)}
    }
}

/// The parts of `#rrggbb`.
fn rgb(colour: &str) -> Option<[u8; 3]> {
    let digits = colour
        .strip_prefix('#')
        .filter(|digits| digits.len() == 6)?;
    let part = |from: usize| u8::from_str_radix(digits.get(from..from.saturating_add(2))?, 16).ok();
    Some([part(0)?, part(2)?, part(4)?])
}

/// Relative luminance, as WCAG 2 has it.
fn luminance(colour: [u8; 3]) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    };
    let [red, green, blue] = colour.map(linear);
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

fn ratio(one: [u8; 3], other: [u8; 3]) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// How text reads on the colour, in whichever of white and black reads better: the widget writes in that one. On any
/// colour one of the two has more than the 4.5 to 1 that text needs.
fn contrast(colour: [u8; 3]) -> impl IntoView {
    let (white, black) = (ratio(colour, [255; 3]), ratio(colour, [0; 3]));
    let (key, best) = if white >= black {
        ("customise.look.contrast.white", white)
    } else {
        ("customise.look.contrast.black", black)
    };
    // Cut, not rounded: 4.46 is under 4.5.
    let tenths = (best * 10.0).floor() / 10.0;
    let written = digits(&format!("{tenths:.1}"));
    let written = if lang().tag() == "fa" {
        written.replace('.', "٫")
    } else {
        written
    };
    view! {
        <p class="contrast">
            {fill(key, &[("ratio", &written)])} " " <span class="pill good">{say("customise.look.contrast.good")}</span>
        </p>
    }
}

#[cfg(test)]
mod tests {
    use super::{ratio, rgb};

    #[test]
    fn contrast_is_that_of_wcag() {
        let of = |one, other| ratio(rgb(one).unwrap_or_default(), rgb(other).unwrap_or_default());
        assert!((of("#000000", "#ffffff") - 21.0).abs() < 0.001);
        assert!((of("#767676", "#ffffff") - 4.54).abs() < 0.01);
        assert!((of("#ff0000", "#ffffff") - 3.998).abs() < 0.01);
        assert_eq!(rgb("#12345"), None);
        assert_eq!(rgb("red"), None);
    }
}
