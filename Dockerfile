# One image for every process of the hub; the command says which: docker run IMAGE hub worker send.
FROM python:3.11-slim-bookworm AS wheels
WORKDIR /build
# Each wheel of the lock is checked against its hash; the image then installs from these and from
# nowhere else.
COPY requirements.lock ./
RUN pip wheel --no-cache-dir --require-hashes --no-deps --wheel-dir /wheels -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY hub hub
COPY connectors connectors
RUN pip install --no-cache-dir --no-index --find-links /wheels hatchling \
 && pip wheel --no-cache-dir --no-index --no-deps --no-build-isolation --wheel-dir /wheels .

FROM python:3.11-slim-bookworm
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HUB_HOST=0.0.0.0 \
    HUB_PORT=8000 \
    HUB_DATA_DIR=/var/lib/hub \
    HUB_PLUGINS_FILE=/etc/hub/plugins.toml
RUN useradd --system --uid 10001 --user-group --no-create-home hub \
 && install -d -o hub -g hub -m 0700 /var/lib/hub
# Of the wheels only what the hub needs is installed: the lock holds the tests' packages as well.
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links /wheels "sms-connector-hub[zendesk]"
COPY plugins.toml /etc/hub/plugins.toml
COPY --chmod=0755 deploy/entrypoint.sh /usr/local/bin/hub-entrypoint
USER hub
WORKDIR /var/lib/hub
VOLUME /var/lib/hub
EXPOSE 8000
ENTRYPOINT ["hub-entrypoint"]
CMD ["hub", "web"]
# For the web process; compose.yaml switches it off where nothing listens.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
