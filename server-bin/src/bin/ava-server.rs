//! `ava-server`. See [`ava_programs::cli::server`].

fn main() {
    ava_programs::cli::server::main();
}
