//! What is taken along: a file of the table, and a picture of the chart.
//!
//! The picture is painted from the chart in the page, path by path, in the colours and letters that it has there: the
//! page's policy lets nothing be loaded from text.

use crate::words::say;
use leptos::prelude::*;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    Blob, BlobPropertyBag, CanvasRenderingContext2d, CssStyleDeclaration, Element,
    HtmlAnchorElement, HtmlCanvasElement, Path2d, Url,
};

/// Pixels of the picture for one of the page.
const SCALE: f64 = 2.0;
const MARGIN: f64 = 20.0;
const HEAD: f64 = 34.0;

/// Hands a file to whoever asked for it.
fn hand_over(blob: &Blob, name: &str) -> Option<()> {
    let address = Url::create_object_url_with_blob(blob).ok()?;
    let link = document().create_element("a").ok()?;
    let link: HtmlAnchorElement = link.dyn_into().ok()?;
    link.set_href(&address);
    link.set_download(name);
    link.click();
    Url::revoke_object_url(&address).ok()
}

/// Hands over a table.
pub(super) fn save_text(text: &str, name: &str) {
    let options = BlobPropertyBag::new();
    options.set_type("text/csv;charset=utf-8");
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    if let Ok(blob) = Blob::new_with_str_sequence_and_options(&parts, &options) {
        // A browser that gives no file says why itself.
        let _ = hand_over(&blob, name);
    }
}

/// Paints the chart and hands the picture over.
pub(super) fn save_picture(chart: &Element, size: (f64, f64), title: &str, name: String) {
    // As above: what a browser cannot paint it does not give.
    let _ = paint(chart, size, title).and_then(|canvas| {
        let done = Closure::once_into_js(move |blob: JsValue| {
            if let Ok(blob) = blob.dyn_into::<Blob>() {
                let _ = hand_over(&blob, &name);
            }
        });
        canvas.to_blob(done.unchecked_ref()).ok()
    });
}

fn style(of: &Element) -> Option<CssStyleDeclaration> {
    window().get_computed_style(of).ok().flatten()
}

fn paint(chart: &Element, (width, height): (f64, f64), title: &str) -> Option<HtmlCanvasElement> {
    let canvas = document().create_element("canvas").ok()?;
    let canvas: HtmlCanvasElement = canvas.dyn_into().ok()?;
    let (all_x, all_y) = (width + 2.0 * MARGIN, height + HEAD + 2.0 * MARGIN);
    canvas.set_width((all_x * SCALE) as u32);
    canvas.set_height((all_y * SCALE) as u32);
    let on = canvas.get_context("2d").ok().flatten()?;
    let on: CanvasRenderingContext2d = on.dyn_into().ok()?;
    on.scale(SCALE, SCALE).ok()?;
    let around = style(&chart.closest("figure").ok().flatten()?)?;
    let said = |style: &CssStyleDeclaration, name: &str| style.get_property_value(name).ok();
    on.set_fill_style_str(&said(&around, "background-color")?);
    on.fill_rect(0.0, 0.0, all_x, all_y);
    let rtl = say("dir") == "rtl";
    let direction = if rtl { "rtl" } else { "ltr" };
    // It takes this property as any object does.
    js_sys::Reflect::set(&on, &"direction".into(), &direction.into()).ok()?;
    on.set_text_baseline("middle");
    on.set_fill_style_str(&said(&around, "color")?);
    on.set_font(&format!("600 16px {}", said(&around, "font-family")?));
    on.set_text_align("start");
    let begin = if rtl { all_x - MARGIN } else { MARGIN };
    on.fill_text(title, begin, MARGIN + HEAD / 2.0 - 6.0).ok()?;
    on.translate(MARGIN, MARGIN + HEAD).ok()?;
    let mut next = chart.first_element_child();
    while let Some(piece) = next {
        next = piece.next_element_sibling();
        let style = style(&piece)?;
        let number = |name: &str| -> Option<f64> {
            let text = piece.get_attribute(name)?;
            text.parse().ok()
        };
        let (fill, stroke) = (said(&style, "fill")?, said(&style, "stroke")?);
        on.set_global_alpha(
            said(&style, "opacity")
                .and_then(|alpha| alpha.parse().ok())
                .unwrap_or(1.0),
        );
        if piece.local_name() == "text" {
            on.set_fill_style_str(&fill);
            let (size, font) = (said(&style, "font-size")?, said(&style, "font-family")?);
            on.set_font(&format!("{size} {font}"));
            on.set_text_align(match piece.get_attribute("text-anchor").as_deref() {
                Some("middle") => "center",
                Some("end") => "end",
                _ => "start",
            });
            let text = piece.text_content().unwrap_or_default();
            on.fill_text(&text, number("x")?, number("y")?).ok()?;
            continue;
        }
        let path = Path2d::new_with_path_string(&piece.get_attribute("d")?).ok()?;
        if fill != "none" {
            on.set_fill_style_str(&fill);
            on.fill_with_path_2d(&path);
        }
        if stroke != "none" {
            let dashes = piece.get_attribute("stroke-dasharray").unwrap_or_default();
            let dashes = dashes.split_whitespace();
            let dashes = dashes.filter_map(|dash| dash.parse::<f64>().ok());
            let dashes: js_sys::Array = dashes.map(JsValue::from_f64).collect();
            on.set_line_dash(&dashes).ok()?;
            let width = said(&style, "stroke-width")?;
            on.set_line_width(width.trim_end_matches("px").parse().unwrap_or(1.0));
            on.set_stroke_style_str(&stroke);
            on.stroke_with_path(&path);
        }
    }
    Some(canvas)
}
