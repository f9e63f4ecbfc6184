"""Statements that plan which staged records to store: the changed, joined and new ones."""

from kinoteka.database.film_columns import NEW_COLUMNS, NEWEST_VERSION

CREATE_PLAN = """
CREATE TEMPORARY TABLE staged_plan (
    position INTEGER PRIMARY KEY, film_id BIGINT NOT NULL, label_id BIGINT,
    adopts BOOLEAN NOT NULL DEFAULT false, carries BOOLEAN NOT NULL DEFAULT true
) ON COMMIT DROP;
CREATE TEMPORARY TABLE staged_locked_fields (position INTEGER, film_id BIGINT, field TEXT)
    ON COMMIT DROP
"""
# adopts: the row is unchanged by the previous version of the fingerprint, so only the new fields
# are stored. carries: the staged row has the values of the film to store, also if the film has
# several records. staged_locked_fields: the locked fields of changed films.
ANALYZE_PLAN = "ANALYZE staged_plan"
# Labels: with rules (%(ruled)s has the labels that they name), a film gets the label of its rule
# unless it has another label, which an operator has set. Without rules, no label changes.
_KNOWN = f"""
WITH ruled AS MATERIALIZED (SELECT id, name FROM labels WHERE name = ANY(%(ruled)s::TEXT[])),
known AS (
    SELECT staged.position, film.id,
        CASE record.fingerprint_version
            WHEN {NEWEST_VERSION} THEN record.fingerprint <> staged.fingerprint
            WHEN {NEWEST_VERSION - 1} THEN record.fingerprint <> staged.previous_fingerprint
            ELSE true
        END AS differs,
        record.fingerprint_version = {NEWEST_VERSION - 1} AS is_previous,
        film.label_id,
        CASE WHEN NOT %(by_rules)s OR film.label_id NOT IN (SELECT id FROM ruled)
            THEN film.label_id ELSE ruled.id
        END AS new_label_id
    FROM staged_films AS staged
    JOIN film_values AS record
        ON record.source_id = %(source_id)s AND record.external_id = staged.external_id
    JOIN films AS film ON film.id = record.film_id
    LEFT JOIN ruled ON ruled.name = staged.label
)
"""
PLAN_CHANGED = f"""{_KNOWN}
INSERT INTO staged_plan (position, film_id, label_id, adopts)
SELECT position, id, new_label_id, NOT differs FROM known WHERE differs OR is_previous
"""
# Of a film whose row is unchanged, only the label is written.
RELABEL = f"""{_KNOWN}
UPDATE films SET label_id = known.new_label_id FROM known
WHERE films.id = known.id AND NOT differs AND new_label_id IS DISTINCT FROM known.label_id
"""
# Films with the previous version of the fingerprint get the columns that it did not cover.
_LOCKED = "EXISTS (SELECT 1 FROM film_locks WHERE film_id = film.id AND field = '{0}')"
_NEW_COLUMN_DIFFERS = " OR ".join(
    ["false"]
    + [
        f"(film.{name} IS DISTINCT FROM staged.{name} AND NOT {_LOCKED.format(name)})"
        for name in NEW_COLUMNS
    ]
)
_NEW_VALUES = ", ".join(
    f"{name} = CASE WHEN {_LOCKED.format(name)} THEN film.{name} ELSE staged.{name} END"
    for name in NEW_COLUMNS
)
COUNT_ADOPTED = f"""
SELECT count(*)
FROM staged_plan AS plan
JOIN staged_films AS staged USING (position)
JOIN films AS film ON film.id = plan.film_id
WHERE plan.adopts AND film.label_id IS NOT DISTINCT FROM plan.label_id AND ({_NEW_COLUMN_DIFFERS})
"""
_ADOPTED = "FROM staged_plan AS plan JOIN staged_films AS staged USING (position)"
_ADOPT_COLUMNS = f"""
UPDATE films AS film SET {_NEW_VALUES} {_ADOPTED} WHERE plan.adopts AND film.id = plan.film_id
"""
_ADOPT_FINGERPRINTS = f"""
UPDATE film_values AS record
SET fingerprint = staged.fingerprint, fingerprint_version = {NEWEST_VERSION}
{_ADOPTED} WHERE plan.adopts
    AND record.source_id = %(source_id)s AND record.external_id = staged.external_id
"""
ADOPT = (
    *([_ADOPT_COLUMNS] if NEW_COLUMNS else []),
    _ADOPT_FINGERPRINTS,
    "DELETE FROM staged_plan WHERE adopts",
)
# The labels of planned films again, because an operator may have set others in the meantime.
LABEL_PLANNED = """
UPDATE staged_plan SET label_id = CASE
    WHEN staged.position IN (SELECT position FROM staged_claims)
        THEN coalesce(film.label_id, rule.id)
    WHEN film.label_id <> ALL (SELECT id FROM labels WHERE name = ANY(%(ruled)s::TEXT[]))
        THEN film.label_id
    ELSE rule.id END
FROM films AS film, staged_films AS staged LEFT JOIN labels AS rule ON rule.name = staged.label
WHERE film.id = staged_plan.film_id AND staged.position = staged_plan.position
"""
# A film may have been deleted in the meantime.
UNPLAN_DELETED = """
DELETE FROM staged_plan WHERE film_id <= %(last_id)s
    AND NOT EXISTS (SELECT 1 FROM films WHERE films.id = staged_plan.film_id)
"""
PLAN_JOINED = """
INSERT INTO staged_plan (position, film_id, label_id)
SELECT claim.position, claim.film_id, coalesce(film.label_id, labels.id)
FROM staged_claims AS claim
JOIN staged_films AS staged USING (position)
JOIN films AS film ON film.id = claim.film_id
LEFT JOIN labels ON labels.name = staged.label
"""
PLAN_FOLLOWERS = """
INSERT INTO staged_plan (position, film_id, label_id)
SELECT follower.position, leader.film_id, leader.label_id
FROM staged_followers AS follower JOIN staged_plan AS leader ON leader.position = follower.leader
"""
PLAN_ADDED = """
INSERT INTO staged_plan (position, film_id, label_id)
SELECT position, %(last_id)s + row_number() OVER (ORDER BY position), labels.id
FROM staged_unknown JOIN staged_films AS staged USING (position)
LEFT JOIN labels ON labels.name = staged.label
WHERE position NOT IN (SELECT position FROM staged_plan)
    AND position NOT IN (SELECT position FROM staged_followers)
ORDER BY position
"""
COUNT_STAGED = "SELECT count(*) FROM staged_films"
PLAN = (PLAN_CHANGED, PLAN_JOINED, PLAN_ADDED, PLAN_FOLLOWERS)
PLANNED = """
SELECT count(*), count(*) FILTER (WHERE carries),
    count(*) FILTER (WHERE carries AND film_id > %(last_id)s),
    (SELECT count(*) FROM staged_claims) + (SELECT count(*) FROM staged_followers)
FROM staged_plan
"""
LAST_POSITION = "SELECT coalesce(max(position), 0) FROM staged_plan"
