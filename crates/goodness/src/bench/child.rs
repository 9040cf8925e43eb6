//! Processes that measure themselves: what can only be measured from the start of one, or would leave its mark on others.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::Instant;

use super::{BenchError, Settings, convolution, memory, startup};

/// What a process said.
#[derive(Debug)]
pub(super) struct Answer {
    /// From its start to its answer.
    pub(super) seconds: f64,
    /// Its figures.
    pub(super) figures: Vec<f64>,
}

/// Answers a question inside the process that was started for it: a line of JSON for standard output.
///
/// # Errors
/// [`BenchError`] when there is no such question or the measurement fails.
pub fn answer(question: &str, threads: usize) -> Result<String, BenchError> {
    let after = |begin| question.strip_prefix(begin);
    let figures = match (after(memory::QUESTION), after(convolution::QUESTION)) {
        (Some(network), _) => memory::answer(network, threads)?,
        (_, Some(product)) => convolution::answer(product, threads)?,
        _ if question == startup::QUESTION => startup::answer(threads)?,
        _ => return Err(BenchError::Question { came: question.to_string() }),
    };
    Ok(format!("{figures:?}"))
}

/// Starts a process, asks it, and waits for its answer and its end.
pub(super) fn ask(settings: &Settings, question: &str) -> Result<Answer, BenchError> {
    let failed = |reason: String| BenchError::Child { question: question.to_string(), reason };
    let start = Instant::now();
    let mut child = Command::new(&settings.program.0)
        .args(&settings.program.1)
        .args([question, "--threads", &settings.threads.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|e| failed(format!("{}: {e}", settings.program.0.display())))?;
    let (mut line, mut said) = (String::new(), String::new());
    if let Some(out) = child.stdout.take() {
        BufReader::new(out).read_line(&mut line).map_err(|e| failed(e.to_string()))?;
    }
    let seconds = start.elapsed().as_secs_f64();
    if let Some(mut errors) = child.stderr.take() {
        errors.read_to_string(&mut said).map_err(|e| failed(e.to_string()))?;
    }
    let status = child.wait().map_err(|e| failed(e.to_string()))?;
    match serde_json::from_str(&line) {
        Ok(figures) if status.success() => Ok(Answer { seconds, figures }),
        _ => Err(failed(format!("{status}, {}", said.trim()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(program: &str, args: &[&str]) -> String {
        let args = args.iter().map(|a| a.to_string()).collect();
        let settings = Settings { threads: 1, quick: true, program: (program.into(), args) };
        ask(&settings, "memory:dense-4").unwrap_err().to_string()
    }

    #[test]
    fn a_process_that_gives_no_figures_is_quoted() {
        let missing = asked("/nowhere/goodness", &[]);
        assert!(
            missing.starts_with("the process that was to measure memory:dense-4 gave no figures: /nowhere/goodness: ")
        );
        let failed = asked("sh", &["-c", "echo out of luck >&2; exit 3"]);
        assert!(failed.contains("exit status: 3, out of luck"), "{failed}");
        let silent = asked("true", &[]);
        assert!(silent.contains("exit status: 0"), "{silent}");
    }

    #[test]
    fn questions_that_nobody_knows_are_refused() {
        for came in [
            "time",
            "memory:",
            "memory:4",
            "memory:dense-0",
            "memory:maps-1001",
            "memory:deep-4",
            "convolution:64",
            "convolution:65-f32-forward",
        ] {
            let error = answer(came, 1).unwrap_err().to_string();
            let expected = "expected \"startup\", \"memory:dense-4\" or \"convolution:64-f32-forward\" and its like";
            assert_eq!(error, format!("no process knows how to measure {came:?}; {expected}"));
        }
    }
}
