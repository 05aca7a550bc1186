//! What a client sent for one field: a Python object, or what JSON text says.
use std::borrow::Cow;

use pyo3::prelude::*;
use pyo3::types::{
    PyBool, PyBoolMethods, PyDict, PyFloat, PyFloatMethods, PyInt, PyList, PyString,
};

use super::json::{Cursor, Text, Token};
use super::outline::DEPTH_LIMIT;
use crate::error::{Outcome, Stop};
use crate::python::decode;
use crate::python::integer;
use crate::python::types::exactly;

/// The mirror of [`super::Value`] for the other direction. The variants after the first are JSON
/// tokens, of which no Python object has been made yet.
#[derive(Clone)]
pub enum Given<'a, 'py> {
    Object(Bound<'py, PyAny>),
    Null,
    Boolean(bool),
    Integer(i64),
    Float(f64),
    Text(Text<'a>),
    /// A list, an object or a number of more than 64 bits: the text of it.
    Json(&'a str),
}

impl<'a> Given<'a, '_> {
    /// The next value of a text that was looked through before.
    #[inline]
    pub fn read(text: &'a str, cursor: &mut Cursor<'a>) -> Outcome<Self> {
        if let b'[' | b'{' = cursor.opening()? {
            let span = cursor.span(DEPTH_LIMIT)?;
            return text.get(span).map(Self::Json).ok_or(Stop::Unsure);
        }
        Ok(match cursor.token()? {
            Token::Null => Self::Null,
            Token::Boolean(answer) => Self::Boolean(answer),
            Token::Integer(number) => Self::Integer(number),
            Token::BigInteger(digits) => Self::Json(digits),
            Token::Float(number) => Self::Float(number),
            Token::Text(text) => Self::Text(text),
            Token::List | Token::Map => return Err(Stop::Unsure),
        })
    }
}

impl<'py> Given<'_, 'py> {
    pub fn is_null(&self) -> bool {
        match self {
            Self::Object(object) => object.is_none(),
            Self::Null => true,
            _ => false,
        }
    }

    /// The characters of a text; `None` for anything else, a subclass of `str` included.
    ///
    /// # Errors
    /// `Unsure` for text with lone surrogates, which is no UTF-8.
    #[inline]
    pub fn text(&self) -> Outcome<Option<Cow<'_, str>>> {
        match self {
            Self::Object(object) => match exactly::<PyString>(object) {
                Some(text) => Ok(Some(Cow::Borrowed(text.to_str().map_err(|_| Stop::Unsure)?))),
                None => Ok(None),
            },
            Self::Text(text) => Ok(Some(text.value()?)),
            _ => Ok(None),
        }
    }

    /// An `int` of at most 64 bits that is no `bool`.
    #[inline]
    pub fn integer(&self) -> Option<i64> {
        match self {
            Self::Object(object) => exactly::<PyInt>(object).and_then(integer::small),
            Self::Integer(number) => Some(*number),
            _ => None,
        }
    }

    #[inline]
    pub fn float(&self) -> Option<f64> {
        match self {
            Self::Object(object) => exactly::<PyFloat>(object).map(PyFloatMethods::value),
            Self::Float(number) => Some(*number),
            _ => None,
        }
    }

    pub fn boolean(&self) -> Option<bool> {
        match self {
            Self::Object(object) => exactly::<PyBool>(object).map(PyBoolMethods::is_true),
            Self::Boolean(answer) => Some(*answer),
            _ => None,
        }
    }

    /// The list that was given, as a Python list.
    pub fn list(&self, py: Python<'py>) -> Outcome<Bound<'py, PyList>> {
        let object = match self {
            Self::Object(object) => object.clone(),
            Self::Json(text) if text.starts_with('[') => decode::document(py, text)?,
            _ => return Err(Stop::Unsure),
        };
        object.cast_into_exact().map_err(|_| Stop::Unsure)
    }

    /// The object that was given, as a Python dict.
    pub fn map(&self, py: Python<'py>) -> Outcome<Bound<'py, PyDict>> {
        let object = match self {
            Self::Object(object) => object.clone(),
            Self::Json(text) if text.starts_with('{') => decode::document(py, text)?,
            _ => return Err(Stop::Unsure),
        };
        object.cast_into_exact().map_err(|_| Stop::Unsure)
    }

    /// The object that `json.loads` would have made.
    ///
    /// # Errors
    /// `Unsure` for JSON that only stock should read.
    pub fn to_object(&self, py: Python<'py>) -> Outcome<Bound<'py, PyAny>> {
        Ok(match self {
            Self::Object(object) => object.clone(),
            Self::Null => py.None().into_bound(py),
            Self::Boolean(answer) => PyBool::new(py, *answer).to_owned().into_any(),
            Self::Integer(number) => number.into_pyobject(py).map_err(PyErr::from)?.into_any(),
            Self::Float(number) => PyFloat::new(py, *number).into_any(),
            Self::Text(text) => decode::string(py, *text)?.into_any(),
            Self::Json(text) => decode::document(py, text)?,
        })
    }
}
