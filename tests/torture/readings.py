"""What an event says of its device's reading, whatever the format in which it arrived."""


def reading_of(line):
    """(device, its own counter) of a line of `sluice consume` or `sluice journal cat --json`; None for what is no reading."""
    event = line.get("data", line) if "specversion" in line else line
    if event.get("sequence") is None or "gap" in line:
        return None
    return line.get("subject", line.get("device")), int(event["sequence"])
