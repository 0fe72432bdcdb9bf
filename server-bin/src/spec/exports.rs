//! What a library exports: its functions with their ELF symbol versions, and its SONAME.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use object::elf::{DT_SONAME, FileHeader32, FileHeader64, STT_FUNC, STT_GNU_IFUNC};
use object::read::elf::{Dyn, FileHeader, Sym};
use object::{Endianness, FileKind};

use super::SpecError;

/// The dynamic symbols of a library, as far as they are functions.
#[derive(Debug, Default)]
pub struct Exports {
    /// What programs load it by.
    pub soname: Option<String>,
    /// Functions and their symbol versions.
    pub functions: BTreeMap<String, Option<String>>,
}

/// Reads the library at `path`.
///
/// # Errors
/// It cannot be read, or is no ELF file.
pub fn read(path: &Path) -> Result<Exports, SpecError> {
    let data = fs::read(path).map_err(|source| SpecError::Read { path: path.to_owned(), source })?;
    let exports = match FileKind::parse(&data[..]) {
        Ok(FileKind::Elf32) => read_elf::<FileHeader32<Endianness>>(&data),
        // Another format is not ELF's, which the parser says.
        Ok(_) => read_elf::<FileHeader64<Endianness>>(&data),
        Err(error) => Err(error),
    };
    exports.map_err(|source| SpecError::Library { path: path.to_owned(), source })
}

fn read_elf<Elf: FileHeader<Endian = Endianness>>(data: &[u8]) -> Result<Exports, object::Error> {
    let elf = Elf::parse(data)?;
    let endian = elf.endian()?;
    let sections = elf.sections(endian, data)?;
    let mut exports = Exports::default();
    if let Some((entries, strings)) = sections.dynamic(endian, data)? {
        let strings = sections.strings(endian, data, strings)?;
        let soname = entries.iter().find(|entry| entry.tag32(endian) == Some(DT_SONAME));
        let soname = soname.map(|entry| entry.string(endian, strings)).transpose()?;
        exports.soname = soname.map(|name| String::from_utf8_lossy(name).into_owned());
    }
    let symbols = sections.symbols(endian, data, object::elf::SHT_DYNSYM)?;
    let versions = sections.versions(endian, data)?;
    for (index, symbol) in symbols.enumerate() {
        let is_function = matches!(symbol.st_type(), STT_FUNC | STT_GNU_IFUNC);
        if !is_function || symbol.is_undefined(endian) || symbol.is_local() {
            continue;
        }
        let name = String::from_utf8_lossy(symbol.name(endian, symbols.strings())?).into_owned();
        let version = match &versions {
            Some(versions) => versions.version(versions.version_index(endian, index))?,
            None => None,
        };
        let version = version.map(|version| String::from_utf8_lossy(version.name()).into_owned());
        // A symbol may be there in several versions; one is enough to name the function.
        exports.functions.entry(name).or_insert(version);
    }
    Ok(exports)
}
