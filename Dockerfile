# An image with Rode Draad and its model; docs/configuration.md shows how to run it.

FROM python:3.12-slim AS build
# The address of a package index with a CPU build of torch, to make the image several gigabytes smaller.
ARG PIP_EXTRA_INDEX_URL
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY ingest ingest
COPY index index
COPY app app
RUN python -m venv /opt/rodedraad \
    && /opt/rodedraad/bin/python -m pip install --constraint constraints.txt --no-cache-dir '.[milvus]'

FROM python:3.12-slim
COPY --from=build /opt/rodedraad /opt/rodedraad
RUN useradd --create-home --uid 1000 rodedraad \
    && install --directory --owner rodedraad /data /data/corpus /data/.rodedraad
ENV PATH=/opt/rodedraad/bin:$PATH PYTHONUNBUFFERED=1
USER 1000
WORKDIR /data
VOLUME ["/data/corpus", "/data/.rodedraad"]
EXPOSE 7860
HEALTHCHECK --start-period=5m \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/health', timeout=5)"]
ENTRYPOINT ["rodedraad"]
CMD ["chat", "--host", "0.0.0.0"]
