//! `Accept-Encoding`, RFC 9110 section 12.5.3.
use super::Coding;

/// Thousandths; a weight has three digits at most.
type Weight = u16;
const FULL: Weight = 1000;

/// The coding of `offered` that the client prefers, the first of several it likes equally; `None` when
/// it prefers none at all. What is not written as the RFC says is passed over.
pub fn negotiate(header: &str, offered: &[Coding]) -> Option<Coding> {
    let wishes: Vec<(&str, Weight)> = header.split(',').filter_map(wish).collect();
    let mut best = (weight(&wishes, "identity", false).unwrap_or(0), None);
    for &coding in offered {
        let liked = weight(&wishes, coding.name(), true).unwrap_or(0);
        let is_first_of_its_weight = best.1.is_none() && liked == best.0;
        if liked > 0 && (liked > best.0 || is_first_of_its_weight) {
            best = (liked, Some(coding));
        }
    }
    best.1
}

/// What is said of one coding; the least where it is named twice.
fn weight(wishes: &[(&str, Weight)], name: &str, is_any: bool) -> Option<Weight> {
    let said = |matches: &dyn Fn(&str) -> bool| {
        wishes.iter().filter(|(coding, _)| matches(coding)).map(|&(_, weight)| weight).min()
    };
    let named = said(&|coding| is_named(coding, name));
    named.or_else(|| if is_any { said(&|coding| coding == "*") } else { None })
}

/// RFC 9110 wants `x-gzip` to mean `gzip`.
fn is_named(coding: &str, name: &str) -> bool {
    coding.eq_ignore_ascii_case(name) || (name == "gzip" && coding.eq_ignore_ascii_case("x-gzip"))
}

fn wish(item: &str) -> Option<(&str, Weight)> {
    let mut parts = item.split(';').map(|part| part.trim_matches([' ', '\t']));
    let coding = parts.next().filter(|name| !name.is_empty())?;
    let mut weight = FULL;
    for parameter in parts {
        let (name, value) = parameter.split_once('=')?;
        if name.trim_end().eq_ignore_ascii_case("q") {
            weight = quality(value.trim_start())?;
        }
    }
    Some((coding, weight))
}

/// `0`, `1`, and up to three digits after the point; none of `1.5`, `.5`, `+1`, `1e0`.
fn quality(text: &str) -> Option<Weight> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let is_plain = fraction.len() <= 3 && fraction.bytes().all(|digit| digit.is_ascii_digit());
    let whole = match whole {
        "0" => 0,
        "1" => FULL,
        _ => return None,
    };
    let thousandths: Weight = format!("{fraction:0<3}").parse().ok()?;
    (is_plain && whole + thousandths <= FULL).then_some(whole + thousandths)
}
