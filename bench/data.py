"""MNIST, or any folder of the four IDX files, for the programs beside this file.

    python data.py FOLDER                            writes the bundled set as plain IDX files
    python data.py FOLDER mnist --train-samples 500  the first 500 training images and the validation split
"""

import argparse
import gzip
import lzma
import struct
from pathlib import Path

import numpy as np

BUNDLED = Path(__file__).parent.parent / "data" / "mnist" / "files"
PARTS = {
    "train-images-idx3-ubyte": ["train-images-1.xz", "train-images-2.xz"],
    "train-labels-idx1-ubyte": ["train-labels-idx1-ubyte.xz"],
    "t10k-images-idx3-ubyte": ["t10k-images-idx3-ubyte.xz"],
    "t10k-labels-idx1-ubyte": ["t10k-labels-idx1-ubyte.xz"],
}


def load(source, part):
    """Images (rows x pixels, 0 to 255) and labels of `part`, "train" or "t10k"; `source` is "mnist" or a folder."""
    images = parse(original(source, f"{part}-images-idx3-ubyte"))
    labels = parse(original(source, f"{part}-labels-idx1-ubyte"))
    if len(images) != len(labels):
        raise SystemExit(f"{source}: {len(images)} {part} images but {len(labels)} labels")
    return images.reshape(len(images), -1), labels


def original(source, name):
    """The bytes of an IDX file, as an array: from inside the repository, or from a folder, gzipped or not."""
    if source == "mnist":
        unpacked = [lzma.decompress((BUNDLED / part).read_bytes()) for part in PARTS[name]]
        return np.concatenate([np.frombuffer(part, np.uint8) for part in unpacked])
    plain, packed = Path(source) / name, Path(source) / f"{name}.gz"
    if plain.is_file():
        return np.fromfile(plain, np.uint8)
    if packed.is_file():
        return np.frombuffer(bytearray(gzip.decompress(packed.read_bytes())), np.uint8)
    raise SystemExit(f"{source}: neither {name} nor {name}.gz is there")


def parse(raw):
    """The array of an IDX file of bytes."""
    zero, kind, dimensions = struct.unpack(">HBB", raw[:4].tobytes())
    if (zero, kind) != (0, 8) or dimensions not in (1, 3):
        raise SystemExit(f"not an IDX file of bytes: it starts with {raw[:4].tobytes().hex()}")
    shape = struct.unpack(f">{dimensions}I", raw[4 : 4 + 4 * dimensions].tobytes())
    return raw[4 + 4 * dimensions :].reshape(shape)


def write(folder, source, train_rows=None, held_out=10_000):
    """Writes the set as plain IDX files: both sides of a comparison read the same ones, and neither unpacks.

    With `train_rows`, the first so many of the training images and the last `held_out`, which are the validation split.
    """
    for name in PARTS:
        array = parse(original(source, name))
        if name.startswith("train") and train_rows is not None:
            if not 0 < train_rows <= len(array) - held_out:
                raise SystemExit(f"--train-samples {train_rows}: expected 1 to {len(array) - held_out}")
            array = np.concatenate([array[:train_rows], array[len(array) - held_out :]])
        header = struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape)
        (Path(folder) / name).write_bytes(header + array.tobytes())


def main():
    parser = argparse.ArgumentParser(description="Writes a set as plain IDX files")
    parser.add_argument("folder", type=Path)
    parser.add_argument("source", nargs="?", default="mnist", help="mnist, or a folder of IDX files, .gz or not")
    parser.add_argument("--train-samples", type=int)
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    write(args.folder, args.source, args.train_samples)


if __name__ == "__main__":
    main()
