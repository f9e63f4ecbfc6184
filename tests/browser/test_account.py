"""The account in a real browser: without scripts, by keyboard, and where things are wrong."""

import io

from PIL import Image
from playwright.async_api import expect

from tests.support.axe import violations
from tests.support.pictures import pixel, two_colour_picture
from tests.support.servers import PASSWORD, unique_name


async def sign_up(page, name) -> None:
    await page.get_by_label("Username").fill(name)
    await page.get_by_label("Password", exact=True).fill(PASSWORD)
    await page.keyboard.press("Enter")


async def test_from_signing_up_to_deleting_without_scripts(visit) -> None:
    visitor = await visit(javascript=False)
    page, name = await visitor.open("/sign-up?next=/account"), unique_name("anna")
    await sign_up(page, name)
    await expect(page.locator(".notice")).to_have_text("Welcome! Your account has been created.")
    await page.get_by_label("First name").fill("Анна")
    await page.get_by_label("Date of birth").fill("1990-02-28")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_label("First name")).to_have_value("Анна")
    await page.get_by_role("link", name="Sessions").click()
    await expect(page.get_by_text("this device")).to_be_visible()
    await page.get_by_role("link", name="Delete").click()
    await page.get_by_label("Your password").fill(PASSWORD)
    await page.get_by_role("button", name="Delete my account").click()
    await expect(page.locator(".notice")).to_have_text("Your account has been deleted.")
    await expect(page.get_by_role("link", name="Sign in").first).to_be_visible()


async def test_invalid_field_is_focused_and_announced(visit) -> None:
    visitor = await visit()
    visitor.expects("^401 POST /sign-in")
    page = await visitor.open("/sign-in")
    await page.keyboard.type("nobody-here")
    await page.keyboard.press("Tab")
    await page.keyboard.type("wrong password")
    await page.keyboard.press("Enter")
    field = page.get_by_label("Password", exact=True)
    await expect(field).to_be_focused()
    await expect(field).to_have_accessible_description("Wrong username or password.")
    assert await violations(page) == []


async def test_password_strength_is_shown_and_password_can_be_revealed(visit) -> None:
    visitor = await visit(language="en")
    sent = []
    visitor.page.on("request", lambda request: sent.append(request))
    page = await visitor.open("/sign-up")
    field = page.get_by_label("Password", exact=True)
    await field.press_sequentially("tyuiophjkl")
    await expect(page.locator("#strength")).to_contain_text("Keyboard patterns are easy to guess.")
    await field.fill("")
    await field.press_sequentially("correct horse battery")
    await expect(page.locator("#strength")).to_contain_text("Strong")
    assert await violations(page) == []
    asked = [request for request in sent if request.url.endswith("/password-strength")]
    assert len(asked) < 6
    assert all(request.method == "POST" for request in asked)
    await page.get_by_role("button", name="Show password").click()
    await expect(field).to_have_attribute("type", "text")
    await page.keyboard.press("Enter")
    await expect(field).to_have_attribute("type", "password")


async def test_strength_is_shown_only_for_the_new_password(member) -> None:
    visitor = await member()
    sent = []
    visitor.page.on("request", lambda request: sent.append(request.post_data))
    page = await visitor.open("/account/password")
    await page.get_by_label("Current password").press_sequentially(PASSWORD)
    await page.get_by_label("New password").press_sequentially("another long one")
    await expect(page.locator("#strength")).not_to_be_empty()
    observed = [data for data in sent if data]
    assert observed
    assert not any("present" in data or "horse" in data for data in observed)


async def avatar_of(visitor) -> Image.Image:
    address = await visitor.page.locator(".avatar-row img.avatar").get_attribute("src")
    return Image.open(io.BytesIO(visitor.client.get(address).content)).convert("RGB")


def colours(image: Image.Image) -> tuple[str, str]:
    """What is on the left and on the right of a picture of `halves`."""

    def name(x: int) -> str:
        red, _, blue = pixel(image, (x, image.height // 2))
        return "red" if red > blue else "blue"

    return name(4), name(image.width - 5)


class TestPicture:
    async def choose(self, visitor) -> None:
        await visitor.open("/account")
        await visitor.page.get_by_label("Choose a picture").set_input_files(
            {"name": "me.png", "mimeType": "image/png", "buffer": two_colour_picture("PNG")}
        )
        await expect(visitor.page.locator("canvas")).to_be_visible()

    async def save(self, visitor) -> Image.Image:
        await visitor.page.get_by_role("button", name="Save picture").click()
        status = visitor.page.locator(".notice")
        await expect(status).to_have_text("Picture saved.")
        return await avatar_of(visitor)

    async def test_center_square_is_cropped_by_default(self, member) -> None:
        visitor = await member()
        await self.choose(visitor)
        assert await violations(visitor.page) == []
        image = await self.save(visitor)
        assert image.size == (512, 512)
        assert colours(image) == ("red", "blue")

    async def test_square_is_moved_by_keyboard(self, member) -> None:
        visitor = await member()
        await self.choose(visitor)
        await expect(visitor.page.get_by_label("Size")).to_be_focused()
        await visitor.page.keyboard.press("Tab")
        await visitor.page.keyboard.press("End")
        assert colours(await self.save(visitor)) == ("blue", "blue")

    async def test_square_is_dragged(self, member) -> None:
        visitor = await member()
        await self.choose(visitor)
        box = await visitor.page.locator("canvas").bounding_box()
        middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        await visitor.page.mouse.move(*middle)
        await visitor.page.mouse.down()
        await visitor.page.mouse.move(middle[0] + box["width"], middle[1], steps=4)
        await visitor.page.mouse.up()
        assert colours(await self.save(visitor)) == ("red", "red")

    async def test_cropping_can_be_cancelled(self, member) -> None:
        visitor = await member()
        await self.choose(visitor)
        await visitor.page.get_by_role("button", name="Cancel").click()
        await expect(visitor.page.locator("canvas")).to_be_hidden()
        await expect(visitor.page.get_by_label("Choose a picture")).to_be_focused()

    async def test_server_reports_an_invalid_picture(self, member) -> None:
        visitor = await member()
        visitor.expects("^400 POST /account/avatar")
        await visitor.open("/account")
        file = visitor.page.get_by_label("Choose a picture")
        await file.set_input_files(
            {"name": "me.png", "mimeType": "image/png", "buffer": b"nothing of the kind"}
        )
        await visitor.page.get_by_role("button", name="Save picture").click()
        await expect(visitor.page.locator("#wrong-file")).to_be_visible()
        assert await violations(visitor.page) == []

    async def test_whole_picture_is_sent_without_scripts(self, member) -> None:
        visitor = await member(javascript=False)
        await visitor.open("/account")
        await visitor.page.get_by_label("Choose a picture").set_input_files(
            {"name": "me.png", "mimeType": "image/png", "buffer": two_colour_picture("PNG")}
        )
        assert (await self.save(visitor)).size == (200, 100)
