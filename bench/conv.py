"""Products of a convolution in PyTorch: forward, and the gradient of the weights alone, channels last.

    python conv.py                     every product, seconds each as a line of JSON
    python conv.py 64-bf16-gradient    one of them

128 pictures, squares of 3×3, as many channels above as below. f32 is PyTorch's own products, bf16 has operands and results
in bf16, which is the best that it can do: no conversion is counted. `best` is the faster of eager and compiled.
"""

import json
import statistics
import sys
import time

import torch
from torch.nn.functional import conv2d

from task import flushed

SHAPES = {64: 32, 128: 16, 256: 8}
NAMES = [f"{c}-{p}-{d}" for c in SHAPES for p in ("f32", "bf16") for d in ("forward", "gradient")]


def forward(x, w, dz):
    return conv2d(x, w, padding=1)


def gradient(x, w, dz):
    """Of the weights alone: nothing is asked about the picture."""
    mask = [False, True, False]
    return torch.ops.aten.convolution_backward(dz, x, w, None, [1, 1], [1, 1], [1, 1], False, [0, 0], 1, mask)[1]


def operands(name):
    channels, precision, _ = name.split("-")
    kind, side, channels = (torch.bfloat16 if precision == "bf16" else torch.float32), SHAPES[int(channels)], int(channels)
    shapes = [(128, channels, side, side), (channels, channels, 3, 3), (128, channels, side, side)]
    return [torch.randn(s).to(kind).to(memory_format=torch.channels_last) for s in shapes]


def seconds(work, least=0.3):
    """Seconds of each round, for about `least` seconds."""
    work(), work()
    rounds, start = [], time.perf_counter()
    while len(rounds) < 5 or time.perf_counter() - start < least:
        before = time.perf_counter()
        work()
        rounds.append(time.perf_counter() - before)
    return rounds


class Product:
    """One product, in the form that is faster here."""

    def __init__(self, name, compile=True):
        plain = forward if name.endswith("forward") else gradient
        self.operands, self.form, self.work = operands(name), "eager", plain
        if not compile:
            return
        try:
            compiled = torch.compile(plain)
            times = [statistics.median(self.rounds_of(f)) for f in (plain, compiled)]
            if times[1] < times[0]:
                self.form, self.work = "compiled", compiled
        except Exception as e:  # no compiler on this machine
            self.form = f"eager, for compiling failed: {type(e).__name__}"

    def rounds_of(self, work, least=0.3):
        with torch.no_grad():
            return seconds(lambda: work(*self.operands), least)

    def rounds(self):
        return self.rounds_of(self.work)


def prepare(threads):
    if not torch.set_flush_denormal(True):
        raise SystemExit("this processor cannot flush denormals")
    torch.set_num_threads(threads)
    if not flushed():
        raise SystemExit("not every thread flushes denormals")
    torch.manual_seed(1)


def main():
    prepare(2)
    for name in sys.argv[1:] or NAMES:
        if name not in NAMES:
            raise SystemExit(f"{name}: expected one of {', '.join(NAMES)}")
        product = Product(name)
        print(json.dumps({"name": name, "form": product.form, "seconds": statistics.median(product.rounds())}), flush=True)


if __name__ == "__main__":
    main()
