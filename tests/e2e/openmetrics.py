"""OpenMetrics 1.0 text, read strictly: whatever breaks its rules is a Failure."""

import re

from footfall import Failure

NAME = r"[a-z_][a-z0-9_]*"
SAMPLE = re.compile(rf'({NAME})(?:\{{({NAME}="(?:[^"\\\n]|\\[\\"n])*"(?:,{NAME}="(?:[^"\\\n]|\\[\\"n])*")*)\}})? (\S+)')
LABEL = re.compile(rf'({NAME})="((?:[^"\\]|\\.)*)"')
NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?([eE][+-]?\d+)?|Inf)|NaN")
SUFFIXES = {"counter": {"_total"}, "gauge": {""}, "info": {"_info"}, "stateset": {""},
            "histogram": {"_bucket", "_sum", "_count"}}
UNITS = ("seconds", "bytes")


def unescaped(text):
    return re.sub(r"\\(.)", lambda m: {"n": "\n"}.get(m[1], m[1]), text)


class Family:
    def __init__(self, name):
        self.name, self.type, self.unit, self.help = name, None, None, None
        self.samples = []  # (suffix, labels as a dict, value as a text)

    def describe(self, what, text):
        if getattr(self, what) is not None or self.samples:
            raise Failure(f"{self.name}: {what} again, or behind samples")
        setattr(self, what, text)

    def check(self):
        if self.type not in SUFFIXES or not self.help:
            raise Failure(f"{self.name}: type {self.type}, help {self.help}")
        unit = next((u for u in UNITS if self.name.endswith("_" + u)), None)
        if self.unit != unit:
            raise Failure(f"{self.name}: unit {self.unit}")
        if len({(s, *sorted(labels.items())) for s, labels, _ in self.samples}) != len(self.samples):
            raise Failure(f"{self.name}: a sample twice")
        for suffix, labels, value in self.samples:
            self.check_sample(suffix, labels, value)
        if self.type == "histogram":
            self.check_histogram()

    def check_sample(self, suffix, labels, value):
        if suffix not in SUFFIXES[self.type] or not NUMBER.fullmatch(value):
            raise Failure(f"{self.name}{suffix}: {labels} {value}")
        if self.type == "counter" and not float(value) >= 0:
            raise Failure(f"{self.name}: a counter of {value}")
        if self.type == "info" and value != "1":
            raise Failure(f"{self.name}: an info of {value}")
        if self.type == "stateset" and (value not in ("0", "1") or self.name not in labels):
            raise Failure(f"{self.name}: a state of {value}, {labels}")

    def check_histogram(self):
        """Of those without further labels: rising bounds and counts, of which the last is the count."""
        bounds = [float(labels["le"]) for suffix, labels, _ in self.samples if suffix == "_bucket"]
        counts = [float(value) for suffix, _, value in self.samples if suffix == "_bucket"]
        whole = [float(value) for suffix, _, value in self.samples if suffix == "_count"]
        if (bounds != sorted(set(bounds)) or bounds[-1] != float("inf") or counts != sorted(counts)
                or whole != counts[-1:]):
            raise Failure(f"{self.name}: {bounds} {counts} {whole}")


def families(text):
    """A dict of families by their names."""
    if not text.endswith("\n# EOF\n"):
        raise Failure(f"no end: {text[-100:]!r}")
    found, family = {}, None
    for line in text[:-len("# EOF\n")].splitlines():
        about = re.fullmatch(rf"# (TYPE|UNIT|HELP) ({NAME}) (.+)", line)
        if about:
            if family is None or family.name != about[2]:
                if about[2] in found:
                    raise Failure(f"{about[2]} comes twice")
                family = found[about[2]] = Family(about[2])
            family.describe(about[1].lower(), about[3])
            continue
        sample = SAMPLE.fullmatch(line)
        if not sample or family is None or not sample[1].startswith(family.name):
            raise Failure(f"out of place: {line!r}")
        labels = LABEL.findall(sample[2] or "")
        if len(dict(labels)) != len(labels) or any(not value for _, value in labels):
            raise Failure(f"labels: {line!r}")
        family.samples.append((sample[1][len(family.name):], {k: unescaped(v) for k, v in labels}, sample[3]))
    for family in found.values():
        family.check()
    return found
