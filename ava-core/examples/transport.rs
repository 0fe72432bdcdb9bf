//! What the shared-memory transport costs between two processes: `cargo run --release -p ava-core --example transport`.
//!
//! The guest runs in this process, the server in a second one that this one starts. Figures are medians.

use std::{
    env,
    error::Error,
    hint, io,
    os::{fd::AsFd, unix::net::UnixStream},
    path::PathBuf,
    process::Command,
    thread,
    time::{Duration, Instant},
};

use ava_core::{
    transport::{
        GuestChannel, GuestLink, OrderCounter, ServerChannel, ServerEvent, ServerLink, command, header_of,
        shm::ShmServerLink, unix, window::WindowOptions,
    },
    wire::{CommandHeader, FLAG_ASYNC, ReplyHeader, handshake::Hello},
};
use zerocopy::IntoBytes;

const SERVER: &str = "AVA_BENCH_SERVER";
const TIMEOUT: Duration = Duration::from_secs(10);

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(path) = env::var_os(SERVER) {
        return Ok(serve(path.into())?);
    }
    let path = env::temp_dir().join(format!("ava-bench-{}", std::process::id()));
    let mut server = Command::new(env::current_exe()?).env(SERVER, &path).spawn()?;
    let hello = Hello::new("bench", [0; 16], "transport", "");
    let link = loop {
        match unix::connect(&path, &hello, TIMEOUT) {
            Err(error) if error.is_retryable() => thread::sleep(Duration::from_millis(5)),
            done => break done?,
        }
    };
    let mut guest =
        Guest { channel: link.open()?, order: OrderCounter::default(), calls: 0, reply: Vec::new() };

    println!("one-way, 64 bytes: {}", guest.one_way()?);
    for body in [40, 1000, 8000] {
        println!(
            "round trip, {} bytes, at once: {}",
            body + 24,
            guest.round_trips(2000, body, 0, Duration::ZERO)?
        );
    }
    for pause in [100, 1000, 20_000] {
        let trips = guest.round_trips(200, 40, 0, Duration::from_micros(pause))?;
        println!("round trip, 64 bytes, after {pause} µs of rest: {trips}");
    }
    for work in [10, 50, 200] {
        println!(
            "round trip, the server works for {work} µs: {}",
            guest.round_trips(1000, 40, work, Duration::ZERO)?
        );
    }
    let burners: Vec<_> = (0..thread::available_parallelism()?.get())
        .map(|_| Command::new("sh").args(["-c", "while :; do :; done"]).spawn())
        .collect::<io::Result<_>>()?;
    thread::sleep(Duration::from_millis(200));
    println!("round trip, 64 bytes, all cores busy: {}", guest.round_trips(1000, 40, 0, Duration::ZERO)?);
    println!("one-way, 64 bytes, all cores busy: {}", guest.one_way()?);
    for mut burner in burners {
        burner.kill()?;
        burner.wait()?;
    }
    drop((guest, link));
    server.wait()?;
    Ok(())
}

struct Guest {
    channel: Box<dyn GuestChannel>,
    order: OrderCounter,
    calls: u64,
    reply: Vec<u8>,
}

impl Guest {
    fn command(&mut self, flags: u16, work: u16, body: usize) -> Vec<u8> {
        self.calls += 1;
        let header = CommandHeader { len: (24 + body) as u32, func: work, flags, call: self.calls, order: 0 };
        command(header, &vec![0; body])
    }

    /// Time per round trip, median and 95 %, the server working `work` µs and the guest pausing before each.
    fn round_trips(
        &mut self,
        count: usize,
        body: usize,
        work: u16,
        pause: Duration,
    ) -> Result<String, Box<dyn Error>> {
        let mut times = Vec::new();
        for _ in 0..count {
            let mut command = self.command(0, work, body);
            if !pause.is_zero() {
                thread::sleep(pause);
            }
            let begun = Instant::now();
            self.channel.send(&mut command, &self.order)?;
            self.channel.wait_reply(self.calls, &mut self.reply)?;
            times.push(begun.elapsed().as_nanos() as f64 / 1000.);
        }
        times.sort_by(f64::total_cmp);
        Ok(format!("{:.2} µs (95 %: {:.1})", times[count / 2], times[count * 95 / 100]))
    }

    /// Cost to the guest of a burst that fits the ring, and sustained throughput.
    fn one_way(&mut self) -> Result<String, Box<dyn Error>> {
        let mut bursts = Vec::new();
        let mut command = self.command(FLAG_ASYNC, 0, 40);
        for _ in 0..200 {
            let begun = Instant::now();
            for _ in 0..500 {
                self.channel.send(&mut command, &self.order)?;
            }
            bursts.push(begun.elapsed().as_nanos() as f64 / 500.);
            self.round_trips(1, 40, 0, Duration::ZERO)?;
        }
        bursts.sort_by(f64::total_cmp);
        const MANY: u32 = 1_000_000;
        let begun = Instant::now();
        for _ in 0..MANY {
            self.channel.send(&mut command, &self.order)?;
        }
        self.round_trips(1, 40, 0, Duration::ZERO)?;
        let sustained = begun.elapsed().as_nanos() as f64 / f64::from(MANY);
        Ok(format!(
            "{:.1} ns to send one of a burst of 500, {sustained:.1} ns each for a million",
            bursts[100]
        ))
    }
}

/// The server: echoes every synchronous command's header, after as many µs of work as its function number says.
fn serve(path: PathBuf) -> io::Result<()> {
    let listener = std::os::unix::net::UnixListener::bind(&path)?;
    let (stream, _): (UnixStream, _) = listener.accept()?;
    std::fs::remove_file(&path)?;
    unix::receive_greeting::<Hello>(stream.as_fd(), TIMEOUT)?;
    let mut link = ShmServerLink::establish(stream, 1, WindowOptions::default(), None)?;
    while let ServerEvent::Opened(_, mut channel) = link.next_event() {
        thread::spawn(move || while answer(&mut *channel).is_some() {});
    }
    Ok(())
}

fn answer(channel: &mut dyn ServerChannel) -> Option<()> {
    let mut command = Vec::with_capacity(16 * 1024);
    loop {
        channel.recv(&mut command).ok()?;
        let header = header_of(&command)?;
        if header.flags & FLAG_ASYNC != 0 {
            continue;
        }
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_micros(u64::from(header.func)) {
            hint::spin_loop();
        }
        let len = size_of::<ReplyHeader>() as u32;
        let reply = ReplyHeader {
            len,
            outcome: 0,
            errno: 0,
            call: header.call,
            value: 0,
            tickets_total: 0,
            outs: 0,
            tickets: 0,
            ok: 1,
            meta: 0,
        };
        channel.reply(reply.as_bytes()).ok()?;
    }
}
