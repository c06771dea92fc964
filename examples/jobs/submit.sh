#!/usr/bin/env bash
# Submits one of the job bodies beside this file and follows it to its end:
#
#   examples/jobs/submit.sh static-ad
#   examples/jobs/submit.sh edit out_…     an edit names the output that it changes
#
# It works on the stack of `npm start`. API (an address) and KEY (an account's key) name another.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

API="${API:-$(../../holdfast stack get api_url)}"
KEY="${KEY:-$(../../holdfast stack get account_key)}"
BODY="$(cat "$1.json")"
BODY="${BODY/out_of_an_earlier_job/${2:-out_of_an_earlier_job}}"

call() { curl -sS --fail-with-body "$API$1" -H "Authorization: Bearer $KEY" "${@:2}"; }
field() { node -p "JSON.parse(require('fs').readFileSync(0)).$1"; }

# A key of our own: were this request sent again, it would be the same job.
JOB="$(call /v1/jobs -H "Idempotency-Key: example-$1-$(date +%s%N)" -H 'Content-Type: application/json' --data "$BODY")" || {
  echo "$JOB" >&2
  exit 1
}
ID="$(field id <<<"$JOB")"
echo "$ID: $(field billing.reserved <<<"$JOB") credits reserved"

# The stream ends with the job.
call "/v1/jobs/$ID/events" -sN -H 'Accept: text/event-stream' | grep '^event: ' || true

JOB="$(call "/v1/jobs/$ID")"
echo "$(field state <<<"$JOB"): $(field summary <<<"$JOB"), $(field billing.committed <<<"$JOB") credits charged"
field 'outputs.map((output) => output.id + " " + output.content_type + " " + output.content_url).join("\n")' <<<"$JOB"
[[ "$(field state <<<"$JOB")" == succeeded ]]
