//! The words of the language: one table, from which come the parser of every descriptor list, the errors that say what
//! is allowed in a place, and the guesses at what a misspelled word was meant to be.

/// Where a descriptor stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    /// On the module.
    Module,
    /// In `#[api(..)]`.
    Api,
    /// On a `type T;`.
    Type,
    /// In `#[handle(..)]` of a type.
    Handle,
    /// In `state(..)` of a handle type.
    State,
    /// In `#[status(..)]`.
    Status,
    /// On a `static`.
    Static,
    /// In `#[registry(..)]`.
    Registry,
    /// On an `extern` block.
    Block,
    /// On a function.
    Function,
    /// In `returns(..)`.
    Returns,
    /// On a parameter.
    Param,
    /// In `input(..)`.
    Input,
    /// In `output(..)`.
    Output,
    /// In `inout(..)`.
    Inout,
    /// In `element(..)`.
    Element,
    /// In `structure(..)` of a type.
    Structure,
    /// In `field(..)`, after its name.
    Field,
    /// In `variant(..)`, after its type.
    Variant,
    /// In `callback(..)` of a parameter, after its lifetime.
    Callback,
    /// In `handle(..)` of a parameter.
    HandleParam,
    /// In `handle(TYPE, ..)` of an element or field, after its type.
    HandleInside,
    /// In `deferred(..)`, after its registry and key.
    Deferred,
}

impl Place {
    /// How a message names it.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Module => "on the module",
            Self::Api => "in `api(..)`",
            Self::Type => "on a type",
            Self::Handle => "in `handle(..)` of a type",
            Self::State => "in `state(..)`",
            Self::Status => "in `status(..)`",
            Self::Static => "on a static",
            Self::Registry => "in `registry(..)`",
            Self::Block => "on an extern block",
            Self::Function => "on a function",
            Self::Returns => "in `returns(..)`",
            Self::Param => "on a parameter",
            Self::Input => "in `input(..)`",
            Self::Output => "in `output(..)`",
            Self::Inout => "in `inout(..)`",
            Self::Element => "in `element(..)`",
            Self::Structure => "in `structure(..)`",
            Self::Field => "in `field(..)`",
            Self::Callback => "in `callback(..)`",
            Self::Variant => "in `variant(..)`",
            Self::HandleParam => "in `handle(..)` of a parameter",
            Self::HandleInside => "in `handle(TYPE, ..)`",
            Self::Deferred => "in `deferred(..)`",
        }
    }
}

/// What follows a descriptor's name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Shape {
    /// Nothing.
    Flag,
    /// `= EXPR`.
    Value,
    /// `= EXPR`, or nothing.
    FlagOrValue,
    /// `= TYPE`.
    Type,
    /// `(EXPR, ..)`: so many expressions, then descriptors of the place, if one is given.
    Args(usize, usize, Option<Place>),
    /// `(D, ..)`, or nothing.
    List(Place),
}

