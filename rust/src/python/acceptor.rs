//! The write path as Python sees it.
use pyo3::exceptions::{PySystemError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};

use crate::accept::{After, Builder, Call, Names, Plan, Sent};
use crate::context::{Context, Framework};
use crate::error::{Outcome, Stop};
use crate::plan::Step;
use crate::python::collector::HeldOff;

/// A serializer compiled for what clients send.
#[pyclass(frozen, module = "django_rustaccel._rust")]
pub struct Acceptor {
    plan: Plan,
    paths: Vec<Vec<Step>>,
    framework: Framework,
    names: Names,
}

#[pymethods]
impl Acceptor {
    #[new]
    fn new(plan: &Bound<'_, PyAny>, framework: &Bound<'_, PyDict>) -> PyResult<Self> {
        let mut builder = Builder::default();
        let plan = builder.plan(plan)?;
        Ok(Self {
            plan,
            paths: builder.paths,
            framework: Framework::build(framework)?,
            names: Names::build(framework)?,
        })
    }

    /// `Serializer.to_internal_value`. To `fallen` comes where a stock method decided, also if the call
    /// ends in errors.
    fn fields<'py>(
        &self,
        serializer: &Bound<'py, PyAny>,
        data: &Bound<'py, PyAny>,
        partial: bool,
        fallen: &Bound<'py, PyList>,
    ) -> PyResult<Bound<'py, PyDict>> {
        let call = self.call(serializer, partial, None);
        let values = sent(data)?.accept_fields(&self.plan, &call);
        finish(values, &call, fallen)
    }

    /// `Serializer.run_validation`; `run_validators` if the serializer has validators of its own.
    fn one<'py>(
        &self,
        serializer: &Bound<'py, PyAny>,
        data: &Bound<'py, PyAny>,
        partial: bool,
        run_validators: bool,
        fallen: &Bound<'py, PyList>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let call = self.call(serializer, partial, None);
        let values = sent(data)?.accept(&self.plan, self.after(run_validators), &call);
        finish(values, &call, fallen)
    }

    /// `ListSerializer.to_internal_value` of a list that is long enough and not too long. `tables`
    /// are answers of the database, by the number of a node.
    fn many<'py>(
        &self,
        serializer: &Bound<'py, PyAny>,
        rows: &Bound<'py, PyList>,
        partial: bool,
        run_validators: bool,
        tables: Option<&Bound<'py, PyDict>>,
        fallen: &Bound<'py, PyList>,
    ) -> PyResult<Bound<'py, PyList>> {
        let call = self.call(serializer, partial, tables);
        let _held_off = HeldOff::new(call.cx.py);
        let rows = self.plan.accept_rows(rows, self.after(run_validators), &call);
        finish(rows.and_then(|rows| call.all_valid(rows)), &call, fallen)
    }
}

impl Acceptor {
    fn call<'a, 'py>(
        &'a self,
        serializer: &'a Bound<'py, PyAny>,
        partial: bool,
        tables: Option<&'a Bound<'py, PyDict>>,
    ) -> Call<'a, 'py> {
        let cx = Context::new(serializer, &self.framework, &self.paths);
        Call { cx, names: &self.names, partial, tables }
    }

    fn after(&self, run_validators: bool) -> After {
        let after = self.plan.after;
        After { run_validators: after.run_validators || run_validators, ..after }
    }
}

/// The caller has seen that this is a dict or an unread row.
fn sent<'a, 'py>(data: &'a Bound<'py, PyAny>) -> PyResult<Sent<'a, 'py>> {
    Sent::of(data).ok_or_else(|| PyTypeError::new_err("neither a dict nor an unread row"))
}

fn finish<T>(values: Outcome<T>, call: &Call<'_, '_>, fallen: &Bound<'_, PyList>) -> PyResult<T> {
    for fall in call.cx.fallen() {
        fallen.append(fall)?;
    }
    values.map_err(no_answer)
}

/// Every rule has its stock field: only an exception may end a plan.
fn no_answer(stop: Stop) -> PyErr {
    match stop {
        Stop::Raised(error) => *error,
        Stop::Unsure | Stop::Refused => PySystemError::new_err("a plan ended without an answer"),
    }
}
