//! Forward-Forward beside backpropagation, measured: one table of rows, each a file in `rows`, and a page.
//!
//! A comparison is made of parts. Each is measured once and kept as a small file; what is kept is not measured again, so an
//! interrupted comparison goes on where it stood. A row is added by one new file in `rows` and its line in [`ROWS`].

mod energy;
mod error;
mod lab;
pub mod memory;
mod probe;
mod rows;
mod shown;
mod store;
mod timeline;

pub use error::CompareError;
pub use lab::{Child, Lab, Progress, Watch};
pub use rows::ROWS;
pub use shown::{Page, Shown};
pub use store::Store;

use goodness::Recipe;
use goodness::plan;
use goodness_core::normalize;

/// What the twin gets as much of as the layers that learn by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Budget {
    /// Passes over the training set.
    #[default]
    Epochs,
    /// Seconds.
    Time,
    /// Multiply-adds.
    Flops,
}

impl Budget {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Epochs, Self::Time, Self::Flops];

    /// What options call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Epochs => "epochs",
            Self::Time => "time",
            Self::Flops => "flops",
        }
    }

    /// What the table calls it.
    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::Epochs => "equal epochs",
            Self::Time => "equal time",
            Self::Flops => "equal arithmetic",
        }
    }
}

/// What is compared.
#[derive(Clone, Debug)]
pub struct Setup {
    /// The recipe of the layers that learn by themselves.
    pub recipe: Recipe,
    /// Runs of each; their seeds are 1, 2, …
    pub seeds: usize,
    /// What both get the same of, where all seeds run.
    pub budget: Budget,
    /// Threads that compute; 0 means one for each core.
    pub threads: usize,
}

impl Setup {
    /// Passes over the training set that the recipe takes: of all layers together.
    pub(crate) fn epochs(&self) -> usize {
        let (train, layers) = (&self.recipe.train, self.recipe.network.layers.len());
        train.plan.build(plan::CATALOGUE).epochs(train.epochs, layers)
    }

    /// The recipe as TOML, without what it says of itself and expects: that changes nothing of what is measured.
    pub fn keys(&self) -> String {
        keys(&self.recipe)
    }

    /// Units of the widest layer.
    pub(crate) fn widest(&self) -> usize {
        self.recipe.network.layers.iter().copied().max().unwrap_or(1)
    }
}

fn keys(recipe: &Recipe) -> String {
    let quiet = Recipe { about: String::new(), source: String::new(), ..recipe.clone() };
    Recipe { expected: Default::default(), ..quiet }.to_toml()
}

/// The keys of a recipe that was kept, with those at their defaults that recipes have been given since.
pub fn keys_of_today(kept: &str) -> String {
    Recipe::parse("kept", kept).map_or_else(|_| kept.to_string(), |recipe| keys(&recipe))
}

/// A row of the table.
pub struct Row {
    /// What it is called.
    pub name: &'static str,
    /// What is measured, in a sentence.
    pub measured: &'static str,
    /// Its parts, by name.
    pub parts: fn(&Setup) -> Vec<String>,
    /// Measures a part and keeps it.
    pub measure: fn(&mut Lab<'_>, &str) -> Result<(), CompareError>,
    /// What the parts came to.
    pub show: fn(&Setup, &Store) -> Shown,
}

/// Says whether every row can be measured of a recipe that has a twin.
///
/// # Errors
/// [`CompareError::NoRow`] with what stands in the way.
pub fn has_rows(recipe: &Recipe) -> Result<(), CompareError> {
    let no = |key, came, hint| Err(CompareError::NoRow { recipe: recipe.name.clone(), key, came, hint });
    let (squares, normalize) = (recipe.network.convolutions.len(), &recipe.network.normalize);
    if squares > 0 {
        let hint = "the rows memory and depth are of layers of one width, whatever their number; expected dense layers";
        return no("network.convolutions", format!("{squares} layers"), hint);
    }
    if normalize.build(normalize::CATALOGUE).stays(1).is_some() {
        let hint = "the row memory has gradient accumulation in it, where no part of a batch knows the statistics of the whole; \
                    expected a normalisation row by row, such as \"layer\"";
        return no("network.normalize", normalize.name.clone(), hint);
    }
    Ok(())
}

/// Names of all parts, in the order in which they are measured.
pub fn parts(setup: &Setup) -> Vec<(&'static Row, String)> {
    ROWS.iter().flat_map(|row| (row.parts)(setup).into_iter().map(move |part| (row, part))).collect()
}

/// Measures whatever is not there yet.
///
/// # Errors
/// [`CompareError::Interrupted`] when the watcher says stop, and whatever went wrong; what was measured is kept.
pub fn measure(lab: &mut Lab<'_>) -> Result<(), CompareError> {
    let all = parts(lab.setup);
    for (index, (row, part)) in all.iter().enumerate() {
        lab.begin(part, (index + 1, all.len()))?;
        if !lab.store.has(part) {
            (row.measure)(lab, part)?;
        }
    }
    Ok(())
}

/// The page of a comparison that is measured.
pub fn page(setup: &Setup, store: &Store) -> Page {
    let shown = ROWS.iter().map(|row| (row.name, row.measured, (row.show)(setup, store))).collect();
    Page { title: setup.recipe.name.clone(), about: about(setup), rows: shown }
}

fn about(setup: &Setup) -> String {
    let (recipe, layers) = (&setup.recipe, setup.recipe.network.layers.iter().map(ToString::to_string));
    format!(
        "Recipe {}: {} units on {}, {} epochs of batches of {}, {} seed{}. The twin has the same layers, initial weights, \
         data, order of batches, augmentation and optimizer, and a softmax on top; its rate and whether it normalises were \
         chosen on the validation split by short runs of the first seed. The test set is read at the end of each run of the \
         rows accuracy and data, nowhere else.",
        recipe.name,
        layers.collect::<Vec<_>>().join("-"),
        recipe.data.set,
        setup.epochs(),
        recipe.train.batch,
        setup.seeds,
        if setup.seeds == 1 { "" } else { "s" }
    )
}
