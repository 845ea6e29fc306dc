//! Which of the studio's faces is shown: the first run, the login, or the pages inside.

use crate::atoms::{Retry, Skeleton, live_region};
use crate::pages::first_run::FirstRun;
use crate::pages::login::LogIn;
use crate::session::{self, Stage};
use crate::shell::Shell;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::components::Router;

/// Where the studio is on its server.
pub(crate) const BASE: &str = "/studio";

/// What is shown; a change of anything else draws nothing anew, so that what was typed stays.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Face {
    Asking,
    Failed,
    First,
    Out,
    Inside,
}

fn face() -> Face {
    match session::stage() {
        Stage::Asking => Face::Asking,
        Stage::Failed(_) => Face::Failed,
        Stage::First => Face::First,
        Stage::Out(_) => Face::Out,
        Stage::In(_) | Stage::Ended(_) => Face::Inside,
    }
}

fn ask() {
    spawn_local(session::find_out());
}

/// The whole studio.
#[component]
pub(crate) fn App() -> impl IntoView {
    ask();
    let face = Memo::new(|_| face());
    view! {
        {live_region()}
        <Router base=BASE>
            {move || match face.get() {
                Face::Asking => view! { <main class="alone"><Skeleton lines=4 /></main> }.into_any(),
                Face::Failed => failed().into_any(),
                Face::First => view! { <FirstRun /> }.into_any(),
                Face::Out => view! { <LogIn /> }.into_any(),
                Face::Inside => view! { <Shell /> }.into_any(),
            }}
        </Router>
    }
}

fn failed() -> impl IntoView {
    let failure = move || match session::stage() {
        Stage::Failed(failure) => Some(failure),
        _ => None,
    };
    view! {
        <main class="alone">
            {move || {
                failure()
                    .map(|failure| view! { <Retry failure again=Callback::new(|()| ask()) /> })
            }}
        </main>
    }
}
