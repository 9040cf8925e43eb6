//! Worker threads.

use std::panic::resume_unwind;
use std::{io, thread};

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

    /// Does `work` with every one of `jobs` at once, each on a new thread outside the pool, where it may wait for what
    /// another does. Returns what they return, in the order of the jobs. What a job computes, it hands to [`run`](Self::run):
    /// the pool's threads never wait for a job, so there may be fewer of them than jobs, and whoever needs all of them has
    /// them.
    ///
    /// # Errors
    /// [`PoolError`] when the system refuses a thread, once the jobs that were started have ended; the others are dropped
    /// unstarted, so that nobody waits for them.
    ///
    /// # Panics
    /// On a thread of this pool, which would be missing there for as long as it waits. When a job panics, once the others
    /// have ended.
    #[track_caller]
    pub fn side_by_side<J: Send, R: Send>(
        &self,
        jobs: Vec<J>,
        work: impl Fn(J) -> R + Sync,
    ) -> Result<Vec<R>, PoolError> {
        let outside = self.threads.current_thread_index().is_none();
        assert!(outside, "jobs that wait for one another were started on a thread of their pool");
        let (work, count) = (&work, jobs.len());
        let ended: io::Result<Vec<_>> = thread::scope(|scope| {
            let start = |job| thread::Builder::new().spawn_scoped(scope, move || work(job));
            let threads: Vec<_> = jobs.into_iter().map(start).collect::<Result<_, _>>()?;
            Ok(threads.into_iter().map(thread::ScopedJoinHandle::join).collect())
        });
        let ended = ended.map_err(|e| PoolError { threads: count, reason: e.to_string() })?;
        Ok(ended.into_iter().map(|came| came.unwrap_or_else(|panic| resume_unwind(panic))).collect())
    }
}

#[cfg(test)]
mod tests {
    use std::hint::black_box;

    use super::*;
    use crate::par;

    #[test]
    fn every_thread_flushes_denormals() {
        let pool = Pool::new(3).unwrap();
        assert_eq!(pool.threads(), 3);
        let halves = pool.threads.broadcast(|_| black_box(f32::MIN_POSITIVE) * black_box(0.5));
        assert_eq!(halves, [0.0; 3]);
        let read_as_zero = pool.threads.broadcast(|_| black_box(f32::from_bits(1)) * black_box(1e30));
        assert_eq!(read_as_zero, [0.0; 3]);
    }

    #[test]
    fn jobs_may_wait_for_one_another_and_need_all_threads_of_a_pool() {
        use std::sync::mpsc::{Receiver, Sender, channel};
        type Job = (Option<u32>, Sender<u32>, Receiver<u32>);
        for threads in 1..=3 {
            let pool = Pool::new(threads).unwrap();
            let (to_second, first) = channel::<u32>();
            let (to_first, second) = channel::<u32>();
            // Each hands on a number after the other has, twenty times, and meets every thread in between.
            let play = |(mut ball, to, from): Job| {
                for _ in 0..20 {
                    let number = ball.take().unwrap_or_else(|| from.recv().unwrap());
                    let mut sums = [0; 40];
                    pool.run(|| {
                        rayon::broadcast(|_| ());
                        par::each_block(40, 3, &mut sums[..], |_, part: &mut [u32]| {
                            part.iter_mut().for_each(|s| *s += 1)
                        });
                    });
                    let _ = to.send(number + sums.iter().sum::<u32>());
                }
                from.recv().ok()
            };
            let jobs: Vec<Job> = vec![(Some(0), to_second, second), (None, to_first, first)];
            assert_eq!(pool.side_by_side(jobs, play).unwrap(), [Some(1600), None], "{threads} threads");
        }
    }

    #[test]
    #[should_panic(expected = "jobs that wait for one another were started on a thread of their pool")]
    fn jobs_that_wait_are_not_started_inside_a_pool() {
        let pool = Pool::new(2).unwrap();
        let _ = pool.run(|| pool.side_by_side(vec![0, 1], |job| job));
    }

    #[test]
    #[should_panic(expected = "one of two")]
    fn a_job_that_panics_ends_the_one_that_waits_for_it() {
        let (to, from) = std::sync::mpsc::sync_channel::<u32>(1);
        let jobs = vec![(Some(to), None), (None, Some(from))];
        let _ = Pool::new(1).unwrap().side_by_side(jobs, |(to, from)| match from {
            Some(from) => from.recv().is_ok(),
            None => panic!("one of two, {}", to.is_some()),
        });
    }
}
