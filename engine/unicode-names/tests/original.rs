//! All names are the original's, to the letter, and found by nothing else.

use std::{fmt::Write as _, fs};
use unicode_names2::{character, name};

/// Writes the files with the names anew.
#[test]
#[ignore = "only for another version of Unicode"]
fn write() {
    let mut text = String::new();
    let mut ideographs: Vec<(u32, u32)> = Vec::new();
    let mut next = 0;
    for each in '\0'..=char::MAX {
        let Some(name) = original::name(each) else { continue };
        let code = u32::from(each);
        let hex = format!("{code:X}");
        let mut name = name.to_string();
        if name.starts_with("HANGUL SYLLABLE ") {
            continue;
        }
        if name == format!("CJK UNIFIED IDEOGRAPH-{hex}") {
            match ideographs.last_mut() {
                Some((_, last)) if *last + 1 == code => *last = code,
                _ => ideographs.push((code, code)),
            }
            continue;
        }
        if name.ends_with(&hex) {
            name.truncate(name.len() - hex.len());
            name.push('#');
        }
        if code != next {
            writeln!(text, "+{:X}", code - next).expect("a string takes everything");
        }
        next = code + 1;
        text.push_str(&name);
        text.push('\n');
    }
    fs::write("names.txt", text).expect("this folder can be written to");
    fs::write("src/ideographs.rs", format!("&{ideographs:?}")).expect("this folder, too");
}

#[test]
fn all_names_and_what_finds_them() {
    for each in '\0'..=char::MAX {
        let (ours, theirs) = (name(each), original::name(each));
        let (ours, theirs) = (ours.map(|it| it.to_string()), theirs.map(|it| it.to_string()));
        assert_eq!(ours, theirs, "{:X}", u32::from(each));
        let Some(name) = ours else { continue };
        assert_eq!(character(&name), Some(each), "{name}");
        assert_eq!(character(&name.to_lowercase()), Some(each), "{name}");
        for other in [
            name.replace(' ', "_"),
            format!(" {name}"),
            format!("{name} "),
            format!("{name}X"),
            name.chars().skip(1).collect(),
        ] {
            // Some names are others' ends, or the original knows them as aliases.
            let theirs = character(&other);
            assert!(theirs.is_none_or(|it| name_is(it, &other)), "{other}");
        }
    }
}

fn name_is(character: char, expected: &str) -> bool {
    name(character).is_some_and(|it| it.to_string() == expected)
}

#[test]
fn what_is_no_name() {
    for none in [
        "",
        "-",
        "é",
        "NUL",
        "NEW LINE",
        "LATIN_SMALL_LETTER_A",
        "LATINSMALLLETTERA",
        "HANGUL SYLLABLE",
        "HANGUL SYLLABLE GAGX",
        "CJK UNIFIED IDEOGRAPH-",
        "CJK UNIFIED IDEOGRAPH-04E00",
        "CJK UNIFIED IDEOGRAPH- 4E00",
        "CJK UNIFIED IDEOGRAPH-+4E00",
        "CJK UNIFIED IDEOGRAPH-2A6FF",
    ] {
        assert_eq!(character(none), None, "{none}");
    }
    assert_eq!(character("HANGUL JUNGSEONG O-E"), Some('\u{1180}'));
    assert_eq!(character("hangul jungseong oe"), Some('\u{116C}'));
    assert_eq!(character("hangul syllable woe"), None);
}
