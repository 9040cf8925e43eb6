//! Checkpoints: everything that a run needs to go on to the same bits.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::record::EpochRecord;
use super::state::LayerState;
use super::trainer::{Position, Trainer};
use crate::model::{ModelError, TensorReader, TensorWriter};
use crate::recipe::Recipe;

const FORMAT: &str = "goodness-checkpoint/1";

/// What stands in the header of a checkpoint, beside the tensors.
#[derive(Serialize, Deserialize)]
struct Header {
    recipe: String,
    samples: (usize, usize),
    position: Position,
    history: Vec<EpochRecord>,
}

/// The first lines in which a recipe as an earlier version may have written it, without keys that are new, and one that has
/// been written now are not the same.
fn difference(written: &str, own: &str) -> Option<(String, String)> {
    let again = Recipe::parse("checkpoint", written).map(|recipe| recipe.to_toml());
    let (mut its, mut ours) = (again.as_deref().unwrap_or(written).lines(), own.lines());
    loop {
        match (its.next(), ours.next()) {
            (None, None) => return None,
            (a, b) if a == b => {}
            (a, b) => return Some((a.unwrap_or("nothing").to_string(), b.unwrap_or("nothing").to_string())),
        }
    }
}

impl Trainer {
    /// Writes a checkpoint, whole or not at all.
    ///
    /// # Errors
    /// [`ModelError::Unwritable`]; a checkpoint that was there before is untouched.
    pub fn save(&self, path: &Path) -> Result<(), ModelError> {
        let mut file = TensorWriter::default();
        file.network(&self.network);
        for (l, state) in self.states.iter().enumerate() {
            state.average.iter().for_each(|average| file.layer(&format!("average.{l}"), average));
        }
        for (name, numbers) in self.memory() {
            file.add(name, &[numbers.len()], numbers);
        }
        file.write(path, FORMAT, &self.header())
    }

    /// Goes back to the moment of a checkpoint that was written by a trainer of the same recipe and data.
    ///
    /// # Errors
    /// [`ModelError`] when the file is not such a checkpoint; do not train on with this trainer then.
    pub fn restore(&mut self, path: &Path) -> Result<(), ModelError> {
        let file = TensorReader::open(path, FORMAT)?;
        let header: Header = file.header()?;
        let own = self.header();
        let foreign = |reason: String| Err(ModelError::Foreign { path: path.to_path_buf(), reason });
        if let Some((its, ours)) = difference(&header.recipe, &own.recipe) {
            return foreign(format!("the recipes differ: {its} there, {ours} here"));
        }
        if header.samples != own.samples {
            return foreign(format!("it saw {:?} samples, here are {:?}", header.samples, own.samples));
        }
        file.restore(&mut self.network)?;
        for (l, state) in self.states.iter_mut().enumerate() {
            state.average.iter_mut().try_for_each(|average| file.layer(&format!("average.{l}"), average))?;
        }
        (self.position, self.history) = (header.position, header.history);
        self.states.iter_mut().for_each(LayerState::finish);
        self.settle();
        // What nobody will ask for again is not read: earlier versions kept it.
        for (name, numbers) in self.memory_mut().into_iter().filter(|(_, numbers)| !numbers.is_empty()) {
            file.read(&name, &[numbers.len()], numbers)?;
        }
        Ok(())
    }

    fn header(&self) -> Header {
        Header {
            recipe: self.recipe.to_toml(),
            samples: (self.training_set().len(), self.validation_set().len()),
            position: self.position.clone(),
            history: self.history.clone(),
        }
    }

    /// How many numbers of a weight an optimizer may remember by now: before the first step all are 0.
    fn slots(&self) -> usize {
        if self.position.step == 0 { 0 } else { 2 }
    }

    /// Every number that is remembered beside the weights, by name.
    fn memory(&self) -> Vec<(String, &[f32])> {
        let mut all = Vec::new();
        for (l, state) in self.states.iter().enumerate() {
            for slot in 0..self.slots() {
                for (name, memory) in state.memories() {
                    all.push((format!("memory.{l}.{name}.{slot}"), memory[slot].as_slice()));
                }
            }
            all.push((format!("memory.{l}.knob"), state.knob.as_slice()));
            all.push((format!("memory.{l}.map"), state.map.data()));
            all.push((format!("memory.{l}.theta"), std::slice::from_ref(&state.theta)));
            all.push((format!("memory.{l}.unit_means"), state.unit_means.as_slice()));
        }
        for (i, memory) in self.network.readout.memory().into_iter().enumerate() {
            all.push((format!("memory.readout.{i}"), memory.data()));
        }
        if let Some(adviser) = &self.method.adviser {
            for (i, numbers) in adviser.weights().into_iter().chain(adviser.memory()).enumerate() {
                all.push((format!("memory.adviser.{i}"), numbers.data()));
            }
        }
        all
    }

