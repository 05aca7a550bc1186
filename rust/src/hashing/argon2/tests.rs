use std::num::NonZero;

use super::block::{Compress, compress, compression};
use super::{Block, Inputs, Parameters, Variant, Version, hash};

/// The three test vectors of RFC 9106, section 5.
#[test]
fn published_vectors() {
    let expected = [
        (Variant::D, "512b391b6f1162975371d30919734294f868e3be3984f3c1a13a4db9fabe4acb"),
        (Variant::I, "c814d9d1dc7f37aa13f0d77f2494bda1c8de6b016dd388d29952a4c4672b6ce8"),
        (Variant::Id, "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659"),
    ];
    for (variant, hex) in expected {
        let parameters =
            Parameters { variant, version: Version::V13, memory: 32, passes: 3, lanes: 4 };
        let inputs =
            Inputs { password: &[1; 32], salt: &[2; 16], secret: &[3; 8], associated: &[4; 12] };
        assert_eq!(tag(&parameters, inputs, 1), hex);
    }
}

#[test]
fn threads_do_not_change_the_hash() {
    for variant in [Variant::D, Variant::I, Variant::Id] {
        for version in [Version::V10, Version::V13] {
            let parameters = Parameters { variant, version, memory: 4096, passes: 2, lanes: 5 };
            let inputs = Inputs { password: b"password", salt: b"saltsalt", ..Inputs::default() };
            assert_eq!(tag(&parameters, inputs, 1), tag(&parameters, inputs, 4));
        }
    }
}

/// Whatever instructions this processor has, the plain words say what is right.
#[test]
fn compressions_agree() {
    let mut all: Vec<(&str, Compress)> = vec![compression()];
    #[cfg(target_arch = "x86_64")]
    all.extend(super::simd::compressions());
    let block = |seed: u64| Block(std::array::from_fn(|i| (i as u64 + seed).wrapping_pow(13)));
    for (_, candidate) in all {
        for fold in [false, true] {
            let (mut expected, mut found) = (block(3), block(3));
            compress(&block(1), &block(2), &mut expected, fold);
            candidate(&block(1), &block(2), &mut found, fold);
            assert_eq!(expected.0, found.0);
        }
    }
}

fn tag(parameters: &Parameters, inputs: Inputs<'_>, threads: usize) -> String {
    let mut memory = vec![Block::ZERO; parameters.blocks()];
    let mut tag = [0; 32];
    let threads = NonZero::new(threads).unwrap_or(NonZero::<usize>::MIN);
    hash(parameters, inputs, &mut memory, threads, &mut tag);
    tag.iter().map(|byte| format!("{byte:02x}")).collect()
}
