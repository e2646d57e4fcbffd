//! All names are the original's, to the letter, and are found as it finds them.

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
        for other in [
            name.to_lowercase(),
            name.replace([' ', '-'], ""),
            name.replace(' ', "_-"),
            name.replace('-', " -"),
            format!(" {}\t_", name.replace(' ', "")),
            format!("{name}X"),
            name.chars().skip(1).collect(),
        ] {
            assert_eq!(character(&other), original::character(&other), "{other}");
        }
    }
}

#[test]
fn what_is_no_name_or_another_name() {
    let words = "NUL NULL BACKSPACE ZWNBSP BOM SP VS1 VS16 VS17 VS256 VS0 VS01 VS+1 VS257 VS-1 VS";
    let others = [
        "",
        "-",
        "é",
        "NEW LINE",
        "HANGUL JUNGSEONG O-E",
        "HANGUL JUNGSEONG O-E _",
        "HANGUL JUNGSEONG O -E",
        "hanguljungseongoe",
        "HANGUL SYLLABLE",
        "HANGUL SYLLABLE GAGX",
        "HANGUL SYLLABLE WOE",
        "CJK UNIFIED IDEOGRAPH-",
        "CJK UNIFIED IDEOGRAPH-04E00",
        "CJK UNIFIED IDEOGRAPH-004E00",
        "CJK UNIFIED IDEOGRAPH- 4E00",
        "CJK UNIFIED IDEOGRAPH+4E00",
        "CJK UNIFIED IDEOGRAPH-2A6FF",
    ];
    for name in words.split(' ').chain(others) {
        assert_eq!(character(name), original::character(name), "{name}");
    }
    // Two letters or digits: many of the aliases, and hardly any name.
    let letters: Vec<_> = ('A'..='Z').chain('0'..='9').map(String::from).collect();
    for (one, two) in letters.iter().flat_map(|one| letters.iter().map(move |two| (one, two))) {
        let pair = format!("{one}{two}");
        assert_eq!(character(&pair), original::character(&pair), "{pair}");
        for three in &letters {
            let triple = format!("{pair}{three}");
            assert_eq!(character(&triple), original::character(&triple), "{triple}");
        }
    }
}
