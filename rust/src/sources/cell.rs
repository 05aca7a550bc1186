//! One cell of a row: what the driver's value means.
#![allow(clippy::inline_always, reason = "a cell handed over in memory costs more than all else")]
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyTuple};

use super::Value;
use super::raw::{Raw, Row};
use crate::context::Context;
use crate::error::{Outcome, Stop};
use crate::kinds::read_datetime;
use crate::plan::Node;
use crate::sinks::Sink;
use crate::text::decimal::{Decimal, Rounding};
use crate::text::temporal::{parse_date, parse_datetime, parse_time};
use crate::text::uuid;

/// Where a cell is, how it is read natively, and how Django reads it.
pub struct Cell {
    index: usize,
    form: Form,
    /// From the driver's value to the value a model instance would have; `None`: the same.
    load: Option<Py<PyAny>>,
}

/// What drivers return for a column.
enum Form {
    /// The value itself.
    Object,
    /// 0 or 1.
    Boolean,
    Date,
    /// Text or a naive datetime; whether it is UTC when no offset is given.
    DateTime {
        naive_is_utc: bool,
    },
    Time,
    /// Microseconds.
    Duration,
    /// Text.
    Decimal,
    /// A float or an integer, which Django rounds to the digits and places of its field.
    FloatDecimal {
        digits: u32,
        places: u32,
    },
    Uuid,
    /// The name of a file, and the model's field if its URL is asked for.
    File(Option<Py<PyAny>>),
    /// Only Django's own converters know.
    Load,
}

impl Cell {
    /// From `(index, form, options, load)`.
    pub fn build(cell: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (index, form, options, load): (usize, String, Bound<'_, PyTuple>, Option<Py<PyAny>>) =
            cell.extract()?;
        Ok(Self { index, form: Form::build(&form, &options)?, load })
    }

    /// Writes the cell as a kind spells it.
    pub fn write<'py, S: Sink<'py>>(
        &self,
        row: Row<'_, 'py>,
        node: &Node,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        let raw = self.raw(row)?;
        if matches!(raw, Raw::Null) {
            return sink.null();
        }
        let native = self.form.decode(raw).and_then(|value| node.kind.write(&value, cx, sink));
        if !matches!(native, Err(Stop::Unsure)) {
            return native;
        }
        if cx.is_native_only {
            return Err(Stop::Refused);
        }
        let value = self.load(raw, cx.py)?;
        if value.is_none() { sink.null() } else { node.write(&value, cx, sink) }
    }

    /// Writes the value itself.
    pub fn write_plain<'py, S: Sink<'py>>(
        &self,
        row: Row<'_, 'py>,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        match (self.raw(row)?, &self.load) {
            (Raw::Null, _) => sink.null(),
            (Raw::Boolean(answer), None) => sink.boolean(answer),
            (Raw::Integer(number), None) => sink.integer(number),
            (Raw::Float(number), None) => sink.float(number),
            (Raw::Text(text), None) => sink.text(text),
            _ if cx.is_native_only => Err(Stop::Refused),
            (raw, _) => sink.object(&self.load(raw, cx.py)?),
        }
    }

    /// The driver's value.
    #[inline(always)]
    pub fn raw<'a, 'py>(&self, row: Row<'a, 'py>) -> PyResult<Raw<'a, 'py>> {
        row.cell(self.index)
    }

    /// Whether a URL is made of it, which depends on the time of reading.
    pub fn is_url(&self) -> bool {
        matches!(self.form, Form::File(Some(_)))
    }

    /// What the driver's value says, where that is understood.
    pub fn decode<'a, 'py>(&'a self, raw: Raw<'a, 'py>) -> Outcome<Value<'a, 'py>> {
        self.form.decode(raw)
    }

    /// What a model instance would have.
    pub fn value<'py>(&self, row: Row<'_, 'py>, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let raw = self.raw(row)?;
        if matches!(raw, Raw::Null) { Ok(raw.to_object(py)) } else { self.load(raw, py) }
    }

