#!/usr/bin/python3
"""Whether a gateway that was built without Paho is without it, and without OpenSSL, which only Paho needs."""

import re
import subprocess
import sys


def main():
    libraries = subprocess.run(["ldd", sys.argv[1]], check=True, capture_output=True, text=True).stdout
    found = re.findall(r"\blib(?:paho|ssl|crypto)\S*", libraries)
    if found:
        sys.exit(f"{sys.argv[1]} needs {', '.join(found)}")


if __name__ == "__main__":
    main()
