#![allow(unsafe_code, missing_docs, clippy::unwrap_used)]
use goodness_core::Rng;
use goodness_engine::conv::{self, Convolution, Map, Window};
use goodness_engine::gradient::Packs;
use goodness_engine::{Matrix, Pool, Precision, Rounded, peak};
unsafe extern "C" {
    fn clock() -> i64;
}
fn cpu() -> f64 {
    unsafe { clock() as f64 * 1e-6 }
}
fn random(rows: usize, width: usize, seed: u64) -> Matrix {
    let mut rng = Rng::keyed(seed, 0, 0);
    Matrix::from_vec((0..rows * width).map(|_| rng.normal()).collect(), rows, width)
}
fn main() {
    let threads: usize = std::env::args().nth(1).unwrap().parse().unwrap();
    let filter = std::env::args().nth(2).unwrap_or_default();
    let pool = Pool::new(threads).unwrap();
    let best = |work: &mut (dyn FnMut() + Send)| {
        pool.run(|| {
            let (mut w, mut c) = (f64::MAX, f64::MAX);
            work();
            let end = std::time::Instant::now() + std::time::Duration::from_millis(700);
            while std::time::Instant::now() < end {
                let (s, p) = (std::time::Instant::now(), cpu());
                work();
                w = w.min(s.elapsed().as_secs_f64());
                c = c.min(cpu() - p);
            }
            (w, c)
        })
    };
    let (mut w, mut c) = (0.0f64, 0.0f64);
    let t = threads as f64;
    let mut ops = 0u64;
    let (pw, pc) = best(&mut || {
        ops = peak::multiply_adds(200000) * threads as u64;
        rayon_each();
    });
    fn rayon_each() {}
    let _ = (pw, pc);
    let one = peak::multiply_adds(200000) as f64;
    for _ in 0..20 {
        let (s, p) = (std::time::Instant::now(), cpu());
        peak::multiply_adds(200000);
        w = w.max(one / s.elapsed().as_secs_f64());
        c = c.max(one / (cpu() - p));
    }
    println!("peak 1 thread: wall {:.0} cpu {:.0}", w * 1e-9, c * 1e-9);
    for (ch, side) in [(64, 32), (128, 16), (256, 8)] {
        let of = Convolution::fit(
            Map { height: side, width: side, channels: ch, blocks: 1 },
            Window { side: 3, stride: 1, padding: 1, groups: 1 },
            (ch, 1),
        )
        .unwrap();
        let (x, wt, dz) =
            (random(128, of.own().numbers(), 1), random(ch, of.inputs(), 2), random(128, of.own().numbers(), 3));
        let flops = 2.0 * (128 * of.own().numbers() * of.inputs()) as f64;
        for p in [Precision::F32, Precision::Bf16] {
            for fw in [true, false] {
                let name = format!("{ch} {p:?} {}", if fw { "forward" } else { "gradient" });
                if !name.contains(&filter) {
                    continue;
                }
                let (mut r, mut k) = (Rounded::default(), Packs::default());
                let mut out = if fw { x.clone() } else { wt.clone() };
                let (sw, sc) = best(&mut || {
                    if fw {
                        conv::forward(&of, p, x.rows(), wt.rows(), &mut r, out.rows_mut())
                    } else {
                        conv::gradient(&of, p, (dz.rows(), x.rows()), &mut k, out.rows_mut())
                    }
                });
                let full = c * if p == Precision::F32 { 1.0 } else { 2.0 };
                println!(
                    "{name:24} wall {:5.0} GF/s  cpu {:5.0} a thread = {:.1} % of peak",
                    flops / sw * 1e-9,
                    flops / sc * 1e-9,
                    100.0 * flops / sc / full
                );
                let _ = t;
                if !fw {
                    let of = Convolution::fit(
                        Map { height: side, width: side, channels: ch, blocks: 1 },
                        Window { side: 1, stride: 1, padding: 0, groups: 1 },
                        (ch, 1),
                    )
                    .unwrap();
                    let mut out = random(ch, ch, 1);
                    let (_, c1) = best(&mut || conv::gradient(&of, p, (dz.rows(), x.rows()), &mut k, out.rows_mut()));
                    let c = (sc - c1) * 9.0 / 8.0;
                    println!(
                        "   1x1 {:.2} ms, 3x3 {:.2} ms: pack {:.2} ms, compute {:.2} ms = {:.1} % of peak",
                        c1 * 1e3,
                        sc * 1e3,
                        (sc - c) * 1e3,
                        c * 1e3,
                        100.0 * flops / c / full
                    );
                }
            }
        }
    }
}
