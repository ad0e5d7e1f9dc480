{#
    reporting_access(): the statement, run after every dbt run, that lets the group role
    firstbell_reporting read schema reporting and nothing else. Where this user may not create roles,
    an administrator creates the role once (`create role firstbell_reporting nologin`); until then the
    run goes on with a warning. A person or tool gets in by `grant firstbell_reporting to <login>`.

        on-run-end: ["{{ reporting_access() }}"]
#}
{% macro reporting_access() -%}
    {{ return(adapter.dispatch('reporting_access', 'firstbell')()) }}
{%- endmacro %}

{% macro default__reporting_access() -%}
do $firstbell$
begin
    if not exists (select from pg_roles where rolname = 'firstbell_reporting') then
        begin
            create role firstbell_reporting nologin;
        exception
            when insufficient_privilege then
                raise warning 'role firstbell_reporting does not exist and this user may not create it: '
                    'nobody can read schema reporting until an administrator does';
                return;
            -- another district's run on this server was faster
            when duplicate_object or unique_violation then null;
        end;
    end if;
    if exists (select from pg_namespace where nspname = 'reporting') then
        -- one run at a time may touch the catalogue rows of this schema
        perform pg_advisory_xact_lock(hashtext('firstbell_reporting'));
        grant usage on schema reporting to firstbell_reporting;
        grant select on all tables in schema reporting to firstbell_reporting;
        -- tables of the next run are readable from the moment they stand
        alter default privileges in schema reporting grant select on tables to firstbell_reporting;
    end if;
end
$firstbell$
{%- endmacro %}
