# The official image has headers for building extensions, and `python` beside `python3`.
ARG SUITE
FROM ketuk-debian:${SUITE}
RUN apt-get update -q && apt-get install -qy --no-install-recommends python3 python3-venv python3-dev \
    && rm -rf /var/lib/apt/lists/* && ln -s /usr/bin/python3 /usr/local/bin/python
