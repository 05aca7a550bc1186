//! Values in PostgreSQL's binary format, spelled as its output functions spell them.
//!
//! The server has less to do and to send, and nobody who reads the text need know. Formats: the
//! `…send` and `…_out` functions of PostgreSQL's `src/backend/utils/adt`, with `DateStyle` ISO and
//! the time zone UTC.
use std::io::Write;

use crate::sources::grid::Builder;
use crate::text::temporal::civil_date;
use crate::text::uuid;

/// Days from 1970-01-01 to 2000-01-01, where PostgreSQL begins to count.
const EPOCH: i64 = 10_957;
const MICROSECONDS_PER_DAY: i64 = 86_400_000_000;

/// Appends a value of a type, by its number in `pg_type.dat`; `None` if it is not of that type.
pub fn take(number: u32, value: &[u8], grid: &mut Builder) -> Option<()> {
    match number {
        16 => grid.boolean(value != [0]),
        21 => grid.integer(i16::from_be_bytes(value.try_into().ok()?).into()),
        23 => grid.integer(i32::from_be_bytes(value.try_into().ok()?).into()),
        20 => grid.integer(integer(value)?),
        701 => grid.float(f64::from_be_bytes(value.try_into().ok()?)),
        25 | 1042 | 1043 => grid.text(value)?,
        2950 => grid.text(&uuid::hyphenated(u128::from_be_bytes(value.try_into().ok()?)))?,
        _ => {
            let mut text = Vec::with_capacity(40);
            spell(number, value, &mut text)?;
            grid.text(&text)?;
        }
    }
    Some(())
}

fn integer(value: &[u8]) -> Option<i64> {
    Some(i64::from_be_bytes(value.try_into().ok()?))
}

fn spell(number: u32, value: &[u8], text: &mut Vec<u8>) -> Option<()> {
    match number {
        1082 => match i32::from_be_bytes(value.try_into().ok()?) {
            i32::MAX => text.extend(b"infinity"),
            i32::MIN => text.extend(b"-infinity"),
            days => put_moment(text, days.into(), |_| Some(()))?,
        },
        1083 => put_time(text, integer(value)?)?,
        1114 => put_timestamp(text, integer(value)?, "")?,
        1184 => put_timestamp(text, integer(value)?, "+00")?,
        1700 => put_numeric(text, value)?,
        _ => return None,
    }
    Some(())
}

fn put_timestamp(text: &mut Vec<u8>, value: i64, zone: &str) -> Option<()> {
    match value {
        i64::MAX => text.extend(b"infinity"),
        i64::MIN => text.extend(b"-infinity"),
        _ => {
            let days = value.div_euclid(MICROSECONDS_PER_DAY);
            put_moment(text, days, |text| {
                text.push(b' ');
                put_time(text, value.rem_euclid(MICROSECONDS_PER_DAY))?;
                text.extend(zone.as_bytes());
                Some(())
            })?;
        }
    }
    Some(())
}

/// A date and what comes behind it; the era comes last.
fn put_moment(
    text: &mut Vec<u8>,
    days: i64,
    put_rest: impl FnOnce(&mut Vec<u8>) -> Option<()>,
) -> Option<()> {
    let (year, month, day) = civil_date(days + EPOCH);
    let (shown, era) = if year > 0 { (year, "") } else { (1 - year, " BC") };
    match u32::try_from(shown).ok()? {
        shown @ 0..=9999 => put_digits(text, shown, 4),
        longer => write!(text, "{longer}").ok()?,
    }
    text.push(b'-');
    put_digits(text, month.into(), 2);
    text.push(b'-');
    put_digits(text, day.into(), 2);
    put_rest(text)?;
    text.extend(era.as_bytes());
    Some(())
}

