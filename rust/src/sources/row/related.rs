//! The rows of a relation to many, by the row they belong to.
use std::collections::HashMap;
use std::ops::Range;

use pyo3::prelude::*;
use pyo3::types::{PyAny, PyDict};

use super::{Each, Pieces, Table};
use crate::context::Context;
use crate::error::Outcome;
use crate::python::ahead::Ahead;
use crate::sinks::Sink;
use crate::sources::raw::Raw;

/// A table and which of its rows belong to which key.
pub struct Related {
    pub table: Table,
    /// What has been written of it.
    pieces: Option<Pieces>,
    groups: Groups,
    /// The rows of all groups, one group after the other.
    members: Vec<usize>,
    /// Where each group is in `members`.
    ranges: Vec<Range<usize>>,
}

/// The number of the group of each key.
enum Groups {
    /// Integers that lie close together: the distance from the least of them.
    Near(i64),
    Integers(HashMap<i64, usize>),
    /// Keys of any kind, compared as Python compares them.
    Objects(Py<PyDict>),
}

impl Related {
    /// From `(index of the key, table, what was written ahead)`.
    pub fn build(child: &Bound<'_, PyAny>) -> PyResult<Self> {
        let (key, table, ahead): (usize, Bound<'_, PyAny>, Option<Bound<'_, Ahead>>) =
            child.extract()?;
        let (py, table) = (child.py(), Table::build(&table)?);
        let pieces = ahead.and_then(|ahead| ahead.borrow_mut().take(table.len()));
        let (groups, group_of) = match integers(&table, key, py)? {
            Some(keys) => number_near(&keys).unwrap_or_else(|| number_integers(&keys)),
            None => number_objects(&table, key, py)?,
        };
        let (members, ranges) = sorted(&group_of);
        Ok(Self { table, pieces, groups, members, ranges })
    }

    pub fn write<'py, S: Sink<'py>>(
        &self,
        key: Raw<'_, 'py>,
        each: Each<'_>,
        cx: &Context<'_, 'py>,
        sink: &mut S,
    ) -> Outcome {
        let group = self.groups.find(key, cx.py)?.and_then(|group| self.ranges.get(group));
        let rows = group.map_or(&[][..], |range| &self.members[range.clone()]);
        let pieces = self.pieces.as_ref().filter(|pieces| sink.style() == Some(pieces.style));
        sink.begin_list(rows.len())?;
        for &row in rows {
            match pieces.and_then(|pieces| pieces.row(row)) {
                Some(text) => sink.piece(text),
                None => {
                    self.table.write_item(self.table.rows.get(row, cx.py)?, each, cx, sink)?;
                }
            }
        }
        sink.end_list()
    }
}

impl Groups {
    fn find<'py>(&self, key: Raw<'_, 'py>, py: Python<'py>) -> PyResult<Option<usize>> {
        match self {
            Self::Near(least) => Ok(integer(key).and_then(|key| distance(*least, key))),
            Self::Integers(groups) => Ok(integer(key).and_then(|key| groups.get(&key)).copied()),
            Self::Objects(groups) => {
                let group = groups.bind(py).get_item(key.to_object(py))?;
                group.map(|group| group.extract()).transpose()
            }
        }
    }
}

/// The integer that a key is equal to.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::float_cmp,
    reason = "whether the conversion is exact is what the comparison finds out"
)]
fn integer(key: Raw<'_, '_>) -> Option<i64> {
    key.integer().or_else(|| {
        let float = key.float()?;
        let number = float as i64;
        (number as f64 == float && number != i64::MAX).then_some(number)
    })
}

/// A column of nothing but integers.
fn integers(table: &Table, key: usize, py: Python<'_>) -> PyResult<Option<Vec<i64>>> {
    let mut keys = Vec::with_capacity(table.len());
    for row in 0..table.len() {
        match table.rows.get(row, py)?.cell(key)?.integer() {
            Some(key) => keys.push(key),
            None => return Ok(None),
        }
    }
    Ok(Some(keys))
}

/// How far above another a number is.
fn distance(least: i64, key: i64) -> Option<usize> {
    usize::try_from(key.checked_sub(least)?).ok()
}

/// Groups that have room for some that nobody belongs to, and the group of each row.
fn number_near(keys: &[i64]) -> Option<(Groups, Vec<usize>)> {
    let (&least, &most) = (keys.iter().min()?, keys.iter().max()?);
    if distance(least, most)? > MOST_ROOM * keys.len() {
        return None;
    }
    let group_of: Option<Vec<usize>> = keys.iter().map(|&key| distance(least, key)).collect();
    Some((Groups::Near(least), group_of?))
}

/// Groups for each row at the most.
const MOST_ROOM: usize = 4;

/// Groups, and the group of each row.
fn number_integers(keys: &[i64]) -> (Groups, Vec<usize>) {
    let mut groups = HashMap::with_capacity(keys.len());
    let mut number = |key| {
        let next = groups.len();
        *groups.entry(key).or_insert(next)
    };
    let group_of = keys.iter().map(|&key| number(key)).collect();
    (Groups::Integers(groups), group_of)
}

fn number_objects(table: &Table, key: usize, py: Python<'_>) -> PyResult<(Groups, Vec<usize>)> {
    let groups = PyDict::new(py);
    let mut group_of = Vec::with_capacity(table.len());
    for row in 0..table.len() {
        let key = table.rows.get(row, py)?.cell(key)?.to_object(py);
        group_of.push(if let Some(group) = groups.get_item(&key)? {
            group.extract()?
        } else {
            groups.set_item(key, groups.len())?;
            groups.len() - 1
        });
    }
    Ok((Groups::Objects(groups.unbind()), group_of))
}

/// The rows ordered by their groups, and where each group is.
fn sorted(group_of: &[usize]) -> (Vec<usize>, Vec<Range<usize>>) {
    let groups = group_of.iter().max().map_or(0, |last| last + 1);
    let mut ranges = vec![0..0; groups];
    for &group in group_of {
        ranges[group].end += 1;
    }
    let mut start = 0;
    for range in &mut ranges {
        let length = range.end;
        *range = start..start;
        start += length;
    }
    let mut members = vec![0; group_of.len()];
    for (row, &group) in group_of.iter().enumerate() {
        members[ranges[group].end] = row;
        ranges[group].end += 1;
    }
    (members, ranges)
}

#[cfg(test)]
mod tests {
    use super::{Groups, number_near, sorted};

    #[test]
    fn keys_that_are_near_are_their_own_numbers() {
        let (groups, group_of) = number_near(&[-3, 4, -3]).unwrap();
        assert!(matches!(groups, Groups::Near(-3)));
        assert_eq!(group_of, [0, 7, 0]);
        assert!(number_near(&[0, 100]).is_none());
        assert!(number_near(&[i64::MIN, i64::MAX]).is_none());
        assert!(number_near(&[]).is_none());
    }

    #[test]
    fn groups_keep_the_order_of_their_rows() {
        let (members, ranges) = sorted(&[1, 0, 1, 2, 0]);
        let rows = |group: usize| members[ranges[group].clone()].to_vec();
        assert_eq!((rows(0), rows(1), rows(2)), (vec![1, 4], vec![0, 2], vec![3]));
        assert_eq!(sorted(&[]), (vec![], vec![]));
    }
}
