//! Serializers: rows of fields in, dicts of values out.
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString};

use super::call::Meaning;
use super::{After, Call, Entry, Get, JsonRow, Missing, Node, Origin, Plan, Validators};
use crate::error::{Outcome, Stop};
use crate::kinds::rule::Accepted;
use crate::python::body::Unread;
use crate::python::types::exactly;
use crate::sources::Given;

/// Where the values of one serializer are: a dict, or an object of JSON text.
pub trait Row<'py> {
    /// What was sent for the entry with this number.
    fn get(&self, index: usize, entry: &Entry) -> Outcome<Option<Given<'_, 'py>>>;
    /// The row as stock methods know it.
    fn object(&self) -> Outcome<Bound<'py, PyAny>>;
}

/// A `dict`, and no subclass of it.
pub struct Dict<'a, 'py>(pub &'a Bound<'py, PyDict>);

impl<'py> Row<'py> for Dict<'_, 'py> {
    #[inline]
    fn get(&self, _index: usize, entry: &Entry) -> Outcome<Option<Given<'_, 'py>>> {
        Ok(self.0.get_item(&entry.name)?.map(Given::Object))
    }

    fn object(&self) -> Outcome<Bound<'py, PyAny>> {
        Ok(self.0.clone().into_any())
    }
}

/// A row as it came.
pub enum Sent<'a, 'py> {
    Dict(Dict<'a, 'py>),
    Unread(&'a Bound<'py, PyAny>, Bound<'py, Unread>),
}

impl<'a, 'py> Sent<'a, 'py> {
    /// `None` for what is no row, or may behave in ways of its own.
    pub fn of(item: &'a Bound<'py, PyAny>) -> Option<Self> {
        if let Some(row) = exactly::<PyDict>(item) {
            return Some(Self::Dict(Dict(row)));
        }
        let unread = Unread::of(item)?;
        unread.get().row(item.py()).is_some().then_some(Self::Unread(item, unread))
    }

    /// `Serializer.run_validation`
    pub fn accept(
        &self,
        plan: &Plan,
        after: After,
        call: &Call<'_, 'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match self {
            Self::Dict(row) => plan.accept_row(row, after, call),
            Self::Unread(row, unread) => {
                plan.accept_row(&json_row(plan, row, unread, call.cx.py)?, after, call)
            }
        }
    }

    /// `Serializer.to_internal_value`
    pub fn accept_fields(&self, plan: &Plan, call: &Call<'_, 'py>) -> Outcome<Bound<'py, PyDict>> {
        match self {
            Self::Dict(row) => plan.accept_fields(row, call),
            Self::Unread(row, unread) => {
                plan.accept_fields(&json_row(plan, row, unread, call.cx.py)?, call)
            }
        }
    }
}

fn json_row<'a, 'py>(
    plan: &Plan,
    row: &'a Bound<'py, PyAny>,
    unread: &'a Bound<'py, Unread>,
    py: Python<'py>,
) -> Outcome<JsonRow<'a, 'py>> {
    let text = unread.get().row(py).ok_or(Stop::Unsure)?;
    JsonRow::new(plan, text, Origin::Row(row), py)
}

impl Plan {
    /// `Serializer.run_validation` of something that is there.
    pub fn accept_row<'py>(
        &self,
        row: &impl Row<'py>,
        after: After,
        call: &Call<'_, 'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let values = self.accept_fields(row, call)?.into_any();
        call.conclude(self.id, values, after)
    }

    /// `Serializer.to_internal_value`
    pub fn accept_fields<'py>(
        &self,
        row: &impl Row<'py>,
        call: &Call<'_, 'py>,
    ) -> Outcome<Bound<'py, PyDict>> {
        let py = call.cx.py;
        // Of a partial update most fields are missing.
        let template = self.template.as_ref().filter(|_| !call.partial);
        let values = template.map_or_else(|| Ok(PyDict::new(py)), |keys| keys.bind(py).copy())?;
        let mut errors: Option<Bound<'py, PyDict>> = None;
        for (index, entry) in self.entries.iter().enumerate() {
            match entry.accept(index, row, self.id, call) {
                Ok(Some(value)) => set_value(&values, &entry.target, &value)?,
                Ok(None) => leave_out(&values, entry, template)?,
                Err(Stop::Raised(error)) => match call.meaning(&error)? {
                    None => return Err(Stop::Raised(error)),
                    Some(Meaning::Skip) => leave_out(&values, entry, template)?,
                    Some(Meaning::Invalid(detail)) => errors
                        .get_or_insert_with(|| PyDict::new(py))
                        .set_item(&entry.name, detail)?,
                },
                Err(stop) => return Err(stop),
            }
        }
        errors.map_or(Ok(values), |errors| Err(call.invalid(&errors)))
    }
}

