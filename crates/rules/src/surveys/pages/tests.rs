use super::*;
use proptest::prelude::*;

#[test]
fn a_pattern_describes_the_whole_path() {
    let yes = [
        ("/", "/"),
        ("/*", "/"),
        ("*", ""),
        ("*", "/a/b"),
        ("/shop/*", "/shop/"),
        ("/shop/", "/shop"),
        ("/shop", "/shop/"),
        ("/a*c", "/abcabc"),
        ("/a*b*c", "/abbc"),
        ("*/sale", "/men/shoes/sale"),
        ("/a**", "/a"),
        ("/100%", "/100%"),
        ("/سبد/*", "/%D8%B3%D8%A8%D8%AF/1"),
        ("/%d8%b3%D8%A8%D8%AF", "/سبد"),
    ];
    for (pattern, path) in yes {
        assert!(fits(pattern, path), "{pattern} {path}");
    }
    let no = [
        ("", "/a"),
        ("/", "/a"),
        ("/shop/*", "/shop"),
        ("/shop", "/shops"),
        ("/shop", "/Shop"),
        ("/a*c", "/abcd"),
        ("/a*b*c", "/acb"),
        ("*/sale", "/sale/1"),
        ("/%2A", "/abc"),
        ("/%zz", "/zz"),
        ("/a/", "/a//"),
    ];
    for (pattern, path) in no {
        assert!(!fits(pattern, path), "{pattern} {path}");
    }
}

#[test]
fn only_and_except_are_lists() {
    let pages = |only: &[&str], except: &[&str]| Pages {
        only: only.iter().map(ToString::to_string).collect(),
        except: except.iter().map(ToString::to_string).collect(),
        devices: Vec::new(),
    };
    assert!(has(&pages(&[], &[]), "/x"));
    assert!(has(&pages(&["/a", "/b"], &["/c", "/d"]), "/b"));
    assert!(!has(&pages(&["/a", "/b"], &[]), "/c"));
    assert!(!has(&pages(&[], &["/c", "/d"]), "/d"));
}

#[test]
fn many_stars_take_no_more_than_the_two_lengths_multiplied() {
    let pattern = "*a".repeat(500);
    let path = "a".repeat(3_000);
    assert!(fits(&pattern, &path));
    assert!(!fits(&[&pattern, "b"].concat(), &path));
}

proptest! {
    #[test]
    fn a_path_fits_itself_and_any_part_of_it_can_be_a_star(path in "[a-c/é]{0,12}", from in 0..12_usize, to in 0..12_usize) {
        prop_assert!(fits(&path, &path));
        let chars: Vec<char> = path.chars().collect();
        let (from, to) = (from.min(to).min(chars.len()), from.max(to).min(chars.len()));
        let mut pattern: String = chars.iter().take(from).collect();
        pattern.push('*');
        pattern.extend(chars.iter().skip(to));
        prop_assert!(fits(&pattern, &path), "{pattern} {path}");
    }

    #[test]
    fn stars_are_read_as_by_trying_every_length(pattern in "[*ab]{0,8}", path in "[ab]{0,10}") {
        fn tried(pattern: &[u8], path: &[u8]) -> bool {
            match pattern.split_first() {
                None => path.is_empty(),
                Some((b'*', rest)) => (0..=path.len()).any(|n| tried(rest, &path[n..])),
                Some((one, rest)) => path.first() == Some(one) && tried(rest, &path[1..]),
            }
        }
        prop_assert_eq!(fits(&pattern, &path), tried(pattern.as_bytes(), path.as_bytes()));
    }

    #[test]
    fn any_text_is_read_to_its_end(pattern: String, path: String) {
        prop_assert!(fits(&pattern, &pattern) || pattern.contains('*'));
        prop_assert!(fits("*", &path));
    }
}
