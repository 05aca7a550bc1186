//! Why native code stops.
use pyo3::PyErr;

/// Either user code raised, and that travels on unchanged, or native code is not sure what stock
/// would do, and the stock method must run instead. Neither is ever shown to a user as it is.
#[derive(Debug)]
pub enum Stop {
    Raised(PyErr),
    Unsure,
}

pub type Outcome<T = ()> = Result<T, Stop>;

impl From<PyErr> for Stop {
    fn from(error: PyErr) -> Self {
        Self::Raised(error)
    }
}