macro_rules! words {
    ($($word:ident $name:literal $example:literal: $($shape:expr => [$($place:ident),*]),*;)*) => {
        /// A descriptor.
        #[derive(Clone, Copy, PartialEq, Eq, Debug)]
        pub(crate) enum Word { $(#[doc = $name] $word),* }

        /// Every descriptor with its name, an example, and what follows it where.
        const TABLE: &[Entry] = &[$($(
            Entry { word: Word::$word, name: $name, example: $example, shape: $shape, places: &[$(Place::$place),*] },
        )*)*];
    };
}

/// A descriptor and the places where it has one shape.
struct Entry {
    word: Word,
    name: &'static str,
    example: &'static str,
    shape: Shape,
    places: &'static [Place],
}

use Shape::{Args, Flag, FlagOrValue, List, Type, Value};

words! {
    Api "api" "api(name = \"opencl\", version = \"3.0\", ffi = crate::ffi, library = [\"libOpenCL.so.1\"])": List(Place::Api) => [Module];
    Name "name" "name = \"opencl\"": Value => [Api];
    Version "version" "version = \"3.0\"": Value => [Api];
    Ffi "ffi" "ffi = crate::ffi": Value => [Api];
    Library "library" "library = [\"libOpenCL.so.1\"]": Value => [Api];
    Dispatch "dispatch" "dispatch = crate::icd::table()": Value => [Api];
    Failed "failed" "failed = crate::errors::remember": Value => [Api];
    Warm "warm" "warm = crate::remote::warm": Value => [Api];

    Handle "handle" "handle(release = clReleaseContext, invalid = CL_INVALID_CONTEXT)":
        List(Place::Handle) => [Type], List(Place::HandleParam) => [Param], Args(1, 1, Some(Place::HandleInside)) => [Element, Field];
    Retain "retain" "retain = clRetainContext": Value => [Handle];
    Release "release" "release = clReleaseContext": Value => [Handle];
    State "state" "state(save = shape::save, restore = shape::restore)": List(Place::State) => [Handle];
    Save "save" "save = shape::save": Value => [State];
    Restore "restore" "restore = shape::restore": Value => [State];
    Status "status" "status(ok = CL_SUCCESS, lost = CL_DEVICE_NOT_AVAILABLE, refused = CL_OUT_OF_RESOURCES)":
        List(Place::Status) => [Type];
    Ok "ok" "ok = CL_SUCCESS": Value => [Status];
    Lost "lost" "lost = CL_DEVICE_NOT_AVAILABLE": Value => [Status];
    Refused "refused" "refused = CL_MEM_OBJECT_ALLOCATION_FAILURE": Value => [Status];
    Registry "registry" "registry(done = shape::event_is_complete)": List(Place::Registry) => [Static];
    Policy "policy" "policy(FairShare)": Args(1, 1, None) => [Static];
    Done "done" "done = event": Value => [Registry, Deferred];

    Mode "mode" "mode(if blocking == CL_TRUE { Sync } else { Async })": Args(1, 1, None) => [Function];
    Success "success" "success(CL_SUCCESS)": Args(1, 1, None) => [Function];
    Cached "cached" "cached": Flag => [Function];
    Record "record" "record(kernel, arg_index)": Args(0, 8, None) => [Function];
    Returns "returns" "returns(new)": List(Place::Returns) => [Function];
    Consumes "consumes" "consumes(KERNEL_TIME, measured)": Args(2, 2, None) => [Function];
    Allocates "allocates" "allocates(DEVICE_MEMORY, size)": Args(2, 2, None) => [Function];
    Deallocates "deallocates" "deallocates(DEVICE_MEMORY, size)": Args(2, 2, None) => [Function];
    Before "before" "before(shape::hook)": Args(1, 1, None) => [Function];
    After "after" "after(shape::hook)": Args(1, 1, None) => [Function];
    Unsupported "unsupported" "unsupported(CL_INVALID_OPERATION)":
        Args(1, 1, None) => [Function, Block], Value => [Status];
    Extension "extension" "extension(vendor.clGetExtensionFunctionAddress(c\"clNewKHR\".as_ptr()))": Args(1, 1, None) => [Function];
    Since "since" "since(\"OPENCL_1.0\")": Args(1, 1, None) => [Function, Block], Value => [Handle];

    Input "input" "input(len = n)": List(Place::Input) => [Param, Field];
    Output "output" "output(len = n)": List(Place::Output) => [Param, Field];
    Inout "inout" "inout(len = n)": List(Place::Inout) => [Param, Field];
    Structure "structure" "structure(field(name, input(cstr)))": List(Place::Structure) => [Type], Flag => [Field];
    Field "field" "field(name, input(cstr))": Args(1, 1, Some(Place::Field)) => [Structure, Input, Output, Inout, Element, Returns];
    Variant "variant" "variant(dm_label, when = this.kind == LABEL)": Args(1, 1, Some(Place::Variant)) => [Structure];
    Opaque "opaque" "opaque": Flag => [Param, Type, Returns];
    Local "local" "local": Flag => [Param, Field];
    Callback "callback" "callback(once)": Args(0, 1, Some(Place::Callback)) => [Param];
    CallbackInside "callback" "callback(dm_progress_fn, call)": Args(1, 2, None) => [Field];
    Userdata "userdata" "userdata(pfn_notify)": Args(0, 9, None) => [Param];
    UserdataInside "userdata" "userdata(alloc, free)": Args(0, 8, None) => [Field];
    Contextual "contextual" "contextual(READS.drain(queue))": Args(1, 1, None) => [Param];
    Errno "contextual" "contextual(errno)": Args(1, 1, None) => [Function];

    Len "len" "len = count": Value => [Input, Output, Inout, Element, Returns];
    Bytes "bytes" "bytes = size": Value => [Input, Output, Inout, Element, Returns];
    With "with" "with = shape::list(param)": Value => [Input, Output, Inout, Element];
    Cstr "cstr" "cstr": FlagOrValue => [Input, Output, Element, Returns];
    Terminated "terminated" "terminated": Flag => [Input, Output, Inout, Element, Returns];
    Filled "filled" "filled = *size_ret": Value => [Output, Inout];
    When "when" "when = flags & COPY != 0": Value => [Input, Output, Inout, Deferred, Field, HandleParam, Variant];
    Element "element" "element(cstr)": List(Place::Element) => [Input, Output, Inout, Element, Returns];
    Cast "cast" "cast = f32": Type => [Input, Output, Inout, HandleParam];
    New "new" "new": Flag => [Output, Returns];
    DependsOn "depends_on" "depends_on(context)": Args(1, 16, None) => [Output, Returns, Callback];
    Meta "meta" "meta = MemMeta { size }": Value => [Output, Returns], Type => [Handle];
    Deferred "deferred" "deferred(READS, queue)": Args(2, 2, Some(Place::Deferred)) => [Input, Output];
    Lifetime "lifetime" "lifetime = Manual": Value => [Input, Output, Inout, Element, Returns];
    NoCopy "no_copy" "no_copy": Flag => [Input, Output, Inout];
    Zerocopy "zerocopy" "zerocopy": Flag => [Input, Output, Inout];
    Always "always" "always": Flag => [Output, Inout];
    Invalid "invalid" "invalid = CL_INVALID_CONTEXT":
        Value => [Input, Output, Inout, Element, HandleParam, HandleInside, Handle];
    Frees "frees" "frees": Flag => [HandleParam, Input, Inout];
}

/// Every word of the language.
pub(crate) fn words() -> impl Iterator<Item = &'static str> {
    TABLE.iter().map(|entry| entry.name)
}

/// Why a word cannot be used in a place.
pub(crate) enum Unknown {
    /// It is a word of the language, but belongs elsewhere.
    Misplaced(String),
    /// There is no such word.
    NoSuchWord(String),
}

impl Unknown {
    /// The message for the author.
    pub(crate) fn into_message(self) -> String {
        match self {
            Self::Misplaced(message) | Self::NoSuchWord(message) => message,
        }
    }
}

/// The descriptor `name` as it is used in `place`.
pub(crate) fn find(name: &str, place: Place) -> Result<(Word, Shape), Unknown> {
    let mut elsewhere = Vec::new();
    for entry in TABLE.iter().filter(|entry| entry.name == name) {
        if entry.places.contains(&place) {
            return Ok((entry.word, entry.shape));
        }
        elsewhere.extend(entry.places.iter().map(|place| place.describe()));
    }
    let allowed = match allowed(place) {
        list if list.is_empty() => "nothing is allowed here".to_owned(),
        list => format!("allowed here: {list}"),
    };
    if elsewhere.is_empty() {
        let meant = nearest(name, place).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
        return Err(Unknown::NoSuchWord(format!("there is no descriptor `{name}`{meant} ({allowed})")));
    }
    let here = place.describe();
    let there = elsewhere.join(" or ");
    Err(Unknown::Misplaced(format!("`{name}` does not belong {here}, but {there} ({allowed})")))
}

/// An example of `word` in `place`, for messages about its arguments.
pub(crate) fn example(word: Word, place: Place) -> &'static str {
    let entry = TABLE.iter().find(|entry| entry.word == word && entry.places.contains(&place));
    entry.map_or("", |entry| entry.example)
}