/// The rows of a list, each as its serializer calls it, or as the exception that says what is wrong.
pub struct Rows<'py> {
    pub values: Bound<'py, PyList>,
    pub is_valid: bool,
}

impl Plan {
    /// `run_child_validation` of every row: one bad row costs that row, not the list.
    pub fn accept_rows<'py>(
        &self,
        rows: &Bound<'py, PyList>,
        after: After,
        call: &Call<'_, 'py>,
    ) -> Outcome<Rows<'py>> {
        let values = PyList::empty(call.cx.py);
        let mut is_valid = true;
        let unread = Unread::of(rows);
        let unread = unread.as_ref().map(Bound::get);
        let mut index = 0;
        while let Some(outcome) = self.accept_nth(rows, unread, index, after, call) {
            index += 1;
            match outcome {
                Ok(value) => values.append(value)?,
                Err(Stop::Raised(error)) if call.is_invalid(&error)? => {
                    is_valid = false;
                    values.append(error.into_value(call.cx.py))?;
                }
                Err(stop) => return Err(stop),
            }
        }
        Ok(Rows { values, is_valid })
    }

    /// `run_validation` of the next row, `None` after the last. The text is read until somebody looks
    /// at the list, and from then on the list, which may change meanwhile.
    fn accept_nth<'py>(
        &self,
        rows: &Bound<'py, PyList>,
        unread: Option<&Unread>,
        index: usize,
        after: After,
        call: &Call<'_, 'py>,
    ) -> Option<Outcome<Bound<'py, PyAny>>> {
        let py = call.cx.py;
        let Some(unread) = unread.filter(|_| exactly::<PyList>(rows).is_none()) else {
            let row = (index < rows.len()).then(|| rows.get_item(index))?;
            return Some(
                row.map_err(Stop::from).and_then(|row| self.accept_item(&row, after, call)),
            );
        };
        let text = unread.item(index, py)?;
        let row = JsonRow::new(self, text, Origin::Item(rows, unread, index), py);
        Some(row.and_then(|row| self.accept_row(&row, after, call)))
    }

    /// `run_validation` of what may not even be a row.
    fn accept_item<'py>(
        &self,
        item: &Bound<'py, PyAny>,
        after: After,
        call: &Call<'_, 'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match Sent::of(item) {
            Some(sent) => sent.accept(self, after, call),
            None => Ok(call.run_stock(self.id, item)?),
        }
    }
}

