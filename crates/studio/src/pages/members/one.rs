//! One member: how they stand, what they have, and what became of it.

use super::actions::Actions;
use super::adjusted::Adjusted;
use super::ledger::Ledger;
use super::named;
use crate::app::BASE;
use crate::atoms::{Retry, Skeleton, lead_to};
use crate::club;
use crate::icons::{Icon, icon};
use crate::program::Names;
use crate::remote::Remote;
use crate::server::{self, Failure, escaped};
use crate::words::{self, ago, count, date, fill, month_day, number, say, t};
use contract::members::{MemberReply, MemberView, RedemptionsReply};
use contract::shopper::{Redemption, RedemptionState};
use leptos::html::H1;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use rules::program::{Currency, Measure};
use rules::tiers::Standing;
use rules::{Money, Points};

/// The member that the address names.
#[component]
pub(crate) fn One() -> impl IntoView {
    let location = use_location();
    let id = Memo::new(move |_| named(&location.pathname.get()));
    // Each member is a view of its own: what was typed for one is not sent to another.
    move || view! { <Told id=id.get() /> }
}

#[component]
fn Told(
    /// The shop's id.
    id: String,
) -> impl IntoView {
    let path = format!("/v1/members/{}", escaped(&id));
    let (asked, coupons) = (path.clone(), format!("{path}/redemptions"));
    let member = Remote::new(move || {
        let path = asked.clone();
        async move {
            let reply: MemberReply = server::get(&path).await?;
            Ok(reply.member)
        }
    });
    let taken = Remote::new(move || {
        let path = coupons.clone();
        async move {
            let reply: RedemptionsReply = server::get(&path).await?;
            Ok(reply.redemptions)
        }
    });
    let names = Names::new();
    let gone = RwSignal::new(false);
    // What is typed outlives what is read anew.
    let face = Memo::new(move |_| match (gone.get(), member.get()) {
        (true, _) => Face::Erased,
        (false, Some(_)) => Face::There,
        (false, None) => member.failure().map_or(Face::Asking, Face::Failed),
    });
    let changed = RwSignal::new(0_u32);
    let after = Callback::new(move |()| {
        member.again();
        changed.update(|times| *times += 1);
    });
    let rest = StoredValue::new(path);
    view! {
        <a class="button quiet back" href=format!("{BASE}/members")>
            {icon(Icon::Back)}
            {t("member.back")}
        </a>
        {move || match face.get() {
            Face::Erased => erased().into_any(),
            Face::Failed(failure) => {
                view! { <Retry failure again=Callback::new(move |()| member.again()) /> }.into_any()
            }
            Face::Asking => view! { <Skeleton lines=8 /> }.into_any(),
            Face::There => {
                let path = rest.get_value();
                view! {
                    <Head member names />
                    {move || member.get().map(|member| balances(member, names))}
                    <Actions path=path.clone() member after gone />
                    <Coupons taken names />
                    <Adjusted path=path.clone() changed=changed.into() />
                    <Ledger path names changed=changed.into() />
                }
                    .into_any()
            }
        }}
    }
}

/// What of a member is shown.
#[derive(Clone, PartialEq)]
enum Face {
    Asking,
    Failed(Failure),
    There,
    Erased,
}

/// What is left to say when a member was erased.
fn erased() -> impl IntoView {
    let heading = NodeRef::<H1>::new();
    lead_to(heading);
    view! {
        <h1 node_ref=heading tabindex="-1">
            {t("member.gone")}
        </h1>
        <p>{t("member.gone.text")}</p>
    }
}

#[component]
fn Head(
    /// Who is shown.
    member: Remote<MemberView>,
    /// What the program says.
    names: Names,
) -> impl IntoView {
    let heading = NodeRef::<H1>::new();
    lead_to(heading);
    let name = Memo::new(move |_| {
        let member = member.get();
        let name = member.map(|member| member.first_name.unwrap_or(member.external_id));
        name.unwrap_or_default()
    });
    Effect::new(move |_| {
        document().set_title(&fill("title", &[("page", &name.get())]));
    });
    view! {
        <header class="page-head">
            <h1 node_ref=heading tabindex="-1">
                <bdi>{move || name.get()}</bdi>
            </h1>
            {move || {
                let blocked = member.get().is_some_and(|member| member.blocked);
                blocked.then(|| view! { <span class="pill bad">{t("members.blocked")}</span> })
            }}
        </header>
        {move || member.get().map(|member| facts(member, names))}
    }
}

fn facts(member: MemberView, names: Names) -> impl IntoView {
    let calendar = names.program().map(|program| program.calendar);
    let fact = |name: &'static str, value: String| {
        view! {
            <div>
                <dt>{t(name)}</dt>
                <dd>
                    <bdi>{value}</bdi>
                </dd>
            </div>
        }
    };
    let consents = if member.consents.is_empty() {
        say("member.consents.none")
    } else {
        member.consents.join("، ")
    };
    view! {
        <dl class="facts card">
            {fact("member.id", member.external_id)}
            {fact("member.joined", date(member.joined_at))}
            {member
                .birthday
                .zip(calendar)
                .map(|(day, of)| fact("member.birthday", month_day(of, day.month, day.day)))}
            {member.language.map(|language| fact("member.language", language))}
            {fact("member.consents", consents)}
            {fact("member.code", member.referral_code)}
        </dl>
    }
}

