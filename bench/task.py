"""What the PyTorch programs have in common: the recipe, options, data, threads, and the line of JSON at the end.

The recipe is the same TOML file that `goodness train` reads. What a program does not do is refused, so that both sides
do the same work or none.
"""

import argparse
import json
import statistics
import time
import tomllib

STARTED = time.perf_counter()

import torch

import data


def peak_bytes():
    """The largest resident size that this process had."""
    with open("/proc/self/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM:"))


# What PyTorch takes before it does anything, much of it for processors that are not used here.
IMPORT_BYTES = peak_bytes()

# Every key that is not named here must be absent from a recipe: its default is what the programs do. A program that does
# other work has a list of its own.
KNOWN = {
    "data": {"set": None, "validation": None, "mean": None, "deviation": None},
    "network": {
        "layers": None,
        "overlay": {"one_hot"},
        "normalize": {"rms", "l2"},
        "goodness": {"mean_of_squares"},
        "readout": {"label_sweep"},
        "init": {"fan_in_normal", "fan_in_uniform"},
    },
    "train": {
        "loss": {"logistic"},
        "theta": None,
        "negatives": {"wrong_label"},
        "optimizer": {"adam"},
        "schedule": {"constant"},
        "plan": {"greedy", "simultaneous"},
        "epochs": None,
        "batch": None,
        "validate_every": {0},
        "seed": None,
    },
}
# The programs do not know these unless the recipe says so, for the default is another.
REQUIRED = [("train", "loss"), ("train", "schedule"), ("train", "validate_every")]


def options(about):
    """The options that every program has; a program adds its own before parsing."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("recipe", help="the recipe, a TOML file, that goodness trains by too")
    parser.add_argument("--net", help="other layers than the recipe's, such as 784-1000x3 or 784-500-500")
    parser.add_argument("--batch", type=int)
    parser.add_argument("--epochs", type=int, help="of each layer under a greedy plan")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--rate", type=float, help="another learning rate than the recipe's")
    parser.add_argument("--precision", choices=["f32", "bf16"], default="f32", help="bf16 is autocast")
    parser.add_argument("--compile", action="store_true", help="torch.compile the step")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--data", help="mnist, or a folder of IDX files, .gz or not")
    parser.add_argument("--train-samples", type=int, help="only the first so many; the validation split stays")
    parser.add_argument("--keep-denormals", action="store_true", help="to see what they cost")
    return parser


def member(table, key, default):
    """Name and parameters of a recipe's choice."""
    value = table.get(key, default)
    return (value["name"], value) if isinstance(value, dict) else (value, {})


def checked(path, known, required):
    """The recipe's tables, if a program that knows these keys does all of it."""
    with open(path, "rb") as file:
        recipe = tomllib.load(file)
    for section, keys in known.items():
        for key in recipe.get(section, {}):
            if key not in keys:
                raise SystemExit(f"{path}: {section}.{key}: these programs do not know it")
            name, allowed = member(recipe[section], key, None)[0], keys[key]
            if allowed is not None and name not in allowed:
                raise SystemExit(f"{path}: {section}.{key} = {name!r}: these programs know {sorted(allowed)}")
    for section, key in required:
        if key not in recipe.get(section, {}):
            raise SystemExit(f"{path}: {section}.{key} is missing; these programs know {known[section][key]}")
    return {section: recipe.get(section, {}) for section in known}


def widths(net):
    """The layers of 784-1000x3: [1000, 1000, 1000]."""
    try:
        first, *rest = net.split("-")
        pairs = [(part.split("x") + ["1"])[:2] for part in rest]
        layers = [int(units) for units, times in pairs for _ in range(int(times))]
        assert int(first) > 0 and layers
        return layers
    except (ValueError, AssertionError):
        raise SystemExit(f"--net {net}: expected inputs and layers, such as 784-1000x3") from None


