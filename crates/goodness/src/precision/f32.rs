//! # 32 bits
//!
//! Operands are multiplied as they are. Cost: that of the products.

use goodness_core::catalogue::{Entry, Info};
use goodness_engine::Precision;

pub(super) const ENTRY: Entry<Precision> = Entry {
    info: Info { name: "f32", summary: "operands as they are, 32 bits", source: "IEEE 754, binary32", params: &[] },
    build: |_| Box::new(Precision::F32),
};
