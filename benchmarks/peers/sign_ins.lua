-- Signs in again and again.
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = '{"email": "' .. os.getenv("EMAIL") .. '", "password": "' .. os.getenv("PASSWORD") .. '"}'
