//! # 8 bits forward
//!
//! z = s_x s_w (q(x̂) · q(W)ᵀ) + b: every row of x̂ and of W has one step s = max|·| / 127, and q counts steps, rounded, from
//! −127 to 127. The sum of whole numbers is exact. Gradients are those of `bf16`. Cost: two passes over both operands, one for
//! the steps and one to round them.
//!
//! ```
//! use goodness::core::{Rows, RowsMut};
//! use goodness::engine::{Precision, Rounded, product};
//! // Steps of 1 and of 2.
//! let (x, w, mut z) = (Rows::new(&[127.0, 3.4], 1, 2), Rows::new(&[254.0, 10.0], 1, 2), [0.0]);
//! product::forward_rounded(Precision::Int8, x, w, &mut Rounded::default(), RowsMut::new(&mut z, 1, 1));
//! assert_eq!(z, [2.0 * (127.0 * 127.0 + 3.0 * 5.0)]);
//! ```

use goodness_core::catalogue::{Entry, Info};
use goodness_engine::Precision;

pub(super) const ENTRY: Entry<Precision> = Entry {
    info: Info {
        name: "int8",
        summary: "forward in whole numbers of 8 bits, one step a row; gradients as in bf16",
        source: "Jacob et al. 2018 (arXiv 1712.05877), with one scale a row",
        params: &[],
    },
    build: |_| Box::new(Precision::Int8),
};
