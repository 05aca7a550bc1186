//! `ChoiceField`.
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PySet, PyString};

use super::option;
use crate::error::{Outcome, Stop};
use crate::sinks::Sink;
use crate::sources::{Given, Value};

pub enum Options {
    /// Every choice is the text that it is spelled as, and so is every other value.
    Texts,
    /// `choice_strings_to_values`
    Values(Py<PyDict>),
}

impl Options {
    pub fn build(options: &Bound<'_, PyDict>) -> PyResult<Self> {
        let values: Bound<'_, PyDict> = option(options, "values")?;
        let is_text = values.iter().all(|(text, value)| {
            value.is_exact_instance_of::<PyString>() && text.eq(&value).unwrap_or(false)
        });
        Ok(if is_text { Self::Texts } else { Self::Values(values.unbind()) })
    }

    pub fn write<'py, S: Sink<'py>>(
        &self,
        value: &Value<'_, 'py>,
        py: Python<'py>,
        sink: &mut S,
    ) -> Outcome {
        match (value, self) {
            (Value::Text(text), Self::Texts) => sink.text(text),
            (Value::Text(text), Self::Values(values)) => {
                write_choice(&PyString::new(py, text), values.bind(py), sink)
            }
            (Value::Object(object), _) => {
                let text = object.cast_exact::<PyString>().map_err(|_| Stop::Unsure)?;
                match self {
                    Self::Texts => sink.string(text),
                    Self::Values(values) => write_choice(text, values.bind(py), sink),
                }
            }
            _ => Err(Stop::Unsure),
        }
    }
}

fn write_choice<'py, S: Sink<'py>>(
    text: &Bound<'py, PyString>,
    values: &Bound<'py, PyDict>,
    sink: &mut S,
) -> Outcome {
    match values.get_item(text)? {
        Some(choice) if !text.is_empty()? => sink.object(&choice),
        _ => sink.string(text),
    }
}

/// The other direction: text or a number to the choice that is spelled so.
pub struct Rule {
    /// `choice_strings_to_values`
    values: Py<PyDict>,
    allow_blank: bool,
}

impl Rule {
    pub fn build(options: &Bound<'_, PyDict>) -> PyResult<Self> {
        Ok(Self {
            values: option(options, "values")?,
            allow_blank: option(options, "allow_blank")?,
        })
    }

    pub fn accept<'py>(
        &self,
        given: &Given<'_, 'py>,
        py: Python<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let value = given.to_object(py)?;
        if value.is_exact_instance_of::<PyString>() {
            if self.allow_blank && given.text()?.is_some_and(|text| text.is_empty()) {
                return Ok(value);
            }
            return self.values.bind(py).get_item(value)?.ok_or(Stop::Unsure);
        }
        if given.integer().is_none() && !value.is_exact_instance_of::<PyBool>() {
            return Err(Stop::Unsure);
        }
        self.values.bind(py).get_item(value.str()?)?.ok_or(Stop::Unsure)
    }
}

/// `MultipleChoiceField`
pub struct Several {
    one: Rule,
    allow_empty: bool,
    /// A set until DRF 3.17, then a list.
    as_set: bool,
}

impl Several {
    pub fn build(options: &Bound<'_, PyDict>) -> PyResult<Self> {
        Ok(Self {
            one: Rule::build(options)?,
            allow_empty: option(options, "allow_empty")?,
            as_set: option(options, "as_set")?,
        })
    }

    pub fn accept<'py>(
        &self,
        given: &Given<'_, 'py>,
        py: Python<'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let items = given.list(py)?;
        if items.is_empty() && !self.allow_empty {
            return Err(Stop::Unsure);
        }
        let found = PyDict::new(py);
        for item in items {
            found.set_item(self.one.accept(&Given::Object(item), py)?, py.None())?;
        }
        let found = found.keys();
        Ok(if self.as_set { PySet::new(py, found)?.into_any() } else { found.into_any() })
    }
}
