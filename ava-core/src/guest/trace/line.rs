//! Reading lines of the log back.

use super::text::line_parts;

/// A line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line<'l> {
    /// When it began, in microseconds from the log's start.
    pub start: f64,
    /// Its process.
    pub process: u32,
    /// Its thread.
    pub thread: u32,
    /// What happened.
    pub event: Event<'l>,
    /// How long it took, in microseconds.
    pub duration: f64,
    /// Bytes in buffers to the vendor, and from it.
    pub bytes: [u64; 2],
}

/// What a line is about.
#[derive(Debug, Clone, PartialEq)]
pub enum Event<'l> {
    /// A call.
    Call(Call<'l>),
    /// A buffer is no longer in flight.
    Arrived {
        /// The call and parameter that it is of; empty if the log does not know.
        of: &'l str,
        /// Its number.
        ticket: u64,
    },
}

/// A call.
#[derive(Debug, Clone, PartialEq)]
pub struct Call<'l> {
    /// The function.
    pub function: &'l str,
    /// The arguments: `name=value`.
    pub args: Vec<(&'l str, &'l str)>,
    /// What it returned.
    pub ret: &'l str,
    /// What it wrote: `name=value`.
    pub outs: Vec<(&'l str, &'l str)>,
    /// `sync`, `async`, `cached`, `local` or `unsupported`.
    pub how: &'l str,
    /// `lost`, `refused`, `invalid`, or nothing.
    pub failure: &'l str,
    /// The function for which the guest library made the call.
    pub inside: Option<&'l str>,
    /// The numbers of its buffers in flight.
    pub flights: Vec<u64>,
}

/// Reads a line; nothing if it is none.
pub fn parse(line: &str) -> Option<Line<'_>> {
    let line = line.trim();
    let (seconds, rest) = line.split_once(' ')?;
    let (ids, rest) = rest.split_once(' ')?;
    let (process, thread) = ids.split_once('/')?;
    let (body, marks) = rest.strip_suffix('>')?.rsplit_once(" <")?;
    let mut marks = marks.split(' ');
    let how = marks.next()?;
    let (mut duration, mut bytes, mut failure, mut inside) = (0.0, [0; 2], "", None);
    for mark in marks {
        match mark.split_once('=') {
            Some(("in", n)) => bytes[0] = n.parse().ok()?,
            Some(("out", n)) => bytes[1] = n.parse().ok()?,
            Some(("inside", function)) => inside = Some(function),
            Some(_) => {}
            None => match mark.strip_suffix("us") {
                Some(number) => duration = number.parse().ok()?,
                None => failure = mark,
            },
        }
    }
    let event = match body.strip_prefix("+ ") {
        Some(arrival) => {
            let (of, rest) = arrival.split_once('#')?;
            Event::Arrived { of: of.trim(), ticket: rest.split(' ').next()?.parse().ok()? }
        }
        None => Event::Call(call(body, how, failure, inside)?),
    };
    let start = seconds.parse::<f64>().ok()? * 1e6;
    // The time of an arrival is that of its end.
    Some(Line { start, process: process.parse().ok()?, thread: thread.parse().ok()?, event, duration, bytes })
}

fn call<'l>(body: &'l str, how: &'l str, failure: &'l str, inside: Option<&'l str>) -> Option<Call<'l>> {
    let (function, rest) = body.split_once('(')?;
    let close = closing(rest)?;
    let ret = rest[close..].strip_prefix(") = ")?;
    let (ret, outs) = match ret.split_once(" out={") {
        Some((ret, outs)) => (ret, outs.strip_suffix('}')?),
        None => (ret, ""),
    };
    let named =
        |text: &'l str| line_parts(text).into_iter().map(|p| p.split_once('=').unwrap_or((p, ""))).collect();
    let outs: Vec<(&str, &str)> = named(outs);
    let flight = |value: &str| value.strip_prefix("in flight #")?.split(' ').next()?.parse().ok();
    let flights = outs.iter().filter_map(|(_, value)| flight(value)).collect();
    Some(Call { function, args: named(&rest[..close]), ret, outs, how, failure, inside, flights })
}

/// Where the bracket closes that was open before `text`.
fn closing(text: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '[' | '{' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' | ']' | '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_is_read_back() {
        let text = "    0.012345 47/48 clF(a=1, b=\"x), <y> = \\\"\", c=[1, 2], d={e=(3)}) = CL_SUCCESS out={p=in flight #17 (8 B), \
                    e=[cl_event#9]} <async 3.1us in=16 inside=clG>\n";
        let line = parse(text).unwrap();
        assert_eq!((line.start, line.process, line.thread, line.duration), (12345.0, 47, 48, 3.1));
        assert_eq!(line.bytes, [16, 0]);
        let Event::Call(call) = line.event else { panic!("a call") };
        assert_eq!((call.function, call.ret, call.how, call.failure), ("clF", "CL_SUCCESS", "async", ""));
        assert_eq!(call.args, [("a", "1"), ("b", "\"x), <y> = \\\"\""), ("c", "[1, 2]"), ("d", "{e=(3)}")]);
        assert_eq!(call.outs, [("p", "in flight #17 (8 B)"), ("e", "[cl_event#9]")]);
        assert_eq!((call.inside, call.flights.as_slice()), (Some("clG"), &[17][..]));
    }

    #[test]
    fn an_arrival_is_read_back() {
        let line = parse("    1.000000 4/5 + clF.p #17 arrived <flight 111.0us out=4096>").unwrap();
        assert_eq!(line.event, Event::Arrived { of: "clF.p", ticket: 17 });
        assert_eq!((line.duration, line.bytes), (111.0, [0, 4096]));
    }

    #[test]
    fn other_lines_are_none() {
        for text in [
            "",
            "hello",
            "1.0 2/3 f(",
            "1.0 2/3 f() = 1",
            "1.0 2/3 f(\") = 1 <sync 1.0us>",
            "x y/z f() = 1 <sync 1.0us>",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
