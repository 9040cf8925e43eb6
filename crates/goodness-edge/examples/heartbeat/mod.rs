//! Made-up heartbeats: five bumps a beat, as in McSharry et al. 2003 ("A dynamical model for generating synthetic
//! electrocardiogram signals"), whose places, heights and widths these are; the beat is their sum along the angle rather
//! than an integrated path. Synthetic through and through: what is measured on them says nothing about patients.

use goodness_core::{Rng, math};

/// Values of a beat, one turn of the heart.
pub(crate) const VALUES: usize = 128;

/// P, Q, R, S, T: angle in radians, height in millivolts, width in radians.
const BUMPS: [[f32; 3]; 5] =
    [[-1.222, 0.15, 0.25], [-0.262, -0.10, 0.10], [0.0, 1.0, 0.10], [0.262, -0.15, 0.10], [1.745, 0.30, 0.40]];

/// What kind of beat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Beat {
    /// As most are.
    Normal,
    /// From a ventricle, too early: no P, a wide QRS, T the other way up.
    Ventricular,
    /// Without its P.
    NoP,
    /// T the other way up.
    TurnedT,
    /// The stretch from S to T raised.
    RaisedSt,
}

/// The kinds that are not normal.
pub(crate) const UNUSUAL: [Beat; 4] = [Beat::Ventricular, Beat::NoP, Beat::TurnedT, Beat::RaisedSt];

/// Beat `index` of heart `seed`, in microvolts: every heart has bumps of its own, every beat is a little different, with
/// a drifting baseline and noise.
pub(crate) fn beat(seed: u64, index: u64, kind: Beat) -> [i16; VALUES] {
    let (mut heart, mut rng) = (Rng::keyed(seed, 101, 0), Rng::keyed(seed, 102, index));
    let mut bumps = BUMPS;
    for [angle, height, width] in &mut bumps {
        *angle += 0.05 * heart.normal() + 0.015 * rng.normal();
        *height *= 1.0 + 0.15 * heart.normal() + 0.05 * rng.normal();
        *width *= 1.0 + 0.10 * heart.normal() + 0.03 * rng.normal();
    }
    change(&mut bumps, kind);
    let raised = if kind == Beat::RaisedSt { 0.15 } else { 0.0 };
    let (drift, phase) = (0.05 * rng.normal(), 6.0 * rng.unit());
    core::array::from_fn(|i| {
        let at = core::f32::consts::TAU * (i as f32 / VALUES as f32 - 0.5);
        let bump = |[angle, height, width]: &[f32; 3]| {
            let off = (at - angle) / width;
            height * math::exp(-0.5 * off * off)
        };
        let st = if at > 0.35 && at < 1.4 { raised } else { 0.0 };
        let wander = drift * (at + phase - 3.0) / 3.0;
        (1000.0 * (bumps.iter().map(bump).sum::<f32>() + st + wander + 0.015 * rng.normal())) as i16
    })
}

fn change([p, q, r, s, t]: &mut [[f32; 3]; 5], kind: Beat) {
    match kind {
        Beat::Normal | Beat::RaisedSt => {}
        Beat::NoP => p[1] = 0.0,
        Beat::TurnedT => t[1] = -t[1],
        Beat::Ventricular => {
            (p[1], q[1], t[1]) = (0.0, 0.0, -1.3 * t[1]);
            (r[2], s[2]) = (2.5 * r[2], 2.0 * s[2]);
        }
    }
}
