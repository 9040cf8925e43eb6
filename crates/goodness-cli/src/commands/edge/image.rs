//! Images of flash as files.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use goodness::data::Dataset;
use goodness::model::Model;
use goodness_edge::flash::FlashError;
use goodness_edge::network::{Network, Values};

use super::kinds;

/// The network whose state a file holds: an image, or all that a device's flash held, whole or in slices.
pub(super) fn load(path: &Path) -> Result<Box<dyn Network>> {
    let bytes = fs::read(path).with_context(|| format!("{}: cannot read it", path.display()))?;
    for mut net in kinds::all() {
        match net.read_image(&bytes) {
            Ok(()) => return Ok(net),
            Err(FlashError::Shape { .. }) => {}
            Err(FlashError::Foreign { .. }) if let Ok(model) = Model::load(path) => bail!(of_model(path, &model)),
            Err(error) => bail!("{}: {error}", path.display()),
        }
    }
    kinds::in_flash(&bytes).with_context(|| {
        format!("{}: its state is of a network that is none of {}", path.display(), kinds::names().join(", "))
    })
}

/// Why a model of `goodness train` is none for a device, and what would be.
fn of_model(path: &Path, model: &Model) -> String {
    let Model { network, recipe } = model;
    let (inputs, classes) = (network.shape.features(), network.classes);
    let fits = |net: &dyn Network| net.shape().inputs == inputs && net.shape().classes >= classes;
    let fitting: Vec<_> = kinds::all().filter(|net| fits(&**net)).map(|net| kinds::name(&*net)).collect();
    let hint = match fitting.as_slice() {
        [] => format!("no network for devices reads {inputs} values in {classes} classes"),
        [first, ..] => format!(
            "goodness edge train {first} --data {} makes one that fits, and so do {}",
            recipe.data.set,
            fitting[1..].join(", ")
        ),
    };
    format!(
        "{}: a model of goodness train, recipe {}; its layers normalise image and label together, those of a device the \
         image alone, so that its weights would read something else there; {hint}",
        path.display(),
        recipe.name
    )
}

/// The state as a file holds it.
pub(super) fn bytes(net: &dyn Network) -> Result<Vec<u8>> {
    let mut bytes = vec![0; net.image_bytes()];
    net.write_image(&mut bytes)?;
    Ok(bytes)
}

/// Whether a network can read a data set.
pub(super) fn check(net: &dyn Network, set: &Dataset) -> Result<()> {
    let (shape, have) = (net.shape(), set.shape());
    if have.features() != shape.inputs {
        bail!("{}: its images are {have}, the network {shape} reads {} values", set.name(), shape.inputs);
    }
    if set.classes() > shape.classes {
        bail!("{}: it has {} classes, the network {shape} knows {}", set.name(), set.classes(), shape.classes);
    }
    Ok(())
}

/// How many samples are misread.
pub(super) fn misread(net: &mut dyn Network, set: &Dataset) -> Result<usize> {
    let mut wrong = 0;
    for i in 0..set.len() {
        wrong += usize::from(net.predict(Values::U8(set.row(i)))?.label != set.label(i));
    }
    Ok(wrong)
}
