//! The fuzz target's stable half: replays the corpus, then mutates it for a bounded number of rounds from a fixed seed, so that every
//! run of the tests tries the same bytes. `make fuzz` searches further.

use std::{fs, path::Path};

use ava_core::server::fuzz::one;
use ava_opencl::opencl::{DESC, server::API};

fn corpus() -> Vec<Vec<u8>> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/commands");
    let mut files: Vec<_> = fs::read_dir(&dir)
        .unwrap_or_else(|e| panic!("{}: {e}", dir.display()))
        .map(|entry| entry.expect("the corpus can be listed").path())
        .collect();
    files.sort();
    files.iter().map(|f| fs::read(f).expect("the corpus can be read")).collect()
}

/// A command for each function with a body of `words`, in the fuzz target's framing: two bytes of length, then the command.
fn each_function(words: &[u64]) -> Vec<Vec<u8>> {
    (0..DESC.functions.len() as u16 + 1)
        .chain(0xff00..0xff08)
        .flat_map(|func| [0u16, 1].map(|flags| (func, flags)))
        .map(|(func, flags)| {
            let args = DESC.functions.get(usize::from(func)).map_or(4, |f| f.args as usize / 8);
            let len = (24 + 8 * args) as u16;
            let mut out = len.to_le_bytes().to_vec();
            out.extend(u32::from(len).to_le_bytes());
            out.extend(func.to_le_bytes());
            out.extend(flags.to_le_bytes());
            out.extend([0; 16]);
            (0..args).for_each(|i| out.extend(words[i % words.len()].to_le_bytes()));
            out
        })
        .collect()
}

#[test]
fn the_corpus_is_handled_without_a_crash() {
    for input in corpus() {
        one(&API, &input);
    }
}

#[test]
fn every_function_takes_any_word_in_any_place() {
    let words = [
        0,
        1,
        u64::MAX,
        1 << 63,
        1 << 32,
        (1 << 32) | 1,
        0x0100_0000_0000_0018,
        0x0200_0000_0000_0000,
        0x0200_0000_ffff_fff0,
        0x0300_0000_0000_0001,
        0x0400_0000_0000_0000,
        0xff00_0000_0000_0000,
        4096,
    ];
    for at in 0..words.len() {
        let mut rotated = words;
        rotated.rotate_left(at);
        for input in each_function(&rotated) {
            one(&API, &input);
        }
    }
}

#[test]
fn mutations_are_handled_without_a_crash() {
    let rounds: u64 = std::env::var("AVA_TEST_MUTATIONS").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000);
    let mut state = 0x2545_f491_4f6c_dd1du64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let mut inputs = corpus();
    inputs.extend(each_function(&[1, 1 << 63, 0x0200_0000_0000_0040, 64, (1 << 32) | 1]));
    for _ in 0..rounds {
        let mut input = Vec::new();
        for _ in 0..=next() % 4 {
            input.extend_from_slice(&inputs[next() as usize % inputs.len()]);
        }
        for _ in 0..next() % 8 {
            let at = next() as usize % input.len().max(1);
            match (next() % 4, input.get_mut(at)) {
                (0, Some(byte)) => *byte = next() as u8,
                (1, Some(byte)) => *byte ^= 1 << (next() % 8),
                (2, Some(_)) => drop(input.remove(at)),
                (_, _) => input.insert(at.min(input.len()), next() as u8),
            }
        }
        one(&API, &input);
    }
}