impl Entry {
    /// The value of one field; `None` leaves it out.
    fn accept<'py>(
        &self,
        index: usize,
        row: &impl Row<'py>,
        owner: usize,
        call: &Call<'_, 'py>,
    ) -> Outcome<Option<Bound<'py, PyAny>>> {
        let given = match self.get {
            Get::Key => row.get(index, self)?,
            Get::Nothing => None,
            Get::Stock => return self.accept_stock(row, owner, call).map(Some),
        };
        let value = match given {
            Some(given) => self.node.accept_or_ask(&given, call)?,
            None => match self.missing(call)? {
                Some(value) => value,
                None => return Ok(None),
            },
        };
        self.conclude(value, owner, call).map(Some)
    }

    /// `validate_<name>`
    #[inline]
    fn conclude<'py>(
        &self,
        value: Bound<'py, PyAny>,
        owner: usize,
        call: &Call<'_, 'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match &self.method {
            None => Ok(value),
            Some(method) => Ok(call.cx.field(owner)?.call_method1(method, (value,))?),
        }
    }

    /// The stock way, `get_value` included.
    fn accept_stock<'py>(
        &self,
        row: &impl Row<'py>,
        owner: usize,
        call: &Call<'_, 'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        let field = call.cx.field(self.node.id)?;
        let value = field.call_method1(intern!(call.cx.py, "get_value"), (row.object()?,))?;
        self.conclude(call.run_stock(self.node.id, &value)?, owner, call)
    }

    /// `run_validation(empty)`
    fn missing<'py>(&self, call: &Call<'_, 'py>) -> Outcome<Option<Bound<'py, PyAny>>> {
        let py = call.cx.py;
        match &self.missing {
            Missing::Stock => {}
            _ if call.partial => return Ok(None),
            Missing::Skip => return Ok(None),
            Missing::Value(value) => return Ok(Some(value.bind(py).clone())),
            Missing::Made(make) => return Ok(Some(make.bind(py).call0()?)),
        }
        Ok(Some(call.run_stock(self.node.id, call.names.empty.bind(py))?))
    }
}

impl Node {
    /// The value, accepted natively or by the stock field.
    pub fn accept_or_ask<'py>(
        &self,
        given: &Given<'_, 'py>,
        call: &Call<'_, 'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        match self.accept(given, call) {
            Err(Stop::Unsure) => {
                let value = call.run_stock(self.id, &given.to_object(call.cx.py)?)?;
                if !self.rule.is_stock() {
                    call.cx.note_fall(self.id, "run_validation");
                }
                Ok(value)
            }
            outcome => outcome,
        }
    }

    /// `Field.run_validation` of something that is there, natively.
    #[inline]
    pub fn accept<'py>(
        &self,
        given: &Given<'_, 'py>,
        call: &Call<'_, 'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        if given.is_null() {
            return if self.allow_null { given.to_object(call.cx.py) } else { Err(Stop::Unsure) };
        }
        let value = match self.rule.accept(self.id, given, call)? {
            Accepted::Value(value) => value,
            Accepted::Empty(value) => return Ok(value),
        };
        if self.validators == Validators::Native {
            return self.check(value);
        }
        self.validate(value, call)
    }

    #[inline]
    fn check<'py>(&self, value: Bound<'py, PyAny>) -> Outcome<Bound<'py, PyAny>> {
        for check in &self.checks {
            if !check.holds(&value)? {
                return Err(Stop::Unsure);
            }
        }
        Ok(value)
    }

    fn validate<'py>(
        &self,
        value: Bound<'py, PyAny>,
        call: &Call<'_, 'py>,
    ) -> Outcome<Bound<'py, PyAny>> {
        if self.validators == Validators::Unique
            && let Some(taken) = call.table(self.id)?
        {
            let value = self.check(value)?;
            return if taken.contains(&value)? { Err(Stop::Unsure) } else { Ok(value) };
        }
        let field = call.cx.field(self.id)?;
        field.call_method1(intern!(call.cx.py, "run_validators"), (&value,))?;
        Ok(value)
    }
}

/// Takes the key of a field without a value out of a copy of the template.
fn leave_out(
    values: &Bound<'_, PyDict>,
    entry: &Entry,
    template: Option<&Py<PyDict>>,
) -> PyResult<()> {
    match (template, entry.target.as_slice()) {
        (Some(_), [key]) => values.del_item(key),
        _ => Ok(()),
    }
}

/// `Serializer.set_value`
#[inline]
fn set_value<'py>(
    values: &Bound<'py, PyDict>,
    target: &[Py<PyString>],
    value: &Bound<'py, PyAny>,
) -> PyResult<()> {
    match target {
        [key] => values.set_item(key, value),
        [] => values.call_method1(intern!(values.py(), "update"), (value,)).map(drop),
        [way @ .., key] => {
            let mut inner = values.clone().into_any();
            for key in way {
                if !inner.contains(key)? {
                    inner.set_item(key, PyDict::new(values.py()))?;
                }
                inner = inner.get_item(key)?;
            }
            inner.set_item(key, value)
        }
    }
}
