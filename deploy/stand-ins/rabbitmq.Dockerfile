ARG SUITE
FROM ketuk-debian:${SUITE}
RUN apt-get update -q && apt-get install -qy --no-install-recommends rabbitmq-server \
    && rm -rf /var/lib/apt/lists/* /var/lib/rabbitmq/* \
    && ln -s /usr/lib/rabbitmq/bin/* /usr/local/sbin/ 2>/dev/null; \
    mkdir -p /etc/rabbitmq/conf.d && rm -f /etc/rabbitmq/rabbitmq-env.conf \
    && echo '[rabbitmq_management,rabbitmq_prometheus].' >/etc/rabbitmq/enabled_plugins \
    && chown -R rabbitmq: /etc/rabbitmq /var/lib/rabbitmq
COPY rabbitmq-entrypoint /usr/local/bin/docker-entrypoint.sh
ENV HOME=/var/lib/rabbitmq RABBITMQ_LOGS=- LANG=C.UTF-8
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["rabbitmq-server"]
