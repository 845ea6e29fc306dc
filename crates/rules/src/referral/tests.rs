#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use super::*;
use crate::samples::at;
use proptest::prelude::*;

fn plain(random: [u8; 8]) -> Vec<char> {
    code(random).chars().filter(|c| *c != '-').collect()
}

#[test]
fn a_code_has_fifty_bits_and_more() {
    assert!(29_u64.pow(BODY as u32) > 1 << 53);
    assert_eq!(code([0; 8]), "2222-2222-2222");
    assert_eq!(code([0xff; 8]).len(), 14);
}

#[test]
fn the_alphabet_has_no_two_that_look_alike() {
    for group in ["0O", "1IL", "UV"] {
        let there = group.bytes().filter(|c| ALPHABET.contains(c)).count();
        assert_eq!(there, 0, "{group}");
    }
    assert!(ALPHABET.is_sorted());
}

#[test]
fn what_is_no_code_is_refused() {
    let long = "2".repeat(500);
    let marks = format!("{}2222-2222-2222", "-".repeat(64));
    for text in [
        "",
        "-",
        "AAAA",
        "IIII-OOOO-LLLL",
        "۲۳۴۵",
        &long,
        &marks,
        "2222-2222-222ß",
    ] {
        assert_eq!(normalise(text), None, "{text}");
    }
}

#[test]
fn sixty_four_characters_are_read_and_no_more() {
    let padded = |spaces| format!("{}222222222222", " ".repeat(spaces));
    assert!(normalise(&padded(52)).is_some());
    assert_eq!(normalise(&padded(53)), None);
}

#[test]
fn every_refusal_has_its_name_on_the_wire() {
    use Refusal::*;
    let all = [
        SelfReferral,
        NotFirstOrder,
        BelowMinimum,
        Expired,
        CapReached,
        SameContact,
        TooManyFromAddress,
        AlreadyReferred,
    ];
    for refusal in all {
        assert_eq!(serde_json::to_value(refusal).unwrap(), refusal.code());
    }
}

#[test]
fn a_friend_who_will_join_has_not_joined() {
    let claim = Claim {
        expires_at: at("2025-07-01T00:00:00Z"),
        joined_at: Some(at("2025-06-10T00:00:00Z")),
        rewards_at: None,
        refused: None,
    };
    assert_eq!(state(&claim, at("2025-06-09T23:59:59Z")), State::Invited);
    assert_eq!(state(&claim, at("2025-06-10T00:00:00Z")), State::Joined);
}

proptest! {
    #[test]
    fn a_code_is_its_own_normal_form(random: [u8; 8]) {
        let code = code(random);
        prop_assert_eq!(normalise(&code), Some(code.clone()));
        let typed = code.replace('-', " ").to_lowercase();
        prop_assert_eq!(normalise(&typed), Some(code));
    }

    #[test]
    fn what_is_read_is_in_normal_form(text in "[2-9A-Za-z۰-۹ -]{12,16}") {
        if let Some(code) = normalise(&text) {
            prop_assert_eq!(normalise(&code), Some(code));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,80}") {
        prop_assert!(normalise(&text).is_none_or(|code| code.len() == 14));
    }

    #[test]
    fn every_single_wrong_character_is_caught(random: [u8; 8]) {
        let plain = plain(random);
        for at in 0..plain.len() {
            for letter in ALPHABET.iter().copied().map(char::from) {
                let mut wrong = plain.clone();
                let place = wrong.get_mut(at).unwrap();
                if *place != letter {
                    *place = letter;
                    prop_assert_eq!(normalise(&String::from_iter(&wrong)), None);
                }
            }
        }
    }

    #[test]
    fn every_two_that_changed_places_are_caught(random: [u8; 8]) {
        let plain = plain(random);
        for (one, other) in (0..plain.len()).flat_map(|b| (0..b).map(move |a| (a, b))) {
            if plain.get(one) != plain.get(other) {
                let mut wrong = plain.clone();
                wrong.swap(one, other);
                prop_assert_eq!(normalise(&String::from_iter(&wrong)), None);
            }
        }
    }
}
