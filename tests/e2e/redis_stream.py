"""A reader of the journal on Redis, made from what ARCHITECTURE.md says of the stream and from nothing else."""

import os
import re
import struct
from dataclasses import dataclass, field

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
HEADER = struct.Struct("<IIIQQI")
RECORD = struct.Struct("<IIQ")
VERSION, RECEIVED, NOTE = 64, 65, 96


class Damaged(Exception):
    pass


def crc_table():
    for n in range(256):
        for _ in range(8):
            n = n >> 1 ^ (0x82f63b78 if n & 1 else 0)
        yield n


CRC = tuple(crc_table())


def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc = crc >> 8 ^ CRC[(crc ^ byte) & 0xff]
    return crc ^ 0xffffffff


def tables():
    """Keys of fields by their number, and words of types by theirs, as the header has them."""
    with open(os.path.join(ROOT, "include", "footfall", "field.h"), encoding="utf-8") as file:
        rows = re.findall(r'^ +X\(([A-Z_]+), "(\w+)", (.*?)\)', file.read(), re.M)
    fields = [key for _, key, rest in rows if rest.startswith("FF_KIND_")]
    return fields, {int(rest): word for _, word, rest in rows if rest.isdigit()}


FIELDS, TYPES = tables()


def unpack(data, at=0):
    """(value, where it ends) of the MessagePack at that place."""
    kind = data[at]
    at += 1
    if kind < 0x80 or kind >= 0xe0:
        return (kind if kind < 0x80 else kind - 256), at
    for low, high, make in ((0x80, 0x90, unpack_map), (0x90, 0xa0, unpack_array), (0xa0, 0xc0, unpack_text)):
        if low <= kind < high:
            return make(data, at, kind - low)
    if kind in CONSTANTS:
        return CONSTANTS[kind], at
    form, make = WIDE[kind]
    value, = struct.unpack_from(form, data, at)
    at += struct.calcsize(form)
    return make(data, at, value) if make else (value, at)


def unpack_map(data, at, count):
    found = {}
    for _ in range(count):
        key, at = unpack(data, at)
        found[key], at = unpack(data, at)
    return found, at


def unpack_array(data, at, count):
    found = []
    for _ in range(count):
        value, at = unpack(data, at)
        found.append(value)
    return found, at


def unpack_text(data, at, length):
    return data[at:at + length].decode(), at + length


CONSTANTS = {0xc0: None, 0xc2: False, 0xc3: True}
WIDE = {0xca: (">f", None), 0xcb: (">d", None), 0xcc: (">B", None), 0xcd: (">H", None), 0xce: (">I", None),
        0xcf: (">Q", None), 0xd0: (">b", None), 0xd1: (">h", None), 0xd2: (">i", None), 0xd3: (">q", None),
        0xd9: (">B", unpack_text), 0xda: (">H", unpack_text), 0xdb: (">I", unpack_text),
        0xdc: (">H", unpack_array), 0xdd: (">I", unpack_array), 0xde: (">H", unpack_map), 0xdf: (">I", unpack_map)}


@dataclass
class Record:
    seq: int
    body: bytes

    @property
    def erased(self):
        return not self.body

    @property
    def map(self):
        found, end = unpack(self.body)
        if end != len(self.body):
            raise Damaged(f"record {self.seq}: bytes behind its end")
        return found

    @property
    def note(self):
        return bool(self.body) and NOTE in self.map

    @property
    def event(self):
        """What the beacon said, by the keys it has on the wire; its type as a word."""
        found = {FIELDS[key]: value for key, value in self.map.items() if key < VERSION}
        return {**found, "type": TYPES[found["type"]]}


@dataclass
class Entry:
    epoch: int
    number: int             # the second part of its id
    begin: int = None       # of an epoch: the number of the last record before it
    by: str = ""
    took: tuple = None      # (epoch, number): of that epoch's owner all is here up to that record
    records: list = field(default_factory=list)

    @property
    def id(self):
        return f"{self.epoch}-{self.number}"


def group(data):
    """The records of a group, each checked."""
    mark, count, size, first, durable, crc = HEADER.unpack_from(data)
    if mark or crc != crc32c(data[:28]) or size != len(data) - HEADER.size or durable >= first or not count:
        raise Damaged(f"a group's header: {data[:32].hex()}")
    at, found = HEADER.size, []
    for seq in range(first, first + count):
        length, crc, number = RECORD.unpack_from(data, at)
        end = at + RECORD.size + length
        if number != seq or end > len(data) or crc != crc32c(data[at + 8:end]):
            raise Damaged(f"record {seq} of a group")
        found.append(Record(seq, bytes(data[at + RECORD.size:end])))
        at = end
    if at != len(data):
        raise Damaged("a group is longer than its records")
    return found


def two(text):
    epoch, _, number = text.decode().partition("-")
    return int(epoch), int(number)


def entry(id_, flat):
    """An entry as Redis gives it: its id, and its fields and values in turn."""
    said = dict(zip(flat[::2], flat[1::2]))
    made = Entry(*two(id_))
    if b"begin" in said:
        made.begin, made.by = int(said[b"begin"]), said[b"by"].decode()
    if b"took" in said:
        made.took = two(said[b"took"])
    if b"group" in said:
        made.records = group(said[b"group"])
        if made.records[-1].seq != made.number:
            raise Damaged(f"{made.id} ends with record {made.records[-1].seq}")
    return made


class Stream:
    """The stream of a shard, read over a connection (redis_server.Resp)."""

    def __init__(self, client, prefix="footfall", shard="default"):
        self.client, self.base, self.last = client, f"{prefix}:{{{shard}}}:", "0-0"
        self.seen = None  # the number of the last record that was given

    def key(self, name):
        return self.base + name

    def entries(self, wait=0, count=100):
        """The entries after the last one that was given; wait: seconds to wait for the first of them."""
        block = ("BLOCK", round(wait * 1000)) if wait else ()
        while True:
            answer = self.client.call("XREAD", "COUNT", count, *block, "STREAMS", self.key("journal"), self.last)
            if not answer:
                return
            for id_, flat in answer[0][1]:
                self.last = id_.decode()
                yield entry(id_, flat)
            block = ()

    def records(self, wait=0):
        """The records after the last one that was given, in order. Damaged when some are missing and no
        beginning of an epoch says why."""
        for found in self.entries(wait):
            if found.begin is not None:
                self.seen = found.begin
            for record in found.records:
                if self.seen not in (None, record.seq - 1):
                    raise Damaged(f"record {record.seq} comes after record {self.seen}")
                self.seen = record.seq
                yield record
