# One image for every command of lineage; `docker run` without more starts a worker.

FROM python:3.11.14-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /src
# Locks before code: a change of code installs nothing again. Wheels only, so no compiler is needed.
COPY requirements.lock requirements-build.lock ./
RUN python -m venv --without-pip /opt/lineage \
 && pip --python /opt/lineage/bin/python install \
      --no-cache-dir --only-binary :all: --require-hashes --no-deps -r requirements.lock \
 && python -m venv /opt/build \
 && /opt/build/bin/pip install \
      --no-cache-dir --only-binary :all: --require-hashes --no-deps -r requirements-build.lock
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY lineage lineage
COPY streams streams
RUN /opt/build/bin/pip wheel --no-cache-dir --no-deps --no-index --no-build-isolation \
      --wheel-dir /dist . \
 && pip --python /opt/lineage/bin/python install --no-cache-dir --no-deps --no-index /dist/*.whl \
 && /opt/lineage/bin/lineage --version


FROM python:3.11.14-slim-bookworm
# Nothing that could install anything; and a user who owns nothing but the folder of the keys.
RUN pip uninstall --yes --quiet --root-user-action=ignore setuptools wheel pip \
 && groupadd --gid 10001 lineage \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /tmp \
      --shell /usr/sbin/nologin lineage \
 && install --directory --mode 0700 --owner lineage --group lineage /keys
COPY --from=build /opt/lineage /opt/lineage
ENV PATH=/opt/lineage/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    LINEAGE_KEYS=/keys/lineage
USER 10001:10001
WORKDIR /tmp
EXPOSE 9464
# A worker that does not answer here does not move either: its watchdog ends it.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:9464/metrics', timeout=4)"]
ENTRYPOINT ["lineage"]
CMD ["work", "--metrics-port", "9464"]
