"""Pages that carry their list as JSON in a script."""

from __future__ import annotations

from monitor.spiders.json_list import JsonListSpider


class EmbeddedStateSpider(JsonListSpider):
    """Reads the JSON that stands in a page behind what `answer.after` matches."""
