-- The pushes of scripts/bench, for wrk with one thread. Groups are pushed to in turn; each has as many
-- series as wanted in five families, and every push brings other values. Words after "--":
--
--   groups=N series=N prefix=/metrics   until the time is up
--   ... pushes=N                        until as many are answered
--   ... seconds=N                       and tells how many were sent in each of the first N seconds
--   constant=1                          one and the same request over and over: what wrk itself can
--                                       send
--   scrape=1 gzip=1                     scrapes, plain without the second word
--
-- A request is made by joining two strings that exist already, a group's head and one of the
-- bodies, all of which have the same length: wrk and the server share the machine, and what making
-- requests costs, the server lacks.

local options = { groups = 1000, series = 10, prefix = "/metrics" }

local function stage_name(number)
  return ({ "extract", "load" })[number] or string.format("stage-%05d", number)
end

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

-- Primes, and so no divisors of any number of groups used here: a group's next push never has the
-- body of its last. Large bodies are fewer.
local BODY_COUNTS = { 4099, 1021, 251, 61, 13, 3 }
local MOST_BYTES = 48e6

local function body()
  local lines = {}
  for _, family in ipairs(families) do
    lines[#lines + 1] = string.format("# HELP %s %s\n", family.name, family.help)
    lines[#lines + 1] = string.format("# TYPE %s %s\n", family.name, family.type)
    for stage = 1, math.max(1, options.series / #families) do
      lines[#lines + 1] =
        string.format('%s{stage="%s"} %s\n', family.name, stage_name(stage), family.value())
    end
  end
  return table.concat(lines)
end

local function head(group, length)
  return string.format(
    "PUT %s/job/nightly-etl/instance/worker-%05d HTTP/1.1\r\n"
      .. "Host: %s:%s\r\n"
      .. "Content-Type: text/plain; version=0.0.4\r\n"
      .. "Content-Length: %d\r\n\r\n",
    options.prefix, group, wrk.host, wrk.port, length)
end

local bodies = {}
local heads = {}
local group = 0
local next_body = 0
local answered = 0
local threads = {}

-- Global, so that done() can ask for it.
sent_in = {}

local function next_request()
  group = group % #heads + 1
  next_body = next_body % #bodies + 1
  return heads[group] .. bodies[next_body]
end

-- wrk then prepares the request once and asks this script for nothing.
local function send_always_the_same()
  wrk.method = "PUT"
  wrk.path = options.prefix .. "/job/nightly-etl/instance/worker-00001"
  wrk.headers["Content-Type"] = "text/plain; version=0.0.4"
  wrk.body = body()
end

local function scrape()
  wrk.path = "/metrics"
  if options.gzip then
    wrk.headers["Accept-Encoding"] = "gzip"
  end
end

local function prepare()
  local first = body()
  for _, count in ipairs(BODY_COUNTS) do
    if count * #first <= MOST_BYTES or count == BODY_COUNTS[#BODY_COUNTS] then
      for i = 1, count do
        bodies[i] = body()
        assert(#bodies[i] == #first)
      end
      break
    end
  end
  for i = 1, options.groups do
    heads[i] = head(i, #first)
  end
  next_body = math.random(#bodies)
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

-- os.time() has whole seconds, and so the first one is shorter than a second and not told.
local function count_seconds(seconds)
  local began = os.time()
  for i = 1, seconds do
    sent_in[i] = 0
  end
  request = function()
    local second = os.time() - began
    if second > 0 and second <= seconds then
      sent_in[second] = sent_in[second] + 1
    end
    return next_request()
  end
end

function setup(thread)
  threads[#threads + 1] = thread
end

function init(arguments)
  math.randomseed(os.time())
  for _, word in ipairs(arguments) do
    local key, value = word:match("^(%w+)=(.*)$")
    options[key] = tonumber(value) or value
  end
  if options.scrape then
    scrape()
  elseif options.constant then
    send_always_the_same()
  else
    prepare()
  end
  if options.pushes then
    exit_after(options.pushes)
  end
  if options.seconds then
    count_seconds(options.seconds)
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    "RESULT answers=%d micros=%d p50=%d p99=%d max=%d refused=%d broken=%d\n",
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    latency.max, errors.status, errors.connect + errors.read + errors.write))
  io.write("SECONDS ", table.concat(threads[1]:get("sent_in"), " "), "\n")
end
