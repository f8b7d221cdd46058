# Two stages: build the environment, then carry only that and the code.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/vbr
WORKDIR /src
COPY requirements.lock ./
RUN /opt/vbr/bin/pip install --require-hashes -r requirements.lock
COPY setup.cfg pyproject.toml README.md LICENSE ./
COPY vbr_engine ./vbr_engine
COPY service ./service
RUN /opt/vbr/bin/pip install --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
# Pango draws the PDF reports; DejaVu is their typeface.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        fonts-dejavu-core libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin vbr \
    && install -d -o vbr -g vbr -m 0700 /data
COPY --from=build /opt/vbr /opt/vbr
COPY question_banks /opt/vbr/question_banks
ENV PATH=/opt/vbr/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    VBR_ENVIRONMENT=production \
    VBR_BANKS=/opt/vbr/question_banks \
    VBR_DATA_DIR=/data
USER vbr
WORKDIR /data
# With a read-only root: docker run --read-only --tmpfs /tmp -v vbr-data:/data \
#     -e VBR_SECRET_KEY_FILE=... -e VBR_API_TOKENS_FILE=... -p 8000:8000 vbr-engine
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["gunicorn", "-c", "python:service.gunicorn_conf", "-b", "0.0.0.0:8000", "service:create_app()"]
