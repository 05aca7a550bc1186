//! `HyperlinkedIdentityField` and `HyperlinkedRelatedField`.
//!
//! The first URL of a field in a call is made by its stock method. When there is a second, what
//! surrounds the value in the URL is worked out once, and what the pattern accepts is checked of
//! every value after it.
use std::cell::RefCell;
use std::sync::Arc;

use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyInt, PyString};

use super::option;
use crate::context::Context;
use crate::error::{Outcome, Stop};
use crate::python::types;
use crate::sinks::Sink;
use crate::sources::Value;
use crate::text::uuid;

pub struct Link {
    /// The number of its node.
    id: usize,
    /// The `lookup_field` option; `None` for the primary key.
    lookup: Option<Py<PyString>>,
    /// The source gives the related key without its object.
    key_only: bool,
}

impl Link {
    pub fn build(options: &Bound<'_, PyDict>, id: usize) -> PyResult<Self> {
        Ok(Self { id, lookup: option(options, "lookup")?, key_only: option(options, "key_only")? })
    }

    /// The number of its node.
    pub fn id(&self) -> usize {
        self.id
    }

    /// An object, or the key of one.
    pub fn write<'py, S: Sink<'py>>(
        &self,
        value: &Bound<'py, PyAny>,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        if self.key_only {
            let text = Text::of(&Value::Object(value));
            return self.put(text.as_ref(), cx, sink, || cx.key_only(value), || cx.key_only(value));
        }
        let text = self.lookup_of(value)?;
        self.put(text.as_ref(), cx, sink, || Ok(value.clone()), || Ok(value.clone()))
    }

    /// What stands for an object in its URL; `None` where only stock knows.
    fn lookup_of(&self, object: &Bound<'_, PyAny>) -> PyResult<Option<Text>> {
        let Some(pk) = object.getattr_opt(intern!(object.py(), "pk"))? else { return Ok(None) };
        let key = Text::of(&Value::Object(&pk));
        match (&self.lookup, key) {
            (None, key) => Ok(key),
            (Some(_), None) => Ok(None),
            (Some(name), Some(_)) => Ok(Text::of(&Value::Object(&object.getattr(name)?))),
        }
    }

    /// Writes the URL of a value. `known` is asked for if the stock field has to make it, `object`
    /// if the URL becomes a `Hyperlink`.
    pub fn put<'py, S: Sink<'py>>(
        &self,
        text: Option<&Text>,
        cx: &Context<'_, 'py>,
        sink: &mut S,
        known: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
        object: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
    ) -> Outcome {
        match self.url(text, cx, known)? {
            Some(url) => sink.link(&url, || cx.hyperlink(&url, &object()?)),
            None => sink.null(),
        }
    }

    /// The URL of a value, natively if possible; `None` for an object without a key.
    fn url<'py>(
        &self,
        text: Option<&Text>,
        cx: &Context<'_, 'py>,
        known: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<Option<String>> {
        if let Some(text) = text
            && let Some(url) = self.native_url(text, cx)?
        {
            return Ok(Some(url));
        }
        let field = cx.field(self.id)?;
        let url = field.call_method1(intern!(cx.py, "to_representation"), (known()?,))?;
        let url: Option<String> = url.extract()?;
        match (text, &url) {
            (Some(text), Some(url)) if cx.links.learn(self.id, &text.text, url) => {}
            _ => cx.note_fall(self.id, "to_representation"),
        }
        Ok(url)
    }

    fn native_url(&self, text: &Text, cx: &Context<'_, '_>) -> PyResult<Option<String>> {
        match cx.links.stage(self.id) {
            Some(Stage::First(first)) => {
                let made = cx.url_template(&cx.field(self.id)?, &first.0, &first.1)?;
                let template = made.map(|made| Template::build(&made)).transpose()?;
                let stage = template.map_or(Stage::Stock(None), |made| Stage::Made(Arc::new(made)));
                cx.links.set(self.id, stage.clone());
                stage.url(text, cx.py)
            }
            Some(Stage::Stock(Some(first))) if first.0 == text.text => {
                cx.links.set(self.id, Stage::Stock(None));
                Ok(Some(first.1.clone()))
            }
            Some(stage) => stage.url(text, cx.py),
            None => Ok(None),
        }
    }

    /// Whether a value is certain to get a URL without the stock field, asked now or before.
    pub fn settle<'py>(
        &self,
        text: Option<&Text>,
        cx: &Context<'_, 'py>,
        known: impl FnOnce() -> PyResult<Bound<'py, PyAny>>,
    ) -> PyResult<bool> {
        let Some(text) = text else { return Ok(false) };
        if cx.links.stage(self.id).is_none() {
            self.url(Some(text), cx, known)?;
        }
        let before = cx.links.stage(self.id);
        let settled = self.native_url(text, cx)?.is_some();
        if let (Some(Stage::First(first)), false) = (before, settled) {
            // User code may have made this URL: it is not asked for it twice.
            cx.links.set(self.id, Stage::Stock(Some(first)));
        }
        Ok(settled)
    }
}

