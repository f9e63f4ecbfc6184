"""What an operator does on the pages under /manage, and what others see of it."""

import re

from playwright.async_api import expect

from tests.support.servers import PASSWORD, unique_name


async def test_operator_finds_a_member_and_disables_the_account(operator, member, site) -> None:
    other_visitor = await member("boris")
    await other_visitor.open("/account")
    visitor = await operator()
    page = await visitor.open("/manage/members")
    await page.get_by_label("Find members").press_sequentially(other_visitor.username)
    row = page.locator("#found tbody tr")
    await expect(row).to_have_count(1)
    await row.get_by_role("link", name=other_visitor.username).click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text(other_visitor.username)
    await page.get_by_text("Disable…").click()
    await page.get_by_label("Reason").fill("He asked for it.")
    await page.get_by_role("button", name="Disable", exact=True).click()
    await expect(page.get_by_role("button", name="Enable")).to_be_visible()

    await other_visitor.open("/account")
    assert "/sign-in" in other_visitor.page.url
    other_visitor.expects(r"^4\d\d POST /sign-in")
    await other_visitor.page.get_by_label("Username or email").fill(other_visitor.username)
    await other_visitor.page.get_by_label("Password", exact=True).fill(PASSWORD)
    await other_visitor.page.get_by_role("button", name="Sign in").click()
    await expect(other_visitor.page.get_by_text("disabled")).to_be_visible()

    await page.get_by_role("button", name="Enable").click()
    await expect(page.get_by_text("Disable…")).to_be_visible()
    await other_visitor.page.get_by_label("Password", exact=True).fill(PASSWORD)
    await other_visitor.page.get_by_role("button", name="Sign in").click()
    await other_visitor.page.wait_for_url("**/account")
    await visitor.open("/manage/audit")
    await expect(page.locator(".entry").filter(has_text=other_visitor.username)).to_have_count(2)


async def test_makes_a_role_and_gives_it(operator, member) -> None:
    other_visitor = await member("curator")
    visitor = await operator()
    name = unique_name("curators")
    page = await visitor.open("/manage/roles/new")
    await page.get_by_label("Name").fill(name)
    await page.locator("input[name=permissions][value='films.edit']").check()
    await page.locator("form.role-form button[type=submit]").click()
    await expect(page.locator(".notice")).to_be_visible()
    await visitor.open("/manage/members?q=" + other_visitor.username)
    await page.locator("#found tbody a").first.click()
    line = page.locator(".role-line").filter(has_text=name)
    await line.get_by_role("button", name="Assign").click()
    await expect(line.get_by_role("button", name="Remove")).to_be_visible()
    await other_visitor.open("/manage/films/4")
    await expect(other_visitor.page.get_by_label("Title", exact=True)).to_be_visible()
    await other_visitor.open("/manage/members", status=403)
    await line.get_by_role("button", name="Remove").click()
    await expect(line.get_by_role("button", name="Assign")).to_be_visible()
    await other_visitor.open("/manage/films/4", status=403)


async def test_edits_labels_and_hides_a_film(operator, visit) -> None:
    visitor = await operator()
    page = await visitor.open("/manage/films/new")
    title = unique_name("A film by hand")
    await page.get_by_label("Title", exact=True).fill(title)
    await page.get_by_label("Year").fill("1999")
    await page.locator("#field-genres").fill("Comedy\nDrama")
    await page.get_by_role("button", name="Add film").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(title)
    film = page.url.rpartition("/")[2]
    other_visitor = await visit()
    await other_visitor.open(f"/films/{film}")
    await page.get_by_label("Description").fill("Made with scissors.")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.locator(".notice")).to_be_visible()
    await other_visitor.open(f"/films/{film}")
    await expect(other_visitor.page.get_by_text("Made with scissors.")).to_be_visible()

    page.on("dialog", lambda dialog: dialog.accept())
    await page.get_by_role("button", name="Hide film").click()
    await expect(page.get_by_role("button", name="Make visible")).to_be_visible()
    await other_visitor.open(f"/films/{film}", status=404)
    await page.get_by_role("button", name="Make visible").click()
    await expect(page.get_by_role("button", name="Hide film")).to_be_visible()
    await other_visitor.open(f"/films/{film}")

    label = unique_name("club")
    await visitor.open("/manage/labels")
    await page.get_by_label("Name").fill(label)
    await page.locator("form[action='/manage/labels'] button[type=submit]").click()
    await expect(page.locator("main")).to_contain_text(label)
    await visitor.open(f"/manage/films/{film}")
    await page.get_by_label("Label").select_option(label)
    await page.get_by_role("button", name="Save label").click()
    await expect(page.locator(".notice")).to_be_visible()
    await other_visitor.open(f"/films/{film}", status=404)
    await visitor.open("/manage/audit?kind=film")
    await expect(page.locator(".entry").filter(has_text=title)).not_to_have_count(0)


