//! Which networks for microcontrollers the command knows. Another shape is another line.

use goodness_edge::Net;
use goodness_edge::network::{Any, Network};

/// A name, a network without weights, and one with those that a device in slice mode has in flash.
type Kind = (&'static str, fn() -> Box<dyn Network>, fn(&[u8]) -> Option<Box<dyn Network>>);

/// Pages of flash that are looked for, in bytes.
const PAGES: std::ops::RangeInclusive<u32> = 8..=17;

const fn kind<W: Any, const I: usize, const A: usize, const B: usize, const C: usize>(name: &'static str) -> Kind {
    (name, || Box::new(Net::<W, I, A, B, C>::blank()), in_slices::<W, I, A, B, C>)
}

fn in_slices<W: Any, const I: usize, const A: usize, const B: usize, const C: usize>(
    flash: &[u8],
) -> Option<Box<dyn Network>> {
    let mut net = Box::new(Net::<W, I, A, B, C>::blank());
    let slices = (1..=A).filter(|slice| A.is_multiple_of(*slice));
    let layouts = slices.flat_map(|slice| PAGES.map(move |bits| (slice, 1 << bits)));
    for (slice, page) in layouts {
        if net.read_slices(slice, page, flash).is_ok() {
            return Some(net);
        }
    }
    None
}

const KINDS: [Kind; 12] = [
    kind::<f32, 784, 32, 32, 10>("f32-784-32-32-10"),
    kind::<i16, 784, 32, 32, 10>("i16-784-32-32-10"),
    kind::<i8, 784, 32, 32, 10>("i8-784-32-32-10"),
    kind::<i8, 784, 16, 16, 10>("i8-784-16-16-10"),
    kind::<f32, 784, 64, 64, 10>("f32-784-64-64-10"),
    kind::<i16, 784, 64, 64, 10>("i16-784-64-64-10"),
    kind::<i8, 784, 64, 64, 10>("i8-784-64-64-10"),
    kind::<f32, 784, 128, 128, 10>("f32-784-128-128-10"),
    kind::<i8, 784, 128, 128, 10>("i8-784-128-128-10"),
    kind::<f32, 64, 16, 8, 4>("f32-64-16-8-4"),
    kind::<i16, 64, 16, 8, 4>("i16-64-16-8-4"),
    kind::<i8, 64, 16, 8, 4>("i8-64-16-8-4"),
];

/// A blank network of each kind.
pub(super) fn all() -> impl Iterator<Item = Box<dyn Network>> {
    KINDS.iter().map(|(_, blank, _)| blank())
}

/// A blank network of the kind that is called `name`.
pub(super) fn by_name(name: &str) -> Option<Box<dyn Network>> {
    KINDS.iter().find(|(own, ..)| *own == name).map(|(_, blank, _)| blank())
}

/// The network whose slices a device's flash holds, from its start on.
pub(super) fn in_flash(flash: &[u8]) -> Option<Box<dyn Network>> {
    KINDS.iter().find_map(|(.., in_slices)| in_slices(flash))
}

/// What its kind is called on the command line: `i8-784-32-32-10`.
pub(super) fn name(net: &dyn Network) -> String {
    net.shape().to_string().replace(' ', "-")
}

/// All names.
pub(super) fn names() -> [&'static str; KINDS.len()] {
    KINDS.map(|(name, ..)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_called_what_it_is() {
        assert_eq!(all().map(|net| name(&*net)).collect::<Vec<_>>(), names());
    }
}
