"""Letting the application take the names of expunged students out of a table that it may only add to.

The numbers of changes of MSIX IDs are marks that States go by: they stay, with their State, moment and reason.
"""

from psycopg import sql

from .database import Address
from .grants import connect

FUNCTION = """
create or replace function public.blank_id_changes(students jsonb)
returns table (id bigint, state_code text, at timestamptz, reason text)
language sql security definer set search_path = pg_catalog, public as $$
  update public.identity_idchange c set state_student_id_type = '', state_student_id = '', before = null, after = ''
  from jsonb_to_recordset(students) as s (state_code text, state_student_id_type text, state_student_id text)
  where c.state_code = s.state_code and c.state_student_id_type = s.state_student_id_type and c.state_student_id = s.state_student_id
    and c.state_student_id <> ''
  returning c.id, c.state_code::text, c.at, c.reason::text
$$
"""


def install(owner: Address, application: Address) -> None:
    """Make the function, and let nobody but the application use it."""
    with connect(owner) as connection, connection.transaction():
        connection.execute(FUNCTION)
        connection.execute("revoke all on function public.blank_id_changes(jsonb) from public")
        connection.execute(
            sql.SQL("grant execute on function public.blank_id_changes(jsonb) to {}").format(
                sql.Identifier(application.user)
            )
        )
