use super::{names, places, table};

#[test]
fn finds_lock_prefixes_of_every_shape() {
    let code = [
        &[0x90][..],
        &[0xf0, 0x48, 0x0f, 0xc1, 0x07], // lock xadd [rdi], rax
        &[0xf0, 0xff, 0x0f],             // lock dec dword [rdi]
        &[0x66, 0xf0, 0x0f, 0xb1, 0x0f], // lock cmpxchg [rdi], cx
        &[0xf0, 0x64, 0x48, 0xff, 0x07], // lock inc qword fs:[rdi]: stays
        &[0x48, 0x87, 0x07],             // xchg [rdi], rax: locks by itself
        &[0xb8, 0xf0, 0xf0, 0xf0, 0xf0], // mov eax, 0xf0f0f0f0
        &[0xf0, 0x48, 0x83, 0x44, 0x24, 0xf0, 0x01], // lock add qword [rsp-16], 1
    ]
    .concat();
    let mut found = Vec::new();
    let result = places::locks_of(0x1000, &code, |address| {
        found.push(address - 0x1000);
        Ok(())
    });
    result.unwrap();
    assert_eq!(found, [1, 6, 10, 27]);
}

#[test]
fn refuses_what_it_cannot_decode() {
    for code in [&[0x90, 0x06][..], &[0xf0, 0x90], &[0x90, 0xf0, 0x48, 0x0f]] {
        assert!(places::locks_of(0, code, |_| Ok(())).is_err(), "{code:x?}");
    }
}

#[test]
fn knows_the_interpreters_functions() {
    for (symbol, own) in [
        ("_ZN13rustpython_vm5frame14ExecutingFrame3run17h71e1280ab87df454E", true),
        (
            "_ZN4core3ptr49drop_in_place$LT$rustpython_vm..object..PyRef$GT$17he8a8ffd779dff253E",
            true,
        ),
        ("_ZN5krait6python5event4read17he8a8ffd779dff253E", true),
        // What a profile has the compiler split off, or make for some arguments.
        ("_ZN13rustpython_vm5frame14ExecutingFrame3run17h71e1280ab87df454E.cold.1", true),
        ("_ZN13rustpython_vm5frame14ExecutingFrame3run17h71e1280ab87df454E.specialized.2", true),
        ("_ZN13rustpython_vm5frame14ExecutingFrame3run17h71e1280ab87df454E.llvm.7023", true),
        ("_ZN5tokio7runtime4park17he8a8ffd779dff253E.cold.1", false),
        ("sqlite3_step.cold", false),
        ("_ZN18rustpython_codegen7compile8Compiler17h71e1280ab87df454E", false),
        ("_ZN5krait6server8listener4read17he8a8ffd779dff253E", false),
        ("_ZN5krait4heap8allocate17he8a8ffd779dff253E", false),
        ("_ZN3std6thread5spawn32_$LT$rustpython_vm..X$u20$as$GT$17he8a8ffd779dff253E", false),
        ("_ZN5tokio7runtime4park17he8a8ffd779dff253E", false),
        ("sqlite3_step", false),
        ("rustpython_vm", false),
        ("pthread_mutex_lock", false),
    ] {
        assert_eq!(names::is_interpreters(symbol), own, "{symbol}");
    }
}

#[test]
fn knows_who_may_make_threads() {
    assert!(names::may_call("pthread_create", "__wrap_pthread_create"));
    assert!(names::may_call("create_thread", "__pthread_create_2_1"));
    assert!(!names::may_call("pthread_create", "sqlite3ThreadCreate"));
    assert!(!names::may_call("__clone", "_ZN3std6thread5spawn17he8a8ffd779dff253E"));
    assert!(!names::may_call("nothing", "__wrap_pthread_create"));
}

/// The room of a table, with these places.
fn room(places: &[u64], bytes: usize) -> anyhow::Result<Vec<u8>> {
    let mut room = vec![0; bytes];
    room[..8].copy_from_slice(b"krlocks0");
    table::fill(&mut room, places).map(|()| room)
}

#[test]
fn a_table_is_read_as_it_was_written() {
    for places in [&[][..], &[5], &[5, 6, 133, 134, 16_517, 1 << 40]] {
        assert_eq!(table::read(&room(places, 64).unwrap()).unwrap(), places);
    }
}

#[test]
fn refuses_a_wrong_table() {
    assert!(room(&[5, 5], 64).is_err(), "not in order");
    assert!(room(&[5, 6, 7, 8], 34).is_err(), "no room");
    let right = room(&[5, 6, 300], 64).unwrap();
    assert!(table::fill(&mut right.clone(), &[1]).is_err(), "filled already");
    for (at, byte) in [(0, b'x'), (8, 2), (12, 2), (12, 200), (24, 7), (32, 0x81), (34, 0x80)] {
        let mut wrong = right.clone();
        wrong[at] = byte;
        assert!(table::read(&wrong).is_err(), "byte {at} is {byte:#x}");
    }
}
