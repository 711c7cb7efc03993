"""Writes `rag/text/data/readings.json.gz`: the characters of GBK by their readings in pinyin with tone marks.

    pip install pypinyin==0.55.0 && python -m eval.make_readings

pypinyin (MIT, by mozillazg) is needed for this script only; its table is the one of mozillazg/pinyin-data, also MIT.
"""

from __future__ import annotations

import gzip
import json
from collections import defaultdict

from pypinyin import pinyin_dict  # type: ignore[import-not-found,unused-ignore] # not a dependency, see above

from rag.text.readings import READINGS_FILE, normal_reading


def main() -> None:
    """Command line."""
    by_reading: defaultdict[str, str] = defaultdict(str)
    for code, readings in sorted(pinyin_dict.pinyin_dict.items()):
        if len(chr(code).encode("gbk", errors="ignore")) == 2:
            for reading in dict.fromkeys(map(normal_reading, readings.split(","))):
                by_reading[reading] += chr(code)
    table = {
        "source": "pypinyin 0.55.0 (mozillazg/python-pinyin), MIT; characters of GBK; made by eval/make_readings.py",
        "readings": by_reading,
    }
    packed = json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
    READINGS_FILE.write_bytes(gzip.compress(packed, 9, mtime=0))


if __name__ == "__main__":
    main()
