# The pages, the libraries and the product are built apart; the image that runs holds no compiler, no Node and no root.

FROM node:22-slim AS pages
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-progress
COPY web ./
RUN npm run build

FROM python:3.13-slim AS build
WORKDIR /src
COPY requirements/boot.lock requirements/run.lock requirements/
RUN pip install --no-cache-dir --require-hashes -r requirements/boot.lock \
 && uv venv /opt/yizhan \
 && uv pip sync --no-cache --compile-bytecode --python /opt/yizhan/bin/python requirements/run.lock
COPY . .
COPY --from=pages /src/web/dist web/dist
RUN uv pip install --no-cache --compile-bytecode --no-deps --python /opt/yizhan/bin/python .

FROM python:3.13-slim
LABEL org.opencontainers.image.title="Yizhan" \
      org.opencontainers.image.licenses="GPL-3.0-or-later"
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin yizhan \
 && install -d -o yizhan -g yizhan /data
COPY --from=build /opt/yizhan /opt/yizhan
ENV PATH=/opt/yizhan/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    YIZHAN_HOST=0.0.0.0 \
    YIZHAN_PORT=8000 \
    YIZHAN_DATA=/data
USER yizhan
WORKDIR /data
# Only /data and /tmp are written to: run with --read-only --tmpfs /tmp.
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["yizhan"]
CMD ["serve"]
