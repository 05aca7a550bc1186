"""What Redis runs for one decision: the algorithms of `rust/src/limiting`, over all rates at once.

Times are whole microseconds of the server's clock, one for all hosts. States are two or three
doubles, which hold such times and counts exactly. Nothing is counted unless every rate agrees.
"""

from __future__ import annotations

SCRIPT = """
local algorithm, write, cost, now = ARGV[1], ARGV[2] == '1', tonumber(ARGV[3]), tonumber(ARGV[4])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- A state from the future: this server took over from one whose clock was ahead.
local set_back = false

-- Each takes a state, and gives the state after the call, whether it passes, what remains, and the
-- microseconds until a call of this cost would pass and until nothing is left to remember.
local take = {}

take['gcra'] = function(state, limit, period, burst, cost)
  local share, level, at = period / math.max(limit, 1), 0, now
  if state then level, at = struct.unpack('>dd', state) end
  set_back = set_back or at > now
  level = math.max(0, level - math.max(0, now - at) / share)
  -- Less than any call, more than what rounding adds up to.
  local wait = math.max(0, level + cost - burst - 0.000001)
  if wait == 0 then level = level + cost end
  return struct.pack('>dd', level, now), wait == 0, math.floor(burst - level + 0.000001),
    wait * share, level * share
end

take['fixed-window'] = function(state, limit, period, burst, cost)
  local count, finish = 0, 0
  if state then count, finish = struct.unpack('>dd', state) end
  if finish <= now then count, finish = 0, now + period end
  set_back = set_back or finish > now + period
  finish = math.min(finish, now + period)
  local passes = count + cost <= limit
  if passes then count = count + cost end
  local left = finish - now
  return struct.pack('>dd', count, finish), passes, math.max(0, limit - count),
    passes and 0 or left, count > 0 and left or 0
end

take['sliding-window'] = function(state, limit, period, burst, cost)
  local start, before, count = now, 0, 0
  if state then start, before, count = struct.unpack('>ddd', state) end
  if start > now then start, set_back = now, true end
  if now - start >= 2 * period then
    start, before, count = now, 0, 0
  elseif now - start >= period then
    start, before, count = start + period, count, 0
  end
  local weight = before * (start + period - now) / period
  local passes = weight + count + cost <= limit + 0.000001
  local function faded(number, room)
    return number > room and period * (number - room) / number or 0
  end
  local wait = 0
  if passes then
    count = count + cost
  elseif count + cost <= limit then
    wait = start + faded(before, limit - cost - count) - now
  else
    wait = start + period + faded(count, limit - cost) - now
  end
  local windows = count > 0 and 2 or (before > 0 and 1 or 0)
  return struct.pack('>ddd', start, before, count), passes,
    math.max(0, math.floor(limit - weight - count + 0.000001)), math.max(0, wait),
    windows > 0 and start + windows * period - now or 0
end

take['token-bucket'] = take['gcra']

local function arguments(i)
  local at = 5 + 3 * (i - 1)
  return tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
end

local known, says, all_pass = {}, {}, true
for i, key in ipairs(KEYS) do
  known[i] = redis.call('GET', key)
  local limit, period, burst = arguments(i)
  local new, passes, remaining, wait, reset = take[algorithm](known[i], limit, period, burst, cost)
  all_pass = all_pass and passes
  says[i] = {passes, wait, new, remaining, reset}
end

local counts = write and all_pass and cost > 0
for i, key in ipairs(KEYS) do
  local _, wait, new, remaining, reset = unpack(says[i])
  local limit, period, burst = arguments(i)
  if not counts then
    new, _, remaining, _, reset = take[algorithm](known[i], limit, period, burst, 0)
  end
  if counts or (write and set_back) then
    redis.call('SET', key, new, 'PX', math.ceil(reset / 1000) + 1000)
  end
  local most = (algorithm == 'gcra' or algorithm == 'token-bucket') and burst or limit
  if cost > most then wait = -1 end
  says[i] = {says[i][1] and 1 or 0, most, remaining, math.ceil(wait), math.ceil(reset)}
end
return says
"""
