"""Rows for every table, with every kind of value, as in an installation after some time."""

from kinoteka.database.schema import metadata
from kinoteka.infrastructure.settings import Settings
from tests.support.databases import execute, execute_many

FILM_COUNT = 250
LARGE = 2**60 + 1
ROWS: dict[str, list[dict[str, object]]] = {
    "labels": [{"id": 3, "name": "premium"}],
    "genres": [{"id": 7, "name": "Драма", "name_key": "драма"}],
    "genre_aliases": [{"alias_key": "drame", "genre_id": 7}],
    "genre_names": [{"genre_id": 7, "language": "en", "name": "Drama"}],
    "people": [
        {"id": 9, "name": "Балабанов", "name_key": "балабанов", "sort_key": "балабанов"},
    ],
    "person_ids": [{"kind": "imdb", "value": "nm0049335", "person_id": 9}],
    "person_names": [{"person_id": 9, "language": "en", "name": "Aleksei Balabanov"}],
    "films": [
        {
            "id": number,
            "title": f"Брат {number}" if number % 2 else f'"{number}"\t\n\\ 👽',
            "original_title": None if number % 3 else "",
            "description": "x" * number,
            "year": None if number % 5 else 1997,
            "rating": None if number % 7 else number / 3,
            "runtime_minutes": None if number % 3 else number,
            "votes": number,
            "weighted_rating": None if number % 7 else number / 4,
            "genre_id": 7,
            "director_id": 9,
            "label_id": None if number % 4 else 3,
            "hidden_at": None if number % 9 else LARGE,
            "label_lost": not number % 18,
        }
        for number in range(11, 11 + FILM_COUNT)
    ],
    "sources": [{"id": 6, "name": "test", "rank": 3}],
    "batches": [{"id": 15, "source_id": 6, "created_at": 1, "undone_at": LARGE, "changed": 2}],
    "batch_changes": [
        {"batch_id": 15, "source_id": 6, "external_id": "11", "before": '{"title":"Брат"}'}
    ],
    "film_values": [
        {
            "source_id": 6,
            "external_id": f"{number}",
            "film_id": number,
            "batch_id": None if number % 2 else 15,
            "fingerprint": -LARGE,
            "fingerprint_version": number % 3,
            "record": None if number % 4 else '{"title":"Брат"}',
        }
        for number in range(11, 11 + FILM_COUNT)
    ],
    "film_ids": [
        {"kind": "tmdb", "value": str(number), "film_id": number}
        for number in range(11, 11 + FILM_COUNT)
    ],
    "film_redirects": [
        {"old_id": 3, "film_id": 11, "title": "Брат", "undo": None, "until": LARGE},
        {"old_id": 4, "film_id": 11, "title": "Брат", "undo": "{}", "until": LARGE},
    ],
    "genre_redirects": [{"old_id": 5, "genre_id": 7}],
    "separations": [{"source_id": 6, "external_id": "11", "film_id": 12}],
    "possible_duplicates": [{"film_id": 11, "other_id": 12, "reason": "title"}],
    "rating_prior": [{"votes": 25, "mean": 6.25}],
    "film_locks": [{"film_id": 11, "field": "title"}],
    "film_genres": [{"genre_id": 7, "film_id": 11, "position": 0}],
    "credits": [
        {
            "film_id": 11,
            "department": department,
            "position": 0,
            "person_id": 9,
            "role": "Ёж" if department == 3 else None,
        }
        for department in (1, 3)
    ],
    "film_titles": [
        {"film_id": 11, "position": 0, "language": "en", "kind": "translation", "title": "Brother"}
    ],
    "film_sort": [
        {"film_id": 11, "language": "", "key": "3brother"},
        {"film_id": 11, "language": "ru", "key": "2брат"},
    ],
    "film_countries": [{"film_id": 11, "country": "RU", "position": 0}],
    "genre_counts": [{"genre_id": 7, "label_id": 0, "films": FILM_COUNT}],
    "director_counts": [{"director_id": 9, "label_id": 0, "films": FILM_COUNT}],
    "accounts": [
        {
            "id": number,
            "username": f"anna{number}",
            "username_key": f"anna{number}",
            "password_hash": "$argon2id$",
            "birthday": "1990-02-28",
            "superuser": number == 1,
            "created_at": 1_700_000_000_000,
            "avatar_file": f"picture-{number}.jpg",
            "disabled_at": None if number == 1 else LARGE,
        }
        for number in (1, 2)
    ],
    "roles": [{"id": 12, "name": "Ärger", "name_key": "ärger", "built_in": False}],
    "role_permissions": [
        {"role_id": 12, "permission": permission}
        for permission in ("films.view:premium", "films.view:Ärger", "films.view:_", "a", "Z")
    ],
    "account_roles": [{"account_id": 2, "role_id": 12}],
    "sessions": [
        {
            "id": number,
            "account_id": 2,
            "token_hash": f"hash-{number}",
            "refresh_seed": "seed",
            "refresh_generation": 1,
            "refreshed_at": 1,
            "created_at": 1,
            "last_seen_at": 1,
            "expires_at": LARGE,
            "address": "::1",
            "user_agent": "",
            "method": "password",
        }
        for number in (5, 6)
    ],
    "sign_ins": [
        {
            "id": 5,
            "account_id": 2,
            "at": 1,
            "address": "",
            "user_agent": "",
            "method": "password",
            "success": False,
        }
    ],
    "posters": [
        {
            "film_id": film_id,
            "address": address,
            "small_file": f"{name}-1.webp",
            "large_file": f"{name}-2.webp",
            "bytes": 5,
            "checked_at": LARGE,
            "used_at": 1,
        }
        for film_id, address, name in (
            (11, None, "uploaded"),
            (12, "https://posters.example/1.jpg", "fetched"),
        )
    ],
    "bookmarks": [{"account_id": 2, "film_id": 11, "created_at": 1}],
    "selections": [
        {
            "id": 4,
            "account_id": None,
            "title": "Best",
            "description": "",
            "featured": True,
            "public": True,
            "created_at": 1,
            "updated_at": 1,
        }
    ],
    "selection_films": [{"selection_id": 4, "film_id": 11, "position": 1}],
    "chats": [{"id": 8, "first_account_id": 1, "second_account_id": 2, "created_at": 1}],
    "chat_members": [
        {"chat_id": 8, "account_id": 1, "active_at": 1, "last_read_id": 0, "unread": 1}
    ],
    "messages": [{"id": 20, "chat_id": 8, "author_id": 1, "text": "Привет", "created_at": 1}],
    "audit_entries": [
        {
            "id": 14,
            "at": 1,
            "account_id": 1,
            "actor_name": "anna1",
            "action": "role_created",
            "subject_kind": "role",
            "subject_id": 12,
            "subject_name": "Ärger",
            "details": '{"permissions":["a","Z"]}',
            "address": "::1",
        }
    ],
    "jobs": [
        {
            "id": number,
            "kind": "prune",
            "key": key,
            "payload": '{"name":"Ärger"}',
            "created_at": 1,
            "run_at": LARGE,
            "attempts": 2,
            "lease_until": None,
            "last_error": "no answer",
            "failed_at": failed_at,
        }
        for number, key, failed_at in ((7, "prune", None), (8, None, 3))
    ],
    "import_mappings": [{"name": "Ärger", "mapping": '["title=Name"]', "options": '{"scale":"5"}'}],
    "import_runs": [
        {
            "id": 3,
            "account_id": 1,
            "format": "records",
            "files": '["фильмы.json"]',
            "state": "done",
            "created_at": 1,
            "started_at": 2,
            "finished_at": LARGE,
            "read": 5,
            "refused": 1,
            "report": "{}",
        }
    ],
}


def fill_all_tables(settings: Settings) -> None:
    """Fill a new database. Its last message had the id 30 and was deleted."""
    for table in metadata.sorted_tables:
        rows = ROWS.get(table.name, [])
        if rows:
            columns = ", ".join(rows[0])
            parameters = ", ".join("?" * len(rows[0]))
            insert = f"INSERT INTO {table.name} ({columns}) VALUES ({parameters})"
            execute_many(settings, insert, [tuple(row.values()) for row in rows])
    execute(
        settings,
        "INSERT INTO messages (id, chat_id, text, created_at) VALUES (?, ?, ?, ?)",
        *(30, 8, "", 1),
    )
    execute(settings, "DELETE FROM messages WHERE id = 30")
    execute(settings, "UPDATE revisions SET value = 41 WHERE name = 'catalogue'")
    if settings.database_url:
        for name in (
            "labels",
            "films",
            "sources",
            "batches",
            "accounts",
            "sessions",
            "sign_ins",
            "selections",
            "chats",
            "audit_entries",
            "import_runs",
        ):
            execute(settings, f"SELECT setval('{name}_id_seq', (SELECT max(id) FROM {name}))")
        execute(settings, "SELECT setval('messages_id_seq', 30)")
