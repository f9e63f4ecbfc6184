-- Asks for films all over the catalogue, so that hardly any is asked for twice.
math.randomseed(7)
local films = tonumber(os.getenv("FILMS") or "1000000")
request = function()
  return wrk.format("GET", "/movies/" .. math.random(1, films) .. "/")
end
