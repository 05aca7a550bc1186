//! Time zones: the offset of a moment, asked of Python once per quarter of an hour.
use std::cell::RefCell;
use std::collections::HashMap;

use pyo3::prelude::*;
use pyo3::types::{PyDelta, PyDeltaAccess, PyTzInfo};

use super::{make, types};
use crate::text::temporal::DateTime;

const QUARTER_HOUR: i64 = 900;
/// Since 1973-01-01 every zone has changed its offset on a quarter of an hour of UTC only.
const REGULAR_SINCE: i64 = 94_694_400;

pub struct Zone<'py> {
    info: Bound<'py, PyTzInfo>,
    is_utc: bool,
    /// Whether offsets may be kept: the standard library's own zones have no other behaviour.
    is_regular: bool,
    offsets: RefCell<HashMap<i64, i32>>,
}

impl<'py> Zone<'py> {
    pub fn new(zone: Bound<'py, PyTzInfo>) -> PyResult<Self> {
        let py = zone.py();
        let is_utc = is_utc(&zone)?;
        let is_regular = is_utc || types::is_exactly(&zone, types::zone_info(py)?);
        Ok(Self { info: zone, is_utc, is_regular, offsets: RefCell::default() })
    }

    pub fn is_utc(&self) -> bool {
        self.is_utc
    }

    pub fn info(&self) -> &Bound<'py, PyTzInfo> {
        &self.info
    }

    /// Seconds east of UTC at a moment given in UTC; `None` when Python has to decide.
    pub fn offset(&self, moment: DateTime) -> PyResult<Option<i32>> {
        if self.is_utc {
            return Ok(Some(0));
        }
        let seconds = moment.seconds();
        if !self.is_regular || seconds < REGULAR_SINCE {
            return Ok(None);
        }
        let bucket = seconds / QUARTER_HOUR;
        if let Some(&offset) = self.offsets.borrow().get(&bucket) {
            return Ok(Some(offset));
        }
        let offset = self.ask(moment)?;
        if let Some(offset) = offset {
            self.offsets.borrow_mut().insert(bucket, offset);
        }
        Ok(offset)
    }

    fn ask(&self, moment: DateTime) -> PyResult<Option<i32>> {
        let py = self.info.py();
        let utc = PyTzInfo::utc(py)?;
        let moment = make::datetime(py, moment, Some(&utc))?;
        let offset = moment.call_method1("astimezone", (&self.info,))?.call_method0("utcoffset")?;
        Ok(offset
            .cast::<PyDelta>()
            .ok()
            .map(|delta| delta.get_days() * 86_400 + delta.get_seconds()))
    }
}

/// Whether a zone is UTC: the one object, or `ZoneInfo("UTC")`.
pub fn is_utc(zone: &Bound<'_, PyTzInfo>) -> PyResult<bool> {
    let py = zone.py();
    if zone.is(&*PyTzInfo::utc(py)?) {
        return Ok(true);
    }
    if !types::is_exactly(zone, types::zone_info(py)?) {
        return Ok(false);
    }
    let key = zone.getattr(pyo3::intern!(py, "key"))?;
    Ok(key.extract::<&str>().is_ok_and(|key| key == "UTC"))
}
