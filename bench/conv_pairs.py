"""Convolutions of ours and of PyTorch in turn, pair by pair.

    python conv_pairs.py --pairs 5

Of every product of conv.py, a third of a second of ours (a process, `goodness bench --answer`) and of theirs (in this one), the
one that came second before first in the next pair. Writes runs/conv/DATE-LABEL.jsonl, a line a product, and prints the
ratios theirs/ours: above 1, ours is faster.
"""

import argparse
import datetime
import json
import statistics
import subprocess
import time
from pathlib import Path

import conv
from run import HERE, ROOT, machine, versions
from table import spread


def arguments():
    parser = argparse.ArgumentParser(description="Convolutions in turn, pair by pair")
    parser.add_argument("products", nargs="*", help="such as 64-bf16-gradient [default: all]")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--eager", action="store_true", help="do not try to compile theirs")
    parser.add_argument("--goodness", default=ROOT / "target/release/goodness", help="our program")
    parser.add_argument("--label", default="conv")
    parser.add_argument("--out", default=HERE / "runs" / "conv", type=Path)
    args = parser.parse_args()
    for name in args.products:
        if name not in conv.NAMES:
            parser.error(f"{name}: expected one of {', '.join(conv.NAMES)}")
    return args


def ours(args, name):
    command = [args.goodness, "bench", "--answer", f"convolution:{name}", "--threads", str(args.threads)]
    said = subprocess.run(command, capture_output=True, text=True)
    if said.returncode != 0:
        raise SystemExit(f"{args.goodness}: {said.stderr.strip()}")
    return statistics.median(json.loads(said.stdout))


def pairs(args, name):
    """Both in turn; theirs waits for its threads to rest before ours begins."""
    theirs, came = conv.Product(name, not args.eager), []
    for number in range(args.pairs):
        pair = {}
        for side in ("ours", "theirs")[:: -1 if number % 2 else 1]:
            time.sleep(0.1)
            pair[side] = ours(args, name) if side == "ours" else statistics.median(theirs.rounds())
        came.append(pair)
    return {"name": name, "form": theirs.form, "pairs": came}


def main():
    args = arguments()
    conv.prepare(args.threads)
    today = datetime.date.today().isoformat()
    path = args.out / f"{today}-{args.label}.jsonl"
    if path.exists():
        raise SystemExit(f"{path}: the file exists already; runs are never overwritten")
    args.out.mkdir(parents=True, exist_ok=True)
    with open(path, "w") as out:
        about = {"date": today, "machine": machine(args.threads), "versions": versions(args)}
        print(json.dumps(about), file=out, flush=True)
        for name in args.products or conv.NAMES:
            line = pairs(args, name)
            print(json.dumps(line), file=out, flush=True)
            ratio = spread([pair["theirs"] / pair["ours"] for pair in line["pairs"]])
            print(f"{name:20} {ratio}   theirs {line['form']}", flush=True)
    print(path)


if __name__ == "__main__":
    main()
