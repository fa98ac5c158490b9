# One image for every service: docker build -t throughline:0.1.0 .   (after make release, which makes dist/)
# Name another base by its digest, if you keep one: --build-arg PYTHON=python:3.11-slim-bookworm@sha256:…
ARG PYTHON=python:3.11-slim-bookworm

FROM ${PYTHON} AS build
COPY requirements.lock dist/throughline-*.whl /build/
RUN python -m venv /opt/throughline \
    && /opt/throughline/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r /build/requirements.lock \
    && /opt/throughline/bin/pip install --no-cache-dir --no-deps --no-index /build/throughline-*.whl

FROM ${PYTHON}
# What reports are drawn with as PDF; the base's release of Debian says which version.
# hadolint ignore=DL3008
RUN apt-get update --quiet \
    && apt-get install --yes --no-install-recommends libpangoft2-1.0-0 libharfbuzz-subset0 fonts-dejavu-core \
    && rm -rf /var/lib/apt/lists/*
# 999 is the user of PostgreSQL's and of RabbitMQ's images as well, so that one owner of the secret files will do.
RUN groupadd --system --gid 999 throughline \
    && useradd --system --uid 999 --gid 999 --no-create-home --home-dir /nonexistent throughline \
    && install --directory --owner 999 --group 999 --mode 0700 /var/lib/throughline /etc/throughline
COPY --from=build /opt/throughline /opt/throughline
ENV PATH=/opt/throughline/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
USER 999:999
ENTRYPOINT ["throughline"]
HEALTHCHECK --interval=30s --timeout=15s --start-period=60s CMD ["python", "-m", "deploy.health"]
