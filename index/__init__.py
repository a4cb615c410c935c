"""Index: passages become findable, and questions find them."""

import os

# A question is many small sums: threads would wait for one another longer than they compute, above all
# beside other programs. Texts are embedded by onnxruntime, which has threads of its own.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
