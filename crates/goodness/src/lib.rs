//! Trains neural networks by Hinton's Forward-Forward algorithm: two forward passes, one on positive and one on negative
//! data, every layer learning by itself to give high *goodness* to the first and low to the second. No backward pass,
//! no tape, no gradient across a layer.
//!
//! ```no_run
//! use goodness::{Recipe, Trainer, data, train::Flow};
//!
//! let recipe = Recipe::load_with("mnist", &["train.epochs=2".to_string()])?;
//! let (train, validation) = data::load_train("mnist")?.split_tail(10_000)?;
//! let mut trainer = Trainer::new(&recipe, train, validation, 0)?;
//! trainer.run(|_| Flow::Continue)?;
//! assert!(trainer.validation_error() < 0.05);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Where things are
//!
//! | module | what it holds |
//! |---|---|
//! | [`recipe`] | experiments as TOML |
//! | [`data`] | images with labels |
//! | [`train`] | the epoch loop and the step; [`Trainer`] |
//! | [`network`], [`layer`], [`flow`], [`residual`], [`readout`], [`precision`] | what is trained |
//! | [`plan`], [`collaboration`] | which layers learn when, and what they count of one another |
//! | [`follow`] | how weights follow their gradients |
//! | [`model`], [`run`], [`report`], [`files`] | what is left behind |
//! | [`sweep`] | many trials of a recipe |
//! | [`catalogue`] | every member of every family |
//! | [`mod@bench`] | what the machine can do, and what is made of it |
//! | [`core`] | every formula |
//! | [`engine`] | memory, threads, matrix products |
//!
//! # Your own goodness, loss or negatives
//!
//! Implement the trait and put it into the trainer:
//!
//! ```
//! use goodness::core::{goodness::Goodness, math, Rows, RowsMut};
//!
//! /// g = Σ ln(1 + h²): the louder a unit is, the less it counts to be louder still.
//! struct LogOfSquares;
//!
//! impl Goodness for LogOfSquares {
//!     fn score(&self, h: Rows<'_>, g: &mut [f32]) {
//!         g.iter_mut().zip(h.iter()).for_each(|(g, row)| *g = row.iter().map(|h| math::ln(1.0 + h * h)).sum());
//!     }
//!     fn pull_back(&self, h: Rows<'_>, dg: &[f32], mut dh: RowsMut<'_>) {
//!         for (r, row) in h.iter().enumerate() {
//!             dh.row_mut(r).iter_mut().zip(row).for_each(|(d, h)| *d = dg[r] * 2.0 * h / (1.0 + h * h));
//!         }
//!     }
//!     fn theta(&self, width: usize) -> f32 {
//!         width as f32 * std::f32::consts::LN_2 // that of units at 1
//!     }
//! }
//!
//! # use goodness::{Recipe, Trainer, data::{Dataset, Shape}, train::Flow};
//! # let shape = Shape { height: 4, width: 5, channels: 1 };
//! # let set = |n: usize| Dataset::new("toy", (0..n * 20).map(|i| (i * 37) as u8).collect(),
//! #     (0..n).map(|i| (i % 2) as u8).collect(), 2, shape).unwrap();
//! # let text = "name = 'toy'\n[network]\nlayers = [8]\n[train]\nepochs = 1\nbatch = 4";
//! let recipe = Recipe::parse("toy", text)?;
//! let mut trainer = Trainer::new(&recipe, set(16), set(4), 1)?;
//! trainer.network_mut().parts.goodness = Box::new(LogOfSquares);
//! trainer.run(|_| Flow::Continue)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

/// The README's example is a test.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

pub mod bench;
mod build;
pub mod catalogue;
mod channels;
pub mod collaboration;
pub mod data;
pub mod files;
pub mod flow;
pub mod follow;
mod head;
pub mod hierarchy;
mod joint;
pub mod layer;
mod lift;
pub mod model;
pub mod network;
pub mod plan;
pub mod precision;
pub mod readout;
pub mod recipe;
mod recurrent;
pub mod report;
pub mod residual;
pub mod run;
mod scaling;
pub mod sweep;
pub mod train;
mod whitening;

pub use goodness_core as core;
pub use goodness_engine as engine;

pub use model::Model;
pub use network::Network;
pub use recipe::Recipe;
pub use train::Trainer;
