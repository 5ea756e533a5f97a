"""`python -m monitor` is `keling-monitor`."""

from monitor.cli import main

if __name__ == "__main__":
    main()
