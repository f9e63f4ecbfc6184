"""The names of departments, titles and ids on other sites, for pages about one film."""

from kinoteka.database.schema import Department
from kinoteka.site.ui.languages import N_, NP_

DEPARTMENTS: dict[Department, str] = {
    Department.DIRECTING: NP_("department", "Directing"),
    Department.WRITING: NP_("department", "Writing"),
    Department.ACTING: NP_("department", "Acting"),
    Department.PRODUCTION: NP_("department", "Production"),
    Department.CAMERA: NP_("department", "Camera"),
    Department.MUSIC: NP_("department", "Music"),
    Department.EDITING: NP_("department", "Editing"),
    Department.CREW: NP_("department", "Crew"),
}
OTHERS = (Department.ACTING, Department.WRITING, *list(Department)[3:])
"""All departments but directing, in the order in which pages show them."""
PROFESSIONS: dict[Department, str] = {
    Department.DIRECTING: N_("director"),
    Department.WRITING: N_("writer"),
    Department.ACTING: N_("actor"),
}
"""What the people are whom a search finds."""
HEADLINES: dict[Department, str] = {
    Department.DIRECTING: N_("Director"),
    Department.WRITING: N_("Writer"),
    Department.ACTING: N_("Actor"),
}
"""What the page of a person calls the person; for other departments it shows their names."""
TITLE_KINDS: dict[str, str] = {
    "translation": N_("Translation"),
    "original": N_("Original title"),
    "alternative": N_("Alternative"),
}
SITES: dict[str, str] = {
    "imdb": "IMDb",
    "tmdb": "TMDB",
    "kinopoisk": N_("Kinopoisk"),
    "wikidata": N_("Wikidata"),
}
