//! `FileField` and `ImageField`.
//!
//! The URLs of a storage have the same beginning within a call and end with the name, as long as that
//! is plain. Any other value is spelled by DRF's own method, of a stand-in that costs less than the
//! fields of a serializer.
use std::cell::RefCell;
use std::sync::Arc;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::option;
use crate::context::Context;
use crate::error::{Outcome, Stop};
use crate::sinks::Sink;
use crate::sources::Value;

pub struct File {
    /// The number of its node.
    id: usize,
    /// A file is its URL, and not its name.
    use_url: bool,
}

impl File {
    pub fn build(options: &Bound<'_, PyDict>, id: usize) -> PyResult<Self> {
        Ok(Self { id, use_url: option(options, "use_url")? })
    }

    pub fn write<'py, S: Sink<'py>>(
        &self,
        value: &Value<'_, 'py>,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        match value {
            Value::File("", _) => sink.null(),
            Value::File(name, None) => sink.text(name),
            Value::File(name, Some(field)) => {
                sink.text(&url_of_column(name, field, cx)?.ok_or(Stop::Unsure)?)
            }
            Value::Object(file) => self.write_object(file, cx, sink),
            _ => Err(Stop::Unsure),
        }
    }

    /// A `FieldFile`, or whatever else the source gives.
    fn write_object<'py, S: Sink<'py>>(
        &self,
        file: &Bound<'py, PyAny>,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        if cx.is_stock_file(file) {
            let name = file.getattr(intern!(cx.py, "name"))?;
            if !name.is_truthy()? {
                return sink.null();
            }
            if !self.use_url {
                return sink.object(&name);
            }
            if let Some(url) = url_of_object(&name, file, cx)? {
                return sink.text(&url);
            }
        }
        if !self.use_url {
            return Err(Stop::Unsure);
        }
        cx.note_fall(self.id, "to_representation");
        let name = intern!(cx.py, "to_representation");
        sink.object(&cx.file_field()?.call_method1(name, (file,))?)
    }

    /// Whether a value is certain to be written without Python code, asked now or before.
    pub fn settle<'py>(value: &Value<'_, 'py>, cx: &Context<'_, 'py>) -> PyResult<bool> {
        Ok(match value {
            Value::File("", _) | Value::File(_, None) => true,
            Value::File(name, Some(field)) => url_of_column(name, field, cx)?.is_some(),
            _ => false,
        })
    }
}

/// The URL of a name in the column of a model's field; `None` where only Python knows it.
fn url_of_column(name: &str, field: &Py<PyAny>, cx: &Context<'_, '_>) -> PyResult<Option<String>> {
    if !is_plain(name) {
        return Ok(None);
    }
    let field = field.bind(cx.py);
    cx.files.url(name, field, || cx.url_prefix(&field.getattr(intern!(cx.py, "storage"))?))
}

/// The same for a `FieldFile`, which may have another storage than its field.
fn url_of_object<'py>(
    name: &Bound<'py, PyAny>,
    file: &Bound<'py, PyAny>,
    cx: &Context<'_, 'py>,
) -> PyResult<Option<String>> {
    let Ok(name) = name.cast_exact::<PyString>() else { return Ok(None) };
    let Some(name) = name.to_str().ok().filter(|name| is_plain(name)) else { return Ok(None) };
    let Some(storage) = file.getattr_opt(intern!(cx.py, "storage"))? else { return Ok(None) };
    cx.files.url(name, &storage, || cx.url_prefix(&storage))
}

/// Whether a name stands in a URL as it is: segments without dots alone, of characters that neither
/// quoting nor joining knows.
fn is_plain(name: &str) -> bool {
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_');
    name.split('/').all(|part| !matches!(part, "" | "." | "..") && part.bytes().all(is_plain))
}

/// What stands before plain names in this call, by what has the storage: a field, or the storage
/// itself. `None`: Python has to be asked for each.
#[derive(Default)]
pub struct Files(RefCell<Prefixes>);

/// What has been asked, for a later look at the same rows.
pub type Prefixes = Vec<(Py<PyAny>, Option<Arc<str>>)>;

impl Files {
    pub fn new(py: Python<'_>, settled: &[(Py<PyAny>, Option<Arc<str>>)]) -> Self {
        let settled = settled.iter().map(|(owner, prefix)| (owner.clone_ref(py), prefix.clone()));
        Self(RefCell::new(settled.collect()))
    }

    pub fn settled(self) -> Prefixes {
        self.0.into_inner()
    }

    fn url(
        &self,
        name: &str,
        owner: &Bound<'_, PyAny>,
        ask: impl FnOnce() -> PyResult<Option<String>>,
    ) -> PyResult<Option<String>> {
        if let Some((_, prefix)) = self.0.borrow().iter().find(|known| known.0.is(owner)) {
            return Ok(prefix.as_ref().map(|prefix| [prefix, name].concat()));
        }
        let prefix = ask()?;
        let url = prefix.as_ref().map(|prefix| [prefix, name].concat());
        self.0.borrow_mut().push((owner.clone().unbind(), prefix.map(Arc::from)));
        Ok(url)
    }
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn plain_names_have_nothing_to_quote_or_to_resolve() {
        for name in ["a", "covers/a_b-1.min.png", "...", ".hidden/a", "A/b/C"] {
            assert!(is_plain(name), "{name}");
        }
        for name in [
            "", "/a", "a/", "a//b", "./a", "a/./b", "../a", "a/..", "a b", "ü", "a:b", "a\\b",
            "a?", "a%",
        ] {
            assert!(!is_plain(name), "{name}");
        }
    }
}
