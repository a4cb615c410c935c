"""Without stubs: Gradio, imported without the stubs for editors that it otherwise writes at every import.

They are a third of the processor time that the import takes.
"""

import inspect
import os
from typing import Any
from unittest.mock import patch

_file = inspect.getfile


def _no_file_of_gradio(of: Any) -> str:
    """The file of a class or function; OSError for Gradio's own, of which it then writes no stub."""
    if str(getattr(of, "__module__", "")).startswith("gradio."):
        raise OSError
    return _file(of)


os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"  # before gradio is imported
with patch.object(inspect, "getfile", _no_file_of_gradio):
    import gradio  # noqa: F401  (later imports of it find it loaded)
