//! Plans out of descriptions: nested tuples that `drf/describe.py` makes.
use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use super::{Entry, Node, Plan, Shortcut, Source, Step};
use crate::kinds;
use crate::sinks::Key;

/// Collects the way to every node's stock field while the plan is built.
#[derive(Default)]
pub struct Builder {
    pub paths: Vec<Vec<Step>>,
}

impl Builder {
    /// `(model or None, entries)`
    pub fn plan(&mut self, plan: &Bound<'_, PyAny>) -> PyResult<Plan> {
        let (model, entries): (Option<Py<PyAny>>, Bound<'_, PyAny>) = plan.extract()?;
        let entries = entries.try_iter()?.map(|entry| self.entry(&entry?));
        let entries: Vec<Entry> = entries.collect::<PyResult<_>>()?;
        let template = PyDict::new(plan.py());
        for entry in &entries {
            template.set_item(&entry.key.name, plan.py().None())?;
        }
        Ok(Plan { entries, template: template.unbind(), model })
    }

    fn entry(&mut self, entry: &Bound<'_, PyAny>) -> PyResult<Entry> {
        let (name, source, node): (Bound<'_, PyString>, Bound<'_, PyTuple>, Bound<'_, PyTuple>) =
            entry.extract()?;
        Ok(Entry {
            key: Arc::new(Key::new(&name)?),
            source: build_source(&source)?,
            node: self.node(&node)?,
        })
    }

    /// The number of the node that is being built, as long as it has no parts yet.
    pub fn last_id(&self) -> usize {
        self.paths.len().saturating_sub(1)
    }

    /// `(kind, options, path)`
    pub fn node(&mut self, node: &Bound<'_, PyTuple>) -> PyResult<Node> {
        let (kind, options, path): (String, Bound<'_, PyDict>, Bound<'_, PyTuple>) =
            node.extract()?;
        let id = self.paths.len();
        self.paths.push(build_path(&path)?);
        Ok(Node { id, kind: kinds::build(&kind, &options, self)? })
    }
}

/// The way from a serializer to a stock field.
pub fn build_path(path: &Bound<'_, PyTuple>) -> PyResult<Vec<Step>> {
    path.iter().map(|step| build_step(&step)).collect()
}

fn build_step(step: &Bound<'_, PyAny>) -> PyResult<Step> {
    let (how, name): (String, Bound<'_, PyString>) = step.extract()?;
    match how.as_str() {
        "field" => Ok(Step::Field(name.unbind())),
        "attribute" => Ok(Step::Attribute(name.unbind())),
        _ => Err(PyValueError::new_err(format!("unknown step {how:?}"))),
    }
}

fn build_source(source: &Bound<'_, PyTuple>) -> PyResult<Source> {
    let (how, attributes, shortcut): (String, Vec<Py<PyString>>, Option<Bound<'_, PyTuple>>) =
        source.extract()?;
    let shortcut = shortcut.map(|shortcut| build_shortcut(&shortcut)).transpose()?;
    match how.as_str() {
        "whole" => Ok(Source::Whole),
        "path" => Ok(Source::Path(attributes, shortcut)),
        "stock" => Ok(Source::Stock(shortcut)),
        _ => Err(PyValueError::new_err(format!("unknown source {how:?}"))),
    }
}

fn build_shortcut(shortcut: &Bound<'_, PyTuple>) -> PyResult<Shortcut> {
    let (how, name): (String, Py<PyString>) = shortcut.extract()?;
    match how.as_str() {
        "forward" => Ok(Shortcut::Forward(name)),
        "prefetched" => Ok(Shortcut::Prefetched(name)),
        "column" => Ok(Shortcut::Column(name)),
        "attribute" => Ok(Shortcut::Attribute(name)),
        _ => Err(PyValueError::new_err(format!("unknown shortcut {how:?}"))),
    }
}