/// The names allowed in `place`, for messages.
fn allowed(place: Place) -> String {
    let names: Vec<_> = names(place).map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

fn names(place: Place) -> impl Iterator<Item = &'static str> {
    TABLE.iter().filter(move |entry| entry.places.contains(&place)).map(|entry| entry.name)
}

/// The name allowed in `place` that is spelled most like `name`, if one is near.
fn nearest(name: &str, place: Place) -> Option<&'static str> {
    let near = 1 + name.len() / 4;
    names(place)
        .map(|known| (distance(name, known), known))
        .filter(|(d, _)| *d <= near)
        .min()
        .map(|(_, known)| known)
}

/// How many characters must change to make `b` of `a`.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, y) in b.iter().enumerate() {
            let change = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(name: &str, place: Place) -> String {
        find(name, place).err().map(Unknown::into_message).unwrap_or_default()
    }

    #[test]
    fn a_misspelled_word_is_guessed_and_the_allowed_ones_are_listed() {
        let message = message("byte", Place::Output);
        assert!(message.contains("did you mean `bytes`?") && message.contains("`deferred`"), "{message}");
    }

    #[test]
    fn a_misplaced_word_says_where_it_belongs() {
        let message = message("filled", Place::Input);
        assert!(
            message.contains("does not belong in `input(..)`, but in `output(..)` or in `inout(..)`"),
            "{message}"
        );
    }

    #[test]
    fn no_word_has_two_shapes_in_one_place() {
        for (n, entry) in TABLE.iter().enumerate() {
            let same = TABLE[n + 1..].iter().filter(|other| other.name == entry.name);
            assert!(
                same.flat_map(|other| other.places).all(|place| !entry.places.contains(place)),
                "{}",
                entry.name
            );
        }
    }
}
