# One image, three commands: node dist/api/server.js, dist/workers/control.js, dist/workers/fetch.js.
# The target `demo` adds the simulated CloudFront and AWS of local/, for docker compose --profile demo.

FROM node:26.10.0-trixie-slim AS base
WORKDIR /app

FROM base AS build
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --include=dev --no-audit --no-fund
COPY . .
RUN node local/build.mjs

FROM build AS compiled
# The product never imports these two.
RUN rm -r dist/local dist/bench

FROM base AS dependencies
COPY package.json package-lock.json ./
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --no-audit --no-fund
COPY deploy/prune-platforms.mjs deploy/
# The Temporal SDK ships its native library for five platforms, of which a container runs one.
RUN node deploy/prune-platforms.mjs

FROM base AS runtime
# HOST: reachable from outside the container; the api then refuses to start without keys.
# METRICS_PORT: a worker's health check reads its metrics.
ENV NODE_ENV=production HOST=0.0.0.0 PORT=8080 METRICS_PORT=9464
COPY package.json ./
COPY --chmod=755 deploy/with-secrets.sh /usr/local/bin/with-secrets
COPY deploy/health.mjs deploy/
USER node
EXPOSE 8080 9464
# Exec form all the way: the process itself is pid 1 and gets SIGTERM.
ENTRYPOINT ["with-secrets"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --start-interval=1s --retries=3 \
  CMD ["node", "deploy/health.mjs"]

FROM runtime AS demo
USER root
RUN install -d -o node -g node /edge
USER node
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
CMD ["node", "dist/local/edge/main.js", "--help"]

FROM runtime AS product
COPY --from=dependencies /app/node_modules node_modules
COPY --from=compiled /app/dist dist
CMD ["node", "dist/api/server.js"]
