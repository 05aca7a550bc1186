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

/// A grid, and the columns that are texts for psycopg to load, with the number of their type.
type Found = (Grid, Vec<(usize, u32)>);

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
    #[allow(clippy::needless_pass_by_value, reason = "made of a list of Python's")]
    fn read(&self, address: usize, plain: Vec<u32>) -> Option<Found> {
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
        Some((result.rows(&forms)?, texts))
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
            Self::Integer => grid.integer(std::str::from_utf8(text).ok()?.parse().ok()?),
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

    /// All rows; `None` if a cell is not what its type promises.
    fn rows(self, forms: &[Form]) -> Option<Grid> {
        // SAFETY: the result is live.
        let length = unsafe { (self.library.PQntuples)(self.at) };
        let mut grid = Builder::new(forms.len());
        for row in 0..length {
            for (column, form) in (0..).zip(forms) {
                match self.cell(row, column) {
                    Some(text) => form.take(text, &mut grid)?,
                    None => grid.null(),
                }
            }
        }
        grid.finish()
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
