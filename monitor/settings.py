"""Scrapy's settings: the route of an article, and manners. A source's own are set by its spider."""

from __future__ import annotations

from importlib.util import find_spec

BOT_NAME = "keling-monitor"
SPIDER_LOADER_CLASS = "monitor.spiders.Catalogue"

# The route.
ITEM_PIPELINES = {
    "monitor.pipelines.RelevancePipeline": 100,
    "monitor.pipelines.ExtractionPipeline": 200,
    "monitor.pipelines.LedgerPipeline": 300,
}

# Manners: one honest name, robots.txt, one request at a time a host, its own pace, no second try at once.
USER_AGENT = "KelingMonitor/1.0"
ROBOTSTXT_OBEY = True
ROBOTSTXT_USER_AGENT = "KelingMonitor"
COOKIES_ENABLED = False
AUTOTHROTTLE_MAX_DELAY = 60
RETRY_TIMES = 1
# Not 429: who says that he has had enough is not asked again in this run.
RETRY_HTTP_CODES = [500, 502, 503, 504, 522, 524, 408]
DEFAULT_REQUEST_HEADERS = {
    "Accept": "application/atom+xml,application/rss+xml,application/xml;q=0.9,text/html;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh,en;q=0.9,de;q=0.8,ja;q=0.8",
}

# A quarter more pages a second than asyncio's own loop; where it does not install, that one does.
ASYNCIO_EVENT_LOOP = "uvloop.Loop" if find_spec("uvloop") else None

# Only what a run needs: each step of Scrapy's costs every page its share.
DOWNLOADER_MIDDLEWARES = {
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "monitor.middlewares.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.redirect.RedirectMiddleware": None,
    "monitor.middlewares.ListRedirectMiddleware": 600,
    "scrapy.downloadermiddlewares.redirect.MetaRefreshMiddleware": None,
    "monitor.middlewares.RefreshMiddleware": 580,
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapy.downloadermiddlewares.httpauth.HttpAuthMiddleware": None,
}
SPIDER_MIDDLEWARES = {
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    "scrapy.spidermiddlewares.metacopy.MetaCopyDetectionMiddleware": None,
}
DOWNLOADER_STATS = False
WARN_ON_GENERATOR_RETURN_VALUE = False
# Scrapy starts so many workers an answer, each with its task, and the pipelines do one item after another anyway.
CONCURRENT_ITEMS = 1

# Limits.
CONCURRENT_REQUESTS = 16
DOWNLOAD_TIMEOUT = 30
DOWNLOAD_MAXSIZE = 20 * 10**6
DOWNLOAD_WARNSIZE = 0
REDIRECT_MAX_TIMES = 5
METAREFRESH_MAXDELAY = 5
URLLENGTH_LIMIT = 4000

# Only the web, only public addresses unless the source says otherwise, only servers that prove who they are.
DOWNLOAD_HANDLERS = {
    "http": "monitor.guard.GuardedDownloadHandler",
    "https": "monitor.guard.GuardedDownloadHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
TWISTED_DNS_RESOLVER = "monitor.guard.GuardedResolver"
DOWNLOAD_VERIFY_CERTIFICATES = True

# Nothing listens, nothing is printed that the run does not say itself. Scrapy 2.19 loads what its base names even where
# it is off: the remote control brings a web server, a quarter of a second of every run.
EXTENSIONS_BASE = {
    "scrapy.extensions.corestats.CoreStats": 0,
    "scrapy.extensions.closespider.CloseSpider": 0,
    "scrapy.extensions.feedexport.FeedExporter": 0,
    "scrapy.extensions.throttle.AutoThrottle": 0,
}
DEFAULT_DROPITEM_LOG_LEVEL = "DEBUG"
RETRY_GIVE_UP_LOG_LEVEL = "DEBUG"
LOG_LEVEL = "INFO"