    fn load<'py>(&self, raw: Raw<'_, 'py>, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let object = raw.to_object(py);
        match &self.load {
            Some(load) => load.bind(py).call1((object,)),
            None => Ok(object),
        }
    }
}

impl Form {
    fn build(name: &str, options: &Bound<'_, PyTuple>) -> PyResult<Self> {
        Ok(match name {
            "object" => Self::Object,
            "boolean" => Self::Boolean,
            "date" => Self::Date,
            "datetime" => Self::DateTime { naive_is_utc: options.get_item(0)?.extract()? },
            "time" => Self::Time,
            "duration" => Self::Duration,
            "decimal" => Self::Decimal,
            "float_decimal" => {
                let (digits, places) = options.extract()?;
                Self::FloatDecimal { digits, places }
            }
            "uuid" => Self::Uuid,
            "file" => Self::File(options.get_item(0)?.extract()?),
            "load" => Self::Load,
            _ => return Err(PyValueError::new_err(format!("unknown form {name:?}"))),
        })
    }

    #[inline(always)]
    fn decode<'a, 'py>(&'a self, raw: Raw<'a, 'py>) -> Outcome<Value<'a, 'py>> {
        let value = match self {
            Self::Object => Value::of(raw),
            Self::Boolean => {
                raw.integer().filter(|n| matches!(n, 0 | 1)).map(|n| Value::Boolean(n == 1))
            }
            Self::Date => raw.text().and_then(parse_date).map(Value::Date),
            Self::DateTime { naive_is_utc } => return decode_datetime(raw, *naive_is_utc),
            Self::Time => raw.text().and_then(parse_time).map(Value::Time),
            Self::Duration => raw.integer().map(Value::Duration),
            Self::Decimal => raw.text().and_then(Decimal::parse).map(Value::Decimal),
            Self::FloatDecimal { digits, places } => {
                round(raw, *digits, *places).map(Value::Decimal)
            }
            Self::Uuid => raw.text().and_then(uuid::parse).map(Value::Uuid),
            Self::File(field) => raw.text().map(|name| Value::File(name, field.as_ref())),
            Self::Load => None,
        };
        value.ok_or(Stop::Unsure)
    }
}

/// The digits that Django's SQLite converter for decimals takes from a float.
const FLOAT_DIGITS: u32 = 15;

/// What that converter does: a float is rounded to its digits and once more to the places of the
/// column, of which it may then have `digits`; more is an error that Django raises.
fn round(raw: Raw<'_, '_>, digits: u32, places: u32) -> Option<Decimal> {
    let number = if let Some(float) = raw.float() {
        Decimal::from_float(float, FLOAT_DIGITS)?
    } else {
        let number = raw.integer().filter(|n| n.unsigned_abs() < 10_u64.pow(FLOAT_DIGITS))?;
        Decimal::new(number < 0, number.unsigned_abs().into(), 0)
    };
    let number = number.quantized(places, Rounding::HalfEven)?;
    (number.digits() <= digits).then_some(number)
}

fn decode_datetime<'a, 'py>(raw: Raw<'a, 'py>, naive_is_utc: bool) -> Outcome<Value<'a, 'py>> {
    if let Raw::Object(object) = raw
        && let Ok(moment) = object.cast_exact::<PyDateTime>()
    {
        let (moment, is_utc) = read_datetime(moment)?;
        return Ok(Value::DateTime(moment, is_utc || naive_is_utc));
    }
    let (moment, offset) = raw.text().and_then(parse_datetime).ok_or(Stop::Unsure)?;
    match offset {
        None => Ok(Value::DateTime(moment, naive_is_utc)),
        Some(offset) => Ok(Value::DateTime(moment.shifted(-offset).ok_or(Stop::Unsure)?, true)),
    }
}
