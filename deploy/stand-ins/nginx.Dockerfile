ARG SUITE
FROM ketuk-debian:${SUITE}
RUN apt-get update -q && apt-get install -qy --no-install-recommends nginx-light && rm -rf /var/lib/apt/lists/*
STOPSIGNAL SIGQUIT
