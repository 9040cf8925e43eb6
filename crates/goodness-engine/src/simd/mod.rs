//! The only folder with `unsafe`: what the compiler cannot check, each block with its reason.
#![allow(unsafe_code)]

pub(crate) mod denormals;
pub mod peak;
pub mod product;
