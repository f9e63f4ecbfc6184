-- Bookmarks films all over the catalogue.
math.randomseed(tonumber(os.getenv("SEED") or "7"))
local films = tonumber(os.getenv("FILMS"))
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
request = function()
  return wrk.format(nil, "/favorites/movies/" .. math.random(1, films) .. "/")
end
