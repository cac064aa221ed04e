/**
 * One exchange with the state that processes share, atomic on the server and by the server's clock: what this process
 * has to tell is written down, then it gets what places there are. What is told is told in full or under a name of its
 * own, so that telling it again changes nothing. It follows `WindowState` and `MemoryBudget`, and is laid out like them.
 *
 * KEYS: the state, then for each window the times at which requests were answered.
 */
export const SCRIPT: string = `
local next_arg = 0
local function arg() next_arg = next_arg + 1; return ARGV[next_arg] end
local function num() return tonumber(arg()) end

local state = KEYS[1]
local time = redis.call("TIME")
local now = time[1] * 1000 + time[2] / 1000
local me, known, lease = arg(), arg(), num()
local function get(field) return tonumber(redis.call("HGET", state, field) or nil) end
local function set(field, value)
  if value then redis.call("HSET", state, field, value) else redis.call("HDEL", state, field) end
end

-- The windows, as this process knows them or as the server has told since.
local windows, longest = {}, 0
for index = 1, #KEYS - 1 do
  local name, limit, ms = arg(), num(), num()
  local window = { name = name, key = KEYS[index + 1] }
  window.limit = get("limit:" .. name) or limit
  window.ms = get("ms:" .. name) or ms
  window.proven = get("proven:" .. name) or math.huge
  window.gap = get("gap:" .. name) or 0
  window.try_at = get("try:" .. name) or 0
  windows[index] = window
  longest = math.max(longest, window.ms)
end
local function span(window) return window.ms * 1.001 end

-- A state that this process has not seen: it tells all that it knows before it gets anything.
local id = redis.call("HGET", state, "id")
if not id then
  id = me .. string.format(":%.3f", now)
  set("id", id)
end
local is_strange = known ~= "" and known ~= id

-- The processes. What one held that died may have been counted until its lease was over.
local held, under_way, waiting, processes = 0, 0, 0, 1
local round = get("round") or 0
local function count(window, places, at, member)
  for place = 1, places do redis.call("ZADD", window.key, at, member .. ":" .. place) end
end
local function read(fields)
  for index = 1, #fields, 2 do
    local process = string.match(fields[index], "^p:(.*)")
    if process and process ~= me then
      local own, own_under_way, own_round, seen, due = string.match(fields[index + 1], "(%S+) (%S+) (%S+) (%S+) (%S+)")
      own, own_under_way, own_round, seen, due =
        tonumber(own), tonumber(own_under_way), tonumber(own_round), tonumber(seen), tonumber(due)
      if own > 0 and seen + lease < now then
        for _, window in ipairs(windows) do count(window, own, seen + lease, process .. string.format(":%.3f", seen)) end
        own = 0
        set("p:" .. process, string.format("0 0 0 %.3f 0", seen))
      end
      if math.max(seen, due) + longest + lease < now and own == 0 then set("p:" .. process, nil) else processes = processes + 1 end
      held = held + own
      if own > 0 and own_round == round then under_way = under_way + own_under_way end
      -- Told to come back by now, and not here yet: it gets its part.
      if due <= now and now <= due + 100 then waiting = waiting + 1 end
    end
  end
end
read(redis.call("HGETALL", state))

-- What this process tells: what it holds, what was answered since, and what was not counted.
local own, own_under_way, own_round, returned, through, late = num(), num(), num(), num(), num(), num()
if own_round ~= round then own_under_way, returned, through = 0, 0, 0 end
held = held + own
under_way = under_way + own_under_way
for _ = 1, num() do
  local member, places, age = arg(), num(), num()
  for _, window in ipairs(windows) do count(window, places, now - age, me .. ":" .. member) end
end
for _, window in ipairs(windows) do
  redis.call("ZREMRANGEBYSCORE", window.key, "-inf", now - span(window))
  window.answered = redis.call("ZCARD", window.key)
  if through > 0 and window.answered >= window.limit then window.proven = math.huge end
end

-- What the server says is left: what it has counted and no process has, others have used.
for _ = 1, num() do
  local window, remaining, limit, ms = windows[num()], num(), num(), num()
  if limit >= 0 and limit ~= window.limit then
    if limit > window.limit then window.proven = math.min(window.limit, window.proven) end
    window.limit = math.max(1, limit)
    set("limit:" .. window.name, window.limit)
  end
  if ms >= 0 and ms ~= window.ms then
    window.ms = ms
    set("ms:" .. window.name, ms)
  end
  local unknown = math.max(0, window.limit - remaining - held - window.answered)
  count(window, unknown, now, string.format("others:%.3f:", now) .. me)
  window.answered = window.answered + unknown
end

-- A refusal, and those let through that left before it.
local pause_ms, pause_round, full = num(), num(), num()
local paused_until = get("paused") or 0
local ramp, given = get("ramp"), get("given") or 0
if not ramp and redis.call("HEXISTS", state, "round") == 0 then
  ramp = num()
  set("round", round)
else
  num()
end
ramp = ramp or math.huge
if pause_ms >= 0 then
  paused_until = math.max(paused_until, now + pause_ms)
  if pause_round == round then
    local window = windows[full]
    for _, other in ipairs(full == 0 and windows or {}) do
      if not window or (other.ms >= pause_ms and (window.ms < pause_ms or other.ms < window.ms))
        or (window.ms < pause_ms and other.ms > window.ms) then window = other end
    end
    if window then
      local after = now + pause_ms - math.max(1000, window.ms / 20) - window.ms
      local through = math.max(1, redis.call("ZCOUNT", window.key, string.format("(%.3f", after), "+inf"))
      if window.proven < math.huge and through < window.proven * 1.1 then
        window.gap = math.min(16 * window.ms, math.max(window.ms, 2 * window.gap))
      else
        window.gap = 0
      end
      window.try_at = now + window.gap
      window.proven = through
      set("full", window.name)
    end
    round, ramp, given, under_way, own_under_way, returned = round + 1, 1, 0, 0, 0, 0
  end
elseif late > 0 then
  local name = redis.call("HGET", state, "full")
  for _, window in ipairs(windows) do
    if window.name == name then window.proven = window.proven + late end
  end
end

-- When all of a step are answered, twice as many may leave.
given = math.max(0, given - returned)
if under_way == 0 then
  if given >= ramp then ramp = ramp * 2 end
  local most = 64
  for _, window in ipairs(windows) do most = math.max(most, window.limit) end
  if ramp > most then ramp = math.huge end
  given = 0
end

-- The places.
local wanted, least = num(), num()
local function safe(window) return math.min(window.limit, math.ceil(window.proven / 2)) end
local function expected(window) return window.gap > 0 and math.min(window.limit, window.proven) or window.limit end
local function used(window) return held + window.answered end
local function try_at(window)
  if used(window) < safe(window) or used(window) >= window.limit then return math.huge end
  return used(window) < window.proven and now or window.try_at
end
local function room(window)
  local free = safe(window) - used(window)
  if free > 0 and free >= math.min(least, safe(window)) then return math.max(free, least) end
  return held == 0 and now >= try_at(window) and least or 0
end
local function free_at(window, places)
  local index = places - 1 - expected(window) + used(window)
  if index < 0 then return now end
  local excess = math.max(0, window.answered - expected(window))
  local turn = math.floor((index - excess) / expected(window))
  local position = index - turn * expected(window)
  local entry = redis.call("ZRANGE", window.key, position, position, "WITHSCORES")
  local free = (tonumber(entry[2]) or now) + (turn + 1) * span(window)
  if places == 1 and held == 0 then return math.min(free, math.max(now, try_at(window))) end
  return free
end

local free = given > 0 and ramp - given or math.max(ramp, least)
for _, window in ipairs(windows) do free = math.min(free, room(window)) end
if is_strange or now < paused_until then free = 0 end
-- It has had its part: first come those who have not.
local served = tonumber(string.match(redis.call("HGET", state, "p:" .. me) or "", "-(%S+)$")) or 0
local is_served = waiting > 0 and now < served
if is_served then free = 0 end
local share = math.max(least, math.ceil(free / (waiting + 1)))
local places = math.min(wanted, free, share)
if places < least then places = 0 end
own, held, own_under_way, given = own + places, held + places, own_under_way + places, given + places

local wait = paused_until - now
for _, window in ipairs(windows) do wait = math.max(wait, free_at(window, math.max(1, least)) - now) end
local has_part = is_served or (places < free and places < wanted)
if has_part then wait = 5
elseif wait <= 0 then wait = 50
elseif now >= paused_until then wait = math.min(1000, math.max(5, wait)) end
-- One tries to get more than was allowed: it will not take long.
for _, window in ipairs(windows) do
  if now >= paused_until and held > 0 and now >= try_at(window) then wait = math.min(wait, 100) end
end
local due = 0
if is_served then due = -served elseif has_part then due = -now - 5 elseif wanted > places then due = now + wait end

set("p:" .. me, string.format("%d %d %d %.3f %.3f", own, own_under_way, round, now, due))
set("round", round)
set("ramp", ramp < math.huge and ramp or nil)
set("given", given)
set("paused", string.format("%.3f", paused_until))
local keep = math.ceil(math.max(0, paused_until - now) + 17 * longest + lease + 60000)
redis.call("PEXPIRE", state, keep)
local reply = { is_strange and 1 or 0, places, round, math.ceil(wait), math.max(0, math.ceil(paused_until - now)), processes, id }
for _, window in ipairs(windows) do
  set("proven:" .. window.name, window.proven < math.huge and window.proven or nil)
  set("gap:" .. window.name, window.gap)
  set("try:" .. window.name, string.format("%.3f", window.try_at))
  redis.call("PEXPIRE", window.key, math.ceil(span(window) + lease + 60000))
  for _, value in ipairs({ window.limit, expected(window), used(window), window.ms, math.ceil(free_at(window, 1) - now) }) do
    reply[#reply + 1] = math.floor(value)
  end
end
return reply
`;
