"""The hub under any WSGI server: `gunicorn wsgi`, `waitress-serve wsgi:application`, …"""

from hub.factory import build
from hub.logs import set_up
from hub.web import create_app

set_up("web")
hub = build()
hub.watch_keys()
application = create_app(hub)
