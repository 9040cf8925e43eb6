//! Reading images: a label sweep, and one neutral pass, against a plain pass that reads nothing off.

use goodness_core::RowsMut;
use goodness_engine::{Matrix, Pool, Rounded, par};

use super::work::{Contender, Net, in_turn, noise, random, seconds};
use super::{BenchError, Measurement, Row, Settings};
use crate::Network;
use crate::layer::{Input, Layer};

pub(super) const MEASUREMENT: Measurement =
    Measurement { name: "inference", summary: "reading images, times the time of one plain pass of them", run };

/// Images read at a time: what a data set is read in.
const IMAGES: usize = 1000;
const ROWS: usize = 32;

fn run(settings: &Settings) -> Result<Vec<Row>, BenchError> {
    let mut rows = Vec::new();
    for net in [Net::new(1, 2000, 100), Net::new(2, 1000, 100), Net::new(3, 1000, 100)] {
        let one_pass = Net { readout: "{ name = \"linear\", from = 1 }", ..net.clone() };
        let (sweep, neutral) = (net.trainer(settings.threads)?, one_pass.trainer(settings.threads)?);
        let (pool, data) = (sweep.pool(), noise(IMAGES)?);
        let read = |network: &'_ Network, times: u64| {
            Ok(seconds(pool, times, || _ = std::hint::black_box(network.scores(&data))))
        };
        let contenders: [Contender<'_>; 3] = [
            plain_pass(sweep.network(), pool),
            Box::new(|times| read(sweep.network(), times)),
            Box::new(|times| read(neutral.network(), times)),
        ];
        let times = in_turn(settings, &mut { contenders })?;
        let against = |times: &[f64], plain: &[f64]| times.iter().zip(plain).map(|(t, p)| t / p).collect::<Vec<_>>();
        for (what, passes, i) in [("label sweep, 10 labels", 10, 1), ("one neutral pass", 1, 2)] {
            let row = Row::plain(format!("{}: {what}", net.name()), "×", against(&times[i], &times[0]));
            rows.push(Row { needed: Some(net.passes(passes) / net.passes(1)), ..row });
        }
    }
    Ok(rows)
}

/// The layers' products, biases and ReLU, and nothing else.
fn plain_pass<'a>(network: &'a Network, pool: &'a Pool) -> Contender<'a> {
    let images = random(IMAGES, network.layers[0].inputs(), 1);
    let mut rounded = Rounded::default();
    let mut between: Vec<Matrix> = network.layers.iter().map(|l| Matrix::zeros(IMAGES, l.units())).collect();
    Box::new(move |times| {
        Ok(seconds(pool, times, || {
            for (l, layer) in network.layers.iter().enumerate() {
                let (below, own) = between.split_at_mut(l);
                pass(layer, below.last().unwrap_or(&images), &mut rounded, &mut own[0]);
            }
        }))
    })
}

fn pass(layer: &Layer, x: &Matrix, rounded: &mut Rounded, h: &mut Matrix) {
    layer.weighted_into(&Input::Rows(x.rows()), rounded, h.rows_mut());
    let lens = layer.lens();
    par::each_block(h.len(), ROWS, h.rows_mut(), |_, mut h: RowsMut<'_>| {
        (0..h.len()).for_each(|r| lens.add_biases(h.row_mut(r)));
        h.data_mut().iter_mut().for_each(|h| *h = h.max(0.0));
    });
}
