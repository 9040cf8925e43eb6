//! The table of memory in `docs/edge.md` is that of the types.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use goodness_edge::Net;
use goodness_edge::flash::Sliced;

/// Bytes of a digit network in each precision.
const fn bytes<const A: usize, const B: usize>() -> [usize; 3] {
    [
        Net::<f32, 784, A, B, 10>::TRAIN_BYTES,
        Net::<i16, 784, A, B, 10>::TRAIN_BYTES,
        Net::<i8, 784, A, B, 10>::TRAIN_BYTES,
    ]
}

#[test]
fn every_row_is_what_the_types_say() {
    let row = |name: &str, [f32, i16, i8]: [usize; 3]| format!("| {name} | {f32} | {i16} | {i8} |");
    let mut rows = vec![
        row("784-16-16", bytes::<16, 16>()),
        row("784-32-32", bytes::<32, 32>()),
        row("784-64-64", bytes::<64, 64>()),
        row("784-128-128", bytes::<128, 128>()),
    ];
    let sliced = [
        Sliced::<f32, 784, 32, 32, 10, 2>::TRAIN_BYTES,
        Sliced::<i16, 784, 32, 32, 10, 2>::TRAIN_BYTES,
        Sliced::<i8, 784, 32, 32, 10, 2>::TRAIN_BYTES,
    ];
    rows.push(row("784-32-32 in flash, 2 units at a time", sliced));
    let sliced = [
        Sliced::<f32, 784, 32, 32, 10, 4>::TRAIN_BYTES,
        Sliced::<i16, 784, 32, 32, 10, 4>::TRAIN_BYTES,
        Sliced::<i8, 784, 32, 32, 10, 4>::TRAIN_BYTES,
    ];
    rows.push(row("784-32-32 in flash, 4 units at a time", sliced));
    let page = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/edge.md")).unwrap();
    let missing: Vec<_> = rows.iter().filter(|row| !page.contains(*row)).collect();
    assert!(missing.is_empty(), "docs/edge.md lacks these rows:\n{}", rows.join("\n"));
}
