//! What the process has taken, and what matrices hold.

use crate::Matrix;

/// Bytes of matrices, by the memory they hold.
pub fn held<'a>(matrices: impl IntoIterator<Item = &'a Matrix>) -> u64 {
    matrices.into_iter().map(|m| (size_of::<f32>() * m.capacity()) as u64).sum()
}

/// The largest resident size that this process ever had, in bytes; `None` where the system does not say.
pub fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// The memory that the machine can still give without swapping, in bytes; `None` where the system does not say.
pub fn available_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = status.lines().find(|line| line.starts_with("MemAvailable:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    #[test]
    fn the_peak_is_at_least_what_was_touched() {
        let block = vec![1u8; 64 << 20];
        assert!(super::peak_bytes().unwrap() > std::hint::black_box(&block).len() as u64);
    }

    #[test]
    fn a_machine_that_runs_this_has_some_left() {
        assert!(super::available_bytes().unwrap() > 1 << 20);
    }
}
