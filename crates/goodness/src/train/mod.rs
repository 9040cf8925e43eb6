//! Training: the epoch loop, the step, and what is kept between them.

mod ahead;
mod augment;
pub mod batch;
mod bytes;
mod checkpoint;
pub mod dropout;
mod error;
mod kept;
mod knowledge;
mod layer_step;
mod likeness;
mod method;
mod monitor;
mod rates;
mod recurrent_step;
mod spoil;
mod state;
mod statistics;
mod step;
mod summary;
mod sums;
mod trainer;
mod watch;
mod workspace;

pub use crate::build::Unfit;
pub use augment::Padding;
pub(crate) use augment::examples;
pub use bytes::Bytes;
pub(crate) use bytes::held;
pub use error::TrainError;
pub use method::{Contrast, Method, Objective};
pub use rates::{RateRange, RateTest};
pub(crate) use spoil::Spoiled;
pub use trainer::{Event, Flow, Outcome, Trainer};
pub use watch::{Span, Stopwatch};
