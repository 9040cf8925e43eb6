//! Memory, threads and matrix products.
//!
//! Knows rows and numbers, and nothing of what they mean. Everything here gives the same bits for any number of threads:
//! work is cut into blocks whose borders do not depend on who computes them, and no sum crosses a border.
//!
//! | module | what it holds |
//! |---|---|
//! | [`pool`] | worker threads that flush denormal numbers to zero |
//! | [`par`] | cutting rows into blocks and running them on the pool |
//! | [`conv`] | convolutions: forward, the gradient of their weights, pooling |
//! | [`product`] | x·wᵀ and dzᵀ·x |
//! | [`cholesky`] | symmetric systems of equations |
//! | [`orthogonal`] | a matrix near another one, with orthonormal rows |
//! | [`matrix`] | owned rows that are reused from batch to batch |
//! | [`memory`] | what the process has taken at most |
//! | [`peak`] | how fast the machine multiplies and adds at most |

pub mod cholesky;
pub mod conv;
pub mod matrix;
pub mod memory;
pub mod orthogonal;
pub mod par;
pub mod pool;
mod simd;

pub use matrix::{Matrix, Shelf};
pub use orthogonal::Orthogonalizer;
pub use pool::{Pool, PoolError};
pub use simd::gradient;
pub use simd::half::Bf16;
pub use simd::peak;
pub use simd::product;
pub use simd::rounded::{Precision, Rounded};
