"""Numbers in requests: those that every JSON reader holds exactly (RFC 8259, 6).

They also fit the 64 bits of a database's integers; a larger one never reaches the driver.
"""

from typing import Annotated

from msgspec import Meta

LARGEST = 2**53 - 1

Id = Annotated[int, Meta(ge=1, le=LARGEST)]
PageNumber = Annotated[int, Meta(ge=1, le=LARGEST)]
Count = Annotated[int, Meta(ge=0, le=LARGEST)]
