//! Where on the shop's site something may be shown.

use crate::program::Pages;

/// Whether a page is one of these. What is excepted is out, whatever else says it is in.
pub(super) fn has(pages: &Pages, path: &str) -> bool {
    let any = |patterns: &[String]| patterns.iter().any(|pattern| fits(pattern, path));
    (pages.only.is_empty() || any(&pages.only)) && !any(&pages.except)
}

/// Whether a pattern describes a path from its first character to its last. A slash at the end makes no
/// difference; an address that was copied percent-encoded is the same as one that was typed.
fn fits(pattern: &str, path: &str) -> bool {
    wild(pattern.as_bytes(), path.as_bytes()) || wild(bare(pattern), bare(path))
}

fn bare(text: &str) -> &[u8] {
    text.strip_suffix('/').unwrap_or(text).as_bytes()
}

/// `*` stands for any characters, none too. When what follows a star does not fit, the last star takes
/// one character more: no more steps than the two lengths multiplied.
fn wild(pattern: &[u8], path: &[u8]) -> bool {
    let (mut p, mut at) = (0, 0);
    let mut star = None;
    loop {
        if pattern.get(p) == Some(&b'*') {
            p += 1;
            star = Some((p, at));
            continue;
        }
        let (want, have) = (letter(pattern, p), letter(path, at));
        match (want, have) {
            (None, None) => return true,
            (Some((a, next)), Some((b, after))) if a == b => (p, at) = (next, after),
            _ => {
                let Some((after_star, taken)) = star else {
                    return false;
                };
                let Some((_, more)) = letter(path, taken) else {
                    return false;
                };
                star = Some((after_star, more));
                (p, at) = (after_star, more);
            }
        }
    }
}

/// The byte at a place, and the place of the next one; `%D9` is one byte.
fn letter(text: &[u8], at: usize) -> Option<(u8, usize)> {
    let byte = *text.get(at)?;
    let digit = |place: usize| {
        let value = char::from(*text.get(place)?).to_digit(16)?;
        u8::try_from(value).ok()
    };
    let coded = (byte == b'%').then(|| Some(digit(at + 1)? * 16 + digit(at + 2)?));
    Some(match coded.flatten() {
        Some(byte) => (byte, at + 3),
        None => (byte, at + 1),
    })
}

#[cfg(test)]
mod tests;
