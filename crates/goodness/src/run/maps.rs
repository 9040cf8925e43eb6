//! What the maps of convolutional layers look like on some samples: the mean of each class's channels, place by place; of
//! channels that are no class's, the mean of all and those that are most active.

use goodness_core::Grid;
use goodness_engine::{Matrix, Pool, Rounded};

use super::examine::first_images;
use crate::data::Dataset;
use crate::layer::{Labelled, Labels};
use crate::network::Network;
use crate::report::{Channels, FeatureMaps, LayerMaps, MeanMap};

/// Samples that are shown, each of another class.
const SAMPLES: usize = 4;
/// Layers that are shown, the first and the last among them.
const LAYERS: usize = 8;
/// Groups of channels, or single channels, that are shown of a layer.
const GROUPS: usize = 10;
/// Largest side of a map as it is shown; larger ones are made smaller.
const SIDE: usize = 16;

/// The maps of the first sample of each of the first classes; none where no layer has maps.
pub(super) fn feature_maps(network: &Network, pool: &Pool, data: &Dataset) -> Vec<FeatureMaps> {
    let shown = layers(network);
    let rows: Vec<usize> = first_of_classes(data).take(SAMPLES).collect();
    let Some(few) = data.pick(&rows).ok().filter(|_| !shown.is_empty()) else { return Vec::new() };
    let shape = data.shape();
    let empty = |row: usize| FeatureMaps {
        pixels: few.row(row).to_vec(),
        height: shape.height,
        width: shape.width,
        channels: shape.channels,
        label: usize::from(few.label(row)),
        layers: Vec::new(),
    };
    let mut all: Vec<FeatureMaps> = (0..few.len()).map(empty).collect();
    pool.run(|| {
        each_activity(network, &few, &shown, |l, map, h| {
            for (row, sample) in h.rows().iter().zip(&mut all) {
                sample.layers.push(LayerMaps { layer: l + 1, groups: groups(map, row, sample.label) });
            }
        });
    });
    all
}

/// The activities of the shown layers on a neutral pass, as their goodness is of: normalisation may make all classes equal.
fn each_activity(
    network: &Network,
    few: &Dataset,
    shown: &[(usize, Grid)],
    mut each: impl FnMut(usize, Grid, &Matrix),
) {
    let (mut images, mut labels) = (first_images(network, few, few.len()), Labels::default());
    let (overlay, normalize) = (&network.parts.overlay, &*network.parts.normalize);
    images.project(&network.layers[0], overlay, 1);
    labels.write(&images, 1, overlay, normalize, |_, _| None);
    let (mut joint, mut rounded) = (Matrix::default(), Rounded::default());
    network.activities(few, |_, x| {
        for (l, map) in shown {
            let input = network.input(*l, Labelled { images: &images, labels: &labels }, x, &mut joint);
            let mut h = Matrix::zeros(few.len(), network.layers[*l].units());
            network.layers[*l].forward_into(&input, &mut rounded, h.rows_mut());
            network.parts.activation.forward(h.rows_mut());
            each(*l, *map, &h);
        }
    });
}

/// The layers that have maps, as many as are shown, evenly.
fn layers(network: &Network) -> Vec<(usize, Grid)> {
    let all = network.layers.iter().enumerate().filter_map(|(l, layer)| Some((l, layer.maps()?.own())));
    let all: Vec<(usize, Grid)> = all.collect();
    let count = all.len().min(LAYERS);
    (0..count).map(|i| all[i * (all.len() - 1) / (count - 1).max(1)]).collect()
}

/// The first row of every class that has one.
fn first_of_classes(data: &Dataset) -> impl Iterator<Item = usize> + '_ {
    (0..data.classes()).filter_map(|class| data.labels().iter().position(|label| usize::from(*label) == class))
}

/// The mean map of every group of channels; of more groups than are shown, the label's own and the first others. Without
/// groups, that of all channels and those of the strongest ones.
fn groups(map: Grid, row: &[f32], label: usize) -> Vec<MeanMap> {
    if map.blocks <= 1 {
        let channel = |c: usize| row.iter().skip(c).step_by(map.channels);
        let mut strongest: Vec<(f32, usize)> = (0..map.channels).map(|c| (channel(c).sum(), c)).collect();
        strongest.sort_by(|(a, _), (b, _)| b.total_cmp(a));
        let one = |(_, c): &(f32, usize)| {
            let numbers: Vec<f32> = channel(*c).copied().collect();
            mean_map(map, &numbers, Channels::One(c + 1))
        };
        let all = mean_map(map, row, Channels::All);
        return std::iter::once(all).chain(strongest.iter().take(GROUPS - 1).map(one)).collect();
    }
    let first = (0..map.blocks).take(GROUPS);
    let last = if label >= GROUPS { Some(label) } else { None };
    let shown = first.take(GROUPS - usize::from(last.is_some())).chain(last);
    let block = map.places() * map.block();
    shown.map(|class| mean_map(map, &row[class * block..][..block], Channels::Class(class))).collect()
}

