//! Collaboration: which other layers' goodness a layer's loss counts besides its own.
//!
//! Layer i is asked for g_i + γ_i instead of g_i, with γ_i = Σ_{j≠i} w_ij · g_j: for pairs p = σ(g_i + γ_i − θ)  (Lorberbom
//! and others 2024, arXiv 2305.12393). What others have settled already need not be learned again. γ is a constant: its
//! derivative is not taken, so nothing flows from layer to layer but numbers of goodness, upwards or downwards. Where
//! goodness is one number a class, so is γ: the logits of the layers add up.
//!
//! Layers that wait for their turn are not passed and do not count; frozen ones do. What is reported of a layer is its own
//! goodness. A collaboration is added by one new file here and its line in [`CATALOGUE`].

mod all;
mod below;
mod none;

pub use all::All;
pub use below::Below;
pub use none::NoCollaboration;

use goodness_core::catalogue::Entry;

/// How much layers count for one another.
pub trait Collaboration: Send + Sync {
    /// What the goodness of layer number `other` is multiplied by in the loss of layer number `own`, which
    /// is never the same; 0: it does not count. A layer above is asked what it says before anybody learns from the batch, one below what it has just said.
    fn weight(&self, own: usize, other: usize) -> f32;
}

/// Every collaboration there is.
pub const CATALOGUE: &[Entry<dyn Collaboration>] = &[none::ENTRY, below::ENTRY, all::ENTRY];
