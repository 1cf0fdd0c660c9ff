-- The pushes of scripts/bench, for wrk with one thread. Groups are pushed to in turn; each has two
-- series in each of five families, and every push brings ten other values.
--
--   wrk ... -s push.lua URL -- GROUPS           until the time is up
--   wrk ... -s push.lua URL -- GROUPS PUSHES    until as many are answered
--   wrk ... -s push.lua URL -- constant         one and the same request over and over: what wrk
--                                               itself can send
--
-- A request is made by joining two strings that exist already, a group's head and one of the
-- bodies, all of which have the same length: wrk and the server share the machine, and what making
-- requests costs, the server lacks.

local stages = { "extract", "load" }

local families = {
  {
    name = "etl_records_processed_total",
    type = "counter",
    help = "Records that went through a stage of the job.",
    value = function() return string.format("%d", math.random(1e6, 1e7 - 1)) end,
  },
  {
    name = "etl_records_rejected_total",
    type = "counter",
    help = "Records that a stage of the job could not use.",
    value = function() return string.format("%d", math.random(100, 999)) end,
  },
  {
    name = "etl_stage_duration_seconds",
    type = "gauge",
    help = "How long the stage took in the last run.",
    value = function() return string.format("%.3f", math.random(10000, 99999) / 1000) end,
  },
  {
    name = "etl_stage_last_success_timestamp_seconds",
    type = "gauge",
    help = "When the stage last ended well, as a Unix time.",
    value = function() return string.format("1.%09de+09", math.random(7e8, 8e8)) end,
  },
  {
    name = "etl_stage_peak_memory_bytes",
    type = "gauge",
    help = "The most memory that the stage took in the last run.",
    value = function() return string.format("%d", math.random(1e8, 1e9 - 1)) end,
  },
}

-- Prime, and so no divisor of any number of groups used here: a group's next push never has the
-- body of its last.
local BODIES = 4099

local function body()
  local lines = {}
  for _, family in ipairs(families) do
    lines[#lines + 1] = string.format("# HELP %s %s\n", family.name, family.help)
    lines[#lines + 1] = string.format("# TYPE %s %s\n", family.name, family.type)
    for _, stage in ipairs(stages) do
      lines[#lines + 1] =
        string.format('%s{stage="%s"} %s\n', family.name, stage, family.value())
    end
  end
  return table.concat(lines)
end

local function head(group, length)
  return string.format(
    "PUT /metrics/job/nightly-etl/instance/worker-%05d HTTP/1.1\r\n"
      .. "Host: %s:%s\r\n"
      .. "Content-Type: text/plain; version=0.0.4\r\n"
      .. "Content-Length: %d\r\n\r\n",
    group, wrk.host, wrk.port, length)
end

local bodies = {}
local heads = {}
local group = 0
local next_body = 0
local answered = 0

local function next_request()
  group = group % #heads + 1
  next_body = next_body % BODIES + 1
  return heads[group] .. bodies[next_body]
end

-- wrk then prepares the request once and asks this script for nothing.
local function send_always_the_same()
  wrk.method = "PUT"
  wrk.path = "/metrics/job/nightly-etl/instance/worker-00001"
  wrk.headers["Content-Type"] = "text/plain; version=0.0.4"
  wrk.body = body()
end

local function prepare(groups)
  for i = 1, BODIES do
    bodies[i] = body()
    assert(#bodies[i] == #bodies[1])
  end
  for i = 1, groups do
    heads[i] = head(i, #bodies[1])
  end
  next_body = math.random(BODIES)
  request = next_request
end

-- Has a response function, without which wrk does not even keep what it receives.
local function exit_after(pushes)
  -- As many as there are connections may overtake the last one that counts, and the very first
  -- request is wrk's own, to see what this script makes.
  local enough = pushes + 64
  response = function(status)
    if status >= 300 then
      io.stderr:write("a push was answered ", status, "\n")
      os.exit(1)
    end
    answered = answered + 1
    if answered == enough then
      -- Not wrk.thread:stop(): wrk would wait for the end of its time all the same.
      os.exit(0)
    end
  end
end

function init(arguments)
  math.randomseed(os.time())
  if arguments[1] == "constant" then
    send_always_the_same()
    return
  end
  prepare(tonumber(arguments[1]))
  if arguments[2] then
    exit_after(tonumber(arguments[2]))
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    "RESULT answers=%d micros=%d p50=%d p99=%d refused=%d broken=%d\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write))
end
