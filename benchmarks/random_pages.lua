-- Asks for pages all over the catalogue, so that hardly any is asked for twice.
math.randomseed(tonumber(os.getenv("SEED") or os.time()))
local pages = tonumber(os.getenv("PAGES") or "80000")
request = function()
  return wrk.format("GET", "/movies/?page=" .. math.random(1, pages))
end
