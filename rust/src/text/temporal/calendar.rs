//! Days and seconds of the calendar.
use super::{Date, DateTime, Time};

const SECONDS_PER_DAY: i64 = 86_400;

impl Date {
    /// From 1 on.
    pub fn day_of_year(self) -> u32 {
        let before = (1..self.month()).map(|month| days_in_month(self.year(), month));
        before.map(u32::from).sum::<u32>() + u32::from(self.day())
    }
}

/// Zero for a month that does not exist.
pub(super) fn days_in_month(year: u16, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if is_leap(year) => 29,
        2 => 28,
        1..=12 => 31,
        _ => 0,
    }
}

fn is_leap(year: u16) -> bool {
    year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
}

/// Days since 1970-01-01. The algorithm is Howard Hinnant's `days_from_civil`.
fn days(date: Date) -> i64 {
    let (month, day) = (i64::from(date.month()), i64::from(date.day()));
    let year = i64::from(date.year()) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// The inverse, `civil_from_days`; `None` outside the years 1 to 9999.
fn civil(days: i64) -> Option<Date> {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * shifted_month + 2) / 5 + 1) as u8;
    let month = ((shifted_month + 2) % 12 + 1) as u8;
    let year = era * 400 + year_of_era + i64::from(month <= 2);
    (1..=9999).contains(&year).then_some(Date::new(year as u16, month, day))
}

impl DateTime {
    /// Seconds since 1970-01-01T00:00:00, whatever the zone.
    pub fn seconds(self) -> i64 {
        let time = self.time();
        days(self.date()) * SECONDS_PER_DAY
            + i64::from(time.hour()) * 3600
            + i64::from(time.minute()) * 60
            + i64::from(time.second())
    }

    /// The same clock moved by `offset` seconds; `None` outside the years 1 to 9999.
    #[inline]
    pub fn shifted(self, offset: i32) -> Option<Self> {
        if offset == 0 { Some(self) } else { self.moved(offset.into()) }
    }

    fn moved(self, offset: i64) -> Option<Self> {
        let seconds = self.seconds() + offset;
        let date = civil(seconds.div_euclid(SECONDS_PER_DAY))?;
        let rest = seconds.rem_euclid(SECONDS_PER_DAY);
        let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
        let microsecond = self.time().microsecond();
        Some(Self::new(date, Time::new(hour as u8, minute as u8, second as u8, microsecond)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shifting_crosses_days_and_stops_at_the_ends_of_time() {
        let evening = DateTime::new(Date::new(2023, 12, 31), Time::new(23, 30, 0, 7));
        let next = DateTime::new(Date::new(2024, 1, 1), Time::new(0, 30, 0, 7));
        assert_eq!(evening.shifted(3600), Some(next));
        assert_eq!(next.shifted(-3600), Some(evening));
        let last = DateTime::new(Date::new(9999, 12, 31), Time::new(23, 59, 59, 0));
        assert_eq!(last.shifted(1), None);
    }

    #[test]
    fn days_and_civil_are_inverse() {
        for day in (-719_162..2_932_896).step_by(97) {
            assert_eq!(days(civil(day).unwrap()), day);
        }
    }

    #[test]
    fn days_of_the_year() {
        assert_eq!(Date::new(2024, 3, 1).day_of_year(), 61);
        assert_eq!(Date::new(2023, 12, 31).day_of_year(), 365);
    }
}
