# Kinoteka in an image: docs/docker.md tells how to use it.
#
#   docker build -t kinoteka .

# The lock file is made for this version of Python; Debian 13 has PostgreSQL 17's pg_dump.
FROM python:3.11-slim-trixie AS build

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
RUN python -m venv /opt/kinoteka
COPY requirements.lock ./
RUN /opt/kinoteka/bin/pip install --require-hashes -r requirements.lock
COPY pyproject.toml setup.py README.md LICENSE ./
COPY src ./src
# What builds is not needed afterwards, neither by the server nor by an intruder.
RUN /opt/kinoteka/bin/pip install --no-deps --no-build-isolation . \
    && /opt/kinoteka/bin/pip uninstall -y setuptools pip


FROM python:3.11-slim-trixie

# `kinoteka backup` runs pg_dump, which must not be older than the server that it reads.
# Build with --build-arg POSTGRESQL_CLIENT= for an image without it.
ARG POSTGRESQL_CLIENT=postgresql-client-17
# hadolint ignore=DL3008
RUN if [ -n "$POSTGRESQL_CLIENT" ]; then \
        apt-get update \
        && apt-get install -y --no-install-recommends "$POSTGRESQL_CLIENT" \
        && rm -rf /var/lib/apt/lists/*; \
    fi
RUN groupadd --system --gid 10001 kinoteka \
    && useradd --system --uid 10001 --gid kinoteka --no-create-home --home-dir /data kinoteka \
    && install -d -o kinoteka -g kinoteka -m 0700 /data /backups

COPY --from=build /opt/kinoteka /opt/kinoteka

# One heap for all threads takes a tenth less memory. Nothing is written outside /data (and /backups, by the backup service), so the rest may be mounted read-only.
ENV PATH=/opt/kinoteka/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    MALLOC_ARENA_MAX=1 \
    KINOTEKA_DATA=/data \
    KINOTEKA_HOST=0.0.0.0 \
    KINOTEKA_PORT=8000
WORKDIR /data
VOLUME /data
USER 10001:10001
EXPOSE 8000

HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['KINOTEKA_PORT'] + '/healthz', timeout=4)"]

# The exec form: SIGTERM and SIGHUP reach the server itself.
ENTRYPOINT ["kinoteka"]
CMD ["serve"]
