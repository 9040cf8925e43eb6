//! The recurrent network at work: the states of its layers, and how a label is read off them. How its layers learn stands
//! with the training steps, in `train/recurrent_step.rs`.

mod read;
mod states;

pub(crate) use read::Settled;
pub(crate) use states::States;
