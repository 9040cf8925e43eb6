//! A folder of pictures takes about as much memory while it is read as the set takes in the end.
#![allow(clippy::unwrap_used)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

use goodness::data::load_train;
use image::{GrayImage, Luma};

/// Knows how many bytes are in use, and how many were at most.
struct Watching;

static USED: AtomicUsize = AtomicUsize::new(0);
static MOST: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call goes to the system's allocator unchanged.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = USED.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        MOST.fetch_max(used, Ordering::Relaxed);
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Watching = Watching;

#[test]
fn pictures_join_the_set_block_by_block() {
    let home = tempfile::tempdir().unwrap();
    for i in 0..800 {
        let class = home.path().join(["a", "b"][i % 2]);
        std::fs::create_dir_all(&class).unwrap();
        GrayImage::from_pixel(64, 64, Luma([i as u8])).save(class.join(format!("{i}.png"))).unwrap();
    }
    let before = USED.load(Ordering::Relaxed);
    MOST.store(before, Ordering::Relaxed);
    let set = load_train(home.path().to_str().unwrap()).unwrap();
    let (own, most) = (set.len() * set.shape().features(), MOST.load(Ordering::Relaxed) - before);
    assert_eq!(own, 720 * 64 * 64);
    assert!((0..720).all(|row| set.row(row)[0] % 2 == set.label(row)), "a label is another picture's");
    assert!(most < own * 3 / 2, "{most} bytes in use for a set of {own}");
}
