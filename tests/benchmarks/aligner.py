"""langextract's aligner, run by an interpreter of its own: windows and quotes as JSON on stdin, spans on stdout.

As it comes, the aligner also takes the longest beginning of a quote that it finds; with --whole only all of one.
Nothing of ours is imported here: langextract has its own environment (requirements-bench.txt), so that its packages
never meet our pins.
"""

import json
import sys
import time

MOST_SECONDS = 60.0  # quotes that are not there word for word take it long; what it did by then is counted


def main() -> None:
    from langextract.core.data import Extraction
    from langextract.resolver import WordAligner

    windows, parts = json.load(sys.stdin), "--whole" not in sys.argv
    spans: list[tuple[int, int] | None] = []
    started = time.perf_counter()
    for window in windows:
        if time.perf_counter() - started > MOST_SECONDS:
            break
        asked = [Extraction("norm", quote) for quote in window["quotes"]]
        (found,) = WordAligner().align_extractions(
            [asked], window["text"], char_offset=window["start"], accept_match_lesser=parts
        )
        for one in found:
            place = one.char_interval
            spans.append(None if place is None or place.start_pos is None else (place.start_pos, place.end_pos))
    json.dump({"seconds": time.perf_counter() - started, "spans": spans}, sys.stdout)


if __name__ == "__main__":
    main()
