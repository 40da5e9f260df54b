"""Letting the application refresh the planner's statistics of tables that it just filled.

After a State's first file a table has grown from nothing to hundreds of thousands of rows within one transaction; PostgreSQL's own ANALYZE comes
minutes later, and until then the planner takes the table for empty and joins row by row. ANALYZE is the owner's right, so the owner gives the
application one function for it. It looks only at the columns by which a table's indexes find rows or that stand in their conditions: joins go by
those, and the rest, most of the cost, can wait. A table that somebody else looks at just then is left to them: two places of a worker would wait for
each other.
"""

from psycopg import sql

from .database import Address
from .grants import connect

GROWN = 0.5
"""Share of a table's rows from which its statistics are out of date. Sizes the planner sees for itself; how often values repeat changes slowly."""

FUNCTION = f"""
create or replace function public.refresh_statistics(written jsonb) returns void
language plpgsql security definer set search_path = pg_catalog, public as $$
declare
  item record;
begin
  for item in
    select c.relname, (
      select string_agg(quote_ident(a.attname), ', ') from pg_attribute a
      where a.attrelid = c.oid and a.attnum > 0 and exists (
        select from pg_index i left join pg_depend d on d.objid = i.indexrelid and d.classid = 'pg_class'::regclass
          and d.refobjid = c.oid and d.refobjsubid = a.attnum
        where i.indrelid = c.oid and (a.attnum = any(i.indkey) or d.objid is not null))) as columns
    from jsonb_each_text(written) w join pg_class c on c.relname = w.key and c.relkind = 'r'
    join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
    where w.value::bigint > {GROWN} * greatest(c.reltuples, 0)
  loop
    execute format('analyze (skip_locked) public.%I %s', item.relname, '(' || item.columns || ')');
  end loop;
end $$
"""  # noqa: S608  (our own number)


def install(owner: Address, application: Address) -> None:
    """Make the function, and let nobody but the application use it."""
    with connect(owner) as connection, connection.transaction():
        connection.execute(FUNCTION)
        connection.execute("revoke all on function public.refresh_statistics(jsonb) from public")
        connection.execute(
            sql.SQL("grant execute on function public.refresh_statistics(jsonb) to {}").format(
                sql.Identifier(application.user)
            )
        )
