//! Results of PostgreSQL, read by libpq's own functions out of the `PGresult` that psycopg holds.
//!
//! Every value is there as the text that the server sent.
#![allow(clippy::cast_sign_loss, reason = "libpq counts with signed numbers")]
use std::ffi::{c_char, c_int, c_uint, c_void};
use std::slice;

use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::functions;
use crate::sources::grid::{Builder, Grid};
use crate::text::number;

/// What `PGresult *` is to us.
type Opaque = *const c_void;

functions! {
    /// libpq's, since PostgreSQL 9 and before.
    #[allow(non_snake_case, reason = "the library's own names")]
    Library {
        PQntuples: fn(Opaque) -> c_int;
        PQnfields: fn(Opaque) -> c_int;
        PQftype: fn(Opaque, c_int) -> c_uint;
        PQfformat: fn(Opaque, c_int) -> c_int;
        PQgetvalue: fn(Opaque, c_int, c_int) -> *const c_char;
        PQgetlength: fn(Opaque, c_int, c_int) -> c_int;
        PQgetisnull: fn(Opaque, c_int, c_int) -> c_int;
    }
}

/// Reads results of the libpq that psycopg calls.
#[pyclass(frozen, module = "django_rustaccel._rust")]
pub struct Libpq(Library);

/// The columns that are texts for psycopg to load, with the number of their type.
type Texts = Vec<(usize, u32)>;
type Found = (Grid, Texts);

#[pymethods]
impl Libpq {
    /// `addresses` are those of libpq's functions, by name.
    ///
    /// # Errors
    /// `LookupError` if one is missing.
    #[new]
    fn new(addresses: &Bound<'_, PyDict>) -> PyResult<Self> {
        Library::find(addresses).map(Self)
    }

    /// The names of all functions whose addresses are needed.
    #[staticmethod]
    fn functions() -> Vec<&'static str> {
        Library::NAMES.to_vec()
    }

    /// The rows of a result at an address, which its owner keeps alive meanwhile; `None` leaves them
    /// to the driver.
    ///
    /// `plain` are the types, by number, whose cells become what psycopg itself makes of them.
    fn read(&self, address: usize, plain: Vec<u32>) -> Option<Found> {
        let (mut arrivals, texts) = self.begin(address, plain)?;
        let is_added = arrivals.add(address);
        let grid = arrivals.finish().filter(|_| is_added)?;
        Some((grid, texts))
    }

    /// For the rows of a result that comes in parts, of which the first is at an address: it is not
    /// yet added. The rest is as in `read`.
    #[allow(clippy::needless_pass_by_value, reason = "made of a list of Python's")]
    fn begin(&self, address: usize, plain: Vec<u32>) -> Option<(Arrivals, Texts)> {
        let result = PgResult { library: &self.0, at: address as Opaque };
        if address == 0 || (0..result.width()).any(|column| result.is_binary(column)) {
            return None;
        }
        let forms: Vec<Form> =
            (0..result.width()).map(|column| Form::of(result.type_of(column), &plain)).collect();
        let texts = (0..result.width())
            .zip(&forms)
            .filter(|(_, form)| matches!(form, Form::Foreign))
            .map(|(column, _)| (column as usize, result.type_of(column)));
        let texts = texts.collect();
        let grid = Builder::new(forms.len()).finish();
        Some((Arrivals { library: self.0, forms, grid }, texts))
    }
}

/// The rows that have arrived.
#[pyclass(module = "django_rustaccel._rust")]
pub struct Arrivals {
    library: Library,
    forms: Vec<Form>,
    grid: Option<Grid>,
}

impl Arrivals {
    pub fn grid(&self) -> Option<&Grid> {
        self.grid.as_ref()
    }
}

#[pymethods]
impl Arrivals {
    /// Adds the rows of a part at an address, which its owner keeps alive meanwhile: all or none.
    /// None are added if a cell is not what its type promises.
    fn add(&mut self, address: usize) -> bool {
        let part = PgResult { library: &self.library, at: address as Opaque };
        let Some(grid) = self.grid.take() else { return false };
        let added = part.rows(&self.forms, grid);
        let is_added = added.is_ok();
        self.grid = Some(added.unwrap_or_else(|before| before));
        is_added
    }

    /// The rows that were added, once.
    fn finish(&mut self) -> Option<Grid> {
        self.grid.take()
    }
}

/// How the text of a column is read.
#[derive(Clone, Copy)]
enum Form {
    Boolean,
    Integer,
    Float,
    Text,
    /// A text that psycopg's loader of its type makes an object of.
    Foreign,
}

impl Form {
    /// Of a type by its number in PostgreSQL's catalogue, `pg_type.dat`.
    fn of(number: u32, plain: &[u32]) -> Self {
        match number {
            _ if !plain.contains(&number) => Self::Foreign,
            16 => Self::Boolean,
            20 | 21 | 23 => Self::Integer,
            700 | 701 => Self::Float,
            25 | 1042 | 1043 => Self::Text,
            _ => Self::Foreign,
        }
    }

    fn take(self, text: &[u8], grid: &mut Builder) -> Option<()> {
        match self {
            Self::Boolean => grid.boolean(text == b"t"),
            Self::Integer => grid.integer(number::plain_integer(text)?),
            Self::Float => grid.float(std::str::from_utf8(text).ok()?.parse().ok()?),
            Self::Text | Self::Foreign => grid.text(text)?,
        }
        Some(())
    }
}

#[derive(Clone, Copy)]
struct PgResult<'a> {
    library: &'a Library,
    at: Opaque,
}

impl PgResult<'_> {
    fn width(self) -> c_int {
        // SAFETY: the result is live.
        unsafe { (self.library.PQnfields)(self.at) }
    }

    fn type_of(self, column: c_int) -> u32 {
        // SAFETY: the result is live, and libpq knows columns that are not there.
        unsafe { (self.library.PQftype)(self.at, column) }
    }

    fn is_binary(self, column: c_int) -> bool {
        // SAFETY: as above.
        unsafe { (self.library.PQfformat)(self.at, column) != 0 }
    }

    /// The rows of a grid and of this result; the former if a cell is not what its type promises.
    fn rows(self, forms: &[Form], above: Grid) -> Result<Grid, Grid> {
        let mut grid = Builder::after(above);
        if self.add_to(&mut grid, forms).is_some() { grid.checked() } else { Err(grid.undone()) }
    }

    fn add_to(self, grid: &mut Builder, forms: &[Form]) -> Option<()> {
        // SAFETY: the result is live.
        let length = unsafe { (self.library.PQntuples)(self.at) };
        for row in 0..length {
            for (column, form) in (0..).zip(forms) {
                match self.cell(row, column) {
                    Some(text) => form.take(text, grid)?,
                    None => grid.null(),
                }
            }
        }
        Some(())
    }

    /// The text of a cell; `None` for `NULL`.
    #[inline]
    fn cell(&self, row: c_int, column: c_int) -> Option<&[u8]> {
        // SAFETY: the result is live and has this row and column; its values do not move.
        unsafe {
            let length = (self.library.PQgetlength)(self.at, row, column) as usize;
            if length == 0 && (self.library.PQgetisnull)(self.at, row, column) != 0 {
                return None;
            }
            let start = (self.library.PQgetvalue)(self.at, row, column).cast();
            Some(slice::from_raw_parts(start, length))
        }
    }
}
