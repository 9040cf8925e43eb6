//! # 16 bits
//!
//! z = r(x̂) r(W)ᵀ + b and ∂L/∂W = r(dz)ᵀ r(x̂), where r rounds to the nearest number with 8 bits of precision and the range of
//! 32-bit numbers (bfloat16), ties to even. Sums are of 32 bits; the weights that learn are not rounded.
//!
//! In convolutions of 3 × 3 places that go by tiles, r rounds the points of tiles and weights instead, and errors are five times
//! those of rounded operands; where the processor has no products of halves, it rounds nothing there.

use goodness_core::catalogue::{Entry, Info};
use goodness_engine::Precision;

pub(super) const ENTRY: Entry<Precision> = Entry {
    info: Info {
        name: "bf16",
        summary: "operands rounded to 8 bits of precision, with the range of 32-bit numbers",
        source: "Kalamkar et al. 2019 (arXiv 1905.12322)",
        params: &[],
    },
    build: |_| Box::new(Precision::Bf16),
};
