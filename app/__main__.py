"""Run the command line: python -m rodedraad."""

import sys

from rodedraad.cli import main

sys.exit(main())
