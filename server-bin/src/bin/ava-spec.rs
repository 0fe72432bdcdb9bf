//! `ava-spec`: helps to specify an API. See [`ava_programs::spec`].

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use ava_programs::Chain;
use ava_programs::spec::{
    SpecError,
    bindings::{self, Input},
    coverage::{self, List},
    effort, init,
    source::Source,
};
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Writes a preliminary specification of a C API, and compares specifications with headers.
///
/// A specification (`ava_api! { .. }`) says of a C API what its header cannot: which pointers are read or written and how long they
/// are, what is a handle. Most of that can be guessed from names. The rest is marked with TODO(spec), and the compiler stops
/// there until it is decided.
#[derive(Debug, Parser)]
#[command(
    version,
    after_help = "Examples:\n  ava-spec init --header zlib.h > apis/zlib/src/spec.rs\n  ava-spec init --header CL/cl.h --name opencl --library /path/to/libOpenCL.so.1 \
                  -- -DX=1\n  \
                  ava-spec coverage --header zlib.h --spec apis/zlib/src/spec.rs --deny-missing\n  \
                  ava-spec effort --header zlib.h --spec apis/zlib/src/spec.rs\n\nThe language is described by the documentation \
                  of `ava_api!` (cargo doc --open)."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(InitArgs),
    Coverage(CoverageArgs),
    Effort(EffortArgs),
}

/// Which headers, and which of their functions
#[derive(Debug, Args)]
struct HeaderArgs {
    /// A header: its path, or its name as in #include <..>. May be given more than once
    #[arg(long = "header", value_name = "H", required = true)]
    headers: Vec<String>,
    /// The vendor's library: only functions that it exports count, with their symbol versions
    #[arg(long, value_name = "LIB.so")]
    library: Option<PathBuf>,
    /// Only functions whose whole names match [default: all in the header's files and its directory]
    #[arg(long, value_name = "REGEX")]
    allow: Option<String>,
    /// Arguments for clang, such as -DFOO=1 or -I DIR
    #[arg(last = true, value_name = "CLANG_ARGS")]
    clang_args: Vec<String>,
}

impl HeaderArgs {
    fn input(self) -> Input {
        let Self { headers, library, allow, clang_args } = self;
        Input { headers, library, allow, clang_args }
    }
}

/// Print a preliminary specification of every function of a header
///
/// The text is a whole Rust file. What is certain enough is described: lengths by names like num_x and x, outputs like x_ret,
/// opaque pointers as handles, retain and release functions, callbacks and their user data. What is not has a comment TODO(spec) with
/// the choices. A summary goes to standard error.
#[derive(Debug, Args)]
struct InitArgs {
    #[command(flatten)]
    header: HeaderArgs,
    /// The API's name, which is the module's, too [default: the first header's]
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// Write it to a file
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Say which functions a specification forwards, answers, refuses and lacks
///
/// Functions are those of the header, or, with --library, those that the library exports. The counting functions of handle
/// types (retain, release) are local: the guest answers them.
#[derive(Debug, Args)]
struct CoverageArgs {
    #[command(flatten)]
    header: HeaderArgs,
    /// The file with ava_api! { .. }
    #[arg(long, value_name = "FILE.rs")]
    spec: PathBuf,
    /// Print only one list, a function a line
    #[arg(long, value_name = "KIND")]
    list: Option<Kind>,
    /// Exit with status 1 if a function is missing
    #[arg(long)]
    deny_missing: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Kind {
    /// The server calls the vendor's.
    Forwarded,
    /// Answered in the guest.
    Local,
    /// Refused, with the status.
    Unsupported,
    /// In the header or the library only.
    Missing,
    /// In the specification only.
    Extra,
    /// In the header, not in the library.
    NotExported,
}

/// Measure what a specification's author changed since "ava-spec init"
///
/// Compares what init prints for the header with the specification, function by function. A line is an attribute, a parameter, the
/// beginning or end of a prototype, a statement or brace of a body, or any other item, however they were broken into lines;
/// comments, documentation and the order of functions do not count, nor does code outside of ava_api!.
#[derive(Debug, Args)]
struct EffortArgs {
    #[command(flatten)]
    header: HeaderArgs,
    /// The file with ava_api! { .. }
    #[arg(long, value_name = "FILE.rs")]
    spec: PathBuf,
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Init(args) => run_init(args),
        Command::Coverage(args) => run_coverage(args),
        Command::Effort(args) => run_effort(args),
    };
    result.unwrap_or_else(|error| {
        eprintln!("ava-spec: {}", Chain(&error));
        ExitCode::FAILURE
    })
}

fn run_init(args: InitArgs) -> Result<ExitCode, SpecError> {
    let preliminary = init::run(&args.header.input(), args.name.as_deref())?;
    match &args.output {
        None => print!("{}", preliminary.text),
        Some(path) => write(path, &preliminary.text)?,
    }
    eprint!("{}", init::render(&preliminary.summary));
    Ok(ExitCode::SUCCESS)
}

fn write(path: &Path, text: &str) -> Result<(), SpecError> {
    fs::write(path, text).map_err(|source| SpecError::Write { path: path.to_owned(), source })
}

fn run_coverage(args: CoverageArgs) -> Result<ExitCode, SpecError> {
    let outline = Source::read(&args.spec)?.outline()?;
    let found = coverage::compare(&outline, &bindings::load(&args.header.input())?);
    match args.list {
        None => print!("{}", found.render(&outline.name)),
        Some(kind) => print!("{}", found.list(list(kind))),
    }
    if args.deny_missing && !found.missing.is_empty() {
        eprintln!(
            "ava-spec: {} functions are missing from {}; describe them, or refuse them with `#[unsupported(STATUS)]`",
            found.missing.len(),
            args.spec.display()
        );
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn list(kind: Kind) -> List {
    match kind {
        Kind::Forwarded => List::Forwarded,
        Kind::Local => List::Local,
        Kind::Unsupported => List::Unsupported,
        Kind::Missing => List::Missing,
        Kind::Extra => List::Extra,
        Kind::NotExported => List::NotExported,
    }
}

fn run_effort(args: EffortArgs) -> Result<ExitCode, SpecError> {
    let written = Source::read(&args.spec)?;
    let outline = written.outline()?;
    let input = args.header.input();
    let printed = init::run(&input, Some(&outline.name).filter(|name| !name.is_empty()).map(String::as_str))?;
    let printed = Source::parse(&printed.text).map_err(SpecError::Bindings)?;
    let Some(printed) = printed else { return Err(SpecError::NoSpecification { path: args.spec }) };
    print!("{}", effort::measure(&printed, &written, outline.functions.len()).render());
    Ok(ExitCode::SUCCESS)
}
