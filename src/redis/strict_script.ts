/**
 * The strict script: reads the binding set, matches, and pushes, with nothing between. Spec http-redis §6.2 D: three
 * billed commands and, on Upstash, a lock on the whole database for as long as it runs.
 *
 * The matching is that of `routing/`, in Lua: any-runs are found leftmost first, so no routing key makes it backtrack.
 * Rows that need more (a quantified character, a newline in the key, a pattern of another Kombu) are given back undecided,
 * before anything is pushed, and the caller sends the script again with its own verdict on them.
 * @module
 */
/**
 * KEYS: the binding set, then the guard if there is one. Queue lists cannot be declared, they are found in the set.
 * ARGV 14 and 15: the depths that queues may have by name, and the ends of their lists' keys, as JSON, or empty. From 16 on:
 * how many bindings to declare, these, then pairs of a decided member and 1 or 0.
 * Replies `{1, queues, dead-lettered, skipped members, number of members}`, `{0, record}`, `{2, error}`, `{3, undecided
 * members}` or `{4, full queue}`.
 */
export const STRICT_SCRIPT: string = `local sep, kind, key = ARGV[1], ARGV[2], ARGV[3]
local prefix, suffix, head, middle, tail = ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local info, rest, tag, dead, seconds = ARGV[9], ARGV[10], ARGV[11], ARGV[12], ARGV[13]
if KEYS[2] then
  local record = redis.call('GET', KEYS[2])
  if record then return {0, record} end
end
local declared = tonumber(ARGV[16])
for i = 17, 16 + declared do redis.call('SADD', KEYS[1], ARGV[i]) end
local decided = {}
for i = 17 + declared, #ARGV, 2 do decided[ARGV[i]] = ARGV[i + 1] end

local function fields(member)
  local list, from = {}, 1
  while true do
    local at = string.find(member, sep, from, true)
    if not at then
      list[#list + 1] = string.sub(member, from)
      return list
    end
    list[#list + 1] = string.sub(member, from, at - 1)
    from = at + #sep
  end
end

-- The pattern as fixed-length Lua patterns with any-runs between; nil when it holds anything else.
local function segments(pattern)
  if string.sub(pattern, 1, 1) ~= '^' or string.sub(pattern, -1) ~= '$' then return nil end
  local list, at, last = {''}, 2, #pattern - 1
  while at <= last do
    local c = string.sub(pattern, at, at)
    if string.sub(pattern, at, at + 2) == '.*?' then
      list[#list + 1] = ''
      at = at + 3
    elseif string.sub(pattern, at, at + 4) == '[^\\\\.]' then
      if list[#list] ~= '' or #list == 1 then return nil end
      list[#list] = '[^%.]'
      at = at + 5
    else
      if c == '\\\\' then
        at = at + 1
        c = string.sub(pattern, at, at)
        if at > last then return nil end
        if string.sub(pattern, at, at + 2) == '000' then
          c = '\\0'
          at = at + 2
        elseif string.find(c, '^%w$') then
          return nil
        end
      elseif string.find(c, '^[%[%].*+?(){}|^$]$') then
        return nil
      end
      list[#list] = list[#list] .. (c == '\\0' and '%z' or string.gsub(c, '^%p$', '%%%0'))
      at = at + 1
    end
  end
  return list
end

local function whole(text, pattern)
  return string.find(text, '^' .. pattern .. '$') ~= nil
end

local function matches(list, text)
  if string.find(text, '\\n', 1, true) then return nil end
  if #list == 1 then return whole(text, list[1]) end
  local _, at = string.find(text, '^' .. list[1])
  if not at then return false end
  for i = 2, #list - 1 do
    local from, to = string.find(text, list[i], at + 1)
    if not from then return false end
    at = to
  end
  local last = list[#list]
  local length = select(2, string.gsub(string.gsub(string.gsub(last, '%[%^%%%.%]', 'x'), '%%.', 'x'), '.', ''))
  local from = #text - length + 1
  return from > at and whole(string.sub(text, from), last)
end

local queues, seen, skipped, undecided = {}, {}, {}, {}
local members = redis.call('SMEMBERS', KEYS[1])
for _, member in ipairs(members) do
  local row = fields(member)
  local hit = false
  if #row ~= 3 or row[3] == '' then
    skipped[#skipped + 1] = member
  elseif decided[member] then
    hit = decided[member] == '1'
  elseif kind == 'direct' or (kind == '' and row[2] == '') then
    hit = row[1] == key
  elseif row[2] == '' then
    hit = true
  else
    local list = segments(row[2])
    if list then hit = matches(list, key) else hit = nil end
    if hit == nil then undecided[#undecided + 1] = member end
  end
  if hit and not seen[row[3]] then
    seen[row[3]] = true
    queues[#queues + 1] = row[3]
  end
end

if #undecided > 0 then return {3, undecided} end
local lettered = #queues == 0 and dead ~= ''
if lettered then queues[1] = dead end
if ARGV[14] ~= '' then
  local limits, steps = cjson.decode(ARGV[14]), cjson.decode(ARGV[15])
  for _, queue in ipairs(queues) do
    local limit, depth = limits[queue] or limits['*'], 0
    if limit then
      for _, step in ipairs(steps) do
        local length = redis.pcall('LLEN', prefix .. queue .. step)
        if type(length) == 'table' then return {2, length['err'] or 'ERR unexpected reply'} end
        depth = depth + length
      end
      if depth >= limit then return {4, queue} end
    end
  end
end
local pushed = {}
for i, queue in ipairs(queues) do
  local delivery = info
  if delivery == '' then delivery = '{' .. rest .. '"exchange":"","routing_key":' .. cjson.encode(queue) .. '}' end
  local copy = i == 1 and tag or string.sub(tag, 1, 24) .. string.format('%012x', i)
  local list = prefix .. queue .. suffix
  local reply = redis.pcall('LPUSH', list, head .. delivery .. middle .. copy .. tail)
  if type(reply) == 'table' then
    for j = #pushed, 1, -1 do redis.call('LPOP', pushed[j]) end
    return {2, reply['err'] or 'ERR unexpected reply'}
  end
  pushed[i] = list
end
if KEYS[2] and #queues > 0 then
  redis.call('SET', KEYS[2], cjson.encode({tag, queues}), 'EX', seconds)
end
return {1, queues, lettered and 1 or 0, skipped, #members}`;
