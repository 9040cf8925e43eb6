//! The report of a run: one self-contained page, to be looked at rather than read.
//!
//! No script, and nothing from anywhere: pictures are drawn as SVG or embedded. SVG is written here by hand, a few
//! builders in `chart`, because a page that follows the reader's light or dark scheme needs its colours from style
//! sheets, which plotting libraries burn in. A section is added by one new file here and its line in `SECTIONS`.

pub mod chart;
mod comparison;
mod confusion;
mod curves;
mod data;
mod headline;
mod histograms;
mod layers;
mod maps;
mod mistakes;
pub mod page;
mod picture;
mod recipe;
mod samples;
mod weights;

pub use comparison::{Comparison, Group, Run, Spread};
pub use data::{Channels, Confusion, FeatureMaps, Histogram, LayerMaps, MeanMap, Mistake, WeightImage};

pub use crate::train::{Augmented, EpochRecord, LayerRecord, Summary};

/// Everything that the page shows.
#[derive(Clone, Debug)]
pub struct Report {
    /// The figures.
    pub summary: Summary,
    /// Every epoch.
    pub epochs: Vec<EpochRecord>,
    /// Goodness of positives and negatives, layer by layer.
    pub histograms: Vec<Histogram>,
    /// Of the test set, once it has been read.
    pub confusion: Option<Confusion>,
    /// First-layer units.
    pub weights: Vec<WeightImage>,
    /// Samples as training sees them, where it changes them.
    pub samples: Vec<Augmented>,
    /// Samples and what convolutional layers make of them.
    pub maps: Vec<FeatureMaps>,
    /// The worst mistakes on the test set.
    pub mistakes: Vec<Mistake>,
    /// The recipe as resolved.
    pub recipe_toml: String,
    /// What the classes are called.
    pub class_names: Vec<String>,
}

/// Every section, in the order of the page; one that has nothing to show is empty.
const SECTIONS: &[fn(&Report) -> String] = &[
    headline::section,
    curves::section,
    layers::section,
    histograms::section,
    confusion::section,
    mistakes::section,
    samples::section,
    maps::section,
    weights::section,
    recipe::section,
];

impl Report {
    /// The page as HTML.
    pub fn render(&self) -> String {
        let sections: String = SECTIONS.iter().map(|section| section(self)).collect();
        page::wrap(&format!("{} · goodness", self.summary.recipe), &sections)
    }

