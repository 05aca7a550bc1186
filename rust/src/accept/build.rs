//! Plans out of descriptions: nested tuples that `drf/describe_input.py` makes.
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString, PyTuple};

use super::{After, Entry, Get, Missing, Node, Plan, Validators};
use crate::kinds::check::Check;
use crate::kinds::rule::Rule;
use crate::plan::{Step, build_path};

/// Collects the way to every stock field while the plan is built.
#[derive(Default)]
pub struct Builder {
    pub paths: Vec<Vec<Step>>,
}

impl Builder {
    fn number(&mut self, path: &Bound<'_, PyTuple>) -> PyResult<usize> {
        self.paths.push(build_path(path)?);
        Ok(self.paths.len() - 1)
    }

    /// `(path, entries, run validators, validate)`
    pub fn plan(&mut self, plan: &Bound<'_, PyAny>) -> PyResult<Plan> {
        let (path, entries, run_validators, validate): (_, Vec<Bound<'_, PyTuple>>, _, _) =
            plan.extract()?;
        let id = self.number(&path)?;
        let entries =
            entries.iter().map(|entry| self.entry(entry)).collect::<PyResult<Vec<_>>>()?;
        let template = template(&entries, plan.py())?;
        Ok(Plan { id, entries, template, after: After { run_validators, validate } })
    }

    /// `(name, source attributes, method or None, how to get, missing, node)`
    fn entry(&mut self, entry: &Bound<'_, PyTuple>) -> PyResult<Entry> {
        type Parts<'py> = (
            Py<PyString>,
            Vec<Py<PyString>>,
            Option<Py<PyString>>,
            String,
            (String, Py<PyAny>),
            Bound<'py, PyTuple>,
        );
        let (name, target, method, get, (missing, default), node): Parts<'_> = entry.extract()?;
        let get = match get.as_str() {
            "key" => Get::Key,
            "nothing" => Get::Nothing,
            "stock" => Get::Stock,
            _ => return Err(unknown("get", &get)),
        };
        let missing = match missing.as_str() {
            "skip" => Missing::Skip,
            "value" => Missing::Value(default),
            "made" => Missing::Made(default),
            "stock" => Missing::Stock,
            _ => return Err(unknown("missing", &missing)),
        };
        Ok(Entry { name, target, method, get, missing, node: self.node(&node)? })
    }

    /// `(rule, options, path, allow null, checks, validators)`
    pub fn node(&mut self, node: &Bound<'_, PyTuple>) -> PyResult<Node> {
        type Parts<'py> = (
            String,
            Bound<'py, PyDict>,
            Bound<'py, PyTuple>,
            bool,
            Vec<(String, Bound<'py, PyAny>)>,
            String,
        );
        let (rule, options, path, allow_null, checks, validators): Parts<'_> = node.extract()?;
        let id = self.number(&path)?;
        let validators = match validators.as_str() {
            "native" => Validators::Native,
            "unique" => Validators::Unique,
            "stock" => Validators::Stock,
            _ => return Err(unknown("validators", &validators)),
        };
        let checks = checks.iter().map(|(name, limit)| Check::build(name, limit));
        let checks = checks.collect::<PyResult<_>>()?;
        let rule = Rule::build(&rule, &options, self)?;
        Ok(Node { id, rule, allow_null, checks, validators })
    }
}

/// `None` where a value does not simply go under a key of its own.
fn template(entries: &[Entry], py: Python<'_>) -> PyResult<Option<Py<PyDict>>> {
    let template = PyDict::new(py);
    for entry in entries {
        let [key] = entry.target.as_slice() else { return Ok(None) };
        template.set_item(key, py.None())?;
    }
    Ok((template.len() == entries.len()).then(|| template.unbind()))
}

fn unknown(what: &str, name: &str) -> PyErr {
    PyValueError::new_err(format!("unknown {what} {name:?}"))
}
