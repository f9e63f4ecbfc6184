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
CONTEXT = "department"
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
