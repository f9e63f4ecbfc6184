"""Run the command as `python -m kinoteka.cli`."""

from kinoteka.cli.main import main

main()
