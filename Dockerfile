# The dashboard in a container: `make docker`, then
#   docker run --publish 127.0.0.1:8050:8050 --volume hotspots-data:/data hotspots
# docs/deploy.md says why the address before the port matters.
ARG BASE=python:3.11-slim

# The libraries by their hashed lock file, then the program as a wheel. EXTRAS=engines has what an engine needs too.
FROM ${BASE} AS environment
ARG EXTRAS=
RUN python -m venv /opt/hotspots
ENV PATH=/opt/hotspots/bin:$PATH
WORKDIR /build
COPY requirements.lock requirements-engines.lock ./
RUN python -m pip install --no-cache-dir --require-hashes --only-binary=:all: -r requirements${EXTRAS:+-$EXTRAS}.lock
COPY pyproject.toml README.md LICENSE app.py ./
COPY geo geo
COPY dashboard dashboard
COPY hotspots hotspots
COPY assets assets
COPY data/boundaries data/boundaries
COPY docs/methods docs/methods
COPY docs/mappings docs/mappings
COPY docs/definitions docs/definitions
COPY docs/indicators docs/indicators
RUN python -m pip install --no-cache-dir --no-deps --no-build-isolation .
# Not what serves: tests and headers of libraries, what Arrow serves with, and pip itself.
RUN cd /opt/hotspots/lib/python3*/site-packages \
    && find . -depth -type d \( -name tests -o -path ./pyarrow/include -o -path ./pyarrow/src \) -exec rm -r {} + \
    && rm pyarrow/*flight* \
    && python -m pip uninstall --yes --quiet pip

# What runs: no compiler, no pip of its own, and a user who may write to the data folder and its own home only.
FROM ${BASE}
RUN useradd --system --uid 10001 --home-dir /srv/hotspots --create-home hotspots && install -d -o hotspots /data
COPY --from=environment /opt/hotspots /opt/hotspots
WORKDIR /srv/hotspots
ENV PATH=/opt/hotspots/bin:$PATH HOTSPOTS_DATA=/data HOTSPOTS_CONTAINER=1 PYTHONUNBUFFERED=1
USER hotspots
VOLUME /data
EXPOSE 8050
# Ready once the data are open; the first start builds the demonstration county, hence the patience.
HEALTHCHECK --interval=30s --timeout=5s --start-period=180s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8050/readyz', timeout=4)"]
CMD ["hotspots", "serve", "--host", "0.0.0.0", "--workers", "2", "--log"]
