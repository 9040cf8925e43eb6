//! Worker threads.

use crate::simd::denormals;

/// A fixed number of threads that compute, all with denormal numbers flushed to zero: products with them are a hundred
/// times slower, and saturated gradients are full of them.
#[derive(Debug)]
pub struct Pool {
    threads: rayon::ThreadPool,
}

/// The system would not start the threads.
#[derive(Debug, thiserror::Error)]
#[error("could not start {threads} worker threads: {reason}")]
pub struct PoolError {
    /// How many were asked for.
    pub threads: usize,
    /// What the system said.
    pub reason: String,
}

impl Pool {
    /// Starts `threads` threads; 0 means one for each core.
    ///
    /// # Errors
    /// [`PoolError`] when the system refuses them.
    pub fn new(threads: usize) -> Result<Self, PoolError> {
        let builder = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .thread_name(|i| format!("goodness-{i}"))
            .start_handler(|_| denormals::flush_to_zero());
        match builder.build() {
            Ok(pool) => Ok(Self { threads: pool }),
            Err(e) => Err(PoolError { threads, reason: e.to_string() }),
        }
    }

    /// How many threads there are.
    pub fn threads(&self) -> usize {
        self.threads.current_num_threads()
    }

    /// Runs `work` on the pool; products and blocks inside it use all threads.
    pub fn run<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        self.threads.install(work)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hint::black_box;

    #[test]
    fn every_thread_flushes_denormals() {
        let pool = Pool::new(3).unwrap();
        assert_eq!(pool.threads(), 3);
        let halves = pool.threads.broadcast(|_| black_box(f32::MIN_POSITIVE) * black_box(0.5));
        assert_eq!(halves, [0.0; 3]);
        let read_as_zero = pool.threads.broadcast(|_| black_box(f32::from_bits(1)) * black_box(1e30));
        assert_eq!(read_as_zero, [0.0; 3]);
    }
}
