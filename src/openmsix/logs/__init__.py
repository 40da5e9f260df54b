"""What the logs say, and what they never say: each line is an event with plain fields, and every logger, also of other packages, passes one gate.

`events` declares what we tell, `fields` what a line may hold, `gate` lets nothing else through. Pure: no Django, no database.
"""

from .events import tell
from .within import within

__all__ = ["tell", "within"]
