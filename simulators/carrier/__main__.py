from simulators.carrier.program import main

main()
