"""Rows of a text file with separators: commas, tabs or semicolons; UTF-8, UTF-16 or GB 18030 (GBK)."""

from __future__ import annotations

import codecs
import csv
from pathlib import Path
from typing import IO

from functions.imports.readers.limits import MAX_CELL, OnAbout, Refused, Rows

SEPARATORS = "\t,;"
SAMPLE = 64 * 1024
READ_BYTES = 256 * 1024
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def rows(path: Path, _: OnAbout) -> Rows:
    """The records; a record may span several lines. Raises Refused."""
    with path.open("rb") as file:
        encoding = _encoding(file)
    csv.field_size_limit(MAX_CELL * 2)
    try:
        with path.open(encoding=encoding, newline="") as text:
            separator = _separator(text.read(SAMPLE))
            text.seek(0)
            for number, row in enumerate(csv.reader(text, delimiter=separator), 1):
                if number == 1 and len(row) <= 2 and "".join(row).lower().startswith("sep="):
                    continue
                yield number, row
    except csv.Error as error:
        raise Refused("cell_too_long" if "field larger" in str(error) else "file_damaged") from error


def _encoding(file: IO[bytes]) -> str:
    """The encoding of the whole file. Text that is not UTF-8 is GB 18030 if its first lines have Chinese in it, else
    Windows 1252: an English file from western Europe."""
    begin = file.read(SAMPLE)
    marked = tuple(encoding for mark, encoding in _MARKS if begin.startswith(mark))
    is_english = begin.split(b"\n", 1)[0].isascii()
    for encoding in marked or ("utf-8", *(("cp1252", "gb18030") if is_english else ("gb18030",))):
        if _decodes(file, encoding):
            return encoding
    raise Refused("encoding_unknown")


def _decodes(file: IO[bytes], encoding: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        while data := file.read(READ_BYTES):
            decoder.decode(data)
        decoder.decode(b"", True)
    except UnicodeDecodeError:
        return False
    return True


def _separator(sample: str) -> str:
    """The separator that stands most often outside quotes in the first record that has one."""
    if sample[:4].lower() == "sep=" and len(sample) > 4:
        return sample[4]
    for line in sample.splitlines():
        outside = "".join(line.split('"')[::2])
        counts = {separator: outside.count(separator) for separator in SEPARATORS}
        if any(counts.values()):
            return max(counts, key=lambda separator: counts[separator])
    return ","
