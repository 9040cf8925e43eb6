//! A training step allocates nothing after the first batches, but for the packing scratch of the matrix-product crate and
//! the lists of who waits for a packet or for the pool.
//!
//! The allocator of this program looks at who asks: a call counts when our code is on the stack and these are not.
//! (Worker threads that start or end are nobody's step.)
#![allow(clippy::unwrap_used)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use goodness::core::goodness::Goodness;
use goodness::core::{Rows, RowsMut};
use goodness::train::{Event, Flow};
use goodness::{Recipe, Trainer};
use goodness_testkit::toy;

struct Watching;

static WATCH: AtomicBool = AtomicBool::new(false);
static CULPRITS: Mutex<Vec<String>> = Mutex::new(Vec::new());

thread_local! {
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// Notes who allocates, unless it is the note itself.
fn note() {
    if !WATCH.load(Ordering::Relaxed) || INSIDE.with(|inside| inside.replace(true)) {
        return;
    }
    let mut names = Vec::new();
    backtrace::trace(|frame| {
        backtrace::resolve_frame(frame, |symbol| {
            names.push(symbol.name().map(|n| n.to_string()).unwrap_or_default());
        });
        true
    });
    let ours = |name: &&String| name.contains("goodness") && !name.contains("Watching");
    // A queue's list of who waits is made when somebody first does, which may be at any step; stages enter the pool anew for
    // every batch, and its list of what is to be done grows by blocks.
    let others = ["gemm::", "gemm_common::", "mpmc::", "crossbeam_deque::"];
    let scratch = names.iter().any(|name| others.iter().any(|other| name.contains(other)));
    let own: Vec<&str> = names.iter().filter(ours).map(String::as_str).take(4).collect();
    if let (false, false, Ok(mut culprits)) = (scratch, own.is_empty(), CULPRITS.lock()) {
        culprits.push(own.join(" ← "));
    }
    INSIDE.with(|inside| inside.set(false));
}

// SAFETY: every call goes to the system's allocator unchanged.
#[allow(unsafe_code)]
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note();
        // SAFETY: the caller's promises are passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Watching = Watching;

const RECIPES: &[&str] = &[
    "[network]\nlayers = [30, 20, 35, 25, 30]\n[train]\nnegatives = \"hard_label\"\nbatch = 16\nepochs = 1",
    "[network]\nlayers = [40, 30, 20]\nprecision = \"bf16\"\n[train]\nnegatives = \"hard_label\"\nbatch = 16\nepochs = 1",
    "[network]\nlayers = [40, 30]\n[train]\nnegatives = \"hard_label\"\nbatch = 16\nmicro_batch = 6\nepochs = 1",
    "[network]\nlayers = [40, 30]\nprecision = \"int8\"\n[train]\nbatch = 16\nepochs = 1",
    "[data]\nshift = 1\nturn = 5\ncrop = 0.5\npadding = \"edge\"\ncontrast = 0.2\ncutout = 2\n\
     [network]\nlayers = [40, 30]\n[train]\nbatch = 16\nepochs = 1",
    "[network]\nlayers = [40, 30]\noverlay = \"waves\"\n[train]\nnegatives = \"hard_label\"\nbatch = 16\nepochs = 1",
    "[network]\nlayers = [40, 30]\noverlay = \"embedding\"\n[train]\nnegatives = \"hard_label\"\nbatch = 16\nepochs = 1",
    "[network]\nlayers = [40, 30]\n[train]\nnegatives = \"hard_label\"\nbatch = 16\nepochs = 1",
    "[network]\nlayers = [40, 30]\nreadout = \"linear\"\n[train]\npenalty = \"peer_normalization\"\nbatch = 16\nepochs = 1",
    "[network]\nlayers = [40, 30]\nflow = \"recurrent\"\n[train]\nnegatives = \"hard_label\"\nadviser = \"linear\"\nbatch = 16\nepochs = 1",
    "[network]\nlayers = [40, 30, 20]\n[train]\nsimilarity = { name = \"matching\", map = 25 }\nnegatives = \"wrong_label\"\nbatch = 16\nepochs = 1",
    "[network]\nlayers = [40]\n[train]\nplan = \"greedy\"\nnegatives = \"wrong_label\"\nbatch = 16\nepochs = 1",
    "[network]\nlayers = [12, 9, 6]\nconvolutions = [{ side = 3 }, { side = 3, pool = 2 }]\ngoodness = \"class_mean\"\n\
     [train]\nbatch = 16\nepochs = 1",
    "[network]\nlayers = [12, 12, 6]\nconvolutions = [{ side = 3 }, { side = 3, pool = 2 }, { side = 3 }]\ngoodness = \"class_mean\"\nnormalize = \"batch\"\nresidual = \"add\"\n\
     [train]\nbatch = 16\nepochs = 1",
    "[network]\nlayers = [12, 9, 6]\nconvolutions = [{ side = 3 }, { side = 3, pool = 2 }]\ngoodness = \"class_mean\"\n\
     projection = \"linear\"\nview = \"rms\"\nreadout = \"linear\"\n[train]\nsimilarity = { name = \"matching\", map = 7 }\n\
     similarity_view = \"deviation\"\nbatch = 16\nepochs = 1",
    "[network]\nlayers = [12, 9, 6]\nconvolutions = [{ side = 3 }, { side = 3, pool = 2, groups = 3 }, { side = 3 }]\n\
     goodness = \"class_mean\"\n[train]\noptimizer = \"muon\"\nbatch = 16\nepochs = 1",
    "[network]\nlayers = [20, 30, 40]\nresidual = \"concatenate\"\n[train]\ncollaboration = \"all\"\nbatch = 16\nepochs = 1",
];

/// Stages are cut anew after eight batches, so that buffers reach their size later.
const STAGES: &str = "[network]\nlayers = [30, 20, 35, 25]\n[train]\nplan = \"pipelined\"\nnegatives = \"wrong_label\"\nbatch = 4\nepochs = 1";

/// Trains an epoch and returns who allocated between step number `from` and its last step.
fn culprits(recipe: &str, from: usize, prepare: impl Fn(&mut Trainer)) -> Vec<String> {
    let recipe = Recipe::parse("allocations", &format!("name = \"a\"\n{recipe}")).unwrap();
    let mut trainer = Trainer::new(&recipe, toy::pictures(160, 3, 1), toy::pictures(30, 3, 2), 2).unwrap();
    prepare(&mut trainer);
    let watch = |event: Event<'_>| {
        // The first steps get everything to its size; the epoch's end may allocate its record.
        let running = matches!(event, Event::Step { step: (done, of), .. } if done >= from && done < of);
        WATCH.store(running, Ordering::Relaxed);
        Flow::Continue
    };
    trainer.run(watch).unwrap();
    WATCH.store(false, Ordering::Relaxed);
    std::mem::take(&mut CULPRITS.lock().unwrap())
}

