//! Forward-Forward training inside a microcontroller: no standard library, no allocation, no gradient buffer, no
//! optimizer state.
//!
//! A layer learns from its own goodness alone, one number a label, so a network needs its weights, one sample and a few
//! activities. [`Net`] keeps the weights in memory, [`flash::Sliced`] a slice of them, and the others in flash.
//!
//! Every wrong label is a negative, weighted by how likely the layer finds it: the loss is the cross-entropy of the
//! goodness of the sample under each label. A label enters behind the inputs, so the sample's product is computed once
//! for all of them, and so is the step: one sum of slopes goes into the weights.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

mod baseline;
pub mod budget;
mod corrupt;
mod error;
pub mod flash;
mod head;
mod health;
mod net;
pub mod network;
pub mod precision;
pub mod row;
mod rule;
pub mod sample;
mod standardizer;
mod verdict;
mod work;

pub use baseline::Baseline;
pub use error::Error;
pub use health::{Health, Symptom};
pub use net::Net;
pub use rule::Rule;
pub use standardizer::Standardizer;
pub use verdict::Verdict;
