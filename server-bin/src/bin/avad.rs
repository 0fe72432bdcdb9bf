//! `avad`. See [`ava_programs::cli::avad`].

fn main() -> std::process::ExitCode {
    ava_programs::cli::avad::main()
}
