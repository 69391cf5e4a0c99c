/**
 * The strict script: reads the binding set, matches, and pushes, with nothing between. Spec http-redis §6.2 D: three
 * billed commands and, on Upstash, a lock on the whole database for as long as it runs.
 *
 * The matching is that of `routing/`, in Lua: any-runs are found leftmost first, and what that cannot do is simulated, so no
 * routing key makes it backtrack.
 * @module
 */

/**
 * KEYS: the binding set, then the guard if there is one. Queue lists cannot be declared, they are found in the set.
 * Replies `{1, queues, dead-lettered, skipped members}`, `{0, record}` or `{2, error}`.
 */
export const STRICT_SCRIPT: string = `local sep, kind, key = ARGV[1], ARGV[2], ARGV[3]
local prefix, suffix, head, middle, tail = ARGV[4], ARGV[5], ARGV[6], ARGV[7], ARGV[8]
local info, rest, tag, dead, seconds = ARGV[9], ARGV[10], ARGV[11], ARGV[12], ARGV[13]
if KEYS[2] then
  local record = redis.call('GET', KEYS[2])
  if record then return {0, record} end
end
for i = 14, #ARGV do redis.call('SADD', KEYS[1], ARGV[i]) end

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

local function glob(list, text)
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

local function characters(text)
  local list = {}
  for c in string.gmatch(text, '[%z\\1-\\127\\194-\\244][\\128-\\191]*') do list[#list + 1] = c end
  return list
end

-- The pattern as one test per character, some of which may hold any number of times; nil when it holds anything else.
local function steps(pattern)
  local from, list, at, repeatable = characters(pattern), {}, 2, false
  if from[1] ~= '^' or from[#from] ~= '$' then return nil end
  while at < #from do
    local c, step = from[at], nil
    if c == '*' then
      if not repeatable then return nil end
      list[#list].any = true
      if from[at + 1] == '?' then at = at + 1 end
    elseif c == '.' then
      step = {kind = 'not-newline'}
    elseif c == '[' then
      if table.concat(from, '', at, math.min(at + 4, #from)) ~= '[^\\\\.]' then return nil end
      step = {kind = 'not-dot'}
      at = at + 4
    elseif c == '\\\\' then
      at = at + 1
      c = from[at]
      if at == #from then return nil end
      if c == '0' and from[at + 1] == '0' and from[at + 2] == '0' then
        c = '\\0'
        at = at + 2
      elseif string.find(c, '^%w$') then
        return nil
      end
      step = {literal = c}
    elseif string.find(c, '^[%]+?(){}|^$]$') then
      return nil
    else
      step = {literal = c}
    end
    list[#list + 1] = step
    repeatable = step ~= nil
    at = at + 1
  end
  return list
end

local function holds(step, c)
  if step.literal then return step.literal == c end
  if step.kind == 'not-dot' then return c ~= '.' end
  return c ~= '\\n'
end

-- All states at once, so that no key takes more than its length times the steps.
local function simulate(list, text)
  local from, states = characters(text), {true}
  for at = 1, #from + 1 do
    for i = 1, #list do
      if states[i] and list[i].any then states[i + 1] = true end
    end
    local left = #from + 1 - at
    if states[#list + 1] and (left == 0 or (left == 1 and from[at] == '\\n')) then return true end
    if left == 0 then return false end
    local following = {}
    for i = 1, #list do
      if states[i] and holds(list[i], from[at]) then
        following[i + 1] = true
        if list[i].any then following[i] = true end
      end
    end
    states = following
  end
end

-- Whether a stored pattern matches; nil when it is not one that Kombu up to 5.6 writes and Python can compile.
local function matches(pattern, text)
  local list = not string.find(text, '\\n', 1, true) and segments(pattern)
  if list then return glob(list, text) end
  list = steps(pattern)
  if list then return simulate(list, text) end
  return nil
end

local queues, seen, skipped = {}, {}, {}
for _, member in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  local row = fields(member)
  local hit = false
  if #row ~= 3 or row[3] == '' then
    skipped[#skipped + 1] = member
  elseif kind == 'direct' or (kind == '' and row[2] == '') then
    hit = row[1] == key
  elseif row[2] == '' then
    hit = true
  else
    hit = matches(row[2], key)
    if hit == nil then
      hit = false
      skipped[#skipped + 1] = member
    end
  end
  if hit and not seen[row[3]] then
    seen[row[3]] = true
    queues[#queues + 1] = row[3]
  end
end

local lettered = #queues == 0 and dead ~= ''
if lettered then queues[1] = dead end
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
return {1, queues, lettered and 1 or 0, skipped}`;
