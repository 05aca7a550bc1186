use super::*;
use crate::error::Outcome;
use crate::sinks::Sink;

const PLAIN: Style = Style { ensure_ascii: false, compact: true, indent: None, allow_nan: false };

fn sink(style: Style) -> JsonSink<'static, 'static> {
    JsonSink::new(style)
}

fn text(sink: JsonSink<'_, '_>) -> String {
    String::from_utf8(sink.into_bytes()).unwrap()
}

#[test]
fn writes_maps_as_lines() -> Outcome {
    let mut sink = sink(PLAIN).items_apart("\n");
    sink.begin_list(2)?;
    for number in [1, 2] {
        sink.begin_map()?;
        sink.integer(number)?;
        sink.end_map()?;
    }
    sink.end_list()?;
    assert_eq!(text(sink), "{1}\n{2}\n");
    Ok(())
}

#[test]
fn indents_maps_that_stand_apart_from_the_left() -> Outcome {
    let mut sink = sink(Style { indent: Some(1), ..PLAIN }).items_apart(",\n");
    sink.begin_list(2)?;
    for number in [1, 2] {
        sink.begin_map()?;
        sink.begin_list(1)?;
        sink.integer(number)?;
        sink.end_list()?;
        sink.end_map()?;
    }
    sink.end_list()?;
    assert_eq!(text(sink), "{[\n  1\n ]\n},\n{[\n  2\n ]\n},\n");
    Ok(())
}

/// `[1, [], {}, ["a,", {}]]`
fn nested(style: Style) -> Outcome<String> {
    let mut sink = sink(style);
    sink.begin_list(4)?;
    sink.integer(1)?;
    sink.begin_list(0)?;
    sink.end_list()?;
    sink.begin_map()?;
    sink.end_map()?;
    sink.begin_list(2)?;
    sink.text("a,")?;
    sink.begin_map()?;
    sink.end_map()?;
    sink.end_list()?;
    sink.end_list()?;
    Ok(text(sink))
}

#[test]
fn separators() {
    assert_eq!(nested(PLAIN).unwrap(), r#"[1,[],{},["a,",{}]]"#);
    let long = Style { compact: false, ..PLAIN };
    assert_eq!(nested(long).unwrap(), r#"[1, [], {}, ["a,", {}]]"#);
}

#[test]
fn indents_as_json_dumps_does() {
    let expected = "[\n  1,\n  [],\n  {},\n  [\n    \"a,\",\n    {}\n  ]\n]";
    for compact in [false, true] {
        let style = Style { indent: Some(2), compact, ..PLAIN };
        assert_eq!(nested(style).unwrap(), expected);
    }
    let flush = Style { indent: Some(0), ..PLAIN };
    assert_eq!(nested(flush).unwrap(), expected.replace(' ', ""));
}

#[test]
fn values_outside_json_need_leave() {
    let mut strict = sink(PLAIN);
    assert!(strict.float(f64::NAN).is_err());
    let mut lax = sink(Style { allow_nan: true, ..PLAIN });
    lax.float(f64::NEG_INFINITY).unwrap();
    assert_eq!(text(lax), "-Infinity");
}
