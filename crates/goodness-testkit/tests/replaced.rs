//! Parts that a program puts in place of a recipe's own.
#![allow(clippy::unwrap_used)]

use goodness::train::Flow;
use goodness_testkit::runs::{recipe, trained, trainer};

#[test]
fn parts_replaced_before_training_are_those_that_learn() {
    for (before, after) in
        [("goodness=mean_of_squares", "goodness=sum_of_squares"), ("optimizer=smoothed_sgd", "optimizer=adam")]
    {
        let with = |setting| recipe(&["negatives=wrong_label", "loss=logistic", "average=0.9", setting]);
        let (mut changed, mut other) = (trainer(&with(before), 2), trainer(&with(after), 2));
        std::mem::swap(&mut changed.network_mut().parts.goodness, &mut other.network_mut().parts.goodness);
        std::mem::swap(&mut changed.method_mut().optimizer, &mut other.method_mut().optimizer);
        changed.run(|_| Flow::Continue).unwrap();
        assert_eq!(changed.network().layers, trained(&with(after), 2).network().layers, "{after}");
        assert_ne!(changed.network().layers, trained(&with(before), 2).network().layers, "{before}");
    }
}