/// What the member has, and where they stand.
fn balances(member: MemberView, names: Names) -> impl IntoView {
    let club = club::club();
    let currency = move || club.0.get().map(|it| it.club.currency);
    let points = member.balances;
    let wallet = member.wallet;
    let beside = [
        ("member.pending", points.pending),
        ("member.held", points.held),
        ("member.debt", points.debt),
    ];
    let beside: Vec<String> = beside
        .into_iter()
        .filter(|(_, points)| *points != Points::ZERO)
        .map(|(key, points)| fill(key, &[("n", &number(points.0))]))
        .collect();
    let ends = points.expiring.first().copied();
    let has_wallet = wallet.available != Money::ZERO || wallet.pending != Money::ZERO;
    let sum = move |sum: Money| currency().map(|currency| words::money(sum, &currency));
    let standing = member.standing;
    view! {
        <ul class="figures">
            <li class="card figure">
                <span class="name">{t("member.points")}</span>
                <strong>{number(points.available.0)}</strong>
                <span class="beside">{beside.join(" · ")}</span>
                {ends
                    .map(|end| {
                        let n = number(end.points.0);
                        let said = fill("member.ends", &[("n", &n), ("date", &date(end.expires_at))]);
                        view! { <span class="beside">{said}</span> }
                    })}
            </li>
            {has_wallet
                .then(|| {
                    view! {
                        <li class="card figure">
                            <span class="name">{t("member.wallet")}</span>
                            <strong>{move || sum(wallet.available)}</strong>
                            <span class="beside">
                                {move || {
                                    let pending = sum(wallet.pending);
                                    (wallet.pending != Money::ZERO)
                                        .then(|| {
                                            let money = pending.unwrap_or_default();
                                            fill("member.wallet.pending", &[("money", &money)])
                                        })
                                }}
                            </span>
                        </li>
                    }
                })}
            {standing.map(|standing| tier(standing, names))}
        </ul>
    }
}

/// The tier by its name, and what is missing to the next one.
fn tier(standing: Standing, names: Names) -> impl IntoView {
    let club = club::club();
    let ladder = Memo::new(move |_| names.program().and_then(|program| program.tiers));
    let level = move |index: usize| {
        let ladder = ladder.get()?;
        ladder.levels.get(index).map(|tier| words::text(&tier.name))
    };
    let Standing {
        measure,
        current,
        next,
        delta_to_next,
        ..
    } = standing;
    let missing = move || {
        let tier = level(next?)?;
        let currency = club.0.get()?.club.currency;
        let what = measured(measure, delta_to_next?, &currency);
        Some(fill(
            "member.tier.next",
            &[("what", &what), ("tier", &tier)],
        ))
    };
    view! {
        <li class="card figure">
            <span class="name">{t("member.tier")}</span>
            <strong>
                <bdi>{move || level(current)}</bdi>
            </strong>
            <span class="beside">{missing}</span>
        </li>
    }
}

/// So much of what a ladder counts.
fn measured(measure: Measure, value: i64, currency: &Currency) -> String {
    match measure {
        Measure::Spend => words::money(Money(value), currency),
        Measure::PointsEarned => count("points", value, &[]),
        Measure::Orders => count("member.orders", value, &[]),
    }
}

#[component]
fn Coupons(
    /// Rewards that the member took.
    taken: Remote<Vec<Redemption>>,
    /// What they are called.
    names: Names,
) -> impl IntoView {
    let shown = move |all: Vec<Redemption>| {
        if all.is_empty() {
            return view! { <p class="hint">{t("member.coupons.none")}</p> }.into_any();
        }
        let rows = all.into_iter().map(|one| coupon(one, names));
        view! { <ul class="rows">{rows.collect_view()}</ul> }.into_any()
    };
    view! {
        <section class="card" aria-labelledby="coupons">
            <h2 id="coupons">{t("member.coupons")}</h2>
            {move || match (taken.get(), taken.failure()) {
                (_, Some(failure)) => {
                    view! { <Retry failure again=Callback::new(move |()| taken.again()) /> }
                        .into_any()
                }
                (Some(all), None) => shown(all),
                (None, None) => view! { <Skeleton lines=2 /> }.into_any(),
            }}
        </section>
    }
}

fn coupon(taken: Redemption, names: Names) -> impl IntoView {
    let (word, class) = match taken.state {
        RedemptionState::Open => ("coupon.open", "pill good"),
        RedemptionState::Used => ("coupon.used", "pill"),
        RedemptionState::Cancelled => ("coupon.cancelled", "pill"),
        RedemptionState::Expired => ("coupon.expired", "pill"),
    };
    let open = taken.state == RedemptionState::Open;
    let (at, expires_at, points) = (taken.at, taken.expires_at, taken.points);
    view! {
        <li class="row">
            <span class="topic">
                <bdi>{move || names.reward(&taken.reward_id)}</bdi>
            </span>
            <span class="when">{move || count("points", points.0, &[])}</span>
            <span class="who">
                <bdi class="code">{taken.code}</bdi>
                " · "
                {move || {
                    if open {
                        fill("coupon.until", &[("date", &date(expires_at))])
                    } else {
                        ago(at)
                    }
                }}
            </span>
            <span class="marks">
                <span class=class>{t(word)}</span>
            </span>
        </li>
    }
}
