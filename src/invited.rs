//! Somebody came by an invitation (`?vafa_ref=` in the address). A guest claims it once; the claim is kept until they
//! join, and the page that they see says what it brings. To a member it says why it brings nothing.

use crate::decode::decode;
use crate::host::{Host, Reply, after, field, object, string, then};
use crate::store::{Store, Who};
use crate::words::{self, fill, t};
use crate::{sync, views};
use rules::program::Program;
use rules::{Money, Points, Timestamp};
use std::cell::Cell;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::Element;

/// So long a page that has named nobody yet may still say that a member is there, who claims nothing.
const GRACE_MS: u32 = 1_500;

thread_local! {
    static WAITING: Cell<bool> = const { Cell::new(false) };
    static CLAIMING: Cell<bool> = const { Cell::new(false) };
    // Why an invitation of this page brings nothing: the end of a key.
    static NOTHING: Cell<Option<&'static str>> = const { Cell::new(None) };
}

/// It is known who is there, and that they came by an invitation.
pub fn arrived(store: Store) {
    let host = store.host();
    let Some(code) = held(host) else {
        // Nor is it looked at on every page from now on.
        host.keep("ref", &JsValue::NULL);
        return;
    };
    match store.get(|s| s.who) {
        Who::Unknown => {}
        Who::Member => {
            let own = string(&sync::of_member("referral"), "code");
            let why = match own {
                None => "invited.closed",
                Some(own) if bare(&own) == bare(&code) => "invited.own",
                Some(_) => "invited.member",
            };
            store.say(t(why), false);
            settle(store, &code);
        }
        Who::Stranger => claim(store, code),
        Who::Guest => {
            if WAITING.replace(true) {
                return;
            }
            after(GRACE_MS, move || {
                WAITING.set(false);
                let here = held(store.host());
                if let Some(code) = here.filter(|_| store.get(|s| s.who) == Who::Guest) {
                    claim(store, code);
                }
            });
        }
    }
}

/// The code of the address as it is kept. What could not have stood there was put in its place by somebody else.
fn held(host: &Host) -> Option<String> {
    let code = host.stored("ref").as_string()?;
    let plain = |letter: u8| letter.is_ascii_alphanumeric() || letter == b'-' || letter == b'_';
    code.bytes().all(plain).then_some(code)
}

/// Codes are written in groups, and by hand in small letters.
fn bare(code: &str) -> String {
    let letters = code.chars().filter(char::is_ascii_alphanumeric);
    letters.map(|c| c.to_ascii_uppercase()).collect()
}

/// What became of the invitation is known. The panel opens to say so, once for each: they came for it.
fn settle(store: Store, code: &str) {
    let host = store.host();
    host.keep("ref", &JsValue::NULL);
    if host.stored("landed").as_string().as_deref() != Some(code) {
        host.keep("landed", &code.into());
        if has_launcher() {
            views::open(store);
        }
    }
    store.set(|_| {});
}

/// Whether the page shows the launcher: where it does not, no panel opens by itself.
fn has_launcher() -> bool {
    let document = web_sys::window().and_then(|w| w.document());
    let float = document.and_then(|d| d.query_selector("vafa-widget[floating]").ok()?);
    let root = float.map(|float| field(&float, "shadowRoot"));
    // A root is asked like an element.
    let root = root.filter(JsValue::is_object);
    let found = root.map(|root| {
        root.unchecked_into::<Element>()
            .query_selector("[part=launcher]")
    });
    matches!(found, Some(Ok(Some(_))))
}

/// Claims it under an id that is saved first, so that a lost answer makes no second claim.
fn claim(store: Store, code: String) {
    let host = store.host();
    let held = host.stored("claim");
    if string(&held, "code").as_deref() == Some(&*code) && id(host, store.now()).is_string() {
        return settle(store, &code);
    }
    if CLAIMING.replace(true) {
        return;
    }
    let begun = host.stored("claiming");
    let key = string(&begun, "key").filter(|_| string(&begun, "code").as_deref() == Some(&*code));
    let key = key.unwrap_or_else(|| {
        let key = host.uuid();
        let begun = [("code", (&*code).into()), ("key", (&*key).into())];
        host.keep("claiming", &object(&begun));
        key
    });
    let path = ["/v1/referrals/", &code, "/claims"].concat();
    let claimed = host.send("POST", &path, &JsValue::UNDEFINED, Some(&key));
    then(claimed, move |reply| {
        let reply = Reply::of(reply);
        CLAIMING.set(false);
        let known = match reply.status() {
            200..=299 => {
                let claim = field(&reply.body(), "claim");
                let part = |name: &'static str| (name, field(&claim, name));
                let whole = [
                    ("code", (&*code).into()),
                    part("id"),
                    part("friend_points"),
                    part("minimum_order"),
                    part("expires_at"),
                    part("refused"),
                ];
                host.keep("claim", &object(&whole));
                NOTHING.set(None);
                true
            }
            400 | 404 | 422 => {
                let open = sync::of_program("referral").is_object();
                NOTHING.set(Some(if open { "unknown" } else { "closed" }));
                true
            }
            // Nobody knows: asked again when the server next answers.
            _ => false,
        };
        if known {
            host.keep("claiming", &JsValue::NULL);
            settle(store, &code);
        }
    });
}

fn ends(claim: &JsValue) -> Timestamp {
    decode(&field(claim, "expires_at")).unwrap_or(Timestamp(i64::MAX))
}

/// The claim's id, to be named when they join; null when there is none, or it counts no more.
pub fn id(host: &Host, now: Timestamp) -> JsValue {
    let claim = host.stored("claim");
    let id = field(&claim, "id");
    if id.is_string() && field(&claim, "refused").is_falsy() && now < ends(&claim) {
        id
    } else {
        JsValue::NULL
    }
}

/// What the invitation brings: whether it brings anything, a headline, and a sentence. None without an invitation.
pub fn told(store: Store, program: &Program) -> Option<(bool, String, String)> {
    let host = store.host();
    let claim = host.stored("claim");
    let nothing = |why: &str| Some((false, t("invited.nothing"), t(&["invited.", why].concat())));
    if let Some(why) = NOTHING.get() {
        return nothing(why);
    }
    if !claim.is_object() {
        return None;
    }
    if field(&claim, "refused").is_truthy() {
        return nothing("refused");
    }
    let ends = ends(&claim);
    if ends <= store.now() {
        return nothing("ended");
    }
    let whole = |name| field(&claim, name).as_f64().unwrap_or(0.0) as i64;
    let (points, least) = (whole("friend_points"), whole("minimum_order"));
    let points = words::points(Points(points));
    let money = words::money(Money(least), &program.currency);
    let values = [
        ("points", &*points),
        ("money", &*money),
        ("date", &words::date(ends)),
    ];
    let key = if least > 0 {
        "invited.gift.over"
    } else {
        "invited.gift"
    };
    Some((true, t("invited.title"), fill(key, &values)))
}
