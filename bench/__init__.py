"""Benchmarks: each prints the time of the product beside a floor on the same data.

`python -m bench` runs all of them, `python -m bench.plan` one. Importing this package reads the
command line and sets Django up, so that the modules below may import models.
"""

from bench.engine import prepare

OPTIONS = prepare()