class Task:
    """A recipe with the command line laid over it, and its data."""

    def __init__(self, args, known=KNOWN, required=REQUIRED):
        recipe = checked(args.recipe, known, required)
        part, net, train = recipe["data"], recipe["network"], recipe["train"]
        pick = lambda given, otherwise: otherwise if given is None else given
        self.args, self.recipe = args, recipe
        self.layers = widths(args.net) if args.net else net["layers"]
        self.batch = pick(args.batch, train.get("batch", 512))
        self.epochs = pick(args.epochs, train.get("epochs", 20))
        self.seed = pick(args.seed, train.get("seed", 1))
        self.greedy = member(train, "plan", "simultaneous")[0] == "greedy"
        self.theta = train.get("theta", 2.0)
        adam = member(train, "optimizer", "adam")[1]
        self.rate, self.eps = pick(args.rate, adam.get("rate", 0.001)), adam.get("eps", 1e-8)
        self.strength = member(net, "overlay", "one_hot")[1].get("strength", 1.0)
        self.normalize = member(net, "normalize", "rms")[0]
        self.init = member(net, "init", "fan_in_normal")[0]
        self.mean, self.deviation = part.get("mean", 0.0), part.get("deviation", 1.0)
        prepare_threads(args)
        torch.manual_seed(self.seed)
        source = args.data or part.get("set", "mnist")
        self.train, self.valid = split(data.load(source, "train"), part.get("validation", 10_000), args.train_samples)
        self.test = tensors(*data.load(source, "t10k"))

    def inputs(self, rows):
        """Grey levels as the first layer reads them."""
        return rows.float().div_(255).sub_(self.mean).div_(self.deviation)

    def batches(self):
        """The row numbers of an epoch's batches, in an order of its own; the last batch may be short."""
        if self.batch >= len(self.train[1]):
            return [slice(None)]
        return torch.randperm(len(self.train[1])).split(self.batch)

    def precision(self):
        """The context that computes in the precision asked for."""
        # Without the cache, which would keep the weights of the first step for as long as the context is open.
        return torch.autocast("cpu", torch.bfloat16, enabled=self.args.precision == "bf16", cache_enabled=False)

    def optimizer(self, weights):
        """Adam, in the form that is fastest on a CPU."""
        return torch.optim.Adam(weights, lr=self.rate, eps=self.eps, fused=True)

    def report(self, program, epochs, read, **more):
        """Reads validation and test set, once, and prints the line of JSON."""
        args, samples = self.args, len(self.train[1])
        errors = {name: 100 * read(*getattr(self, name)) for name in ["valid", "test"]}
        seconds = statistics.median(epochs)
        line = {
            "program": program,
            "net": "-".join(str(n) for n in [self.train[0].shape[1], *self.layers]),
            "batch": min(self.batch, samples),
            "epochs": len(epochs),
            "train_samples": samples,
            "seed": self.seed,
            "rate": self.rate,
            "precision": args.precision,
            "compile": args.compile,
            "threads": args.threads,
            "denormals": "kept" if args.keep_denormals else "flushed",
            **more,
            "seconds_per_epoch": seconds,
            "train_seconds": sum(epochs),
            "total_seconds": time.perf_counter() - STARTED,
            "samples_per_second": samples / seconds,
            "validation_error": errors["valid"],
            "test_error": errors["test"],
            "peak_bytes": peak_bytes(),
            "import_bytes": IMPORT_BYTES,
            "torch": torch.__version__,
        }
        print(json.dumps(line))


def split(loaded, held_out, first):
    """Training and validation part: the last `held_out` rows are held out, of the others the `first` are kept."""
    images, labels = tensors(*loaded)
    kept = len(labels) - held_out
    if first is not None and not 0 < first <= kept:
        raise SystemExit(f"--train-samples {first}: expected 1 to {kept}")
    return (images[:kept][:first], labels[:kept][:first]), (images[kept:], labels[kept:])


def tensors(images, labels):
    return torch.from_numpy(images), torch.from_numpy(labels).long()


def prepare_threads(args):
    """Sets the number of threads, and makes all of them flush denormals, or stops if one does not."""
    # A thread inherits the flag from the one that starts it, so it is set before there are any others.
    if not args.keep_denormals and not torch.set_flush_denormal(True):
        raise SystemExit("this processor cannot flush denormals")
    torch.set_num_threads(args.threads)
    if flushed() == args.keep_denormals:
        raise SystemExit("not every thread treats denormals as it should")


def flushed():
    """Whether all threads read denormals as zero and write none, in plain arithmetic and in products.

    Looks at bits, for a thread that reads denormals as zero would call them equal to zero.
    """
    many = 1 << 19
    smallest = torch.ones(many, dtype=torch.int32).view(torch.float32)
    read = smallest * 2.0**100
    written = torch.full((many,), 2.0**-126) * 0.5
    small = torch.full((512, 512), 2.0**-70)
    product = small @ small
    return all(int(t.view(torch.int32).count_nonzero()) == 0 for t in (read, written, product))
