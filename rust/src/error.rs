//! Why native code stops.
use pyo3::PyErr;

/// None of these is ever shown to a user as it is.
#[derive(Debug)]
pub enum Stop {
    /// User code raised: that travels on unchanged.
    /// Boxed, so that every other outcome travels in registers.
    Raised(Box<PyErr>),
    /// A kind or source is not sure what stock would do with this value, and has written nothing:
    /// the stock method decides.
    Unsure,
    /// A sink cannot take this value the way stock does: the whole output goes the stock way.
    Refused,
}

pub type Outcome<T = ()> = Result<T, Stop>;

impl From<PyErr> for Stop {
    fn from(error: PyErr) -> Self {
        Self::Raised(Box::new(error))
    }
}