async def test_lock_of_an_edited_field_is_shown_and_removed(operator) -> None:
    visitor = await operator()
    page = await visitor.open("/manage/films/400")
    await expect(page.locator(".manage-lock")).to_have_count(0)
    await page.get_by_label("Runtime in minutes").fill("136")
    await page.get_by_role("button", name="Save", exact=True).click()
    await expect(page.locator(".manage-lock")).to_have_count(1)
    await page.locator(".manage-lock button").click()
    await expect(page.locator(".notice")).to_be_visible()
    await expect(page.locator(".manage-lock")).to_have_count(0)
    await visitor.open("/films/400")
    await expect(page.locator(".film-runtime")).to_contain_text("2 h 16 min")


async def test_features_a_selection(operator, member, visit) -> None:
    other_visitor = await member("maker")
    headers = {"csrf-token": other_visitor.client.get("/user/csrf").json()["body"]["csrf"]}
    title = unique_name("To be featured")
    body = {"title": title, "movies": [5, 6], "public": True}
    other_visitor.client.post("/selections", json=body, headers=headers)
    guest = await visit()
    await guest.open("/")
    await expect(guest.page.get_by_role("heading", name=title)).to_have_count(0)
    visitor = await operator()
    page = await visitor.open("/manage/selections")
    row = page.get_by_role("row").filter(has_text=title)
    await row.get_by_role("button", name="Feature").click()
    await expect(row.get_by_role("button", name="Stop featuring")).to_be_visible()
    await guest.open("/")
    await expect(guest.page.get_by_role("heading", name=title)).to_be_visible()
    await row.get_by_role("button", name="Stop featuring").click()
    await expect(page.locator(".notice")).to_be_visible()
    await guest.open("/")
    await expect(guest.page.get_by_role("heading", name=title)).to_have_count(0)


async def test_imports_films_and_reads_the_report(operator, visit) -> None:
    visitor = await operator()
    page = await visitor.open("/manage/imports/new")
    word = unique_name("Imported").replace("-", "")
    rows = "".join(f"{word} {number},{1990 + number}\n" for number in range(20))
    table = f"title,year\n{rows},2001\n"
    file = {"name": f"{word}.csv", "mimeType": "text/csv", "buffer": table.encode()}
    await page.get_by_label("Files", exact=True).set_input_files(file)
    await page.get_by_role("button", name="Continue", exact=True).click()
    await page.wait_for_url(re.compile(r"/manage/imports/uploads/"))
    await page.get_by_label("Skip invalid rows").check()
    await page.get_by_label("year", exact=True).select_option("")
    sample = page.get_by_role("region", name="Sample films")
    await expect(sample).not_to_contain_text("1990")
    await page.get_by_label("year", exact=True).select_option("year")
    await expect(sample).to_contain_text("1990")
    await page.get_by_role("button", name="Import", exact=True).click()
    await page.wait_for_url(re.compile(r"/manage/imports/\d+$"))
    counts = page.locator(".manage-counts")
    await expect(counts).to_be_visible()
    await expect(counts).to_contain_text(re.compile(r"Added\s*20"))
    await expect(counts).to_contain_text(re.compile(r"Rejected\s*1"))
    await expect(page.get_by_role("table")).to_contain_text(f"{word}.csv")
    guest = await visit()
    await guest.open(f"/search?q={word}")
    await expect(guest.page.locator(".film-card").first).to_be_visible()
    await visitor.open("/manage/audit")
    await expect(page.locator(".entry").filter(has_text="operator").first).to_be_visible()


async def test_others_do_not_see_the_pages(member, visit) -> None:
    visitor = await member()
    page = await visitor.open("/manage/members", status=403)
    await expect(page.get_by_role("link", name="Manage")).to_have_count(0)
    await (await visit()).open("/manage/audit")
