{#
    reporting_access(): the statement, run after every dbt run, that lets the group role
    <database>_reporting read schema reporting of this database and nothing else. Roles belong to the
    whole server, so each database has its own, and nobody else may connect: PUBLIC loses that right.
    Where this user may not create roles, or does not own the database, the run goes on with a warning
    and `python -m include.reporting_access` says what an administrator does. A person or tool gets in
    by `grant <database>_reporting to <login>`.

        on-run-end: ["{{ reporting_access() }}"]
#}
{% macro reporting_access() -%}
    {{ return(adapter.dispatch('reporting_access', 'firstbell')()) }}
{%- endmacro %}

{% macro postgres__reporting_access() -%}
do $firstbell$
declare
    reader text := current_database() || '_reporting';
    is_owner boolean := (
        select pg_has_role(current_user, datdba, 'usage')
        from pg_database where datname = current_database()
    );
begin
    -- the longest of them; a longer name would be cut, and two databases might share the role
    if octet_length(current_database() || '_disclosures') > 63 then
        raise exception 'database %: its name is too long for roles of its own', current_database();
    end if;
    -- one run at a time may touch the catalogue rows of this database
    perform pg_advisory_xact_lock(hashtext('firstbell_reporting'));
    -- what an owner took from PUBLIC he still has himself; anybody else would shut himself out
    if is_owner and (
        has_database_privilege('public', current_database(), 'connect')
        or has_database_privilege('public', current_database(), 'temporary')
    ) then
        execute format('revoke connect, temporary on database %I from public', current_database());
    end if;
    if not exists (select from pg_roles where rolname = reader) then
        begin
            execute format('create role %I nologin', reader);
        exception
            when insufficient_privilege then
                raise warning 'role % does not exist and this user may not create it: nobody can read '
                    'schema reporting until an administrator does', reader;
                return;
        end;
    end if;
    if is_owner then
        execute format('grant connect on database %I to %I', current_database(), reader);
    end if;
    if exists (select from pg_namespace where nspname = 'reporting') then
        execute format('grant usage on schema reporting to %I', reader);
        execute format('grant select on all tables in schema reporting to %I', reader);
        -- tables of the next run are readable from the moment they stand
        execute format(
            'alter default privileges in schema reporting grant select on tables to %I', reader
        );
        -- the role of before read every district of the server
        if exists (select from pg_roles where rolname = 'firstbell_reporting') then
            revoke all on schema reporting from firstbell_reporting;
            revoke all on all tables in schema reporting from firstbell_reporting;
            alter default privileges in schema reporting
                revoke all on tables from firstbell_reporting;
        end if;
    end if;
end
$firstbell$
{%- endmacro %}