/// Mean activity, with a needless copy of every block.
struct Wasteful;

impl Goodness for Wasteful {
    fn score(&self, h: Rows<'_>, g: &mut [f32]) {
        let copy = std::hint::black_box(h.data().to_vec());
        g.iter_mut().zip(copy.chunks(h.width())).for_each(|(g, row)| *g = row.iter().sum());
    }

    fn pull_back(&self, _: Rows<'_>, dg: &[f32], mut dh: RowsMut<'_>) {
        (0..dh.len()).for_each(|r| dh.row_mut(r).fill(dg[r]));
    }

    fn theta(&self, _: usize) -> f32 {
        1.0
    }
}

#[test]
fn a_step_allocates_nothing() {
    for recipe in RECIPES {
        let culprits = culprits(recipe, 2, |_| ());
        assert!(culprits.is_empty(), "{} allocations, such as {:?}", culprits.len(), culprits.first());
    }
    let culprits_of_stages = culprits(STAGES, 20, |_| ());
    assert!(culprits_of_stages.is_empty(), "{culprits_of_stages:?}");
    // The same watch on a member that does allocate, lest it be blind.
    let seen = culprits(RECIPES[0], 2, |trainer| trainer.network_mut().parts.goodness = Box::new(Wasteful));
    assert!(!seen.is_empty());
}
