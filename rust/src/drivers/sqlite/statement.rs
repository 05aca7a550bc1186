//! A prepared statement that stands at a row.
#![allow(clippy::cast_sign_loss, reason = "SQLite counts with signed numbers")]
use std::ffi::{CStr, c_char, c_int, c_void};
use std::{ptr, slice};

use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::drivers::functions;
use crate::sources::grid::{Builder, Grid};

/// What `sqlite3_stmt *`, `sqlite3 *` and their like are to us.
pub type Opaque = *mut c_void;

functions! {
    /// SQLite's own, of any version that Django takes.
    #[allow(clippy::struct_field_names, reason = "the library's own names")]
    Library {
        sqlite3_step: fn(Opaque) -> c_int;
        sqlite3_reset: fn(Opaque) -> c_int;
        sqlite3_stmt_busy: fn(Opaque) -> c_int;
        sqlite3_db_handle: fn(Opaque) -> Opaque;
        sqlite3_db_mutex: fn(Opaque) -> Opaque;
        sqlite3_mutex_try: fn(Opaque) -> c_int;
        sqlite3_mutex_leave: fn(Opaque);
        sqlite3_errmsg: fn(Opaque) -> *const c_char;
        sqlite3_column_count: fn(Opaque) -> c_int;
        sqlite3_column_name: fn(Opaque, c_int) -> *const c_char;
        sqlite3_column_decltype: fn(Opaque, c_int) -> *const c_char;
        sqlite3_column_value: fn(Opaque, c_int) -> Opaque;
        sqlite3_value_type: fn(Opaque) -> c_int;
        sqlite3_value_int64: fn(Opaque) -> i64;
        sqlite3_value_double: fn(Opaque) -> f64;
        sqlite3_value_text: fn(Opaque) -> *const u8;
        sqlite3_value_blob: fn(Opaque) -> *const u8;
        sqlite3_value_bytes: fn(Opaque) -> c_int;
    }
}

const OK: c_int = 0;
const ROW: c_int = 100;
const DONE: c_int = 101;
const INTERRUPT: c_int = 9;
/// The part of a result code that is not its extension.
const PRIMARY: c_int = 0xff;

const INTEGER: c_int = 1;
const FLOAT: c_int = 2;
const TEXT: c_int = 3;
const BLOB: c_int = 4;

#[derive(Clone, Copy)]
pub struct Statement<'a> {
    library: &'a Library,
    handle: Opaque,
}

/// A statement whose database no other thread can touch.
pub struct Locked<'a> {
    statement: Statement<'a>,
    mutex: Opaque,
}

// SAFETY: SQLite's handles belong to no thread; while the database is locked, this one has it alone.
// It has to be unlocked by the thread that locked it: `Python::detach` runs its closure right there.
unsafe impl Send for Locked<'_> {}

/// An error of SQLite that the driver could not meet by beginning again.
pub struct Failure {
    pub code: c_int,
    pub message: String,
}

/// Why a statement was left before its end.
enum Early {
    /// Something that only the driver can make an object of, or an error.
    Odd,
    Failed(c_int),
}

impl<'a> Statement<'a> {
    /// From the handle of a live statement or null; `None` unless it stands at a row.
    pub fn at_row(library: &'a Library, handle: Opaque) -> Option<Self> {
        // SAFETY: the handle is that of a statement that `sqlite3` has, or null, which is never busy.
        let is_busy = unsafe { (library.sqlite3_stmt_busy)(handle) } != 0;
        is_busy.then_some(Self { library, handle })
    }

    /// The database of the statement.
    pub fn database(self) -> Opaque {
        // SAFETY: the statement is live.
        unsafe { (self.library.sqlite3_db_handle)(self.handle) }
    }

