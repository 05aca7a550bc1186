//! One file a kind: the mirror of one DRF field class.
mod boolean;
pub mod check;
mod choice;
mod collection;
mod date;
mod datetime;
mod decimal;
mod duration;
pub mod file;
mod format;
mod json;
pub mod link;
mod nested;
mod number;
mod related;
pub mod rule;
mod text;
mod time;
mod uuid;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use crate::context::Context;
use crate::error::{Outcome, Stop};
use crate::plan::{Builder, Node, Plan};
use crate::sinks::Sink;
use crate::sources::Value;

pub use datetime::read as read_datetime;

pub enum Kind {
    Boolean,
    Integer(number::Integer),
    Float,
    Text,
    Uuid(uuid::Form),
    Decimal(decimal::Options),
    DateTime(datetime::Options),
    Date(format::Format),
    Time(format::Format),
    Duration(duration::Form),
    Choice(choice::Options),
    /// The value as it is: `ReadOnlyField`, `JSONField`.
    AsIs,
    /// The same text, whatever the value is.
    Constant(Py<PyString>),
    List(Box<Node>),
    Map(Box<Node>),
    /// The key of a related object.
    Key(related::Key),
    /// The key itself, where the source gives no related object.
    OwnKey(Option<Box<Node>>),
    Slug(related::Slug),
    /// The URL of an object.
    Link(link::Link),
    /// The URL or the name of a file.
    File(file::File),
    Nested(Plan),
    Many(Plan),
    /// Each object of a relation.
    ManyRelated(Box<Node>),
    /// Only `to_representation` knows: a method of the serializer, an overridden field.
    Stock,
}

pub fn build(name: &str, options: &Bound<'_, PyDict>, builder: &mut Builder) -> PyResult<Kind> {
    Ok(match name {
        "boolean" => Kind::Boolean,
        "integer" => Kind::Integer(number::Integer::build(options)?),
        "float" => Kind::Float,
        "text" => Kind::Text,
        "uuid" => Kind::Uuid(uuid::Form::build(options)?),
        "decimal" => Kind::Decimal(decimal::Options::build(options)?),
        "datetime" => Kind::DateTime(datetime::Options::build(options)?),
        "date" => Kind::Date(format::Format::build(options)?),
        "time" => Kind::Time(format::Format::build(options)?),
        "duration" => Kind::Duration(duration::Form::build(options)?),
        "choice" => Kind::Choice(choice::Options::build(options)?),
        "as_is" => Kind::AsIs,
        "constant" => Kind::Constant(option(options, "text")?),
        "list" => Kind::List(child(options, builder)?),
        "map" => Kind::Map(child(options, builder)?),
        "key" => Kind::Key(related::Key::build(options, builder)?),
        "own_key" => Kind::OwnKey(optional_child(options, builder)?),
        "slug" => Kind::Slug(related::Slug::build(options)?),
        "link" => Kind::Link(link::Link::build(options, builder.last_id())?),
        "file" => Kind::File(file::File::build(options, builder.last_id())?),
        "nested" => Kind::Nested(builder.plan(&required(options, "plan")?)?),
        "many" => Kind::Many(builder.plan(&required(options, "plan")?)?),
        "many_related" => Kind::ManyRelated(child(options, builder)?),
        "stock" => Kind::Stock,
        _ => return Err(PyValueError::new_err(format!("unknown kind {name:?}"))),
    })
}

fn required<'py>(options: &Bound<'py, PyDict>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    options.get_item(name)?.ok_or_else(|| PyValueError::new_err(format!("no option {name:?}")))
}

fn option<'py, T>(options: &Bound<'py, PyDict>, name: &str) -> PyResult<T>
where
    T: for<'a> FromPyObject<'a, 'py, Error: Into<PyErr>>,
{
    required(options, name)?.extract().map_err(Into::into)
}

fn optional_child(
    options: &Bound<'_, PyDict>,
    builder: &mut Builder,
) -> PyResult<Option<Box<Node>>> {
    let child = required(options, "child")?;
    if child.is_none() { Ok(None) } else { Ok(Some(Box::new(builder.node(child.cast()?)?))) }
}

fn child(options: &Bound<'_, PyDict>, builder: &mut Builder) -> PyResult<Box<Node>> {
    Ok(Box::new(builder.node(required(options, "child")?.cast()?)?))
}

impl Kind {
    /// Writes what `to_representation` of the mirrored field returns. `Unsure` means that nothing
    /// was written and the stock method has to be asked.
    pub fn write<'py, S: Sink<'py>>(
        &self,
        value: &Value<'_, 'py>,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        match self {
            Self::Boolean => boolean::write(value, sink),
            Self::Integer(kind) => kind.write(value, sink),
            Self::Float => number::write_float(value, sink),
            Self::Text => text::write(value, sink),
            Self::Uuid(form) => form.write(value, sink),
            Self::Decimal(options) => options.write(value, sink),
            Self::DateTime(options) => options.write(value, cx, sink),
            Self::Date(format) => date::write(format, value, sink),
            Self::Time(format) => time::write(format, value, sink),
            Self::Duration(form) => form.write(value, sink),
            Self::Choice(options) => options.write(value, cx.py, sink),
            Self::AsIs => sink.object(object(value)?),
            Self::Constant(text) => sink.string(text.bind(cx.py)),
            Self::List(child) => collection::write_list(child, object(value)?, cx, sink),
            Self::Map(child) => collection::write_map(child, object(value)?, cx, sink),
            Self::Key(key) => key.write(object(value)?, cx, sink),
            Self::OwnKey(child) => related::write_own_key(child.as_deref(), value, cx, sink),
            Self::Slug(slug) => slug.write(object(value)?, sink),
            Self::Link(link) => link.write(object(value)?, cx, sink),
            Self::File(file) => file.write(value, cx, sink),
            Self::Nested(plan) => plan.write(object(value)?, cx, sink),
            Self::Many(plan) => nested::write_many(plan, object(value)?, cx, sink),
            Self::ManyRelated(child) => related::write_many(child, object(value)?, cx, sink),
            Self::Stock => Err(Stop::Unsure),
        }
    }
}

/// The Python object of a value; cells that are not objects yet have to become one first.
fn object<'a, 'py>(value: &Value<'a, 'py>) -> Outcome<&'a Bound<'py, PyAny>> {
    match value {
        Value::Object(object) => Ok(object),
        _ => Err(Stop::Unsure),
    }
}

impl Node {
    /// Writes an object: natively, or as its stock field's `to_representation` says.
    pub fn write<'py, S: Sink<'py>>(
        &self,
        value: &Bound<'py, PyAny>,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        match self.kind.write(&Value::Object(value), cx, sink) {
            Err(Stop::Unsure) => self.write_stock(value, cx, sink),
            outcome => outcome,
        }
    }

    fn write_stock<'py, S: Sink<'py>>(
        &self,
        value: &Bound<'py, PyAny>,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        if !matches!(self.kind, Kind::Stock) {
            cx.note_fall(self.id, "to_representation");
        }
        let name = pyo3::intern!(cx.py, "to_representation");
        sink.object(&cx.field(self.id)?.call_method1(name, (value,))?)
    }
}
