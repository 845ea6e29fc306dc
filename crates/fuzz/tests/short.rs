//! A short run of every target, on bytes that mean nothing: the same ones each time.
#![allow(missing_docs, reason = "tests")]

use fuzz::TARGETS;

/// Bytes by SplitMix64.
fn bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ (mixed >> 31)) as u8
    };
    (0..length).map(|_| next()).collect()
}

#[test]
fn every_target_holds_for_bytes_that_mean_nothing() {
    for (name, check) in TARGETS {
        for seed in 0..300 {
            let input = bytes(seed, (seed as usize * 7) % 1_500);
            let held = std::panic::catch_unwind(|| check(&input));
            assert!(held.is_ok(), "the target {name} with seed {seed}");
        }
    }
}
