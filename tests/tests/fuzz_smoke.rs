//! The fuzz target's stable half: replays the corpus, then mutates it for a bounded number of rounds from a fixed seed, so that every
//! run of the tests tries the same bytes. `make fuzz` searches further.

use std::{fs, path::Path};

use ava_core::server::{ServerApi, fuzz::one};
use ava_core::wire::{BufRef, Place, tree};

/// One API with flat buffers, and one that has every kind of structured data.
const APIS: [(&ServerApi, &str); 2] =
    [(&ava_opencl::opencl::server::API, "commands"), (&ava_demo::demo::server::API, "structures")];

fn corpus(name: &str) -> Vec<Vec<u8>> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut files: Vec<_> = fs::read_dir(&dir)
        .unwrap_or_else(|e| panic!("{}: {e}", dir.display()))
        .map(|entry| entry.expect("the corpus can be listed").path())
        .collect();
    files.sort();
    files.iter().map(|f| fs::read(f).expect("the corpus can be read")).collect()
}

/// A command for each function with a body of `words`, in the fuzz target's framing: two bytes of length, then the command.
fn each_function(api: &ServerApi, words: &[u64]) -> Vec<Vec<u8>> {
    (0..api.desc.functions.len() as u16 + 1)
        .chain(0xff00..0xff0b)
        .flat_map(|func| [0u16, 1].map(|flags| (func, flags)))
        .map(|(func, flags)| {
            let args = api.desc.functions.get(usize::from(func)).map_or(4, |f| f.args as usize / 8);
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

/// A command of every function of `api` whose first argument is a tree of structs, each with the next behind its first pointer, and
/// whose other arguments are outputs.
fn structures(api: &ServerApi) -> Vec<Vec<u8>> {
    let mut blob = Vec::new();
    for size in [24, 24, 16, 48, 120] {
        let at = tree::put_here(&mut blob, size, None);
        blob[at..at + size].fill(1);
    }
    for _ in 0..6 {
        tree::put(&mut blob, BufRef::NULL);
    }
    let functions = api.desc.functions.iter().zip(0u16..);
    functions
        .map(|(function, func)| {
            let payload = (24 + function.args as usize).next_multiple_of(16);
            let root = BufRef::new(Place::Inline(payload), blob.len());
            let mut out = Vec::new();
            let len = payload + blob.len();
            out.extend((len as u16).to_le_bytes());
            out.extend((len as u32).to_le_bytes());
            out.extend(func.to_le_bytes());
            out.extend([0; 18]);
            out.extend([root.place, root.extent].iter().flat_map(|word| word.to_le_bytes()));
            for n in 0..(function.args as usize / 8).saturating_sub(2) {
                let output = BufRef::new(Place::Inline(0), 8).as_output(n / 2);
                out.extend([output.place, output.extent][n % 2].to_le_bytes());
            }
            out.resize(2 + payload, 0);
            out.extend(&blob);
            out
        })
        .collect()
}

#[test]
fn the_corpus_is_handled_without_a_crash() {
    for (api, name) in APIS {
        for input in corpus(name).into_iter().chain(structures(api)) {
            one(api, &input);
        }
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
        for (api, _) in APIS {
            for input in each_function(api, &rotated) {
                one(api, &input);
            }
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
    for (api, name) in APIS {
        let mut inputs = corpus(name);
        inputs.extend(each_function(api, &[1, 1 << 63, 0x0200_0000_0000_0040, 64, (1 << 32) | 1]));
        inputs.extend(structures(api));
        mutate(api, &inputs, rounds, &mut next);
    }
}

/// Handles `rounds` inputs made of parts of `inputs`.
fn mutate(api: &'static ServerApi, inputs: &[Vec<u8>], rounds: u64, next: &mut impl FnMut() -> u64) {
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
        one(api, &input);
    }
}
