"""What a member does with the own account, from signing up to deleting it."""

import json

from playwright.async_api import expect

from tests.support.pictures import two_colour_picture
from tests.support.servers import PASSWORD, unique_name

NEW_PASSWORD = "seven purple kettles"


async def test_signs_up_and_in_again(visit) -> None:
    visitor = await visit()
    page = await visitor.open("/sign-up?next=/bookmarks")
    name = unique_name("anna")
    await page.get_by_label("Username").fill(name)
    await page.get_by_label("Password", exact=True).fill("password")
    await expect(page.locator("#strength")).to_contain_text("very common")
    visitor.expects("^400 POST /sign-up")
    await page.get_by_role("button", name="Create an account").click()
    field = page.get_by_label("Password", exact=True)
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(page.get_by_label("Username")).to_have_value(name)
    await field.fill(PASSWORD)
    await expect(page.locator("#strength")).to_contain_text("Strong")
    await page.get_by_role("button", name="Show password").click()
    await expect(field).to_have_attribute("type", "text")
    await page.get_by_role("button", name="Create an account").click()
    await page.wait_for_url("**/bookmarks")
    await expect(page.locator(".notice")).to_contain_text("Welcome")

    await page.locator("summary[aria-label='Your menu']").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_text("You have signed out.")).to_be_visible()
    await visitor.open("/account/history")
    await page.get_by_label("Username or email").fill(name)
    await page.get_by_label("Password", exact=True).fill("wrong one, sorry")
    visitor.expects("^401 POST /sign-in")
    await page.get_by_role("button", name="Sign in").click()
    await expect(page.get_by_text("Wrong username or password.")).to_be_visible()
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.get_by_role("button", name="Sign in").click()
    await page.wait_for_url("**/account/history")
    await expect(page.get_by_text("wrong password")).to_have_count(1)


async def test_changes_the_profile(member) -> None:
    visitor = await member()
    page = await visitor.open("/account")
    await page.get_by_label("First name").fill("Анна")
    await page.get_by_label("Date of birth").fill("1990-02-28")
    await page.get_by_label("Favourite genre").select_option(index=2)
    await page.get_by_label("Status").fill("Off to the cinema")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.locator(".notice")).to_contain_text("saved")
    await visitor.open(f"/people/{visitor.username}")
    await expect(page.locator("main")).to_contain_text("Off to the cinema")
    await visitor.open("/account")
    await expect(page.get_by_label("Date of birth")).to_have_value("1990-02-28")


async def test_cuts_a_picture_to_size(member) -> None:
    visitor = await member()
    page = await visitor.open("/account")
    picture = {"name": "me.png", "mimeType": "image/png", "buffer": two_colour_picture("PNG")}
    await page.get_by_label("Choose a picture").set_input_files(picture)
    crop = page.get_by_role("group", name="Crop")
    await expect(crop).to_be_visible()
    before = await page.evaluate("() => document.querySelector('canvas').toDataURL()")
    await page.get_by_label("Size").press("End")
    await page.get_by_label("Horizontal position").press("Home")
    after = await page.evaluate("() => document.querySelector('canvas').toDataURL()")
    assert before != after
    await page.get_by_role("button", name="Save picture").click()
    await expect(page.locator(".notice")).to_contain_text("Picture saved.")
    shown = page.locator(".account-head img")
    await expect(shown).to_have_js_property("complete", True)
    assert await shown.evaluate("image => image.naturalWidth") > 0
    await page.get_by_role("button", name="Remove picture").click()
    await expect(page.locator(".account-head img")).to_have_count(0)


async def test_ends_another_session_and_changes_the_password(member, visit, site) -> None:
    visitor = await member()
    page = await visitor.open("/account/sessions")
    other = await visit(phone=True)
    client = site.client()
    client.post("/login", json={"login": visitor.username, "password": PASSWORD})
    await other.become(visitor.username, client)
    await other.open("/account")

    await page.reload()
    await expect(page.get_by_text("You have 2 sessions.")).to_be_visible()
    await expect(page.get_by_text("this device")).to_have_count(1)
    await page.get_by_role("button", name="End session").click()
    await expect(page.get_by_text("You have 1 session.")).to_be_visible()
    await other.open("/account")
    assert "/sign-in?next=" in other.page.url

    await visitor.open("/account/password")
    await page.get_by_label("Current password").fill(PASSWORD)
    await page.get_by_label("New password").fill(NEW_PASSWORD)
    await page.get_by_role("button", name="Change password").click()
    await expect(page.get_by_text("Password changed.")).to_be_visible()
    body = {"login": visitor.username, "password": NEW_PASSWORD}
    assert site.client().post("/login", json=body).status_code == 200
    await visitor.open("/account/sessions")
    page.on("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="End all other sessions").click()
    await expect(page.get_by_text("You have 1 session.")).to_be_visible()


async def test_takes_the_data_away_and_deletes_the_account(member, visit, tmp_path) -> None:
    visitor = await member()
    visitor.client.post("/favorites/movies/1/")
    page = await visitor.open("/account/data")
    async with page.expect_download() as download:
        await page.get_by_role("button", name="Download my data").click()
    await (await download.value).save_as(tmp_path / "data.json")
    text = (tmp_path / "data.json").read_text(encoding="utf-8")
    assert visitor.username in text
    assert PASSWORD not in text
    assert isinstance(json.loads(text), dict)

    await visitor.open("/account/delete")
    page.on("dialog", lambda dialog: dialog.accept())
    await page.get_by_label("Your password").fill("not this one")
    visitor.expects(r"^4\d\d POST /account/delete")
    await page.get_by_role("button", name="Delete my account").click()
    await expect(page.get_by_text("The current password is wrong.")).to_be_visible()
    await page.get_by_label("Your password").fill(PASSWORD)
    await page.get_by_role("button", name="Delete my account").click()
    await expect(page.get_by_text("Your account has been deleted.")).to_be_visible()
    await expect(page.get_by_role("link", name="Sign in").first).to_be_visible()
    other_visitor = await visit()
    await other_visitor.open(f"/people/{visitor.username}", status=404)
