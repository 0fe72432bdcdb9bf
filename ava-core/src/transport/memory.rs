//! Sessions between threads of one process, for tests of everything above the transport.
//!
//! The channels are those of the shared-memory transport, over memory that nobody else maps.

use std::{
    io,
    sync::{
        Arc,
        mpsc::{self, Receiver, Sender},
    },
};

use super::{
    Arena, GuestChannel, GuestLink, Lost, ServerEvent, ServerLink,
    slot::{End, Guest, Peer, Server},
    window::{Window, WindowOptions},
};

/// Makes the two ends of a session.
///
/// # Errors
/// What the system says when it has no such amount of memory.
pub fn pair(options: WindowOptions) -> io::Result<(MemoryGuestLink, MemoryServerLink)> {
    let window = Arc::new(Window::anonymous(options)?);
    let (sender, events) = mpsc::channel();
    let again = sender.clone();
    // Nobody is there to be interrupted once the server's link is dropped.
    let server = Server::new(Arc::clone(&window), move || drop(again.send(Event::LookAgain)));
    let guest = MemoryGuestLink(Arc::new(Guest::new(window, Events(sender))));
    Ok((guest, MemoryServerLink { side: Arc::new(server), events }))
}

enum Event {
    Opened(u32),
    GuestGone,
    LookAgain,
}

/// The guest's end of a session within one process.
pub struct MemoryGuestLink(pub(super) Arc<Guest<Events>>);

/// How the server learns of the guest's threads and of its end.
pub(super) struct Events(Sender<Event>);

impl Peer for Events {
    fn announce(&self, slot: u32) -> Result<(), Lost> {
        self.0.send(Event::Opened(slot)).map_err(|_| Lost("the server's end was dropped".into()))
    }

    fn is_gone(&self) -> bool {
        // The server's end says so itself, in the window: it cannot die alone.
        false
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        // If nobody receives it, nobody needs to know.
        let _ = self.0.send(Event::GuestGone);
    }
}

impl GuestLink for MemoryGuestLink {
    fn open(&self) -> Result<Box<dyn GuestChannel>, Lost> {
        Ok(Box::new(self.0.open()?))
    }

    fn arena(&self) -> Arena {
        self.0.window().arena()
    }

    fn is_lost(&self) -> bool {
        self.0.is_lost()
    }
}

/// The server's end of a session within one process. Dropping it ends the session.
pub struct MemoryServerLink {
    side: Arc<Server>,
    events: Receiver<Event>,
}

impl ServerLink for MemoryServerLink {
    fn next_event(&mut self) -> ServerEvent {
        loop {
            if let Some(end) = self.side.ended() {
                return end.into();
            }
            let end = match self.events.recv() {
                Ok(Event::LookAgain) => continue,
                Ok(Event::Opened(index)) => match self.side.open(index) {
                    Ok(channel) => return ServerEvent::Opened(index, Box::new(channel)),
                    Err(why) => End::Violation(why),
                },
                Ok(Event::GuestGone) | Err(_) => End::Closed("the guest closed the session".into()),
            };
            return self.side.end(end).into();
        }
    }

    fn arena(&self) -> Arena {
        self.side.window().arena()
    }
}

impl Drop for MemoryServerLink {
    fn drop(&mut self) {
        self.side.end(End::Closed("the server ended the session".into()));
    }
}
