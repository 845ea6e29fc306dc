use super::*;
use crate::Bp;
use crate::program::{
    Activity, ActivityRule, Expiry, PointValue, Referral, Reward, RewardKind, Text, Window,
};
use crate::samples::{at, ladder, program, reward, survey, tier};
use crate::{Money, Points};

fn faults(change: impl FnOnce(&mut Program)) -> Vec<String> {
    let mut program = program();
    change(&mut program);
    validate(&program)
        .into_iter()
        .map(|f| format!("{} {}", f.pointer, f.code))
        .collect()
}

#[test]
fn a_sound_program_has_no_fault() {
    let all = faults(|p| {
        p.tiers = Some(ladder(Window::CalendarYear));
        p.rewards = vec![reward("rwd_1", 10)];
        p.surveys = vec![survey("srv_1")];
        p.links.club = Some("/club".to_owned());
        p.links.login = Some("https://shop.example/login".to_owned());
        p.look.accent = Some("#12aBef".to_owned());
    });
    assert_eq!(all, Vec::<String>::new());
}

#[test]
fn a_fault_is_a_sentence_that_says_what_to_do() {
    let mut program = program();
    program.reinstate_days = 0;
    let fault = validate(&program).remove(0);
    assert_eq!(fault.detail, "0 must be at least 1.");
    program.reinstate_days = 1;
    program.languages.push("en".to_owned());
    let fault = validate(&program).remove(0);
    assert_eq!(fault.detail, "The words in “en” are missing; add them.");
}

#[test]
fn languages_are_named_once_and_well() {
    let all = faults(|p| p.languages = vec!["fa".into(), "fa".into(), "?".into()]);
    assert_eq!(
        all[..2],
        ["/languages/1 duplicate", "/languages/2 bad_language"]
    );
    assert_eq!(faults(|p| p.languages.clear())[0], "/languages empty");
}

#[test]
fn a_language_is_a_tag_of_35_letters_at_most() {
    let told = |tag: &str| {
        let all = faults(|p| p.languages.push(tag.to_owned()));
        all.contains(&"/languages/1 bad_language".to_owned())
    };
    let longest = format!("en-{}-abcdefg", ["abcdefgh"; 2].join("-"));
    let longest = format!("{longest}-abcdef");
    assert_eq!(longest.len(), 35);
    for good in [
        "en",
        "en-GB",
        "zh-Hant-TW",
        "sl-rozaj-biske-1994",
        "abcdefgh",
        &longest,
    ] {
        assert!(!told(good), "{good}");
    }
    for bad in [
        &format!("{longest}g"),
        &format!("en{}", "-a".repeat(17)),
        "",
        "e",
        "abcdefghi",
        "en-",
        "-en",
        "en--GB",
        "en-abcdefghi",
        "en_GB",
        "e1",
        "en GB",
        "فا",
    ] {
        assert!(told(bad), "{bad}");
    }
    let fault = validate(&{
        let mut program = program();
        program.languages = vec![format!("{longest}g")];
        program
    });
    let told = "Write a BCP 47 tag of 35 letters at most, like “fa” or “en-GB”.";
    assert!(
        fault
            .iter()
            .any(|fault| fault.pointer == "/languages/0" && fault.detail == told)
    );
}

#[test]
fn words_in_a_language_that_the_program_lacks_are_told() {
    let all = faults(|p| {
        p.name.insert("a/b".to_owned(), "?".to_owned());
    });
    assert_eq!(all, ["/name/a~1b unknown_language"]);
}

#[test]
fn a_blank_word_is_no_word() {
    let all = faults(|p| {
        p.name.insert("fa".to_owned(), " ".to_owned());
    });
    assert_eq!(all, ["/name/fa missing_language"]);
}

#[test]
fn what_is_done_is_paid_by_one_rule() {
    let all = faults(|p| {
        for id in ["join", "again"] {
            p.earning.activities.push(ActivityRule {
                id: id.to_owned(),
                kind: Activity::Join,
                points: Points(1),
                title: Text::new(),
                caps: Vec::new(),
                claimable: None,
            });
        }
    });
    assert_eq!(all, ["/earning/activities/1/kind duplicate"]);
}

