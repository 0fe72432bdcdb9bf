//! A specification whose names are looked up: what [`check`](crate::check) judges and [`expand`](crate::expand) writes out.
//! Indices stand for the objects they point to: a handle's in [`Model::handles`], a parameter's in [`Function::params`].

#![expect(
    clippy::large_enum_variant,
    reason = "a specification has some hundreds of them, which are made once"
)]

mod callback;

pub(crate) use callback::{Callback, CallbackLife};
use proc_macro2::TokenStream;
use syn::{Attribute, Expr, Ident, LitStr, Type, Visibility};

use crate::syntax::Origin;

/// A specification.
pub(crate) struct Model {
    pub(crate) attrs: Vec<Attribute>,
    pub(crate) vis: Visibility,
    pub(crate) module: Ident,
    pub(crate) header: Header,
    pub(crate) hash: [u8; 16],
    pub(crate) statuses: Vec<Status>,
    pub(crate) handles: Vec<Handle>,
    pub(crate) callbacks: Vec<Callback>,
    pub(crate) registries: Vec<Registry>,
    pub(crate) structures: Vec<Structure>,
    pub(crate) resources: Vec<Resource>,
    pub(crate) functions: Vec<Function>,
    pub(crate) utilities: Vec<TokenStream>,
}

/// What `#[api(..)]` says.
pub(crate) struct Header {
    pub(crate) name: LitStr,
    pub(crate) version: LitStr,
    /// Path of bindgen's output.
    pub(crate) ffi: Option<TokenStream>,
    pub(crate) libraries: Vec<LitStr>,
    pub(crate) dispatch: Option<Expr>,
    pub(crate) warm: Option<Expr>,
    /// Hears of every call that failed.
    pub(crate) failed: Option<Expr>,
}

/// A type of status values.
pub(crate) struct Status {
    pub(crate) name: Ident,
    pub(crate) ok: Expr,
    pub(crate) lost: Expr,
    pub(crate) refused: Expr,
    pub(crate) unsupported: Expr,
}

/// A type of handles.
pub(crate) struct Handle {
    pub(crate) name: Ident,
    pub(crate) retain: Option<Ident>,
    pub(crate) release: Option<Ident>,
    pub(crate) invalid: Expr,
    pub(crate) meta: Option<Type>,
    /// Symbol version of retain and release.
    pub(crate) since: Option<LitStr>,
    /// What saves and restores an object's contents.
    pub(crate) state: Option<State>,
}

/// `state(save = PATH, restore = PATH)`
pub(crate) struct State {
    pub(crate) save: Expr,
    pub(crate) restore: Expr,
}

/// A struct whose insides are described.
pub(crate) struct Structure {
    pub(crate) name: Ident,
    pub(crate) fields: Vec<Field>,
    /// The larger structs that it may be the beginning of.
    pub(crate) variants: Vec<Variant>,
    /// It has mistakes, which were reported.
    pub(crate) broken: bool,
}

/// A struct is really of this type if the condition holds.
pub(crate) struct Variant {
    pub(crate) ty: Expr,
    pub(crate) when: Expr,
}

/// A registry of buffers in flight.
pub(crate) struct Registry {
    pub(crate) name: Ident,
    /// The kind whose handles drain it.
    pub(crate) key: usize,
    /// The kind whose handles tell that a command is done.
    pub(crate) token: Option<usize>,
    pub(crate) done: Option<Expr>,
}

/// What policies share out.
pub(crate) struct Resource {
    pub(crate) name: Ident,
    /// It is held for a while, not used up.
    pub(crate) continuous: bool,
    pub(crate) policy: Option<Expr>,
}

/// `consumes(R, E)`, `allocates(R, E)` or `deallocates(R, E)`
pub(crate) struct Cost {
    pub(crate) word: CostWord,
    pub(crate) resource: usize,
    pub(crate) amount: Amount,
}

/// What a call does with a resource.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CostWord {
    Consumes,
    Allocates,
    Deallocates,
}

/// How much of it.
pub(crate) enum Amount {
    /// The nanoseconds that the vendor's function takes.
    Measured,
    Expr(Expr),
}

/// How it is told that a call went well, where its status does not say so.
pub(crate) enum Success {
    /// It returned this value.
    Value(Expr),
    /// This is true of `ret`.
    Predicate(Expr),
}

/// A function.
pub(crate) struct Function {
    pub(crate) docs: Vec<Attribute>,
    pub(crate) name: Ident,
    pub(crate) origin: Origin,
    /// The parameters of the C prototype.
    pub(crate) params: Vec<Param>,
    pub(crate) ret: Option<Type>,
    pub(crate) since: Option<LitStr>,
    /// Where the server finds it, if it is no symbol of the vendor's library.
    pub(crate) extension: Option<Expr>,
    /// The parameter through which it reports a status, if it returns none.
    pub(crate) status_out: Option<usize>,
    pub(crate) returns: Returns,
    pub(crate) body: Body,
}

