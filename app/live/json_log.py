"""JSON log: a line of JSON for each event, with the request that it belongs to."""

import logging
import sys
import time
from pathlib import Path

from rodedraad.ingest.data_file import json_line
from rodedraad.ingest.errors import RodeDraadError

LOG = logging.getLogger("rodedraad")
_STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

REQUEST_ID = "X-Request-ID"
"""The header that carries the id of a request, as each line of the log names it."""


class JsonFormatter(logging.Formatter):
    """Formats a record as JSON: its time in UTC, level, event, and extra fields.

    The field `question` is left out unless `questions` is true.
    """

    def __init__(self, questions: bool) -> None:
        super().__init__()
        self._hidden = _STANDARD_FIELDS if questions else _STANDARD_FIELDS | {"question"}

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        second = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(record.created))
        line = {
            "time": f"{second}.{int(record.msecs):03}Z",
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **{name: value for name, value in vars(record).items() if name not in self._hidden},
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json_line(line)


def start_log(path: Path | None, questions: bool) -> None:
    """Log requests and answers to a file, "-" for standard error; without a file, warnings to there.

    Raises RodeDraadError if the file cannot be written.
    """
    try:
        named = path is not None and str(path) != "-"
        stream = open(path, "a", encoding="utf-8", buffering=1) if path and named else sys.stderr
    except OSError as error:
        raise RodeDraadError(f"The log {path} cannot be written ({error.strerror}).") from error
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter(questions))
    logging.getLogger().addHandler(handler)
    LOG.setLevel(logging.INFO if path else logging.WARNING)
