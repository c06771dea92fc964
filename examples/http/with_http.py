"""One picture by the HTTP document alone, with Python's standard library.

HOLDFAST_API_URL=http://127.0.0.1:8787 HOLDFAST_API_KEY=hf_live_... python3 examples/http/with_http.py
"""

import hashlib
import json
import os
import time
import urllib.error
import urllib.request
import uuid

API = os.environ["HOLDFAST_API_URL"]
KEY = os.environ["HOLDFAST_API_KEY"]


def call(method, path, body=None, headers=None, tries=5):
    """Sends a request until it has an answer. The same Idempotency-Key makes it one effect."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(API + path, data=data, method=method)
    request.add_header("Authorization", f"Bearer {KEY}")
    request.add_header("Content-Type", "application/json")
    for name, value in (headers or {}).items():
        request.add_header(name, value)
    for attempt in range(1, tries + 1):
        try:
            with urllib.request.urlopen(request, timeout=75) as response:
                return response.read()
        except urllib.error.HTTPError as error:
            problem = json.loads(error.read())
            if not problem["retryable"] or attempt == tries:
                raise SystemExit(f"{problem['code']}: {problem['detail']} ({problem['request_id']})")
            time.sleep(int(error.headers.get("Retry-After", 1)))
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if attempt == tries:
                raise
            time.sleep(attempt)


ad = {"kind": "static_ad", "brief": {"headline": "Fresh bread, every morning"}}
quote = json.loads(call("POST", "/v1/quotes", ad))
print(f"It costs {quote['total']} credits of {quote['available']}.")

submission = {**ad, "quote_id": quote["id"]}
headers = {"Idempotency-Key": str(uuid.uuid4()), "Prefer": "wait=55"}
job = json.loads(call("POST", "/v1/jobs", submission, headers))
while job["finished_at"] is None:
    job = json.loads(call("POST", "/v1/jobs", submission, headers))
print(f"{job['state']}: {job['summary']}, {job['billing']['committed']} credits charged")

for output in job["outputs"]:
    if output["state"] != "succeeded":
        continue
    content = call("GET", output["content_url"])
    if hashlib.sha256(content).hexdigest() != output["sha256"]:
        raise SystemExit("these are other bytes")
    with open(f"{output['id']}.png", "wb") as file:
        file.write(content)
    print(f"{output['id']}.png: {len(content)} bytes of {output['content_type']}")
