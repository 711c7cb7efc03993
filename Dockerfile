# syntax=docker/dockerfile:1
# Two stages: packages are installed where compilers may be had, and the image that runs holds only what they left.

FROM python:3.12-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/jushi
WORKDIR /src
# constraints.txt pins every package; the index has torch built for CPUs, which pip prefers to the build with CUDA.
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY embeddings embeddings
COPY rag rag
COPY eval eval
COPY seeds seeds
RUN /opt/jushi/bin/pip install --extra-index-url "$TORCH_INDEX" -c constraints.txt ".[documents,local,mcp]"

FROM python:3.12-slim-bookworm
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/jushi jushi \
    && mkdir -p /var/lib/jushi/data /var/lib/jushi/cache \
    && chown -R jushi:jushi /var/lib/jushi
COPY --from=build /opt/jushi /opt/jushi
ENV PATH=/opt/jushi/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    JUSHI_DATA=/var/lib/jushi/data \
    JUSHI_CACHE=/var/lib/jushi/cache \
    JUSHI_HOST=0.0.0.0 \
    JUSHI_PORT=8000
USER 10001
WORKDIR /var/lib/jushi
VOLUME /var/lib/jushi
EXPOSE 8000
# Health is that of the process; /readyz says whether it can answer yet.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['JUSHI_PORT']}/healthz\", timeout=4)"]
STOPSIGNAL SIGTERM
CMD ["jushi", "serve", "--seeds"]
