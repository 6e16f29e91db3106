"""`python -m lyceum` is the command `lyceum`."""

from lyceum.cli.main import main

main()
