"""What a push writes: the records and bytes in RocksDB's write-ahead log."""

import dataclasses
import glob
import os
import struct

BLOCK = 32 << 10
HEADER = struct.Struct("<IHB")
BATCH = struct.Struct("<QI")
# Kinds of pieces: whole, first, middle, last; from FIRST_RECYCLABLE on with the log's number behind.
FULL, FIRST, MIDDLE, LAST = 1, 2, 3, 4
FIRST_RECYCLABLE, LAST_RECYCLABLE = 5, 8


@dataclasses.dataclass(frozen=True)
class Written:
    """What the logs of a store have: records in batches, and bytes."""

    records: int
    bytes: int

    def __sub__(self, other):
        return Written(self.records - other.records, self.bytes - other.bytes)


def written(directory):
    """Everything in the logs of the store in the directory."""
    records = size = 0
    for path in glob.glob(f"{directory}/**/[0-9]*.log", recursive=True):
        with open(path, "rb") as log:
            for batch in batches(log.read()):
                if len(batch) >= BATCH.size:
                    records += BATCH.unpack_from(batch)[1]
        size += os.path.getsize(path)
    return Written(records, size)


def batches(log):
    """The batches of a log: each in one piece, or in a first, middle ones and a last."""
    at, batch = 0, b""
    while at + HEADER.size <= len(log):
        left = BLOCK - at % BLOCK
        if left < HEADER.size:
            at += left
            continue
        _, length, kind = HEADER.unpack_from(log, at)
        at += HEADER.size
        if FIRST_RECYCLABLE <= kind <= LAST_RECYCLABLE:
            kind -= FIRST_RECYCLABLE - FULL
            piece = log[at + 4:at + 4 + length]
            at += 4
        else:
            piece = log[at:at + length]
        at += length
        if kind in (FULL, FIRST):
            batch = piece
        elif kind in (MIDDLE, LAST):
            batch += piece
        if kind in (FULL, LAST):
            yield batch
