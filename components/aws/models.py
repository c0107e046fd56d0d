"""botocore's descriptions of the AWS services, without their prose.

The clients are most of what a run holds in memory, and a third of them is documentation that no call reads.
"""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from botocore.loaders import JSONFileLoader


class ModelsWithoutProse(JSONFileLoader):  # type: ignore[misc] # botocore publishes no types
    """Reads botocore's data files; to be set as the `file_loader` of its loader."""

    def load_file(self, file_path: str) -> Any:
        """Return what a data file holds, without its texts; None if there is no such file.

        Args:
            file_path: its path without `.json` or `.json.gz`.
        """
        for suffix, opened in ((".json", open), (".json.gz", gzip.open)):
            if (path := Path(file_path + suffix)).is_file():
                with opened(path, "rb") as file:
                    return json.load(file, object_hook=_without_prose)
        return None


def _without_prose(described: dict[str, Any]) -> dict[str, Any]:
    # Emptied, not removed: botocore reads some. A member may have that name, too; it is described by an object.
    if isinstance(described.get("documentation"), str):
        described["documentation"] = ""
    return described