#[test]
fn rewards_give_something_and_cost_something() {
    let all = faults(|p| {
        let kinds = [
            RewardKind::AmountOff(Money(0)),
            RewardKind::PercentOff {
                rate: Bp(10_001),
                ceiling: Some(Money(0)),
            },
            RewardKind::FreeProduct(" ".to_owned()),
            RewardKind::Donation(String::new()),
        ];
        for (index, kind) in kinds.into_iter().enumerate() {
            p.rewards.push(Reward {
                kind,
                ..reward(&index.to_string(), 0)
            });
        }
    });
    assert_eq!(
        all,
        [
            "/rewards/0/cost too_small",
            "/rewards/0/kind/amount_off too_small",
            "/rewards/1/cost too_small",
            "/rewards/1/kind/percent_off/rate too_large",
            "/rewards/1/kind/percent_off/ceiling too_small",
            "/rewards/2/cost too_small",
            "/rewards/2/kind/free_product empty",
            "/rewards/3/cost too_small",
            "/rewards/3/kind/donation empty",
        ]
    );
}

#[test]
fn limits_of_a_reward_are_more_than_nothing() {
    let all = faults(|p| {
        p.rewards.push(Reward {
            minimum_order: Some(Money(0)),
            per_member: Some(0),
            coupon_days: 0,
            starts_at: Some(at("2025-01-02T00:00:00Z")),
            ends_at: Some(at("2025-01-01T00:00:00Z")),
            ..reward("rwd", 1)
        });
    });
    assert_eq!(
        all,
        [
            "/rewards/0/minimum_order too_small",
            "/rewards/0/ends_at ends_before_start",
            "/rewards/0/per_member too_small",
            "/rewards/0/coupon_days too_small",
        ]
    );
}

#[test]
fn referral_points_may_not_end_while_pending_either() {
    let all = faults(|p| {
        p.expiry = Expiry::Inactivity {
            months: 2,
            warn_days: 0,
        };
        p.referral = Some(Referral {
            advocate_points: Points(-1),
            friend_points: Points(0),
            minimum_order: Money(-1),
            claim_days: 0,
            pending_days: 59,
            cap: Some(0),
            per_address: None,
        });
    });
    assert_eq!(
        all,
        [
            "/referral/pending_days expires_while_pending",
            "/referral/advocate_points too_small",
            "/referral/minimum_order too_small",
            "/referral/claim_days too_small",
            "/referral/cap too_small",
        ]
    );
}

#[test]
fn a_point_has_a_value_or_none_is_given() {
    let all = faults(|p| {
        p.point_value = Some(PointValue {
            points: Points(0),
            money: Money(0),
        })
    });
    assert_eq!(
        all,
        [
            "/point_value/points too_small",
            "/point_value/money too_small"
        ]
    );
}

#[test]
fn links_lead_to_the_shop_or_to_https() {
    for link in [
        "",
        "club",
        "//evil.example",
        "http://shop.example",
        "javascript:x",
        "/a b",
        "/\\x",
    ] {
        let all = faults(|p| p.links.invite = Some(link.to_owned()));
        assert_eq!(all, ["/links/invite bad_link"], "{link}");
    }
}

#[test]
fn an_empty_ladder_is_no_ladder() {
    let all = faults(|p| {
        let mut ladder = ladder(Window::Lifetime);
        ladder.levels.clear();
        p.tiers = Some(ladder);
    });
    assert_eq!(all, ["/tiers/levels empty"]);
    let all = faults(|p| {
        let mut ladder = ladder(Window::Lifetime);
        ladder.levels = vec![crate::program::Tier {
            id: String::new(),
            ..tier("bronze", 0)
        }];
        p.tiers = Some(ladder);
    });
    assert_eq!(all, ["/tiers/levels/0/id empty"]);
}