/// The mean over channels of a picture with its channels last, place by place; squares of places are averaged where there
/// are too many.
fn mean_map(map: Grid, numbers: &[f32], of: Channels) -> MeanMap {
    let step = map.height.max(map.width).div_ceil(SIDE).max(1);
    let (height, width) = (map.height.div_ceil(step), map.width.div_ceil(step));
    let channels = numbers.len() / map.places().max(1);
    let (mut sums, mut counts) = (vec![0.0; height * width], vec![0usize; height * width]);
    for (place, numbers) in numbers.chunks_exact(channels.max(1)).enumerate() {
        let at = place / map.width / step * width + place % map.width / step;
        sums[at] += numbers.iter().sum::<f32>();
        counts[at] += channels;
    }
    let values = sums.iter().zip(counts).map(|(sum, count)| sum / count.max(1) as f32).collect();
    MeanMap { of, height, width, values }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::Shape;
    use crate::recipe::Recipe;

    #[test]
    fn a_groups_map_is_the_mean_of_its_channels_place_by_place() {
        let map = Grid { height: 1, width: 2, channels: 4, blocks: 2 };
        let maps = groups(map, &[1., 3., 5., 7., 10., 20., 30., 40.], 1);
        let said = |maps: Vec<MeanMap>| maps.into_iter().map(|m| (m.of, m.values)).collect::<Vec<_>>();
        assert_eq!(said(maps), [(Channels::Class(0), vec![2., 6.]), (Channels::Class(1), vec![15., 35.])]);
    }

    #[test]
    fn without_groups_the_strongest_channels_are_shown() {
        let map = Grid { height: 1, width: 2, channels: 3, blocks: 1 };
        let maps = groups(map, &[1., 9., 2., 3., 0., 6.], 1);
        let said: Vec<_> = maps.into_iter().map(|m| (m.of, m.values)).collect();
        let ones = [(2, vec![9., 0.]), (3, vec![2., 6.]), (1, vec![1., 3.])].map(|(c, v)| (Channels::One(c), v));
        assert_eq!(said, [vec![(Channels::All, vec![4., 3.])], ones.to_vec()].concat());
    }

    #[test]
    fn the_means_of_maps_are_the_goodness_that_they_show() {
        let recipe = "name = \"x\"\n[network]\nlayers = [6]\nconvolutions = [{ side = 3 }]\ngoodness = \"class_mean\"\n\
                      normalize = \"group\"\nreadout = { name = \"class_goodness\", from = 1 }";
        let shape = Shape { height: 5, width: 4, channels: 3 };
        let images = (0..240).map(|i| (i * 37 % 251) as u8).collect();
        let data = Dataset::new("x", images, vec![2, 0, 2, 1], 3, shape).unwrap();
        let network = Network::initial(&Recipe::parse("x", recipe).unwrap(), shape, 3).unwrap();
        let pool = Pool::new(1).unwrap();
        let (shown, scores) = (feature_maps(&network, &pool, &data), pool.run(|| network.scores(&data)));
        assert_eq!(shown.iter().map(|s| s.label).collect::<Vec<_>>(), [0, 1, 2]);
        for (sample, row) in shown.iter().zip([1, 3, 0]) {
            for (class, map) in sample.layers[0].groups.iter().enumerate() {
                let (mean, score) = (map.values.iter().sum::<f32>() / 20.0, scores.rows().row(row)[class]);
                assert!((mean - score).abs() < 1e-4 * (1.0 + score), "{mean}, not {score}");
            }
        }
        let dense = Recipe::parse("x", "name = \"x\"\n[network]\nlayers = [6]").unwrap();
        assert!(feature_maps(&Network::initial(&dense, shape, 3).unwrap(), &pool, &data).is_empty());
    }

    #[test]
    fn large_maps_are_made_smaller_square_by_square() {
        let map = Grid { height: 18, width: 17, channels: 1, blocks: 1 };
        let numbers: Vec<f32> = (0..map.places()).map(|p| (p / 17) as f32).collect();
        let small = mean_map(map, &numbers, Channels::All);
        assert_eq!((small.height, small.width), (9, 9));
        assert_eq!((small.values[0], small.values[80]), (0.5, 16.5));
    }

    #[test]
    fn of_many_groups_the_labels_own_is_among_those_shown() {
        let map = Grid { height: 1, width: 1, channels: 100, blocks: 100 };
        let shown = |label| groups(map, &[0.0; 100], label).iter().map(|m| m.of).collect::<Vec<_>>();
        assert_eq!(shown(3), (0..10).map(Channels::Class).collect::<Vec<_>>());
        assert_eq!(shown(57), [0, 1, 2, 3, 4, 5, 6, 7, 8, 57].map(Channels::Class));
    }
}
