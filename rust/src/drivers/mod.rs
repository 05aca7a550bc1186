//! Results taken from the library below a driver, where the driver has nothing but Python objects.
pub mod libpq;
pub mod sqlite;

use pyo3::exceptions::PyLookupError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

/// The functions of a library, found by their names in a dict of addresses.
macro_rules! functions {
    ($(#[$about:meta])* $library:ident {
        $($name:ident: fn($($from:ty),*) $(-> $to:ty)?;)*
    }) => {
        $(#[$about])*
        #[derive(Clone, Copy)]
        pub struct $library { $($name: unsafe extern "C" fn($($from),*) $(-> $to)?,)* }

        impl $library {
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name)),*];

            /// `LookupError` if one is missing. Every address has to be that of the function of its
            /// name: nothing can check that.
            pub fn find(addresses: &pyo3::Bound<'_, pyo3::types::PyDict>) -> pyo3::PyResult<Self> {
                Ok(Self { $($name: {
                    let address = $crate::drivers::address(addresses, stringify!($name))?;
                    // SAFETY: the address is not null and, as the caller says, of the function that
                    // the library has under this name, whose signature has been this one for years.
                    unsafe {
                        std::mem::transmute::<usize, unsafe extern "C" fn($($from),*) $(-> $to)?>(
                            address,
                        )
                    }
                },)* })
            }
        }
    };
}
use functions;

/// The address of a function, which is never null.
fn address(addresses: &Bound<'_, PyDict>, name: &str) -> PyResult<usize> {
    let found = addresses.get_item(name)?.map(|found| found.extract()).transpose()?;
    found.filter(|&found| found != 0).ok_or_else(|| PyLookupError::new_err(name.to_owned()))
}
