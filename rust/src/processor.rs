//! What the code of this crate finds at run time: the processor's instructions, and who takes which.
use crate::hashing::{argon2, pbkdf2, scrypt};
use crate::text::scan;

type Feature = (&'static str, bool);

/// The instructions that this crate or its dependencies make use of, and whether they are there.
#[cfg(target_arch = "x86_64")]
pub fn features() -> Vec<Feature> {
    vec![
        ("avx2", is_x86_feature_detected!("avx2")),
        ("avx512f", is_x86_feature_detected!("avx512f")),
        ("avx512vl", is_x86_feature_detected!("avx512vl")),
        ("sha", is_x86_feature_detected!("sha")),
        ("sse4.1", is_x86_feature_detected!("sse4.1")),
    ]
}

#[cfg(target_arch = "aarch64")]
pub fn features() -> Vec<Feature> {
    use std::arch::is_aarch64_feature_detected;
    vec![
        ("neon", is_aarch64_feature_detected!("neon")),
        ("sha2", is_aarch64_feature_detected!("sha2")),
    ]
}

#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
pub fn features() -> Vec<Feature> {
    Vec::new()
}

/// The instructions that each part takes on this processor, said by the code that chooses.
pub fn chosen() -> [(&'static str, &'static str); 4] {
    [
        ("Argon2", argon2::instructions()),
        ("JSON text", scan::instructions()),
        ("PBKDF2", pbkdf2::instructions()),
        ("scrypt", scrypt::instructions()),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_chosen_is_there() {
        let there: Vec<_> = features().into_iter().filter(|(_, it)| *it).collect();
        for (part, name) in chosen() {
            let known = features().iter().any(|(feature, _)| *feature == name);
            assert!(!known || there.contains(&(name, true)), "{part} takes {name}");
        }
    }
}
