"""What Redis runs for one decision: the algorithms of `rust/src/limiting`, over all rates at once.

Times are whole microseconds of the server's clock, one for all hosts. States are two or three
doubles, which hold such times and counts exactly. Nothing is written unless every rate agrees.
"""

from __future__ import annotations

SCRIPT = """
local algorithm, write, cost, now = ARGV[1], ARGV[2] == '1', tonumber(ARGV[3]), tonumber(ARGV[4])
if not now then
  local time = redis.call('TIME')
  now = tonumber(time[1]) * 1000000 + tonumber(time[2])
end

-- Each takes a state, and gives the state after the call, whether it passes, what remains, and the
-- microseconds until a call of this cost would pass and until nothing is left to remember.
local take = {}

take['gcra'] = function(state, limit, period, burst, cost)
  local share, level, at = period / math.max(limit, 1), 0, now
  if state then level, at = struct.unpack('>dd', state) end
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
  if start > now then start = now end
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

local says, states, all_pass = {}, {}, true
for i, key in ipairs(KEYS) do
  local at = 5 + 3 * (i - 1)
  local limit, period, burst = tonumber(ARGV[at]), tonumber(ARGV[at + 1]), tonumber(ARGV[at + 2])
  local state = redis.call('GET', key)
  local new, passes, remaining, wait, reset = take[algorithm](state, limit, period, burst, cost)
  states[i] = {new, reset}
  if not write or not passes then
    local _
    _, _, remaining, _, reset = take[algorithm](state, limit, period, burst, 0)
  end
  all_pass = all_pass and passes
  local most = (algorithm == 'gcra' or algorithm == 'token-bucket') and burst or limit
  if cost > most then wait = -1 end
  says[i] = {passes and 1 or 0, most, remaining, math.ceil(wait), math.ceil(reset)}
end
if write and all_pass and cost > 0 then
  for i, key in ipairs(KEYS) do
    redis.call('SET', key, states[i][1], 'PX', math.ceil(states[i][2] / 1000) + 1000)
  end
end
return says
"""
