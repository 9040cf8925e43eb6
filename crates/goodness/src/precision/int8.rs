//! # 8 bits forward
//!
//! z = s_x s_w (q(x̂) · q(W)ᵀ) + b: every row of x̂ and of W has one step s = max|·| / 127, and q counts steps, rounded, from −127
//! to 127. The sum of whole numbers is exact. Gradients are those of `bf16`.

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