/// What a function's return value is.
pub(crate) enum Returns {
    Nothing,
    Status(usize),
    /// A handle; an object that the call makes, if it is new.
    Handle(usize, Option<New>),
    /// A pointer that means nothing in the guest.
    Pointer,
    /// The library's memory.
    Library(Box<Buffer>),
    Scalar,
}

/// What happens when the application calls a function.
pub(crate) enum Body {
    Forwarded(Box<Forwarded>),
    /// This block runs in the guest.
    Local(TokenStream),
    /// It fails with this value, which stands on the function itself or on its block.
    Unsupported {
        value: Expr,
        own: bool,
    },
    /// Its specification has mistakes: it stays callable, so that the rest of the crate sees it.
    Broken,
}

/// How a function is forwarded.
pub(crate) struct Forwarded {
    /// Its number on the wire, given once it is known which functions are forwarded.
    pub(crate) index: usize,
    pub(crate) mode: Option<Expr>,
    pub(crate) success: Option<Success>,
    pub(crate) cached: bool,
    pub(crate) record: bool,
    /// Parameters that a recorded call shares with those that it overwrites.
    pub(crate) record_key: Vec<usize>,
    /// The vendor's `errno` comes back with the reply.
    pub(crate) errno: bool,
    pub(crate) costs: Vec<Cost>,
    pub(crate) before: Option<Expr>,
    pub(crate) after: Option<Expr>,
    /// Runs in the server in place of a vendor function.
    pub(crate) server_body: Option<TokenStream>,
    pub(crate) contextuals: Vec<Contextual>,
}

/// `contextual(REG.drain(key))` or `contextual(REG.poll())`.
pub(crate) struct Contextual {
    pub(crate) registry: usize,
    /// The parameter whose commands are all done.
    pub(crate) drain: Option<usize>,
}

/// A parameter.
pub(crate) struct Param {
    pub(crate) name: Ident,
    pub(crate) ty: Type,
    pub(crate) target: Target,
    pub(crate) role: Role,
}

/// What a type is, as far as forwarding must know.
pub(crate) enum Target {
    Scalar,
    Handle(usize),
    /// A pointer to a function; of a declared type, or not.
    Callback(Option<usize>),
    Pointer(Pointer),
}

/// A pointer type.
pub(crate) struct Pointer {
    pub(crate) mutable: bool,
    pub(crate) elem: Type,
    /// What it really points to, if the prototype does not say.
    pub(crate) cast: Option<Type>,
    pub(crate) kind: Elem,
}

/// What a pointer points to.
pub(crate) enum Elem {
    Void,
    Handle(usize),
    Status(usize),
    /// A pointer, whose target is `c_void` or not.
    Pointer(bool),
    /// A struct that the specification describes.
    Structure,
    Other,
}

/// How a parameter travels.
pub(crate) enum Role {
    /// The function is not forwarded.
    Plain,
    Scalar,
    Handle {
        kind: usize,
        frees: bool,
        invalid: Option<Expr>,
    },
    Buffer(Box<Buffer>),
    /// An integer that is a handle of this kind under a condition.
    CastHandle {
        kind: usize,
        invalid: Option<Expr>,
        when: Option<Expr>,
    },
    /// A location for an object that the call makes.
    New(New),
    /// An array for objects that the call makes.
    NewArray {
        new: New,
        count: Expr,
        filled: Option<Expr>,
    },
    /// A number that means something to the vendor alone.
    Opaque,
    /// It stays in the guest.
    Local,
    /// A function of the application's, of this type of callbacks.
    Callback {
        ty: usize,
        lifetime: CallbackLife,
        /// The parameters that it keeps alive until it ran.
        keeps: Vec<usize>,
    },
    /// What the application's functions behind these parameters get back. In a callback, where it gets it.
    Userdata(Vec<usize>),
}

/// An object that a call makes.
pub(crate) struct New {
    pub(crate) kind: usize,
    /// The parameters that it keeps alive.
    pub(crate) parents: Vec<usize>,
    pub(crate) meta: Option<Expr>,
}

/// Who reads and writes a buffer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Direction {
    In,
    Out,
    Inout,
}

/// A buffer behind a pointer.
pub(crate) struct Buffer {
    pub(crate) direction: Direction,
    pub(crate) extent: Extent,
    /// Status for an invalid handle in it.
    pub(crate) invalid: Option<Expr>,
    pub(crate) when: Option<Expr>,
    pub(crate) filled: Option<Expr>,
    /// What each of its elements is.
    pub(crate) element: Option<Content>,
    /// What is inside each of its elements.
    pub(crate) fields: Vec<Field>,
    /// Its elements are of a type that is described.
    pub(crate) structured: bool,
    /// It is the library's memory, not the application's.
    pub(crate) library: bool,
    pub(crate) lifetime: Lifetime,
    pub(crate) no_copy: bool,
    pub(crate) frees: bool,
    pub(crate) deferred: Option<Deferred>,
    pub(crate) zerocopy: bool,
    pub(crate) always: bool,
}

