//! One step, unit by unit: what a network computes between reading a sample and having learned it.
//!
//! Units are visited one at a time and know of one another only through the goodness of their layer, one number a
//! label. So it does not matter where a unit's weights are while the others are visited: in memory, or in flash.

use crate::precision::{Precision, Reads};
use crate::row::{Row, Unit};
use crate::rule::Rule;
use crate::sample::Value;
use goodness_core::Rng;

/// A sample on its way through the network.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'a, X, S> {
    pub(crate) x: &'a [X],
    pub(crate) scale: S,
}

/// Memory of one step; every label is looked at, so all of it is per label.
#[derive(Debug)]
pub(crate) struct Work<W: Precision, const FIRST: usize, const SECOND: usize, const CLASSES: usize> {
    /// The sample's part of z, for each unit of the first layer.
    z: [W::Number; FIRST],
    /// Activities of the first layer, then what the second layer sees of them.
    x: [[W::Activity; FIRST]; CLASSES],
    /// Activities of the second layer.
    h: [[W::Activity; CLASSES]; SECOND],
    squares: [W::Squares; CLASSES],
    /// Goodness of the first layer, and of both together.
    pub(crate) g: [[W::Number; CLASSES]; 2],
    dg: [W::Number; CLASSES],
}

impl<W: Precision, const FIRST: usize, const SECOND: usize, const CLASSES: usize> Work<W, FIRST, SECOND, CLASSES> {
    pub(crate) const BLANK: Self = Self {
        z: [W::ZERO; FIRST],
        x: [[W::SILENCE; FIRST]; CLASSES],
        h: [[W::SILENCE; CLASSES]; SECOND],
        squares: [W::NO_SQUARES; CLASSES],
        g: [[W::ZERO; CLASSES]; 2],
        dg: [W::ZERO; CLASSES],
    };

    /// Forgets the sample before.
    pub(crate) fn open(&mut self) {
        self.squares = [W::NO_SQUARES; CLASSES];
    }

    /// Unit `j` of the first layer looks at a sample: its product once, then every label by that label's weight.
    pub(crate) fn look<X: Value, const INPUTS: usize>(
        &mut self,
        j: usize,
        row: &Row<W, INPUTS, CLASSES>,
        seen: Seen<'_, X, W::Scale>,
        code: u8,
    ) where
        W: Reads<X>,
    {
        self.z[j] = W::image(&row.inputs, seen.x, seen.scale);
        for (k, weight) in row.code.iter().enumerate() {
            let h = W::activity(self.z[j], *weight, code, row.bias);
            self.squares[k] = W::add_square(self.squares[k], h);
            self.x[k][j] = h;
        }
    }

    /// When all units have looked: the layer's goodness, and what the next layer sees.
    pub(crate) fn close(&mut self) {
        for k in 0..CLASSES {
            self.g[0][k] = W::goodness(self.squares[k], FIRST);
            W::normalize(&mut self.x[k], self.squares[k]);
        }
        self.g[1] = self.g[0];
    }

    /// The second layer looks at what the first one saw.
    pub(crate) fn look_second(&mut self, units: &[Unit<W, FIRST>; SECOND]) {
        self.open();
        for (unit, h) in units.iter().zip(&mut self.h) {
            for ((h, x), squares) in h.iter_mut().zip(&self.x).zip(&mut self.squares) {
                *h = W::activity(W::product(&unit.inputs, x), W::WEIGHT, 0, unit.bias);
                *squares = W::add_square(*squares, *h);
            }
        }
        for k in 0..CLASSES {
            self.g[1][k] = W::add(self.g[0][k], W::goodness(self.squares[k], SECOND));
        }
    }

    /// Sets the slopes of layer `layer`'s loss; the goodness of the layers below it counts too, as a constant.
    pub(crate) fn judge(&mut self, layer: usize, label: u8, rule: &Rule) {
        W::loss_slopes(&self.g[layer], label, rule.temperature, &mut self.dg);
    }

    /// Unit `j` of the first layer learns; whether it spoke for the true label.
    pub(crate) fn teach<X: Value, const INPUTS: usize>(
        &self,
        j: usize,
        row: &mut Row<W, INPUTS, CLASSES>,
        seen: Seen<'_, X, W::Scale>,
        rule: &Rule,
        share: W::Number,
        rng: &mut Rng,
    ) where
        W: Reads<X>,
    {
        let bias = row.bias;
        let mut all = W::ZERO;
        for (weight, dg) in row.code.iter_mut().zip(&self.dg) {
            let slope = W::slope(*dg, W::activity(self.z[j], *weight, rule.code, bias), share);
            if slope != W::ZERO {
                W::step_code(weight, slope, rule.code, rng);
                all = W::add(all, slope);
            }
        }
        if all != W::ZERO {
            W::step_bias(&mut row.bias, all);
            W::step_image(&mut row.inputs, seen.x, seen.scale, all, rng);
        }
    }

    /// The second layer learns.
    pub(crate) fn teach_second(&self, units: &mut [Unit<W, FIRST>; SECOND], rule: &Rule, rng: &mut Rng) {
        let share = W::share(rule.rates[1], SECOND);
        for (unit, h) in units.iter_mut().zip(&self.h) {
            let slopes: [W::Number; CLASSES] = core::array::from_fn(|k| W::slope(self.dg[k], h[k], share));
            if slopes.iter().any(|slope| *slope != W::ZERO) {
                let all = slopes.iter().fold(W::ZERO, |all, slope| W::add(all, *slope));
                W::step_bias(&mut unit.bias, all);
                W::step_hidden(&mut unit.inputs, &slopes, &self.x, rng);
            }
        }
    }

    /// The first layer whose goodness is no longer a finite number.
    pub(crate) fn diverged(&self) -> Option<usize> {
        self.g.iter().position(|g| g.iter().any(|g| !W::is_finite(*g)))
    }

    /// Whether unit `j` of the first layer put out anything for `label`.
    pub(crate) fn spoke(&self, j: usize, label: u8) -> bool {
        self.x[usize::from(label)][j] > W::SILENCE
    }

    /// Whether unit `j` of the second layer put out anything for `label`.
    pub(crate) fn spoke_second(&self, j: usize, label: u8) -> bool {
        self.h[j][usize::from(label)] > W::SILENCE
    }
}
