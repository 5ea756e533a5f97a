"""What companies file with an exchange: a list in JSON whose rows are documents, most of them PDF."""

from __future__ import annotations

from monitor.spiders.json_list import JsonListSpider


class DisclosureSpider(JsonListSpider):
    """Reads an exchange's list; the rows of the company are chosen by a filter in `items.rows`.

    A list that leaves rows out (`answer.more`) is a fault: a filing must not be missed for want of a longer answer.
    """
