//! The backpropagation twin of a Forward-Forward network: the same layers, initial weights, data, batches, augmentation and
//! optimizer, trained by the gradient of one cross-entropy at the top, carried down through every layer. Written out in
//! closed form, without a tape. It exists to be compared with: the library itself has no function that carries a gradient
//! from one layer to another, and this crate is the one place that does.
//!
//! ```
//! use goodness::{Recipe, data::{Dataset, Shape}, train::Flow};
//! use goodness_backprop::{Choices, Twin};
//!
//! # let shape = Shape { height: 4, width: 5, channels: 1 };
//! # let set = |n: usize| Dataset::new("toy", (0..n * 20).map(|i| (i * 37) as u8).collect(),
//! #     (0..n).map(|i| (i % 2) as u8).collect(), 2, shape).unwrap();
//! let recipe = Recipe::parse("toy", "name = 'toy'\n[network]\nlayers = [8]\n[train]\nepochs = 1\nbatch = 4")?;
//! let mut twin = Twin::new(&recipe, Choices::default(), set(16), set(4), 1)?;
//! let before = twin.network().layers[0].weights.clone();
//! twin.run(|_| Flow::Continue)?;
//! assert_ne!(twin.network().layers[0].weights.data(), before.data());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | what it holds |
//! |---|---|
//! | [`network`] | the layers, their softmax, how a data set is read |
//! | [`pass`] | forward, backward, and what is kept in between |
//! | [`form`] | full storage, gradient accumulation, activation checkpointing |
//! | [`twin`] | the epoch loop |
//! | [`compare`] | both side by side, measured |

pub mod compare;
mod down;
mod error;
pub mod form;
mod learn;
pub mod network;
pub mod pass;
pub mod twin;

pub use error::TwinError;
pub use form::Form;
pub use network::TwinNetwork;
pub use twin::{Choices, Twin};