fn put_time(text: &mut Vec<u8>, microseconds: i64) -> Option<()> {
    let seconds = u32::try_from(microseconds / 1_000_000).ok()?;
    let fraction = u32::try_from(microseconds % 1_000_000).ok()?;
    put_digits(text, seconds / 3600, 2);
    text.push(b':');
    put_digits(text, seconds / 60 % 60, 2);
    text.push(b':');
    put_digits(text, seconds % 60, 2);
    if fraction > 0 {
        text.push(b'.');
        put_digits(text, fraction, 6);
        let kept = text.iter().rposition(|&digit| digit != b'0')? + 1;
        text.truncate(kept);
    }
    Some(())
}

/// The last `width` digits of a number.
fn put_digits(text: &mut Vec<u8>, mut value: u32, width: usize) {
    let start = text.len();
    text.resize(start + width, b'0');
    for digit in text[start..].iter_mut().rev() {
        *digit += (value % 10) as u8;
        value /= 10;
    }
}

/// Groups of four digits, of which the first stands for 10000 to the power of the weight.
fn put_numeric(text: &mut Vec<u8>, value: &[u8]) -> Option<()> {
    let mut words = value.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
    let (count, weight) = (usize::from(words.next()?), words.next()?.cast_signed());
    let (sign, places) = (words.next()?, usize::from(words.next()?));
    let start: &[u8] = match sign {
        0 => b"",
        0x4000 => b"-",
        0xc000 => b"NaN",
        0xd000 => b"Infinity",
        0xf000 => b"-Infinity",
        _ => return None,
    };
    text.extend(start);
    if sign >= 0xc000 {
        return Some(());
    }
    let groups: Vec<u16> = words.collect();
    if groups.len() != count {
        return None;
    }
    let group = |exponent: i32| {
        let at = usize::try_from(i32::from(weight) - exponent).ok();
        at.and_then(|at| groups.get(at)).map_or(0, |&group| u32::from(group))
    };
    let first = i32::from(weight).max(0);
    write!(text, "{}", group(first)).ok()?;
    (0..first).rev().for_each(|exponent| put_digits(text, group(exponent), 4));
    if places > 0 {
        text.push(b'.');
        let end = text.len() + places;
        let mut exponent = -1;
        while text.len() < end {
            put_digits(text, group(exponent), 4);
            exponent -= 1;
        }
        text.truncate(end);
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::spell;

    fn spelled(number: u32, value: &[u8]) -> String {
        let mut text = Vec::new();
        spell(number, value, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    /// Values as PostgreSQL 15 sends them.
    #[test]
    fn spells_as_postgresql_does() {
        for (number, value, text) in [
            (1082, 0_i32.to_be_bytes().to_vec(), "2000-01-01"),
            (1082, (-730_120_i32).to_be_bytes().to_vec(), "0001-01-01 BC"),
            (1082, 2_921_940_i32.to_be_bytes().to_vec(), "10000-01-01"),
            (1082, i32::MAX.to_be_bytes().to_vec(), "infinity"),
            (1083, 86_400_000_000_i64.to_be_bytes().to_vec(), "24:00:00"),
            (1083, 10_i64.to_be_bytes().to_vec(), "00:00:00.00001"),
            (1114, (-1_i64).to_be_bytes().to_vec(), "1999-12-31 23:59:59.999999"),
            (1184, 1_500_000_i64.to_be_bytes().to_vec(), "2000-01-01 00:00:01.5+00"),
            (1184, i64::MIN.to_be_bytes().to_vec(), "-infinity"),
            (1700, numeric(&[0, 0, 0, 2]), "0.00"),
            (1700, numeric(&[2, 0, 0x4000, 2, 12, 5000]), "-12.50"),
            (1700, numeric(&[1, 1, 0, 0, 1]), "10000"),
            (1700, numeric(&[1, 0xfffe, 0, 8, 12]), "0.00000012"),
            (1700, numeric(&[3, 1, 0, 3, 1, 23, 4560]), "10023.456"),
            (1700, numeric(&[0, 0, 0xc000, 0]), "NaN"),
        ] {
            assert_eq!(spelled(number, &value), text);
        }
    }

    fn numeric(words: &[u16]) -> Vec<u8> {
        words.iter().flat_map(|word| word.to_be_bytes()).collect()
    }
}