    /// Locks the database; `None` if another thread has it. Waiting for it would be a mistake: that
    /// thread may wait for the interpreter.
    pub fn lock(self) -> Option<Locked<'a>> {
        // SAFETY: the database of a live statement is live; a library without threads has no
        // mutex, and null is always free.
        unsafe {
            let mutex = (self.library.sqlite3_db_mutex)(self.database());
            let is_free = (self.library.sqlite3_mutex_try)(mutex) == OK;
            is_free.then_some(Locked { statement: self, mutex })
        }
    }

    fn width(self) -> c_int {
        // SAFETY: the statement is live.
        unsafe { (self.library.sqlite3_column_count)(self.handle) }
    }

    /// All rows from the one on at which the statement stands.
    fn rows(self) -> Result<Grid, Early> {
        let width = self.width();
        let mut grid = Builder::new(width as usize);
        loop {
            for index in 0..width {
                self.cell(index, &mut grid).ok_or(Early::Odd)?;
            }
            // SAFETY: the statement is live, and nobody else steps it.
            match unsafe { (self.library.sqlite3_step)(self.handle) } {
                ROW => {}
                DONE => return grid.finish().ok_or(Early::Odd),
                code => return Err(Early::Failed(code)),
            }
        }
    }

    /// Appends one cell; `None` if it cannot be taken.
    #[inline]
    fn cell(self, index: c_int, grid: &mut Builder) -> Option<()> {
        let library = self.library;
        // SAFETY: the statement stands at a row of at least `index` + 1 columns. Its values are safe
        // to read as long as the database is locked and no step is made.
        unsafe {
            let value = (library.sqlite3_column_value)(self.handle, index);
            match (library.sqlite3_value_type)(value) {
                INTEGER => grid.integer((library.sqlite3_value_int64)(value)),
                FLOAT => grid.float((library.sqlite3_value_double)(value)),
                TEXT => {
                    let start = (library.sqlite3_value_text)(value);
                    grid.text(self.piece(value, start)?)?;
                }
                BLOB => {
                    let start = (library.sqlite3_value_blob)(value);
                    grid.bytes(self.piece(value, start)?)?;
                }
                _ => grid.null(),
            }
        }
        Some(())
    }

    /// The text or the bytes of a value. `None` when there was no memory for them.
    ///
    /// # Safety
    /// `start` is what the library just said of the live `value`, which is not touched meanwhile.
    unsafe fn piece<'b>(self, value: Opaque, start: *const u8) -> Option<&'b [u8]> {
        // SAFETY: the library keeps as many bytes there as it says.
        unsafe {
            let length = (self.library.sqlite3_value_bytes)(value) as usize;
            match (start.is_null(), length) {
                (false, _) => Some(slice::from_raw_parts(start, length)),
                (true, 0) => Some(&[]),
                (true, _) => None,
            }
        }
    }

    /// Goes back to the first row, where the driver left the statement.
    fn rewind(self) -> Result<(), c_int> {
        // SAFETY: the statement is live; its parameters stay bound.
        let code = unsafe {
            (self.library.sqlite3_reset)(self.handle);
            (self.library.sqlite3_step)(self.handle)
        };
        if code == ROW { Ok(()) } else { Err(code) }
    }

    fn failure(self, code: c_int) -> Failure {
        // SAFETY: the database is live, and its message stays as it is until its next call.
        let message = unsafe {
            let message = (self.library.sqlite3_errmsg)(self.database());
            if message.is_null() { c"" } else { CStr::from_ptr(message) }
        };
        Failure { code, message: message.to_string_lossy().into_owned() }
    }
}

impl Locked<'_> {
    /// Whether the driver would call a converter for a column: it finds them by the declared type up
    /// to the first space or bracket, or in square brackets in the name of the column.
    pub fn has_converters(&self, converters: &Bound<'_, PyDict>) -> PyResult<bool> {
        let Statement { library, handle } = self.statement;
        for index in 0..self.statement.width() {
            // SAFETY: the column exists; names and types live as long as the statement stays here.
            let [name, declared] = unsafe {
                [
                    text((library.sqlite3_column_name)(handle, index)),
                    text((library.sqlite3_column_decltype)(handle, index)),
                ]
            };
            let key = declared.split([' ', '(']).next().unwrap_or_default();
            if name.contains('[') || !key.is_ascii() {
                return Ok(true);
            }
            if !key.is_empty() && converters.contains(key.to_ascii_uppercase())? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// All rows. `None` after going back to the first, for the driver to find what was odd.
    pub fn read(self) -> Result<Option<Grid>, Failure> {
        let statement = self.statement;
        match statement.rows() {
            Ok(grid) => Ok(Some(grid)),
            Err(Early::Failed(code)) if code & PRIMARY == INTERRUPT => Err(statement.failure(code)),
            Err(_) => statement.rewind().map(|()| None).map_err(|code| statement.failure(code)),
        }
    }
}

impl Drop for Locked<'_> {
    fn drop(&mut self) {
        // SAFETY: this thread has locked the mutex, and the database lives as long as its statement.
        unsafe { (self.statement.library.sqlite3_mutex_leave)(self.mutex) };
    }
}

/// A name, or nothing; one that is not UTF-8 is as odd as brackets.
///
/// # Safety
/// The pointer is null or that of a C string, which stays as it is while the text is in use.
unsafe fn text<'a>(name: *const c_char) -> &'a str {
    if ptr::eq(name, ptr::null()) {
        return "";
    }
    // SAFETY: as the caller promises.
    unsafe { CStr::from_ptr(name) }.to_str().unwrap_or("[")
}
