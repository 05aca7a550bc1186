"""What Redis runs for one decision: the algorithms of `rust/src/limiting`, over all rates at once.

``KEYS`` is one key a rate. ``ARGV`` is the cost, after ``?`` if nothing is to be counted; the time,
empty for the server's own; and two numbers a rate: a limit and a period, or for GCRA how much may
pass at once and each call's share of the period. Times are microseconds of the server's clock, one
for all hosts. States are doubles, which hold such times and counts exactly. Nothing is counted
unless every rate agrees. The reply is one line a rate: one short text is read faster than a tree.
"""

from __future__ import annotations

_BEFORE = """
local write, cost, now = true, tonumber(ARGV[1]), tonumber(ARGV[2])
if not cost then
  write, cost = false, tonumber(string.sub(ARGV[1], 2))
end
if not now then
  local time = redis.call('TIME')
  now = time[1] * 1000000 + time[2]
end

-- A state from the future: this server took over from one whose clock was ahead.
local set_back = false

-- Takes a state, and gives the state after the call, whether it passes, what remains, and the
-- microseconds until a call of this cost would pass and until nothing is left to remember.
"""

_GCRA = """
local function take(state, burst, share, cost)
  local level, at = 0, now
  if state then level, at = struct.unpack('>dd', state) end
  set_back = set_back or at > now
  level = math.max(0, level - math.max(0, now - at) / share)
  -- Less than any call, more than what rounding adds up to.
  local wait = math.max(0, level + cost - burst - 0.000001)
  if wait == 0 then level = level + cost end
  return struct.pack('>dd', level, now), wait == 0, math.floor(burst - level + 0.000001),
    wait * share, level * share
end
"""

_FIXED_WINDOW = """
local function take(state, limit, period, cost)
  local count, finish = 0, 0
  if state then count, finish = struct.unpack('>dd', state) end
  if finish <= now or count == 0 then count, finish = 0, now + period end
  set_back = set_back or finish > now + period
  finish = math.min(finish, now + period)
  local passes = count + cost <= limit
  if passes then count = count + cost end
  local left = finish - now
  return struct.pack('>dd', count, finish), passes, math.max(0, limit - count),
    passes and 0 or left, count > 0 and left or 0
end
"""

_SLIDING_WINDOW = """
local function take(state, limit, period, cost)
  local start, before, count = now, 0, 0
  if state then start, before, count = struct.unpack('>ddd', state) end
  if start > now then start, set_back = now, true end
  if now - start >= 2 * period then
    start, before, count = now, 0, 0
  elseif now - start >= period then
    start, before, count = start + period, count, 0
  end
  if before == 0 and count == 0 then start = now end
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
"""

_AFTER = """
local known, found, all_pass = {}, {}, true
for i, key in ipairs(KEYS) do
  known[i] = redis.call('GET', key)
  found[i] = {take(known[i], tonumber(ARGV[2 * i + 1]), tonumber(ARGV[2 * i + 2]), cost)}
  all_pass = all_pass and found[i][2]
end

local counts, says = write and all_pass and cost > 0, {}
for i, key in ipairs(KEYS) do
  local most, period = tonumber(ARGV[2 * i + 1]), tonumber(ARGV[2 * i + 2])
  local new, passes, remaining, wait, reset = unpack(found[i])
  if not counts then
    local _
    new, _, remaining, _, reset = take(known[i], most, period, 0)
  end
  if counts or (write and set_back) then
    redis.call('SET', key, new, 'PX', math.ceil(reset / 1000) + 1000)
  end
  if cost > most then wait = -1 end
  says[i] = string.format('%d %d %d %.0f %.0f', passes and 1 or 0, most, remaining,
    math.ceil(wait), math.ceil(reset))
end
return table.concat(says, '\\n')
"""


def _script(take: str) -> str:
    return _BEFORE + take + _AFTER


SCRIPTS = {
    "gcra": _script(_GCRA),
    "token-bucket": _script(_GCRA),
    "fixed-window": _script(_FIXED_WINDOW),
    "sliding-window": _script(_SLIDING_WINDOW),
}
