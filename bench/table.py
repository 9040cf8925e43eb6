"""The tables of README.md, from the runs in runs/.

    python table.py            prints them
    python table.py --write    puts them between the marks of README.md
    python table.py --check    fails if the README has others
"""

import json
import statistics
import sys
from pathlib import Path

HERE = Path(__file__).parent
MARKS = ("<!-- tables: begin -->", "<!-- tables: end -->")
HEAD = ["comparison", "precision", "epochs", "pairs", "whole process", "per epoch", "peak memory", "without import", "test error %", "processor", "date"]


def read(path):
    """The head of a file of runs, and its pairs."""
    about, *pairs = [json.loads(line) for line in path.read_text().splitlines()]
    return about, pairs


def per_epoch(side):
    """Seconds of training an epoch: ours says them in all, theirs by epoch."""
    return side.get("seconds_per_epoch") or side["train_seconds"] / side["epochs"]


def spread(ratios):
    """Median, with the smallest and the largest in brackets."""
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def ratio(pairs, of):
    return spread([of(p["theirs"]) / of(p["ours"]) for p in pairs])


def work(about):
    """What ours trained by, with its settings where the two were not to do the same."""
    return " ".join([about["ours"], *about.get("set", [])])


def processor(about):
    """What the system calls it, without marks."""
    return about["machine"]["cpu"].replace("(R)", "").removesuffix(" Processor")


def row(about, pairs):
    errors = [statistics.mean(p[side]["test_error"] for p in pairs) for side in ("ours", "theirs")]
    return [
        f"{work(about)} against {' '.join(about['theirs'])}",
        about["precision"],
        f"{pairs[0]['ours']['epochs']}, {pairs[0]['theirs']['epochs']}",
        str(len(pairs)),
        ratio(pairs, lambda side: side["process_seconds"]),
        ratio(pairs, per_epoch),
        ratio(pairs, lambda side: side["process_peak_bytes"]),
        ratio(pairs, lambda side: side["process_peak_bytes"] - side.get("import_bytes", 0)),
        f"{errors[0]:.2f}, {errors[1]:.2f}",
        processor(about),
        about["date"],
    ]


def machines(all_runs):
    """One line for each machine and set of versions that took part."""
    said = []
    for about, _ in all_runs:
        m, v = about["machine"], about["versions"]
        line = f"{m['cpu']}, {m['threads']} threads; {v['goodness']} ({v['commit']}, {v['rustc']}), PyTorch {v['torch']}"
        if line not in said:
            said.append(line)
    return said


def tables():
    all_runs = [run for run in map(read, sorted((HERE / "runs").glob("*.jsonl"))) if run[1]]
    if not all_runs:
        return "No runs yet."
    lines = [HEAD, ["---"] * len(HEAD), *(row(*run) for run in all_runs)]
    table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
    return table + "\n\n" + "\n".join(f"- {line}" for line in machines(all_runs))


def main():
    readme = HERE / "README.md"
    before, rest = readme.read_text().split(MARKS[0])
    text = f"{before}{MARKS[0]}\n{tables()}\n{MARKS[1]}{rest.split(MARKS[1])[1]}"
    if "--write" in sys.argv[1:]:
        readme.write_text(text)
    elif "--check" in sys.argv[1:]:
        if text != readme.read_text():
            raise SystemExit("README.md: its tables are not those of runs/; python table.py --write")
    else:
        print(tables())


if __name__ == "__main__":
    main()