/// How far each field has come towards a template.
#[derive(Default)]
pub struct Links(RefCell<Vec<(usize, Stage)>>);

/// What fields have come to, for a later look at the same rows.
pub type Settled = Vec<(usize, Stage)>;

#[derive(Clone)]
pub enum Stage {
    /// A value and its URL.
    First(Arc<(String, String)>),
    Made(Arc<Template>),
    /// There is no template. A URL that was made in vain for [`Link::settle`] waits to be used.
    Stock(Option<Arc<(String, String)>>),
}

impl Stage {
    fn url(&self, text: &Text, py: Python<'_>) -> PyResult<Option<String>> {
        match self {
            Self::Made(template) => template.url(text, py),
            _ => Ok(None),
        }
    }
}

impl Links {
    pub fn new(settled: &[(usize, Stage)]) -> Self {
        Self(RefCell::new(settled.to_vec()))
    }

    pub fn settled(&self) -> Settled {
        self.0.borrow().clone()
    }

    fn stage(&self, id: usize) -> Option<Stage> {
        self.0.borrow().iter().find(|known| known.0 == id).map(|known| known.1.clone())
    }

    fn set(&self, id: usize, stage: Stage) {
        let mut links = self.0.borrow_mut();
        links.retain(|known| known.0 != id);
        links.push((id, stage));
    }

    /// Remembers the first URL of a field; false for any other.
    fn learn(&self, id: usize, text: &str, url: &str) -> bool {
        let is_first = self.stage(id).is_none();
        if is_first {
            self.set(id, Stage::First(Arc::new((text.to_owned(), url.to_owned()))));
        }
        is_first
    }
}

/// A value that URLs hold without quoting: letters, digits, `-` and `_`, at least one of them.
pub struct Text {
    text: String,
    is_uuid: bool,
}

impl Text {
    pub fn of(value: &Value<'_, '_>) -> Option<Self> {
        let object = match value {
            Value::Uuid(number) => return Some(Self::of_uuid(*number)),
            Value::Integer(number) => return Some(Self::of_digits(u64::try_from(*number).ok()?)),
            Value::Text(text) => return Self::of_text(text),
            Value::Object(object) => object,
            _ => return None,
        };
        if let Ok(number) = object.cast_exact::<PyInt>() {
            return Some(Self::of_digits(number.extract().ok()?));
        }
        if let Ok(text) = object.cast_exact::<PyString>() {
            return Self::of_text(text.to_str().ok()?);
        }
        if types::is_exactly(object, types::uuid(object.py()).ok()?) {
            let number: u128 = object.getattr(intern!(object.py(), "int")).ok()?.extract().ok()?;
            return Some(Self::of_uuid(number));
        }
        None
    }

    fn of_digits(number: u64) -> Self {
        Self { text: number.to_string(), is_uuid: false }
    }

    fn of_text(text: &str) -> Option<Self> {
        is_plain(text).then(|| Self { text: text.to_owned(), is_uuid: false })
    }

    fn of_uuid(number: u128) -> Self {
        let text = String::from_utf8_lossy(&uuid::hyphenated(number)).into_owned();
        Self { text, is_uuid: true }
    }
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

/// What surrounds the value in a URL, and which values its pattern takes.
pub struct Template {
    before: String,
    after: String,
    accepts: Accepts,
}

enum Accepts {
    /// Everything a [`Text`] may be.
    Plain,
    Digits,
    Uuid,
    /// `search` of the whole pattern, and what surrounds the value there.
    Pattern {
        search: Py<PyAny>,
        before: String,
        after: String,
    },
}

impl Template {
    /// From `(before, after, accepts, pattern)`.
    fn build(made: &Bound<'_, PyAny>) -> PyResult<Self> {
        type Pattern = (Py<PyAny>, String, String);
        let (before, after, accepts, (search, head, tail)): (String, String, String, Pattern) =
            made.extract()?;
        let accepts = match accepts.as_str() {
            "plain" => Accepts::Plain,
            "digits" => Accepts::Digits,
            "uuid" => Accepts::Uuid,
            _ => Accepts::Pattern { search, before: head, after: tail },
        };
        Ok(Self { before, after, accepts })
    }

    fn url(&self, text: &Text, py: Python<'_>) -> PyResult<Option<String>> {
        let Text { text, is_uuid } = text;
        let accepted = match &self.accepts {
            Accepts::Plain => true,
            Accepts::Digits => text.bytes().all(|b| b.is_ascii_digit()),
            Accepts::Uuid => *is_uuid,
            Accepts::Pattern { search, before, after } => {
                !search.bind(py).call1((format!("{before}{text}{after}"),))?.is_none()
            }
        };
        Ok(accepted.then(|| [self.before.as_str(), text, &self.after].concat()))
    }
}

/// The `Unsure` of places that hold no link.
pub fn of(kind: &super::Kind) -> Outcome<&Link> {
    if let super::Kind::Link(link) = kind { Ok(link) } else { Err(Stop::Unsure) }
}
