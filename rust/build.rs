//! Tells the crate which Python it is built for, as PyO3 tells its own.
fn main() {
    pyo3_build_config::use_pyo3_cfgs();
}
