//! What a reply says, before anything is done with it. A reply that makes no sense has no effect at all.

use zerocopy::FromBytes;

use crate::wire::{ELSEWHERE_TREE, OutHeader, ReplyHeader, align_up};

/// A reply whose parts are all there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reply<'r> {
    pub(super) header: ReplyHeader,
    outs: &'r [u8],
    tickets: &'r [u8],
    /// The new object's description.
    pub(super) meta: &'r [u8],
}

impl<'r> Reply<'r> {
    /// The reply in `bytes` to a call with `outs` outputs; `None` if it is none, or not all of it is there.
    pub(super) fn read(bytes: &'r [u8], outs: usize) -> Option<Self> {
        let (header, body) = ReplyHeader::read_from_prefix(bytes).ok()?;
        if header.len as usize != bytes.len() || usize::from(header.outs) > outs {
            return None;
        }
        let mut walk = Outs { rest: body, left: header.outs };
        walk.by_ref().for_each(drop);
        if walk.left != 0 {
            return None;
        }
        let (outs, _) = body.split_at_checked(body.len() - walk.rest.len())?;
        let (tickets, rest) = walk.rest.split_at_checked(usize::from(header.tickets) * size_of::<u64>())?;
        let meta = rest.get(..usize::from(header.meta))?;
        Some(Self { header, outs, tickets, meta })
    }

    /// The outputs, each with the bytes that came inline.
    pub(super) fn outs(&self) -> impl Iterator<Item = (OutHeader, &'r [u8])> + use<'r> {
        Outs { rest: self.outs, left: self.header.outs }
    }

    /// The tickets that came back.
    pub(super) fn tickets(&self) -> impl Iterator<Item = u64> + use<'r> {
        self.tickets.as_chunks().0.iter().map(|word| u64::from_ne_bytes(*word))
    }
}

/// Walks over outputs. Ends early, with some `left`, if the bytes do.
struct Outs<'r> {
    rest: &'r [u8],
    left: u16,
}

impl<'r> Iterator for Outs<'r> {
    type Item = (OutHeader, &'r [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        if self.left == 0 {
            return None;
        }
        let (out, rest) = OutHeader::read_from_prefix(self.rest).ok()?;
        let inline = match out.elsewhere {
            0 => out.filled as usize,
            // The number of a staging buffer.
            ELSEWHERE_TREE => size_of::<u64>(),
            _ => 0,
        };
        let (bytes, rest) = rest.split_at_checked(align_up(inline, 8))?;
        self.rest = rest;
        self.left -= 1;
        Some((out, bytes.get(..inline)?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use zerocopy::IntoBytes;

    use super::*;

    type Parts = (Vec<(Vec<u8>, bool)>, Vec<u64>, Vec<u8>);

    fn parts() -> impl Strategy<Value = Parts> {
        let outs = prop::collection::vec((prop::collection::vec(any::<u8>(), 0..40), any::<bool>()), 0..5);
        (outs, prop::collection::vec(any::<u64>(), 0..5), prop::collection::vec(any::<u8>(), 0..20))
    }

    fn encode((outs, tickets, meta): &Parts) -> Vec<u8> {
        let mut bytes = vec![0; size_of::<ReplyHeader>()];
        for (data, elsewhere) in outs {
            let header = OutHeader { filled: data.len() as u32, elsewhere: u32::from(*elsewhere) };
            bytes.extend_from_slice(header.as_bytes());
            if !elsewhere {
                bytes.extend_from_slice(data);
                bytes.resize(align_up(bytes.len(), 8), 0);
            }
        }
        bytes.extend_from_slice(tickets.as_bytes());
        bytes.extend_from_slice(meta);
        let header = ReplyHeader {
            len: bytes.len() as u32,
            outcome: 0,
            errno: 0,
            call: 1,
            value: 2,
            tickets_total: 3,
            outs: outs.len() as u16,
            tickets: tickets.len() as u16,
            ok: 1,
            meta: meta.len() as u16,
        };
        bytes[..size_of::<ReplyHeader>()].copy_from_slice(header.as_bytes());
        bytes
    }

    proptest! {
        #[test]
        fn a_reply_says_what_it_was_made_of(parts in parts()) {
            let bytes = encode(&parts);
            let reply = Reply::read(&bytes, parts.0.len()).ok_or_else(|| TestCaseError::fail("it is one"))?;
            let outs: Vec<_> = reply.outs().map(|(out, data)| (out.filled as usize, data)).collect();
            let inline = |(data, elsewhere): &(Vec<u8>, bool)| if *elsewhere { Vec::new() } else { data.clone() };
            prop_assert_eq!(outs.len(), parts.0.len());
            for ((filled, data), part) in outs.into_iter().zip(&parts.0) {
                prop_assert_eq!((filled, data), (part.0.len(), &inline(part)[..]));
            }
            prop_assert_eq!(reply.tickets().collect::<Vec<_>>(), &parts.1[..]);
            prop_assert_eq!(reply.meta, &parts.2[..]);
            prop_assert!(parts.0.is_empty() || Reply::read(&bytes, parts.0.len() - 1).is_none(), "an output too many");
        }

        #[test]
        fn a_part_of_a_reply_is_none(parts in parts(), cut: prop::sample::Index) {
            let bytes = encode(&parts);
            prop_assert!(Reply::read(&bytes[..cut.index(bytes.len())], 5).is_none());
        }

        #[test]
        fn whatever_the_bytes_all_that_is_read_is_inside_them(
            parts in parts(), flips in prop::collection::vec(any::<prop::sample::Index>(), 1..20),
        ) {
            let mut bytes = encode(&parts);
            for flip in flips {
                let bit = flip.index(bytes.len() * 8);
                bytes[bit / 8] ^= 1 << (bit % 8);
            }
            if let Some(reply) = Reply::read(&bytes, 5) {
                let read = reply.outs().map(|(_, data)| size_of::<OutHeader>() + data.len()).sum::<usize>();
                let read = read + reply.tickets().count() * 8 + reply.meta.len() + size_of::<ReplyHeader>();
                prop_assert!(read <= bytes.len() && reply.outs().count() == usize::from(reply.header.outs));
            }
        }
    }
}
