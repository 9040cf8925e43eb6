#!/bin/sh
# Every comparison, one after the other, on a machine that does nothing else: hours, most of them the tutorial's.
# Usage: all.sh PYTHON, one that has torch and numpy. BEST holds the options of the fastest ff.py here.
set -eu
cd "$(dirname "$0")"
python=$1
best=${BEST:-"--gradient manual --first shared"}
run() { "$python" run.py "$@"; }

# The same work, the same epochs.
run ff-1000x3 --pairs 5 --epochs 4 --label ff -- ff.py $best
run ff-1000x3 --pairs 5 --epochs 4 --precision bf16 --label ff -- ff.py $best
run ff-2000x4 --pairs 3 --epochs 3 --label ff -- ff.py $best
run ff-2000x4 --pairs 3 --epochs 3 --precision bf16 --label ff -- ff.py $best
# The same with stages of layers, each at batches of its own, to the same bits.
line='plan={name="pipelined",stages=3,in_a_row=8}'
run ff-1000x3 --pairs 5 --epochs 4 --set "$line" --label pipelined -- ff.py $best
run ff-1000x3 --pairs 5 --epochs 4 --precision bf16 --set "$line" --label pipelined -- ff.py $best
# Against backprop of the same net, and against backprop that keeps its memory small.
run ff-1000x3 --pairs 5 --epochs 4 --label backprop -- backprop.py
run ff-2000x4 --pairs 3 --epochs 3 --label backprop -- backprop.py
run ff-2000x4 --pairs 3 --epochs 3 --label backprop-micro -- backprop.py --micro 64
# To the same error, each in the epochs that it takes.
run ff-1000x3 --pairs 3 --epochs 2 --their-epochs 8 --ours mono-forward --set 'layers=[1000,1000,1000]' --label backprop-to-error -- backprop.py --batch 256
# The tutorial's settings, as they are.
run ff-tutorial --pairs 1 --epochs 1000 --label tutorial -- ff.py $best
# Convolutions: a whole training of layers that learn by themselves, then kernels alone.
run local-conv --pairs 3 --epochs 1 --train-samples 5000 --precision bf16 -- local.py
run local-conv --pairs 3 --epochs 1 --train-samples 5000 -- local.py
"$python" conv_pairs.py --pairs 5
"$python" table.py --write
