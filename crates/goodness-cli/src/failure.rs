//! From outcome to exit code: 0 done, 1 the run failed, 2 usage, 130 interrupted.

use std::process::ExitCode;

use goodness::recipe::RecipeError;

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
            ExitCode::from(if error.is::<RecipeError>() || error.is::<Usage>() { 2 } else { 1 })
        }
    }
}

/// Whoever read our output has had enough, as `head` does.
fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let io = error.downcast_ref::<std::io::Error>();
    io.is_some_and(|e| e.kind() == std::io::ErrorKind::BrokenPipe)
}
