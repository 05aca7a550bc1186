//! The `format` option of date and time fields.
use pyo3::prelude::*;
use pyo3::types::PyDict;

use super::required;
use crate::error::{Outcome, Stop};
use crate::sinks::Sink;
use crate::text::pattern::Pattern;
use crate::text::temporal::DateTime;

pub enum Format {
    Iso,
    /// ISO 8601 with fractions cut to milliseconds, as `DjangoJSONEncoder` spells moments.
    IsoMillis,
    /// `None`: the object itself.
    AsIs,
    Pattern(Pattern),
    /// `strftime` with what only the platform or a locale knows.
    Stock,
}

impl Format {
    /// From the option `format`: `"iso-8601"`, the same with `-ms`, or a text for `strftime`;
    /// `None` for the object.
    pub fn build(options: &Bound<'_, PyDict>) -> PyResult<Self> {
        let format: Option<String> = required(options, "format")?.extract()?;
        Ok(match format {
            None => Self::AsIs,
            Some(format) if format.eq_ignore_ascii_case("iso-8601") => Self::Iso,
            Some(format) if format == "iso-8601-ms" => Self::IsoMillis,
            Some(format) => Pattern::parse(&format).map_or(Self::Stock, Self::Pattern),
        })
    }
}

/// Writes what `strftime` makes of a moment.
pub fn write<'py, S: Sink<'py>>(pattern: &Pattern, moment: DateTime, sink: &mut S) -> Outcome {
    sink.text(&pattern.spell(moment).ok_or(Stop::Unsure)?)
}
