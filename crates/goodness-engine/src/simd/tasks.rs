//! Cutting a matrix into tasks.

use std::ops::Range;

/// Runs `work(rows, columns)` for every block of a grid, on all threads of the pool it is called from: blocks of the same
/// columns follow each other.
pub(super) fn grid(
    (rows, height): (usize, usize),
    (columns, width): (usize, usize),
    work: &(impl Fn(Range<usize>, Range<usize>) + Sync),
) {
    let (down, across) = (rows.div_ceil(height), columns.div_ceil(width));
    each(0..down * across, &|task| {
        let (row, column) = (task % down * height, task / down * width);
        work(row..rows.min(row + height), column..columns.min(column + width));
    });
}

/// Runs `work(task)` for every task, on all threads of the pool it is called from.
pub(super) fn each(tasks: Range<usize>, work: &(impl Fn(usize) + Sync)) {
    if tasks.len() > 1 {
        let middle = tasks.start + tasks.len() / 2;
        rayon::join(|| each(tasks.start..middle, work), || each(middle..tasks.end, work));
    } else {
        tasks.for_each(work);
    }
}
