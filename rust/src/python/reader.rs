//! The read path as Python sees it.
use std::sync::{Mutex, OnceLock, PoisonError};

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTzInfo};

use crate::context::{Context, Fall, Framework};
use crate::error::{Outcome, Stop};
use crate::kinds::file::{Files, Prefixes};
use crate::kinds::link::{Links, Settled};
use crate::plan::{Builder, Plan, Step};
use crate::python::ahead::Ahead;
use crate::python::collector::HeldOff;
use crate::sinks::{ObjectSink, Sink, Style, Tape, TapeSink};
use crate::sources::row::{Pieces, Shape, Table};

/// A compiled serializer.
#[pyclass(frozen, module = "django_rustaccel._rust")]
pub struct Reader {
    pub plan: Plan,
    pub paths: Vec<Vec<Step>>,
    pub framework: Framework,
    /// The style in which rows were rendered the last time; `None` if somebody looked at them.
    habit: Mutex<Option<Style>>,
}

#[pymethods]
impl Reader {
    #[new]
    fn new(plan: &Bound<'_, PyAny>, framework: &Bound<'_, PyDict>) -> PyResult<Self> {
        let mut builder = Builder::default();
        let plan = builder.plan(plan)?;
        let framework = Framework::build(framework)?;
        Ok(Self { plan, paths: builder.paths, framework, habit: Mutex::new(None) })
    }

    /// One object as a dict, and where a stock method decided.
    fn one<'py>(
        &self,
        serializer: &Bound<'py, PyAny>,
        instance: &Bound<'py, PyAny>,
    ) -> PyResult<(Bound<'py, PyAny>, Vec<Fall>)> {
        let cx = Context::new(serializer, &self.framework, &self.paths);
        let value = to_object(cx.py, |sink| self.plan.write(instance, &cx, sink))?;
        Ok((value, cx.fallen()))
    }

    /// Objects as a list of dicts.
    fn many<'py>(
        &self,
        serializer: &Bound<'py, PyAny>,
        instances: &Bound<'py, PyAny>,
    ) -> PyResult<(Bound<'py, PyAny>, Vec<Fall>)> {
        let cx = Context::new(serializer, &self.framework, &self.paths);
        let value = to_object(cx.py, |sink| self.write_many(instances, &cx, sink).map(drop))?;
        Ok((value, cx.fallen()))
    }

    /// The same, read now and made when somebody looks.
    fn record(
        &self,
        serializer: &Bound<'_, PyAny>,
        instances: &Bound<'_, PyAny>,
    ) -> PyResult<(Recording, Vec<Fall>)> {
        let cx = Context::new(serializer, &self.framework, &self.paths);
        let _held_off = HeldOff::new(cx.py);
        let mut sink = TapeSink::new(cx.py);
        let length = self.write_many(instances, &cx, &mut sink).map_err(no_answer)?;
        Ok((Recording { tape: sink.finish(), length }, cx.fallen()))
    }

    /// Rows of database cells, held until somebody looks.
    #[pyo3(signature = (table, ahead=None))]
    fn rows(
        slf: Py<Self>,
        table: &Bound<'_, PyAny>,
        ahead: Option<&Bound<'_, Ahead>>,
    ) -> PyResult<Rows> {
        let (py, table) = (table.py(), Table::build(table)?);
        let zone = slf.get().framework.zone(py)?.map(Bound::unbind);
        let pieces = ahead.and_then(|ahead| ahead.borrow_mut().take(table.len()));
        Ok(Rows { reader: slf, table, zone, urls: OnceLock::new(), pieces: Mutex::new(pieces) })
    }

    /// What writes rows of a shape while they arrive; `None` unless they will most likely be rendered
    /// as they were the last time.
    fn ahead(slf: Py<Self>, py: Python<'_>, shape: Py<Shape>) -> PyResult<Option<Ahead>> {
        match slf.get().habit() {
            Some(style) => Ahead::of_list(py, slf, shape, style),
            None => Ok(None),
        }
    }
}

impl Reader {
    fn habit(&self) -> Option<Style> {
        *self.habit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn learn(&self, habit: Option<Style>) {
        *self.habit.lock().unwrap_or_else(PoisonError::into_inner) = habit;
    }

    /// Writes a list of objects; how many they were.
    fn write_many<'py, S: Sink<'py>>(
        &self,
        instances: &Bound<'py, PyAny>,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome<usize> {
        let mut length = 0;
        sink.begin_list(0)?;
        for instance in instances.try_iter()? {
            self.plan.write(&instance?, cx, sink)?;
            length += 1;
        }
        sink.end_list()?;
        Ok(length)
    }
}

/// Objects that have been read, every value as its field spells it, and not yet been looked at.
#[pyclass(frozen, module = "django_rustaccel._rust")]
pub struct Recording {
    tape: Tape,
    length: usize,
}

#[pymethods]
impl Recording {
    fn __len__(&self) -> usize {
        self.length
    }

