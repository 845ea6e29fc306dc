//! An address that leads nowhere.

use crate::app::BASE;
use crate::atoms::Page;
use crate::words::t;
use leptos::prelude::*;

/// Says so, and leads home.
#[component]
pub(crate) fn Missing() -> impl IntoView {
    view! {
        <Page title="missing.title">
            <p>{t("missing.text")}</p>
            <p>
                <a class="button" href=BASE>
                    {t("missing.home")}
                </a>
            </p>
        </Page>
    }
}