/// A described part of a larger one.
pub(crate) enum Content {
    /// A pointer.
    Buffer(Box<Buffer>),
    Handle {
        kind: usize,
        invalid: Option<Expr>,
    },
    /// A struct of a described type, or an array of such.
    Structure,
    /// A function of the application's, of this type of callbacks.
    Callback {
        ty: usize,
        lifetime: CallbackLife,
    },
    /// What the functions in these fields of the same struct get back.
    Userdata(Vec<usize>),
    /// Each side has its own.
    Local,
}

/// A field of a struct.
pub(crate) struct Field {
    /// `name`, or `name.name` for one inside a struct or union.
    pub(crate) path: Expr,
    pub(crate) content: Content,
    pub(crate) when: Option<Expr>,
}

/// How long a buffer is used.
pub(crate) enum Lifetime {
    Call,
    Manual,
    Static,
    /// As long as the object of this parameter; of the returned one if there is no parameter.
    Until(Option<usize>),
}

/// How long a buffer is.
pub(crate) enum Extent {
    /// One element.
    One,
    Len(Expr),
    Bytes(Expr),
    With(Expr),
    /// Up to a zero byte, or so many bytes if the expression is not 0.
    Cstr(Option<Expr>),
    /// Up to an element of zeros.
    Terminated,
}

impl Extent {
    /// The expression in it.
    pub(crate) fn expr(&self) -> Option<&Expr> {
        match self {
            Self::One | Self::Terminated => None,
            Self::Len(e) | Self::Bytes(e) | Self::With(e) => Some(e),
            Self::Cstr(e) => e.as_ref(),
        }
    }

    /// What the author said, for messages.
    pub(crate) fn spelled(&self) -> String {
        let what = match self {
            Self::One => return "one element".into(),
            Self::Terminated => return "up to an element of zeros".into(),
            Self::Cstr(None) => return "cstr".into(),
            Self::Len(_) => "len",
            Self::Bytes(_) => "bytes",
            Self::With(_) => "with",
            Self::Cstr(Some(_)) => "cstr",
        };
        format!("{what} = {}", self.expr().map(crate::expr::spelled).unwrap_or_default())
    }
}

/// `deferred(..)`
pub(crate) struct Deferred {
    pub(crate) registry: usize,
    pub(crate) key: usize,
    /// The new object whose completion makes the buffer valid.
    pub(crate) done: Option<usize>,
    pub(crate) when: Option<Expr>,
}

impl Function {
    /// How it is forwarded, if it is.
    pub(crate) fn forwarded(&self) -> Option<&Forwarded> {
        match &self.body {
            Body::Forwarded(forwarded) => Some(forwarded),
            _ => None,
        }
    }
}

impl Forwarded {
    /// Whether the guest may go on before the vendor has answered.
    pub(crate) fn may_async(&self) -> bool {
        self.mode
            .as_ref()
            .is_some_and(|mode| crate::descriptor::as_ident(mode).is_none_or(|name| name != "Sync"))
    }
}

impl Param {
    /// The buffer that it points to.
    pub(crate) fn buffer(&self) -> Option<&Buffer> {
        match &self.role {
            Role::Buffer(buffer) => Some(buffer),
            _ => None,
        }
    }

    /// The object that the call makes there.
    pub(crate) fn made(&self) -> Option<&New> {
        match &self.role {
            Role::New(new) | Role::NewArray { new, .. } => Some(new),
            _ => None,
        }
    }

    /// The pointer type that it has.
    pub(crate) fn pointer(&self) -> Option<&Pointer> {
        match &self.target {
            Target::Pointer(pointer) => Some(pointer),
            _ => None,
        }
    }
}

impl Buffer {
    /// Whether there is more to it than a row of bytes that the call uses.
    pub(crate) fn is_tree(&self) -> bool {
        self.element.is_some()
            || !self.fields.is_empty()
            || self.structured
            || self.no_copy
            || !matches!(self.lifetime, Lifetime::Call)
            || matches!(self.extent, Extent::Terminated)
    }

    /// Expressions that guest and server both evaluate before the call.
    pub(crate) fn exprs(&self) -> Vec<&Expr> {
        let own = [self.extent.expr(), self.invalid.as_ref(), self.when.as_ref()];
        let mut exprs: Vec<&Expr> = own.into_iter().flatten().collect();
        if let Some(element) = &self.element {
            exprs.extend(element.exprs());
        }
        exprs.extend(self.fields.iter().flat_map(Field::exprs));
        exprs
    }
}

impl Content {
    /// Its expressions.
    pub(crate) fn exprs(&self) -> Vec<&Expr> {
        match self {
            Self::Buffer(buffer) => buffer.exprs().into_iter().chain(buffer.filled.as_ref()).collect(),
            Self::Handle { invalid, .. } => invalid.iter().collect(),
            Self::Structure | Self::Callback { .. } | Self::Userdata(_) | Self::Local => Vec::new(),
        }
    }
}

impl Field {
    /// Its expressions.
    pub(crate) fn exprs(&self) -> Vec<&Expr> {
        self.content.exprs().into_iter().chain(self.when.as_ref()).collect()
    }
}
