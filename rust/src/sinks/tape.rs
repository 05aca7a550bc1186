//! A walk written down, to be repeated into another sink: once what was read has to be kept, and
//! whether it will be bytes or Python objects is not known yet.
use std::cell::Cell;
use std::ops::Range;
use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyString};

use super::{Key, Sink};
use crate::error::Outcome;

/// Events that a thread keeps room for, from one tape to the next: fresh memory of this size would
/// be mapped, cleared and given back by the kernel every time. A thousand objects of a few dozen
/// fields.
const KEPT: usize = 1 << 17;

thread_local! {
    static SPARE: Cell<Vec<Event>> = const { Cell::new(Vec::new()) };
}

/// Everything a walk gave, in order.
pub struct Tape {
    events: Vec<Event>,
    /// The text of all events, one after the other.
    text: String,
}

enum Event {
    Null,
    Boolean(bool),
    Integer(i64),
    BigInteger(Py<PyInt>),
    Float(f64),
    /// Text and plain text end here in [`Tape::text`] and begin where the last one ended.
    Text(usize),
    Plain(usize),
    String(Py<PyString>),
    Object(Py<PyAny>),
    Map(Option<Py<PyDict>>),
    Key(Arc<Key>),
    Name(Py<PyString>),
    EndMap,
    List(usize),
    EndList,
}

impl Tape {
    /// Gives `sink` what was written down.
    pub fn replay<'py, S: Sink<'py>>(&self, py: Python<'py>, sink: &mut S) -> Outcome {
        let mut read = 0;
        for event in &self.events {
            match event {
                Event::Null => sink.null(),
                Event::Boolean(value) => sink.boolean(*value),
                Event::Integer(value) => sink.integer(*value),
                Event::BigInteger(value) => sink.big_integer(value.bind(py)),
                Event::Float(value) => sink.float(*value),
                Event::Text(end) => sink.text(&self.text[advance(&mut read, *end)]),
                Event::Plain(end) => sink.plain(&self.text[advance(&mut read, *end)]),
                Event::String(value) => sink.string(value.bind(py)),
                Event::Object(value) => sink.object(value.bind(py)),
                Event::Map(None) => sink.begin_map(),
                Event::Map(Some(template)) => sink.begin_map_like(template),
                Event::Key(key) => sink.key(key),
                Event::Name(name) => sink.name(name.bind(py)),
                Event::EndMap => sink.end_map(),
                Event::List(length) => sink.begin_list(*length),
                Event::EndList => sink.end_list(),
            }?;
        }
        Ok(())
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        let mut events = std::mem::take(&mut self.events);
        if events.capacity() <= KEPT {
            // Whatever a value's end runs may write a tape of its own: it finds no spare one.
            events.clear();
            // An error is a thread that is ending, which needs no spare events.
            let _ = SPARE.try_with(|spare| spare.set(events));
        }
    }
}

/// The range from `read` to `end`, which is the next `read`.
fn advance(read: &mut usize, end: usize) -> Range<usize> {
    std::mem::replace(read, end)..end
}

/// Writes a tape.
pub struct TapeSink<'py> {
    py: Python<'py>,
    tape: Tape,
}

impl<'py> TapeSink<'py> {
    pub fn new(py: Python<'py>) -> Self {
        Self { py, tape: Tape { events: SPARE.take(), text: String::new() } }
    }

    pub fn finish(self) -> Tape {
        self.tape
    }

    #[allow(clippy::unnecessary_wraps, reason = "the outcome of every step of a sink")]
    fn note(&mut self, event: Event) -> Outcome {
        self.tape.events.push(event);
        Ok(())
    }
}

impl<'py> Sink<'py> for TapeSink<'py> {
    fn null(&mut self) -> Outcome {
        self.note(Event::Null)
    }
    fn boolean(&mut self, value: bool) -> Outcome {
        self.note(Event::Boolean(value))
    }
    fn integer(&mut self, value: i64) -> Outcome {
        self.note(Event::Integer(value))
    }
    fn big_integer(&mut self, value: &Bound<'py, PyInt>) -> Outcome {
        self.note(Event::BigInteger(value.clone().unbind()))
    }
    fn float(&mut self, value: f64) -> Outcome {
        self.note(Event::Float(value))
    }
    fn text(&mut self, value: &str) -> Outcome {
        self.tape.text.push_str(value);
        self.note(Event::Text(self.tape.text.len()))
    }
    fn plain(&mut self, value: &str) -> Outcome {
        self.tape.text.push_str(value);
        self.note(Event::Plain(self.tape.text.len()))
    }
    fn string(&mut self, value: &Bound<'py, PyString>) -> Outcome {
        self.note(Event::String(value.clone().unbind()))
    }
    fn object(&mut self, value: &Bound<'py, PyAny>) -> Outcome {
        self.note(Event::Object(value.clone().unbind()))
    }
    fn link(
        &mut self,
        _url: &str,
        hyperlink: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
    ) -> Outcome {
        let link = hyperlink()?;
        self.object(&link)
    }
    fn begin_map(&mut self) -> Outcome {
        self.note(Event::Map(None))
    }
    fn begin_map_like(&mut self, template: &Py<PyDict>) -> Outcome {
        self.note(Event::Map(Some(template.clone_ref(self.py))))
    }
    fn key(&mut self, key: &Arc<Key>) -> Outcome {
        self.note(Event::Key(Arc::clone(key)))
    }
    fn name(&mut self, name: &Bound<'py, PyString>) -> Outcome {
        self.note(Event::Name(name.clone().unbind()))
    }
    fn end_map(&mut self) -> Outcome {
        self.note(Event::EndMap)
    }
    fn begin_list(&mut self, length: usize) -> Outcome {
        self.note(Event::List(length))
    }
    fn end_list(&mut self) -> Outcome {
        self.note(Event::EndList)
    }
}
