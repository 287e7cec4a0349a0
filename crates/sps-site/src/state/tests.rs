//! What a state remembers, and what its files look like.

use super::*;

const KEY: &str = "a1b2-c3";

fn appliance() -> Appliance {
    Appliance::new("https://sps.example")
}

fn trap() -> Label {
    Label::of_singleton("management/snmp/trap")
}

fn saved(folder: &Path) -> State {
    let mut state = State::open(folder, &appliance());
    state.remember_key(&trap(), "/a", KEY, &"first".into());
    state.remember_place(&trap(), "/b", &"second".into());
    state.save().unwrap();
    state
}

#[test]
fn remembers_what_was_applied() {
    let folder = tempfile::tempdir().unwrap();
    saved(folder.path());
    let state = State::open(folder.path(), &appliance());
    let key = |pointer, key, value: &str| {
        state.compare_key(&trap(), pointer, key, &value.into(), |_| false)
    };
    assert_eq!(key("/a", KEY, "first"), Remembered::Same);
    assert_eq!(key("/moved", KEY, "first"), Remembered::Same);
    assert_eq!(key("/a", KEY, "other"), Remembered::OtherValue);
    assert_eq!(key("/a", "ffff", "first"), Remembered::OtherKey);
    assert_eq!(key("/x", "ffff", "first"), Remembered::Nothing);
    let moved = state.compare_key(&trap(), "/a", "ffff", &"first".into(), |it| it == KEY);
    assert_eq!(moved, Remembered::Nothing);
    let place = |pointer, value: &str| state.compare_place(&trap(), pointer, &value.into());
    assert_eq!(place("/b", "second"), Remembered::Same);
    assert_eq!(place("/b", "first"), Remembered::OtherValue);
    assert_eq!(place("/x", "second"), Remembered::Nothing);
    // Another appliance has a state of its own.
    let other = State::open(folder.path(), &Appliance::new("https://other.example"));
    assert_eq!(
        other.compare_key(&trap(), "/a", KEY, &"first".into(), |_| false),
        Remembered::Nothing
    );
}

#[cfg(unix)]
#[test]
fn s047_only_the_owner_may_read() {
    use std::os::unix::fs::PermissionsExt as _;

    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("new").join("state");
    saved(&folder);
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&folder), 0o700);
    assert_eq!(mode(folder.parent().unwrap()), 0o700);
    let files: Vec<_> = fs::read_dir(&folder).unwrap().map(|it| it.unwrap().path()).collect();
    assert_eq!(files.len(), 2);
    for file in files {
        assert_eq!(mode(&file), 0o600, "{}", file.display());
        let text = fs::read_to_string(&file).unwrap();
        assert!(!text.contains("first") && !text.contains("second"), "{text}");
    }
}

#[test]
fn s121_a_damaged_state_is_lost_with_a_note() {
    for text in ["", "{", "[]", "{}", "\0", r#"{"schema_version": 1}"#] {
        let folder = tempfile::tempdir().unwrap();
        let file = saved(folder.path()).file;
        fs::write(&file, text).unwrap();
        let state = State::open(folder.path(), &appliance());
        let notes: Vec<_> = state.notes().collect();
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert!(notes[0].contains(&file.display().to_string()), "{notes:?}");
        let found = state.compare_key(&trap(), "/a", KEY, &"first".into(), |_| false);
        assert_eq!(found, Remembered::Nothing);
    }
}

#[test]
fn s019_another_format_is_lost_and_stays_until_the_state_is_saved() {
    let folder = tempfile::tempdir().unwrap();
    let file = saved(folder.path()).file;
    let text = fs::read_to_string(&file).unwrap();
    let text = text.replace("\"schema_version\": 1", "\"schema_version\": 99");
    fs::write(&file, &text).unwrap();
    let state = State::open(folder.path(), &appliance());
    assert!(state.notes().next().unwrap().ends_with("its format is 99, and this version reads 1"));
    assert_eq!(fs::read_to_string(&file).unwrap(), text);
}

#[test]
fn a_lost_key_loses_the_hashes() {
    for text in [None, Some("xyz")] {
        let folder = tempfile::tempdir().unwrap();
        saved(folder.path());
        let path = folder.path().join(KEY_FILE);
        match text {
            None => fs::remove_file(&path).unwrap(),
            Some(text) => fs::write(&path, text).unwrap(),
        }
        let mut state = State::open(folder.path(), &appliance());
        assert!(state.notes().any(|it| it.ends_with("it was written with another key")));
        // The next state is whole again.
        state.remember_place(&trap(), "/b", &"third".into());
        state.save().unwrap();
        let state = State::open(folder.path(), &appliance());
        assert_eq!(state.notes().count(), 0);
        assert_eq!(state.compare_place(&trap(), "/b", &"third".into()), Remembered::Same);
    }
}

/// Many runs, of which none has found a state: one key, and no entry is lost.
#[test]
fn p027_runs_at_once_share_the_key_and_lose_no_entry() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("absent").join("state");
    let label = |number: usize| Label::of_singleton(format!("management/{number}"));
    let begin = std::sync::Barrier::new(16);
    std::thread::scope(|scope| {
        for number in 0..16 {
            let (folder, begin) = (&folder, &begin);
            scope.spawn(move || {
                let mut state = State::open(folder, &appliance());
                begin.wait();
                state.prepare().unwrap();
                state.remember_place(&label(number), "/a", &"value".into());
                begin.wait();
                state.save().unwrap();
            });
        }
    });
    let state = State::open(&folder, &appliance());
    assert_eq!(state.notes().count(), 0);
    for number in 0..16 {
        let found = state.compare_place(&label(number), "/a", &"value".into());
        assert_eq!(found, Remembered::Same, "{number}");
    }
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 2, "no temporary file is left");
}

#[test]
fn forgets_an_object_but_for_some_places() {
    let mut state = State::in_memory();
    state.remember_key(&trap(), "/0", KEY, &"first".into());
    state.remember_key(&trap(), "/1", "ffff", &"second".into());
    state.remember_place(&trap(), "/b", &"third".into());
    // The element with the first key has moved.
    state.forget(&trap(), [("/1", Some(KEY)), ("/b", None), ("/2", Some("eeee"))]);
    let key = |pointer, key, value: &str| {
        state.compare_key(&trap(), pointer, key, &value.into(), |_| false)
    };
    assert_eq!(key("/1", KEY, "first"), Remembered::Same);
    assert_eq!(key("/1", "ffff", "second"), Remembered::OtherKey);
    assert_eq!(key("/0", "ffff", "second"), Remembered::Nothing);
    assert_eq!(state.compare_place(&trap(), "/b", &"third".into()), Remembered::Same);
    state.forget(&trap(), []);
    assert_eq!(state.compare_place(&trap(), "/b", &"third".into()), Remembered::Nothing);
}

#[test]
fn one_secret_has_another_hash_at_each_place() {
    let state = State::in_memory();
    let secret = Secret::new("same");
    assert_ne!(state.hash_of_key("a", &secret), state.hash_of_key("b", &secret));
    let at = |pointer| state.hash_of_place(&trap(), pointer, &secret);
    assert_ne!(at("/a"), at("/b"));
    assert_ne!(at("/a"), State::in_memory().hash_of_place(&trap(), "/a", &secret));
}
