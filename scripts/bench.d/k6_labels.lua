-- The requests of benchmarking/labels.js of zapier/prom-aggregation-gateway, which is for k6: 36
-- groups, a body with indented lines, and a content type that is none of Prometheus's.

local jobs = { "job1", "job2", "job3", "job4" }
local labels = { "foo", "bar", "baz" }
local label_values = { "qux", "fred", "thud" }

local function any(list)
  return list[math.random(#list)]
end

local payload = [[

  # TYPE some_metric counter
  some_metric{label="val1"} %d
  # TYPE another_metric gauge
  # HELP another_metric Just an example.
  another_metric %d
  k6_http_requests_total{method="post",code="200"} %d
  ]]

function request()
  return wrk.format(
    "POST",
    string.format("/metrics/job/%s/%s/%s", any(jobs), any(labels), any(label_values)),
    { ["Content-Type"] = "application/json" },
    string.format(payload, math.random(1, 49), math.random(1000, 2999), math.random(3000, 3999)))
end

function init()
  math.randomseed(os.time())
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    "RESULT answers=%d micros=%d p50=%d p99=%d max=%d refused=%d broken=%d\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    latency.max, errors.status, errors.connect + errors.read + errors.write))
end
