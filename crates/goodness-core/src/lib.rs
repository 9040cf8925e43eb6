//! Every formula of Forward-Forward learning, on plain slices.
//!
//! This crate is the single truth for every processor that runs the method: the library on a desktop calls these
//! functions and so does a microcontroller. It is `no_std`, allocates nothing, depends on nothing and has no `unsafe`.
//! The default feature `std` adds the [catalogues](catalogue), which box members by name, and the processor's own
//! square root.
//!
//! One idea is one folder, one member is one file:
//!
//! | folder | question it answers |
//! |---|---|
//! | [`goodness`] | how good is a row of activities? |
//! | [`loss`] | how far are two goodnesses from where they should be? |
//! | [`class_loss`] | how far is the true class from winning? |
//! | [`negatives`] | which wrong label does a row get? |
//! | [`image_negatives`] | how is an image spoilt? |
//! | [`overlay`] | how is a label written into an input? |
//! | [`activation`] | what does a unit put out? |
//! | [`normalize`] | what does the next layer see? |
//! | [`projection`] | what is goodness read through? |
//! | [`similarity`] | how alike should two samples look to a layer? |
//! | [`penalty`] | what else should a layer care about? |
//! | [`optim`] | how does a weight follow its gradient? |
//! | [`schedule`] | how does the rate change while training goes on? |
//! | [`init`] | where do weights start? |
//! | [`view`] | what is seen of a layer's maps? |
#![cfg_attr(not(feature = "std"), no_std)]
#![forbid(unsafe_code)]

pub mod activation;
#[cfg(feature = "std")]
pub mod catalogue;
pub mod class_loss;
pub mod goodness;
pub mod grid;
pub mod image_negatives;
pub mod init;
pub mod loss;
pub mod math;
pub mod negatives;
pub mod normalize;
pub mod optim;
pub mod overlay;
pub mod penalty;
pub mod projection;
pub mod rng;
pub mod rows;
pub mod schedule;
pub mod similarity;
pub mod view;

pub use rng::Rng;
pub use rows::{Rows, RowsMut};
