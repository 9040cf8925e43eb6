//! # 16 bits
//!
//! z = r(x̂) r(W)ᵀ + b and ∂L/∂W = r(dz)ᵀ r(x̂), where r rounds to the nearest number with 8 bits of precision and the range of
//! 32-bit numbers (bfloat16), ties to even. Sums are of 32 bits; the weights that learn are not rounded. Cost: a pass over both
//! operands, to round them.
//!
//! In convolutions of 3 × 3 places that go by tiles, r rounds the points of tiles and weights instead, and errors are five times
//! those of rounded operands; where the processor has no products of halves, it rounds nothing there.
//!
//! ```
//! use goodness::core::{Rows, RowsMut};
//! use goodness::engine::{Precision, Rounded, product};
//! // Between 256 and 512 every second whole number has 8 bits.
//! let (x, w, mut z) = (Rows::new(&[257.5, 3.0], 1, 2), Rows::new(&[1.0, 2.0], 1, 2), [0.0]);
//! product::forward_rounded(Precision::Bf16, x, w, &mut Rounded::default(), RowsMut::new(&mut z, 1, 1));
//! assert_eq!(z, [258.0 + 6.0]);
//! ```

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