    fn memory_mut(&mut self) -> Vec<(String, &mut [f32])> {
        let (mut all, slots) = (Vec::new(), self.slots());
        for (l, state) in self.states.iter_mut().enumerate() {
            let LayerState { weights, biases, above, head, projection, embedding, knobs, maps, .. } = state;
            let memories = [weights, biases, above, head, projection, embedding, knobs, maps];
            for (name, memory) in LayerState::NAMES.into_iter().zip(memories) {
                for (slot, memory) in memory.iter_mut().take(slots).enumerate() {
                    all.push((format!("memory.{l}.{name}.{slot}"), memory.as_mut_slice()));
                }
            }
            all.push((format!("memory.{l}.knob"), state.knob.as_mut_slice()));
            all.push((format!("memory.{l}.map"), state.map.data_mut()));
            all.push((format!("memory.{l}.theta"), std::slice::from_mut(&mut state.theta)));
            all.push((format!("memory.{l}.unit_means"), state.unit_means.as_mut_slice()));
        }
        let weights = self.network.readout.weights().len();
        for (i, memory) in self.network.readout.all_mut().into_iter().skip(weights).enumerate() {
            all.push((format!("memory.readout.{i}"), memory.data_mut()));
        }
        if let Some(adviser) = &mut self.method.adviser {
            for (i, numbers) in adviser.all_mut().into_iter().enumerate() {
                all.push((format!("memory.adviser.{i}"), numbers.data_mut()));
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::{Dataset, Shape};
    use crate::train::Flow;

    /// A trainer at the start of a recipe that takes three steps.
    fn trainer() -> Trainer {
        let text = "name = \"x\"\n[network]\nlayers = [3]\n[train]\nepochs = 1\nbatch = 4\nnegatives = \"wrong_label\"";
        let shape = Shape { height: 2, width: 2, channels: 1 };
        let images = || Dataset::new("x", (0..48).collect(), [0, 1].repeat(6), 2, shape).unwrap();
        Trainer::new(&Recipe::parse("x", text).unwrap(), images(), images(), 1).unwrap()
    }

    #[test]
    fn before_the_first_step_there_is_nothing_to_remember() {
        let folder = tempfile::tempdir().unwrap();
        let (mut plain, paths) = (trainer(), ["start", "step"].map(|name| folder.path().join(name)));
        plain.save(&paths[0]).unwrap();
        plain.run(|_| Flow::Stop).unwrap();
        plain.save(&paths[1]).unwrap();
        let sizes = paths.each_ref().map(|path| std::fs::metadata(path).unwrap().len());
        let remembered = plain.bytes().optimizer;
        assert!(remembered > 0 && sizes[0] + remembered <= sizes[1], "{sizes:?}");
        plain.run(|_| Flow::Continue).unwrap();
        for path in paths {
            let mut again = trainer();
            again.restore(&path).unwrap();
            again.run(|_| Flow::Continue).unwrap();
            assert_eq!(again.network().layers, plain.network().layers);
        }
    }

    #[test]
    fn going_back_to_the_start_forgets_what_was_remembered_since() {
        let folder = tempfile::tempdir().unwrap();
        let (mut plain, path) = (trainer(), folder.path().join("start"));
        plain.save(&path).unwrap();
        let mut back = trainer();
        back.run(|_| Flow::Stop).unwrap();
        back.restore(&path).unwrap();
        for trainer in [&mut plain, &mut back] {
            trainer.run(|_| Flow::Continue).unwrap();
        }
        assert_eq!(back.network().layers, plain.network().layers);
    }

    #[test]
    fn a_run_that_is_done_may_have_kept_what_its_optimizer_remembered() {
        let mut done = trainer();
        done.run(|_| Flow::Continue).unwrap();
        for (layer, state) in done.network.layers.iter().zip(&mut done.states) {
            state.begin(layer, false, &done.method);
        }
        assert!(done.bytes().optimizer > 0);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("kept.safetensors");
        done.save(&path).unwrap();
        let mut again = trainer();
        again.restore(&path).unwrap();
        assert_eq!((again.bytes().optimizer, &again.network().layers), (0, &done.network().layers));
    }
}
