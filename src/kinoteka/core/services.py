"""The services of one server, wired by the composition root."""

from dataclasses import dataclass

from kinoteka.core.access.service import Access
from kinoteka.core.accounts.avatars import Avatars
from kinoteka.core.accounts.password_strength import PasswordStrength
from kinoteka.core.accounts.people import People
from kinoteka.core.accounts.service import Accounts
from kinoteka.core.audit_reader.service import AuditReader
from kinoteka.core.catalogue.facets.service import Facets
from kinoteka.core.catalogue.labels import Labels
from kinoteka.core.catalogue.people_search import PeopleSearch
from kinoteka.core.catalogue.service import Catalogue
from kinoteka.core.chats.search import MessageSearch
from kinoteka.core.chats.service import Chats
from kinoteka.core.export.film_lists import FilmLists
from kinoteka.core.export.service import Export
from kinoteka.core.film_editing.service import FilmEditing
from kinoteka.core.film_lookup.service import FilmLookup
from kinoteka.core.film_merging.service import FilmMerging
from kinoteka.core.film_posters.service import FilmPosters
from kinoteka.core.film_splitting.service import FilmSplitting
from kinoteka.core.genre_editing.service import GenreEditing
from kinoteka.core.import_runs.service import ImportRuns
from kinoteka.core.import_runs.uploads import ImportUploads
from kinoteka.core.jobs.service import Jobs
from kinoteka.core.library.bookmarks import Bookmarks
from kinoteka.core.library.selection_lists import SelectionLists
from kinoteka.core.library.selection_search import SelectionSearch
from kinoteka.core.library.selections import Selections
from kinoteka.core.media.service import Media
from kinoteka.core.media.upload_limits import Uploads
from kinoteka.core.members.service import Members
from kinoteka.core.rate_limits import Throttle
from kinoteka.core.sessions.actors import Actors
from kinoteka.core.sessions.credential_changes import CredentialChanges
from kinoteka.core.sessions.csrf import CsrfTokens
from kinoteka.core.sessions.devices import Devices
from kinoteka.core.sessions.own_sessions import OwnSessions
from kinoteka.core.sessions.service import Sessions
from kinoteka.core.sessions.sign_in_history import SignInHistory
from kinoteka.core.tokens.service import Tokens
from kinoteka.database.interface import Database
from kinoteka.database.revisions import Revisions
from kinoteka.infrastructure.settings import Settings
from kinoteka.realtime.bus import Bus


@dataclass(frozen=True, slots=True)
class Services:
    """The services that handlers call."""

    settings: Settings
    database: Database
    bus: Bus
    revisions: Revisions
    throttle: Throttle
    audit: AuditReader
    access: Access
    accounts: Accounts
    people: People
    members: Members
    avatars: Avatars
    uploads: Uploads
    password_strength: PasswordStrength
    actors: Actors
    sign_in_history: SignInHistory
    sessions: Sessions
    own_sessions: OwnSessions
    devices: Devices
    credentials: CredentialChanges
    csrf: CsrfTokens
    tokens: Tokens
    chats: Chats
    message_search: MessageSearch
    catalogue: Catalogue
    labels: Labels
    facets: Facets
    people_search: PeopleSearch
    selection_search: SelectionSearch
    bookmarks: Bookmarks
    selections: Selections
    selection_lists: SelectionLists
    media: Media
    export: Export
    film_lists: FilmLists
    film_editing: FilmEditing
    film_lookup: FilmLookup
    film_merging: FilmMerging
    film_splitting: FilmSplitting
    film_posters: FilmPosters
    genre_editing: GenreEditing
    import_runs: ImportRuns
    import_uploads: ImportUploads
    jobs: Jobs
