"""Runs ours and theirs in turn, pair by pair, and keeps every run.

    python run.py NAME --pairs 5 --epochs 4 -- ff.py --gradient manual

trains by recipes/NAME.toml with `goodness train` (A) and with a PyTorch program of this folder (B), as A B, B A, A B, …,
each as a whole process of its own on the same files with the same epochs, seed and threads. Every pair is a line of
runs/DATE-NAME-LABEL.jsonl; `python table.py` makes the README's tables of these files.
"""

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent


def arguments():
    parser = argparse.ArgumentParser(description="Ours and theirs in turn, pair by pair")
    parser.add_argument("recipe", help="a recipe of recipes/, by name")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--epochs", type=int, required=True)
    parser.add_argument("--their-epochs", type=int, help="where the two are to reach the same error instead")
    parser.add_argument("--seed", type=int, default=1, help="of the first pair; each pair has its own")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--precision", choices=["f32", "bf16"], default="f32", help="of both")
    parser.add_argument("--data", default="mnist", help="mnist, or a folder of IDX files")
    parser.add_argument("--train-samples", type=int, help="only the first so many, to try things out")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a setting of ours")
    parser.add_argument("--goodness", default=ROOT / "target/release/goodness", help="our program")
    parser.add_argument("--ours", help="a recipe of the program itself for ours, such as mnist, where the two are not to do the same")
    parser.add_argument("--label", help="what the comparison is called [default: the program and its options]")
    parser.add_argument("--out", default=HERE / "runs", type=Path)
    parser.add_argument("theirs", nargs="+", metavar="PROGRAM", help="after --: ff.py or backprop.py with its options")
    args = parser.parse_args()
    if args.pairs < 1 or args.epochs < 1:
        parser.error(f"--pairs {args.pairs} --epochs {args.epochs}: expected at least 1 of each")
    if not (HERE / args.theirs[0]).is_file():
        parser.error(f"{args.theirs[0]}: there is no such program beside run.py")
    for name, folder in [(args.recipe, HERE), (args.ours or args.recipe, ROOT if args.ours else HERE)]:
        if not (folder / f"recipes/{name}.toml").is_file():
            parser.error(f"{name}: there is no {folder}/recipes/{name}.toml")
    return args


def our_command(args, folder, seed):
    recipe = (ROOT if args.ours else HERE) / f"recipes/{args.ours or args.recipe}.toml"
    settings = [f"data.set={folder / 'data'}", *args.set]
    if args.precision == "bf16":
        settings.append("precision=bf16")
    run = folder / f"run-{seed}-{time.monotonic_ns()}"
    flags = ["--json", "--seed", seed, "--epochs", args.epochs, "--threads", args.threads, "--out", run]
    return [args.goodness, "train", recipe, *flags, *(x for s in settings for x in ("--set", s))]


def their_command(args, folder, seed):
    program, *options = args.theirs
    common = ["--data", folder / "data", "--seed", seed, "--epochs", args.their_epochs or args.epochs]
    more = ["--threads", args.threads, "--precision", args.precision]
    return [sys.executable, HERE / program, HERE / f"recipes/{args.recipe}.toml", *common, *more, *options]


def timed(command, threads):
    """Runs a program to its end: its line of JSON, with the seconds of the whole process."""
    command = [str(c) for c in command]
    environment = os.environ | {"OMP_NUM_THREADS": str(threads), "MKL_NUM_THREADS": str(threads)}
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as errors:
        started = time.perf_counter()
        child = subprocess.Popen(command, env=environment, stdout=said, stderr=errors)
        _, status, used = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - started
        child.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0), errors.seek(0)
        if child.returncode != 0:
            raise SystemExit(f"{' '.join(command)}\nended with {child.returncode}:\n{errors.read().strip()}")
        line = json.loads(said.read().strip().splitlines()[-1])
        line.pop("data", None)  # a folder of this run alone
    # Linux counts in KiB. The largest size of this script is the least that it can say, so it stays small.
    return line | {"process_seconds": seconds, "process_peak_bytes": used.ru_maxrss * 1024}


def write_data(args, folder):
    """The files that both sides read, written by another process: this one's size is the least that it can measure."""
    first = ["--train-samples", str(args.train_samples)] if args.train_samples else []
    subprocess.run([sys.executable, HERE / "data.py", folder, args.data, *first], check=True)


def machine(threads):
    """What the figures depend on."""
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":")[1].strip() for line in file if line.startswith("model name")), "unknown")
    return {"cpu": model, "cores": os.cpu_count(), "threads": threads, "load": os.getloadavg()[0]}


def versions(args):
    """Of everything that takes part."""
    text = lambda *command: subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout.strip()
    torch = text(sys.executable, "-c", "import torch; print(torch.__version__)")
    commit = text("git", "rev-parse", "--short", "HEAD") + ("+" if text("git", "status", "--porcelain") else "")
    return {
        "goodness": text(str(args.goodness), "--version"),
        "commit": commit,
        "rustc": text("rustc", "--version"),
        "torch": torch,
        "python": platform.python_version(),
    }


def pair(args, number, folder):
    """Both once, the one that came second before first now."""
    seed = args.seed + number
    sides = [("ours", our_command), ("theirs", their_command)]
    came = {name: timed(command(args, folder, seed), args.threads) for name, command in sides[:: -1 if number % 2 else 1]}
    return {"pair": number, "first": "theirs" if number % 2 else "ours", "seed": seed, **came}


def main():
    args = arguments()
    label = args.label or "-".join([Path(args.theirs[0]).stem, *args.theirs[1:]]).replace("--", "")
    today = datetime.date.today().isoformat()
    path = args.out / f"{today}-{args.recipe}-{args.precision}-{label}.jsonl"
    if path.exists():
        raise SystemExit(f"{path}: the file exists already; runs are never overwritten")
    args.out.mkdir(parents=True, exist_ok=True)
    about = {"date": today, "recipe": args.recipe, "label": label, "precision": args.precision, "epochs": args.epochs}
    about |= {"theirs": args.theirs, "ours": args.ours or args.recipe, "set": args.set}
    about |= {"machine": machine(args.threads), "versions": versions(args)}
    with tempfile.TemporaryDirectory() as scratch, open(path, "w") as out:
        folder = Path(scratch)
        write_data(args, folder / "data")
        print(json.dumps(about), file=out, flush=True)
        for number in range(args.pairs):
            line = pair(args, number, folder)
            print(json.dumps(line), file=out, flush=True)
            ratio = line["theirs"]["process_seconds"] / line["ours"]["process_seconds"]
            errors = [line[side]["test_error"] for side in ("ours", "theirs")]
            print(f"pair {number + 1}: {ratio:.2f} times as fast, test error {errors[0]:.2f} against {errors[1]:.2f} %")
    print(path)


if __name__ == "__main__":
    main()
