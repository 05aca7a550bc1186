#![allow(clippy::cast_possible_truncation, reason = "words are taken apart into their bytes")]
use super::*;

/// Every byte at every offset around the sizes of words and blocks, against the definition.
#[test]
fn blocks_and_words_agree_with_bytes() {
    for byte in 0..=255 {
        for length in [1, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 64, 97] {
            for place in 0..length {
                let mut text = vec![b'x'; length];
                text[place] = byte;
                agrees::<Ascii>(&text);
                text.resize(length + 2, 0xc3);
                agrees::<Ascii>(&text);
                agrees::<Utf8>(&text);
            }
        }
    }
    agrees::<Ascii>(b"");
}

fn agrees<A: Alphabet>(text: &[u8]) {
    let clean = text.iter().take_while(|&&byte| is_clean_byte::<A>(byte)).count();
    if let Some(block) = text.first_chunk() {
        let block = u128::from_le_bytes(*block);
        let (head, tail) = (block as u64, (block >> 64) as u64);
        assert_eq!(words::clean_in_words::<A>(head, tail), clean.min(16));
        for length in 0..=16 {
            let block = block.to_le_bytes();
            let behind = block[16 - length..].iter();
            let clean = behind.take_while(|&&byte| is_clean_byte::<A>(byte)).count();
            assert_eq!(clean_at_end::<A>(block, length), clean);
            assert_eq!(words::clean_at_end::<A>(block, length), clean);
        }
    }
    let mut copied = vec![0; text.len().max(16)];
    // SAFETY: the copy has room for the text, and for sixteen bytes.
    match unsafe { copy_clean::<A>(text, copied.as_mut_ptr()) } {
        Copied::All => assert_eq!(copied[..text.len()], *text),
        Copied::Part(count) => {
            assert!(count <= clean && clean < text.len());
            assert_eq!(copied[..count], text[..count]);
        }
    }
    headed_agrees::<A>(text, clean);
}

fn headed_agrees<A: Alphabet>(text: &[u8], clean: usize) {
    let headed = [&[b'"'; 16], text].concat();
    let mut copied = vec![0; text.len().max(16)];
    // SAFETY: sixteen bytes stand before the text, and the copy has room for as many.
    let outcome = unsafe {
        let headed = Headed::new(headed.as_ptr().add(16), text.len());
        headed.copy_clean::<A>(copied.as_mut_ptr())
    };
    let count = match outcome {
        Copied::All => text.len(),
        Copied::Part(count) => count,
    };
    // Longer texts are looked at more closely.
    assert!(count == clean || (A::UTF8 && text[clean] == 0xe2));
    assert_eq!(copied[..count], text[..count]);
}

/// Characters that begin as U+2028 does, at every place of a block, and the two themselves.
#[test]
fn only_line_separators_stop_a_copy_of_utf8() {
    for character in ["\u{2014}", "\u{2028}", "\u{2029}", "\u{2068}", "\u{20ac}", "\u{e2}"] {
        for length in [0, 1, 3, 4, 7, 8, 12, 13, 30, 31, 32, 60, 64, 100] {
            for place in 0..=length {
                let text = "x".repeat(place) + character + &"y".repeat(length - place);
                let is_separator = matches!(character, "\u{2028}" | "\u{2029}");
                copies_utf8_up_to(text.as_bytes(), if is_separator { place } else { text.len() });
            }
        }
    }
}

fn copies_utf8_up_to(text: &[u8], end: usize) {
    let mut copied = vec![0; text.len() + 16];
    // SAFETY: the copy has room for the text and sixteen bytes more.
    let count = match unsafe { copy_clean_utf8(text, copied.as_mut_ptr()) } {
        Copied::All => text.len(),
        Copied::Part(count) => count,
    };
    assert_eq!(copied[..count], text[..count]);
    // Where there are no vector instructions, a short text is looked at more closely by the caller.
    assert!(count == end || cfg!(not(target_arch = "x86_64")), "{count} of {end}");
}
