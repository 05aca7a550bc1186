//! Many calls in one JSON document, and their answers in another. The bodies of both are texts that are
//! carried, not read.
pub mod document;
pub mod envelope;
pub mod lookup;
pub mod scan;
