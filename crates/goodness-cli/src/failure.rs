//! From outcome to exit code: 0 done, 1 the run failed, 2 usage, 130 interrupted.

use std::process::ExitCode;

use goodness::recipe::RecipeError;
use goodness::train::TrainError;
use goodness_backprop::TwinError;

/// How a command ended well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Done {
    /// All that was asked.
    Fully,
    /// Ctrl-C, with a checkpoint.
    Interrupted,
}

/// A flag's value that makes no sense.
#[derive(Debug)]
pub(crate) struct Usage(pub(crate) String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

/// Says what went wrong, once, and picks the code.
pub(crate) fn exit_code(outcome: anyhow::Result<Done>) -> ExitCode {
    match outcome {
        Ok(Done::Fully) => ExitCode::SUCCESS,
        Ok(Done::Interrupted) => ExitCode::from(130),
        Err(error) if is_closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(if is_usage(&error) { 2 } else { 1 })
        }
    }
}

/// A recipe that is none, or none for its data, and a flag's value that makes no sense.
fn is_usage(error: &anyhow::Error) -> bool {
    let of_layers = matches!(error.downcast_ref(), Some(TrainError::Unfit(_)));
    let of_twin = matches!(error.downcast_ref(), Some(TwinError::Unfit(_)));
    error.is::<RecipeError>() || error.is::<Usage>() || of_layers || of_twin
}

/// Whoever read our output has had enough, as `head` does.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}
