"""`python -m casawrapper.casa.doctor`."""

from casawrapper.casa.doctor.checks import main

main()
