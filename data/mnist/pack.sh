#!/bin/sh
# Makes files/*.xz from a folder that holds the four original MNIST files. Usage: pack.sh FOLDER
set -eu
from=$(cd "$1" && pwd)
cd "$(dirname "$0")/files"
# Two halves of 30,000 images each, so that two threads can decompress them.
head -c 23520016 "$from/train-images-idx3-ubyte" | xz -9e >train-images-1.xz
tail -c +23520017 "$from/train-images-idx3-ubyte" | xz -9e >train-images-2.xz
for name in train-labels-idx1-ubyte t10k-images-idx3-ubyte t10k-labels-idx1-ubyte; do
  xz -9e <"$from/$name" >"$name.xz"
done
