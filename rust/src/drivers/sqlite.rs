//! Rows of a cursor of the `sqlite3` module that has been executed, read by SQLite's own functions.
//!
//! The cursor has stepped to the first row when `execute` returns, and makes objects of a row only
//! when it is fetched: the rest is stepped through here instead. Until the first such step nothing
//! has changed, and what cannot be read here is left to the driver.
mod statement;

use std::ffi::c_void;

use pyo3::exceptions::{PyInterruptedError, PyLookupError};
use pyo3::ffi::PyObject;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyType};

use self::statement::{Library, Opaque, Statement};
use crate::sources::grid::Grid;

/// Reads cursors of the `sqlite3` module.
#[pyclass(frozen, module = "django_rustaccel._rust")]
pub struct Sqlite {
    library: Library,
    cursor_type: Py<PyType>,
    statement_type: Py<PyType>,
    /// Which word of a cursor is its statement.
    statement_at: usize,
}

#[pymethods]
impl Sqlite {
    /// Learns where cursors have their statements from one that has just been executed.
    ///
    /// `addresses` are those of SQLite's functions, by name, in the library that `sqlite3` calls;
    /// `statement` is the object of the `sqlite3` module that the cursor refers to.
    ///
    /// # Errors
    /// `LookupError` where something is not where it should be.
    #[new]
    fn new(
        addresses: &Bound<'_, PyDict>,
        cursor: &Bound<'_, PyAny>,
        statement: &Bound<'_, PyAny>,
        connection: &Bound<'_, PyAny>,
    ) -> PyResult<Self> {
        let library = Library::find(addresses)?;
        let statement_at = find_word(cursor, statement.as_ptr().cast())?;
        let this = Self {
            library,
            cursor_type: cursor.get_type().unbind(),
            statement_type: statement.get_type().unbind(),
            statement_at,
        };
        let live = this.statement(cursor)?.ok_or_else(unknown)?;
        find_word(connection, live.database())?;
        Ok(this)
    }

    /// The names of all functions whose addresses are needed.
    #[staticmethod]
    fn functions() -> Vec<&'static str> {
        Library::NAMES.to_vec()
    }

    /// The rows of a cursor that has just been executed; `None` leaves them to the driver, for which
    /// nothing has changed.
    ///
    /// `converters` are those of the `sqlite3` module, which only the driver calls.
    ///
    /// # Errors
    /// `InterruptedError` with SQLite's code and message, where beginning again would be wrong.
    fn read(
        &self,
        cursor: &Bound<'_, PyAny>,
        converters: &Bound<'_, PyDict>,
    ) -> PyResult<Option<Grid>> {
        let Some(statement) = self.statement(cursor)? else { return Ok(None) };
        let Some(locked) = statement.lock() else { return Ok(None) };
        if locked.has_converters(converters)? {
            return Ok(None);
        }
        // The lock is given back before the interpreter's is taken: whoever waits for the one may
        // hold the other.
        let read = cursor.py().detach(move || locked.read());
        read.map_err(|failure| PyInterruptedError::new_err((failure.code, failure.message)))
    }
}

impl Sqlite {
    /// The statement of a cursor, if it is at a row.
    fn statement(&self, cursor: &Bound<'_, PyAny>) -> PyResult<Option<Statement<'_>>> {
        let py = cursor.py();
        if !cursor.get_type().is_subclass(self.cursor_type.bind(py))? {
            return Ok(None);
        }
        // SAFETY: the word lies within every cursor, and there every cursor has its statement, or
        // null. The cursor keeps it alive.
        let statement = unsafe {
            let word = cursor.as_ptr().cast::<*mut PyObject>().add(self.statement_at).read();
            Bound::from_borrowed_ptr_or_opt(py, word)
        };
        let statement = statement.filter(|s| s.get_type().is(&self.statement_type));
        Ok(statement.and_then(|statement| {
            // SAFETY: a statement of `sqlite3` begins with its `sqlite3_stmt *`, or null.
            let handle = unsafe { statement.as_ptr().add(1).cast::<Opaque>().read() };
            Statement::at_row(&self.library, handle)
        }))
    }
}

/// Which word of an object is `pointer`.
fn find_word(object: &Bound<'_, PyAny>, pointer: *mut c_void) -> PyResult<usize> {
    let size: usize = object.get_type().getattr("__basicsize__")?.extract()?;
    let start = object.as_ptr().cast::<*mut c_void>();
    let words = size_of::<PyObject>() / size_of::<Opaque>()..size / size_of::<Opaque>();
    // SAFETY: an object has at least the size that its type says, and is aligned like a pointer.
    words.into_iter().find(|&at| unsafe { start.add(at).read() } == pointer).ok_or_else(unknown)
}

fn unknown() -> PyErr {
    PyLookupError::new_err("sqlite3 keeps its statements elsewhere")
}
