//! What a field makes of what a client sent: the mirrors of `to_internal_value`.
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::{
    boolean, choice, collection, date, datetime, decimal, duration, json, nested, number, option,
    related, text, time, uuid,
};
use crate::accept::{Builder, Call};
use crate::error::{Outcome, Stop};
use crate::sources::Given;

pub enum Rule {
    Boolean(boolean::Rule),
    Text(text::Rule),
    Integer,
    Float,
    Decimal(decimal::Rule),
    Uuid,
    Ip(text::Address),
    DateTime(datetime::Target),
    Date,
    Time,
    Duration,
    Choice(choice::Rule),
    Choices(choice::Several),
    List(collection::Items),
    Map(collection::Items),
    Json,
    /// Anything but nothing: the child of a list that names none.
    AsIs,
    /// The object with a key, where a table of this call knows it.
    Related,
    Nested(crate::accept::Plan),
    Many(nested::Many),
    /// Only the stock field knows.
    Stock,
}

/// What a rule makes of a value.
pub enum Accepted<'py> {
    /// The validators come next.
    Value(Bound<'py, PyAny>),
    /// An empty value, which validators never see.
    Empty(Bound<'py, PyAny>),
}

impl Rule {
    pub fn build(name: &str, options: &Bound<'_, PyDict>, builder: &mut Builder) -> PyResult<Self> {
        Ok(match name {
            "boolean" => {
                Self::Boolean(boolean::Rule { allow_null: option(options, "allow_null")? })
            }
            "text" => Self::Text(text::Rule::build(options)?),
            "integer" => Self::Integer,
            "float" => Self::Float,
            "decimal" => Self::Decimal(decimal::Rule::build(options)?),
            "uuid" => Self::Uuid,
            "ip" => Self::Ip(text::Address::build(options)?),
            "datetime" => Self::DateTime(datetime::Target::build(options)?),
            "date" => Self::Date,
            "time" => Self::Time,
            "duration" => Self::Duration,
            "choice" => Self::Choice(choice::Rule::build(options)?),
            "choices" => Self::Choices(choice::Several::build(options)?),
            "list" => Self::List(collection::Items::build(options, builder)?),
            "map" => Self::Map(collection::Items::build(options, builder)?),
            "json" => Self::Json,
            "as_is" => Self::AsIs,
            "related" => Self::Related,
            "nested" => Self::Nested(builder.plan(&super::required(options, "plan")?)?),
            "many" => Self::Many(nested::Many::build(options, builder)?),
            "stock" => Self::Stock,
            _ => return Err(PyValueError::new_err(format!("unknown rule {name:?}"))),
        })
    }

    /// Whether the stock field decides about every value anyway.
    pub fn is_stock(&self) -> bool {
        match self {
            Self::Stock | Self::Related => true,
            Self::List(items) => items.are_stock(),
            _ => false,
        }
    }

    /// The value, as `to_internal_value` returns it. `Unsure` means that the stock field has to be
    /// asked, and that no Python code of users has run.
    #[inline]
    pub fn accept<'py>(
        &self,
        id: usize,
        given: &Given<'_, 'py>,
        call: &Call<'_, 'py>,
    ) -> Outcome<Accepted<'py>> {
        let py = call.cx.py;
        Ok(Accepted::Value(match self {
            Self::Text(rule) => return rule.accept(given, py),
            Self::Decimal(rule) => return rule.accept(given, py),
            Self::Boolean(rule) => rule.accept(given, py)?,
            Self::Integer => number::accept_integer(given, py)?,
            Self::Float => number::accept_float(given, py)?,
            Self::Uuid => uuid::accept(given, call)?,
            Self::Ip(rule) => rule.accept(given, py)?,
            Self::DateTime(zone) => zone.accept(given, call)?,
            Self::Date => date::accept(given, py)?,
            Self::Time => time::accept(given, py)?,
            Self::Duration => duration::accept(given, py)?,
            Self::Choice(rule) => rule.accept(given, py)?,
            Self::Choices(rule) => rule.accept(given, py)?,
            Self::List(items) => items.accept_list(given, call)?,
            Self::Map(items) => items.accept_map(given, call)?,
            Self::Json => json::accept(given, py)?,
            Self::AsIs => as_is(given, call)?,
            Self::Related => related::accept(id, given, call)?,
            Self::Nested(plan) => nested::accept(plan, given, call)?,
            Self::Many(many) => many.accept(id, given, call)?,
            Self::Stock => return Err(Stop::Unsure),
        }))
    }
}

fn as_is<'py>(given: &Given<'_, 'py>, call: &Call<'_, 'py>) -> Outcome<Bound<'py, PyAny>> {
    let value = given.to_object(call.cx.py)?;
    if value.is(&call.names.empty) { Err(Stop::Unsure) } else { Ok(value) }
}
