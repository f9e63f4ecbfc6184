"""Pages and forms of chats, as a browser without scripts has them."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.support.chat_users import new_chat_user, open_chat
from tests.support.films import fill_catalogue
from tests.support.html_pages import element


def texts(page):
    return [each.text(strip=True) for each in page.css(".log .message-text")]


class TestList:
    def test_newest_chat_comes_first_with_its_unread_messages(
        self, server, anna, boris, stranger, chat
    ):
        other = open_chat(anna.who, stranger.who)
        for number in range(3):
            boris.who.post(chat, f"message {number}")
        page = anna.look("/messages")
        rows = page.css("#chats > li")
        assert [int(row.attributes["data-chat"]) for row in rows] == [chat, other]
        assert element(rows[0], ".chat-name").text() == boris.name
        assert element(rows[0], ".chat-preview").text() == "message 2"
        assert element(rows[0], ".count > span").text() == "3"
        assert "hidden" in element(rows[1], ".count").attributes
        assert element(page, "#unread > span").text() == "3"

    def test_author_of_the_last_message_is_named(self, anna, boris, chat):
        anna.who.post(chat, "hello\n\nthere")
        for reader, is_own in ((anna, True), (boris, False)):
            row = reader.look("/messages").css_first("#chats > li")
            assert element(row, ".chat-preview").text() == "hello there"
            assert ("hidden" not in element(row, ".chat-own").attributes) is is_own

    def test_next_page_is_behind_a_link(self, anna, server):
        made = [open_chat(anna.who, new_chat_user(server)) for _ in range(32)]
        page = anna.look("/messages")
        assert len(page.css("#chats > li")) == 30
        more = element(page, ".chats-more a").attributes["href"]
        rest = anna.look(more).css("#chats > li")
        assert sorted(int(row.attributes["data-chat"]) for row in rest) == made[:2]

    def test_htmx_receives_only_the_rows(self, anna, chat):
        page = anna.client.get("/messages", headers={"hx-request": "true"}).text
        assert page.lstrip().startswith("<li data-chat")

    def test_chats_of_others_are_not_listed(self, server):
        response = server.client().get("/messages", headers={"accept": "text/html"})
        assert response.headers["location"] == "/sign-in?next=/messages"


class TestConversation:
    def test_messages_show_their_states(self, anna, boris, chat):
        first = anna.who.post(chat, "one")
        anna.who.post(chat, "two")
        boris.who.read(chat, first)
        boris.who.post(chat, "three")
        page = anna.look(f"/messages/{chat}")
        assert texts(page) == ["one", "two", "three"]
        states = [each.attributes["data-state"] for each in page.css(".log .message-state")]
        assert states == ["read", "sent"]
        assert element(page, ".is-first-unread .message-text").text() == "three"
        assert len(page.css(".log .day")) == 1
        assert element(page, "h1").text(strip=True) == boris.name

    def test_opening_marks_nothing_as_read_but_the_button_does(self, anna, boris, chat):
        boris.who.post(chat, "hello")
        page = anna.look(f"/messages/{chat}")
        assert anna.who.listed(chat)["unread"] == 1
        message = element(page, ".mark-read input").attributes["value"]
        assert anna.sent(f"/messages/{chat}/read", message_id=message) == f"/messages/{chat}#newest"
        assert anna.who.listed(chat)["unread"] == 0
        assert not anna.look(f"/messages/{chat}").css(".mark-read")

    def test_older_messages_are_behind_a_link(self, anna, chat):
        for number in range(53):
            anna.who.post(chat, f"message {number}")
        page = anna.look(f"/messages/{chat}")
        assert texts(page)[0] == "message 3"
        older = anna.look(f"/messages/{chat}{element(page, '.older').attributes['href']}")
        assert texts(older) == ["message 0", "message 1", "message 2"]
        assert "hidden" in element(older, ".older").attributes
        assert element(older, ".newest a").attributes["href"] == f"/messages/{chat}#newest"

    def test_texts_are_escaped(self, anna, boris, chat):
        written = '<script>alert(1)</script>" onload=x & https://example.com/<b>'
        boris.who.post(chat, written)
        page = anna.look(f"/messages/{chat}")
        text = page.css_first(".log .message-text")
        assert text.text() == written
        link = text.css_first("a")
        assert link.attributes["href"] == "https://example.com/"
        assert link.attributes["rel"] == "noopener noreferrer nofollow ugc"

    def test_messages_of_a_deleted_account_stay(self, anna, boris, chat):
        boris.who.post(chat, "farewell")
        assert boris.client.delete("/profile").status_code == 200
        page = anna.look(f"/messages/{chat}")
        assert texts(page) == ["farewell"]
        assert element(page, "h1").text(strip=True) == "Deleted account"

    @pytest.mark.parametrize("path", ["/messages/{}", "/messages/{}?before=1"])
    def test_chat_of_others_is_not_found(self, stranger, chat, path):
        stranger.look(path.format(chat), 404)
        stranger.look(path.format(2**60), 404)

    def test_conversation_is_translated(self, anna, chat):
        anna.look(f"/messages/{chat}", **{"accept-language": "ru"})


class TestNewMessage:
    def form(self, reader, chat):
        page = reader.look(f"/messages/{chat}")
        return {
            each.attributes["name"]: each.attributes["value"]
            for each in page.css(".composer input[type=hidden]")
        }

    def test_message_is_sent_and_shown_messages_are_read(self, anna, boris, chat):
        boris.who.post(chat, "hello")
        form = self.form(anna, chat)
        boris.who.post(chat, "not seen yet")
        location = anna.sent(f"/messages/{chat}", text="hi\r\nthere", **form)
        assert location == f"/messages/{chat}#newest"
        assert texts(anna.look(f"/messages/{chat}"))[-1] == "hi\nthere"
        assert anna.who.listed(chat)["unread"] == 1

    def test_form_sent_twice_is_one_message(self, anna, chat):
        form = self.form(anna, chat)
        for _ in range(2):
            anna.sent(f"/messages/{chat}", text="once", **form)
        assert texts(anna.look(f"/messages/{chat}")) == ["once"]

    @pytest.mark.parametrize("text", ["", "x" * 4001, "a\x00b"])
    def test_rejected_text_stays_in_the_form(self, anna, chat, text):
        form = self.form(anna, chat)
        response = anna.send(f"/messages/{chat}", text=text, **form)
        assert response.status_code == 400
        page = LexborHTMLParser(response.text)
        assert element(page, "textarea").text() == text.replace("\x00", "�")
        assert element(page, "[name=nonce]").attributes["value"] == form["nonce"]
        assert page.css_first(".banner.is-wrong")

    def test_message_to_a_chat_of_others_or_from_another_site_is_rejected(
        self, anna, stranger, chat
    ):
        assert stranger.send(f"/messages/{chat}", text="hello").status_code == 404
        assert stranger.send(f"/messages/{chat}/read", message_id=1).status_code == 404
        for headers in ({"origin": "https://elsewhere.example"}, {}):
            response = anna.client.post(f"/messages/{chat}", data={"text": "x"}, headers=headers)
            assert response.status_code == 403
        assert texts(anna.look(f"/messages/{chat}")) == []


class TestEditedMessage:
    def test_author_edits_a_message(self, anna, boris, chat):
        message = anna.who.post(chat, "frist")
        page = anna.look(f"/messages/{chat}")
        edit = element(page, ".message-tools a[data-action=edit]").attributes["href"]
        assert element(anna.look(edit), "textarea").text() == "frist"
        assert anna.sent(edit, text="first") == f"/messages/{chat}#message-{message}"
        page = boris.look(f"/messages/{chat}")
        assert texts(page) == ["first"]
        assert "hidden" not in element(page, ".message-edited").attributes
        assert not page.css(".log .message-tools")
        assert anna.send(edit, text=" ").status_code == 400

    def test_author_deletes_a_message_after_confirming(self, anna, chat):
        message = anna.who.post(chat, "never mind")
        page = anna.look(f"/messages/delete/{message}")
        assert element(page, "blockquote").text() == "never mind"
        assert anna.sent(f"/messages/delete/{message}") == f"/messages/{chat}"
        assert texts(anna.look(f"/messages/{chat}")) == []
        anna.look(f"/messages/delete/{message}", 404)

    def test_message_of_others_cannot_be_changed(self, anna, boris, stranger, chat):
        message = anna.who.post(chat, "mine")
        for reader, status in ((boris, 403), (stranger, 404)):
            for action in ("edit", "delete"):
                reader.look(f"/messages/{action}/{message}", status)
                response = reader.send(f"/messages/{action}/{message}", text="x")
                assert response.status_code == status
        assert texts(anna.look(f"/messages/{chat}")) == ["mine"]


class TestNewChat:
    def test_chat_with_a_user_opens(self, anna, boris, chat):
        assert anna.sent(f"/messages/with/{boris.id}") == f"/messages/{chat}#newest"

    def test_chat_with_oneself_or_an_unknown_account_is_rejected(self, anna):
        assert anna.send(f"/messages/with/{anna.id}").status_code == 400
        assert anna.send(f"/messages/with/{2**52}").status_code == 404

    def test_members_are_found_by_parts_of_their_names(self, anna, boris):
        page = anna.look(f"/messages/new?q={boris.name[1:]}")
        forms = [each.attributes["action"] for each in page.css(".people form")]
        assert forms == [f"/messages/with/{boris.id}"]
        assert not anna.look(f"/messages/new?q={anna.name}").css(".people li")
        assert not anna.look("/messages/new").css(".people, .empty")
        assert anna.look("/messages/new?q=@").css(".empty")


class TestFilms:
    @pytest.fixture
    def server(self, start_server):
        return start_server()

    @pytest.fixture
    def film(self, server):
        return next(iter(fill_catalogue(server.settings).values()))

    def test_link_to_a_film_shows_its_card(self, anna, boris, chat, server, film):
        boris.who.post(chat, f"{server.url}/films/{film} and /films/{2**40}")
        page = anna.look(f"/messages/{chat}")
        cards = [each.attributes["href"] for each in page.css(".message-films a")]
        assert cards == [f"/films/{film}"]
        card = anna.look(f"/messages/films/{film}")
        assert element(card, "a.film-line").attributes["href"] == f"/films/{film}"

    def test_invisible_film_has_no_card(self, anna):
        anna.look(f"/messages/films/{2**40}", 404)


def test_chat_with_a_deleted_account_is_read_only(anna, boris, chat):
    boris.who.post(chat, "farewell")
    assert "hidden" not in element(anna.look(f"/messages/{chat}"), ".composer").attributes
    assert boris.client.delete("/profile").status_code == 200
    page = anna.look(f"/messages/{chat}")
    assert "farewell" in element(page, ".message-text").text()
    assert "hidden" in element(page, ".composer").attributes
    assert element(page, ".conversation-gone").text().startswith("This account has been deleted.")
    response = anna.send(f"/messages/{chat}", text="hello?", nonce="1", seen=0)
    assert response.status_code == 409
    assert "so you cannot send messages to it" in response.text
