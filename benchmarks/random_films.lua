-- Asks for films all over the catalogue, so that hardly any is asked for twice.
math.randomseed(tonumber(os.getenv("SEED") or os.time()))
local films = tonumber(os.getenv("FILMS") or "1000000")
request = function()
  return wrk.format("GET", "/movies/" .. math.random(1, films) .. "/")
end
