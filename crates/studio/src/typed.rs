//! What people type, read as they mean it.

/// A whole number, in any of the digits that keyboards here have, with or without marks between thousands.
pub(crate) fn whole(text: &str) -> Option<i64> {
    let mut plain = String::new();
    for one in text.trim().chars() {
        match u32::from(one) {
            0x06f0..=0x06f9 => plain.push(digit(one, 0x06f0)),
            0x0660..=0x0669 => plain.push(digit(one, 0x0660)),
            // Between thousands: comma, Arabic comma and mark, spaces.
            0x2c | 0x060c | 0x066c | 0x20 | 0xa0 | 0x202f => {}
            0x2212 => plain.push('-'),
            _ => plain.push(one),
        }
    }
    plain.parse().ok()
}

fn digit(one: char, zero: u32) -> char {
    let value = u32::from(one) - zero;
    char::from_digit(value, 10).unwrap_or(one)
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn a_number_is_read_in_any_digits() {
        for (text, number) in [
            ("250", Some(250)),
            (" ۲۵۰ ", Some(250)),
            ("٢٥٠", Some(250)),
            ("۱٬۲۵۰", Some(1_250)),
            ("1,250", Some(1_250)),
            ("−5", Some(-5)),
            ("", None),
            ("۲.۵", None),
            ("many", None),
            ("99999999999999999999", None),
        ] {
            assert_eq!(whole(text), number, "{text}");
        }
    }
}
