//! `ava`. See [`ava_programs::cli::ava`].

fn main() -> std::process::ExitCode {
    ava_programs::cli::ava::main()
}
