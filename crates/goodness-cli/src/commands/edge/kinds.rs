//! Which networks for microcontrollers the command knows. Another shape is another line.

use goodness_edge::Net;
use goodness_edge::network::{Any, Network};

/// A name, and a network without weights.
type Kind = (&'static str, fn() -> Box<dyn Network>);

fn net<W: Any, const I: usize, const A: usize, const B: usize, const C: usize>() -> Box<dyn Network> {
    Box::new(Net::<W, I, A, B, C>::blank())
}

const KINDS: [Kind; 12] = [
    ("f32-784-32-32-10", net::<f32, 784, 32, 32, 10>),
    ("i16-784-32-32-10", net::<i16, 784, 32, 32, 10>),
    ("i8-784-32-32-10", net::<i8, 784, 32, 32, 10>),
    ("i8-784-16-16-10", net::<i8, 784, 16, 16, 10>),
    ("f32-784-64-64-10", net::<f32, 784, 64, 64, 10>),
    ("i16-784-64-64-10", net::<i16, 784, 64, 64, 10>),
    ("i8-784-64-64-10", net::<i8, 784, 64, 64, 10>),
    ("f32-784-128-128-10", net::<f32, 784, 128, 128, 10>),
    ("i8-784-128-128-10", net::<i8, 784, 128, 128, 10>),
    ("f32-64-16-8-4", net::<f32, 64, 16, 8, 4>),
    ("i16-64-16-8-4", net::<i16, 64, 16, 8, 4>),
    ("i8-64-16-8-4", net::<i8, 64, 16, 8, 4>),
];

/// A blank network of each kind.
pub(super) fn all() -> impl Iterator<Item = Box<dyn Network>> {
    KINDS.iter().map(|(_, kind)| kind())
}

/// A blank network of the kind that is called `name`.
pub(super) fn by_name(name: &str) -> Option<Box<dyn Network>> {
    KINDS.iter().find(|(own, _)| *own == name).map(|(_, kind)| kind())
}

/// What its kind is called on the command line: `i8-784-32-32-10`.
pub(super) fn name(net: &dyn Network) -> String {
    net.shape().to_string().replace(' ', "-")
}

/// All names.
pub(super) fn names() -> [&'static str; KINDS.len()] {
    KINDS.map(|(name, _)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_called_what_it_is() {
        assert_eq!(all().map(|net| name(&*net)).collect::<Vec<_>>(), names());
    }
}
