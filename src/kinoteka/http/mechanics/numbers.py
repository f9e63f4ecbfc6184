"""Numbers in requests: those that every JSON reader represents exactly (RFC 8259, 6).

They also fit the 64-bit integers of databases. A larger one never reaches the driver.
"""

from typing import Annotated

from msgspec import Meta

LARGEST = 2**53 - 1

Id = Annotated[int, Meta(ge=1, le=LARGEST)]
PageNumber = Annotated[int, Meta(ge=1, le=LARGEST)]
Count = Annotated[int, Meta(ge=0, le=LARGEST)]
