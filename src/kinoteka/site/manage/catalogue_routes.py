"""The routes of films, featured selections and imports for operators."""

from dataclasses import replace

from kinoteka.core.access.model import (
    FILMS_EDIT,
    FILMS_IMPORT,
    FILMS_LABEL,
    SELECTIONS_FEATURE,
)
from kinoteka.http.mechanics.routes import Route
from kinoteka.site.manage import catalogue_schemas as schemas
from kinoteka.site.manage import (
    films,
    genre_schemas,
    genres,
    imports,
    mappings,
    merges,
    selections,
    sources,
)
from kinoteka.site.manage import import_uploads as uploads
from kinoteka.site.manage.film_forms import FILM_FORM
from kinoteka.site.ui.pages import form, page

# Either of two permissions allows viewing films. The core checks this.
FILMS: tuple[Route, ...] = (
    page(
        "/manage/films",
        films.show_films,
        "Films to manage",
        query=schemas.FilmsQuery,
        signed_in=True,
    ),
    page(
        "/manage/films/new",
        films.show_new_film,
        "The form of a new film",
        query=schemas.NewFilmQuery,
        permission=FILMS_EDIT,
    ),
    page(
        "/manage/films/people",
        films.suggest_people,
        "People whose names match a text",
        query=schemas.PeopleQuery,
        permission=FILMS_EDIT,
    ),
    form(
        "/manage/films/new",
        films.add_film,
        "Add a film",
        body=FILM_FORM,
        permission=FILMS_EDIT,
    ),
    page("/manage/films/{id}", merges.open_film, "A film to manage", signed_in=True),
    form(
        "/manage/films/{id}",
        films.save_film,
        "Change a film",
        body=FILM_FORM,
        permission=FILMS_EDIT,
    ),
    form(
        "/manage/films/{id}/unlock",
        films.unlock_field,
        "Allow imports to change a field of a film",
        body=schemas.UnlockForm,
        permission=FILMS_EDIT,
    ),
    form(
        "/manage/films/{id}/poster",
        films.upload_poster,
        "Upload a film's poster",
        permission=FILMS_EDIT,
    ),
    form(
        "/manage/films/{id}/poster/remove",
        films.remove_poster,
        "Remove a film's uploaded poster",
        permission=FILMS_EDIT,
    ),
    page(
        "/manage/films/{id}/merge",
        merges.show_comparison,
        "Two films beside each other",
        query=schemas.ComparisonQuery,
        permission=FILMS_EDIT,
    ),
    form(
        "/manage/films/{id}/merge",
        merges.merge_films,
        "Merge two films",
        body=schemas.MergeForm,
        permission=FILMS_EDIT,
    ),
    form(
        "/manage/films/{id}/undo-merge",
        merges.undo_merge,
        "Undo the merge of another film into a film",
        body=schemas.UndoMergeForm,
        permission=FILMS_EDIT,
    ),
    page(
        "/manage/films/{id}/split",
        merges.show_split,
        "The sources of a film, to split it",
        permission=FILMS_EDIT,
    ),
    form(
        "/manage/films/{id}/split",
        merges.split_film,
        "Split a film into two",
        body=schemas.SplitForm,
        permission=FILMS_EDIT,
    ),
    page(
        "/manage/duplicates",
        merges.show_duplicates,
        "Films that may be the same",
        query=schemas.DuplicatesQuery,
        permission=FILMS_EDIT,
    ),
    form(
        "/manage/duplicates",
        merges.dismiss_duplicate,
        "Record that two films are not the same",
        body=schemas.DuplicateForm,
        permission=FILMS_EDIT,
    ),
    form(
        "/manage/films/{id}/label",
        films.label_film,
        "Label a film",
        body=schemas.FilmLabelForm,
        permission=FILMS_LABEL,
    ),
    form("/manage/films/{id}/hide", films.hide_film, "Hide a film", permission=FILMS_LABEL),
    form(
        "/manage/films/{id}/show",
        films.unhide_film,
        "Make a film visible",
        body=schemas.FilmShowForm,
        permission=FILMS_LABEL,
    ),
    *(
        page(
            f"/manage/films/{{id}}/{name}",
            films.redirect_to_film,
            "A film to manage",
            signed_in=True,
        )
        for name in (
            "unlock",
            "poster",
            "poster/remove",
            "undo-merge",
            "label",
            "hide",
            "show",
        )
    ),
)
GENRES: tuple[Route, ...] = (
    page(
        "/manage/genres",
        genres.show_genres,
        "Genres to manage",
        query=genre_schemas.GenresQuery,
        permission=FILMS_EDIT,
    ),
    page("/manage/genres/{id}", genres.open_genre, "A genre to manage", permission=FILMS_EDIT),
    page(
        "/manage/genres/{id}/merge",
        genres.show_merge,
        "What a merge of two genres will change",
        query=genre_schemas.GenreMergeQuery,
        permission=FILMS_EDIT,
    ),
    form(
        "/manage/genres/{id}/merge",
        genres.merge_genres,
        "Merge a genre into another one",
        body=genre_schemas.GenreMergeForm,
        permission=FILMS_EDIT,
    ),
    form(
        "/manage/genres/{id}/names",
        genres.save_names,
        "Set the names of a genre",
        body=genre_schemas.GenreNamesForm,
        permission=FILMS_EDIT,
    ),
    form(
        "/manage/genres/{id}/aliases",
        genres.add_alias,
        "Add an alias of a genre",
        body=genre_schemas.AliasForm,
        permission=FILMS_EDIT,
    ),
    form(
        "/manage/genres/{id}/aliases/remove",
        genres.remove_alias,
        "Remove an alias of a genre",
        body=genre_schemas.AliasForm,
        permission=FILMS_EDIT,
    ),
    *(
        page(
            f"/manage/genres/{{id}}/{name}",
            genres.redirect_to_genre,
            "A genre to manage",
            permission=FILMS_EDIT,
        )
        for name in ("names", "aliases", "aliases/remove")
    ),
)
SELECTIONS: tuple[Route, ...] = (
    page(
        "/manage/selections",
        selections.show_selections,
        "Selections to feature",
        query=schemas.SelectionsQuery,
        permission=SELECTIONS_FEATURE,
    ),
    form(
        "/manage/selections/{id}",
        selections.feature_selection,
        "Feature a selection, or stop featuring it",
        body=schemas.FeatureForm,
        permission=SELECTIONS_FEATURE,
    ),
)
IMPORTS: tuple[Route, ...] = (
    page(
        "/manage/imports",
        imports.show_imports,
        "Imports",
        query=schemas.ImportsQuery,
        permission=FILMS_IMPORT,
    ),
    page("/manage/imports/new", imports.show_new_import, "An import", permission=FILMS_IMPORT),
    form("/manage/imports/new", imports.start_import, "Import films", permission=FILMS_IMPORT),
    page(
        "/manage/imports/sources",
        sources.show_sources,
        "The order of sources",
        permission=FILMS_IMPORT,
    ),
    form(
        "/manage/imports/sources/{id}/move",
        sources.change_order,
        "Move a source in the order",
        body=schemas.SourceForm,
        permission=FILMS_IMPORT,
    ),
    page(
        "/manage/imports/sources/{id}/move",
        sources.redirect_to_sources,
        "The order of sources",
        permission=FILMS_IMPORT,
    ),
    page(
        "/manage/imports/mappings",
        mappings.show_mappings,
        "Saved mappings of imports",
        permission=FILMS_IMPORT,
    ),
    form(
        "/manage/imports/mappings",
        mappings.remove_mapping,
        "Delete a saved mapping",
        body=schemas.MappingForm,
        permission=FILMS_IMPORT,
    ),
    page(
        "/manage/imports/uploads/{key:text}",
        uploads.show_upload,
        "The preview of an import",
        permission=FILMS_IMPORT,
    ),
    form(
        "/manage/imports/uploads/{key:text}",
        uploads.change_upload,
        "Change the options of an import, start it or discard its files",
        body=schemas.UploadForm,
        permission=FILMS_IMPORT,
    ),
    page("/manage/imports/{id}", imports.show_import, "An import", permission=FILMS_IMPORT),
    form(
        "/manage/imports/{id}/cancel",
        imports.cancel_import,
        "Cancel an import",
        permission=FILMS_IMPORT,
    ),
    page(
        "/manage/imports/{id}/cancel",
        imports.redirect_to_import,
        "An import",
        permission=FILMS_IMPORT,
    ),
    form(
        "/manage/imports/{id}/undo",
        imports.undo_import,
        "Undo an import",
        permission=FILMS_IMPORT,
    ),
    page(
        "/manage/imports/{id}/undo",
        imports.redirect_to_import,
        "An import",
        permission=FILMS_IMPORT,
    ),
    replace(
        page(
            "/manage/imports/{id}/report",
            imports.download_report,
            "All rejected rows of an import",
            permission=FILMS_IMPORT,
        ),
        media_type="application/jsonl",
    ),
)
ROUTES: tuple[Route, ...] = (*FILMS, *GENRES, *SELECTIONS, *IMPORTS)