    /// A list of dicts, like [`Rows::to_list`].
    fn to_list<'py>(
        &self,
        serializer: &Bound<'py, PyAny>,
    ) -> PyResult<(Bound<'py, PyAny>, Vec<Fall>)> {
        let py = serializer.py();
        Ok((to_object(py, |sink| self.tape.replay(py, sink))?, Vec::new()))
    }
}

impl Recording {
    /// JSON text into any sink.
    pub fn write<'py, S: Sink<'py>>(&self, py: Python<'py>, sink: &mut S) -> Outcome {
        self.tape.replay(py, sink)
    }
}

/// Rows that have been read and not yet been looked at.
#[pyclass(frozen, module = "django_rustaccel._rust")]
pub struct Rows {
    reader: Py<Reader>,
    table: Table,
    /// The zone of dates, which may be another one by the time of rendering.
    zone: Option<Py<PyTzInfo>>,
    /// How URLs are made, if that had to be settled when the rows were read.
    urls: OnceLock<(Settled, Prefixes)>,
    /// The first of them as JSON, for the first rendering.
    pieces: Mutex<Option<Pieces>>,
}

#[pymethods]
impl Rows {
    fn __len__(&self) -> usize {
        self.table.len()
    }

    /// Works out every URL as far as it depends on the time of reading. Whether nothing is left
    /// that could fail later: an error is left to whoever makes the list.
    fn settle(&self, serializer: &Bound<'_, PyAny>) -> bool {
        if !self.table.has_urls() {
            return true;
        }
        let reader = self.reader.get();
        let Ok(cx) = self.context(serializer) else { return false };
        let settled = matches!(self.table.settle(&reader.plan, &cx), Ok(true));
        let _ = self.urls.set((cx.links.settled(), cx.files.settled()));
        settled
    }

    /// A list of dicts.
    fn to_list<'py>(
        &self,
        serializer: &Bound<'py, PyAny>,
    ) -> PyResult<(Bound<'py, PyAny>, Vec<Fall>)> {
        let reader = self.reader.get();
        reader.learn(None);
        let cx = self.context(serializer)?;
        let value = to_object(cx.py, |sink| self.table.write(&reader.plan, &cx, sink))?;
        Ok((value, cx.fallen()))
    }
}

impl Rows {
    fn context<'a, 'py>(&'a self, serializer: &'a Bound<'py, PyAny>) -> PyResult<Context<'a, 'py>> {
        let reader = self.reader.get();
        let mut cx = Context::new(serializer, &reader.framework, &reader.paths);
        if let Some((links, files)) = self.urls.get() {
            cx.links = Links::new(links);
            cx.files = Files::new(cx.py, files);
        }
        cx.set_zone(self.zone.as_ref().map(|zone| zone.bind(cx.py).clone()))?;
        Ok(cx)
    }

    /// JSON text into any sink.
    pub fn write<'py, S: Sink<'py>>(
        &self,
        serializer: &Bound<'py, PyAny>,
        sink: &mut S,
    ) -> Outcome {
        let reader = self.reader.get();
        let cx = self.context(serializer)?;
        reader.learn(sink.style());
        sink.begin_list(self.table.len())?;
        let first = match self.take_pieces(sink.style()) {
            Some(mut pieces) => self.table.write_pieces(&mut pieces, &reader.plan, &cx, sink)?,
            None => 0,
        };
        self.table.write_from(first, &reader.plan, &cx, sink)?;
        sink.end_list()
    }

    fn take_pieces(&self, style: Option<Style>) -> Option<Pieces> {
        let mut pieces = self.pieces.lock().unwrap_or_else(PoisonError::into_inner);
        pieces.take_if(|pieces| style == Some(pieces.style))
    }
}

fn to_object<'py>(
    py: Python<'py>,
    write: impl FnOnce(&mut ObjectSink<'py>) -> Outcome,
) -> PyResult<Bound<'py, PyAny>> {
    let _held_off = HeldOff::new(py);
    let mut sink = ObjectSink::new(py);
    match write(&mut sink) {
        Ok(()) => Ok(sink.take_value().unwrap_or_else(|| py.None().into_bound(py))),
        Err(stop) => Err(no_answer(stop)),
    }
}

/// Python objects refuse nothing, and every kind has its stock method: only an exception may end
/// a plan.
fn no_answer(stop: Stop) -> PyErr {
    match stop {
        Stop::Raised(error) => *error,
        Stop::Unsure | Stop::Refused => {
            pyo3::exceptions::PySystemError::new_err("a plan ended without an answer")
        }
    }
}
