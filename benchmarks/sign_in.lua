-- Signs in again and again, by several members in turn.
local logins = {}
for login in string.gmatch(os.getenv("LOGINS"), "%S+") do table.insert(logins, login) end
local turn = 0
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
request = function()
  turn = turn % #logins + 1
  local body = '{"login": "' .. logins[turn] .. '", "password": "' .. os.getenv("PASSWORD") .. '"}'
  return wrk.format(nil, nil, nil, body)
end
