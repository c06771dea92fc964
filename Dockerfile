# One image for all processes and the command line (target "holdfast"; docker-compose.yml says which one a container runs),
# and one for the sandbox, whose renderer is a development dependency.

FROM node:22.21.1-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:22.21.1-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund

# The local model service, run from its source.
FROM build AS sandbox
ENV MODEL_SERVICE_HOME=/var/lib/holdfast/model-service
RUN install --directory --owner=node --group=node /var/lib/holdfast/model-service
USER node
CMD ["node", "--import", "tsx", "model-service/main.ts"]

FROM node:22.21.1-bookworm-slim AS holdfast
# The SDK's native core verifies TLS (Temporal Cloud) against the system's certificates.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/*
# Threads of the SDK's core share two heaps of the C library, which else keeps one for each.
ENV NODE_ENV=production \
    MALLOC_ARENA_MAX=2 \
    MALLOC_MMAP_THRESHOLD_=131072 \
    MALLOC_TRIM_THRESHOLD_=131072 \
    WORKFLOW_BUNDLE=/app/dist/workflow-bundle.js \
    ASSET_HOME=/var/lib/holdfast/assets
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
# A named volume mounted there takes over this owner.
RUN install --directory --owner=node --group=node /var/lib/holdfast/assets
USER node
# Node itself is process 1, so that SIGTERM reaches it; the processes end in order on SIGTERM.
CMD ["node", "--enable-source-maps", "dist/api/main.js"]