    fn class(&self, k: usize) -> String {
        self.class_names.get(k).map_or_else(|| k.to_string(), |name| page::escape(name))
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    fn layer(layer: usize, loss: f64) -> LayerRecord {
        let (goodness_pos, goodness_neg) = (5.0, 4.0);
        LayerRecord {
            layer,
            loss,
            goodness_pos,
            goodness_neg,
            separation: 0.9,
            dead: 0.1,
            validation_error: Some(loss),
        }
    }

    pub(super) fn report(epochs: usize, loss: f64) -> Report {
        let record = |epoch: usize| EpochRecord {
            epoch: epoch + 1,
            seconds: 3.0,
            samples_per_second: 1e4,
            rate: 0.003,
            validation_error: Some(5.0 / (epoch + 1) as f64),
            layers: vec![layer(1, loss), layer(2, loss / 2.0)],
        };
        let summary = Summary {
            recipe: "a<b".to_string(),
            seed: 1,
            threads: 2,
            epochs,
            parameters: 1_786_000,
            test_error: (epochs > 0).then_some(1.23),
            validation_error: None,
            test_error_flipped: None,
            validation_error_flipped: Some(2.5),
            train_seconds: 60.0,
            samples_per_second: 1e4,
            peak_memory_bytes: 200 << 20,
            rule: "forward-forward".to_string(),
            plan: "simultaneous".to_string(),
            readout: "label_sweep".to_string(),
            data: "mnist".to_string(),
            version: "0".to_string(),
            layer_errors: vec![7.5, 2.25],
            thresholds: Vec::new(),
            warnings: vec!["layer 2: <dead>".to_string()],
        };
        let mistake = Mistake {
            pixels: vec![128; 784],
            height: 28,
            width: 28,
            channels: 1,
            truth: 4,
            predicted: 9,
            truth_score: 1.0,
            predicted_score: f32::INFINITY,
            all_scores: Some(f32::INFINITY),
        };
        let sample = Augmented {
            original: vec![0; 12],
            draws: vec![vec![255; 12]; 7],
            height: 2,
            width: 2,
            channels: 3,
            label: 4,
        };
        let map =
            |class, value| MeanMap { of: Channels::Class(class), height: 1, width: 2, values: vec![value, f32::NAN] };
        let maps = FeatureMaps {
            pixels: vec![9; 12],
            height: 2,
            width: 2,
            channels: 3,
            label: 1,
            layers: vec![LayerMaps { layer: 1, groups: vec![map(0, 0.5), map(1, 2.0)] }],
        };
        let weights = WeightImage { unit: 0, height: 28, width: 28, channels: 1, label: 10, values: vec![0.5; 784] };
        Report {
            summary,
            epochs: (0..epochs).map(record).collect(),
            histograms: vec![Histogram {
                layer: 1,
                theta: Some(2.0),
                edges: vec![0.0, 1.0, 2.0, 3.0],
                positive: vec![0, 1, 5],
                negative: vec![4, 2, 0],
            }],
            confusion: (epochs > 0).then(|| Confusion { classes: 10, counts: (0..100).collect() }),
            weights: vec![weights; 64],
            samples: vec![sample; 6],
            maps: vec![maps; 2],
            mistakes: vec![mistake; 24],
            recipe_toml: "name = \"<script>\"".to_string(),
            class_names: Vec::new(),
        }
    }

    #[test]
    fn the_page_needs_nothing_from_anywhere() {
        let page = report(3, 0.5).render();
        assert!(!page.replace("http://www.w3.org/2000/svg", "").contains("http"));
        assert!(!page.contains("<script") && !page.contains("url(") && !page.contains("<link"));
        assert!(page.contains("a&lt;b") && page.contains("&lt;script&gt;") && page.contains("&lt;dead&gt;"));
    }

    #[test]
    fn every_section_is_there_when_it_has_something_to_show() {
        let full = report(3, 0.5).render();
        for title in [
            "Learning",
            "What each layer knows",
            "Goodness",
            "Confusion",
            "mistakes",
            "training sees",
            "Feature maps",
            "first layer",
            "Recipe",
        ] {
            assert!(full.contains(title), "{title}");
        }
        assert!(!report(0, 0.0).render().contains("Confusion"));
    }

    #[test]
    fn the_maps_of_a_samples_own_class_stand_out() {
        let page = report(1, 1.0).render();
        assert_eq!(page.matches("<td class=\"own\"><img alt=\"layer 1, channels of 1\"").count(), 2);
        assert_eq!(page.matches("<td><img alt=\"layer 1, channels of 0\"").count(), 2);
    }

    #[test]
    fn maps_without_groups_are_of_all_channels_and_of_the_strongest() {
        let mut report = report(1, 1.0);
        for map in report.maps.iter_mut().flat_map(|sample| &mut sample.layers).flat_map(|layer| &mut layer.groups) {
            map.of = if map.of == Channels::Class(0) { Channels::All } else { Channels::One(17) };
        }
        let page = report.render();
        assert_eq!(page.matches("<td><img alt=\"layer 1, all channels\"").count(), 2);
        assert_eq!(page.matches("<td><img alt=\"layer 1, channel 17\"").count(), 2);
        assert!(page.contains("<th scope=\"col\">all</th><th scope=\"col\" colspan=\"1\">strongest</th>"), "{page}");
    }

    #[test]
    fn a_label_over_the_first_pixels_is_spoken_of_where_it_is() {
        let mut report = report(1, 1.0);
        assert!(report.render().contains("A label lies over the first 10 numbers of the top row."));
        report.weights.iter_mut().for_each(|w| w.label = 0);
        assert!(!report.render().contains("A label lies over"));
    }

    #[test]
    fn a_mistake_says_how_sure_the_answer_was() {
        let mut report = report(1, 1.0);
        assert!(report.render().contains("–</small>"), "no number, no share");
        report.mistakes.truncate(1);
        report.mistakes[0].predicted_score = 3.0;
        report.mistakes[0].all_scores = Some(10.0);
        let page = report.render();
        assert!(page.contains("4 → <b>9</b><small>10 % → 30 %</small>") && page.contains("scores 1.00 and 3.00"));
        report.mistakes[0].all_scores = None;
        report.mistakes[0].truth_score = -1.5;
        assert!(report.render().contains("<small>−1.50 → 3.00</small>"), "no score is a share of others below zero");
    }

    #[test]
    fn numbers_that_are_none_are_not_drawn() {
        for loss in [f64::NAN, f64::INFINITY, -1e300, 0.0] {
            for epochs in [0, 1, 2] {
                let page = report(epochs, loss).render();
                assert!(!page.contains("NaN") && !page.contains("=\"inf"), "{loss} {epochs}");
            }
        }
    }

    #[test]
    fn a_hundred_classes_and_odd_shapes_are_drawn() {
        let mut report = report(1, 1.0);
        report.confusion = Some(Confusion { classes: 100, counts: vec![1; 10_000] });
        report.weights =
            vec![WeightImage { unit: 0, height: 1, width: 5, channels: 3, label: 0, values: vec![0.0; 15] }];
        report.mistakes.clear();
        assert!(report.render().contains("<img"));
    }
}
